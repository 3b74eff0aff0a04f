"""One dishonest attester against the oracle that asks it: it may refuse, and do no other harm."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from oracle.attester.service import build_attester
from oracle.members_book import AttesterSeat
from oracle.workflow.quorum import MAX_ANSWER_BYTES, MAX_REASON_CHARS, Answer, ask_all
from tests.fakes.oracle import ATTESTING, BANK, Attesters, Warehouse, party
from tests.unit.attester.test_node import Bench


class Flood(httpx.SyncByteStream):
    """An answer without end; says how much of it was taken."""

    def __init__(self) -> None:
        self.given = 0

    def __iter__(self) -> Iterator[bytes]:
        while self.given < 64 * 1024 * 1024:
            self.given += 16 * 1024
            yield b" " * 16 * 1024


def asked(service: Any) -> list[Answer]:
    """The answers when the bank's attester is this service."""
    warehouse = Warehouse()
    decided = warehouse.issue()
    apps: dict[str, Any] = {
        f"attester-{m}.example": build_attester(Bench(warehouse, f"attester {m}").node) for m in ATTESTING
    }
    apps[f"attester-{BANK}.example"] = service
    key = party("x").encryption.public
    seats = [
        (m, AttesterSeat(party(f"attester {m}").account, f"http://attester-{m}.example", key))
        for m in ATTESTING
    ]
    return ask_all(
        warehouse.domain, seats, warehouse.attestation(decided), timeout_s=20, transport=Attesters(apps)
    )


def reason_of(answers: list[Answer]) -> str:
    """What the bank's attester said; the three others signed."""
    assert [answer.member for answer in answers if answer.signature] == [m for m in ATTESTING if m != BANK]
    found = next(answer for answer in answers if answer.member == BANK).reason
    assert found is not None
    return found


@pytest.mark.parametrize("status", [200, 409, 503])
def test_ask_all__answer_without_end__given_up_early(status: int) -> None:
    flood = Flood()

    reason = reason_of(asked(lambda _: httpx.Response(status, stream=flood)))

    assert f"at most {MAX_ANSWER_BYTES}" in reason
    assert flood.given < 2 * MAX_ANSWER_BYTES


@pytest.mark.parametrize("status", [409, 503])
def test_ask_all__reason_that_would_forge_a_log__one_short_line(status: int) -> None:
    words = "no\n2026-11-21 order ord_1 is final\x1b[2J\u202e" + "x" * 50_000

    reason = reason_of(asked(lambda _: httpx.Response(status, json={"detail": words})))

    assert reason.isprintable()
    assert len(reason) < MAX_REASON_CHARS + 40


def test_ask_all__answer_nested_without_end__malformed() -> None:
    reason = reason_of(asked(lambda _: httpx.Response(409, content=b"[" * 200_000)))

    assert reason.startswith("answer is malformed")
