"""Governance as founders leave it, on the chain inside the test.

The Council acts as `sender` where a test is about the AccessManager; what it takes to make it act is in
test_council.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from eth_utils import keccak

from holdfast.attestation.quorum import Committee
from holdfast.attestation.typed_data import Domain, signing_digest
from holdfast.chain.council import council_arguments
from holdfast.chain.deploy import create_address
from holdfast.chain.governance import GOVERNED, Governance, hand_over
from holdfast.domain.governance import CouncilOrder
from tests.contracts.harness import DAY_S, QUORUM, Outcome, World, address_of, key_of

MODULES, REGISTRAR, SEATER, VALUER, GUARDIAN, GUARDIAN_2, STRANGER = (
    address_of(key_of(name))
    for name in ("modules", "registrar", "seater", "valuer", "guardian", "guardian 2", "stranger")
)
COUNCIL = create_address("0x" + "d0" * 20, 4)
"""Where every world's Council stands: its deployer's fifth contract."""
ADMIN_DELAY_S, REGISTRAR_DELAY_S, SEATER_DELAY_S, VALUER_DELAY_S = 5 * DAY_S, DAY_S, 2 * DAY_S, 3 * DAY_S
DELAYS = {
    COUNCIL: ADMIN_DELAY_S,
    MODULES: ADMIN_DELAY_S,
    REGISTRAR: REGISTRAR_DELAY_S,
    SEATER: SEATER_DELAY_S,
    VALUER: VALUER_DELAY_S,
}


def governance(*, delayed: bool = True) -> Governance:
    delays = (ADMIN_DELAY_S, REGISTRAR_DELAY_S, SEATER_DELAY_S) if delayed else (0, 0, 0)
    return Governance(
        MODULES, REGISTRAR, SEATER, *delays, (GUARDIAN, GUARDIAN_2), VALUER, VALUER_DELAY_S * delayed
    )


def govern(world: World, *, delayed: bool = True) -> None:
    """Give power away by the very calls that `deploy` sends."""
    chain = world.chain
    assert world.council == COUNCIL
    targets = {name: world.addresses[name] for name in GOVERNED}
    for step in hand_over(governance(delayed=delayed), world.manager, COUNCIL, targets, chain.deployer):
        chain.send(world.manager, step.function, *step.args)


def announce(world: World, sender: str, target: str, data: bytes) -> None:
    world.chain.send(world.manager, "schedule", target, data, 0, sender=sender)


def carry_out(world: World, sender: str, target: str, function: str, *args: Any) -> Outcome:
    """Announce, wait out the sender's delay, do."""
    data = world.chain.calldata(target, function, *args)
    announce(world, sender, target, data)
    world.chain.set_time(world.chain.now_s + DELAYS[sender])
    return world.chain.transact(target, data, sender)[1]


# --- what a quorum lets the Council do ---


def council_order(world: World, data: bytes, **changes: Any) -> CouncilOrder:
    """The Council's next order, about a call of the AccessManager."""
    number, epoch = world.chain.call(COUNCIL, "number"), world.committee.epoch
    return replace(CouncilOrder(keccak(data), number, epoch, world.chain.now_s + 14 * DAY_S), **changes)


def council_acts(
    world: World,
    data: bytes,
    *,
    signers: Sequence[int | str] = QUORUM,
    order: CouncilOrder | None = None,
    signed: CouncilOrder | None = None,
    committee: Committee | None = None,
    domain: Domain | None = None,
) -> Outcome:
    """Carry an order to the Council, as anybody may; `signed` is what was signed, if it is another."""
    given = order or council_order(world, data)
    where = domain or Domain(world.chain.chain_id, COUNCIL)
    packed = world.packed(signing_digest(where, signed or given), signers)
    arguments = council_arguments(given, data, committee or world.committee, packed)
    return world.chain.send(COUNCIL, "act", *arguments, sender=STRANGER)


def council_announces(world: World, function: str, *args: Any) -> bytes:
    """Announce an act of the AccessManager's admin; returns the call to do later."""
    data = world.chain.calldata(world.manager, function, *args)
    council_acts(world, world.chain.calldata(world.manager, "schedule", world.manager, data, 0))
    return data


def council_carries_out(world: World, function: str, *args: Any) -> Outcome:
    """Announce, wait out the delay, do: two orders, each signed by a quorum."""
    data = council_announces(world, function, *args)
    world.chain.set_time(world.chain.now_s + ADMIN_DELAY_S)
    return council_acts(world, data)
