"""Asking the chain how a receipt stands: ReceiptStatus and the court's waiting cases, at one block."""

from __future__ import annotations

from typing import Any, Final

from holdfast.chain.connection import Connection, named_struct
from holdfast.chain.modules import pledge_state
from holdfast.chain.value import ValueReader
from holdfast.domain.errors import Misconfigured, Refused
from holdfast.domain.orders import Kind
from holdfast.domain.standing import Bound, FreezeStanding, NoticeState, Standing, StorageState

_READ: Final = frozenset(
    {"holder", "account", "operator", "kind", "quantityG", "lotId", "free", "bounds", "suspendReason"}
    | {"liens", "lienTerms", "freshUntil", "seq", "pledgeIds", "pledges", "freezeCase", "freeze"}
    | {"freezeDocument", "waiting", "predecessor", "successor", "storageTerms", "lienDueMinor", "notice"}
    | {"paperDigest"}
)


class StandingReader:
    """Answers how a receipt stands.

    Raises Misconfigured, on construction, if the deployment file names no ReceiptStatus or no Court.
    """

    def __init__(self, connection: Connection) -> None:
        deployment = connection.deployment
        for name, address in (("receipt_status", deployment.receipt_status), ("court", deployment.court)):
            if not address:
                raise Misconfigured(
                    f"the deployment file names no {name}: it is of a consortium without modules, or from "
                    "before them; ask for the present one"
                )
        self._connection = connection
        self._status = connection.contract("ReceiptStatus", deployment.receipt_status)
        self._court = connection.contract("Court", deployment.court)

    def standing(self, receipt_id: int, *, value: bool = False) -> Standing | None:
        """A receipt at the newest block, with what its goods are worth if asked for; None if it was never
        issued. Raises Unreachable, and Misconfigured as `ValueReader`.
        """
        head = self._connection.head()
        try:
            answer: Any = self._connection.ask(
                "status",
                lambda: self._status.functions.status(receipt_id).call(block_identifier=head.number),
            )
        except Refused as error:
            if error.reason == "unknown-receipt":
                return None
            raise
        found = named_struct(self._status.abi, "status", answer)
        more = {name: _plain(value) for name, value in found.items() if name not in _READ}
        in_force = [found["freezeCase"]] if found["freezeCase"] else []
        cases = [self._case(case_no, head.number) for case_no in (*in_force, *found["waiting"])]
        pledges = tuple(map(pledge_state, found["pledgeIds"], found["pledges"]))
        worth = value and ValueReader(self._connection).value(receipt_id, pledges, head.number)
        return Standing(
            receipt_id=receipt_id,
            block_number=head.number,
            block_time=head.timestamp_s,
            holder=found["holder"],
            account=str(found["account"]),
            operator=found["operator"],
            kind=Kind(found["kind"]),
            quantity_g=found["quantityG"],
            lot_id=bytes(found["lotId"]),
            bounds=Bound(found["bounds"]),
            suspend_reason=found["suspendReason"],
            liens=found["liens"],
            lien_terms=found["lienTerms"],
            expires_at=found["freshUntil"],
            seq=found["seq"],
            pledges=pledges,
            freeze=cases[0] if in_force else None,
            waiting=tuple(cases[len(in_force) :]),
            predecessor=found["predecessor"],
            successor=found["successor"],
            storage=_storage(found) if found["lienTerms"] else None,
            notice=NoticeState(**found["notice"]) if found["notice"]["since"] else None,
            paper_digest=bytes(found["paperDigest"]).strip(b"\0") and bytes(found["paperDigest"]),
            value=worth or None,
            more=tuple(sorted(more.items())),
        )

    def _case(self, case_no: int, block: int) -> FreezeStanding:
        answer: Any = self._connection.ask(
            "case", lambda: self._court.functions.caseOf(case_no).call(block_identifier=block)
        )
        found, digest = named_struct(self._court.abi, "caseOf", answer[0]), bytes(answer[1])
        times = (found["openedAt"], found["expiresAt"])
        return FreezeStanding(case_no, found["court"], found["reason"], *times, digest)


def _storage(found: dict[str, Any]) -> StorageState:
    terms = found["storageTerms"]
    return StorageState(
        fee_minor=terms["feeMinor"],
        currency=bytes(terms["currency"]).decode("ascii", "replace"),
        cap_minor=terms["capMinor"],
        due_minor=found["lienDueMinor"],
        asserted_minor=terms["assertedMinor"],
        paid_minor=terms["paidMinor"],
    )


def _plain(value: Any) -> object:
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value
