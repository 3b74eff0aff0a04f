"""Asking attesters and picking a quorum: their real services, answered in this process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import httpx
import pytest

from holdfast.attestation.quorum import QuorumRule, check_quorum
from holdfast.attestation.typed_data import order_to_json
from holdfast.domain.errors import Unreachable
from holdfast.domain.orders import Attestation
from oracle.attester.service import build_attester
from oracle.members_book import AttesterSeat
from oracle.workflow.bundle import Decided
from oracle.workflow.quorum import Answer, NoQuorum, ask_all, pick_quorum
from tests.fakes.oracle import (
    ATTESTING,
    BANK,
    IMPORTER,
    INSPECTOR,
    IOT,
    OPERATOR,
    Attesters,
    Warehouse,
    party,
)
from tests.simulators.site import SITE
from tests.unit.attester.test_node import Bench

RULE = QuorumRule(3, OPERATOR, frozenset({IMPORTER}))


def seats() -> list[tuple[int, AttesterSeat]]:
    return [
        (
            m,
            AttesterSeat(
                party(f"attester {m}").account, f"http://attester-{m}.example", party("x").encryption.public
            ),
        )
        for m in ATTESTING
    ]


@pytest.fixture(scope="module")
def warehouse() -> Warehouse:
    return Warehouse()


@pytest.fixture(scope="module")
def decided(warehouse: Warehouse) -> Decided:
    return warehouse.issue()


@pytest.fixture
def line(warehouse: Warehouse) -> Attesters:
    """The four attesters' services, each with a book of its own."""
    apps = {m: build_attester(Bench(warehouse, f"attester {m}").node) for m in ATTESTING}
    return Attesters({f"attester-{m}.example": app for m, app in apps.items()})


def asked(warehouse: Warehouse, line: Attesters, wanted: Attestation, **options: Any) -> list[Answer]:
    return ask_all(warehouse.domain, seats(), wanted, timeout_s=20, transport=line, **options)


def picked(
    warehouse: Warehouse, wanted: Attestation, answers: Sequence[Answer], rule: QuorumRule = RULE
) -> list[int]:
    """Members whose signatures were picked; they make a quorum by the contract's rules."""
    signatures = pick_quorum(warehouse.domain, warehouse.committee, rule, wanted, answers, warehouse.now_s)
    found = check_quorum(
        warehouse.domain, warehouse.committee, rule, wanted, signatures, now_s=warehouse.now_s
    )
    return sorted(signer.member for signer in found)


def test_ask_all__four_honest_attesters__four_signatures_in_the_books_order(
    warehouse: Warehouse, decided: Decided, line: Attesters
) -> None:
    wanted = warehouse.attestation(decided)

    answers = asked(warehouse, line, wanted)

    assert [(answer.member, answer.reason) for answer in answers] == [(m, None) for m in ATTESTING]
    assert picked(warehouse, wanted, answers) == [OPERATOR, BANK, INSPECTOR]
    assert sorted(line.asked) == [(f"attester-{m}.example", "/attestations") for m in ATTESTING]


def test_ask_all__one_line_broken__the_other_three_suffice(
    warehouse: Warehouse, decided: Decided, line: Attesters
) -> None:
    wanted = warehouse.attestation(decided)
    line.services["attester-4.example"] = httpx.ConnectError("refused")

    answers = asked(warehouse, line, wanted)

    assert answers[1].reason == "not reachable: ConnectError"
    assert picked(warehouse, wanted, answers) == [OPERATOR, INSPECTOR, IOT]


def test_ask_all__enough_said_of_three__returns_without_the_fourth(
    warehouse: Warehouse, decided: Decided, line: Attesters
) -> None:
    wanted = warehouse.attestation(decided)

    answers = asked(warehouse, line, wanted, enough=lambda found: len(found) >= 3)

    assert sum(answer.signature is not None for answer in answers) >= 3


def json_answer(status: int, body: Any) -> Callable[[httpx.Request], httpx.Response]:
    return lambda _: httpx.Response(status, json=body)


def signed_by(name: str, warehouse: Warehouse, wanted: Attestation) -> str:
    return "0x" + party(name).sign(warehouse.domain, wanted).hex()


def honest(warehouse: Warehouse, wanted: Attestation, **changes: Any) -> dict[str, Any]:
    keys = party("attester 4")
    body = {
        "account": keys.account,
        "member": BANK,
        "attestation": order_to_json(wanted),
        "signature": "0x" + keys.sign(warehouse.domain, wanted).hex(),
    }
    return body | changes


@pytest.mark.parametrize(
    ("bend", "reason"),
    [
        (lambda w, a: json_answer(409, {"detail": "own verdict is REJECT"}), "own verdict is REJECT"),
        (lambda w, a: json_answer(409, {}), "409"),
        (lambda w, a: json_answer(200, []), "malformed"),
        (lambda w, a: json_answer(200, {}), "malformed"),
        (lambda w, a: json_answer(200, honest(w, a, signature="0x12")), "malformed"),
        (lambda w, a: json_answer(200, honest(w, a, signature=None)), "malformed"),
        (lambda w, a: json_answer(200, honest(w, a, attestation={})), "malformed"),
        (lambda w, a: lambda _: httpx.Response(200, content=b"<html>"), "malformed"),
        (
            lambda w, a: json_answer(200, honest(w, replace(a, valid_until=a.valid_until + 1))),
            "attested something else",
        ),
        (
            lambda w, a: json_answer(200, honest(w, a, signature=signed_by("member 4", w, a))),
            "not by its own account",
        ),
        (lambda w, a: httpx.ReadTimeout("slow"), "not reachable: ReadTimeout"),
        (lambda w, a: json_answer(503, {"detail": "WMS is not reachable"}), "not reachable: WMS"),
    ],
    ids=[
        "refused", "no-detail", "list", "empty", "short-signature", "no-signature", "no-attestation", "html",
        "another-attestation", "another-key", "timeout", "its-wms-down",
    ],
)  # fmt: skip
def test_ask_all__answer_that_is_none__counts_for_nothing_and_says_why(
    warehouse: Warehouse, decided: Decided, line: Attesters, bend: Any, reason: str
) -> None:
    wanted = warehouse.attestation(decided)
    line.services["attester-4.example"] = bend(warehouse, wanted)

    answers = asked(warehouse, line, wanted)

    assert answers[1].signature is None
    assert reason in str(answers[1].reason)
    assert picked(warehouse, wanted, answers) == [OPERATOR, INSPECTOR, IOT]


def answers_of(warehouse: Warehouse, wanted: Attestation, **reasons: str) -> list[Answer]:
    """Answers of all four; `m4="why"` lets member 4 give none."""
    made = []
    for m in ATTESTING:
        keys, reason = party(f"attester {m}"), reasons.get(f"m{m}")
        signature = None if reason else keys.sign(warehouse.domain, wanted)
        made.append(Answer(m, keys.account, signature, reason))
    return made


@pytest.mark.parametrize(
    ("reasons", "members"),
    [
        ({}, [OPERATOR, BANK, INSPECTOR]),
        ({"m6": "no"}, [OPERATOR, BANK, INSPECTOR]),
        ({"m5": "no"}, [OPERATOR, BANK, IOT]),
        ({"m4": "no"}, [OPERATOR, INSPECTOR, IOT]),
    ],
)
def test_pick_quorum__any_sufficient_answers__as_few_as_the_rule_allows(
    warehouse: Warehouse, decided: Decided, reasons: dict[str, str], members: list[int]
) -> None:
    wanted = warehouse.attestation(decided)

    assert picked(warehouse, wanted, answers_of(warehouse, wanted, **reasons)) == members


@pytest.mark.parametrize(
    "reasons", [{"m1": "no"}, {"m4": "no", "m5": "no"}, {"m1": "no", "m4": "no", "m5": "no", "m6": "no"}]
)
def test_pick_quorum__attesters_said_no__no_quorum_with_what_each_said(
    warehouse: Warehouse, decided: Decided, reasons: dict[str, str]
) -> None:
    wanted = warehouse.attestation(decided)
    answers = answers_of(warehouse, wanted, **reasons)

    with pytest.raises(NoQuorum) as caught:
        picked(warehouse, wanted, answers)

    assert caught.value.reason == "no-quorum"
    assert caught.value.answers == tuple(answers)
    assert all(f"member {name[1:]}: no" in str(caught.value) for name in reasons)


@pytest.mark.parametrize(
    "silent", [{"m1": "down"}, {"m4": "down", "m5": "down"}, {"m1": "down", "m4": "down"}]
)
def test_pick_quorum__attesters_silent__unreachable_to_be_tried_again(
    warehouse: Warehouse, decided: Decided, silent: dict[str, str]
) -> None:
    wanted = warehouse.attestation(decided)
    answers = answers_of(warehouse, wanted, **{m: f"not reachable: {why}" for m, why in silent.items()})

    with pytest.raises(Unreachable, match="attesters of members"):
        picked(warehouse, wanted, answers)


def test_pick_quorum__two_said_no_and_one_is_silent__no_quorum(
    warehouse: Warehouse, decided: Decided
) -> None:
    """Even with the silent one's signature it would not suffice: trying again is in vain."""
    wanted = warehouse.attestation(decided)

    with pytest.raises(NoQuorum):
        picked(warehouse, wanted, answers_of(warehouse, wanted, m4="no", m5="no", m6="not reachable: down"))


def test_pick_quorum__a_partys_attester_signed_too__left_out_and_the_others_suffice(
    warehouse: Warehouse, decided: Decided
) -> None:
    wanted = warehouse.attestation(decided)
    rule = replace(RULE, barred=frozenset({BANK}))

    assert picked(warehouse, wanted, answers_of(warehouse, wanted), rule) == [OPERATOR, INSPECTOR, IOT]


def test_pick_quorum__answer_of_an_account_without_seat__left_out(
    warehouse: Warehouse, decided: Decided
) -> None:
    wanted = warehouse.attestation(decided)
    stranger = party("stranger")
    extra = Answer(OPERATOR, stranger.account, stranger.sign(warehouse.domain, wanted), None)

    assert picked(warehouse, wanted, [extra, *answers_of(warehouse, wanted)]) == [OPERATOR, BANK, INSPECTOR]


def test_pick_quorum__evidence_stale_by_now__no_quorum(warehouse: Warehouse, decided: Decided) -> None:
    wanted = warehouse.attestation(decided)

    with pytest.raises(NoQuorum, match="valid until"):
        pick_quorum(
            warehouse.domain,
            warehouse.committee,
            RULE,
            wanted,
            answers_of(warehouse, wanted),
            wanted.valid_until + 1,
        )


def test_ask_all__attesters_own_wms_down__tried_again_not_given_up(line: Attesters) -> None:
    warehouse = Warehouse()
    decided = warehouse.issue()
    for m in ATTESTING:
        line.services[f"attester-{m}.example"] = build_attester(Bench(warehouse, f"attester {m}").node)
    warehouse.source.answers[SITE, warehouse.claim.lot] = Unreachable("WMS", "http://wms", "refused")
    wanted = warehouse.attestation(decided)

    with pytest.raises(Unreachable):
        picked(warehouse, wanted, asked(warehouse, line, wanted))
