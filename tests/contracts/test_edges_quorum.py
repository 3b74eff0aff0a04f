"""Edges of the quorum library that mutants found untried: each test is for a fault that had survived."""

from __future__ import annotations

import pytest

from holdfast.domain.members import Role
from tests.contracts.harness import INSPECTOR, OPERATOR, World, address_of, key_of, receipt_id, refused

at_both_ends = pytest.mark.parametrize("member", [255, 256], ids=["highest mark", "lowest mark"])
"""Members at both ends of the word of marks."""


@at_both_ends
def test_quorum__party_at_an_end_of_the_marks__refused(world: World, member: int) -> None:
    world.add_member(member, Role.BANK)
    members = (OPERATOR, INSPECTOR, member)
    world.committee = world.set_committee([world.attester(m) for m in members])
    with refused("SignerIsParty", member=member):
        world.submit(world.issue_order(world.terms(1, member)), signers=members)


@at_both_ends
def test_quorum__operator_at_an_end_of_the_marks__found_among_the_signers(world: World, member: int) -> None:
    world.add_member(member, Role.WAREHOUSE_OPERATOR)
    members = (OPERATOR, INSPECTOR, member)
    world.committee = world.set_committee([world.attester(m) for m in members])
    world.submit(world.issue_order(world.terms(1), operator=member), signers=members)
    assert world.receipt(receipt_id(1))["operator"] == member


@at_both_ends
def test_quorum__two_voices_of_the_member_at_an_end_of_the_marks__refused(world: World, member: int) -> None:
    world.add_member(member, Role.BANK)
    own = [world.attester(m) for m in (OPERATOR, INSPECTOR, member)]
    world.committee = world.set_committee([*own, world.attester(member, "spare")])
    with refused("SignersOfOneMember", member=member):
        world.submit(world.issue_order(world.terms(1)), signers=(OPERATOR, member, "spare"))


def test_quorum__silent_attester_of_a_signers_member__is_no_second_voice(world: World) -> None:
    """Another member of the same mark has signed between the two, so all before are looked into."""
    twin = INSPECTOR + 256
    world.add_member(twin, Role.INSPECTOR)
    silent, between, signing = sorted(
        ("one", "two", "three"), key=lambda name: int(address_of(key_of(name)), 16)
    )
    named = [(OPERATOR, None), (twin, silent), (INSPECTOR, between), (twin, signing)]
    world.committee = world.set_committee([world.attester(m, name) for m, name in named])
    outcome = world.submit(world.issue_order(world.terms(1)), signers=(OPERATOR, between, signing))
    assert outcome.event("Attested")["signers"].bit_count() == 3
