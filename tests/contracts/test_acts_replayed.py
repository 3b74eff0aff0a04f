"""What the modules and the receipt contract log is enough to rebuild the ledger: held to the contracts."""

from __future__ import annotations

import pytest

from holdfast.attestation.typed_data import order_hash
from holdfast.audit.acts import acts_apart, acts_in, acts_of, does
from holdfast.audit.burdens import ranks_in
from holdfast.audit.ledger import Ledger
from holdfast.audit.signed import needs_quorum
from holdfast.chain.acts import ATTESTED, pledge_id
from holdfast.chain.events import ChainEvent
from holdfast.domain.acts import (
    Act,
    CureOrder,
    DefaultOrder,
    ForeclosureOrder,
    MarginOrder,
    PledgeAssignOrder,
    Share,
)
from holdfast.domain.errors import Refused
from holdfast.domain.lien import LienState
from holdfast.domain.orders import Status, SuspendReason
from tests.contracts.acts_harness import (
    AMOUNT,
    BANK,
    BANK_2,
    COURT,
    COURT_2,
    DAY_S,
    IMPORTER,
    SALE,
    TRADER,
    ActsWorld,
    receipt_id,
)
from tests.contracts.harness import LOT
from tests.contracts.origin_orders import (
    NEW,
    NOTICE_S,
    electronic_order,
    notice_order,
    paper_order,
    replacement_order,
    shortage_order,
)
from tests.contracts.storage import record, state_of
from tests.contracts.test_margin import margin_order
from tests.contracts.test_substitution import substitute_order
from tests.contracts.valuing import FEEDERS, later, lot_order, price_order, set_series, valued
from tests.fakes.acts_log import chain_events


def replayed(acts: ActsWorld, history: list[list[ChainEvent]]) -> Ledger:
    """The ledger of everything that happened, by the logs and their times alone."""
    ledger = Ledger()
    for outcome, events in zip(acts.chain.outcomes, history, strict=True):
        for part in acts_apart(events):
            ledger.apply(part, outcome.at_s)
    return ledger


def storage_by_logs(ledger: Ledger, receipt: int) -> LienState | None:
    found = ledger.liens.terms.get(receipt)
    return None if found is None else found.state


def storage_on_chain(acts: ActsWorld, receipt: int) -> LienState | None:
    return state_of(acts, receipt) if record(acts, receipt)["rank"] else None


def agrees(acts: ActsWorld) -> Ledger:
    """The ledger, after it was held against everything that the contracts answer."""
    ledger = replayed(acts, chain_events(acts.chain.outcomes))
    for number, state in ledger.receipts.items():
        said = acts.receipt(number)
        assert state.holder == said["holder"]
        assert (int(state.status), state.seq) == (said["status"], said["seq"])
        assert (state.quantity_g, state.expires_at) == (said["quantityG"], said["expiresAt"])
        assert (state.pledges, state.first_pledgee) == (said["pledges"], said["firstPledgee"])
        assert (state.freezes, state.freeze_case) == (said["freezes"], said["freezeCase"])
        assert (state.liens, state.lien_terms) == (said["liens"], said["lienTerms"])
        assert state.suspend_reason == said["suspendReason"]
        if said["quantityG"]:
            assert ledger.pledges.ranks.get(number, []) == list(acts.ask("Pledge", "pledgesOn", number))
            assert storage_by_logs(ledger, number) == storage_on_chain(acts, number)
    for found, pledge in ledger.pledges.pledges.items():
        record = acts.ask("Pledge", "pledgeOf", found)
        assert (pledge.pledgee, pledge.amount_minor) == (record["pledgee"], record["amountMinor"])
        assert (len(pledge.receipts), pledge.defaulted) == (record["receipts"], record["defaultAt"] != 0)
    lot, said = ledger.lots.get(LOT), acts.lot(LOT)
    assert (lot.attested_g if lot else 0, lot.live_g if lot else 0) == (said["attestedG"], said["liveG"])
    return ledger


def put(acts: ActsWorld, act: Act, consent_by: int | None = None) -> None:
    """Put an act on the chain; what it is said to do is what its logs tell, last in their order."""
    outcome = acts.put(act, consent_by=consent_by)
    (events,) = chain_events([outcome])
    if type(act) in ATTESTED:
        assert does(acts_in(events), acts_of(act)), acts_in(events)
        assert needs_quorum(acts_in(events))
    else:
        assert not needs_quorum(acts_in(events)), acts_in(events)


def test_replay__split_merge_and_correction__as_the_contract_says() -> None:
    acts = ActsWorld()
    receipt = acts.issued()
    put(acts, acts.split_order(receipt, 4, 6))
    put(acts, acts.merge_order(receipt_id(100), receipt_id(101)))
    put(acts, acts.supersede_order(receipt_id(200), more_s=DAY_S))
    put(acts, acts.part_delivery_order(receipt_id(300)))
    acts.submit(acts.transfer_order(receipt_id(300)))
    acts.submit(acts.suspend_order(receipt_id(300)))

    ledger = agrees(acts)

    assert ledger.receipts[receipt].status is Status.REPLACED
    assert ledger.receipts[receipt_id(300)].quantity_g == 6_000_000
    acts.submit(acts.reinstate_order(receipt_id(300)))
    acts.submit(acts.delivery_order(receipt_id(300), TRADER, 6_000_000))
    assert agrees(acts).receipts[receipt_id(300)].status is Status.DELIVERED


def test_replay__pledges_through_split_merge_release_and_assignment__ranks_kept() -> None:
    acts = ActsWorld()
    receipt = acts.issued()
    put(acts, acts.pledge_order(receipt))
    put(acts, acts.pledge_order(receipt, BANK_2, 2), BANK)
    put(acts, acts.split_order(receipt, 4, 6), BANK)
    one, other = receipt_id(100), receipt_id(101)
    ledger = agrees(acts)
    first, second = ledger.pledges.ranks[one]
    assert ledger.receipts[other].pledges == 2

    put(acts, acts.merge_order(one, other), BANK)
    merged = receipt_id(200)
    put(acts, acts.release_order(merged, first))
    put(acts, PledgeAssignOrder(merged, second, BANK_2, BANK, acts.seq(merged), acts.deadline_s))
    put(acts, acts.pledged_transfer_order(merged))

    ledger = agrees(acts)
    assert ledger.receipts[merged].first_pledgee == BANK
    assert list(ledger.pledges.pledges) == [second]


def test_replay__parts_split_off_a_pledged_receipt__the_rest_lives_on() -> None:
    acts = ActsWorld()
    receipt = acts.issued()
    pledge = acts.pledged(receipt)
    put(acts, acts.split_order(receipt, 4, 1), BANK)
    ledger = agrees(acts)
    assert (ledger.receipts[receipt].status, ledger.receipts[receipt].quantity_g) == (Status.LIVE, 5_000_000)
    assert ledger.pledges.ranks[receipt] == ledger.pledges.ranks[receipt_id(101)] == [pledge]

    put(acts, acts.release_order(receipt_id(100), pledge))
    put(acts, acts.split_order(receipt, 2, first=400), BANK)
    put(acts, acts.release_order(receipt, pledge))
    assert agrees(acts).receipts[receipt].quantity_g == 3_000_000

    assert "made 2000000 g of 1999999 g" in bent(acts, "ReceiptSplitOff", restG=3_000_001)
    assert "leaves 5000000 g" in bent(acts, "ReceiptSplitOff", restG=5_000_000)
    assert "leaves 1 of 1" in bent(acts, "PledgeReleased", pledges=1)
    assert "never made or is over" in bent(acts, "PledgeReleased", pledgeId=7)
    assert "not its pledgee" in bent(acts, "PledgeReleased", pledgee=BANK_2)


def test_replay__default_cure_and_foreclosure__paid_down() -> None:
    acts = ActsWorld()
    receipt = acts.issued()
    order = acts.pledge_order(receipt)
    put(acts, order)
    pledge = pledge_id(order_hash(order))
    acts.chain.set_time(order.maturity + 1)
    put(acts, DefaultOrder(receipt, pledge, BANK, acts.seq(receipt), acts.deadline_s))
    put(acts, CureOrder(receipt, pledge, BANK, acts.seq(receipt), acts.deadline_s))
    put(acts, DefaultOrder(receipt, pledge, BANK, acts.seq(receipt), acts.deadline_s))
    assert agrees(acts).pledges.pledges[pledge].defaulted
    acts.chain.set_time(acts.chain.now_s + order.cure_s + 1)
    shares = (Share(pledge, AMOUNT, AMOUNT),)
    sums = (acts.chain.now_s, AMOUNT + 700, 300, 0, shares, 400)
    put(
        acts,
        ForeclosureOrder(
            receipt, BANK, IMPORTER, TRADER, acts.seq(receipt), SALE, *sums, acts.deadline_s
        ),
    )  # fmt: skip

    ledger = agrees(acts)
    assert (ledger.receipts[receipt].holder, ledger.receipts[receipt].pledges) == (TRADER, 0)
    assert ledger.pledges.pledges == {}


def test_replay__freezes_queue_and_lapse__as_the_contract_says() -> None:
    acts = ActsWorld()
    receipt = acts.issued()
    acts.frozen(receipt, 1, COURT, days=2)
    acts.frozen(receipt, 2, COURT_2)
    assert agrees(acts).receipts[receipt].freezes == 2

    acts.chain.set_time(acts.chain.now_s + 3 * DAY_S)
    acts.chain.send(acts.modules["Court"], "lapse", receipt, 1)

    ledger = agrees(acts)
    assert (ledger.receipts[receipt].freezes, ledger.receipts[receipt].freeze_case) == (1, 2)
    put(acts, acts.unfreeze_order(receipt, 2, COURT_2))
    assert agrees(acts).receipts[receipt].freezes == 0


def bent(acts: ActsWorld, name: str, **changes: object) -> str:
    """What the replay says when the last event of that name had said something else."""
    history = chain_events(acts.chain.outcomes)
    at, place = [(i, j) for i, txs in enumerate(history) for j, e in enumerate(txs) if e.name == name][-1]
    history[at][place].args.update(changes)
    with pytest.raises(Refused) as caught:
        replayed(acts, history)
    assert caught.value.reason == "impossible-history"
    return str(caught.value)


def test_replay__burdened_life_bent_anywhere__told() -> None:
    acts = ActsWorld()
    receipt = acts.issued()
    acts.pledged(receipt)
    acts.put(acts.split_order(receipt, 4, 6), consent_by=BANK)
    acts.frozen(receipt_id(100))
    acts.put(acts.part_delivery_order(receipt_id(101)), consent_by=BANK)
    agrees(acts)

    assert "PledgesFollowed" in bent(acts, "PledgesFollowed", ranks=7)
    assert "9999999" in bent(acts, "ReceiptIssued", quantityG=5_999_999)
    assert "not like" in bent(acts, "ReceiptIssued", holder=TRADER)
    assert "of 6000000 g" in bent(acts, "ReceiptReduced", restG=1)
    assert "behind 3" in bent(acts, "Frozen", ahead=3)
    assert "pledges' own logs" in bent(acts, "Pledged", pledgee=BANK_2)
    assert "2" in bent(acts, "PledgesChanged", pledges=2)
    assert "courts' own" in bent(acts, "FreezesChanged", freezeCase=9)


def test_replay__margin_over_two_parts_then_other_goods__as_the_contract_says() -> None:
    acts = ActsWorld()
    receipt, other = acts.issued(), acts.issued(2)
    valued(acts)
    acts.pledged(receipt)
    acts.pledged(receipt, BANK_2, 2)
    put(acts, acts.split_order(receipt, 4, 6), BANK)
    one, rest = receipt_id(100), receipt_id(101)
    pledge = agrees(acts).pledges.ranks[one][0]
    later(acts)
    valued(acts, (1, 1))
    put(acts, margin_order(acts, pledge, one, rest))
    assert agrees(acts).pledges.pledges[pledge].defaulted
    put(acts, substitute_order(acts, one, other, (BANK, BANK_2)))

    ledger = agrees(acts)
    assert (ledger.receipts[one].pledges, ledger.receipts[other].pledges) == (0, 2)
    assert ledger.pledges.pledges[pledge].receipts == {rest, other}
    assert "PledgesSubstituted" in bent(acts, "PledgesSubstituted", ranks=7)
    assert "worth less" in bent(acts, "PledgesSubstituted", valueMinor=3)
    assert "PledgesSubstituted" in bent(acts, "PledgesSubstituted", releasedId=rest + 1)


def test_replay__price_series_of_a_lot__what_the_order_says() -> None:
    acts = ActsWorld()
    acts.issued()
    set_series(acts)
    put(acts, lot_order(acts))
    put(acts, price_order(acts, FEEDERS[0]))
    agrees(acts)


def test_does__value_above_what_the_order_says__is_something_else() -> None:
    order = MarginOrder(1, 2, 3, 10, 0, 99)
    for value, right in ((10, True), (9, True), (11, False), (None, False)):
        found = [("PledgesChanged", 1, 1, 3), ("MarginCalled", 1, 2, value)]
        assert does(found, acts_of(order)) is right


def test_ranks_in__word__first_in_the_lowest() -> None:
    assert ranks_in(5 | 7 << 64) == [5, 7]


def test_replay__lost_short_and_on_paper__as_the_contract_says() -> None:
    acts = ActsWorld()
    receipt = acts.issued()
    acts.pledged(receipt)
    put(acts, notice_order(acts, receipt), BANK)
    assert agrees(acts).receipts[receipt].suspend_reason == SuspendReason.NOTICE_OF_LOSS
    acts.chain.set_time(acts.chain.now_s + NOTICE_S + 1)
    put(acts, replacement_order(acts, receipt), BANK)
    ledger = agrees(acts)
    assert (ledger.receipts[receipt].status, ledger.receipts[NEW].pledges) == (Status.REPLACED, 1)

    acts.put(acts.release_order(NEW, ledger.pledges.ranks[NEW][0]))
    put(acts, notice_order(acts, NEW))
    acts.chain.set_time(acts.chain.now_s + NOTICE_S + 31 * DAY_S)
    outcome = acts.chain.send(acts.modules["Replacement"], "lapseNotice", NEW)
    assert not needs_quorum(acts_in(chain_events([outcome])[0])), "anybody may end a notice that lapsed"
    put(acts, paper_order(acts, NEW))
    put(acts, electronic_order(acts))

    assert agrees(acts).receipts[NEW].status is Status.REPLACED


def test_replay__a_lot_found_short__every_share_checked() -> None:
    acts = ActsWorld()
    receipts = [acts.issued(index, quantity_g=grams) for index, grams in enumerate((1_000, 2_000, 4_001), 1)]
    for receipt in receipts:
        acts.submit(acts.suspend_order(receipt))
    put(acts, shortage_order(acts, 10, *receipts))

    ledger = agrees(acts)

    assert ledger.lots[LOT].live_g == 6_991
    assert "its share is" in bent(acts, "ReceiptWrittenDown", shortG=5, restG=995)
