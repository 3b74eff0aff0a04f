"""What an order does, in plain words, English and Chinese, drawn from the order alone.

The sentences are in `act_sentences`; here each field is shown by its name as people read it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from enum import IntEnum
from typing import Any, Final

from holdfast.domain.act_sentences import SENTENCES, Words
from holdfast.domain.acts import AnyOrder, CaseOrder
from holdfast.domain.court_words import case_reason
from holdfast.domain.errors import InvalidInput
from holdfast.domain.money import show_amount
from holdfast.domain.orders import PARTY_FIELDS
from holdfast.domain.pledge_terms import by_pledgee
from holdfast.domain.receipts import receipt_hex
from holdfast.domain.units import show_mass, show_percent, show_time

_MEMBERS: Final = frozenset({*PARTY_FIELDS, "operator", "court", "feeder"})
_TIMES: Final = frozenset({"expires_at", "maturity", "observed_at", "from_s", "sold_at"})
_CHINESE: Final = {
    "CORRECTION": "更正",
    "EXTENSION": "展期",
    "LOST": "遗失",
    "COMPROMISED": "被他人控制",
    "BILL_OF_LADING": "提单",
    "PAPER_RECEIPT": "纸质仓单",
    "GOODS": "货物指纹",
    "BEFORE_PLEDGES": "先于质权",
    "BEHIND_PLEDGES": "后于质权",
    "ASSERTION": "本次行使",
    "TERMS": "全部约定",
}
"""Names of choices in Chinese."""


def short_receipt(receipt_id: int) -> Words:
    """A receipt by its id alone."""
    name = receipt_hex(receipt_id)
    return f"receipt {name}", f"仓单 {name}"


def show_minor(amount: int, currency: str) -> str:
    """An amount; bare minor units where the order does not say of which currency."""
    return show_amount(amount, currency) if currency else f"{amount:,} (minor units)"


def _span(seconds: int) -> Words:
    if seconds % 86_400 == 0:
        return f"{seconds // 86_400} days", f"{seconds // 86_400} 天"
    return f"{seconds} s", f"{seconds} 秒"


def sentence(
    order: AnyOrder,
    who: Callable[[int], Words],
    receipt: Callable[[int], Words] = short_receipt,
    currency: str = "",
) -> Words:
    """What an order does. `who` and `receipt` name members and receipts; `currency` where the order has none.

    Raises InvalidInput for an order that members do not sign.
    """
    if type(order) not in SENTENCES:
        raise InvalidInput("order", type(order).__name__, "an order that members sign")
    shown = {item.name: _show(order, item.name, who, receipt, currency) for item in fields(order)}
    english, chinese = SENTENCES[type(order)]
    until = show_time(order.deadline)
    return (
        english.format(**{name: words[0] for name, words in shown.items()}) + f". Void after {until}.",
        chinese.format(**{name: words[1] for name, words in shown.items()}) + f"。{until} 后失效。",
    )


def _show(
    order: AnyOrder,
    name: str,
    who: Callable[[int], Words],
    receipt: Callable[[int], Words],
    currency: str,
) -> Words:
    value: Any = getattr(order, name)
    money = getattr(order, "currency", b"").decode() or currency
    if name == "holder" and by_pledgee(order):
        return "The first pledgee, without the holder,", "第一顺位质权人（无需持有人签署）"
    if name in _MEMBERS:
        return who(value) if value else ("nobody", "无")
    if name == "receipt_id":
        return receipt(value)
    if name.endswith("_id") and isinstance(value, int) and name != "pledge_id":
        return short_receipt(value)
    if name == "reason" and isinstance(order, CaseOrder):
        return case_reason(value)
    if name == "others" and not value:
        return "no others", "无其他仓单"
    if name in ("receipts", "others"):
        names = [receipt(item.receipt_id) for item in value]
        return " and ".join(each[0] for each in names), "、".join(each[1] for each in names)
    if name == "parts":
        return _parts(value)
    if name == "shares":
        paid = [(share.pledge_id, show_minor(share.paid_minor, money)) for share in value]
        return (
            ", ".join(f"pledge {pledge} {amount}" for pledge, amount in paid),
            "，".join(f"质权 {pledge} {amount}" for pledge, amount in paid),
        )
    return _plain(name, value, money)


def _parts(value: Any) -> Words:
    names = [(short_receipt(part.receipt_id), show_mass(part.quantity_g)) for part in value]
    return (
        "; ".join(f"{mass} to {words[0]}" for words, mass in names),
        "；".join(f"{mass} 归{words[1]}" for words, mass in names),
    )


def _plain(name: str, value: Any, money: str) -> Words:
    if name.endswith("_minor"):
        text = show_minor(value, money)
    elif name == "quantity_g":
        text = show_mass(value)
    elif name in _TIMES:
        text = show_time(value)
    elif name.endswith("_bps"):
        text = show_percent(value)
    elif name in ("cure_s", "notice_s"):
        return _span(value)
    elif isinstance(value, bytes):
        text = value.decode() if name == "currency" else "0x" + value.hex()
    elif isinstance(value, IntEnum):
        return value.name.lower().replace("_", " "), _CHINESE[value.name]
    else:
        text = str(value)
    return text, text
