"""The inbox: each message once, under an open challenge, whole or not at all."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, func, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from holdfast.domain.errors import EvidenceRejected, InvalidInput, Unreachable
from holdfast.evidence.formats import CHALLENGE_FORM
from oracle.iot.inbox import Challenge, ChallengeRefused, CounterRefused, Inbox, Message
from oracle.iot.tables import counters, messages, metadata
from tests.simulators.site import BRIDGE, CAMERA, NOW, SITE, SKEW_S, Clock, SimulatedSite, small_jpeg

SIM = SimulatedSite()
IMAGE = small_jpeg()


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = create_engine(f"sqlite:///{tmp_path / 'inbox.sqlite'}")
    yield made
    made.dispose()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def inbox(engine: Engine, clock: Clock) -> Inbox:
    made = Inbox(engine, clock, SIM.policy)
    made.create_tables()
    return made


@pytest.fixture
def challenge(inbox: Inbox) -> Challenge:
    return inbox.open_challenge(SITE, "issue LOT-1", 600)


def rows(engine: Engine) -> tuple[int, int]:
    """(messages kept, highest counter of the bridge)."""
    with engine.connect() as db:
        kept = db.execute(select(func.count()).select_from(messages)).scalar_one()
        last = db.execute(select(counters.c.counter).where(counters.c.device == BRIDGE)).scalar_one_or_none()
        return kept, last or 0


def test_accept__weighing_and_frame__kept_as_they_came(inbox: Inbox, challenge: Challenge) -> None:
    raw = SIM.weighing(challenge=challenge.code)
    envelope = SIM.envelope(IMAGE, challenge=challenge.code)
    first, second = inbox.accept_weighing(raw), inbox.accept_frame(envelope, IMAGE)
    assert inbox.messages(challenge.code) == [first, second]
    assert inbox.kinds(challenge.code) == {"weighing": 1, "frame": 1}
    assert (first.kind, first.raw, first.image, first.recorded_at) == ("weighing", raw, None, NOW)
    assert (second.kind, second.raw, second.image, second.device) == ("frame", envelope, IMAGE, CAMERA)
    assert inbox.messages("HF-0000-0000-0000") == []
    assert inbox.kinds("HF-0000-0000-0000") == {}


def test_open_challenge__each_one__random_of_the_right_form(inbox: Inbox) -> None:
    codes = {inbox.open_challenge(SITE, "issue", 60).code for _ in range(50)}
    assert len(codes) == 50
    assert all(CHALLENGE_FORM.fullmatch(code) for code in codes)


def test_replayed_weighing__ten_thousand_times__none_accepted(
    inbox: Inbox, challenge: Challenge, engine: Engine
) -> None:
    raw = SIM.weighing(challenge=challenge.code)
    inbox.accept_weighing(raw)
    refused = 0
    for _ in range(10_000):
        try:
            inbox.accept_weighing(raw)
        except CounterRefused:
            refused += 1
    assert refused == 10_000
    assert rows(engine) == (1, 1)


def test_replayed_frame__refused_naming_device_and_counters(inbox: Inbox, challenge: Challenge) -> None:
    envelope = SIM.envelope(IMAGE, counter=7, challenge=challenge.code)
    inbox.accept_frame(envelope, IMAGE)
    with pytest.raises(CounterRefused, match=f"{CAMERA}: counter 7 was used; expected 8 or above") as refusal:
        inbox.accept_frame(envelope, IMAGE)
    assert (refusal.value.device, refusal.value.seen, refusal.value.expected) == (CAMERA, 7, 8)


def test_counter_rollback__an_older_counter_signed_anew__refused(
    inbox: Inbox, challenge: Challenge, engine: Engine
) -> None:
    inbox.accept_weighing(SIM.weighing(counter=5, challenge=challenge.code))
    for counter in (1, 4, 5):
        with pytest.raises(CounterRefused):
            inbox.accept_weighing(
                SIM.weighing(counter=counter, challenge=challenge.code, observed_at=NOW + 1)
            )
    assert rows(engine) == (1, 5)


def test_counter__a_message_got_lost__a_gap_is_let_through(inbox: Inbox, challenge: Challenge) -> None:
    inbox.accept_weighing(SIM.weighing(counter=1, challenge=challenge.code))
    assert inbox.accept_weighing(SIM.weighing(counter=9, challenge=challenge.code)).counter == 9


def test_counter__after_a_restart__still_known(inbox: Inbox, challenge: Challenge, engine: Engine) -> None:
    raw = SIM.weighing(challenge=challenge.code)
    inbox.accept_weighing(raw)
    engine.dispose()
    again = Inbox(create_engine(engine.url), Clock(), SIM.policy)
    again.create_tables()
    with pytest.raises(CounterRefused):
        again.accept_weighing(raw)


def test_same_message__from_eight_threads_at_once__accepted_once(
    inbox: Inbox, challenge: Challenge, engine: Engine
) -> None:
    raw = SIM.weighing(challenge=challenge.code)
    answers: list[str] = []

    def deliver() -> None:
        try:
            inbox.accept_weighing(raw)
            answers.append("kept")
        except CounterRefused:
            answers.append("refused")

    threads = [threading.Thread(target=deliver) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["kept"] + ["refused"] * 7
    assert rows(engine) == (1, 1)


class LateInbox(Inbox):
    """One whose early look at the counter always comes too early: two deliveries at the same moment."""

    def _refuse_early(self, message: Message) -> None:
        return


def test_counter__both_deliveries_passed_the_early_look__the_transaction_alone_decides(
    engine: Engine, inbox: Inbox, challenge: Challenge
) -> None:
    late = LateInbox(engine, Clock(), SIM.policy)
    raw = SIM.weighing(counter=5, challenge=challenge.code)
    late.accept_weighing(raw)
    for again in (raw, SIM.weighing(counter=4, challenge=challenge.code)):
        with pytest.raises(CounterRefused):
            late.accept_weighing(again)
    assert rows(engine) == (1, 5)


def test_wrong_challenge__never_opened__refused_and_the_counter_stays(inbox: Inbox, engine: Engine) -> None:
    with pytest.raises(ChallengeRefused, match="HF-7K3M-9QXD-2VTA was never opened here"):
        inbox.accept_weighing(SIM.weighing())
    assert rows(engine) == (0, 0)


def test_wrong_challenge__of_another_site__refused(inbox: Inbox) -> None:
    other = inbox.open_challenge("CNTAO-W9", "issue", 600)
    with pytest.raises(ChallengeRefused, match="another site"):
        inbox.accept_weighing(SIM.weighing(challenge=other.code))


def test_closed_challenge__refused_then_a_new_one_takes_the_same_counter(
    inbox: Inbox, challenge: Challenge
) -> None:
    inbox.close_challenge(challenge.code)
    inbox.close_challenge(challenge.code)
    with pytest.raises(ChallengeRefused, match=f"closed at {NOW}"):
        inbox.accept_weighing(SIM.weighing(challenge=challenge.code))
    fresh = inbox.open_challenge(SITE, "issue", 600)
    assert inbox.accept_weighing(SIM.weighing(challenge=fresh.code)).counter == 1


@pytest.mark.parametrize(("after_s", "holds"), [(59, True), (60, False)])
def test_expired_challenge__one_second_decides(inbox: Inbox, clock: Clock, after_s: int, holds: bool) -> None:
    code = inbox.open_challenge(SITE, "issue", 60).code
    clock.now = NOW + after_s
    assert [c.code for c in inbox.open_challenges(SITE)] == ([code] if holds else [])
    if holds:
        inbox.accept_weighing(SIM.weighing(challenge=code))
    else:
        with pytest.raises(ChallengeRefused, match="expired"):
            inbox.accept_weighing(SIM.weighing(challenge=code))


@pytest.mark.parametrize(("late_s", "holds"), [(SKEW_S, True), (SKEW_S + 1, False)])
def test_clock_skew__one_second_decides(inbox: Inbox, clock: Clock, late_s: int, holds: bool) -> None:
    code = inbox.open_challenge(SITE, "issue", 600).code
    clock.now = NOW + late_s
    if holds:
        inbox.accept_weighing(SIM.weighing(challenge=code))
    else:
        with pytest.raises(EvidenceRejected, match="s apart"):
            inbox.accept_weighing(SIM.weighing(challenge=code))


def test_expired_calibration__refused(engine: Engine, clock: Clock) -> None:
    expired = Inbox(engine, clock, SIM.policy_with_bridge(valid_until=NOW - 1))
    expired.create_tables()
    code = expired.open_challenge(SITE, "issue", 600).code
    with pytest.raises(EvidenceRejected, match="certificate"):
        expired.accept_weighing(SIM.weighing(challenge=code))


def test_foreign_key__device_no_longer_registered__refused(engine: Engine, clock: Clock) -> None:
    without = Inbox(engine, clock, replace(SIM.policy, devices=SIM.policy.devices[1:]))
    without.create_tables()
    with pytest.raises(EvidenceRejected, match="registered in the policy"):
        without.accept_weighing(SIM.weighing())


def test_image_bomb_and_truncated_image__refused_and_the_counter_stays(
    inbox: Inbox, challenge: Challenge, engine: Engine
) -> None:
    bomb = bytearray(IMAGE)
    at = bomb.index(b"\xff\xc0") + 5
    bomb[at : at + 4] = b"\xff\xff\xff\xff"
    for image, why in ((bytes(bomb), "65535 x 65535"), (IMAGE[:-2], "image: ")):
        with pytest.raises(EvidenceRejected, match=why):
            inbox.accept_frame(SIM.envelope(image, challenge=challenge.code), image)
    assert rows(engine) == (0, 0)
    assert inbox.accept_frame(SIM.envelope(IMAGE, challenge=challenge.code), IMAGE).counter == 1


def test_log_injection__device_name_with_a_line_of_its_own__never_logged_as_one(
    inbox: Inbox, caplog: pytest.LogCaptureFixture, challenge: Challenge
) -> None:
    caplog.set_level(logging.DEBUG)
    inbox.accept_weighing(SIM.weighing(challenge=challenge.code))
    with pytest.raises(EvidenceRejected) as refusal:
        inbox.accept_weighing(b"\xd2\x84kept weighing 9 of\nWB-1")
    assert "\n" not in str(refusal.value)
    assert all("\n" not in record.getMessage() for record in caplog.records)
    with pytest.raises(InvalidInput):
        inbox.open_challenge("CNTAO\nkept weighing 1", "issue", 60)


@pytest.mark.parametrize("ttl_s", [0, -1, 7 * 86_400 + 1, True, 1.5])
def test_open_challenge__bad_term__refused(inbox: Inbox, ttl_s: int) -> None:
    with pytest.raises(InvalidInput, match="ttl_s"):
        inbox.open_challenge(SITE, "issue", ttl_s)


def test_close_challenge__unknown__refused(inbox: Inbox) -> None:
    with pytest.raises(InvalidInput, match="challenge"):
        inbox.close_challenge("HF-0000-0000-0000")


def test_database_down__every_call__unreachable_and_may_be_retried(tmp_path: Path, clock: Clock) -> None:
    down = Inbox(create_engine(f"sqlite:///{tmp_path / 'no such folder' / 'x'}"), clock, SIM.policy)
    for call in (
        down.create_tables,
        lambda: down.open_challenge(SITE, "issue", 60),
        lambda: down.open_challenges(SITE),
        lambda: down.close_challenge("x"),
        lambda: down.messages("x"),
        lambda: down.accept_weighing(SIM.weighing()),
    ):
        with pytest.raises(Unreachable, match="intake's database"):
            call()


def test_write_breaks_in_the_middle__nothing_half_written(
    inbox: Inbox, challenge: Challenge, engine: Engine
) -> None:
    raw = SIM.weighing(challenge=challenge.code)
    with engine.begin() as db:
        db.exec_driver_sql(
            "CREATE TRIGGER full BEFORE INSERT ON messages BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        )
    with pytest.raises(EvidenceRejected):
        inbox.accept_weighing(raw)
    assert rows(engine) == (0, 0)
    with engine.begin() as db:
        db.exec_driver_sql("DROP TRIGGER full")
    assert inbox.accept_weighing(raw).counter == 1


def test_tables__on_postgresql__can_be_written() -> None:
    written = [
        str(CreateTable(table).compile(dialect=postgresql.dialect())) for table in metadata.sorted_tables
    ]
    assert any("BIGSERIAL" in text and "BYTEA" in text for text in written)


def test_message__is_a_value(inbox: Inbox, challenge: Challenge) -> None:
    kept = inbox.accept_weighing(SIM.weighing(challenge=challenge.code))
    assert isinstance(kept, Message)
    assert inbox.messages(challenge.code)[0] == kept
