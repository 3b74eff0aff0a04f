"""Who may change the consortium, when, and who can stop it; what a wrong deployment cannot do."""

from __future__ import annotations

from typing import Any

import pytest

from holdfast.chain.governance import ADMIN_FUNCTIONS, GOVERNED, Governance, Power, selectors
from holdfast.domain.errors import InvalidInput
from tests.contracts.governance_harness import (
    ADMIN_DELAY_S,
    COUNCIL,
    DELAYS,
    GUARDIAN,
    GUARDIAN_2,
    MODULES,
    REGISTRAR,
    REGISTRAR_DELAY_S,
    SEATER,
    STRANGER,
    VALUER,
    announce,
    carry_out,
    govern,
    governance,
)
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
SETBACK_S = 5 * DAY_S
"""OpenZeppelin's least time before a changed delay counts."""


@pytest.mark.parametrize("function", ["countIssuedFor", "movedFromTo", "countOffFor"])
def test_counting__by_anyone_but_the_receipt_contract__refused(world: World, function: str) -> None:
    args = (IMPORTER,) if function == "countOffFor" else (IMPORTER, TRADER)
    for sender in (STRANGER, world.chain.deployer, address_of(key_of("member 1"))):
        with refused("OnlyWarehouseReceipt", caller=sender.lower()):
            send(world, function, *args, sender=sender)


# --- delays ---


def test_governance__delayed__only_what_was_announced_and_only_then(world: World) -> None:
    govern(world)
    chain = world.chain
    data = chain.calldata(world.consortium, "setMemberActive", IMPORTER, False)
    with refused("AccessManagerNotScheduled"):
        chain.transact(world.consortium, data, REGISTRAR)
    announce(world, REGISTRAR, world.consortium, data)
    chain.set_time(chain.now_s + REGISTRAR_DELAY_S - 1)
    with refused("AccessManagerNotReady"):
        chain.transact(world.consortium, data, REGISTRAR)
    with refused("AccessManagerNotScheduled"):
        send(world, "setMemberActive", TRADER, False, sender=REGISTRAR)
    chain.set_time(chain.now_s + 1)
    chain.transact(world.consortium, data, REGISTRAR)
    assert member(world, IMPORTER)["active"] is False
    with refused("AccessManagerNotScheduled"):
        chain.transact(world.consortium, data, REGISTRAR)


def test_governance__announced_and_left_for_a_week__expired(world: World) -> None:
    govern(world)
    chain = world.chain
    data = chain.calldata(world.consortium, "setMemberActive", IMPORTER, False)
    announce(world, REGISTRAR, world.consortium, data)
    chain.set_time(chain.now_s + REGISTRAR_DELAY_S + 7 * DAY_S)
    with refused("AccessManagerExpired"):
        chain.transact(world.consortium, data, REGISTRAR)


def test_governance__deployer_after_founding__has_no_power_left(world: World) -> None:
    govern(world)
    for power in Power:
        assert world.chain.call(world.manager, "hasRole", int(power), world.chain.deployer)[0] is False


def test_governance__a_shorter_delay__counts_only_after_the_difference(world: World) -> None:
    """The registrar's delay of a day goes down to an hour: for 23 hours it is a day still."""
    govern(world)
    carry_out(world, COUNCIL, world.manager, "grantRole", int(Power.REGISTRAR), REGISTRAR, 3600)

    def delay_s() -> int:
        return int(world.chain.call(world.manager, "hasRole", int(Power.REGISTRAR), REGISTRAR)[1])

    assert delay_s() == REGISTRAR_DELAY_S
    world.chain.set_time(world.chain.now_s + REGISTRAR_DELAY_S - 3600 - 1)
    assert delay_s() == REGISTRAR_DELAY_S
    world.chain.set_time(world.chain.now_s + 1)
    assert delay_s() == 3600


def test_governance__a_new_holder_of_power__waits_for_the_grant_delay(world: World) -> None:
    """An admin who makes a helper without delay gains nothing: the helper's power begins after the delay."""
    govern(world)
    chain = world.chain
    chain.set_time(chain.now_s + SETBACK_S)
    powers = (
        Power.ADMIN,
        Power.REGISTRAR,
        Power.COMMITTEE,
        Power.MODULES,
        Power.GUARDIAN,
        Power.VALUATION,
    )
    grants = [chain.calldata(world.manager, "grantRole", int(power), NEW, 0) for power in powers]
    for grant in grants:
        announce(world, COUNCIL, world.manager, grant)
    chain.set_time(chain.now_s + ADMIN_DELAY_S)
    for power, grant in zip(powers, grants, strict=True):
        assert chain.call(world.manager, "getRoleGrantDelay", int(power)) == ADMIN_DELAY_S
        chain.transact(world.manager, grant, COUNCIL)
        assert chain.call(world.manager, "hasRole", int(power), NEW)[0] is False
    with refused("AccessManagedUnauthorized", caller=NEW.lower()):
        send(world, "setMemberActive", IMPORTER, False, sender=NEW)
    chain.set_time(chain.now_s + ADMIN_DELAY_S)
    send(world, "setMemberActive", IMPORTER, False, sender=NEW)


def test_governance__changing_delays__is_itself_delayed(world: World) -> None:
    govern(world)
    chain, manager = world.chain, world.manager
    chain.set_time(chain.now_s + SETBACK_S)
    for target in (world.consortium, manager):
        assert chain.call(manager, "getTargetAdminDelay", target) == ADMIN_DELAY_S
    changes = [
        chain.calldata(manager, "setTargetAdminDelay", world.consortium, 0),
        chain.calldata(manager, "setGrantDelay", int(Power.COMMITTEE), 0),
    ]
    for change in changes:
        announce(world, COUNCIL, manager, change)
    chain.set_time(chain.now_s + ADMIN_DELAY_S)
    for change in changes:
        chain.transact(manager, change, COUNCIL)
    for later_s, expected in ((0, ADMIN_DELAY_S), (SETBACK_S, 0)):
        chain.set_time(chain.now_s + later_s)
        assert chain.call(manager, "getTargetAdminDelay", world.consortium) == expected
        assert chain.call(manager, "getRoleGrantDelay", int(Power.COMMITTEE)) == expected


# --- guardians ---


def announced(world: World) -> list[tuple[str, str, bytes]]:
    """One act of every power: (who announces, target, call). Of the admin: every function it has."""
    chain, manager, consortium = world.chain, world.manager, world.consortium
    admin_acts: dict[str, tuple[Any, ...]] = {
        "labelRole": (9, "NINE"),
        "setRoleAdmin": (int(Power.REGISTRAR), int(Power.REGISTRAR)),
        "setRoleGuardian": (int(Power.COMMITTEE), int(Power.COMMITTEE)),
        "setGrantDelay": (int(Power.COMMITTEE), 0),
        "setTargetAdminDelay": (consortium, 0),
        "updateAuthority": (consortium, COUNCIL),
        "setTargetClosed": (consortium, True),
        "setTargetFunctionRole": (manager, selectors("AccessManager", ADMIN_FUNCTIONS), int(Power.ADMIN)),
        "grantRole": (int(Power.COMMITTEE), COUNCIL, 0),
        "revokeRole": (int(Power.GUARDIAN), GUARDIAN),
    }
    assert set(admin_acts) == set(ADMIN_FUNCTIONS)
    valuation = world.addresses["Valuation"]
    order = world.module_order(world.receipts, 1)
    module = ((order.module, 1, order.code_hash, 1, 1), world.committee.as_tuple(), b"")
    return [
        *((COUNCIL, manager, chain.calldata(manager, name, *args)) for name, args in admin_acts.items()),
        (REGISTRAR, consortium, chain.calldata(consortium, "setMemberAccount", IMPORTER, NEW)),
        (SEATER, consortium, chain.calldata(consortium, "setCommittee", 3, MAX_AGE_S, POLICY, [])),
        (MODULES, consortium, chain.calldata(consortium, "setModule", *module)),
        (VALUER, valuation, chain.calldata(valuation, "setSeries", POLICY, b"CNY", DAY_S, 300, [1, 2])),
    ]


def test_guardian__whatever_anybody_announces__can_be_cancelled(world: World) -> None:
    govern(world)
    chain = world.chain
    for guardian in (GUARDIAN, GUARDIAN_2):
        for proposer, target, data in announced(world):
            announce(world, proposer, target, data)
            chain.send(world.manager, "cancel", proposer, target, data, sender=guardian)
            chain.set_time(chain.now_s + DELAYS[proposer])
            with refused("AccessManagerNotScheduled"):
                chain.transact(target, data, proposer)


def test_guardian__cancelling_by_others__refused(world: World) -> None:
    govern(world)
    chain = world.chain
    members = [address_of(key_of(f"member {m}")) for m in range(1, 8)]
    for proposer, target, data in announced(world):
        announce(world, proposer, target, data)
        for sender in {MODULES, REGISTRAR, SEATER, VALUER, STRANGER, chain.deployer, *members} - {proposer}:
            with refused("AccessManagerUnauthorizedCancel", msgsender=sender.lower()):
                chain.send(world.manager, "cancel", proposer, target, data, sender=sender)


def test_guardian__announces_and_does_nothing_itself(world: World) -> None:
    govern(world)
    chain = world.chain
    for _, target, data in announced(world):
        with refused("AccessManagerUnauthorizedCall", caller=GUARDIAN.lower()):
            announce(world, GUARDIAN, target, data)
        wanted = (
            "AccessManagerUnauthorizedAccount" if target == world.manager else "AccessManagedUnauthorized"
        )
        with refused(wanted):
            chain.transact(target, data, GUARDIAN)


def test_guardian__its_own_dismissal__another_guardian_can_cancel(world: World) -> None:
    govern(world)
    chain = world.chain
    data = chain.calldata(world.manager, "revokeRole", int(Power.GUARDIAN), GUARDIAN)
    announce(world, COUNCIL, world.manager, data)
    chain.send(world.manager, "cancel", COUNCIL, world.manager, data, sender=GUARDIAN_2)
    carry_out(world, COUNCIL, world.manager, "revokeRole", int(Power.GUARDIAN), GUARDIAN)
    assert chain.call(world.manager, "hasRole", int(Power.GUARDIAN), GUARDIAN)[0] is False


# --- founding ---


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"guardians": ()}, "guardians"),
        ({"guardians": (MODULES,)}, "guardians"),
        ({"guardians": (GUARDIAN, REGISTRAR.lower())}, "guardians"),
        ({"guardians": (GUARDIAN, GUARDIAN)}, "guardians"),
        ({"registrar": MODULES}, "registrar"),
        ({"committee": REGISTRAR}, "committee"),
        ({"valuation": SEATER}, "valuation"),
        ({"valuation": ""}, "valuation"),
        ({"valuation_delay_s": 0}, "valuation_delay_s"),
        ({"admin_delay_s": 0}, "admin_delay_s"),
        ({"registrar_delay_s": 0}, "registrar_delay_s"),
        ({"committee_delay_s": 0}, "committee_delay_s"),
    ],
)
def test_founding__one_account_with_two_powers_or_no_delay__refused(
    changes: dict[str, Any], field: str
) -> None:
    right = governance()
    right.require_separate()
    values = {name: getattr(right, name) for name in Governance.__slots__}
    with pytest.raises(InvalidInput) as refusal:
        Governance(**(values | changes)).require_separate()
    assert refusal.value.field == field


def test_governance__every_restricted_function__has_a_role_with_guardians(world: World) -> None:
    """A function that is left out of GOVERNED would be the admin's, and nobody could cancel it."""
    govern(world)
    for contract, functions in GOVERNED.items():
        for name, selector in zip(functions, selectors(contract, functions), strict=True):
            role = world.chain.call(
                world.manager, "getTargetFunctionRole", world.addresses[contract], selector
            )
            assert role == functions[name] != Power.ADMIN
            assert world.chain.call(world.manager, "getRoleGuardian", role) == Power.GUARDIAN


def test_governance__authority__cannot_be_taken(world: World) -> None:
    govern(world)
    for sender in (STRANGER, COUNCIL, MODULES, REGISTRAR, SEATER, VALUER, GUARDIAN):
        with refused("AccessManagedUnauthorized", caller=sender.lower()):
            send(world, "setAuthority", sender, sender=sender)


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
