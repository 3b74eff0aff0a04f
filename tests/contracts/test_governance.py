"""Who may change the consortium, and when; what a wrong deployment cannot do."""

from __future__ import annotations

import pytest

from holdfast.chain.deploy import COMMITTEE_FUNCTIONS, REGISTRAR_FUNCTIONS
from tests.contracts.harness import (
    DAY_S,
    IMPORTER,
    MAX_AGE_S,
    POLICY,
    TRADER,
    World,
    address_of,
    key_of,
    refused,
)
from tests.contracts.test_consortium import member, send

NEW = address_of(key_of("new"))
STRANGER = address_of(key_of("stranger"))


@pytest.mark.parametrize("function", ["receiptsIssued", "receiptMoved", "receiptBurned"])
def test_counting__by_anyone_but_the_receipt_contract__refused(world: World, function: str) -> None:
    args = (IMPORTER,) if function == "receiptBurned" else (IMPORTER, TRADER)
    for sender in (STRANGER, world.chain.deployer, address_of(key_of("member 1"))):
        with refused("OnlyWarehouseReceipt", caller=sender.lower()):
            send(world, function, *args, sender=sender)


GOVERNED: dict[str, tuple[object, ...]] = {
    "addMember": (9, NEW, 1, bytes(32), bytes(32)),
    "setMemberAccount": (IMPORTER, NEW),
    "setMemberRoles": (IMPORTER, 2),
    "setMemberActive": (IMPORTER, False),
    "setMemberEncryptionKey": (IMPORTER, bytes(32)),
    "setCommittee": (3, MAX_AGE_S, POLICY, []),
}
REGISTRAR, SEATER = (address_of(key_of(name)) for name in ("registrar", "seater"))


def governed(world: World, delay_s: int = 0) -> None:
    """As `holdfast.chain.deploy` leaves it."""
    chain = world.chain
    for role, account, names in ((1, REGISTRAR, REGISTRAR_FUNCTIONS), (2, SEATER, COMMITTEE_FUNCTIONS)):
        selectors = [chain.calldata(world.consortium, name, *GOVERNED[name])[:4] for name in names]
        chain.send(world.manager, "setTargetFunctionRole", world.consortium, selectors, role)
        chain.send(world.manager, "grantRole", role, account, delay_s)
    chain.send(world.manager, "renounceRole", 0, chain.deployer)


def test_governance__every_role_by_every_function__only_its_own(world: World) -> None:
    assert set(GOVERNED) == {*REGISTRAR_FUNCTIONS, *COMMITTEE_FUNCTIONS}
    governed(world)
    members = [address_of(key_of(f"member {m}")) for m in range(1, 8)]
    for function, args in GOVERNED.items():
        for sender in (REGISTRAR, SEATER, STRANGER, world.chain.deployer, *members):
            owner = REGISTRAR if function in REGISTRAR_FUNCTIONS else SEATER
            if sender != owner:
                with refused("AccessManagedUnauthorized", caller=sender.lower()):
                    send(world, function, *args, sender=sender)
                continue
            snapshot = world.chain.snapshot()
            if function == "setCommittee":
                with refused("CommitteeSize"):  # reached the function itself
                    send(world, function, *args, sender=sender)
            else:
                send(world, function, *args, sender=sender)
            world.chain.revert(snapshot)


def test_governance__delayed__only_what_was_announced_and_only_then(world: World) -> None:
    governed(world, delay_s=2 * DAY_S)
    chain = world.chain
    data = chain.calldata(world.consortium, "setMemberActive", IMPORTER, False)
    with refused("AccessManagerNotScheduled"):
        chain.transact(world.consortium, data, REGISTRAR)
    chain.send(world.manager, "schedule", world.consortium, data, 0, sender=REGISTRAR)
    chain.set_time(chain.now_s + 2 * DAY_S - 1)
    with refused("AccessManagerNotReady"):
        chain.transact(world.consortium, data, REGISTRAR)
    chain.set_time(chain.now_s + 1)
    chain.transact(world.consortium, data, REGISTRAR)
    assert member(world, IMPORTER)["active"] is False
    with refused("AccessManagerNotScheduled"):
        chain.transact(world.consortium, data, REGISTRAR)


def test_governance__authority__cannot_be_taken(world: World) -> None:
    with refused("AccessManagedUnauthorized", caller=STRANGER.lower()):
        send(world, "setAuthority", STRANGER, sender=STRANGER)


def test_deployment__receipts_at_another_address__refused(world: World) -> None:
    chain = world.chain
    consortium = chain.deploy("Consortium", world.manager, STRANGER)
    with refused("ConsortiumExpectsOther", expected=STRANGER.lower()):
        chain.deploy("WarehouseReceipt", consortium)


def test_deployment__before_the_first_committee__nothing_can_be_issued(world: World) -> None:
    chain = world.chain
    consortium = chain.deploy("Consortium", world.manager, chain.next_address(1))
    receipts = chain.deploy("WarehouseReceipt", consortium)
    chain.send(consortium, "addMember", IMPORTER, NEW, 2, bytes(32), bytes(32))
    order = world.issue_order(world.terms(1))
    data = chain.calldata(
        receipts,
        "issue",
        (order.lot_id, 1, order.lot_quantity_g, [(1, IMPORTER, 1, 1, 2**40 - 1)], order.deadline),
        (bytes(32), bytes(32), bytes(32), bytes(32), 0, 2**64 - 1, 0),
        (0, 0, 0, bytes(32), []),
        b"",
    )
    with refused("OrderHashDiffers"):
        chain.transact(receipts, data)
