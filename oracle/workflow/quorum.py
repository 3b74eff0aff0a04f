"""Ask every attester, check every answer, and pick the signatures that make a quorum."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any

import httpx

from holdfast.attestation.quorum import Committee, QuorumRule, check_quorum, sorted_signatures
from holdfast.attestation.signatures import recover_signer, signature_from_hex
from holdfast.attestation.typed_data import Domain, attestation_from_json, signing_digest
from holdfast.domain.errors import HoldfastError, InvalidInput, Refused, Unreachable
from holdfast.domain.members import Role
from holdfast.domain.orders import Attestation
from oracle.members_book import AttesterSeat

MAX_ANSWER_BYTES = 256 * 1024
"""Of one attester; a refusal with its whole verdict takes a few thousand."""
MAX_REASON_CHARS = 2_000


@dataclass(frozen=True, slots=True)
class Answer:
    """One attester's answer: a signature, or why there is none."""

    member: int
    account: str
    signature: bytes | None
    reason: str | None


class NoQuorum(Refused):
    """Too few attesters signed. Never a mint."""

    code = "no-quorum"

    def __init__(self, answers: Sequence[Answer], why: str) -> None:
        self.answers = tuple(answers)
        told = "; ".join(f"member {a.member}: {a.reason}" for a in answers if a.reason)
        super().__init__("no-quorum", f"{why}" + (f" ({told})" if told else ""))


def ask_all(
    domain: Domain,
    seats: Sequence[tuple[int, AttesterSeat]],
    wanted: Attestation,
    *,
    timeout_s: float,
    enough: Callable[[Sequence[Answer]], bool] = lambda _: False,
    pause: Callable[[float], None] = time.sleep,
    transport: httpx.BaseTransport | None = None,
) -> list[Answer]:
    """Ask every attester at once; an answer over anything but `wanted` is no answer.

    `transport` carries the questions, by default over the network.
    Returns when all have answered, when `enough` is said of the answers so far, or after `timeout_s`: an
    attester that hangs holds nobody up.
    """
    arrived: SimpleQueue[Answer] = SimpleQueue()
    for member, seat in seats:
        # A daemon: one that hangs must not hold up the end of the process, either.
        def ask(member: int = member, seat: AttesterSeat = seat) -> None:
            arrived.put(_ask(domain, member, seat, wanted, timeout_s, transport))

        threading.Thread(target=ask, daemon=True).start()
    answers: dict[int, Answer] = {}
    end = time.monotonic() + timeout_s
    while len(answers) < len(seats) and time.monotonic() < end:
        try:
            answer = arrived.get_nowait()
        except Empty:
            pause(0.05)
            continue
        answers[answer.member] = answer
        if enough(tuple(answers.values())):
            break
    silent = f"not reachable: no answer within {timeout_s:g} s or before the others sufficed"
    return [answers.get(member) or Answer(member, seat.account, None, silent) for member, seat in seats]


def _ask(
    domain: Domain,
    member: int,
    seat: AttesterSeat,
    wanted: Attestation,
    timeout_s: float,
    transport: httpx.BaseTransport | None,
) -> Answer:
    body = {
        "location": "0x" + wanted.evidence_location.hex(),
        "digest": "0x" + wanted.evidence_digest.hex(),
    }
    try:
        with httpx.Client(transport=transport, timeout=timeout_s, trust_env=False) as client:
            status, data = _post(client, f"{seat.url}/attestations", body, timeout_s)
        if status == 503:
            # Its own chain, store or WMS is down: it has not said no.
            return Answer(member, seat.account, None, f"not reachable: {_told(data.get('detail', 503))}")
        if status != 200:
            return Answer(member, seat.account, None, _told(data.get("detail", status)))
        if attestation_from_json(data["attestation"]) != wanted:
            return Answer(member, seat.account, None, "attested something else than was asked")
        signature = signature_from_hex(data["signature"])
        signer = recover_signer(signing_digest(domain, wanted), signature)
    except httpx.HTTPError as error:
        return Answer(member, seat.account, None, f"not reachable: {type(error).__name__}")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, HoldfastError) as error:
        return Answer(member, seat.account, None, f"answer is malformed: {_told(error)}")
    if signer != seat.account:
        return Answer(member, seat.account, None, f"signed by {signer}, not by its own account")
    return Answer(member, seat.account, signature, None)


def _post(client: httpx.Client, url: str, body: dict[str, str], timeout_s: float) -> tuple[int, Any]:
    """Status and JSON of an answer, read no further than any honest one goes and no longer than asked."""
    until, found = time.monotonic() + timeout_s, bytearray()
    with client.stream("POST", url, json=body, headers={"Accept-Encoding": "identity"}) as response:
        if response.headers.get("content-encoding", "identity") != "identity":
            raise InvalidInput("answer", "compressed", "an answer as it is, as asked")
        for chunk in response.iter_bytes(16 * 1024):
            found += chunk
            if len(found) > MAX_ANSWER_BYTES:
                raise InvalidInput("answer", f"over {len(found)} bytes", f"at most {MAX_ANSWER_BYTES}")
            if time.monotonic() > until:
                raise httpx.ReadTimeout("it answers too slowly")
        return response.status_code, json.loads(found)


def _told(words: object) -> str:
    """What an attester says of itself, for logs, records and pages: short and in one line."""
    text = "".join(char if char.isprintable() else " " for char in str(words))
    return text if len(text) <= MAX_REASON_CHARS else text[: MAX_REASON_CHARS - 1] + "…"


def pick_quorum(
    domain: Domain,
    committee: Committee,
    rule: QuorumRule,
    attestation: Attestation,
    answers: Sequence[Answer],
    now_s: int,
) -> list[bytes]:
    """As few signatures as the rule allows, in the contract's order.

    The operator's and an inspector's or bank's come first, since no quorum is without them.
    Raises NoQuorum with what each missing attester said; Unreachable (try again) if some could not be
    asked and the rest do not suffice.
    """
    by_account = {attester.account: attester for attester in committee.attesters}
    # One voice a member, and none of a party's: a signature that must not count must not spoil the others.
    voices: dict[int, Answer] = {}
    for answer in answers:
        seated = by_account.get(answer.account)
        if answer.signature is not None and seated is not None and seated.member not in rule.barred:
            voices.setdefault(seated.member, answer)
    given = list(voices.values())
    independent = Role.INSPECTOR | Role.BANK

    def weight(answer: Answer) -> int:
        if answer.member == rule.operator:
            return 0
        return 1 if by_account[answer.account].roles & independent else 2

    chosen = sorted(given, key=weight)[: rule.threshold]
    signatures = sorted_signatures(domain, attestation, [a.signature for a in chosen if a.signature])
    try:
        check_quorum(domain, committee, rule, attestation, signatures, now_s=now_s)
    except Refused as error:
        silent = [a for a in answers if a.reason and a.reason.startswith("not reachable")]
        if silent and len(given) + len(silent) >= rule.threshold:
            who = ", ".join(str(a.member) for a in silent)
            raise Unreachable("attesters of members", who, str(error)) from error
        raise NoQuorum(answers, str(error)) from error
    return signatures
