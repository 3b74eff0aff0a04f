"""Sealing, opening, granting; the attacks are next door."""

from __future__ import annotations

import json
import secrets
from typing import Any

import pytest
from jwcrypto import jwk

from holdfast.domain.errors import EvidenceRejected, InvalidInput, Refused
from holdfast.evidence.canonical import canonical_json, sha256_digest
from holdfast.evidence.cid import CHUNK_BYTES, cid_of_bytes, cid_of_raw_digest
from holdfast.evidence.encryption_keys import EncryptionKey, load_private_key
from holdfast.evidence.manifest import manifest_bytes
from holdfast.evidence.sealing import (
    OpenedBundle,
    grant,
    list_objects,
    media_type_of,
    open_bundle,
    seal_bundle,
)
from tests.unit.evidence.bundles import FILES, bundle, counter_random, draft, kept, key_of

BANK = key_of("bank")
TRADER = key_of("trader")


def test_bundle__sealed_stored_opened__is_the_same() -> None:
    sealed = bundle()
    store = kept(sealed)
    opened = open_bundle(sealed.location, store.get, BANK, digest=sealed.digest)
    assert opened.manifest == sealed.manifest
    assert opened.files == FILES
    assert opened.digest == sealed.digest == sha256_digest(manifest_bytes(sealed.manifest))


def test_seal__location__is_the_sealed_manifests_cid_and_is_stored_last() -> None:
    sealed = bundle()
    *_, (cid, data) = sealed.objects.items()
    assert cid == cid_of_raw_digest(sealed.location) == cid_of_bytes(data)
    assert sealed.location == sha256_digest(data)
    assert {file.location for file in sealed.manifest.files} == set(sealed.objects) - {cid}


def test_seal__anything_readable__is_nowhere_in_the_objects() -> None:
    sealed = bundle()
    everything = b"".join(sealed.objects.values())
    for secret in (*FILES, "R-1", "IssueOrder", "200000"):
        assert secret.encode() not in everything


def test_seal__same_evidence_twice__shares_nothing() -> None:
    """Salt, content key and nonces are fresh, so equal files cannot be recognised across bundles."""
    keys = [BANK.public]
    first, second = (seal_bundle(draft(), FILES, keys, secrets.token_bytes) for _ in range(2))
    assert first.digest != second.digest
    assert not set(first.objects) & set(second.objects)


def test_seal__equal_files_in_one_bundle__are_different_objects() -> None:
    plain = draft(claim={}, observations=(), documents=())
    sealed = seal_bundle(plain, {"a.bin": b"x", "b.bin": b"x"}, [BANK.public], secrets.token_bytes)
    assert len(sealed.objects) == 3


def test_seal__several_recipients_on_both_curves__each_opens() -> None:
    p256 = load_private_key(jwk.JWK.generate(kty="EC", crv="P-256").export())
    keys = [BANK, TRADER, p256]
    sealed = seal_bundle(draft(), FILES, [key.public for key in keys], secrets.token_bytes)
    store = kept(sealed)
    for key in keys:
        assert open_bundle(sealed.location, store.get, key, digest=sealed.digest).files == FILES


def test_open__not_a_recipient__is_refused_with_the_way_out() -> None:
    sealed = bundle()
    with pytest.raises(Refused, match="grant") as caught:
        open_bundle(sealed.location, kept(sealed).get, TRADER)
    assert caught.value.reason == "not-a-recipient"


def test_seal__manifest_above_1_mib__is_refused_before_anything_is_stored() -> None:
    with pytest.raises(InvalidInput, match="move content into raw files"):
        bundle("seed", "bank", claim={"raw_file": "wms.json", "note": "n" * CHUNK_BYTES})


@pytest.mark.parametrize("name", ["../x", "a/b", "", "x" * 200])
def test_seal__unsafe_file_name__is_refused(name: str) -> None:
    with pytest.raises(InvalidInput, match="file name"):
        seal_bundle(draft(), {**FILES, name: b""}, [BANK.public], counter_random("s"))


def test_seal__file_that_the_claim_refers_to_is_absent__is_refused() -> None:
    without = {name: data for name, data in FILES.items() if name != "wms.json"}
    with pytest.raises(InvalidInput, match=r"claim\.raw_file"):
        seal_bundle(draft(), without, [BANK.public], secrets.token_bytes)


@pytest.mark.parametrize("recipients", [[], [BANK.public, BANK.public]])
def test_seal__no_recipient_or_one_twice__is_refused(recipients: Any) -> None:
    with pytest.raises(InvalidInput, match="recipients"):
        seal_bundle(draft(), FILES, recipients, counter_random("s"))


def test_seal__large_and_empty_files__survive() -> None:
    files = {"empty.bin": b"", "large.bin": secrets.token_bytes(2 * CHUNK_BYTES + 5)}
    plain = draft(claim={}, observations=(), documents=())
    sealed = seal_bundle(plain, files, [BANK.public], secrets.token_bytes)
    assert open_bundle(sealed.location, kept(sealed).get, BANK).files == files


class TestGrant:
    """A later reader gets a grant, not a new bundle."""

    sealed = bundle()
    opened: OpenedBundle = open_bundle(sealed.location, kept(sealed).get, BANK)
    granted = grant(opened, TRADER.public)

    def _open(self, key: EncryptionKey, granted: bytes) -> OpenedBundle:
        return open_bundle(self.sealed.location, kept(self.sealed).get, key, grant=granted)

    def test_grant__given__opens_and_can_be_passed_on(self) -> None:
        opened = self._open(TRADER, self.granted)
        assert opened.files == FILES
        court = key_of("court")
        assert self._open(court, grant(opened, court.public)).digest == self.sealed.digest

    def test_grant__in_other_hands__is_refused(self) -> None:
        with pytest.raises(Refused, match="is for key") as caught:
            self._open(key_of("thief"), self.granted)
        assert caught.value.reason == "not-a-recipient"

    def test_grant__relabelled_to_a_thief__is_rejected(self) -> None:
        thief = key_of("thief")
        body = json.loads(self.granted) | {"kid": thief.kid}
        with pytest.raises(EvidenceRejected, match="does not open"):
            self._open(thief, canonical_json(body))

    def test_grant__of_another_bundle__is_refused(self) -> None:
        other = bundle("other")
        with pytest.raises(Refused, match="is for bundle"):
            open_bundle(other.location, kept(other).get, TRADER, grant=self.granted)

    def test_grant__of_another_bundle_relabelled__is_rejected(self) -> None:
        other = bundle("other")
        body = json.loads(self.granted) | {"location": "0x" + other.location.hex()}
        with pytest.raises(EvidenceRejected, match="does not open under"):
            open_bundle(other.location, kept(other).get, TRADER, grant=canonical_json(body))

    def test_grant__any_byte_flipped__is_refused(self) -> None:
        for offset in range(len(self.granted)):
            changed = bytearray(self.granted)
            changed[offset] ^= 1
            with pytest.raises(Refused):
                self._open(TRADER, bytes(changed))

    def test_grant__only_stray_bits_of_the_wrapped_key_changed__is_refused(self) -> None:
        """The wrapped key's encrypted part is 40 bytes: its last letter carries four bits nobody reads."""
        body = json.loads(self.granted)
        parts = body["jwe"].split(".")
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        parts[1] = parts[1][:-1] + letters[letters.index(parts[1][-1]) ^ 1]
        with pytest.raises(EvidenceRejected, match="stray bits"):
            self._open(TRADER, canonical_json(body | {"jwe": ".".join(parts)}))


def test_list_objects__without_a_key__names_the_whole_bundle() -> None:
    sealed = bundle()
    place = cid_of_raw_digest(sealed.location)
    found = list_objects(sealed.location, sealed.objects[place])
    assert found[0] == place
    assert set(found) == set(sealed.objects)
    with pytest.raises(EvidenceRejected, match=place):
        list_objects(sealed.location, list(bundle("other").objects.values())[-1])


def test_opened__printed__shows_neither_key_nor_content() -> None:
    sealed = bundle()
    shown = repr(open_bundle(sealed.location, kept(sealed).get, BANK))
    assert "content_key" not in shown
    assert "200000}" not in shown


def test_media_type__by_ending() -> None:
    assert media_type_of("wms.json") == "application/json"
    assert media_type_of("frame.JPG") == "image/jpeg"
    assert media_type_of("odd") == "application/octet-stream"
