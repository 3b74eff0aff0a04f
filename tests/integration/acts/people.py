"""Members who do acts in a workshop, and who sometimes ask for what is not theirs."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from holdfast.store.records_types import OrderRecord
from tests.fakes.oracle import T
from tests.integration.workshop import Workshop

OPERATOR, IMPORTER, TRADER, BANK, INSPECTOR, IOT = range(1, 7)
FILING = "0x" + "f1" * 32
RULING = "0x" + "c0" * 32


class People(Workshop):
    """A workshop with the acts that many tests begin with."""

    cases = 100
    """Number of the newest court case."""

    def act(self, member: int, kind: str, *others: int, on: str = "", **body: Any) -> list[str]:
        """An act prepared by a member, signed by it and the others, and final; ids of new receipts."""
        asked = {"type": kind, **({"receipt_id": on} if on else {}), **body}
        prepared = self.prepare(member, asked)
        self.done(prepared, member, *others)
        return [item["receipt_id"] for item in prepared.get("documents", [])]

    def refused(self, member: int, kind: str, *others: int, on: str = "", **body: Any) -> OrderRecord:
        """An act that is signed and handed in, and that does not come about."""
        asked = {"type": kind, **({"receipt_id": on} if on else {}), **body}
        prepared = self.prepare(member, asked)
        record = self.carried(self.submit(prepared, member, *others)["id"])
        assert (record.status.value, record.tx_hash) == ("refused", None), (record.status, record.detail)
        return record

    def told(self, member: int, kind: str, status: int, *, on: str = "", **body: Any) -> str:
        """What a member is told that asks for an act which cannot be."""
        asked = {"type": kind, **({"receipt_id": on} if on else {}), **body}
        while self.app.state.context.indexer.step():
            pass
        return sentence(self.post(member, "/v1/orders/prepare", asked, status))

    def told_signed(self, prepared: Any, status: int, *members: int, **message: Any) -> str:
        """What they are told that sign and hand in a prepared order, changed in these fields."""
        changed = deepcopy(prepared)
        changed["typed_data"]["message"] |= message
        typed = changed["typed_data"]
        body: dict[str, Any] = {"typed_data": typed}
        body["signatures"] = {str(member): self.signature(member, typed) for member in members}
        body["documents"] = [item["document"] for item in prepared.get("documents", [])]
        return sentence(self.post(members[0], "/v1/orders", body, status))

    def pledged(self, receipt: str, pledgee: int = BANK, **terms: Any) -> None:
        """Pledge a receipt of the importer's."""
        self.act(IMPORTER, "pledge", pledgee, on=receipt, **pledge_terms(self.now(), pledgee, **terms))

    def case(self, court: int, for_s: int = 365 * 86_400) -> int:
        """Open a court case; its number."""
        self.cases += 1
        until = self.now() + for_s
        opened: dict[str, Any] = {"case_no": self.cases, "reason": 1, "document_digest": RULING}
        self.act(court, "case", **opened, expires_at=until)
        return self.cases

    def status(self, member: int, receipt: str) -> Any:
        """How a receipt stands, as the API tells a member."""
        return self.get(member, f"/v1/receipts/{receipt}/status")


def pledge_terms(now_s: int, pledgee: int = BANK, **terms: Any) -> dict[str, Any]:
    """What a pledge is asked for with."""
    return {
        "pledgee": pledgee,
        "amount_minor": "500000000",
        "currency": "CNY",
        "maturity": now_s + 90 * 86_400,
        "ltv_bps": 7_000,
        "cure_s": 864_000,
        "filing_digest": FILING,
        **terms,
    }


def part(number: str, tonnes: int, packages: int = 1) -> dict[str, Any]:
    """One new receipt of a split."""
    return {"receipt_number": number, "quantity_g": str(tonnes * T), "package_count": packages}


def sentence(problem: Any) -> str:
    """The words of a problem, which must be words for people: no trace, no name of a class."""
    text = problem["detail"]
    assert isinstance(text, str)
    assert len(text.split()) >= 5, text
    for inner in ("Traceback", "Error(", "None", "0x" + "0" * 60, "object at"):
        assert inner not in text, text
    return text
