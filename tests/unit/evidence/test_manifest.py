"""The manifest: strict at its top level, one byte string, one digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest

from holdfast.domain.errors import InvalidInput
from holdfast.evidence.canonical import canonical_json
from holdfast.evidence.cid import cid_of_bytes
from holdfast.evidence.manifest import (
    PURPOSES,
    ChainRef,
    Manifest,
    RawFile,
    manifest_bytes,
    parse_manifest,
)
from tests.unit.evidence.bundles import bundle, draft

GOOD = bundle().manifest
Change = Callable[[dict[str, Any]], object]


def changed(change: Change) -> bytes:
    body: dict[str, Any] = json.loads(manifest_bytes(GOOD))
    change(body)
    return canonical_json(body)


def test_manifest__round_trip__same_value_same_bytes_same_digest() -> None:
    data = manifest_bytes(GOOD)
    assert parse_manifest(data) == GOOD
    assert manifest_bytes(parse_manifest(data)) == data
    assert GOOD.digest == hashlib.sha256(data).digest()


@pytest.mark.parametrize("purpose", PURPOSES)
def test_draft__every_purpose__takes_its_own_order_only(purpose: str) -> None:
    subject = {"primary_type": PURPOSES[purpose], "order": {}}
    assert draft(purpose=purpose, subject=subject).purpose == purpose
    with pytest.raises(InvalidInput, match=r"subject\.primary_type"):
        draft(purpose=purpose, subject={"primary_type": "OtherOrder", "order": {}})


@pytest.mark.parametrize("field", sorted(json.loads(manifest_bytes(GOOD))))
def test_parse__field_missing__is_named(field: str) -> None:
    with pytest.raises(InvalidInput, match=f"manifest.{field}"):
        parse_manifest(changed(lambda body: body.pop(field)))


@pytest.mark.parametrize("field", ["name", "sha256", "media_type", "size_bytes", "location"])
def test_parse__file_field_missing__is_named(field: str) -> None:
    with pytest.raises(InvalidInput, match=rf"files\[0\].{field}"):
        parse_manifest(changed(lambda body: body["files"][0].pop(field)))


def _set(*path: Any, to: Any) -> Change:
    def change(body: Any) -> None:
        for step in path[:-1]:
            body = body[step]
        body[path[-1]] = to

    return change


HEX = "0x" + "ab" * 32
DIGESTS = ("order_hash", "challenge", "policy_digest", "salt")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (_set("extra", to=1), "extra"),
        (_set("chain", "extra", to=1), "chain"),
        (_set("subject", "extra", to=1), "subject"),
        (_set("files", 0, "extra", to=1), r"files\[0\]"),
        (_set("version", to=2), "version"),
        (_set("version", to=True), "version"),
        (_set("version", to="1"), "version"),
        (_set("purpose", to="mortgage"), "purpose"),
        (_set("purpose", to=["issue"]), "purpose"),
        (_set("purpose", to="transfer"), "subject.primary_type"),
        (_set("subject", to="order"), "subject"),
        (_set("subject", "order", to=[]), "subject.order"),
        *((_set(name, to=HEX[:-1]), name) for name in DIGESTS),
        *(
            (_set(name, to=HEX.upper()), name)
            for name in ("order_hash", "challenge", "policy_digest", "salt")
        ),
        *((_set(name, to=7), name) for name in DIGESTS),
        (_set("chain", to=31337), "chain"),
        (_set("chain", "chain_id", to=0), "chain.chain_id"),
        (_set("chain", "chain_id", to="31337"), "chain.chain_id"),
        (_set("chain", "chain_id", to=True), "chain.chain_id"),
        (_set("chain", "contract", to="0x" + "AB" * 20), "chain.contract"),
        (_set("chain", "contract", to=None), "chain.contract"),
        (_set("observed_at", to=0), "observed_at"),
        (_set("observed_at", to=-1), "observed_at"),
        (_set("observed_at", to="1790000000"), "observed_at"),
        (_set("observed_at", to=None), "observed_at"),
        (_set("claim", to=[]), "claim"),
        (_set("claim", "raw_file", to="other.json"), "claim.raw_file"),
        (_set("claim", "raw_file", to=["wms.json"]), "claim.raw_file"),
        (_set("observations", to={}), "observations"),
        (_set("observations", 0, to="mass"), r"observations\[0\]"),
        (_set("observations", 0, "raw_file", to="other"), r"observations\[0\].raw_file"),
        (_set("documents", to="document.json"), "documents"),
        (_set("documents", 0, to="other.json"), r"documents\[0\]"),
        (_set("documents", 0, to=1), r"documents\[0\]"),
        (_set("files", to={}), "files"),
        (_set("files", 0, to="file"), r"files\[0\]"),
        (lambda body: body["files"].reverse(), "files"),
        (lambda body: body["files"].append(body["files"][-1]), "files"),
        (_set("files", 0, "size_bytes", to=-1), "size_bytes"),
        (_set("files", 0, "size_bytes", to=2**40), "size_bytes"),
        (_set("files", 0, "size_bytes", to=True), "size_bytes"),
        (_set("files", 0, "sha256", to="00"), r"files\[0\].sha256"),
        (_set("files", 0, "media_type", to="JSON"), "media_type"),
        (_set("files", 0, "media_type", to="text/html; charset=x"), "media_type"),
        (_set("files", 0, "media_type", to=None), "media_type"),
        (_set("files", 0, "location", to="../../etc/passwd"), "cid"),
        (_set("files", 0, "location", to=GOOD.files[1].location), "files"),
    ],
)
def test_parse__top_level_wrong__is_refused_by_name(change: Change, field: str) -> None:
    with pytest.raises(InvalidInput, match=field):
        parse_manifest(changed(change))


@pytest.mark.parametrize("data", [b"[]", b'"x"', b"null", b"1", b"{}", b"", b"\x00"])
def test_parse__not_an_object__is_refused(data: bytes) -> None:
    with pytest.raises(InvalidInput, match="manifest"):
        parse_manifest(data)


def test_parse__same_content_other_spelling__is_refused() -> None:
    data = manifest_bytes(GOOD)
    with pytest.raises(InvalidInput, match="canonical"):
        parse_manifest(json.dumps(json.loads(data), indent=1).encode())


@pytest.mark.parametrize(
    "name",
    [
        *(
            "../x",
            "a/b",
            "a\\b",
            "/etc/passwd",
            "C:x",
            "",
            ".",
            "..",
            ".hidden",
            "-rf",
            "a..b",
            "a b",
            "a\nb",
        ),
        *("a\nb", "仓单.json", "a\u202egnp.exe", "x" * 129, "a%2fb", "nul\x00", None, 7),
    ],
)
def test_file__unsafe_name__is_refused(name: Any) -> None:
    with pytest.raises(InvalidInput, match="file name"):
        RawFile(name, b"\x00" * 32, "text/plain", 1, cid_of_bytes(b""))


def _manifest(*names: str) -> Manifest:
    files = tuple(RawFile(n, b"\0" * 32, "text/plain", 1, cid_of_bytes(n.encode())) for n in names)
    plain = draft(claim={}, observations=(), documents=())
    parts = {name: getattr(plain, name) for name in type(plain).__dataclass_fields__}
    return Manifest(**parts, files=files, salt=b"\x05" * 32)


def test_files__names_that_differ_in_case_only__are_refused() -> None:
    with pytest.raises(InvalidInput, match="more than case"):
        _manifest("A.json", "a.json")


def test_files__not_ascending__are_refused_and_ascending_are_not() -> None:
    assert _manifest("a.json", "b.json")
    with pytest.raises(InvalidInput, match="ascending"):
        _manifest("b.json", "a.json")


@pytest.mark.parametrize("amount", [2**53, 1.5, float("nan")])
def test_draft__amount_json_cannot_carry__must_be_text(amount: Any) -> None:
    with pytest.raises(InvalidInput, match=r"manifest\.claim\.value"):
        draft(claim={"value": amount})
    assert draft(claim={"value": str(2**60)})


def test_chain_ref__checksummed_address__says_lower_case() -> None:
    with pytest.raises(InvalidInput, match="lower-case"):
        ChainRef(1, "0x5FbDB2315678afecb367f032d93F642f64180aa3")


def test_draft__dict_changed_afterwards__changes_nothing() -> None:
    claim: dict[str, Any] = {"nested": {"quantity_g": 1}}
    made = draft(claim=claim)
    claim["nested"]["quantity_g"] = 2
    assert made.claim == {"nested": {"quantity_g": 1}}


def test_files__together_more_than_anybody_should_hold_in_memory__refused() -> None:
    """Each within its own bound, a stranger's bundle could still be a million million bytes."""

    def grow(body: dict[str, Any]) -> None:
        proto = body["files"][0]
        body["files"] += [
            proto
            | {"name": f"zz-{n}.bin", "size_bytes": 256 * 1024 * 1024, "location": cid_of_bytes(b"%d" % n)}
            for n in range(5)
        ]

    with pytest.raises(InvalidInput, match="bytes together"):
        parse_manifest(changed(grow))
