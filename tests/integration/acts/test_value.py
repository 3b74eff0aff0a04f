"""What goods are worth by two members' prices: other goods under a pledge, margin on goods of two holders."""

from __future__ import annotations

from typing import Any

from cli.standing_text import render_standing, standing_json
from holdfast.attestation.typed_data import act_from_json
from holdfast.chain.standing import StandingReader
from holdfast.domain.acts import ReceiptRef, ShortageOrder
from tests.integration.acts.people import BANK, IMPORTER, INSPECTOR, IOT, OPERATOR, TRADER, People, part
from tests.integration.workshop import FEEDERS, SERIES

SERIES_HEX = "0x" + SERIES.hex()


def priced(shop: People, minor: int) -> None:
    """Both feeders say what a tonne is worth, observed now."""
    shop.skip(2)
    at = shop.chain.connection.head().timestamp_s
    for feeder in FEEDERS:
        body: dict[str, Any] = {"series_digest": SERIES_HEX, "price_minor": str(minor), "observed_at": at}
        shop.act(feeder, "price", **body)


def valued(shop: People, receipt: str) -> None:
    """The lot of a receipt is valued by the series; people of three attesters approve that."""
    asked = shop.post(IMPORTER, f"/v1/receipts/{receipt}/series", {"series_digest": SERIES_HEX})
    found = shop.get(IMPORTER, f"/v1/orders/{asked['id']}")
    for member in (OPERATOR, INSPECTOR, IOT):
        shop.attester_log(member).approve(bytes.fromhex(found["order_hash"][2:]), shop.now())
    assert shop.carried(asked["id"]).status.value == "final"


def test_substitution__new_in_before_old_out__worth_no_less_and_signed_by_all(shop: People) -> None:
    old, same = shop.issued_many(2)
    (small,) = shop.act(IMPORTER, "split", OPERATOR, on=same, parts=[part("S-1", 40, 1)])
    priced(shop, 1_500_000)
    valued(shop, old)
    shop.pledged(old)
    filing = {"filing_digest": "0x" + "f2" * 32}
    told = shop.told(IMPORTER, "substitute", 409, on=same, released_id=small, **filing)
    assert "nothing is to be substituted" in told
    (same_again,) = shop.act(IMPORTER, "merge", OPERATOR, receipt_ids=[same, small], receipt_number="S-2")

    (less,) = shop.act(IMPORTER, "split", OPERATOR, on=same_again, parts=[part("S-3", 1, 1)])
    refused = shop.refused(IMPORTER, "substitute", BANK, on=same_again, released_id=old, **filing)
    assert refused.reason == "value-below-floor", refused.detail
    body: dict[str, Any] = {"receipt_ids": [same_again, less], "receipt_number": "S-4"}
    (whole,) = shop.act(IMPORTER, "merge", OPERATOR, **body)

    prepared = shop.prepare(
        IMPORTER, {"type": "substitute", "receipt_id": whole, "released_id": old, **filing}
    )
    waiting = shop.submit(prepared, IMPORTER)
    unsigned = [signer["member_id"] for signer in waiting["signers"] if not signer["signed"]]
    assert (waiting["status"], unsigned) == ("awaiting-signature", [BANK])
    shop.done(prepared, BANK, IMPORTER)
    assert shop.status(IMPORTER, old)["free"] is True
    found = shop.status(BANK, whole)
    assert [pledge["pledgee"]["member_id"] for pledge in found["pledges"]] == [BANK]


def test_margin__pledge_on_goods_of_two_holders__called_and_neither_may_attest(shop: People) -> None:
    receipt = shop.issued()
    shop.pledged(receipt, amount_minor="200000000")
    one, other = shop.act(
        IMPORTER, "split", OPERATOR, BANK, on=receipt, parts=[part("M-1", 50, 2), part("M-2", 150, 6)]
    )
    priced(shop, 1_400_000)
    valued(shop, one)
    shop.act(IMPORTER, "pledged-transfer", TRADER, BANK, on=other, transferee=TRADER)
    ask = {"type": "margin-call", "receipt_id": one, "value_minor": str(200 * 1_400_000)}
    record = shop.done(shop.prepare(BANK, ask), BANK)
    (pledge,) = shop.status(IMPORTER, one)["pledges"]
    assert pledge["terms"]["default_at"] and pledge["terms"]["receipts"] == 2
    assert pledge["terms"]["loan_to_value_bps"] is None, "of one receipt of two"
    worth = shop.get(BANK, f"/v1/pledges/{pledge['id']}")["worth"]
    assert (worth["value"], worth["secured"]) == ("CNY 2,800,000.00", "CNY 2,000,000.00")
    assert (worth["loan_to_value_bps"], worth["margin_short"], worth["missing"]) == (7_143, True, None)
    assert "no notice before" in shop.told(BANK, "margin-call", 409, on=one, value_minor="1")

    # Whose attesters may not say so, as the oracle asks the chain: further holders, all pledgees.
    order = act_from_json(record.primary_type, dict(record.order))
    assert shop.chain.barred_besides(order) == {TRADER}
    refs = tuple(ReceiptRef(int(each, 16), shop.state(each).seq) for each in sorted((one, other)))
    short = ShortageOrder(shop.warehouse.lot_id, OPERATOR, 1_000, refs, record.deadline)
    assert shop.chain.barred_besides(short) == {BANK}


def test_status__priced_goods_under_pledges__worth_and_loan_to_value_and_whether_margin_can_be_called(
    shop: People,
) -> None:
    receipt = shop.issued()
    assert shop.status(IMPORTER, receipt)["value"] is None, "nobody said how the lot is valued"
    shop.pledged(receipt, amount_minor="200000000")
    priced(shop, 1_500_000)
    valued(shop, receipt)
    ask: dict[str, Any] = {"on": receipt, "value_minor": str(200 * 1_500_000)}

    found = shop.status(BANK, receipt)
    value, terms = found["value"], found["pledges"][0]["terms"]
    assert (value["value"], value["price"], value["prices"]) == ("CNY 3,000,000.00", "CNY 15,000.00", 2)
    assert (terms["loan_to_value_bps"], terms["ltv_bps"]) == (6_667, 7_000)
    told = shop.told(BANK, "margin-call", 409, **ask)
    assert "CNY 3,000,000.00" in told and "goods worth less than CNY 2,857,142.86" in told, told

    priced(shop, 1_400_000)
    found = shop.status(BANK, receipt)
    assert found["pledges"][0]["terms"]["loan_to_value_bps"] == 7_143
    own = StandingReader(shop.chain.connection).standing(int(receipt, 16), value=True)
    assert own is not None
    text = render_standing(standing_json(own, {}, None))
    assert "Worth      CNY 2,800,000.00: 2 prices agree on CNY 14,000.00 a tonne" in text
    assert "at most 70.00 % of the goods' value, now 71.43 %: margin can be called" in text
    assert shop.status(IMPORTER, receipt)["value"] == found["value"]
    shop.act(BANK, "margin-call", on=receipt, value_minor=str(200 * 1_400_000))

    shop.skip(86_400 + 60)
    found = shop.status(BANK, receipt)
    assert "0 fresh price(s)" in found["value"]["missing"] and found["value"]["value"] is None
    assert found["pledges"][0]["terms"]["loan_to_value_bps"] is None
