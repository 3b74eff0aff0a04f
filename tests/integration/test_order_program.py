"""Receipts in the hands of members' staff: with the `holdfast` program, over a port, with key files."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from holdfast.domain.orders import Status, SuspendReason
from holdfast.domain.units import Grams
from holdfast.evidence.canonical import canonical_json, sha256_digest
from tests.fakes.oracle import BANK, DAY_S, IMPORTER, OPERATOR, TRADER, T
from tests.integration.office import Clerk, Office
from tests.integration.workshop import COURT

COUNT, EACH_T = 8, 25


@dataclass(frozen=True)
class Story:
    """The staff, and receipts on 25 t each that the importer was given on its request."""

    shop: Office
    operator: Clerk
    importer: Clerk
    trader: Clerk
    bank: Clerk
    court: Clerk
    receipts: tuple[str, ...]

    def show(self, clerk: Clerk, receipt: str) -> str:
        """`receipt show`, asked of the API."""
        return clerk("receipt", "show", receipt, *clerk.online).out


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    shop = Office(tmp_path_factory.mktemp("office"))
    shop.start()
    try:
        clerks = [shop.clerk(each) for each in (OPERATOR, IMPORTER, TRADER, BANK, COURT)]
        operator, importer, *_ = clerks
        shop.terms(importer.path("terms.json"), COUNT)
        shop.yard.weighed_g = COUNT * EACH_T * T
        importer.prepare("deposit", "deposit.json", "--terms", "terms.json")
        assert "asks" in importer.sign("deposit.json").out
        order_id = importer.submit("deposit.json").order_id
        assert "confirms that" in operator.countersign(order_id).out
        importer.ends(order_id)
        shop.yard.weighed_g = None
        yield Story(shop, *clerks, receipts=shop.records.decision(order_id).receipt_ids)
    finally:
        shop.stop()


def made(order: Any, number: str) -> str:
    """Id of the receipt that an order brings into being under a number, read from what people see."""
    (found,) = [each for each in order["documents"] if each["receipt_number"] == number]
    return "0x" + sha256_digest(canonical_json(found)).hex()


def test_program__pledged_split_and_released_in_part(story: Story) -> None:
    shop, importer, bank, receipt = story.shop, story.importer, story.bank, story.receipts[0]
    importer.path("filing.pdf").write_bytes(b"filed with the registry")
    loan = ("--to", BANK, "--amount-minor", 20_000_000, "--currency", "CNY", "--ltv-bps", 7000)
    loan += ("--maturity", shop.now() + 90 * DAY_S, "--cure-s", 864_000, "--filing-digest", "@filing.pdf")
    said = importer.prepare("pledge", "pledge.json", "--receipt", receipt, *loan)
    assert "CNY 200,000.00" in said.out and "Written to pledge.json" in said.out
    assert "Still to sign: member 4" in importer.sign("pledge.json").out
    waiting = importer.submit("pledge.json")
    assert "awaiting-signature" in waiting.out and "signature of member 4" in waiting.out
    bank.countersign(waiting.order_id)
    assert "final" in bank.ends(waiting.order_id).out

    parts = ("--part", "P-1:10t:1", "--part", "P-2:15t:1")
    split = importer.act("split", "split.json", "--receipt", receipt, *parts, others=(story.operator, bank))
    free, kept = made(split, "P-1"), made(split, "P-2")
    bank.act("release", "release.json", "--receipt", free)
    assert "Free       yes" in story.show(importer, free)
    shown = story.show(bank, kept)
    assert "Free       NO" in shown and "secures CNY 200,000.00" in shown
    assert shop.state(receipt).status is Status.REPLACED


def test_program__frozen_by_a_court__told_why_it_stands_still_until_it_is_free(story: Story) -> None:
    shop, court, importer, receipt = story.shop, story.court, story.importer, story.receipts[1]
    court.path("ruling.pdf").write_bytes(b"it is so ordered")
    until = time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime(shop.now() + 300 * DAY_S))
    words = ("--case-no", 7, "--reason", 1, "--document-digest", "@ruling.pdf", "--expires-at", until)
    court.act("case", "case.json", *words)
    court.act("freeze", "freeze.json", "--receipt", receipt, "--case-no", 7)

    why = "case 7, preservation during proceedings, until"
    shown = story.show(importer, receipt)
    assert "Free       NO" in shown and why in shown
    node = shop.chain.connection.settings.rpc_url
    assert why in importer("receipt", "show", receipt, "--rpc-url", node).out
    move = ("--receipt", receipt, "--to", TRADER, "--out", "away.json", *importer.online)
    importer.refused(1, "order", "prepare", "transfer", *move, named=("frozen", "case 7"))

    # Frozen twice under one case: signed and handed in, and the chain says no.
    court.prepare("freeze", "again.json", "--receipt", receipt, "--case-no", 7)
    court.sign("again.json")
    told = court.ends(court.submit("again.json").order_id, status=1)
    assert "Status   refused" in told.out and "case 7" in told.out

    court.act("unfreeze", "unfreeze.json", "--receipt", receipt, "--case-no", 7)
    assert "Free       yes" in story.show(importer, receipt)


def test_program__lost_found_and_put_right__its_words_change_and_the_old_one_is_void(story: Story) -> None:
    shop, importer, receipt = story.shop, story.importer, story.receipts[2]
    importer.act("loss-notice", "lost.json", "--receipt", receipt, "--reason", "lost")
    assert shop.state(receipt).suspend_reason == SuspendReason.NOTICE_OF_LOSS
    assert "suspended" in story.show(importer, receipt)
    importer.act("loss-withdrawal", "found.json", "--receipt", receipt)
    assert shop.state(receipt).status is Status.LIVE

    words = ("--receipt-number", "R-1", "--set", "marks=as painted on the bales")
    order = importer.act("correction", "right.json", "--receipt", receipt, *words)
    assert shop.state(receipt).status is Status.REPLACED
    assert "Free       yes" in story.show(importer, made(order, "R-1"))
    assert receipt in story.show(importer, made(order, "R-1"))


def test_program__storage_agreed_bond_issued_goods_taken_out_by_both(story: Story) -> None:
    shop, importer, bank, receipt = story.shop, story.importer, story.bank, story.receipts[3]
    operator = story.operator
    operator.path("contract.pdf").write_bytes(b"storage contract")
    words = ("--fee-minor", 80, "--currency", "CNY", "--from-s", shop.now() - DAY_S)
    words += ("--cap-minor", 90_000, "--rank", "before-pledges", "--contract-digest", "@contract.pdf")
    operator.act("lien-terms", "storage.json", "--receipt", receipt, *words, others=(importer,))
    assert "at most CNY 900.00" in story.show(importer, receipt)

    importer.path("bond.pdf").write_bytes(b"filed with the registry")
    words = ("--to", BANK, "--amount-minor", 20_000_000, "--currency", "CNY")
    words += ("--maturity", shop.now() + 90 * DAY_S, "--filing-digest", "@bond.pdf")
    importer.act("bond", "bond.json", "--receipt", receipt, *words, others=(bank,))
    assert "Bond       held by Member 4" in story.show(bank, receipt)

    shop.yard.weighed_g, shop.yard.loads = EACH_T * T, 1
    importer.act("bond-joint-delivery", "out.json", "--receipt", receipt, others=(bank,))
    shop.yard.weighed_g, shop.yard.loads = None, 8
    claim = shop.warehouse.claim
    shop.warehouse.claim = replace(claim, quantity_g=Grams(claim.quantity_g - EACH_T * T))
    assert shop.state(receipt).status is Status.DELIVERED


WRONG_OPTIONS = {
    "an unknown act": (2, "teleport --receipt {receipt}", ("'teleport'", "expected", "transfer")),
    "a near miss": (2, "unfreze --receipt {receipt}", ("'unfreze'", "perhaps unfreeze")),
    "a missing option": (2, "transfer --receipt {receipt}", ("--to is missing", "Member number")),
    "no receipt's id": (2, "delivery --receipt QD-7A", ("--receipt: 'QD-7A'", "64 hexadecimal digits")),
    "another receipt": (1, "delivery --receipt {unknown}", ("there is no receipt {unknown}",)),
    "no member": (1, "transfer --receipt {receipt} --to 77", ("--to: 77", "a member of the consortium")),
    "more than there is": (
        1,
        "partial-delivery --receipt {receipt} --quantity-g 26t",
        ("--quantity-g: 26000000", "less than the receipt's 25000000 (25.000 t)"),
    ),
    "parts of more": (
        1,
        "split --receipt {receipt} --part A:20t:1 --part B:6t:1",
        ("--part: 26000000", "at most the receipt's 25000000 (25.000 t)"),
    ),
    "no mass": (
        2,
        "partial-delivery --receipt {receipt} --quantity-g 5lb",
        ("--quantity-g: '5lb'", "such as 50t"),
    ),
    "no file": (
        2,
        "paper --receipt {receipt} --paper-digest @none.pdf",
        ("--paper-digest: none.pdf", "expected a file"),
    ),
    "no time, no currency": (
        2,
        "bond --receipt {receipt} --to 4 --amount-minor 2.5 --currency yuan --maturity 9 --filing-digest 0x1",
        ("--filing-digest: '0x1'", "or @FILE for a file's digest"),
    ),
    "three things at once": (
        2,
        "lien-terms --receipt {receipt} --fee-minor 0.8 --currency yuan --from-s 9 --cap-minor -- --rank "
        "before-pledges --contract-digest @terms.json",
        ("--fee-minor: '0.8'", "--currency: 'yuan'", "--cap-minor: '--'", "such as CNY"),
    ),
    "a deadline too far": (1, "delivery --receipt {receipt} --valid-for 999999", ("deadline", "at most")),
}


@pytest.mark.parametrize("what", WRONG_OPTIONS)
def test_prepare__wrong_input__named_with_what_is_right_and_nothing_written(story: Story, what: str) -> None:
    status, line, named = WRONG_OPTIONS[what]
    ids = {"receipt": story.receipts[4], "unknown": "0x" + "12" * 32}
    words = line.format(**ids).split()
    out = ("--out", "wrong.json", *story.importer.online)
    expected = tuple(each.format(**ids) for each in named)
    story.importer.refused(status, "order", "prepare", *words, *out, named=expected)


def test_sign_and_submit__wrong_file_key_or_time__named_and_the_order_left_as_it_was(story: Story) -> None:
    shop, importer, bank, receipt = story.shop, story.importer, story.bank, story.receipts[4]
    importer.prepare("transfer", "transfer.json", "--receipt", receipt, "--to", TRADER, "--valid-for", 60)
    sign, own = ("order", "sign"), ("--password-file", "password.txt", "--yes")
    mine = ("--key", importer.key, *own)
    submit = ("order", "submit", "transfer.json")
    orders = len(shop.records.open_orders())

    importer.refused(2, *submit, *importer.online, named=("transfer.json carries no signature",))
    importer.refused(2, *sign, "none.json", *mine, named=("FILE: none.json", "expected an order file"))
    wrong = ("--key", importer.key, "--yes", "--password-file")
    importer.refused(2, *sign, "transfer.json", *wrong, "none.txt", named=("none.txt", "one line"))
    named = ("'member-3'", "expected one that is there (member-2)")
    importer.refused(2, *sign, "transfer.json", "--key", "member-3", *own, named=named)

    # Another member's key signs neither for itself nor for the holder, and hands nothing in.
    bank.path("transfer.json").write_bytes(importer.path("transfer.json").read_bytes())
    named = (
        f"{shop.account(BANK)} is not a key that signs this order",
        f"{shop.account(IMPORTER)} of member 2",
    )
    bank.refused(2, *sign, "transfer.json", "--key", bank.key, *own, "--member", IMPORTER, named=named)

    importer.sign("transfer.json")
    named = ("transfer.json carries the signature of member 2 already",)
    importer.refused(2, *sign, "transfer.json", *mine, named=named)
    bank.path("transfer.json").write_bytes(importer.path("transfer.json").read_bytes())
    bank.refused(1, *submit, *bank.online, named=("the order is for members 2 and 3",))
    nobody = ("--api", "http://127.0.0.1:9", *importer.online[2:])
    importer.refused(3, *submit, *nobody, named=("http://127.0.0.1:9", "nobody answers"))

    # What stands in the file decides, not its summary: one changed digit, and the signature is void.
    altered = json.loads(importer.path("transfer.json").read_text())
    altered["typed_data"]["message"]["transferee"] = str(BANK)
    importer.path("altered.json").write_text(json.dumps(altered))
    named = ("signatures.2", "over exactly this order")
    importer.refused(1, "order", "submit", "altered.json", *importer.online, named=named)

    # Past its deadline, by the API's clock; and by the clock of whoever would sign it.
    shop.skip(90)
    importer.refused(1, *submit, *importer.online, named=("deadline", "a time after now"))
    altered["typed_data"]["message"]["deadline"] = str(int(time.time()) - 1)
    importer.path("altered.json").write_text(json.dumps(altered))
    importer.refused(1, *sign, "altered.json", *mine, named=("deadline", "it passed"))
    assert len(shop.records.open_orders()) == orders
    assert shop.state(receipt).seq == 0
