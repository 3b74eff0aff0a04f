"""How a receipt stands, from a node in the API's own shape, and that shape in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from holdfast.domain.court_words import case_reason
from holdfast.domain.encumbrances import PledgeState
from holdfast.domain.money import show_amount
from holdfast.domain.orders import SuspendReason
from holdfast.domain.receipts import receipt_hex
from holdfast.domain.standing import (
    LIEN_BEFORE,
    LIEN_BEHIND,
    FreezeStanding,
    Standing,
    StorageState,
    delivery_signers,
)
from holdfast.domain.standing_words import delivery_words, loan_to_value, suspension, value_json, why_not_free
from holdfast.domain.units import show_mass, show_percent, show_time

_RANKS: Final = {LIEN_BEFORE: "before-pledges", LIEN_BEHIND: "behind-pledges"}


def standing_json(
    standing: Standing, names: Mapping[int, str], evidence_fresh_until: int | None
) -> dict[str, Any]:
    """A node's answer with the names of GET /v1/receipts/{id}/status, as far as a node alone can tell."""

    def name(member: int) -> str:
        return names.get(member, f"member {member}")

    def ref(member: int) -> dict[str, Any]:
        return {"member_id": member, "name": name(member)}

    corrected = {"predecessors": standing.predecessor, "successors": standing.successor}
    return {
        "receipt_id": receipt_hex(standing.receipt_id),
        "status": standing.status.name.lower(),
        "kind": standing.kind.name.lower().replace("_", "-"),
        "holder": ref(standing.holder),
        "holder_account": standing.account,
        "operator": ref(standing.operator),
        "quantity_g": str(standing.quantity_g),
        "quantity": show_mass(standing.quantity_g),
        "lot": {"lot_id": "0x" + standing.lot_id.hex()},
        "free": standing.free,
        "not_free_because": why_not_free(standing, name),
        "suspended_because": suspension(standing.suspend_reason) if standing.suspend_reason else None,
        "suspend_reason": standing.suspend_reason or None,
        "expires_at": standing.expires_at,
        "evidence_fresh_until": evidence_fresh_until,
        "pledges": [
            {**_pledge(pledge, loan_to_value(standing, rank)), "rank": rank, "pledgee": ref(pledge.pledgee)}
            for rank, pledge in enumerate(standing.pledges, 1)
        ],
        "delivery_signers": [ref(member) for member in delivery_signers(standing)],
        "delivery": delivery_words(standing, name),
        "value": standing.value and value_json(standing.value),
        "liens": standing.liens,
        "lien_terms": _RANKS.get(standing.lien_terms),
        "storage": standing.storage and _storage(standing.storage),
        "notice": standing.notice and asdict(standing.notice),
        "paper_digest": "0x" + standing.paper_digest.hex() if standing.paper_digest else None,
        "freeze": standing.freeze and _freeze(standing.freeze, ref(standing.freeze.court)),
        "waiting": [_freeze(freeze, ref(freeze.court)) for freeze in standing.waiting],
        **{word: [receipt_hex(one)] if one else [] for word, one in corrected.items()},
        "more": dict(standing.more),
        "seq": standing.seq,
        "as_of_block": standing.block_number,
        "as_of": standing.block_time,
    }


def _pledge(pledge: PledgeState, loan_to_value_bps: int | None) -> dict[str, Any]:
    terms = {
        "amount_minor": str(pledge.amount_minor),
        "amount": show_amount(pledge.amount_minor, pledge.currency),
        "currency": pledge.currency,
        "maturity": pledge.maturity,
        "ltv_bps": pledge.ltv_bps,
        "loan_to_value_bps": loan_to_value_bps,
        "cure_s": pledge.cure_s,
        "default_at": pledge.default_at or None,
        "sale_from": pledge.sale_from or None,
        "receipts": pledge.receipts,
    }
    number = pledge.pledge_id
    return {"id": f"0x{number:016x}", "number": str(number), "bond": pledge.bond, "terms": terms}


def _storage(found: StorageState) -> dict[str, Any]:
    amounts = {
        "fee": found.fee_minor,
        "cap": found.cap_minor,
        "due": found.due_minor,
        "asserted": found.asserted_minor,
        "paid": found.paid_minor,
    }
    shown = {word: show_amount(amounts[word], found.currency) for word in ("fee", "cap", "due")}
    return {"currency": found.currency, **shown, **{f"{word}_minor": str(n) for word, n in amounts.items()}}


def _freeze(freeze: FreezeStanding, court: dict[str, Any]) -> dict[str, Any]:
    return {
        "case_no": freeze.case_no,
        "court": court,
        "reason": freeze.reason,
        "because": case_reason(freeze.reason)[0],
        "because_zh": case_reason(freeze.reason)[1],
        "opened_at": freeze.opened_at,
        "expires_at": freeze.expires_at,
        "document_digest": "0x" + freeze.document_digest.hex(),
    }


def render_standing(found: Mapping[str, Any]) -> str:
    """A receipt's standing for people, one matter a line."""
    lines = [f"Receipt    {found['receipt_id']}", *_goods(found)]
    lines.append(f"Held by    {_who(found['holder'])}, account {found['holder_account']}")
    lines.append(f"Kept by    {_who(found['operator'])}")
    free = "yes: its holder alone may give it away or take the goods" if found["free"] else "NO"
    lines.append(f"Free       {free}")
    lines += [f"           - {reason}" for reason in found["not_free_because"]]
    lines += _value_lines(found.get("value"))
    for pledge in found["pledges"]:
        lines += _pledge_lines(pledge)
        if pledge.get("bond") and found.get("delivery"):
            lines.append(f"Delivery   {found['delivery']}")
    if found["freeze"]:
        lines.append(f"Frozen     {_case(found['freeze'])}")
    lines += [f"  waiting  {_case(case)}" for case in found["waiting"]]
    if found["suspend_reason"]:
        known = {int(reason): reason.name.lower().replace("_", "-") for reason in SuspendReason}
        code = known.get(found["suspend_reason"], f"code {found['suspend_reason']}")
        lines.append(f"Suspended  {code}: {found['suspended_because']}")
    lines += _lien_lines(found)
    if found["notice"]:
        lines.append(
            f"Notice     of loss, given {show_time(found['notice']['since'])}; nothing takes its place"
        )
        lines.append(f"           before {show_time(found['notice']['until'])}")
    if found["paper_digest"]:
        lines.append(f"On paper   sha256 {found['paper_digest']}")
    lines += [f"Instead of {one}" for one in found["predecessors"]]
    word = "Split off " if found["status"] in ("live", "suspended") else "Now       "
    lines += [f"{word} {one}" for one in found["successors"]]
    if found.get("unread"):
        lines.append(f"NOT READ   {found['unread']}: the API's index does not know this event; ask a node")
    lines += [f"Also       {name}: {value}" for name, value in sorted(found["more"].items()) if value]
    lines.append(f"Next order number {found['seq']}")
    lines.append(f"As of      block {found['as_of_block']:,}, {show_time(found['as_of'])}")
    return "\n".join(lines)


def _lien_lines(found: Mapping[str, Any]) -> list[str]:
    lines = []
    if found["liens"]:
        lines.append("Lien       the warehouse operator keeps the goods for its fees")
    if found["lien_terms"]:
        rank = (
            "come before every pledge" if found["lien_terms"] == "before-pledges" else "rank behind pledges"
        )
        lines.append(f"Storage    agreed fees {rank}")
    if found["storage"]:
        fees = found["storage"]
        lines.append(
            f"           {fees['fee']} a tonne and day, at most {fees['cap']}; due now {fees['due']}"
        )
    return lines


def _goods(found: Mapping[str, Any]) -> list[str]:
    lot = found["lot"]
    where = ", ".join(str(lot[word]) for word in ("product", "label", "bay", "site") if lot.get(word))
    first = f"Goods      {found['quantity']}" + (f" of {where}" if where else f" of lot {lot['lot_id']}")
    issued = found.get("issued_quantity")
    if issued and issued != found["quantity"]:
        first += f" (issued for {issued})"
    until = show_time(found["expires_at"])
    status = f"Status     {found['status']}; {found['kind']}; the receipt runs until {until}"
    return [first, status, f"Evidence   {_freshness(found)}"]


def _freshness(found: Mapping[str, Any]) -> str:
    """Until when the newest evidence holds, which is not until when the receipt runs."""
    until = found["evidence_fresh_until"]
    if until is None:
        return "nothing attested on this receipt that can be read here"
    if until < found["as_of"]:
        return f"was fresh until {show_time(until)}: the next act takes fresh evidence"
    return f"fresh until {show_time(until)}"


def _who(ref: Mapping[str, Any]) -> str:
    plain = f"member {ref['member_id']}"
    return plain if ref["name"] == plain else f"{ref['name']} ({plain})"


def _pledge_lines(pledge: Mapping[str, Any]) -> list[str]:
    bond, terms = pledge.get("bond"), pledge["terms"]
    head = ("Bond       held by " if bond else f"Pledge {pledge['rank']}   to ") + _who(pledge["pledgee"])
    if terms is None:
        return [f"{head}; its terms are shown to those with a right in the receipt"]
    share = f"at most {show_percent(terms['ltv_bps'])} of the goods' value"
    lent = terms.get("loan_to_value_bps")
    if lent is not None:
        share += f", now {show_percent(lent)}" + (": margin can be called" if lent > terms["ltv_bps"] else "")
    rule = "its holder alone may give it on" if bond else share
    on = f", on {terms['receipts']} receipts" if terms["receipts"] > 1 else ""
    lines = [
        f"{head}: secures {terms['amount']}, due {show_time(terms['maturity'])}",
        f"           {rule}; {'bond' if bond else 'pledge'} {pledge['id']}{on}",
    ]
    if terms["default_at"]:
        lines.append(
            f"           notice given {show_time(terms['default_at'])}; "
            f"no sale before {show_time(terms['sale_from'])}"
        )
    return lines


def _value_lines(found: Mapping[str, Any] | None) -> list[str]:
    """What the goods are worth; nothing where nobody said how their lot is valued."""
    if not found:
        return []
    if found["missing"]:
        return [f"Worth      no value now: {found['missing']}"]
    return [f"Worth      {found['value']}: {found['prices']} prices agree on {found['price']} a tonne"]


def _case(case: Mapping[str, Any]) -> str:
    return (
        f"{_who(case['court'])}, case {case['case_no']}, {case['because']}, until "
        f"{show_time(case['expires_at'])}; ruling sha256 {case['document_digest']}"
    )
