"""The attester's book: what may be attested once only."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine

from holdfast.attestation.typed_data import order_hash
from holdfast.domain.errors import Refused
from holdfast.domain.orders import TransferOrder
from oracle.attester.signed_log import SignedLog

NOW = 1_800_000_000
MESSAGES = (("WB-1", 7), ("CAM-A-07", 3))


def transfer(receipt_id: int, *, deadline: int = NOW + 60) -> TransferOrder:
    return TransferOrder(receipt_id, 2, 3, 0, deadline)


@pytest.fixture
def log() -> SignedLog:
    return SignedLog(create_engine("sqlite://"))


def test_reserve__same_messages_for_the_same_order__fine(log: SignedLog) -> None:
    order = transfer(1)
    for _ in range(2):
        log.reserve(order, order_hash(order), NOW, messages=MESSAGES)


def test_reserve__message_used_for_another_order__refused_for_ever(log: SignedLog) -> None:
    first, other = transfer(1), transfer(2, deadline=NOW + 10**8)
    log.reserve(first, order_hash(first), NOW, messages=MESSAGES)
    for now in (NOW, NOW + 10**7):
        with pytest.raises(Refused, match="message 7 of WB-1") as refused:
            log.reserve(other, order_hash(other), now, messages=MESSAGES[:1])
        assert refused.value.reason == "already-signed-another"


def test_reserve__refused_for_a_message__notes_nothing_of_the_order(log: SignedLog) -> None:
    first, other = transfer(1), transfer(2)
    log.reserve(first, order_hash(first), NOW, messages=MESSAGES)
    with pytest.raises(Refused):
        log.reserve(other, order_hash(other), NOW, messages=MESSAGES)
    rival = TransferOrder(2, 2, 4, 0, NOW + 60)
    log.reserve(rival, order_hash(rival), NOW)
