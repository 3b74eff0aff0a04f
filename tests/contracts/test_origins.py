"""Digests that count once: bills of lading, fingerprints of goods."""

from __future__ import annotations

import pytest

from holdfast.domain.acts import OriginKind
from tests.contracts.acts_harness import ActsWorld
from tests.contracts.harness import (
    BANK,
    IMPORTER,
    INSPECTOR,
    IOT,
    LOT,
    OPERATOR,
    OTHER_LOT,
    TRADER,
    address_of,
    key_of,
    refused,
)
from tests.contracts.origin_orders import BILL, GOODS, PAPER, later, origin_order

STRANGER = address_of(key_of("stranger"))


def test_register__bill_of_lading__found_by_its_digest(acts: ActsWorld) -> None:
    assert acts.ask("Origins", "originOf", 1, BILL) == bytes(24)
    outcome = acts.put(origin_order(acts))
    assert outcome.names() == ["OriginRegistered", "Attested"]
    assert outcome.event("OriginRegistered")["lotId"] == OTHER_LOT
    assert acts.ask("Origins", "originOf", 1, BILL) == OTHER_LOT
    acts.submit(acts.issue_order(acts.terms(1), lot=OTHER_LOT))


def test_register__fingerprint_of_goods__also_on_a_lot_that_has_receipts(acts: ActsWorld) -> None:
    acts.issued()
    order = origin_order(acts, kind=OriginKind.GOODS, origin_digest=GOODS, lot_id=LOT)
    acts.put(order)
    assert acts.ask("Origins", "originOf", 3, GOODS) == LOT


def test_register__unsigned_late_or_without_quorum__refused(acts: ActsWorld) -> None:
    order = origin_order(acts)
    with refused("ForeignSignature", member=IMPORTER):
        acts.put(order, forged=["holder"])
    with refused("QuorumTooSmall"):
        acts.put(order, signers=(OPERATOR, INSPECTOR))
    with refused("OperatorNotAmongSigners"):
        acts.put(order, signers=(BANK, INSPECTOR, IOT))
    with refused("SignerIsParty", member=BANK):
        acts.put(origin_order(acts, holder=BANK), signers=(OPERATOR, BANK, INSPECTOR))
    later(acts, 2 * 24 * 3600)
    with refused("DeadlinePassed"):
        acts.put(order)


def test_register__unknown_kind_or_zeros__refused(acts: ActsWorld) -> None:
    order = origin_order(acts)
    object.__setattr__(order, "kind", 4)
    with refused("UnknownOriginKind", kind=4):
        acts.put(order)
    with refused("OriginIncomplete", kind=1):
        acts.put(origin_order(acts, origin_digest=bytes(32)))
    order = origin_order(acts)
    object.__setattr__(order, "lot_id", bytes(24))
    with refused("OriginIncomplete", kind=1):
        acts.put(order)


@pytest.mark.parametrize("lot", [OTHER_LOT, LOT], ids=["same lot", "other lot"])
def test_attack__bill_of_lading_converted_twice__refused(acts: ActsWorld, lot: bytes) -> None:
    """One shipment, one bill, two sets of receipts: on another lot or on the same, by anyone."""
    acts.put(origin_order(acts))
    for holder in (IMPORTER, TRADER):
        with refused("OriginTaken", kind=1, originDigest=BILL, lotId=OTHER_LOT):
            acts.put(origin_order(acts, lot_id=lot, holder=holder, deadline=acts.deadline_s + 1))


def test_attack__bill_of_lading_kept_while_receipts_live__refused(acts: ActsWorld) -> None:
    """The bill dies before receipts are issued on its goods; a lot with receipts takes none afterwards."""
    acts.issued()
    with refused("LotIssuedBefore", lotId=LOT):
        acts.put(origin_order(acts, lot_id=LOT))


def test_attack__same_goods_receipted_twice__the_fingerprint_is_taken(acts: ActsWorld) -> None:
    """Qingdao: one pile of metal, several sets of receipts. Another registry asks the same question."""
    acts.put(origin_order(acts, kind=OriginKind.GOODS, origin_digest=GOODS))
    with refused("OriginTaken", kind=3, lotId=OTHER_LOT):
        acts.put(origin_order(acts, kind=OriginKind.GOODS, origin_digest=GOODS, lot_id=LOT))


def test_attack__fingerprint_on_the_lot_of_another_operator__refused(acts: ActsWorld) -> None:
    acts.issued()
    order = origin_order(acts, kind=OriginKind.GOODS, origin_digest=GOODS, lot_id=LOT, operator=BANK)
    with refused("LotOfOtherOperator", given=BANK, operator=OPERATOR):
        acts.put(order)


def test_attack__paper_consumed_past_its_contract__refused(acts: ActsWorld) -> None:
    """What a paper stands for is known to ReceiptMedium alone, so its digest is used there alone."""
    with refused("PaperIsSurrendered", originDigest=PAPER):
        acts.put(origin_order(acts, kind=OriginKind.PAPER_RECEIPT, origin_digest=PAPER))
    for sender in (STRANGER, acts.chain.deployer):
        data = acts.chain.calldata_of("Origins", "registerPaper", PAPER, LOT, OPERATOR)
        with refused("ModuleLacksRight", caller=sender.lower(), right=128):
            acts.chain.transact(acts.modules["Origins"], data, sender)
