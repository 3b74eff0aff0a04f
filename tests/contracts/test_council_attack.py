"""Each governing key stolen, alone, its delay waited out, nobody cancelling: how far it comes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from holdfast.attestation.quorum import Committee
from holdfast.attestation.typed_data import signing_digest
from holdfast.chain.acts import ATTESTED, act_arguments
from holdfast.chain.governance import Power
from holdfast.chain.module_orders import module_arguments
from holdfast.domain.acts import (
    ForeclosureOrder,
    MarginOrder,
    PartialDeliveryOrder,
    PledgeAssignOrder,
    PledgedTransferOrder,
    ReplacementOrder,
)
from holdfast.domain.members import Role
from tests.contracts.acts_harness import ActsWorld
from tests.contracts.governance_harness import (
    COUNCIL,
    DELAYS,
    GUARDIAN,
    MODULES,
    REGISTRAR,
    SEATER,
    VALUER,
    announce,
    carry_out,
    council_acts,
    council_carries_out,
    govern,
)
from tests.contracts.harness import (
    BANK,
    BANK_2,
    DAY_S,
    IMPORTER,
    INSPECTOR,
    MAX_AGE_S,
    OPERATOR,
    POLICY,
    TRADER,
    Reverted,
    address_of,
    key_of,
    refused,
    sign,
)
from tests.contracts.test_governance_keys import own_seats

KEYS = {
    "modules": MODULES,
    "registrar": REGISTRAR,
    "committee": SEATER,
    "guardian": GUARDIAN,
    "valuation": VALUER,
}
KEY_NAMES = {"committee": "seater", "valuation": "valuer"}
UNWAITED_S = 6 * DAY_S
"""Longer than any delay, shorter than what is announced is good for."""
OWN_VOICES = ("thief 1", "thief 4", "thief 5")
TAKEN = {member: f"taken {member}" for member in (OPERATOR, IMPORTER, TRADER, BANK, INSPECTOR)}
OWN_BANK, OWN_COURT = 91, 92


def everything(acts: ActsWorld, thief: str, target: str, data: bytes) -> str:
    """How a call ends that one key announces, waits for, does itself and through the manager: "done", or the
    last refusal."""
    manager, last = acts.manager, ""
    through = acts.chain.calldata(manager, "execute", target, data)
    many = acts.chain.calldata(manager, "multicall", [data, through])
    ways = [(manager, acts.chain.calldata(manager, "schedule", target, data, 0))]
    ways += [(manager, many), (manager, through), (target, data)]
    for index, (to, call) in enumerate(ways):
        try:
            acts.chain.transact(to, call, thief)
            if index:
                return "done"
            acts.chain.set_time(acts.chain.now_s + UNWAITED_S)
        except Reverted as error:
            last = error.name
    return last


def through_the_council(acts: ActsWorld, data: bytes, committee: Committee, *names: str) -> str:
    """How an order ends that keys with these names have signed."""
    try:
        council_acts(acts, data, signers=names, committee=committee)
    except Reverted as error:
        return error.name
    return "done"


def powers(acts: ActsWorld) -> dict[tuple[Power, str], bool]:
    accounts = [*KEYS.values(), COUNCIL, acts.chain.deployer]
    ask = acts.chain.call
    return {(p, a): bool(ask(acts.manager, "hasRole", int(p), a)[0]) for p in Power for a in accounts}


@pytest.mark.parametrize("name", KEYS)
def test_attack__one_governors_key_takes_all_powers__refused(acts: ActsWorld, name: str) -> None:
    """Neither power, nor a committee, a module, a new receipt or another holder, by any key alone."""
    govern(acts)
    thief, voice = KEYS[name], KEY_NAMES.get(name, name)
    assert address_of(key_of(voice)) == thief
    receipt, before = acts.issued(), powers(acts)
    call = acts.chain.calldata
    made_up = replace(acts.committee, attesters=tuple(sorted(own_seats(), key=lambda seat: seat.word())))

    # Powers: of its own, through the manager and through the Council.
    for power in Power:
        grant = call(acts.manager, "grantRole", int(power), thief, 0)
        assert everything(acts, thief, acts.manager, grant) == "AccessManagerUnauthorizedAccount"
        announced = call(acts.manager, "schedule", acts.manager, grant, 0)
        for committee, names, error in (
            (acts.committee, (), "QuorumTooSmall"),
            (acts.committee, (voice, "thief 1", "thief 4"), "NotAnAttester"),
            (made_up, OWN_VOICES, "CommitteeNotCurrent"),
        ):
            assert through_the_council(acts, announced, committee, *names) == error
    # A committee and a module of its own.
    words = sorted(seat.word() for seat in own_seats())
    seat = call(acts.consortium, "setCommittee", 3, MAX_AGE_S, POLICY, words)
    wanted = "AttesterNotNamed" if name == "committee" else "AccessManagedUnauthorized"
    assert everything(acts, thief, acts.consortium, seat) == wanted
    rogue = acts.chain.deploy_code(b"\x60\x01")
    order = acts.module_order(rogue, 255, deadline=acts.chain.now_s + 30 * DAY_S)
    let_in = call(acts.consortium, "setModule", *module_arguments(order, acts.committee))
    wanted = "QuorumTooSmall" if name == "modules" else "AccessManagedUnauthorized"
    assert everything(acts, thief, acts.consortium, let_in) == wanted
    # Goods: a new receipt, and the one there is.
    for goods in (acts.issue_order(acts.terms(2)), acts.transfer_order(receipt)):
        for committee, names, error in (
            (acts.committee, (), "QuorumTooSmall"),
            (acts.committee, OWN_VOICES, "NotAnAttester"),
            (made_up, OWN_VOICES, "CommitteeNotCurrent"),
        ):
            with refused(error):
                acts.submit(goods, signers=names, committee=committee, sender=thief)

    assert powers(acts) == before
    assert acts.chain.call(acts.consortium, "epoch") == 1
    assert acts.receipt(receipt)["holder"] == IMPORTER and acts.lot_live_g() == 10_000_000
    assert acts.chain.call(acts.consortium, "permissions", rogue) == 0


def test_attack__the_registrars_key_alone__frees_pledges_and_freezes_but_moves_nothing(
    acts: ActsWorld,
) -> None:
    """Honest limits: it can do what members' own keys can do without a quorum, and name courts of its own."""
    govern(acts)
    one, other = acts.issued(), acts.issued(2)
    pledges = {one: acts.pledged(one), other: acts.pledged(other)}
    for member, name in TAKEN.items():
        carry_out(acts, REGISTRAR, acts.consortium, "setMemberAccount", member, address_of(key_of(name)))
    for member, role in ((OWN_BANK, Role.BANK), (OWN_COURT, Role.COURT)):
        account = address_of(key_of(f"own {member}"))
        args = (member, account, int(role), bytes(32), bytes(32))
        carry_out(acts, REGISTRAR, acts.consortium, "addMember", *args)

    # What it can: release the bank's pledge, or have it assigned to a bank of its own; freeze.
    acts.chain.transact(
        acts.modules["Pledge"], acts.calldata_by(acts.release_order(one, pledges[one]), TAKEN[BANK])
    )
    assert acts.receipt(one)["pledges"] == 0
    assigned = PledgeAssignOrder(other, pledges[other], BANK, OWN_BANK, acts.seq(other), acts.deadline_s)
    acts.chain.transact(acts.modules["Pledge"], acts.calldata_by(assigned, TAKEN[BANK], f"own {OWN_BANK}"))
    assert acts.receipt(other)["firstPledgee"] == OWN_BANK
    court = acts.modules["Court"]
    acts.chain.transact(court, acts.calldata_by(acts.case_order(7, OWN_COURT), f"own {OWN_COURT}"))
    acts.chain.transact(court, acts.calldata_by(acts.freeze_order(other, 7, OWN_COURT), f"own {OWN_COURT}"))
    assert acts.receipt(other)["freezes"] == 1

    # What it cannot, with every party's signature: mint, move, deliver, foreclose, seat.
    digest = signing_digest(acts.domain, transfer := acts.transfer_order(one))
    parties = tuple(sign(key_of(TAKEN[member]), digest) for member in (IMPORTER, TRADER))
    for signatures, error in ((b"", "QuorumTooSmall"), (None, "NotAnAttester")):
        with refused(error):
            acts.submit(transfer, parties=parties, signatures=signatures, signers=OWN_VOICES)
        with refused(error):
            acts.submit(acts.issue_order(acts.terms(3)), signatures=signatures, signers=OWN_VOICES)
    moving = {PledgedTransferOrder, PartialDeliveryOrder, ReplacementOrder, MarginOrder, ForeclosureOrder}
    assert moving <= ATTESTED
    part = acts.part_delivery_order(one)
    signed = (acts.signature(TAKEN[IMPORTER], part),)
    attested = acts.attestation_of(part)
    module, function, arguments = act_arguments(part, signed, b"", attested, acts.committee, b"")
    with refused("QuorumTooSmall"):
        acts.chain.send(acts.modules[module], function, *arguments)
    for seat in own_seats():
        sender = address_of(key_of(TAKEN[seat.member]))
        acts.chain.send(acts.consortium, "nameAttester", seat.account, True, sender=sender)
    words = sorted(seat.word() for seat in own_seats())
    data = acts.chain.calldata(acts.consortium, "setCommittee", 3, MAX_AGE_S, POLICY, words)
    with refused("AccessManagerUnauthorizedCall", caller=REGISTRAR.lower()):
        announce(acts, REGISTRAR, acts.consortium, data)
    assert (acts.receipt(one)["holder"], acts.lot_live_g()) == (IMPORTER, 20_000_000)

    # Attesters' keys are none of its: a quorum takes its power away.
    council_carries_out(acts, "revokeRole", int(Power.REGISTRAR), REGISTRAR)
    again = acts.chain.calldata(acts.consortium, "setMemberAccount", BANK_2, address_of(key_of("taken")))
    with refused("AccessManagerUnauthorizedCall", caller=REGISTRAR.lower()):
        announce(acts, REGISTRAR, acts.consortium, again)


def test_attack__the_guardians_key_alone__stops_but_does_nothing(acts: ActsWorld) -> None:
    """It can cancel every announcement, and do none."""
    govern(acts)
    data = acts.chain.calldata(acts.consortium, "setMemberActive", TRADER, False)
    announce(acts, REGISTRAR, acts.consortium, data)
    acts.chain.send(acts.manager, "cancel", REGISTRAR, acts.consortium, data, sender=GUARDIAN)
    acts.chain.set_time(acts.chain.now_s + DELAYS[REGISTRAR])
    with refused("AccessManagerNotScheduled"):
        acts.chain.transact(acts.consortium, data, REGISTRAR)
    assert everything(acts, GUARDIAN, acts.consortium, data) == "AccessManagedUnauthorized"


def test_attack__the_valuers_key_alone__sets_series_and_nothing_more(acts: ActsWorld) -> None:
    """Prices that its feeders report bring a margin call only with a quorum: MarginOrder is attested."""
    govern(acts)
    valuation = acts.modules["Valuation"]
    outcome = carry_out(acts, VALUER, valuation, "setSeries", POLICY, b"CNY", DAY_S, 300, [TRADER, BANK_2])
    assert outcome.names()[-1] == "SeriesSet"
    assert {MarginOrder, ForeclosureOrder} <= ATTESTED
