"""Lost, stolen and rotated keys: whose title stays whose, what dies at once, what one key alone can do."""

from __future__ import annotations

from typing import Any

import pytest

from holdfast.attestation.quorum import Attester
from holdfast.attestation.typed_data import signing_digest
from holdfast.chain.calldata import order_arguments
from holdfast.chain.governance import Power
from holdfast.domain.members import Role
from tests.contracts.acts_harness import COURT, ActsWorld
from tests.contracts.governance_harness import (
    ADMIN_DELAY_S,
    COUNCIL,
    GUARDIAN,
    MODULES,
    REGISTRAR,
    SEATER,
    STRANGER,
    announce,
    carry_out,
    council_carries_out,
    govern,
)
from tests.contracts.harness import (
    ATTESTING,
    BANK,
    IMPORTER,
    INSPECTOR,
    IOT,
    MAX_AGE_S,
    OPERATOR,
    POLICY,
    TRADER,
    World,
    address_of,
    key_of,
    refused,
    sign,
)

NEW_KEY = "member's new key"
NEW = address_of(key_of(NEW_KEY))


def rotated(world: World, member: int) -> str:
    """The member's account is exchanged; returns the account it had."""
    old = address_of(key_of(f"member {member}"))
    world.chain.send(world.consortium, "setMemberAccount", member, NEW)
    return old


# --- members ---


def test_rotation__of_a_holder__titles_stay_and_the_old_key_is_dead_at_once(world: World) -> None:
    receipt, other = world.issued(), world.issued(2)
    before = world.receipt(receipt)
    order = world.transfer_order(receipt)
    signed = world.party_signatures(order)
    old = rotated(world, IMPORTER)
    assert world.receipt(receipt) == before
    assert world.read("ownerOf", receipt) == world.read("ownerOf", other) == NEW.lower()
    assert (world.read("balanceOf", NEW), world.read("balanceOf", old)) == (2, 0)
    with refused("ForeignSignature", member=IMPORTER, account=NEW.lower(), recovered=old.lower()):
        world.submit(order, parties=signed)
    mine = sign(key_of(NEW_KEY), signing_digest(world.domain, order))
    world.submit(order, parties=(mine, signed[1]))
    assert world.receipt(receipt)["holder"] == TRADER


def test_rotation__of_a_pledgee__pledge_stays_and_only_the_new_key_releases(acts: ActsWorld) -> None:
    receipt = acts.issued()
    pledge = acts.pledged(receipt)
    old = rotated(acts, BANK)
    assert acts.receipt(receipt)["firstPledgee"] == BANK
    order = acts.release_order(receipt, pledge)
    with refused("ForeignSignature", member=BANK, recovered=old.lower()):
        acts.put(order)
    released = acts.calldata_by(order, NEW_KEY)
    acts.chain.transact(acts.modules["Pledge"], released)
    assert acts.receipt(receipt)["pledges"] == 0


def test_rotation__of_a_pledgee__its_old_consent_moves_nothing(acts: ActsWorld) -> None:
    """The signature that moves a pledged receipt is checked by the receipt contract itself."""
    receipt = acts.issued()
    acts.pledged(receipt)
    order = acts.pledged_transfer_order(receipt)
    old = rotated(acts, BANK)
    with refused("ForeignSignature", member=BANK, recovered=old.lower()):
        acts.put(order)
    assert acts.receipt(receipt)["holder"] == IMPORTER


def test_rotation__of_a_court__its_freezes_stay_and_only_the_new_key_lifts_them(acts: ActsWorld) -> None:
    receipt = acts.issued()
    acts.frozen(receipt)
    old = rotated(acts, COURT)
    order = acts.unfreeze_order(receipt)
    with refused("ForeignSignature", member=COURT, recovered=old.lower()):
        acts.put(order)
    with refused("ReceiptEncumbered", freezes=1):
        acts.submit(acts.transfer_order(receipt))
    acts.chain.transact(acts.modules["Court"], acts.calldata_by(order, NEW_KEY))
    assert acts.receipt(receipt)["freezes"] == 0


def test_rotation__there_and_back__an_old_signature_is_no_threat(world: World) -> None:
    """A key that returns signs again, but an order that was used stays used."""
    receipt = world.issued()
    order = world.transfer_order(receipt)
    old = rotated(world, IMPORTER)
    world.chain.send(world.consortium, "setMemberAccount", IMPORTER, old)
    world.submit(order)
    with refused("WrongSeq", given=0, expected=1):
        world.submit(order)


def test_recovery__a_thief_with_the_members_key__is_outrun_by_the_registrar(world: World) -> None:
    """A stolen key moves nothing by itself (a transfer needs a quorum) and cannot undo its replacement."""
    govern(world)
    receipt = world.issued()
    thief = address_of(key_of(f"member {IMPORTER}"))
    with refused("QuorumTooSmall"):
        world.submit(world.transfer_order(receipt), signatures=b"")
    with refused("AccessManagedUnauthorized", caller=thief.lower()):
        world.chain.send(world.consortium, "setMemberAccount", IMPORTER, STRANGER, sender=thief)
    carry_out(world, REGISTRAR, world.consortium, "setMemberAccount", IMPORTER, NEW)
    assert world.read("ownerOf", receipt) == NEW.lower()
    with refused("NotAMember", caller=thief.lower()):
        world.chain.send(world.consortium, "nameAttester", STRANGER, True, sender=thief)


def test_member__inactive__neither_names_attesters_nor_signs(world: World) -> None:
    receipt = world.issued()
    world.chain.send(world.consortium, "setMemberActive", IMPORTER, False)
    account = address_of(key_of(f"member {IMPORTER}"))
    with refused("NotAMember"):
        world.chain.send(world.consortium, "nameAttester", NEW, True, sender=account)
    with refused("InactiveMember", member=IMPORTER):
        world.submit(world.transfer_order(receipt))


# --- attesters ---


def test_attesters__rotated__every_signature_in_flight_is_void(acts: ActsWorld) -> None:
    """For the receipt contract and for every module, though three of four attesters stay."""
    receipt, pledgeable = acts.issued(), acts.issued(2)
    order, act = acts.transfer_order(receipt), acts.pledge_order(pledgeable)
    attestation, act_attestation = acts.attestation(order), acts.attestation_of(act)
    signatures = acts.quorum(attestation)
    old = acts.committee
    stay = [acts.attester(m) for m in (OPERATOR, BANK, INSPECTOR)]
    acts.committee = acts.set_committee([*stay, acts.attester(IOT, "spare")])
    with refused("CommitteeNotCurrent", givenEpoch=1):
        acts.submit(order, attestation=attestation, signatures=signatures, committee=old)
    with refused("WrongEpoch", given=1, epoch=2):
        acts.submit(order, attestation=attestation, signatures=signatures)
    with refused("WrongEpoch", given=1, epoch=2):
        acts.put(act, attestation=act_attestation, signers=(OPERATOR, INSPECTOR, "spare"))
    acts.submit(order)


def test_stolen_attester_key__after_the_rotation__is_worthless(world: World) -> None:
    order = world.issue_order(world.terms(1))
    seats = [world.attester(m) for m in (OPERATOR, BANK, INSPECTOR)]
    world.committee = world.set_committee([*seats, world.attester(IOT, "spare")])
    with refused("NotAnAttester"):
        world.submit(order, signers=(OPERATOR, BANK, IOT))
    world.submit(order, signers=(OPERATOR, BANK, "spare"))


def test_attester__withdrawn_by_its_member__cannot_be_seated_again(world: World) -> None:
    stolen = world.attester(BANK)
    bank = address_of(key_of(f"member {BANK}"))
    outcome = world.chain.send(world.consortium, "nameAttester", stolen.account, False, sender=bank)
    assert outcome.event("AttesterNamed") == {
        "member": BANK,
        "account": stolen.account.lower(),
        "named": False,
    }
    words = sorted(world.attester(m).word() for m in ATTESTING)
    with refused("AttesterNotNamed", account=stolen.account.lower(), member=BANK):
        world.chain.send(world.consortium, "setCommittee", 3, MAX_AGE_S, POLICY, words)


def test_attester__named_by_another_member__is_not_the_banks(world: World) -> None:
    """Naming a stranger's account binds nobody: the account's own member can still use it."""
    trader = address_of(key_of(f"member {TRADER}"))
    spare = world.attester(BANK, "spare")
    world.chain.send(world.consortium, "nameAttester", spare.account, True, sender=trader)
    seats = [world.attester(m) for m in (OPERATOR, INSPECTOR, IOT)]
    words = sorted(seat.word() for seat in [*seats, spare])
    with refused("AttesterNotNamed", member=BANK):
        world.chain.send(world.consortium, "setCommittee", 3, MAX_AGE_S, POLICY, words)
    assert world.chain.call(world.consortium, "isNamed", BANK, spare.account) is False
    world.committee = world.set_committee([*seats, spare])
    world.submit(world.issue_order(world.terms(1)), signers=(OPERATOR, "spare", INSPECTOR))


# --- one key alone, its delay waited out, no guardian awake ---


def own_seats() -> list[Attester]:
    roles = {OPERATOR: Role.WAREHOUSE_OPERATOR, BANK: Role.BANK, INSPECTOR: Role.INSPECTOR}
    return [Attester(address_of(key_of(f"thief {m}")), m, r) for m, r in roles.items()]


def seat_own(world: World, sender: str) -> None:
    words = sorted(seat.word() for seat in own_seats())
    carry_out(world, sender, world.consortium, "setCommittee", 3, MAX_AGE_S, POLICY, words)


def test_one_key__the_committees__cannot_seat_attesters_of_its_own(world: World) -> None:
    govern(world)
    with refused("AttesterNotNamed"):
        seat_own(world, SEATER)


def test_one_key__the_committees__cannot_touch_members_or_modules(world: World) -> None:
    govern(world)
    calls: list[tuple[str, tuple[Any, ...]]] = [
        ("addMember", (9, NEW, int(Role.COURT), bytes(32), bytes(32))),
        ("setMemberAccount", (COURT, NEW)),
        ("setModule", ((NEW, 255, bytes(32), 1, 1), world.committee.as_tuple(), b"")),
    ]
    for function, args in calls:
        data = world.chain.calldata(world.consortium, function, *args)
        with refused("AccessManagerUnauthorizedCall", caller=SEATER.lower()):
            announce(world, SEATER, world.consortium, data)


def test_one_key__the_registrars__freezes_and_takes_accounts_but_neither_mints_nor_seizes(
    acts: ActsWorld,
) -> None:
    """It may add a court, and replace a holder's account: a receipt still moves only with a quorum."""
    govern(acts)
    receipt = acts.issued()
    carry_out(acts, REGISTRAR, acts.consortium, "setMemberAccount", IMPORTER, NEW)
    order = acts.transfer_order(receipt)
    digest = signing_digest(acts.domain, order)
    parties = (sign(key_of(NEW_KEY), digest), sign(key_of(f"member {TRADER}"), digest))
    with refused("QuorumTooSmall"):
        acts.submit(order, parties=parties, signatures=b"")
    with refused("QuorumTooSmall"):
        acts.submit(acts.issue_order(acts.terms(2)), signatures=b"")
    for member in (OPERATOR, BANK, INSPECTOR):
        taken = address_of(key_of(f"taken {member}"))
        carry_out(acts, REGISTRAR, acts.consortium, "setMemberAccount", member, taken)
        for seat in own_seats():
            if seat.member == member:
                acts.chain.send(acts.consortium, "nameAttester", seat.account, True, sender=taken)
    words = sorted(seat.word() for seat in own_seats())
    data = acts.chain.calldata(acts.consortium, "setCommittee", 3, MAX_AGE_S, POLICY, words)
    with refused("AccessManagerUnauthorizedCall", caller=REGISTRAR.lower()):
        announce(acts, REGISTRAR, acts.consortium, data)


def test_one_key__the_guardians__only_ever_stops(world: World) -> None:
    govern(world)
    for power in Power:
        held = world.chain.call(world.manager, "hasRole", int(power), GUARDIAN)[0]
        assert held is (power is Power.GUARDIAN)


def test_council__giving_a_second_power_to_itself__takes_two_delays_and_seats_nobody(world: World) -> None:
    """Whatever a quorum signs, it waits in the open; what attesters are named by their members, stays so."""
    govern(world)
    chain = world.chain
    chain.set_time(chain.now_s + ADMIN_DELAY_S)
    council_carries_out(world, "grantRole", int(Power.COMMITTEE), COUNCIL, 0)
    for _ in range(2):
        with refused("AccessManagedUnauthorized", caller=COUNCIL.lower()):
            chain.send(world.consortium, "setCommittee", 3, MAX_AGE_S, POLICY, [], sender=COUNCIL)
        chain.set_time(chain.now_s + ADMIN_DELAY_S - 1)
    chain.set_time(chain.now_s + 1)
    with refused("AttesterNotNamed"):
        words = sorted(seat.word() for seat in own_seats())
        chain.send(world.consortium, "setCommittee", 3, MAX_AGE_S, POLICY, words, sender=COUNCIL)


@pytest.mark.parametrize("sender", [COUNCIL, MODULES, REGISTRAR, SEATER, GUARDIAN])
def test_one_key__of_governance__mints_nothing_without_the_quorum(world: World, sender: str) -> None:
    govern(world)
    receipt = world.issued()
    for order in (
        world.issue_order(world.terms(2)),
        world.transfer_order(receipt),
        world.delivery_order(receipt),
    ):
        attested = world.attestation(order)
        function, arguments = order_arguments(
            order, world.party_signatures(order), attested, world.committee, b""
        )
        with refused("QuorumTooSmall", signers=0):
            world.chain.send(world.receipts, function, *arguments, sender=sender)
