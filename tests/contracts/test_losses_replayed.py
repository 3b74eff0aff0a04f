"""Origins, papers, lost receipts and shortages, told again from the logs alone: held to the contracts."""

from __future__ import annotations

import pytest

from holdfast.audit.acts import acts_apart, acts_in, receipts_in
from holdfast.audit.ledger import Ledger
from holdfast.audit.signed import needs_quorum
from holdfast.domain.errors import Refused
from holdfast.domain.orders import Status, SuspendReason
from tests.contracts.acts_harness import ActsWorld
from tests.contracts.harness import BANK, TONNE_G, receipt_id
from tests.contracts.origin_orders import (
    NEW,
    NOTICE_S,
    electronic_order,
    later,
    notice_order,
    origin_order,
    paper_order,
    replacement_order,
    shortage_order,
    suspended,
    withdrawal_order,
)
from tests.contracts.test_acts_replayed import agrees, put
from tests.fakes.acts_log import chain_events


def test_replay__bill_paper_and_back__as_the_contracts_say() -> None:
    acts = ActsWorld()
    put(acts, origin_order(acts))
    receipt = acts.issued()
    put(acts, paper_order(acts, receipt))
    assert agrees(acts).receipts[receipt].status is Status.REPLACED
    put(acts, electronic_order(acts, lot_id=b"\7" * 24))
    agrees(acts)


def test_replay__lost_and_replaced__pledges_and_grams_kept() -> None:
    acts = ActsWorld()
    receipt = acts.issued()
    put(acts, acts.pledge_order(receipt))
    put(acts, notice_order(acts, receipt), BANK)
    assert agrees(acts).receipts[receipt].suspend_reason == SuspendReason.NOTICE_OF_LOSS
    put(acts, withdrawal_order(acts, receipt))
    put(acts, notice_order(acts, receipt), BANK)
    later(acts, NOTICE_S)
    put(acts, replacement_order(acts, receipt), BANK)
    ledger = agrees(acts)
    assert (ledger.receipts[NEW].pledges, ledger.receipts[NEW].quantity_g) == (1, 10 * TONNE_G)


def test_replay__notice_that_lapsed__nobody_attested_it() -> None:
    acts = ActsWorld()
    receipt = acts.issued()
    put(acts, notice_order(acts, receipt))
    later(acts, NOTICE_S + 31 * 86_400)
    outcome = acts.chain.send(acts.modules["Replacement"], "lapseNotice", receipt)
    changes = acts_in(chain_events([outcome])[0])
    assert [change[0] for change in changes] == ["ReceiptReinstated", "LossNoticeEnded"]
    assert not needs_quorum(changes)
    assert needs_quorum(changes[:1]), "a reinstatement alone is attested"
    assert needs_quorum([*changes, ("ReceiptReinstated", receipt + 1, 0)])
    agrees(acts)


def test_replay__shortage__every_receipt_and_share() -> None:
    acts = ActsWorld()
    receipts = [acts.issued(1), acts.issued(2), acts.issued(3)]
    suspended(acts, *receipts)
    put(acts, shortage_order(acts, 7, *receipts))
    agrees(acts)


def test_replay__shortage_that_spares_one_in_the_logs__told() -> None:
    acts = ActsWorld()
    receipts = [acts.issued(1), acts.issued(2)]
    suspended(acts, *receipts)
    put(acts, shortage_order(acts, 1_000, *receipts))
    *before, last = [part for events in chain_events(acts.chain.outcomes) for part in acts_apart(events)]
    ledger = Ledger()
    for part in before:
        ledger.apply(part, acts.chain.now_s)
    spared = max(receipts)
    left = [e for e in last if e.name != "ReceiptWrittenDown" or e.args["receiptId"] != spared]
    with pytest.raises(Refused, match="leaves receipts out"):
        ledger.apply(left, acts.chain.now_s)


def test_receipts_in__events_of_no_receipt__left_out() -> None:
    lot = "0x" + "07" * 24
    changes = [("OriginRegistered", lot, 1, lot, 1), ("LossNoticeEnded", receipt_id(1), True)]
    assert receipts_in(changes) == [receipt_id(1)]
