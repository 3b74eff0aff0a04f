"""What an order does, in plain words with real units: for whoever is about to sign it."""

from __future__ import annotations

from api.orders.schemas import Summary
from api.receipts.schemas import ReceiptOut
from api.schemas import MemberRef
from holdfast.domain.orders import DeliveryOrder, TransferOrder
from holdfast.domain.units import show_time


def summarise(
    order: TransferOrder | DeliveryOrder, receipt: ReceiptOut, transferee: MemberRef | None
) -> Summary:
    """English and Chinese, each whole by itself."""
    number = receipt.receipt_number or receipt.id[:14] + "…"
    lot, holder = receipt.lot, receipt.holder
    goods, place = lot.product or "goods", ", ".join(part for part in (lot.site, lot.bay) if part)
    at = f" in {place}" if place else ""
    zh_at = f"，存放于 {place}" if place else ""
    until = show_time(order.deadline)
    what = f"warehouse receipt {number} for {receipt.quantity} of {goods} (lot {lot.label or lot.lot_id}){at}"
    zh_what = f"仓单 {number}（{receipt.quantity} {goods}，批号 {lot.label or lot.lot_id}{zh_at}）"
    if isinstance(order, TransferOrder) and transferee is not None:
        return Summary(
            en=(
                f"{holder.name} (member {holder.member_id}) transfers {what} to {transferee.name} "
                f"(member {transferee.member_id}). Title passes at once and finally when the order is "
                f"carried out. Both sign; void after {until}."
            ),
            zh=(
                f"{holder.name_zh}（会员 {holder.member_id}）将{zh_what}转让给{transferee.name_zh}"
                f"（会员 {transferee.member_id}）。指令执行时权利即时、终局转移。须双方签署；{until} 后失效。"
            ),
        )
    return Summary(
        en=(
            f"{holder.name} (member {holder.member_id}) takes delivery of the whole of {what}. The goods "
            f"leave the warehouse and the receipt is cancelled for ever. The holder signs; "
            f"void after {until}."
        ),
        zh=(
            f"{holder.name_zh}（会员 {holder.member_id}）提取{zh_what}项下全部货物。货物出库后仓单永久注销。"
            f"由持有人签署；{until} 后失效。"
        ),
    )
