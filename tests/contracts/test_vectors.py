"""The vectors of orders and attestations before the contract: good ones change it, bad ones are named."""

from __future__ import annotations

import pytest

from holdfast.audit.acts import acts_in, acts_of
from holdfast.chain.calldata import order_arguments
from holdfast.chain.events import ChainEvent
from holdfast.domain.orders import (
    DeliveryOrder,
    IssueOrder,
    Order,
    ReinstateOrder,
    SuspendOrder,
    TransferOrder,
)
from tests.contracts.harness import Outcome, Reverted, World, refused
from tests.vectors.inputs.make_orders import vectors
from tests.vectors.inputs.orders import HERE, Json, committee_of, load, names, read_unchecked, unhex

EVENT_OF: dict[type, str] = {
    IssueOrder: "ReceiptIssued",
    TransferOrder: "ReceiptTransferred",
    DeliveryOrder: "ReceiptDelivered",
    SuspendOrder: "ReceiptSuspended",
    ReinstateOrder: "ReceiptReinstated",
}
GOOD = [name for name in names("good_order_", "good_attestation_") if not name.endswith("deposit_request")]
BAD = names("bad_order_", "bad_attestation_")


def order_of(found: Json) -> Order:
    order: Order = read_unchecked(found["primaryType"], found["message"])
    return order


def prepare(world: World, vector: Json) -> None:
    """Let happen what the vector says happened before, then wait until its time."""
    assert vector["domain"] == world.domain.to_json()
    for step in vector["history"]:
        if "order" in step:
            world.submit(order_of(step["order"]))
        else:
            made = committee_of(step["committee"])
            world.committee = world.set_committee(
                made.attesters, made.threshold, made.max_age_s, made.policy_digest
            )
            assert world.committee == made
    world.chain.set_time(vector["now_s"])


def submit(world: World, vector: Json) -> Outcome:
    """The vector's own bytes, nothing signed or sorted anew."""
    function, arguments = order_arguments(
        order_of(vector["order"]),
        tuple(unhex(party["signature"]) for party in vector["order"]["signatures"]),
        read_unchecked("Attestation", vector["attestation"]["message"]),
        committee_of(vector["committee"]),
        b"".join(unhex(signature) for signature in vector["attestation"]["signatures"]),
    )
    return world.chain.send(world.receipts, function, *arguments)


def shown(value: object) -> object:
    """A log's value as the chain's reader gives it."""
    return "0x" + value.hex() if isinstance(value, bytes) else value


@pytest.mark.parametrize("name", GOOD)
def test_vector__good__carried_out(world: World, name: str) -> None:
    vector = load(name)
    prepare(world, vector)

    outcome = submit(world, vector)

    assert EVENT_OF[type(order_of(vector["order"]))] in outcome.names()
    assert outcome.event("Attested")["orderHash"] == unhex(vector["order"]["orderHash"])
    logs = [
        ChainEvent(e.name, {k: shown(v) for k, v in e.values.items()}, 1, "", "", 0) for e in outcome.events
    ]
    assert acts_in(logs) == acts_of(order_of(vector["order"])), "the auditor expects other logs"


@pytest.mark.parametrize("name", BAD)
def test_vector__bad__refused_by_its_typed_error_and_nothing_changed(world: World, name: str) -> None:
    vector = load(name)
    prepare(world, vector)
    ids = {int(m["receiptId"]) for m in _named(vector)}
    before = [state_of(world, receipt) for receipt in sorted(ids)], world.lot()

    with refused(vector["refused"]["contract"]):
        submit(world, vector)

    assert ([state_of(world, receipt) for receipt in sorted(ids)], world.lot()) == before


def _named(vector: Json) -> list[Json]:
    message = vector["order"]["message"]
    return list(message.get("receipts", [message]))


def state_of(world: World, receipt: int) -> object:
    try:
        return world.receipt(receipt)
    except Reverted as error:
        return error.name


def test_vectors__made_anew__the_files_are_up_to_date() -> None:
    made = vectors()
    kept = {f"{name}.json" for name in [*GOOD, *BAD, "good_order_deposit_request"]}

    assert set(made) == kept
    for name, content in made.items():
        assert content == (HERE / name).read_text(), f"{name}: run tests.vectors.inputs.make_orders"
