"""Every stated value is drawn again from the raw files; whoever states another is refused by file name."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from holdfast.attestation.typed_data import Domain, order_hash, order_to_json
from holdfast.audit.recompute import Recomputed, recompute
from holdfast.domain.errors import EvidenceRejected
from holdfast.domain.orders import IssueOrder
from holdfast.domain.policy import policy_to_json
from holdfast.domain.units import Grams
from holdfast.domain.verdict import Decision
from holdfast.evidence.canonical import canonical_json, sha256_digest
from holdfast.evidence.formats import challenge_digest
from holdfast.evidence.manifest import ChainRef
from holdfast.evidence.sealing import OpenedBundle
from oracle.runtime import frame_reader
from oracle.workflow.bundle import Decided
from tests.fakes.oracle import Warehouse
from tests.fakes.wms import raw_answer
from tests.simulators.site import CHALLENGE

OLD = "HF-0000-0000-0000"
Json = dict[str, Any]


@pytest.fixture(scope="module")
def warehouse() -> Warehouse:
    return Warehouse()


@pytest.fixture(scope="module")
def good(warehouse: Warehouse) -> Decided:
    return warehouse.issue(2)


def again(warehouse: Warehouse, opened: OpenedBundle) -> Recomputed:
    return recompute(opened, warehouse.domain, warehouse.pictures)


def refused(warehouse: Warehouse, opened: OpenedBundle, reason: str, file: str) -> None:
    with pytest.raises(EvidenceRejected) as caught:
        again(warehouse, opened)
    assert caught.value.reason == reason, caught.value
    assert file in str(caught.value)


def test_recompute__good_bundle__accepted_against_the_chain(warehouse: Warehouse, good: Decided) -> None:
    found = again(warehouse, good.opened)

    assert isinstance(found.order, IssueOrder)
    assert found.verdict(warehouse.ledger.chain.facts(found.order, found.lot_id)).decision is Decision.ACCEPT
    assert found.claim.differences(warehouse.claim) == ()
    assert found.operator == 1
    assert len(found.observations.weighings) == 8
    assert len(found.documents) == 2
    assert found.evidence_core == found.documents[0][1].evidence_core_digest


def test_recompute__anybody__the_same(warehouse: Warehouse, good: Decided) -> None:
    assert again(warehouse, good.opened) == again(warehouse, good.opened) == good.found


# stated values


def bent(value: Any) -> Any:
    """Another value of the same kind."""
    if isinstance(value, bool) or value is None:
        return "other"
    if isinstance(value, int):
        return value + 1
    if isinstance(value, str):
        return str(int(value) + 1) if value.isdigit() else value + "x"
    return [*value, "other"] if isinstance(value, list) else {**value, "more": 1}


def paths(value: Any, where: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every leaf of a JSON value."""
    if isinstance(value, dict):
        for key in sorted(value):
            yield from paths(value[key], (*where, key))
    else:
        yield where


def changed(value: Any, where: tuple[Any, ...]) -> Any:
    """A copy of a JSON value with one leaf bent."""
    made = copy.deepcopy(value)
    part = made
    for step in where[:-1]:
        part = part[step]
    part[where[-1]] = bent(part[where[-1]])
    return made


def test_recompute__any_value_of_the_claim_stated_otherwise__refused(
    warehouse: Warehouse, good: Decided
) -> None:
    claim = good.opened.manifest.claim
    every = [where for where in paths(claim) if where not in (("raw_file",), ("operator",))]
    assert len(every) >= 10
    for where in every:
        lie = warehouse.resealed(good.opened, claim=changed(claim, where))
        with pytest.raises(EvidenceRejected) as caught:
            again(warehouse, lie)
        assert "claim.json" in str(caught.value) or "manifest" in str(caught.value), where


def test_recompute__another_operator_stated__refused(warehouse: Warehouse, good: Decided) -> None:
    """Whose lot it is, is in no raw file: documents and order say it, and the lot's id is made of it."""
    lie = warehouse.resealed(good.opened, claim={**good.opened.manifest.claim, "operator": 4})

    with pytest.raises(EvidenceRejected, match="operator 4, the order or its receipt of 1"):
        again(warehouse, lie)


@pytest.mark.parametrize("kind", ["weighing", "frame", "request"])
def test_recompute__any_value_of_an_observation_stated_otherwise__refused(
    warehouse: Warehouse, good: Decided, kind: str
) -> None:
    observations = good.opened.manifest.observations
    index = next(i for i, item in enumerate(observations) if item["type"] == kind)
    # When the intake recorded a message is the intake's word: nothing signed says it, only the clock bound
    # holds it. Files by another name are missing files.
    every = [w for w in paths(dict(observations[index])) if w[0] not in ("raw_file", "recorded_at")]
    for where in every:
        lies = [dict(item) for item in observations]
        lies[index] = changed(lies[index], where)
        with pytest.raises(EvidenceRejected) as caught:
            again(warehouse, warehouse.resealed(good.opened, observations=lies))
        file = observations[index]["raw_file"]
        named = str(caught.value)
        assert file in named or where[0] in ("type", "envelope_file"), (where, named)


@pytest.mark.parametrize("missing", ["operator", "challenge_code", "raw_file"])
def test_recompute__claim_lacks_a_field__refused(warehouse: Warehouse, good: Decided, missing: str) -> None:
    claim = {key: value for key, value in good.opened.manifest.claim.items() if key != missing}

    refused(warehouse, warehouse.resealed(good.opened, claim=claim), "claim", missing)


@pytest.mark.parametrize("bad", [None, "1", [], {}])
def test_recompute__claim_names_no_operator__refused(
    warehouse: Warehouse, good: Decided, bad: object
) -> None:
    claim = {**good.opened.manifest.claim, "operator": bad}

    refused(warehouse, warehouse.resealed(good.opened, claim=claim), "claim", "operator")


@pytest.mark.parametrize(
    ("changes", "reason", "file"),
    [
        ({"chain": ChainRef(1, "0x" + "5e" * 20)}, "wrong-chain", "another chain"),
        ({"chain": ChainRef(31337, "0x" + "77" * 20)}, "wrong-chain", "another chain or contract"),
        ({"order_hash": b"\7" * 32}, "stated-differs", "order hash"),
        ({"policy_digest": b"\7" * 32}, "stated-differs", "policy.json"),
        ({"challenge": challenge_digest(OLD)}, "stated-differs", "challenge"),
        ({"observed_at": 1_795_000_000}, "stated-differs", "time of observation"),
        ({"documents": ()}, "documents", "0 documents for 2 receipts"),
        ({"documents": ("receipt-002.json", "receipt-001.json")}, "document", "receipt-002.json"),
        ({"documents": ("policy.json", "receipt-002.json")}, "document", "policy.json"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)
def test_recompute__manifest_states_something_else__refused(
    warehouse: Warehouse, good: Decided, changes: Json, reason: str, file: str
) -> None:
    refused(warehouse, warehouse.resealed(good.opened, **changes), reason, file)


@pytest.mark.parametrize(
    "change", [{"deadline": "1"}, {"receipts": []}, {"lotQuantityG": "0"}, {"more": "1"}], ids=str
)
def test_recompute__order_in_the_manifest_bent__refused(
    warehouse: Warehouse, good: Decided, change: Json
) -> None:
    subject = json.loads(json.dumps(dict(good.opened.manifest.subject)))
    subject["order"] |= change

    with pytest.raises(EvidenceRejected):
        again(warehouse, warehouse.resealed(good.opened, subject=subject))


@pytest.mark.parametrize("kind", ["weighing", "frame"])
@pytest.mark.parametrize("later", [400, None, "1", True])
def test_recompute__recorded_outside_the_clock_bound_or_not_at_all__refused(
    warehouse: Warehouse, good: Decided, kind: str, later: object
) -> None:
    lies = [dict(item) for item in good.opened.manifest.observations]
    item = next(item for item in lies if item["type"] == kind)
    item["recorded_at"] = item["recorded_at"] + later if type(later) is int else later

    with pytest.raises(EvidenceRejected):
        again(warehouse, warehouse.resealed(good.opened, observations=lies))


# files


def with_file(opened: OpenedBundle, name: str, data: bytes) -> Json:
    return {**opened.files, name: data}


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("weighing-01.cose", None),
        ("weighing-08.cose", None),
        ("frame-01.cose", None),
        ("frame-01.jpg", "digest"),
        ("claim.json", "claim"),
        ("receipt-001.json", "document"),
        ("receipt-002.json", "document"),
        ("policy.json", None),
        ("request.json", None),
    ],
)
@pytest.mark.parametrize("at", [0, -2], ids=["first-byte", "near-the-end"])
def test_recompute__one_bit_of_a_raw_file_changed_and_sealed_again__refused(
    warehouse: Warehouse, good: Decided, name: str, reason: str | None, at: int
) -> None:
    data = bytearray(good.opened.files[name])
    data[at] ^= 1
    lie = warehouse.resealed(good.opened, with_file(good.opened, name, bytes(data)))

    with pytest.raises(EvidenceRejected) as caught:
        again(warehouse, lie)
    assert reason is None or caught.value.reason == reason
    named = str(caught.value)
    assert name.rpartition(".")[0] in named or name == "policy.json", named


def test_recompute__a_file_nothing_refers_to__refused(warehouse: Warehouse, good: Decided) -> None:
    lie = warehouse.resealed(good.opened, with_file(good.opened, "notes.txt", b"trust me"))

    refused(warehouse, lie, "unknown-file", "notes.txt")


def test_recompute__no_policy_file__refused(warehouse: Warehouse, good: Decided) -> None:
    files = {name: data for name, data in good.opened.files.items() if name != "policy.json"}

    refused(warehouse, warehouse.resealed(good.opened, files), "missing-file", "policy.json")


@pytest.mark.parametrize("missing", ["raw_file", "envelope_file"])
def test_recompute__frame_without_its_files__refused(
    warehouse: Warehouse, good: Decided, missing: str
) -> None:
    lies = [dict(item) for item in good.opened.manifest.observations]
    next(item for item in lies if item["type"] == "frame").pop(missing)

    with pytest.raises(EvidenceRejected):
        again(warehouse, warehouse.resealed(good.opened, observations=lies))


def test_recompute__policy_made_softer_under_its_own_digest__another_verdict_is_not_hidden(
    warehouse: Warehouse, good: Decided
) -> None:
    """The bundle holds with itself; only the digest on-chain tells (see the attester's `wrong-policy`)."""
    softer = canonical_json({**policy_to_json(warehouse.policy), "tolerance_bps": 5_000})
    files = with_file(good.opened, "policy.json", softer)
    lie = warehouse.resealed(good.opened, files, policy_digest=sha256_digest(softer))

    assert again(warehouse, lie).policy.tolerance_bps == 5_000
    assert lie.manifest.policy_digest != warehouse.committee.policy_digest


def test_recompute__wms_answer_that_makes_no_claim__refused_naming_the_file(
    warehouse: Warehouse, good: Decided
) -> None:
    answer = raw_answer(replace(warehouse.claim, quantity_g=Grams(5_000_000)))
    bad = answer.replace(b'\\"quantity\\": 5000', b'\\"quantity\\": 6000')
    assert bad != answer

    lie = warehouse.resealed(good.opened, with_file(good.opened, "claim.json", bad))

    refused(warehouse, lie, "claim", "claim.json")


# observations


def test_recompute__same_signed_message_twice__refused(warehouse: Warehouse, good: Decided) -> None:
    lies = [dict(item) for item in good.opened.manifest.observations]
    first = next(item for item in lies if item["type"] == "weighing")
    files = with_file(good.opened, "weighing-09.cose", good.opened.files[first["raw_file"]])
    lie = warehouse.resealed(
        good.opened, files, observations=[*lies, {**first, "raw_file": "weighing-09.cose"}]
    )

    refused(warehouse, lie, "repeated", "message")


def test_recompute__request_twice_or_unknown_observation__refused(
    warehouse: Warehouse, good: Decided
) -> None:
    lies = [dict(item) for item in good.opened.manifest.observations]
    request = next(item for item in lies if item["type"] == "request")

    for extra in (request, {"type": "hearsay", "raw_file": "claim.json"}, {"raw_file": "claim.json"}):
        lie = warehouse.resealed(good.opened, observations=[*lies, extra])
        refused(warehouse, lie, "observation", "unknown or repeated")


def test_recompute__replayed_weighings_of_an_old_challenge__refused_naming_the_file() -> None:
    warehouse = Warehouse()
    with pytest.raises(EvidenceRejected) as caught:
        warehouse.issue(messages=warehouse.weighings(challenge=OLD) + warehouse.frames())

    assert caught.value.reason == "replayed"
    assert "weighing-01.cose" in str(caught.value)
    assert "an old weighing sent again" in str(caught.value)


def test_recompute__scene_shows_an_old_challenge__refused() -> None:
    warehouse = Warehouse()
    frames = warehouse.frames(shown=OLD)

    with pytest.raises(EvidenceRejected, match=r"frame-01\.jpg"):
        warehouse.issue(messages=warehouse.weighings() + frames)


def test_recompute__scene_shows_no_challenge__left_to_the_verdict() -> None:
    warehouse = Warehouse()
    decided = warehouse.issue(messages=warehouse.weighings() + warehouse.frames(shown=""))
    facts = warehouse.ledger.chain.facts(decided.found.order, decided.found.lot_id)

    verdict = decided.found.verdict(facts)
    assert verdict.decision is Decision.REJECT
    assert [reason for reason in verdict.reasons() if reason.startswith("location")]


@pytest.mark.parametrize(
    "message", [lambda w: w.weighings()[0], lambda w: w.frames(1)[0]], ids=["weighing", "frame"]
)
def test_recompute__device_not_in_the_policy__refused(message: Callable[[Warehouse], Any]) -> None:
    warehouse = Warehouse()
    found = message(warehouse)
    warehouse.policy = replace(warehouse.policy, devices=())

    with pytest.raises(EvidenceRejected, match="registered in the policy"):
        warehouse.collection([found])


def test_recompute__domain_of_another_chain__refused(warehouse: Warehouse, good: Decided) -> None:
    with pytest.raises(EvidenceRejected, match="another chain"):
        recompute(good.opened, Domain(1, warehouse.domain.verifying_contract), warehouse.pictures)


# the real reader on real pixels


def test_recompute__rendered_frames_read_by_the_real_reader__accepted() -> None:
    warehouse = Warehouse()
    camera = warehouse.site.camera()
    frames = camera.frames_of(warehouse.packages, CHALLENGE, observed_at=warehouse.now_s - 200, repeats=2)
    messages = warehouse.weighings() + [
        replace(warehouse.frames(1)[0], raw=raw, image=image) for raw, image in frames
    ]
    warehouse.pictures = frame_reader()  # type: ignore[assignment]

    decided = warehouse.issue(messages=messages)

    facts = warehouse.ledger.chain.facts(decided.found.order, decided.found.lot_id)
    verdict = decided.found.verdict(facts)
    assert verdict.decision is Decision.ACCEPT, verdict.reasons()


@pytest.mark.parametrize("bad", [b"", b"[]", b"{}", b'{"a":1}', b"\xff"])
def test_recompute__order_for_a_document_that_is_none__refused_naming_it(
    warehouse: Warehouse, good: Decided, bad: bytes
) -> None:
    order = good.found.order
    assert isinstance(order, IssueOrder)
    first = replace(order.receipts[0], receipt_id=int.from_bytes(sha256_digest(bad)))
    order = replace(order, receipts=(first, *order.receipts[1:]))
    lie = warehouse.resealed(
        good.opened,
        with_file(good.opened, "receipt-001.json", bad),
        subject={"primary_type": "IssueOrder", "order": order_to_json(order)},
        order_hash=order_hash(order),
    )

    refused(warehouse, lie, "document", "receipt-001.json")
