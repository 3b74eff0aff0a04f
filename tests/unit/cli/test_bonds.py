"""Pledge bonds at the command line: commands made of the shapes, and a bond told as a bond."""

from __future__ import annotations

import json
from dataclasses import replace

from cli.commands.act_options import act_body, act_example
from cli.standing_text import render_standing, standing_json
from holdfast.domain.receipts import receipt_hex
from holdfast.domain.standing import Bound
from tests.fakes.burdens import MATURITY, standing
from tests.fakes.story import NOW
from tests.unit.cli.test_order import Desk, adopt
from tests.unit.cli.test_order import desk as desk
from tests.unit.cli.test_receipt import NAMES
from tests.unit.cli.test_receipt import Desk as Shelf
from tests.unit.cli.test_receipt import desk as shelf

__all__ = ["desk", "shelf"]


def test_bond__prepared_and_signed__said_in_words_before_the_key_is_used(desk: Desk) -> None:
    adopt(desk.place, 3)
    out = desk.file("bond.json")
    filing = desk.file("filing.pdf")
    filing.write_bytes(b"filed")
    words = ("--receipt", receipt_hex(desk.world.story.rubber), "--to", 4, "--amount-minor", 500_000_000)
    words += ("--currency", "CNY", "--maturity", NOW + 10**7, "--filing-digest", f"@{filing}", "--out", out)
    made = desk.order("prepare", "bond", *words, *desk.as_member(3))
    assert made.exit_code == 0, made.stderr
    assert "issues a pledge bond on" in made.stdout and "签发质入证券" in made.stdout
    assert set(json.loads(out.read_text())["typed_data"]["message"]) >= {"lienCapMinor", "maturity"}
    signed = desk.order("sign", out, "--key", "member-3", "--yes")
    assert "goods go out only if both sign" in signed.stdout and "Still to sign: member 4" in signed.stdout


def test_sale__options__only_what_a_clerk_knows() -> None:
    given = {"receipt_id": receipt_hex(1), "sale_digest": "0x" + "11" * 32, "proceeds_minor": "900"}
    at = {"sold_at": "2027-03-31T16:00:00Z"}
    body = act_body("bond-delivery", {**given, **at, "costs_minor": "5", "claim_minor": None})
    assert body["sold_at"] == 1_806_508_800 and "claim_minor" not in body and "lien_minor" not in body
    sold = act_body("foreclosure", {**given, **at, "buyer": 3, "claims_minor": ("7", "8")})
    assert (sold["sold_at"], sold["claims_minor"]) == (1_806_508_800, ["7", "8"])
    for name in ("foreclosure", "bond-delivery"):
        example = act_example(name)
        assert "--sold-at 2026-11-21T08:00:00Z" in example and "--lien-minor" not in example


def test_render__bond__who_holds_it_and_who_must_sign_a_delivery_now(shelf: Shelf) -> None:
    state = standing(shelf.world.chain, shelf.made.receipt, shelf.world.story.batch_lot)
    bond = replace(state.pledges[0], ltv_bps=0, cure_s=0)
    held = replace(state, bounds=Bound.PLEDGED, pledges=(bond,), freeze=None, waiting=())

    text = render_standing(standing_json(held, NAMES, None))

    assert "Bond       held by Bank of the Yellow Sea (member 4): secures CNY 5,000,000.00, due 20" in text
    assert "its holder alone may give it on; bond 0x" in text and "goods' value" not in text
    assert "- under a pledge bond, which Bank of the Yellow Sea holds" in text
    both = "Shandong Rubber Import and Bank of the Yellow Sea together, until the bond is due"
    assert f"Delivery   {both}" in text
    due = render_standing(standing_json(replace(held, block_time=MATURITY + 1), NAMES, None))
    assert "Delivery   Bank of the Yellow Sea alone, as the bond is due" in due
