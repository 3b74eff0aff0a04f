"""One bit flipped in any stored evidence file: the audit fails, and names the file and the receipt.

On a copy of the evidence of the story (tests/e2e/told.py): three decisions on the chain, three refused ones.
Every file is flipped. That one bit in one file is enough is tried on the sealed manifest and another file of
every bundle; all the others are flipped in one common audit, as it looks at every file by itself.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from cli.auditing import receipts_by_cid
from cli.home import Home
from holdfast.audit.replay import Auditor
from holdfast.audit.report import AuditReport
from holdfast.chain.connection import ChainSettings
from holdfast.chain.deployment import load_deployment
from holdfast.chain.facts import Chain, open_chain
from holdfast.domain.errors import EvidenceRejected
from holdfast.evidence.cid import cid_of_raw_digest
from holdfast.evidence.sealing import open_bundle
from holdfast.store.directory import DirectoryStore
from oracle.runtime import frame_reader
from scripts.demo.chain import running_chain
from scripts.demo.founding import member_keys
from scripts.demo.members import AUDITOR
from tests.e2e.told import Told, holdfast, tell_once


@dataclass(frozen=True, slots=True)
class Bundle:
    """One bundle of the story: CID of its sealed manifest, its files' CIDs by name, what it was about."""

    cid: str
    files: dict[str, str]
    receipts: tuple[str, ...]
    on_chain: bool


class Audited:
    """The story's home with a copy of its evidence, an auditor, and what is there when all is well."""

    def __init__(self, told: Told, evidence: Path, chain: Chain) -> None:
        self.home = told.home
        self.evidence = evidence
        self._chain = chain
        self._key = member_keys(told.home, AUDITOR.key).encryption
        self._read_frame = frame_reader()
        self.whole = self.audit()
        assert self.whole.holds
        self.bundles = [
            self._bundle(bytes.fromhex(item.location), item.receipts, item.tx_hash is not None)
            for item in self.whole.replayed
        ]

    def audit(self, *, hints: bool = True) -> AuditReport:
        """One whole audit. Only frames that did not change are not read again."""
        known = receipts_by_cid(self.home.records) if hints else None
        store = DirectoryStore(self.evidence)
        return Auditor(self._chain, store, self._key, self._read_frame, hints=known).run()

    def _bundle(self, location: bytes, receipts: tuple[str, ...], on_chain: bool) -> Bundle:
        opened = open_bundle(location, DirectoryStore(self.evidence).get, self._key)
        files = {file.name: file.location for file in opened.manifest.files}
        return Bundle(cid_of_raw_digest(location), files, receipts, on_chain)

    def receipts_of(self, cid: str) -> tuple[str, ...]:
        """The receipts that rest on a stored file."""
        return next(b.receipts for b in self.bundles if cid == b.cid or cid in b.files.values())

    @contextmanager
    def flipped(self, *cids: str) -> Iterator[None]:
        """Inside, one bit of each of these files is another."""
        kept = {cid: (self.evidence / cid).read_bytes() for cid in cids}
        for cid, data in kept.items():
            place = random.Random(f"bit of {cid}").randrange(8 * len(data))
            bent = bytearray(data)
            bent[place // 8] ^= 1 << place % 8
            (self.evidence / cid).write_bytes(bent)
        try:
            yield
        finally:
            for cid, data in kept.items():
                (self.evidence / cid).write_bytes(data)

    @contextmanager
    def without(self, cid: str) -> Iterator[None]:
        """Inside, the file is not there."""
        path = self.evidence / cid
        data = path.read_bytes()
        path.unlink()
        try:
            yield
        finally:
            path.write_bytes(data)


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Audited]:
    told = tell_once()
    evidence = tmp_path_factory.mktemp("bits") / "evidence"
    shutil.copytree(told.home.evidence, evidence)
    deployment, genesis = load_deployment(told.home.deployment)
    with running_chain(told.home) as url:
        yield Audited(told, evidence, open_chain(ChainSettings(url, deployment, genesis)))


def named(report: AuditReport) -> dict[str, tuple[str, ...]]:
    """What a failed audit says is damaged: receipts by file."""
    assert not report.holds
    return {item.cid: item.receipts for item in report.damaged}


def test_bundles__of_the_story__make_up_every_stored_file(audited: Audited) -> None:
    stored = {path.name for path in audited.evidence.iterdir()}
    listed = [cid for bundle in audited.bundles for cid in (bundle.cid, *bundle.files.values())]
    assert sorted(listed) == sorted(stored)
    assert [bundle.on_chain for bundle in audited.bundles].count(True) == 3
    assert len(stored) > 200


def test_store__one_bit_of_each_file_by_itself__never_given_out(audited: Audited) -> None:
    store = DirectoryStore(audited.evidence)
    for cid in [path.name for path in audited.evidence.iterdir()]:
        with audited.flipped(cid), pytest.raises(EvidenceRejected, match=cid):
            store.get(cid)


def test_audit__one_bit_of_one_file__fails_naming_file_and_receipt(audited: Audited) -> None:
    kinds = ["claim", "policy", "weighing-", "frame-", "request", "receipt-"]
    assert len(audited.bundles) == len(kinds)
    for bundle, kind in zip(audited.bundles, kinds[3:] + kinds[:3], strict=True):
        some = [cid for name, cid in sorted(bundle.files.items()) if name.startswith(kind)]
        for cid in (bundle.cid, random.Random(bundle.cid).choice(some or list(bundle.files.values()))):
            with audited.flipped(cid):
                assert named(audited.audit()) == {cid: bundle.receipts}
    assert audited.audit().holds, "the evidence was put back as it was"


def test_audit__one_bit_in_every_file_but_the_manifests__each_named_with_its_receipts(
    audited: Audited,
) -> None:
    files = [cid for bundle in audited.bundles for cid in bundle.files.values()]
    with audited.flipped(*files):
        report = audited.audit()
    assert named(report) == {cid: audited.receipts_of(cid) for cid in files}
    assert all(len(audited.receipts_of(cid)[0]) == 66 for cid in files)
    assert [item.agrees for item in report.replayed if item.tx_hash] == [False] * 3


def test_audit__one_bit_in_every_sealed_manifest__each_named_with_its_receipts(audited: Audited) -> None:
    manifests = [bundle.cid for bundle in audited.bundles]
    with audited.flipped(*manifests):
        damaged = named(audited.audit())
    assert damaged == {bundle.cid: bundle.receipts for bundle in audited.bundles}


def test_audit__damaged_manifest_and_no_records__receipts_on_the_chain_are_still_named(
    audited: Audited,
) -> None:
    with audited.flipped(*(bundle.cid for bundle in audited.bundles)):
        damaged = named(audited.audit(hints=False))
    for bundle in audited.bundles:
        assert damaged[bundle.cid] == (bundle.receipts if bundle.on_chain else ())


@pytest.mark.parametrize("on_chain", [True, False], ids=["written", "refused"])
@pytest.mark.parametrize("what", ["claim", "weighing-", "manifest"])
def test_audit__file_deleted__fails_naming_file_and_receipt(
    audited: Audited, on_chain: bool, what: str
) -> None:
    bundle = next(b for b in audited.bundles if b.on_chain is on_chain and len(b.files) > 20)
    cid = next((cid for name, cid in bundle.files.items() if name.startswith(what)), bundle.cid)
    assert (cid == bundle.cid) is (what == "manifest")
    with audited.without(cid):
        assert named(audited.audit()) == {cid: bundle.receipts}


def test_command__whole_evidence__exits_0_and_one_bit_later_1(audited: Audited) -> None:
    home: Home = audited.home
    where = ("--evidence", f"directory:{audited.evidence}")
    fine = holdfast(home.path, "audit", *where)
    assert fine.status == 0, fine.output
    assert "Everything agrees." in fine.output
    bundle = next(b for b in audited.bundles if len(b.receipts) == 20)
    cid = next(cid for name, cid in bundle.files.items() if name.endswith(".jpg"))
    with audited.flipped(cid):
        bad = holdfast(home.path, "audit", *where)
        as_json = holdfast(home.path, "audit", *where, "--json")
    assert bad.status == as_json.status == 1
    assert f"DAMAGED FILE {cid}" in bad.output
    assert bundle.receipts[0] in bad.output
    assert as_json.json()["damaged"][0]["file"] == cid
    assert as_json.json()["damaged"][0]["receipts"] == list(bundle.receipts)
