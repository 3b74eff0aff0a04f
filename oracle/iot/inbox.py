"""The inbox: challenges, the last counter of each device, and every accepted message as it came.

One transaction per message: its counter moves and its bytes are kept, or nothing happened.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, Engine, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError, OperationalError

from holdfast.domain.claims import check_text
from holdfast.domain.errors import EvidenceRejected, InvalidInput, Unreachable
from holdfast.domain.policy import Policy
from holdfast.evidence.telemetry import MAX_IMAGE_BYTES, open_frame, weighing_from_message
from oracle.iot.tables import challenges, counters, messages, metadata
from oracle.vision.reader import decode_image

logger = logging.getLogger(__name__)

WEIGHING, FRAME = "weighing", "frame"
_LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford base 32: no I, L, O, U, which people misread."""
MAX_TTL_S: Final = 7 * 86_400


@dataclass(frozen=True, slots=True)
class Challenge:
    """A random code that instruments sign and that stands in the scene; unix seconds."""

    code: str
    site: str
    purpose: str
    opened_at: int
    expires_at: int


@dataclass(frozen=True, slots=True)
class Message:
    """One accepted message. `raw` is the signed COSE message; `image` the picture beside it, or None."""

    number: int
    kind: str
    device: str
    counter: int
    challenge: str
    observed_at: int
    recorded_at: int
    sha256: bytes
    raw: bytes
    image: bytes | None


class CounterRefused(EvidenceRejected):
    """A counter that is not above the device's last one: a replay or a device set back."""

    def __init__(self, device: str, seen: int, expected: int) -> None:
        self.device = device
        self.seen = seen
        self.expected = expected
        super().__init__("counter", f"{device}: counter {seen} was used; expected {expected} or above")


class ChallengeRefused(EvidenceRejected):
    """A challenge that is unknown, closed or expired, or of another site."""

    def __init__(self, code: str, why: str) -> None:
        self.challenge = code
        super().__init__("challenge", f"challenge {code} {why}")


class Inbox:
    """Checks and keeps messages of registered devices. Safe to share between threads and processes.

    Args:
        engine: SQLite or PostgreSQL.
        clock: unix seconds now; what it says is a message's `recorded_at`.
        policy: devices, their keys and sites, the clock bound and the pixel cap.
    """

    def __init__(self, engine: Engine, clock: Callable[[], int], policy: Policy) -> None:
        self._engine = engine
        self._clock = clock
        self._policy = policy

    def create_tables(self) -> None:
        """Make the tables that are not there. Raises Unreachable."""
        try:
            metadata.create_all(self._engine)
        except OperationalError as error:
            raise self._down(error) from error

    def open_challenge(self, site: str, purpose: str, ttl_s: int) -> Challenge:
        """A fresh challenge for one collection at a site, open for `ttl_s` seconds.

        Raises:
            InvalidInput: site or purpose is no plain text, or `ttl_s` not 1 second to 7 days.
            Unreachable: the database does not answer.
        """
        check_text("site", site)
        check_text("purpose", purpose)
        if isinstance(ttl_s, bool) or not isinstance(ttl_s, int) or not 0 < ttl_s <= MAX_TTL_S:
            raise InvalidInput("ttl_s", ttl_s, f"1 to {MAX_TTL_S} seconds")
        now = self._clock()
        groups = ("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3))
        challenge = Challenge("-".join(("HF", *groups)), site, purpose, now, now + ttl_s)
        row = {field: getattr(challenge, field) for field in Challenge.__dataclass_fields__}
        try:
            with self._engine.begin() as db:
                db.execute(insert(challenges).values(**row, closed_at=None))
        except OperationalError as error:
            raise self._down(error) from error
        return challenge

    def close_challenge(self, code: str) -> None:
        """Let in nothing more under a challenge. Closing twice is harmless; an unknown one is refused."""
        try:
            with self._engine.begin() as db:
                closed = challenges.c.closed_at
                found = db.execute(select(closed).where(challenges.c.code == code).with_for_update()).first()
                if found is None:
                    raise InvalidInput("challenge", code, "one that this inbox opened")
                if found.closed_at is None:
                    now = self._clock()
                    db.execute(update(challenges).where(challenges.c.code == code).values(closed_at=now))
        except OperationalError as error:
            raise self._down(error) from error

    def open_challenges(self, site: str) -> list[Challenge]:
        """Challenges of a site that are neither closed nor expired, oldest first."""
        table = challenges.c
        columns = [table[field] for field in Challenge.__dataclass_fields__]
        query = (
            select(*columns)
            .where(table.site == site, table.closed_at.is_(None), table.expires_at > self._clock())
            .order_by(table.opened_at, table.code)
        )
        try:
            with self._engine.connect() as db:
                return [Challenge(*row) for row in db.execute(query)]
        except OperationalError as error:
            raise self._down(error) from error

    def accept_weighing(self, raw: bytes) -> Message:
        """Check a weighbridge's message and keep it.

        Raises:
            EvidenceRejected: signature, device, form, clock or calibration (see `weighing_from_message`).
            CounterRefused: not above the device's last counter.
            ChallengeRefused: not an open challenge of the device's site.
            Unreachable: the database does not answer; nothing was kept.
        """
        now, digest = self._clock(), hashlib.sha256(raw).digest()
        name = f"weighing message {digest.hex()[:12]}"
        seen = weighing_from_message(raw, self._policy, file=name, recorded_at=now)
        common = (seen.device, seen.counter, seen.challenge, seen.observed_at, now, digest)
        message = Message(0, WEIGHING, *common, raw, None)
        self._refuse_early(message)
        return self._keep(message)

    def accept_frame(self, envelope: bytes, image: bytes) -> Message:
        """Check a camera's envelope and its image, decode the picture once, and keep both.

        Raises:
            EvidenceRejected: as for a weighing, or the image is not the signed one, oversized or broken.
            CounterRefused, ChallengeRefused, Unreachable: as `accept_weighing`.
        """
        now, digest = self._clock(), hashlib.sha256(envelope).digest()
        name = f"frame message {digest.hex()[:12]}"
        if len(image) > MAX_IMAGE_BYTES:
            raise EvidenceRejected("size", f"{name}: the image is larger than {MAX_IMAGE_BYTES} bytes")
        seen = open_frame(envelope, image, self._policy, file=name, recorded_at=now)
        message = Message(
            0,
            FRAME,
            seen.device,
            seen.counter,
            seen.challenge,
            seen.observed_at,
            now,
            digest,
            envelope,
            image,
        )
        self._refuse_early(message)
        decode_image(image, max_pixels=self._policy.max_frame_pixels)
        return self._keep(message)

    def messages(self, challenge: str) -> list[Message]:
        """Everything accepted under a challenge, in the order it was recorded."""
        query = select(messages).where(messages.c.challenge == challenge).order_by(messages.c.number)
        try:
            with self._engine.connect() as db:
                return [Message(**row._mapping) for row in db.execute(query)]
        except OperationalError as error:
            raise self._down(error) from error

    def kinds(self, challenge: str) -> Counter[str]:
        """How many messages of each kind were accepted under a challenge. Reads no message itself."""
        query = select(messages.c.kind, func.count()).where(messages.c.challenge == challenge)
        try:
            with self._engine.connect() as db:
                return Counter({str(kind): int(n) for kind, n in db.execute(query.group_by(messages.c.kind))})
        except OperationalError as error:
            raise self._down(error) from error

    def _refuse_early(self, message: Message) -> None:
        """Refuse a used counter by a read alone, so that replays cost no write and no decoding."""
        try:
            with self._engine.connect() as db:
                self._check_counter(db, message)
        except OperationalError as error:
            raise self._down(error) from error

    def _check_counter(self, db: Connection, message: Message) -> None:
        query = select(counters.c.counter).where(counters.c.device == message.device)
        last = db.execute(query).scalar_one_or_none() or 0
        if message.counter <= last:
            raise CounterRefused(message.device, message.counter, last + 1)

    def _keep(self, message: Message) -> Message:
        """Move the counter and keep the message in one transaction."""
        try:
            with self._engine.begin() as db:
                # The first statement takes the write lock (SQLite) or the row (PostgreSQL), so whoever comes
                # second sees the counter the first one left.
                db.execute(
                    text(
                        "INSERT INTO device_counters (device, counter) VALUES (:d, 0) ON CONFLICT DO NOTHING"
                    ),
                    {"d": message.device},
                )
                mine = (counters.c.device == message.device) & (counters.c.counter < message.counter)
                if db.execute(update(counters).where(mine).values(counter=message.counter)).rowcount != 1:
                    self._check_counter(db, message)
                self._check_challenge(db, message)
                row = {field: getattr(message, field) for field in Message.__dataclass_fields__}
                del row["number"]
                number = db.execute(insert(messages).values(**row).returning(messages.c.number)).scalar_one()
        except OperationalError as error:
            raise self._down(error) from error
        except IntegrityError as error:
            raise EvidenceRejected("replay", f"{message.device}: this message was kept before") from error
        logger.info("kept %s %d of %s", message.kind, message.counter, message.device)
        return Message(number, **row)

    def _check_challenge(self, db: Connection, message: Message) -> None:
        """The challenge must be open at this site; locked, so that closing waits for us or we for it."""
        query = select(challenges).where(challenges.c.code == message.challenge).with_for_update()
        found = db.execute(query).first()
        if found is None:
            raise ChallengeRefused(message.challenge, "was never opened here")
        site = self._policy.device(message.device).site
        if found.site != site:
            raise ChallengeRefused(message.challenge, f"is of another site than {message.device}'s ({site})")
        if found.closed_at is not None:
            raise ChallengeRefused(message.challenge, f"was closed at {found.closed_at}")
        if message.recorded_at >= found.expires_at:
            raise ChallengeRefused(message.challenge, f"expired at {found.expires_at}")

    def _down(self, error: OperationalError) -> Unreachable:
        where = self._engine.url.render_as_string(hide_password=True)
        return Unreachable("the intake's database", where, type(error.orig).__name__)
