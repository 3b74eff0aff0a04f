"""What an order does, in plain words with real units: for whoever is about to sign it."""

from __future__ import annotations

from api.members.repository import member_names
from api.orders.desk import Desk
from api.orders.schemas import Summary
from api.problems import Problem
from api.receipts.service import get_receipt
from api.schemas import Names
from holdfast.domain.act_sentences import Words
from holdfast.domain.act_words import sentence, short_receipt
from holdfast.domain.acts import AnyOrder
from holdfast.domain.orders import standing_ids
from holdfast.domain.receipts import receipt_hex
from holdfast.store.records_engine import read


def summarise(order: AnyOrder, desk: Desk) -> Summary:
    """English and Chinese, each whole by itself."""
    with read(desk.context.records.engine) as db:
        names = Names(member_names(db, desk.viewer))

    def who(member: int) -> Words:
        ref = names.ref(member)
        return f"{ref.name} (member {member})", f"{ref.name_zh}（会员 {member}）"

    pledges = [pledge for receipt_id in standing_ids(order)[:1] for pledge in desk.pledges(receipt_id)]
    english, chinese = sentence(
        order,
        who,
        lambda receipt_id: _receipt(desk, receipt_id),
        pledges[0].currency if pledges else "",
    )
    return Summary(en=english, zh=chinese)


def _receipt(desk: Desk, receipt_id: int) -> Words:
    """A receipt with its number, goods and place, as far as the viewer may see them."""
    try:
        with read(desk.context.records.engine) as db:
            receipt = get_receipt(db, desk.viewer, receipt_hex(receipt_id))
    except Problem:
        return short_receipt(receipt_id)
    number = receipt.receipt_number or receipt.id[:14] + "…"
    lot = receipt.lot
    goods, place = lot.product or "goods", ", ".join(part for part in (lot.site, lot.bay) if part)
    at, zh_at = (f" in {place}", f"，存放于 {place}") if place else ("", "")
    label = lot.label or lot.lot_id
    return (
        f"warehouse receipt {number} for {receipt.quantity} of {goods} (lot {label}){at}",
        f"仓单 {number}（{receipt.quantity} {goods}，批号 {label}{zh_at}）",
    )
