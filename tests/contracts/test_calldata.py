"""A malicious courier: whoever submits may change every byte of the call and gains nothing by it."""

from __future__ import annotations

import random

import pytest

from holdfast.chain.calldata import order_arguments
from tests.contracts.harness import IMPORTER, Reverted, World, receipt_id

WORD = 32


def issue_data(world: World) -> bytes:
    order = world.issue_order(world.terms(1), world.terms(2))
    attestation = world.attestation(order)
    function, arguments = order_arguments(order, (), attestation, world.committee, world.quorum(attestation))
    return world.chain.calldata(world.receipts, function, *arguments)


def transfer_data(world: World) -> bytes:
    order = world.transfer_order(world.issued())
    attestation = world.attestation(order)
    function, arguments = order_arguments(
        order, world.party_signatures(order), attestation, world.committee, world.quorum(attestation)
    )
    return world.chain.calldata(world.receipts, function, *arguments)


def state(world: World) -> list[object]:
    out: list[object] = [world.lot()]
    for index in (1, 2):
        try:
            out.append(world.receipt(receipt_id(index)))
        except Reverted:
            out.append(None)
    return out


@pytest.mark.parametrize("kind", ["issue", "transfer"])
def test_courier__any_one_bit_of_the_call_changed__refused_or_the_same_effect(
    world: World, kind: str
) -> None:
    data = issue_data(world) if kind == "issue" else transfer_data(world)
    snapshot = world.chain.snapshot()
    world.chain.transact(world.receipts, data)
    intended = state(world)
    world.chain.revert(snapshot)
    before = state(world)

    chosen = random.Random(7)
    refused = harmless = 0
    for bit in chosen.sample(range(32, len(data) * 8), 1500):
        snapshot = world.chain.snapshot()
        changed = bytearray(data)
        changed[bit // 8] ^= 0x80 >> bit % 8
        try:
            world.chain.transact(world.receipts, bytes(changed))
        except Reverted:
            refused += 1
            assert state(world) == before
        else:
            # Only padding that no rule reads may differ.
            harmless += 1
            assert state(world) == intended, f"bit {bit} changed what happened"
        world.chain.revert(snapshot)
    assert refused > 1400, f"{harmless} changes were accepted"


def test_courier__cut_short_at_any_word__refused(world: World) -> None:
    data = issue_data(world)
    for length in range(4, len(data) - WORD, WORD):
        with pytest.raises(Reverted):
            world.chain.transact(world.receipts, data[:length])


def test_courier__more_bytes_behind__no_other_effect(world: World) -> None:
    world.chain.transact(world.receipts, issue_data(world) + b"\xff" * 100)
    assert world.receipt(receipt_id(1))["holder"] == IMPORTER


def test_courier__committee_shifted_by_a_gap__refused(world: World) -> None:
    """The committee's list may lie elsewhere in valid ABI; only the one encoding has the stored digest."""
    order = world.issue_order(world.terms(1))
    attestation = world.attestation(order)
    function, arguments = order_arguments(order, (), attestation, world.committee, world.quorum(attestation))
    data = world.chain.calldata(world.receipts, function, *arguments)
    head = 4
    committee_at = head + int.from_bytes(data[head + 8 * WORD : head + 9 * WORD])
    list_offset_at = committee_at + 4 * WORD
    assert int.from_bytes(data[list_offset_at : list_offset_at + WORD]) == 5 * WORD
    signatures_at = head + int.from_bytes(data[head + 9 * WORD : head + 10 * WORD])
    attesters = data[committee_at + 5 * WORD : signatures_at]
    shifted = bytearray(data + attesters)
    shifted[list_offset_at : list_offset_at + WORD] = (len(data) - committee_at).to_bytes(WORD)
    with pytest.raises(Reverted) as refusal:
        world.chain.transact(world.receipts, bytes(shifted))
    assert refusal.value.name == "CommitteeNotCurrent"


def test_courier__random_bytes_for_every_function__no_effect(world: World) -> None:
    world.issued(1)
    before = state(world)
    chosen = random.Random(11)
    for data in (issue_data(world)[:4], transfer_data(world.__class__())[:4]):
        for _ in range(200):
            with pytest.raises(Reverted):
                world.chain.transact(world.receipts, data + chosen.randbytes(chosen.randrange(0, 1500)))
    assert state(world) == before
