"""What a receipt's state and burdens stop, act by act: the table of docs/receipt-states.md, tried.

Each act of the table is tried on a receipt that is bound as the column says, by its next order and signed on
the day: "no" must be refused for that very reason, "yes" must be carried out. Other cells (who signs, what is
paid) have tests of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, Final

import pytest

from holdfast.chain.acts import FUNCTIONS
from holdfast.domain.acts import FreezeOrder, MarginOrder, PledgeSubstituteOrder, ReceiptRef, RenewOrder
from tests.contracts.acts_harness import COURT, ActsWorld
from tests.contracts.acts_samples import SAMPLES, Sample
from tests.contracts.evm import Reverted
from tests.contracts.harness import BANK, DAY_S, INSPECTOR, IOT, TONNE_G, receipt_id
from tests.contracts.valuing import PRICE, valued

PAGE: Final = Path(__file__).parents[2] / "docs/receipt-states.md"
COLUMNS: Final = {
    "suspended": 1,
    "noticed": 1,
    "frozen": 2,
    "lien": 3,
    "pledged": 4,
    "expired": 5,
}
"""How a receipt is bound -> its column. A notice of loss stands in the column of suspension."""
REASONS: Final = {
    "suspended": {"ReceiptNotLive"},
    "noticed": {"ReceiptNotLive"},
    "frozen": {"ReceiptFrozen", "ReceiptEncumbered"},
    "lien": {"ReceiptUnderLien", "ReceiptEncumbered"},
    "pledged": {"ReceiptEncumbered", "BondOverPledge"},
    "expired": {"ReceiptExpired"},
}
ORDERS: Final = ("transfer", "deliver", "suspend", "reinstate")
ELSEWHERE: Final = {
    ("Court.lapse", "any"): "test_court.py: nobody signs it",
    ("WarehouseReceipt.reinstate", "pledged"): "test_edges.py: a suspended receipt is not pledged",
    ("Shortage.writeDown", "pledged"): "test_shortage.py: the same",
    ("Court.unfreeze", "pledged"): "test_court.py: nor is a frozen one",
}
KINDS: Final = {f"{contract}.{name}": kind for kind, (contract, name) in FUNCTIONS.items()}


def cells() -> Iterator[tuple[str, str, str, bool]]:
    """Function, which of its receipts, how it is bound, whether the act goes."""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        row = [cell.strip() for cell in line.strip("|").split("|")]
        for function in re.findall(r"`(\w+\.\w+)`", row[0]) if len(row) == 6 else ():
            which = "released" if "go out" in row[0] else "coming"
            for bound, column in COLUMNS.items():
                known = (function, bound) in ELSEWHERE or (function, "any") in ELSEWHERE
                if row[column] in ("yes", "no") and not known:
                    yield function, which, bound, row[column] == "yes"


def bind(acts: ActsWorld, receipt: int, bound: str, kind: type[Any] | None) -> None:
    """Suspend, freeze, pledge … a receipt whatever stands against it, or wait until it has expired."""
    state = acts.receipt(receipt)
    if bound == "suspended":
        acts.submit(acts.suspend_order(receipt), signers=(INSPECTOR, IOT))
    elif bound == "noticed":
        acts.rogue_does("setNotice", receipt, state["seq"], True)
    elif bound == "frozen":
        acts.rogue_does("addFreeze", receipt, 9)
    elif bound == "lien":
        acts.rogue_does("setLiens", receipt, 1, state["lienTerms"])
    elif bound == "pledged" and not state["pledges"]:
        acts.rogue_does("addPledge", receipt, state["seq"], BANK)
    elif bound == "expired":
        if kind is FreezeOrder:
            until = acts.chain.now_s + 700 * DAY_S
            acts.put(RenewOrder(COURT, 1, acts.number(1), until, acts.deadline_s))
        acts.chain.set_time(state["expiresAt"] + 1)
        if kind in (MarginOrder, PledgeSubstituteOrder):
            price = 1 if kind is MarginOrder else PRICE
            valued(acts, (price, price))


def outlasting(acts: ActsWorld, receipt: int) -> int:
    """The goods under a receipt that runs two years longer."""
    state = acts.receipt(receipt)
    news = [(receipt_id(50), 10 * TONNE_G, state["expiresAt"] + 730 * DAY_S)]
    acts.rogue_does("replaceReceipts", [(receipt, state["seq"])], news, bytes(32), b"")
    return receipt_id(50)


def renumbered(acts: ActsWorld, order: Any) -> Any:
    """The same order as the receipts' next one, good from today."""
    names = {item.name for item in fields(order)}
    changes: dict[str, Any] = {"deadline": acts.deadline_s}
    if "seq" in names:
        changes["seq"] = acts.seq(order.receipt_id)
    if "released_seq" in names:
        changes["released_seq"] = acts.seq(order.released_id)
    if "receipts" in names:
        changes["receipts"] = tuple(
            ReceiptRef(ref.receipt_id, acts.seq(ref.receipt_id)) for ref in order.receipts
        )
    if "number" in names and "case_no" in names:
        changes["number"] = acts.number(order.case_no)
    return replace(order, **changes)


def try_order(acts: ActsWorld, name: str, bound: str) -> None:
    receipt = acts.issued()
    if name == "reinstate":
        acts.submit(acts.suspend_order(receipt), signers=(INSPECTOR, IOT))
    bind(acts, receipt, bound, None)
    if name == "suspend":
        acts.submit(acts.suspend_order(receipt), signers=(INSPECTOR, IOT))
    elif name == "reinstate":
        acts.submit(acts.reinstate_order(receipt))
    else:
        acts.submit(acts.transfer_order(receipt) if name == "transfer" else acts.delivery_order(receipt))


def try_act(acts: ActsWorld, kind: type[Any], which: str, bound: str) -> None:
    made: Sample = SAMPLES[kind](acts)
    order: Any = made.act
    if kind is PledgeSubstituteOrder and (which, bound) == ("released", "expired"):
        order = replace(order, receipt_id=outlasting(acts, order.receipt_id))
    named = order.receipts[0].receipt_id if hasattr(order, "receipts") else order.receipt_id
    bind(acts, order.released_id if which == "released" else named, bound, kind)
    acts.put(renumbered(acts, order), consent_by=made.consent_by, signers=made.signers)


@pytest.mark.parametrize(("function", "which", "bound", "goes"), list(cells()))
def test_act__on_a_bound_receipt__goes_or_not_as_the_page_says(
    acts: ActsWorld, function: str, which: str, bound: str, goes: bool
) -> None:
    acts.let_in_rogue()
    contract, name = function.split(".")

    def attempt() -> None:
        if contract == "WarehouseReceipt":
            try_order(acts, name, bound)
        else:
            try_act(acts, KINDS[function], which, bound)

    if goes:
        attempt()
        return
    with pytest.raises(Reverted) as refusal:
        attempt()
    assert refusal.value.name in REASONS[bound]


def test_page__every_act_on_a_receipt__is_in_its_table() -> None:
    tried = {function for function, *_ in cells()}
    assert {f"WarehouseReceipt.{name}" for name in ORDERS} <= tried
    others = {"Court.openCase", "Court.renewCase", "Origins.register", "ReceiptMedium.toElectronic"}
    others |= {"Valuation.post", "Valuation.assignLot"}
    assert set(KINDS) - tried == others
