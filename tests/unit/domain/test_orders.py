from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from holdfast.domain.errors import InvalidInput
from holdfast.domain.orders import (
    Attestation,
    DeliveryOrder,
    IssueOrder,
    Kind,
    Order,
    ReceiptTerms,
    ReinstateOrder,
    SuspendOrder,
    SuspendReason,
    TransferOrder,
    interested_members,
    receipt_ids,
)

LOT = bytes(range(1, 25))
TERMS = ReceiptTerms(7, 2, 10, Kind.NEGOTIABLE, 2_000)
ISSUE = IssueOrder(LOT, 1, 100, (TERMS, replace(TERMS, receipt_id=8, holder=3)), 1_000)
TRANSFER = TransferOrder(7, 2, 3, 0, 1_000)
DELIVERY = DeliveryOrder(7, 2, 10, 0, 1_000)
SUSPEND = SuspendOrder(7, SuspendReason.QUANTITY_SHORT, 0, 1_000)
REINSTATE = ReinstateOrder(7, 1, 1_000)
ATTESTATION = Attestation(b"\1" * 32, b"\2" * 32, b"\3" * 32, b"\4" * 32, 10, 20, 1)


def wrong(value: Any, field: str, bad: object) -> None:
    with pytest.raises(InvalidInput) as caught:
        replace(value, **{field: bad})
    assert caught.value.field == field
    assert str(caught.value).startswith(f"{field}: ")


@pytest.mark.parametrize(
    "order", [TERMS, TRANSFER, DELIVERY, SUSPEND, REINSTATE], ids=lambda o: type(o).__name__
)
@pytest.mark.parametrize("bad", [0, -1, 2**256, True, "7", 7.0])
def test_order__receipt_id_out_of_range__refused(order: Any, bad: object) -> None:
    wrong(order, "receipt_id", bad)
    assert replace(order, receipt_id=2**256 - 1).receipt_id == 2**256 - 1


@pytest.mark.parametrize(
    "order", [ISSUE, TRANSFER, DELIVERY, SUSPEND, REINSTATE], ids=lambda o: type(o).__name__
)
@pytest.mark.parametrize("bad", [0, -1, 2**64, True, None])
def test_order__deadline_out_of_range__refused(order: Any, bad: object) -> None:
    wrong(order, "deadline", bad)
    assert replace(order, deadline=2**64 - 1).deadline == 2**64 - 1


@pytest.mark.parametrize("order", [TRANSFER, DELIVERY, SUSPEND, REINSTATE], ids=lambda o: type(o).__name__)
@pytest.mark.parametrize("bad", [-1, 2**32, True])
def test_order__seq_out_of_range__refused(order: Any, bad: object) -> None:
    wrong(order, "seq", bad)
    assert replace(order, seq=2**32 - 1).seq == 2**32 - 1


@pytest.mark.parametrize(
    ("order", "field"),
    [
        (TERMS, "holder"),
        (ISSUE, "operator"),
        (TRANSFER, "holder"),
        (TRANSFER, "transferee"),
        (DELIVERY, "holder"),
    ],
)
@pytest.mark.parametrize("bad", [0, 2**32, True])
def test_order__no_member_number__refused(order: Any, field: str, bad: object) -> None:
    wrong(order, field, bad)


@pytest.mark.parametrize(
    ("order", "field"), [(TERMS, "quantity_g"), (DELIVERY, "quantity_g"), (ISSUE, "lot_quantity_g")]
)
@pytest.mark.parametrize("bad", [0, -1, 2**64, True])
def test_order__quantity_zero_or_too_large__refused(order: Any, field: str, bad: object) -> None:
    wrong(order, field, bad)


@pytest.mark.parametrize("bad", [b"", bytes(24), bytes(23), b"\1" * 25, "0x" + "11" * 24])
def test_issue_order__lot_id_not_24_bytes_of_a_digest__refused(bad: object) -> None:
    wrong(ISSUE, "lot_id", bad)


@pytest.mark.parametrize("bad", [0, 3, 99])
def test_receipt_terms__unknown_kind__refused(bad: int) -> None:
    wrong(TERMS, "kind", bad)


@pytest.mark.parametrize("bad", [0, 2**40, True])
def test_receipt_terms__expiry_out_of_range__refused(bad: object) -> None:
    wrong(TERMS, "expires_at", bad)
    assert replace(TERMS, expires_at=2**40 - 1)


@pytest.mark.parametrize("bad", [0, 7])
def test_suspend_order__unknown_reason__refused(bad: int) -> None:
    wrong(SUSPEND, "reason", bad)


def test_issue_order__no_receipt_or_over_a_hundred__refused() -> None:
    many = tuple(replace(TERMS, receipt_id=n, quantity_g=1) for n in range(1, 102))

    wrong(ISSUE, "receipts", ())
    wrong(replace(ISSUE, lot_quantity_g=200), "receipts", many)
    assert replace(ISSUE, lot_quantity_g=100, receipts=many[:100])


def test_issue_order__same_receipt_twice__refused() -> None:
    with pytest.raises(InvalidInput, match="each receipt id once"):
        replace(ISSUE, receipts=(TERMS, TERMS))


def test_issue_order__one_gram_above_the_lot__refused() -> None:
    with pytest.raises(InvalidInput, match="no more grams than the lot: 19"):
        replace(ISSUE, lot_quantity_g=19)
    assert replace(ISSUE, lot_quantity_g=20)


def test_transfer_order__to_oneself__refused() -> None:
    with pytest.raises(InvalidInput, match="another member than the holder"):
        replace(TRANSFER, transferee=2)


@pytest.mark.parametrize("field", ["order_hash", "evidence_digest", "evidence_location", "policy_digest"])
@pytest.mark.parametrize("bad", [b"", b"\1" * 31, b"\1" * 33, "0x" + "11" * 32])
def test_attestation__digest_not_32_bytes__refused(field: str, bad: object) -> None:
    wrong(ATTESTATION, field, bad)


@pytest.mark.parametrize("field", ["observed_at", "valid_until", "epoch"])
@pytest.mark.parametrize("bad", [-1, 2**64, True])
def test_attestation__time_or_epoch_out_of_range__refused(field: str, bad: object) -> None:
    wrong(ATTESTATION, field, bad)


def test_attestation__ends_before_it_begins__refused() -> None:
    wrong(ATTESTATION, "valid_until", 9)
    assert replace(ATTESTATION, valid_until=10)


@pytest.mark.parametrize(
    ("order", "ids", "interested"),
    [
        (ISSUE, (7, 8), (2, 3)),
        (TRANSFER, (7,), (2, 3)),
        (DELIVERY, (7,), (2,)),
        (SUSPEND, (7,), ()),
        (REINSTATE, (7,), ()),
    ],
    ids=lambda value: type(value).__name__,
)
def test_order__receipts_and_interested_members(
    order: Order, ids: tuple[int, ...], interested: tuple[int, ...]
) -> None:
    assert receipt_ids(order) == ids
    assert interested_members(order) == interested
