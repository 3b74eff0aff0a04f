"""`holdfast order` against the real API: prepare, sign with one's own keystore, submit, follow."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from eth_account import Account

from cli.home import Home
from cli.outside import Outside
from holdfast.chain.deployment import save_deployment
from holdfast.domain.receipts import receipt_hex
from holdfast.keys.keystore import MACHINE_WORK_FACTOR, create_keys
from holdfast.store.records_types import OrderStatus
from tests.fakes.story import DEPLOYMENT, NOW, key
from tests.unit.api.conftest import World, make_world
from tests.unit.api.test_deposits import LOT, terms
from tests.unit.cli.app_transport import AppTransport, Broken
from tests.unit.cli.conftest import Run, answer, error, secret_file

PASSWORD = "correct horse battery"


@dataclass
class Desk:
    """A member's desk: its home, the API, and `order` as a function."""

    run: Run
    place: Home
    world: World
    transport: AppTransport

    def order(self, *words: object, **more: Any) -> Result:
        """`holdfast order …` at the story's time."""
        outside = more.pop("outside", Outside(self.transport, lambda: NOW))
        return self.run("order", *words, outside=outside, **more)

    def as_member(self, member: int) -> tuple[str, ...]:
        """Options that speak for a member."""
        file = secret_file(self.place.path / f"token-{member}", self.world.token(member))
        return "--api", "http://127.0.0.1:8700", "--token-file", str(file)

    def file(self, name: str) -> Path:
        return self.place.path / name

    def transfer(self) -> Path:
        """A prepared transfer of the rubber from member 3 to member 2."""
        out = self.file("transfer.json")
        words = ("--receipt", receipt_hex(self.world.story.rubber), "--to", 2, "--out", out)
        made = self.order("prepare", "transfer", *words, *self.as_member(3))
        assert made.exit_code == 0, made.stderr
        return out


def adopt(place: Home, member: int) -> None:
    """A keystore and password file `member-N` that hold the story's key of a member."""
    name = f"member-{member}"
    create_keys(place.keys, name, PASSWORD, work_factor=MACHINE_WORK_FACTOR)
    path = place.keys / f"{name}.json"
    content = json.loads(path.read_text())
    content["account"] = key(member).address
    content["signing"] = Account.encrypt(
        key(member).key, PASSWORD, kdf="scrypt", iterations=MACHINE_WORK_FACTOR
    )
    path.write_text(json.dumps(content))
    place.passwords.mkdir(exist_ok=True)
    secret_file(place.password(name), PASSWORD)


@pytest.fixture
def desk(run: Run, home: Path, tmp_path: Path) -> Iterator[Desk]:
    world = make_world(tmp_path)
    place = Home(home)
    save_deployment(place.deployment, DEPLOYMENT, "0x" + "00" * 32)
    with world.client:
        yield Desk(run, place, world, AppTransport(world))


def test_order__transfer_signed_by_both__queued_and_followed_to_its_end(desk: Desk) -> None:
    for member in (2, 3):
        adopt(desk.place, member)
    file = desk.transfer()
    first = desk.order("sign", file, "--key", "member-3", input="y\n")
    assert first.exit_code == 0, first.stderr
    assert "member 3 transfers receipt 0x" in first.stdout and "Still to sign: member 2" in first.stdout
    second = desk.order("sign", file, "--key", "member-2", "--yes", "--json")
    assert answer(second)["missing"] == [] and "transfers receipt" in second.stderr
    assert PASSWORD not in first.output + second.output + file.read_text()

    sent = desk.order("submit", file, "--json", *desk.as_member(3))
    assert sent.exit_code == 0, sent.stderr
    order_id = answer(sent)["id"]
    assert answer(sent)["status"] == "queued"
    assert answer(desk.order("submit", file, "--json", *desk.as_member(3)))["id"] == order_id

    following = ("status", order_id, *desk.as_member(2))
    assert desk.order(*following).stdout.splitlines()[1] == "Status   queued"
    late = desk.order(*following, "--wait", "--timeout", 1)
    assert late.exit_code == 3 and "still queued after 1 s" in late.stderr
    assert desk.world.records.take_queued() is not None
    desk.world.records.set_status(order_id, OrderStatus.REFUSED, reason="goods", detail="4 t short")
    ended = desk.order(*following, "--wait")
    assert ended.exit_code == 1 and "Reason   goods: 4 t short" in ended.stdout


def test_order__one_party_each_elsewhere__the_second_adds_its_signature(desk: Desk) -> None:
    adopt(desk.place, 3)
    file = desk.transfer()
    unsigned = file.read_bytes()
    assert desk.order("sign", file, "--key", "member-3", "--yes").exit_code == 0
    waiting = desk.order("submit", file, *desk.as_member(3))
    assert "awaiting-signature" in waiting.stdout and "Missing  signature of member 2" in waiting.stdout
    order_id = waiting.stdout.split()[1]
    adopt(desk.place, 2)
    other = desk.file("other.json")
    other.write_bytes(unsigned)
    assert desk.order("sign", other, "--key", "member-2", "--yes").exit_code == 0
    done = desk.order("submit", other, "--add-to", order_id, "--json", *desk.as_member(2))
    assert answer(done)["status"] == "queued"


def test_order__deposit_from_terms__asked_in_words_and_queued(desk: Desk) -> None:
    adopt(desk.place, 2)
    source, out = desk.file("terms.json"), desk.file("request.json")
    source.write_text(json.dumps(terms()))
    words = ("--terms", source, "--lot-id", LOT, "--out", out)
    made = desk.order("prepare", "deposit", *words, *desk.as_member(2))
    assert made.exit_code == 0, made.stderr
    assert "100.000 t Natural rubber" in made.stdout and "2 份仓单" in made.stdout
    signed = desk.order("sign", out, "--key", "member-2", "--yes")
    assert "asks member 1 for 2 receipts on 100.000 t of Natural rubber SVR 10" in signed.stdout
    sent = desk.order("submit", out, "--json", *desk.as_member(2))
    assert (answer(sent)["type"], answer(sent)["status"]) == ("DepositRequest", "awaiting-signature")
    adopt(desk.place, 1)
    assert desk.order("sign", out, "--key", "member-1", "--yes").exit_code == 0
    confirmed = desk.order("submit", out, "--json", *desk.as_member(1))
    assert (answer(confirmed)["id"], answer(confirmed)["status"]) == (answer(sent)["id"], "queued")


def test_order__deposit_incomplete__each_field_named_and_nothing_asked(desk: Desk) -> None:
    wrong = terms()
    del wrong["common"]["insurance"]
    source = desk.file("terms.json")
    source.write_text(json.dumps(wrong))
    words = ("--terms", source, "--lot-id", LOT, "--out", desk.file("q.json"), "--json")
    found = error(desk.order("prepare", "deposit", *words, *desk.as_member(2)))
    assert found["exit_status"] == 1 and found["errors"][0]["field"] == "insurance"
    assert desk.transport.requests == []
    source.write_text('{"common": {}, "common": {}}')
    assert (
        "stands there twice" in error(desk.order("prepare", "deposit", *words, *desk.as_member(2)))["detail"]
    )


def test_order__delivery__prepared_for_the_whole_receipt(desk: Desk) -> None:
    adopt(desk.place, 3)
    out = desk.file("delivery.json")
    words = ("--receipt", receipt_hex(desk.world.story.rubber), "--out", out)
    assert desk.order("prepare", "delivery", *words, *desk.as_member(3)).exit_code == 0
    signed = desk.order("sign", out, "--key", "member-3", "--yes")
    assert "takes delivery of 200.000 t" in signed.stdout and "Everybody has signed" in signed.stdout


def test_sign__refused_at_the_prompt__one_and_file_unchanged(desk: Desk) -> None:
    adopt(desk.place, 3)
    file = desk.transfer()
    before = file.read_bytes()
    for typed in ("n\n", ""):
        assert desk.order("sign", file, "--key", "member-3", input=typed).exit_code == 1
    assert file.read_bytes() == before


def test_sign__summary_says_otherwise__words_come_from_what_is_signed(desk: Desk) -> None:
    adopt(desk.place, 3)
    file = desk.transfer()
    content = json.loads(file.read_text())
    content["summary"] = {"en": "A harmless greeting."}
    file.write_text(json.dumps(content))
    said = desk.order("sign", file, "--key", "member-3", input="n\n").stdout
    assert "harmless" not in said and "transfers receipt" in said


@pytest.mark.parametrize(
    ("where", "value", "named"),
    [
        (("domain", "chainId"), 1, "domain.chainId"),
        (("domain", "verifyingContract"), "0x" + "11" * 20, "domain.verifyingContract"),
        (("message", "transferee"), "-1", "TransferOrder.transferee"),
        (("message", "deadline"), "1", "deadline"),
        (("primaryType",), "IssueOrder", "IssueOrder"),
    ],
)
def test_sign__typed_data_altered__refused_by_name(
    desk: Desk, where: tuple[str, ...], value: object, named: str
) -> None:
    adopt(desk.place, 3)
    file = desk.transfer()
    content = json.loads(file.read_text())
    part = content["typed_data"]
    for step in where[:-1]:
        part = part[step]
    part[where[-1]] = value
    file.write_text(json.dumps(content))
    result = desk.order("sign", file, "--key", "member-3", "--yes")
    assert result.exit_code == 1 and named in result.stderr
    assert "signatures" not in result.stdout and json.loads(file.read_text())["signatures"] == {}


def test_sign__key_of_no_party__two(desk: Desk) -> None:
    adopt(desk.place, 4)
    file = desk.transfer()
    for more in ((), ("--member", 3)):
        result = desk.order("sign", file, "--key", "member-4", "--yes", *more)
        assert result.exit_code == 2 and f"{key(4).address} is not a key" in result.stderr
        assert f"{key(3).address} of member 3" in result.stderr
    assert json.loads(file.read_text())["signatures"] == {}


def test_sign__again_by_the_same_member__two_and_file_unchanged(desk: Desk) -> None:
    adopt(desk.place, 3)
    file = desk.transfer()
    words = ("sign", file, "--key", "member-3", "--yes")
    assert desk.order(*words).exit_code == 0
    before = file.read_bytes()
    result = desk.order(*words)
    assert result.exit_code == 2 and "carries the signature of member 3 already" in result.stderr
    assert file.read_bytes() == before
    content = json.loads(before)
    content["signatures"]["3"] = "0x" + "1b" * 65
    file.write_text(json.dumps(content))
    assert desk.order(*words).exit_code == 0, "one that is not its own is put right"
    assert file.read_bytes() == before


def test_sign__no_such_keystore__two_and_those_that_are_there(desk: Desk) -> None:
    adopt(desk.place, 3)
    result = desk.order("sign", desk.transfer(), "--key", "trader", "--yes")
    assert (
        result.exit_code == 2
        and "no keystore 'trader'; expected one that is there (member-3)" in result.stderr
    )


def test_sign__no_deployment_known__two(desk: Desk) -> None:
    adopt(desk.place, 3)
    file = desk.transfer()
    desk.place.deployment.unlink()
    assert desk.order("sign", file, "--key", "member-3", "--yes").exit_code == 2


def test_prepare__file_there_receipt_wrong_or_option_missing__two(desk: Desk) -> None:
    file = desk.transfer()
    mine = desk.as_member(3)
    good = ("--receipt", receipt_hex(desk.world.story.rubber), "--to", 2)
    cases = [
        (("--out", file, *good, *mine), "is there already"),
        (("--out", desk.file("x"), "--receipt", "0x12", "--to", 2, *mine), "64 hexadecimal digits"),
        (("--out", desk.file("x"), *good), "--token-file"),
        (("--out", desk.file("x"), *good, *mine[2:]), "--api"),
        (("--out", desk.file("x"), *good, "--api", "http://bank.example", *mine[2:]), "in clear"),
        (("--out", desk.file("x"), *good, "--api", "https://u:p@bank.example", *mine[2:]), "without a user"),
    ]
    for words, named in cases:
        result = desk.order("prepare", "transfer", *words)
        assert result.exit_code == 2 and named in result.stderr, words
    assert not desk.file("x").exists()


def test_prepare__not_the_holder_or_unknown__one_with_the_apis_reason(desk: Desk) -> None:
    words = ("--to", 2, "--out", desk.file("x"), "--json")
    rubber = ("--receipt", receipt_hex(desk.world.story.rubber))
    assert (
        error(desk.order("prepare", "transfer", *rubber, *words, *desk.as_member(2)))["code"]
        == "not-the-holder"
    )
    nothing = ("--receipt", "0x" + "12" * 32)
    assert (
        error(desk.order("prepare", "transfer", *nothing, *words, *desk.as_member(3)))["code"] == "not-found"
    )


def test_submit__unsigned_or_no_order_file__refused(desk: Desk) -> None:
    file = desk.transfer()
    assert desk.order("submit", file, *desk.as_member(3)).exit_code == 2
    for text in ("", "[]", "{}", '{"type": "holdfast-order", "version": 2}'):
        file.write_text(text)
        assert desk.order("submit", file, *desk.as_member(3)).exit_code == 1, text
    assert desk.order("submit", desk.file("none"), *desk.as_member(3)).exit_code == 2
    assert [request.url.path for request in desk.transport.requests] == ["/v1/orders/prepare"]


def test_api__token_wrong__two_and_the_token_is_not_shown(desk: Desk) -> None:
    token = desk.world.token(3)
    bad = secret_file(desk.file("bad"), token[:-4] + "AAAA")
    result = desk.order("status", "ord_1", "--api", "http://127.0.0.1:8700", "--token-file", bad)
    assert result.exit_code == 2 and "token" in result.stderr
    assert token[:-4] not in result.output


@pytest.mark.parametrize(
    ("status", "content"),
    [(200, None), (200, b"<html>"), (502, b""), (503, b'{"code": "unreachable"}'), (302, b""), (404, b"no")],
)
def test_api__down_or_another_server__three(desk: Desk, status: int, content: bytes | None) -> None:
    outside = Outside(Broken(status, content), lambda: NOW)
    result = desk.order("status", "ord_1", "--json", *desk.as_member(3), outside=outside)
    assert error(result)["exit_status"] == 3


def test_api__control_characters_in_its_answer__not_passed_to_the_terminal(desk: Desk) -> None:
    problem = json.dumps({"code": "no", "detail": "a\x1b[2Jb\rc"}).encode()
    outside = Outside(Broken(422, problem), lambda: NOW)
    result = desk.order("status", "ord_1", *desk.as_member(3), outside=outside)
    assert result.exit_code == 1 and "\x1b" not in result.stderr and "\r" not in result.stderr


def test_status__id_with_a_path_in_it__two(desk: Desk) -> None:
    assert desk.order("status", "../members", *desk.as_member(3)).exit_code == 2
    assert desk.transport.requests == []
