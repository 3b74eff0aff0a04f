"""Pledges and court cases as folds over their own events. Pure: events in, rows out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

Event = Any
"""A row of `chain_events`."""


def fold_pledge(events: Iterable[Event], covers: Sequence[Any]) -> dict[str, Any]:
    """A pledge's row from its events and the rows of receipts it is or was on; empty if it was never made."""
    state: dict[str, Any] = {}
    for event in events:
        if event.name == "Pledged":
            state = _made(event)
        elif state:
            _course(state, event)
    live = [cover for cover in covers if cover.ended_at is None]
    if state and not live:
        how = {cover.ended_how for cover in covers}
        word = next((each for each in ("sold", "delivered", "redeemed") if each in how), "released")
        ends = [cover.ended_at for cover in covers]
        state |= {"state": word, "ended_at": max(ends, default=state["made_at"])}
        state |= {"default_at": None, "sale_from": None, "value_minor": None, "needed_minor": None}
    return state


def _made(event: Event) -> dict[str, Any]:
    args = event.args
    return {
        "pledge_id": event.pledge_id,
        "contract": event.contract,
        "state": "in-force",
        "pledgee": int(args["pledgee"]),
        "pledgor": int(args["pledgor"]),
        "amount_minor": args["amountMinor"],
        "paid_minor": "0",
        "currency": bytes.fromhex(args["currency"][2:]).decode("ascii", "replace"),
        "maturity": int(args["maturity"]),
        "ltv_bps": int(args["ltvBps"]),
        "cure_s": int(args["cureS"]),
        "filing_digest": args["filingDigest"],
        **dict.fromkeys(("default_at", "sale_from", "value_minor", "needed_minor", "ended_at")),
        "made_block": event.block_number,
        "made_log_index": event.log_index,
        "made_at": event.timestamp,
        "made_tx": event.tx_hash,
    }


def _course(state: dict[str, Any], event: Event) -> None:
    args = event.args
    if event.name == "PledgeAssigned":
        state["pledgee"] = int(args["to"])
    elif event.name in ("DefaultNoticed", "MarginCalled"):
        state |= {"default_at": event.timestamp, "sale_from": int(args["saleFrom"])}
        state["state"] = "default" if event.name == "DefaultNoticed" else "margin-call"
        state |= {"value_minor": args.get("valueMinor"), "needed_minor": args.get("neededMinor")}
    elif event.name == "DefaultCured":
        state |= dict.fromkeys(("default_at", "sale_from", "value_minor", "needed_minor"))
        state["state"] = "in-force"
    elif event.name in ("PledgePaid", "BondRedeemed"):
        paid = int(args["paidMinor"])
        state["paid_minor"] = str(int(state["paid_minor"]) + paid)
        state["amount_minor"] = str(int(state["amount_minor"]) - paid)


def pledgees(events: Iterable[Event], cover: Any) -> list[tuple[int, int | None]]:
    """Who was pledgee while a pledge was on a receipt, and until when (None: is so now)."""
    found: list[tuple[int, int | None]] = []
    for event in events:
        if event.name == "Pledged":
            found = [(int(event.args["pledgee"]), cover.ended_at)]
        elif event.name == "PledgeAssigned" and found:
            before, _ = found.pop()
            if event.timestamp >= cover.since:
                found.append((before, event.timestamp))
            found.append((int(event.args["to"]), cover.ended_at))
    return found


def fold_case(events: Iterable[Event]) -> dict[str, Any]:
    """A court case's row from its events; empty if it was never opened."""
    state: dict[str, Any] = {}
    for event in events:
        args = event.args
        if event.name == "CaseOpened":
            state = {
                "contract": event.contract,
                "case_no": event.case_no,
                "court": int(args["court"]),
                "reason": int(args["reason"]),
                "document_digest": args["documentDigest"],
                "opened_at": event.timestamp,
                "expires_at": int(args["expiresAt"]),
            }
        elif event.name == "CaseRenewed" and state:
            state["expires_at"] = int(args["expiresAt"])
    return state
