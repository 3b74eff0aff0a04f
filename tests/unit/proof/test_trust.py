from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

from holdfast.domain.errors import Misconfigured
from holdfast.proof.build import build_bundle
from holdfast.proof.bundle import parse_bundle
from holdfast.proof.report import Outcome, Report, render_report, show_age, show_moment
from holdfast.proof.trust import Engine, Trust, parse_trust
from holdfast.proof.verify import verify_title
from tests.unit.proof import sealing
from tests.unit.proof.data import DEVELOPMENT, GOOD, NOW, TRUST, VECTORS, good
from tests.unit.proof.test_build import material

MADE = parse_bundle(GOOD).header.timestamp


def failed_step(report: Report) -> str | None:
    return None if report.failed is None else report.failed.name


def test_trust__written_and_read__is_the_same() -> None:
    for trust in (TRUST, DEVELOPMENT, replace(TRUST, max_age_s=60, block_hash=bytes(32))):
        assert parse_trust(trust.to_json()) == trust
        assert parse_trust(json.dumps(trust.to_json(), indent=4).encode()) == trust


@pytest.mark.parametrize("trust", [b"", b"{}", b"null", {}, b"[" * 10_000, b"\xff"])
def test_trust__empty__is_refused(trust: bytes | dict[str, Any]) -> None:
    with pytest.raises(Misconfigured, match="trust"):
        parse_trust(trust)


def test_trust__a_key_given_twice_or_a_file_too_large__is_refused() -> None:
    text = json.dumps(TRUST.to_json())
    with pytest.raises(Misconfigured, match="each key once"):
        parse_trust(text.replace('"chain_id"', '"chain_id": 1, "chain_id"').encode())
    with pytest.raises(Misconfigured, match="at most"):
        parse_trust(text.encode() + b" " * (1 << 20))


def test_verify__without_trust__is_refused() -> None:
    for nothing in (None, {}, TRUST.to_json()):
        with pytest.raises(Misconfigured, match="trust"):
            verify_title(GOOD, nothing, NOW)  # type: ignore[arg-type]


@pytest.mark.parametrize("field", list(TRUST.to_json()))
def test_trust__a_field_left_out__is_refused_by_name(field: str) -> None:
    content = TRUST.to_json()
    del content[field]
    with pytest.raises(Misconfigured, match=field):
        parse_trust(content)


@pytest.mark.parametrize(
    ("edit", "why"),
    [
        (lambda t: t.update(validators=[]), "validators"),
        (lambda t: t["validators"].append(t["validators"][0]), "twice"),
        (lambda t: t.update(validators="0x"), "validators"),
        (lambda t: t["validators"].append("0x12"), "validators"),
        (lambda t: t.update(engine="development"), "none are checked"),
        (lambda t: t.update(engine="ibft"), "engine"),
        (lambda t: t.update(engine=[]), "engine"),
        (lambda t: t.update(chain_id=0), "chain_id"),
        (lambda t: t.update(chain_id=True), "chain_id"),
        (lambda t: t.update(version=2), "version"),
        (lambda t: t.update(type="holdfast-title"), "type"),
        (lambda t: t.update(max_age_s=0), "max_age_s"),
        (lambda t: t.update(block_hash="0x1"), "block_hash"),
        (lambda t: t.update(comment="x"), "comment"),
        (lambda t: t["contracts"].pop("consortium"), "consortium"),
        (lambda t: t["contracts"].update(consortium=t["contracts"]["warehouse_receipt"]), "one address"),
        (lambda t: t["contracts"]["consortium"].update(code_hash="0x"), "code_hash"),
    ],
)
def test_trust__a_wrong_value__is_refused_by_name(edit: Callable[[dict[str, Any]], Any], why: str) -> None:
    content = TRUST.to_json()
    edit(content)
    with pytest.raises(Misconfigured, match=why):
        parse_trust(content)


def with_pin(trust: Trust, **pin: bytes) -> Trust:
    return replace(trust, consortium=replace(trust.consortium, **pin))


@pytest.mark.parametrize(
    ("trust", "step"),
    [
        (replace(TRUST, chain_id=1), "chain"),
        (replace(TRUST, genesis_hash=bytes(32)), "chain"),
        (with_pin(TRUST, address=bytes(20)), "chain"),
        (with_pin(TRUST, code_hash=bytes(32)), "contract"),
        (replace(TRUST, block_hash=bytes(32)), "header"),
        (replace(TRUST, validators=TRUST.validators[:3]), "seals"),
        (replace(TRUST, validators=(*TRUST.validators, bytes(20))), "seals"),
        (replace(TRUST, validators=tuple(sealing.address(i) for i in range(4, 8))), "seals"),
        (replace(TRUST, max_age_s=1), "age"),
        (replace(TRUST, engine=Engine.CLIQUE, validators=()), "header"),
        (DEVELOPMENT, "header"),
    ],
)
def test_verify__trust_that_pins_something_else__refuses_at_its_step(trust: Trust, step: str) -> None:
    assert failed_step(verify_title(GOOD, trust, NOW)) == step


def test_age__at_the_limit_and_one_second_later__passes_and_fails() -> None:
    trust = replace(TRUST, max_age_s=3600)
    assert verify_title(GOOD, trust, MADE + 3600).holds
    report = verify_title(GOOD, trust, MADE + 3601)
    assert failed_step(report) == "age"
    assert "1 h" in report.steps[9].detail
    assert verify_title(GOOD, trust, MADE - 60).holds
    assert failed_step(verify_title(GOOD, trust, MADE - 61)) == "age"


def test_expiry__at_the_second_and_one_later__live_and_expired() -> None:
    expires = good()["claimed"]["expires_at"]
    assert verify_title(GOOD, TRUST, expires).holds
    assert failed_step(verify_title(GOOD, TRUST, expires + 1)) == "claims"


def test_seals__clique__not_run_and_holds_only_with_a_block_of_ones_own() -> None:
    data = (VECTORS / "good_title_development.json").read_bytes()
    clique = replace(DEVELOPMENT, engine=Engine.CLIQUE)
    report = verify_title(data, clique, NOW)
    assert not report.holds
    assert (report.steps[3].outcome, failed_step(report)) == (Outcome.NOT_RUN, "seals")
    assert "one sealer per block" in report.steps[3].detail
    assert "could not be run" in render_report(report)
    pinned = replace(clique, block_hash=parse_bundle(data).block_hash)
    assert verify_title(data, pinned, NOW).holds


def test_document__whose_digest_is_the_receipt__passes_and_any_other_fails() -> None:
    assert failed_step(verify_title(GOOD, TRUST, NOW, document=b"another")) == "claims"
    report = verify_title(GOOD, TRUST, NOW, document=b"receipt one")
    assert sha256(b"receipt one").digest() == parse_bundle(GOOD).receipt_id.to_bytes(32)
    assert report.holds
    assert "receipt's own" in report.steps[8].detail


def test_report__good_title__reads_in_real_units() -> None:
    report = verify_title(GOOD, TRUST, MADE + 3 * 3600 + 60)
    text = render_report(report)
    for words in (
        "  4  passed   Enough pinned validators sealed the block",
        "3 of 4 validators sealed, 3 must have; round 0",
        "made 2025-01-04 22:23:20 CST (UTC+8), 3 h 1 min ago",
        "THE TITLE HOLDS, as of 2025-01-04 22:23:20 CST (UTC+8) (block 1,204).",
        "25.000 t of lot 0x",
        "member 3, account 0x",
        "no pledge, no lien, no freeze",
        "expires 2100-01-01 08:00:00 CST (UTC+8)",
    ):
        assert words in text
    content = json.loads(json.dumps(report.to_json()))
    assert (content["holds"], content["failed_step"]) == (True, None)
    assert content["title"]["quantity_g"] == "25000000"
    assert [step["number"] for step in content["steps"]] == list(range(1, 11))


def test_report__development_title__says_what_was_not_checked() -> None:
    text = render_report(verify_title(build_bundle(material()).to_bytes(), DEVELOPMENT, NOW))
    assert "THE TITLE HOLDS" in text
    assert "But note   step 4 (seals) was not run: no seals: a development chain" in text


def test_report__failure__says_where_and_why() -> None:
    report = verify_title((VECTORS / "bad_title_seals_below_quorum.json").read_bytes(), TRUST, NOW)
    text = render_report(report)
    assert "  4  failed" in text
    assert " 10  not run" in text
    assert "THE TITLE DOES NOT HOLD: step 4 (seals) failed. 2 of 4 validators sealed; 3 must have." in text
    assert report.to_json()["failed_step"] == "seals"


def test_report__of_no_steps__does_not_hold() -> None:
    assert not Report(()).holds
    assert "DOES NOT HOLD" in render_report(Report(()))


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0 s"), (59, "59 s"), (3661, "1 h 1 min"), (90_000, "1 d 1 h"), (86_400, "1 d")]
)
def test_show_age__seconds__in_two_largest_units(seconds: int, text: str) -> None:
    assert show_age(seconds) == text


def test_show_moment__beyond_the_calendar__is_said_so() -> None:
    assert show_moment(2**40 - 1) == "after the year 9999"
