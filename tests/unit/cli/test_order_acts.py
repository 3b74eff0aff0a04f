"""`holdfast order` for every act: options made of the API's shapes, documents read before they are signed."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, get_args

import pytest

from api.orders.act_schemas import PrepareAct
from cli.commands.act_options import act_body, act_names, check_body
from cli.errors import WrongUsage
from holdfast.domain.receipts import receipt_hex
from holdfast.store.records_types import OrderStatus
from oracle.attester.signed_log import SignedLog
from oracle.runtime import open_database
from oracle.settings import AttesterSettings
from tests.fakes.story import DEPLOYMENT, NOW
from tests.unit.cli.conftest import answer, error
from tests.unit.cli.test_order import Desk, adopt
from tests.unit.cli.test_order import desk as desk

RECEIPT = "0x" + "5f" * 32


def test_acts__every_shape__is_a_command() -> None:
    names = {get_args(shape.model_fields["type"].annotation)[0] for shape in get_args(PrepareAct)}
    assert names | {"transfer", "delivery"} == set(act_names())


def pledge(desk: Desk, out: Path) -> Any:
    filing = desk.file("filing.pdf")
    filing.write_bytes(b"filed")
    words = ("--receipt", receipt_hex(desk.world.story.rubber), "--to", 4, "--amount-minor", 500_000_000)
    words += ("--currency", "CNY", "--maturity", NOW + 10**7, "--ltv-bps", 7_000, "--cure-s", 864_000)
    words += ("--filing-digest", f"@{filing}", "--out", out)
    return desk.order("prepare", "pledge", *words, *desk.as_member(3))


def test_pledge__prepared_fetched_and_signed_by_the_bank__queued(desk: Desk) -> None:
    adopt(desk.place, 3)
    adopt(desk.place, 4)
    out = desk.file("pledge.json")
    made = pledge(desk, out)
    assert made.exit_code == 0, made.stderr
    assert "CNY 5,000,000.00" in made.stdout and "质押给黄海银行" in made.stdout
    message = json.loads(out.read_text())["typed_data"]["message"]
    assert message["filingDigest"] == "0x" + hashlib.sha256(b"filed").hexdigest()
    signed = desk.order("sign", out, "--key", "member-3", "--yes")
    assert "member 3 pledges receipt 0x" in signed.stdout and "Still to sign: member 4" in signed.stdout
    order_id = answer(desk.order("submit", out, "--json", *desk.as_member(3)))["id"]

    fetched = desk.file("fetched.json")
    assert desk.order("fetch", order_id, "--out", fetched, *desk.as_member(4)).exit_code == 0
    own = desk.order("sign", fetched, "--key", "member-4", "--yes")
    assert own.exit_code == 0 and "pledges receipt" in own.stdout, own.stderr
    done = desk.order("submit", fetched, "--add-to", order_id, "--json", *desk.as_member(4))
    assert answer(done)["status"] == "queued"
    again = desk.order("fetch", order_id, "--out", desk.file("x"), *desk.as_member(4))
    assert again.exit_code == 0, "it is still under way"


def split(desk: Desk) -> Path:
    out = desk.file("split.json")
    parts = ("--part", "QD-A:50t:40", "--part", "QD-B:150000kg:120:RE-MARKED")
    words = ("--receipt", receipt_hex(desk.world.story.rubber), *parts, "--out", out)
    made = desk.order("prepare", "split", *words, *desk.as_member(3))
    assert made.exit_code == 0, made.stderr
    return out


def test_split__signed__each_new_receipt_is_told_and_handed_in(desk: Desk) -> None:
    adopt(desk.place, 3)
    adopt(desk.place, 1)
    out = split(desk)
    said = desk.order("sign", out, "--key", "member-3", "--yes").stdout
    assert "New receipt QD-A: 50.000 t of Natural rubber SVR 10" in said
    assert "New receipt QD-B: 150.000 t" in said and "120 packages marked RE-MARKED" in said
    assert "Still to sign: member 1" in said
    sent = answer(desk.order("submit", out, "--json", *desk.as_member(3)))
    assert len(sent["documents"]) == 2
    copy = desk.file("copy.json")
    desk.order("fetch", sent["id"], "--out", copy, *desk.as_member(1))
    assert "New receipt QD-A" in desk.order("sign", copy, "--key", "member-1", "--yes").stdout


@pytest.mark.parametrize("how", ["altered", "missing", "other"])
def test_sign__documents_are_not_those_of_the_order__refused_unsigned(desk: Desk, how: str) -> None:
    adopt(desk.place, 3)
    out = split(desk)
    content = json.loads(out.read_text())
    if how == "altered":
        content["documents"][0]["quantity_g"] = "1"
    elif how == "missing":
        del content["documents"]
    else:
        content["documents"].append(content["documents"][0] | {"marks": "x"})
    out.write_text(json.dumps(content))
    result = desk.order("sign", out, "--key", "member-3", "--yes")
    assert result.exit_code == 1 and "documents" in result.stderr
    assert json.loads(out.read_text())["signatures"] == {}


def test_sign__order_for_another_module__refused(desk: Desk) -> None:
    adopt(desk.place, 3)
    out = split(desk)
    content = json.loads(out.read_text())
    content["typed_data"]["domain"]["verifyingContract"] = DEPLOYMENT.court
    out.write_text(json.dumps(content))
    result = desk.order("sign", out, "--key", "member-3", "--yes")
    assert result.exit_code == 1 and "domain.verifyingContract" in result.stderr


def test_inspect__asked_anew__a_look_each_time_the_last_has_ended(desk: Desk) -> None:
    words = ("inspect", "--receipt", receipt_hex(desk.world.story.rubber), "--weigh", "--json")
    first = answer(desk.order(*words, *desk.as_member(5)))
    assert (first["type"], first["order"]["weigh"]) == ("Inspection", True)
    desk.world.records.set_status(first["id"], OrderStatus.FINAL, reason="goods-as-claimed", detail="there")
    shown = desk.order("status", first["id"], *desk.as_member(5))
    assert shown.exit_code == 0 and "goods-as-claimed: there" in shown.stdout
    assert answer(desk.order(*words, *desk.as_member(5)))["id"] != first["id"]


def test_shortage__live_receipt__the_apis_reason(desk: Desk) -> None:
    words = ("shortage", "--receipt", receipt_hex(desk.world.story.rubber), "--json")
    found = error(desk.order(*words, *desk.as_member(1)))
    assert found["code"] == "receipt-not-suspended"


@pytest.mark.parametrize(
    ("name", "given", "body"),
    [
        ("partial-delivery", {"receipt_id": RECEIPT, "quantity_g": "2.5 t"}, {"quantity_g": "2500000"}),
        ("case", {"expires_at": "2027-03-31T16:00:00Z", "reason": 2}, {"expires_at": 1_806_508_800}),
        ("extension", {"storage_until": "1806508800"}, {"storage_until": 1_806_508_800}),
        (
            "correction",
            {"changes": ("marks=A=B", "package_count=7")},
            {"changes": {"marks": "A=B", "package_count": 7}},
        ),
        ("merge", {"receipt_ids": (RECEIPT.upper()[2:], RECEIPT)}, {"receipt_ids": [RECEIPT, RECEIPT]}),
        ("foreclosure", {"claims_minor": ("5", "6")}, {"claims_minor": ["5", "6"]}),
    ],
)
def test_body__as_people_write__as_the_api_takes(
    name: str, given: dict[str, Any], body: dict[str, Any]
) -> None:
    made = act_body(name, given)
    assert made["type"] == name and {key: made[key] for key in body} == body


@pytest.mark.parametrize(
    ("name", "given", "named"),
    [
        ("partial-delivery", {"quantity_g": "5 lb"}, "--quantity-g: '5 lb' is not right; expected .* 50t"),
        ("case", {"expires_at": "tomorrow"}, "--expires-at: 'tomorrow' is not right; expected a time"),
        ("case", {"expires_at": "2027-03-31T16:00:00"}, "a time with its zone"),
        ("split", {"parts": ("QD-A:50t",)}, "--part"),
        ("correction", {"changes": ("colour=red",)}, "--set"),
        ("correction", {"changes": ("package_count=many",)}, "package_count"),
        ("release", {"receipt_id": "0x12"}, "--receipt"),
    ],
)
def test_body__what_cannot_be_read__refused_by_option(name: str, given: dict[str, Any], named: str) -> None:
    with pytest.raises(WrongUsage, match=named):
        act_body(name, given)


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"currency": "yuan"}, "--currency: 'yuan' is not right; expected three capital letters"),
        ({"amount_minor": "2.5"}, "--amount-minor: '2.5' is not right; expected whole minor units"),
        ({"ltv_bps": 10_001}, "--ltv-bps: 10001 is not right; expected less than or equal to 10000"),
        ({"pledgee": 0, "cure_s": 0}, "--to: 0 is not right; .*; --cure-s: 0 is not right"),
    ],
)
def test_body__not_as_the_api_wants_it__refused_by_option_before_it_is_sent(
    changed: dict[str, Any], named: str
) -> None:
    body = {"type": "pledge", "receipt_id": RECEIPT, "pledgee": 4, "amount_minor": "5", "currency": "CNY"}
    body |= {"maturity": NOW, "ltv_bps": 7_000, "cure_s": 60, "filing_digest": RECEIPT}
    check_body("pledge", body)
    with pytest.raises(WrongUsage, match=named):
        check_body("pledge", {**body, **changed})


def test_prepare__refused_by_the_api__its_field_is_told_as_the_option(desk: Desk) -> None:
    rubber = ("--receipt", receipt_hex(desk.world.story.rubber), "--out", desk.file("x.json"))
    asked = ("prepare", "partial-delivery", *rubber, "--quantity-g", "900t", *desk.as_member(3))
    result = desk.order(*asked)
    assert result.exit_code == 1 and "--quantity-g: 900000000 is not possible now" in result.stderr
    assert not desk.file("x.json").exists()


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("prepare", "unfreze"), "'unfreze' is no command here; expected perhaps unfreeze"),
        (("prepare", "teleport"), "expected one of transfer, delivery, pledge"),
        (
            ("prepare", "freeze", "--receipt", RECEIPT),
            "--case-no is missing; expected: Number of the court case",
        ),
    ],
)
def test_command__unknown_or_incomplete__told_what_there_is(
    desk: Desk, words: tuple[str, ...], named: str
) -> None:
    result = desk.order(*words)
    assert result.exit_code == 2 and named in result.stderr


def attester_env(desk: Desk) -> Path:
    """Settings of an attester whose book lies on the desk."""
    members = desk.file("members.json")
    members.write_text("[]")
    values = dict.fromkeys(AttesterSettings.model_fields, "x") | {
        "deployment_file": str(desk.place.deployment),
        "book_file": str(members),
        "database_url": f"sqlite:///{desk.file('attester.db')}",
        "listen_port": "1",
    }
    file = desk.file("attester.env")
    file.write_text("".join(f"HOLDFAST_ATTESTER_{name.upper()}={value}\n" for name, value in values.items()))
    return file


def test_approve__price_series_of_a_lot__read_and_noted_in_the_attesters_book(desk: Desk) -> None:
    rubber = receipt_hex(desk.world.story.rubber)
    words = ("series", "--receipt", rubber, "--series-digest", "0x" + "5e" * 32, "--json")
    asked = answer(desk.order(*words, *desk.as_member(3)))
    file, settings = desk.file("series.json"), attester_env(desk)
    assert desk.order("fetch", asked["id"], "--out", file, *desk.as_member(3)).exit_code == 0

    no = desk.run("attester", "approve", file, "--settings", settings, input="n\n")
    log = SignedLog(open_database(f"sqlite:///{desk.file('attester.db')}"))
    wanted = bytes.fromhex(asked["order_hash"][2:])
    assert no.exit_code == 1 and "valued by the price series" in no.stdout and not log.approved(wanted)
    yes = desk.run("attester", "approve", file, "--settings", settings, "--yes", "--json")
    assert answer(yes)["order_hash"] == asked["order_hash"] and log.approved(wanted)


def test_approve__order_that_goods_judge__refused(desk: Desk) -> None:
    out = split(desk)
    found = desk.run("attester", "approve", out, "--settings", attester_env(desk), "--yes")
    assert found.exit_code == 1 and "SplitOrder" in found.stderr
