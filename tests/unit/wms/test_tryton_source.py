"""The Tryton adapter over HTTP: what it asks, what it refuses, what it says may be tried again."""

from __future__ import annotations

import gzip
from collections.abc import Callable

import httpx
import pytest

from holdfast.domain.errors import HoldfastError, InvalidInput, Misconfigured, Refused, Unreachable
from holdfast.domain.wms_answer import MEDIA_TYPE, parse_claim
from oracle.wms.tryton import TrytonSource
from tests.fakes.tryton_http import KEY, FakeTryton, domain_of
from tests.fakes.wms import answers_for
from tests.unit.wms.test_claims import CLAIM

URL = "https://wms.example/holdfast"


def source(fake: FakeTryton, *, key: str = KEY, max_bytes: int = 1_000_000) -> TrytonSource:
    return TrytonSource(URL, key, clock=lambda: CLAIM.as_of, max_bytes=max_bytes, transport=fake)


def test_claim__lot_known__claim_with_raw_that_recomputes_to_it() -> None:
    fake = FakeTryton(answers_for(CLAIM))
    answer = source(fake).claim(site=CLAIM.site, lot=CLAIM.lot)
    assert answer.claim.differences(CLAIM) == ()
    assert answer.claim == parse_claim(answer.raw)
    assert (answer.media_type, answer.fetched_at, answer.url) == (MEDIA_TYPE, CLAIM.as_of, URL)
    assert [request.method for request in fake.seen] == ["GET"] * 4
    assert {request.url.host for request in fake.seen} == {"wms.example"}
    assert domain_of(fake.seen[2]) == [["number", "=", CLAIM.lot]]
    assert KEY.encode() not in answer.raw


def test_claim__somebody_books_between_two_answers__read_again() -> None:
    torn = answers_for(CLAIM)
    torn[1].pop()
    fake = FakeTryton(torn, answers_for(CLAIM))
    assert source(fake).claim(site=CLAIM.site, lot=CLAIM.lot).claim.differences(CLAIM) == ()
    assert len(fake.seen) == 8


def test_claim__contradicts_itself_every_time__refused_after_three_readings() -> None:
    torn = answers_for(CLAIM)
    torn[1].pop()
    fake = FakeTryton(torn, torn, torn, torn)
    with pytest.raises(Refused) as refusal:
        source(fake).claim(site=CLAIM.site, lot=CLAIM.lot)
    assert refusal.value.reason == "wms-inconsistent"
    assert len(fake.seen) == 12


def test_claim__unknown_lot__refused_naming_it_and_not_asked_again() -> None:
    answers = answers_for(CLAIM)
    answers[1].clear()
    answers[2].clear()
    fake = FakeTryton(answers)
    with pytest.raises(Refused, match=CLAIM.lot):
        source(fake).claim(site=CLAIM.site, lot=CLAIM.lot)
    assert len(fake.seen) == 3


def broken(**values: object) -> Callable[[FakeTryton], None]:
    def change(fake: FakeTryton) -> None:
        for name, value in values.items():
            setattr(fake, name, value)

    return change


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        (Unreachable, broken(down=httpx.ConnectError)),
        (Unreachable, broken(down=httpx.ReadTimeout)),
        (Unreachable, broken(down=httpx.RemoteProtocolError)),
        (Unreachable, broken(status=500)),
        (Unreachable, broken(status=503)),
        (Unreachable, broken(status=429)),
        (Misconfigured, broken(status=302, headers={"location": "http://169.254.169.254/"})),
        (Misconfigured, broken(status=404)),
        (Misconfigured, broken(status=403)),
        (Misconfigured, broken(status=400, body=b'{"message": "You are not allowed to access \\"Lot\\"."}')),
        (InvalidInput, broken(status=400, body=b"{}")),
        (InvalidInput, broken(status=204, body=b"")),
        (InvalidInput, broken(content_type="text/html")),
        (InvalidInput, broken(body=b"[")),
        (
            InvalidInput,
            broken(body=gzip.compress(b" " * 50_000_000), headers={"content-encoding": "gzip"}),
        ),
        (InvalidInput, broken(body=b"not gzip", headers={"content-encoding": "gzip"})),
    ],
)
def test_claim__wms_misbehaves__the_error_says_what_to_do(
    kind: type[HoldfastError], change: Callable[[FakeTryton], None]
) -> None:
    fake = FakeTryton(answers_for(CLAIM))
    change(fake)
    with pytest.raises(kind):
        source(fake).claim(site=CLAIM.site, lot=CLAIM.lot)
    assert len(fake.seen) == 1


def test_claim__answer_over_the_cap__refused_though_it_would_be_right() -> None:
    answers = answers_for(CLAIM)
    answers[0][0]["padding"] = "x" * 2_000
    with pytest.raises(InvalidInput, match="at most 2000"):
        source(FakeTryton(answers), max_bytes=2_000).claim(site=CLAIM.site, lot=CLAIM.lot)
    assert source(FakeTryton(answers), max_bytes=4_000).claim(site=CLAIM.site, lot=CLAIM.lot)


def test_claim__wrong_key__misconfigured_and_key_not_in_the_message() -> None:
    with pytest.raises(Misconfigured) as refusal:
        source(FakeTryton(answers_for(CLAIM)), key="wrong-key-91").claim(site=CLAIM.site, lot=CLAIM.lot)
    assert "wrong-key-91" not in str(refusal.value)


@pytest.mark.parametrize(("site", "lot"), [("", "L"), ("S", ""), ("S", "a\x00b"), ("S" * 200, "L")])
def test_claim__name_that_cannot_be__refused_before_asking(site: str, lot: str) -> None:
    fake = FakeTryton()
    with pytest.raises(InvalidInput):
        source(fake).claim(site=site, lot=lot)
    assert fake.seen == []


@pytest.mark.parametrize(
    "address",
    [
        "wms.example/holdfast",
        "file:///etc/passwd",
        "gopher://wms.example/holdfast",
        "http:///holdfast",
        "http://wms.example",
        "http://wms.example/",
        "http://wms.example/a/b",
        "http://wms.example/..",
        "http://user:secret@wms.example/holdfast",
        "http://wms.example/holdfast?x=1",
        "http://wms.example/holdfast#x",
        "http://[::1/holdfast",
        "http://wms.example:99999/holdfast",
    ],
)
def test_source__address_that_is_no_database__misconfigured(address: str) -> None:
    with pytest.raises(Misconfigured, match="address") as refusal:
        TrytonSource(address, KEY)
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize("key", ["", "a b", "a\r\nX-Evil: 1", "ключ"])
def test_source__key_that_cannot_be__misconfigured(key: str) -> None:
    with pytest.raises(Misconfigured, match="key"):
        TrytonSource(URL, key)
