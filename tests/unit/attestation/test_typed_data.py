"""EIP-712 hashing, reading and refusing."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import pytest
from eth_account.messages import encode_typed_data
from eth_utils import keccak
from hypothesis import given
from hypothesis import strategies as st

from holdfast.attestation.typed_data import (
    Domain,
    attestation_from_json,
    encode_type,
    order_from_json,
    order_from_typed_data,
    order_hash,
    order_to_json,
    request_from_json,
    signing_digest,
    struct_hash,
    typed_data,
)
from holdfast.domain.deposit import DepositRequest
from holdfast.domain.errors import InvalidInput
from holdfast.domain.orders import (
    Attestation,
    DeliveryOrder,
    IssueOrder,
    Kind,
    ReceiptTerms,
    ReinstateOrder,
    SuspendOrder,
    SuspendReason,
    TransferOrder,
)

DOMAIN = Domain(31337, "0x" + "5e" * 20)
U32, U64 = st.integers(1, 2**32 - 1), st.integers(1, 2**64 - 1)
ID, LOT, HASH = (
    st.integers(1, 2**256 - 1),
    st.binary(min_size=24, max_size=24),
    st.binary(min_size=32, max_size=32),
)
REASONS = st.sampled_from([reason for reason in SuspendReason if reason != SuspendReason.NOTICE_OF_LOSS])
TERMS = st.builds(
    ReceiptTerms, ID, U32, st.integers(1, 2**57), st.sampled_from(Kind), st.integers(1, 2**40 - 1)
)
ORDERS = st.one_of(
    st.builds(
        IssueOrder,
        LOT.filter(any),
        U32,
        st.just(2**64 - 1),
        st.lists(TERMS, min_size=1, max_size=4, unique_by=lambda terms: terms.receipt_id).map(tuple),
        U64,
    ),
    st.builds(TransferOrder, ID, st.integers(1, 2**31), st.integers(2**31 + 1, 2**32 - 1), U32, U64),
    st.builds(DeliveryOrder, ID, U32, U64, U32, U64),
    st.builds(SuspendOrder, ID, REASONS, U32, U64),
    st.builds(ReinstateOrder, ID, U32, U64),
)
REQUESTS = st.builds(
    DepositRequest, LOT, st.integers(1, 2**31), st.integers(2**31 + 1, 2**32 - 1), st.text(min_size=2), U64
)
ATTESTATIONS = st.builds(
    Attestation, HASH, HASH, HASH, HASH, st.integers(0, 2**63), st.integers(2**63, 2**64 - 1), U64
)
TRANSFER = TransferOrder(7, 2, 3, 0, 1_800_000_000)


@pytest.mark.parametrize(
    ("name", "right"),
    [
        (
            "IssueOrder",
            "IssueOrder(bytes24 lotId,uint32 operator,uint64 lotQuantityG,ReceiptTerms[] receipts,"
            "uint64 deadline)ReceiptTerms(uint256 receiptId,uint32 holder,uint64 quantityG,uint8 kind,"
            "uint40 expiresAt)",
        ),
        (
            "TransferOrder",
            "TransferOrder(uint256 receiptId,uint32 holder,uint32 transferee,uint32 seq,uint64 deadline)",
        ),
        (
            "Attestation",
            "Attestation(bytes32 orderHash,bytes32 evidenceDigest,bytes32 evidenceLocation,"
            "bytes32 policyDigest,uint64 observedAt,uint64 validUntil,uint64 epoch)",
        ),
    ],
)
def test_encode_type__as_published(name: str, right: str) -> None:
    assert encode_type(name) == right


@given(st.one_of(ORDERS, REQUESTS, ATTESTATIONS))
def test_signing_digest__anything_signable__the_same_as_eth_accounts(value: Any) -> None:
    signable = encode_typed_data(full_message=typed_data(DOMAIN, value))

    assert signable.header == DOMAIN.separator()
    assert signable.body == struct_hash(value)
    assert signing_digest(DOMAIN, value) == keccak(b"\x19\x01" + signable.header + signable.body)


@given(ORDERS)
def test_order__written_and_read__the_same(order: Any) -> None:
    name = type(order).__name__

    assert order_from_json(name, order_to_json(order)) == order
    assert order_from_typed_data(DOMAIN, typed_data(DOMAIN, order)) == order


@given(REQUESTS)
def test_request__written_and_read__the_same(request: DepositRequest) -> None:
    assert request_from_json(order_to_json(request)) == request
    assert order_from_typed_data(DOMAIN, typed_data(DOMAIN, request)) == request


@given(ATTESTATIONS)
def test_attestation__written_and_read__the_same(attestation: Attestation) -> None:
    assert attestation_from_json(order_to_json(attestation)) == attestation


@pytest.mark.parametrize("missing", ["receiptId", "holder", "transferee", "seq", "deadline"])
def test_order_from_json__field_missing__refused_naming_it(missing: str) -> None:
    message = order_to_json(TRANSFER)
    del message[missing]

    with pytest.raises(InvalidInput) as caught:
        order_from_json("TransferOrder", message)
    assert caught.value.field == f"TransferOrder.{missing}"


def test_order_from_json__unknown_field__refused_naming_it() -> None:
    with pytest.raises(InvalidInput, match=r"TransferOrder\.memo"):
        order_from_json("TransferOrder", order_to_json(TRANSFER) | {"memo": "1"})


@pytest.mark.parametrize(
    "bad", ["", "1.0", "-1", "0x1", "１", "1_000", " 1", "1e3", True, None, [], {}, 1.0, "9" * 5_000]
)
def test_order_from_json__no_whole_number__refused_naming_it(bad: object) -> None:
    with pytest.raises(InvalidInput) as caught:
        order_from_json("TransferOrder", order_to_json(TRANSFER) | {"deadline": bad})
    assert caught.value.field == "TransferOrder.deadline"


@pytest.mark.parametrize(
    "bad", ["", "0x", "11" * 24, "0x" + "11" * 23, "0x" + "zz" * 24, "0x" + "11" * 23 + "  ", 5]
)
def test_order_from_json__no_24_bytes__refused_naming_it(bad: object) -> None:
    order = IssueOrder(b"\1" * 24, 1, 10, (ReceiptTerms(7, 2, 10, Kind.NEGOTIABLE, 2_000),), 1_000)

    with pytest.raises(InvalidInput, match="lot"):
        order_from_json("IssueOrder", order_to_json(order) | {"lotId": bad})


@pytest.mark.parametrize("bad", [5, "x", None, [5], [None], [{}]])
def test_order_from_json__receipts_of_another_shape__refused(bad: object) -> None:
    order = IssueOrder(b"\1" * 24, 1, 10, (ReceiptTerms(7, 2, 10, Kind.NEGOTIABLE, 2_000),), 1_000)

    with pytest.raises(InvalidInput, match="receipts"):
        order_from_json("IssueOrder", order_to_json(order) | {"receipts": bad})


def test_order_from_json__unknown_kind_or_reason__refused_naming_the_known() -> None:
    suspend = order_to_json(SuspendOrder(7, SuspendReason.QUANTITY_SHORT, 0, 9))
    with pytest.raises(InvalidInput, match=r"1 \(quantity_short\)"):
        order_from_json("SuspendOrder", suspend | {"reason": "9"})


@pytest.mark.parametrize("name", ["Attestation", "ReceiptTerms", "DepositRequest", "PledgeOrder", "", None])
def test_order_from_json__not_an_order__refused(name: Any) -> None:
    with pytest.raises(InvalidInput, match="primaryType"):
        order_from_json(name, {})


@pytest.mark.parametrize("bad", [None, 5, [], "x"])
def test_order_from_json__no_object__refused(bad: object) -> None:
    with pytest.raises(InvalidInput):
        order_from_json("TransferOrder", bad)
    with pytest.raises(InvalidInput):
        order_from_typed_data(DOMAIN, bad)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("chainId", 1),
        ("chainId", None),
        ("verifyingContract", "0x" + "77" * 20),
        ("version", "2"),
        ("name", "Holdfest"),
    ],
)
def test_order_from_typed_data__another_domain__refused_naming_the_field(field: str, value: object) -> None:
    data = typed_data(DOMAIN, TRANSFER)
    data["domain"] = {**data["domain"], field: value}

    with pytest.raises(InvalidInput) as caught:
        order_from_typed_data(DOMAIN, data)
    assert caught.value.field == f"domain.{field}"


def test_order_from_typed_data__no_domain_or_message__refused() -> None:
    for missing in ("domain", "message", "primaryType"):
        data = typed_data(DOMAIN, TRANSFER)
        del data[missing]
        with pytest.raises(InvalidInput):
            order_from_typed_data(DOMAIN, data)


def test_order_from_typed_data__other_types_than_published__refused() -> None:
    data = copy.deepcopy(typed_data(DOMAIN, TRANSFER))
    data["types"]["TransferOrder"][1]["type"] = "uint64"

    with pytest.raises(InvalidInput, match="types"):
        order_from_typed_data(DOMAIN, data)


def test_order_hash__another_domain__same_hash_and_other_digest() -> None:
    other = replace(DOMAIN, chain_id=1)

    assert order_hash(TRANSFER) == struct_hash(TRANSFER)
    assert signing_digest(DOMAIN, TRANSFER) != signing_digest(other, TRANSFER)
    assert DOMAIN.separator() != replace(DOMAIN, verifying_contract="0x" + "77" * 20).separator()
