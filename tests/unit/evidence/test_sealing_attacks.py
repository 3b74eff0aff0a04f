"""Every way of tampering with what was sealed, each refused by the name of what is wrong."""

from __future__ import annotations

import base64
import json
from dataclasses import fields, replace
from typing import Any

import pytest
from jwcrypto import jwe

from holdfast.domain.errors import EvidenceMissing, EvidenceRejected
from holdfast.evidence.canonical import canonical_json, sha256_digest
from holdfast.evidence.cid import CHUNK_BYTES, cid_of_bytes, cid_of_raw_digest
from holdfast.evidence.manifest import Manifest, ManifestDraft, RawFile, manifest_bytes
from holdfast.evidence.sealed_manifest import SealedManifest, sealed_manifest_bytes, unwrap_key, wrap_key
from holdfast.evidence.sealing import _encrypt, _file_context, _manifest_context, open_bundle
from tests.unit.evidence.bundles import FILES, bundle, counter_random, draft, kept, key_of

BANK = key_of("bank")
TRADER = key_of("trader")


def test_attack__every_byte_of_every_object_flipped__is_refused_by_name() -> None:
    """The node gives tampered bytes straight to the opener: nothing but the opener's own checks is left."""
    sealed = bundle()
    names = {file.location: file.name for file in sealed.manifest.files}
    flips = 0
    for cid, data in sealed.objects.items():
        for offset in range(len(data)):
            tampered = dict(sealed.objects)
            changed = bytearray(data)
            changed[offset] ^= 1 << offset % 8
            tampered[cid] = bytes(changed)
            with pytest.raises(EvidenceRejected, match=cid) as caught:
                open_bundle(sealed.location, tampered.__getitem__, BANK, digest=sealed.digest)
            assert names.get(cid, "sealed manifest") in str(caught.value)
            assert caught.value.reason == ("sealed-file" if cid in names else "sealed-manifest")
            flips += 1
    assert flips == sum(map(len, sealed.objects.values()))


@pytest.mark.parametrize("change", ["cut", "longer", "empty"])
def test_attack__object_of_another_length__is_refused(change: str) -> None:
    sealed = bundle()
    for cid, data in sealed.objects.items():
        other = {"cut": data[:-1], "longer": data + b"\0", "empty": b""}[change]
        with pytest.raises(EvidenceRejected, match=cid):
            open_bundle(sealed.location, (dict(sealed.objects) | {cid: other}).__getitem__, BANK)


def test_attack__object_missing__is_named_with_its_cid() -> None:
    sealed = bundle()
    names = {file.location: file.name for file in sealed.manifest.files}
    for cid in sealed.objects:
        store = kept(sealed)
        store.lose(cid)
        with pytest.raises(EvidenceMissing, match=cid) as caught:
            open_bundle(sealed.location, store.get, BANK)
        assert names.get(cid, "sealed manifest") in str(caught.value)


def test_attack__store_finds_damage__is_named_with_the_file() -> None:
    sealed = bundle()
    file = sealed.manifest.files[0]
    store = kept(sealed)
    store.flip(file.location)
    with pytest.raises(EvidenceRejected, match=f"file {file.name} \\({file.location}\\)"):
        open_bundle(sealed.location, store.get, BANK)


def test_attack__file_of_another_bundle__is_refused() -> None:
    mine, other = bundle("one"), bundle("two")
    for file, foreign in zip(mine.manifest.files, other.manifest.files, strict=True):
        swapped = dict(mine.objects) | {file.location: other.objects[foreign.location]}
        with pytest.raises(EvidenceRejected, match=file.name):
            open_bundle(mine.location, swapped.__getitem__, BANK)


def test_attack__two_files_of_one_bundle_exchanged__are_refused() -> None:
    sealed = bundle()
    a, b = sealed.manifest.files[:2]
    swapped = dict(sealed.objects)
    swapped[a.location], swapped[b.location] = swapped[b.location], swapped[a.location]
    with pytest.raises(EvidenceRejected, match=a.name):
        open_bundle(sealed.location, swapped.__getitem__, BANK)


def test_attack__whole_other_bundle_at_the_location__is_refused() -> None:
    mine, other = bundle("one"), bundle("two")
    with pytest.raises(EvidenceRejected, match="do not give this CID"):
        open_bundle(mine.location, lambda _: other.objects[cid_of_raw_digest(other.location)], BANK)


def test_attack__good_bundle_of_another_digest__is_refused() -> None:
    mine, other = bundle("one"), bundle("two")
    with pytest.raises(EvidenceRejected, match="attested is") as caught:
        open_bundle(mine.location, kept(mine).get, BANK, digest=other.digest)
    assert caught.value.reason == "manifest-digest"


def _resealed(sealed: Any, change: Any) -> tuple[bytes, dict[str, bytes]]:
    """A sealed manifest changed by someone who can also name its new location."""
    body = json.loads(sealed.objects[cid_of_raw_digest(sealed.location)])
    change(body)
    data = canonical_json(body)
    return sha256_digest(data), dict(sealed.objects) | {cid_of_bytes(data): data}


def _b64_flip(text: str) -> str:
    data = bytearray(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    data[0] ^= 1
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body.update(extra=1),
        lambda body: body.update(version=2),
        lambda body: body.update(version=True),
        lambda body: body.update(recipients=[]),
        lambda body: body.update(recipients="bank"),
        lambda body: body.update(recipients=body["recipients"] * 2),
        lambda body: body["recipients"][0].update(role="bank"),
        lambda body: body["recipients"][0].update(kid="short"),
        lambda body: body["recipients"][0].update(jwe="a.b.c.d"),
        lambda body: body["recipients"][0].update(jwe=None),
        lambda body: body["objects"].pop(),
        lambda body: body["objects"].reverse(),
        lambda body: body["objects"].append(cid_of_bytes(b"more")),
        lambda body: body.update(objects=["../x"]),
        lambda body: body.update(objects={}),
        lambda body: body.update(nonce=_b64_flip(body["nonce"])),
        lambda body: body.update(nonce="AAAA"),
        lambda body: body.update(nonce="!"),
        lambda body: body.update(nonce=body["nonce"] + "="),
        lambda body: body.update(ciphertext=_b64_flip(body["ciphertext"])),
        lambda body: body.update(ciphertext=""),
        lambda body: body.update(ciphertext="AAAAA"),
        lambda body: body.update(ciphertext=7),
    ],
)
def test_attack__sealed_manifest_rewritten_with_a_new_location__is_refused(change: Any) -> None:
    location, objects = _resealed(bundle(), change)
    with pytest.raises(EvidenceRejected):
        open_bundle(location, objects.__getitem__, BANK)


def test_attack__every_character_of_the_wrapped_key_changed__is_refused() -> None:
    sealed = bundle()
    body = json.loads(sealed.objects[cid_of_raw_digest(sealed.location)])
    token: str = body["recipients"][0]["jwe"]
    for i, letter in enumerate(token):
        other = "." if letter == "A" else "A"
        with pytest.raises(EvidenceRejected, match="does not open"):
            unwrap_key(token[:i] + other + token[i + 1 :], BANK, "bundle")


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "ECDH-ES", "enc": "A256GCM"},
        {"alg": "ECDH-ES+A256KW", "enc": "A128GCM"},
        {"alg": "ECDH-ES+A256KW", "enc": "A256GCM", "zip": "DEF"},
        {"alg": "ECDH-ES+A256KW", "enc": "A256GCM", "cty": "x"},
    ],
)
def test_attack__key_wrapped_by_other_rules__is_refused(header: dict[str, str]) -> None:
    token = jwe.JWE(b"k" * 32, protected=json.dumps({**header, "kid": BANK.kid}))
    token.add_recipient(BANK.public.key())
    with pytest.raises(EvidenceRejected, match=r"header|not a compact JWE"):
        unwrap_key(token.serialize(compact=True), BANK, "bundle")


def test_attack__something_else_than_a_key_wrapped__is_refused() -> None:
    header = {"alg": "ECDH-ES+A256KW", "enc": "A256GCM", "kid": BANK.kid}
    token = jwe.JWE(b"k" * 31, protected=json.dumps(header))
    token.add_recipient(BANK.public.key())
    with pytest.raises(EvidenceRejected, match="31 bytes"):
        unwrap_key(token.serialize(compact=True), BANK, "bundle")


@pytest.mark.parametrize("token", ["", "a", "a.b.c.d.e", "....", "W10.a.a.a.a", "MQ.a.a.a.a", "a" * 5000])
def test_attack__wrapped_key_is_nonsense__is_refused(token: str) -> None:
    with pytest.raises(EvidenceRejected, match="does not open"):
        unwrap_key(token, BANK, "bundle")


def test_attack__sealed_manifest_oversized__is_refused() -> None:
    data = canonical_json({"x": "a" * CHUNK_BYTES})
    with pytest.raises(EvidenceRejected, match="at most 1048576"):
        open_bundle(sha256_digest(data), lambda _: data, BANK)


def _dishonestly_sealed(change: Any, objects: list[str] | None = None) -> tuple[bytes, dict[str, bytes]]:
    """A bundle whose sealer had every key and lied in the manifest, or in the list of objects."""
    random = counter_random("liar")
    key = random(32)
    sealed = {name: _encrypt(key, _file_context(name), data, random) for name, data in FILES.items()}
    files = tuple(
        RawFile(name, sha256_digest(FILES[name]), "text/plain", len(FILES[name]), cid_of_bytes(sealed[name]))
        for name in sorted(FILES)
    )
    parts = {part.name: getattr(draft(), part.name) for part in fields(ManifestDraft)}
    manifest = Manifest(**parts, files=change(files), salt=random(32))
    cids = tuple(sorted(map(cid_of_bytes, sealed.values()))) if objects is None else tuple(objects)
    body = _encrypt(key, _manifest_context(cids), manifest_bytes(manifest), random)
    data = sealed_manifest_bytes(SealedManifest(((BANK.kid, wrap_key(key, BANK.public)),), cids, body))
    return sha256_digest(data), {cid_of_bytes(x): x for x in (*sealed.values(), data)}


def test_attack__lying_sealer__honest_one_by_the_same_means_opens() -> None:
    location, objects = _dishonestly_sealed(lambda files: files)
    assert open_bundle(location, objects.__getitem__, BANK).files == FILES


def test_attack__lying_sealer__content_of_another_digest_is_rejected() -> None:
    location, objects = _dishonestly_sealed(
        lambda files: (replace(files[0], sha256=sha256_digest(b"other")), *files[1:])
    )
    with pytest.raises(EvidenceRejected, match=r"document\.json .*another SHA-256"):
        open_bundle(location, objects.__getitem__, BANK)


def test_attack__lying_sealer__another_size_is_rejected() -> None:
    location, objects = _dishonestly_sealed(lambda files: (replace(files[0], size_bytes=9), *files[1:]))
    with pytest.raises(EvidenceRejected, match=r"document\.json"):
        open_bundle(location, objects.__getitem__, BANK)


def test_attack__lying_sealer__object_not_listed_for_copies_is_rejected() -> None:
    location, objects = _dishonestly_sealed(lambda files: files, objects=[])
    with pytest.raises(EvidenceRejected, match="lists other objects"):
        open_bundle(location, objects.__getitem__, BANK)
