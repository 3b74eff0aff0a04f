from __future__ import annotations

from collections.abc import Sequence

import pytest
from eth_abi import encode
from eth_utils import keccak

from holdfast.attestation.quorum import Attester
from holdfast.domain.members import Role
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
)

NEW = address_of(key_of("new"))
STRANGER = address_of(key_of("stranger"))


def send(world: World, function: str, *args: object, sender: str | None = None):
    return world.chain.send(world.consortium, function, *args, sender=sender)


def member(world: World, member_id: int) -> dict[str, object]:
    return dict(world.chain.call(world.consortium, "member", member_id))


# --- members ---


def test_add_member__new__stored_and_told(world: World) -> None:
    outcome = send(world, "addMember", 9, NEW, 66, b"i" * 32, b"k" * 32)
    assert outcome.event("MemberAdded") == {
        "member": 9,
        "account": NEW.lower(),
        "roles": 66,
        "identityDigest": b"i" * 32,
        "encryptionKeyDigest": b"k" * 32,
    }
    assert member(world, 9) == {
        "account": NEW.lower(),
        "roles": 66,
        "active": True,
        "receipts": 0,
        "seatEpoch": 0,
        "identityDigest": b"i" * 32,
        "encryptionKeyDigest": b"k" * 32,
    }
    assert world.chain.call(world.consortium, "memberOf", NEW) == 9


@pytest.mark.parametrize(
    ("args", "error"),
    [
        ((0, NEW, 1), "MemberIdZero"),
        ((2, NEW, 1), "MemberExists"),
        ((9, "0x" + "00" * 20, 1), "AccountZero"),
        ((9, address_of(key_of("member 2")), 1), "AccountTaken"),
        ((9, address_of(key_of("attester 5")), 1), "AttesterBoundToOther"),
        ((9, NEW, 0), "RolesUnknown"),
        ((9, NEW, 256), "RolesUnknown"),
    ],
)
def test_add_member__bad_values__refused(world: World, args: tuple[object, ...], error: str) -> None:
    with refused(error):
        send(world, "addMember", *args, bytes(32), bytes(32))


def test_set_member_account__rotated__old_account_is_nobody(world: World) -> None:
    old = address_of(key_of("member 2"))
    outcome = send(world, "setMemberAccount", IMPORTER, NEW)
    assert outcome.event("MemberAccountChanged") == {
        "member": IMPORTER,
        "previous": old.lower(),
        "account": NEW.lower(),
    }
    assert world.chain.call(world.consortium, "memberOf", old) == 0
    assert world.chain.call(world.consortium, "memberOf", NEW) == IMPORTER
    assert world.chain.call(world.consortium, "accountOf", IMPORTER) == NEW.lower()


@pytest.mark.parametrize(
    ("member_id", "account", "error"),
    [
        (77, NEW, "UnknownMember"),
        (IMPORTER, "0x" + "00" * 20, "AccountZero"),
        (IMPORTER, address_of(key_of("member 3")), "AccountTaken"),
        (IMPORTER, address_of(key_of("member 2")), "AccountTaken"),
        (IMPORTER, address_of(key_of("attester 5")), "AttesterBoundToOther"),
    ],
)
def test_set_member_account__bad_values__refused(
    world: World, member_id: int, account: str, error: str
) -> None:
    with refused(error):
        send(world, "setMemberAccount", member_id, account)


def test_set_member_roles__without_a_seat__changed(world: World) -> None:
    outcome = send(world, "setMemberRoles", IMPORTER, int(Role.TRADER | Role.INSURER))
    assert outcome.event("MemberRolesChanged") == {"member": IMPORTER, "previous": 2, "roles": 66}


@pytest.mark.parametrize("function", ["setMemberRoles", "setMemberActive"])
def test_member_with_a_seat__roles_and_standing__frozen_for_the_epoch(world: World, function: str) -> None:
    value = 8 if function == "setMemberRoles" else False
    with refused("MemberHasSeat", member=BANK, epoch=1):
        send(world, function, BANK, value)
    world.set_committee([world.attester(m) for m in (OPERATOR, INSPECTOR, IOT)], threshold=2)
    send(world, function, BANK, value)


def test_set_member_active__off_and_on__told(world: World) -> None:
    assert send(world, "setMemberActive", TRADER, False).event("MemberActiveChanged")["active"] is False
    assert member(world, TRADER)["active"] is False
    send(world, "setMemberActive", TRADER, True)
    assert member(world, TRADER)["active"] is True


def test_set_member_encryption_key__changed__told(world: World) -> None:
    outcome = send(world, "setMemberEncryptionKey", TRADER, b"n" * 32)
    assert outcome.event("MemberEncryptionKeyChanged") == {
        "member": TRADER,
        "previous": bytes(32),
        "encryptionKeyDigest": b"n" * 32,
    }


@pytest.mark.parametrize("function", ["member", "accountOf"])
@pytest.mark.parametrize("member_id", [0, 77])
def test_reading__no_such_member__refused(world: World, function: str, member_id: int) -> None:
    with refused("UnknownMember", member=member_id):
        world.chain.call(world.consortium, function, member_id)


# --- committee ---


def words(world: World, members: Sequence[int]) -> list[bytes]:
    return sorted(world.attester(m).word() for m in members)


def test_set_committee__new_epoch__digest_and_whole_preimage_told(world: World) -> None:
    attesters = words(world, ATTESTING)
    outcome = send(world, "setCommittee", 3, MAX_AGE_S, POLICY, attesters)
    committee = (2, MAX_AGE_S, 3, POLICY, attesters)
    digest = keccak(encode(["(uint64,uint64,uint8,bytes32,bytes32[])"], [committee]))
    assert world.chain.call(world.consortium, "epoch") == 2
    assert world.chain.call(world.consortium, "committeeDigest") == digest
    event = outcome.event("CommitteeChanged")
    assert (event["epoch"], event["committeeDigest"]) == (2, digest)
    assert tuple(event["committee"].values()) == (2, MAX_AGE_S, 3, POLICY, tuple(attesters))
    assert member(world, BANK)["seatEpoch"] == 2
    assert world.chain.call(world.consortium, "attesterMember", address_of(key_of("attester 4"))) == BANK


@pytest.mark.parametrize(
    ("threshold", "members"),
    [(0, ATTESTING), (1, ATTESTING), (2, ATTESTING), (5, ATTESTING), (1, (1, 4, 5)), (1, (1, 4))],
)
def test_set_committee__threshold_no_majority__refused(
    world: World, threshold: int, members: Sequence[int]
) -> None:
    with refused("ThresholdOutOfRange", threshold=threshold, members=len(members)):
        send(world, "setCommittee", threshold, MAX_AGE_S, POLICY, words(world, members))


def test_set_committee__threshold_counts_members_not_attesters(world: World) -> None:
    spare = world.attester(INSPECTOR, "spare")
    world.name_attester(spare)
    attesters = [*words(world, (OPERATOR, INSPECTOR)), spare.word()]
    with refused("ThresholdOutOfRange", threshold=3, members=2):
        send(world, "setCommittee", 3, MAX_AGE_S, POLICY, sorted(attesters))


def test_set_committee__not_ascending_or_repeated__refused(world: World) -> None:
    attesters = words(world, ATTESTING)
    with refused("AttestersNotAscending"):
        send(world, "setCommittee", 3, MAX_AGE_S, POLICY, attesters[::-1])
    with refused("AttestersNotAscending"):
        send(world, "setCommittee", 3, MAX_AGE_S, POLICY, [attesters[0], *attesters])


def test_set_committee__one_account_for_two_members__refused(world: World) -> None:
    account = address_of(key_of("attester 5"))
    other = Attester(account, IOT, Role.IOT_PROVIDER)
    attesters = sorted([*words(world, (OPERATOR, BANK)), other.word()])
    with refused("AttesterBoundToOther", account=account.lower(), bound=INSPECTOR, stated=IOT):
        send(world, "setCommittee", 2, MAX_AGE_S, POLICY, attesters)


def test_set_committee__a_members_own_account_for_another__refused(world: World) -> None:
    trader = Attester(address_of(key_of("member 3")), BANK, Role.BANK)
    attesters = sorted([*words(world, (OPERATOR, INSPECTOR)), trader.word()])
    with refused("AttesterBoundToOther", bound=TRADER, stated=BANK):
        send(world, "setCommittee", 2, MAX_AGE_S, POLICY, attesters)


@pytest.mark.parametrize("word", [b"\x01" * 31 + b"\x01", bytes(20) + b"\x00\x00\x00\x05\x00\x08" + bytes(6)])
def test_set_committee__malformed_attester__refused(world: World, word: bytes) -> None:
    with refused("MalformedAttester", attester=word):
        send(world, "setCommittee", 2, MAX_AGE_S, POLICY, sorted([word, *words(world, (1, 4, 5))]))


def test_set_committee__roles_that_are_not_the_members__refused(world: World) -> None:
    liar = Attester(address_of(key_of("attester 6")), IOT, Role.INSPECTOR)
    with refused("AttesterRolesDiffer", stated=int(Role.INSPECTOR), roles=int(Role.IOT_PROVIDER)):
        send(world, "setCommittee", 2, MAX_AGE_S, POLICY, sorted([liar.word(), *words(world, (1, 4))]))


@pytest.mark.parametrize("active", [True, False])
def test_set_committee__unknown_or_inactive_member__refused(world: World, active: bool) -> None:
    if active:
        extra, error = Attester(NEW, 77, Role.BANK), "UnknownMember"
    else:
        send(world, "setMemberActive", TRADER, False)
        extra, error = Attester(NEW, TRADER, Role.TRADER), "InactiveMember"
    with refused(error, member=extra.member):
        send(world, "setCommittee", 3, MAX_AGE_S, POLICY, sorted([extra.word(), *words(world, ATTESTING)]))


@pytest.mark.parametrize(
    ("threshold", "max_age_s", "policy", "members", "error"),
    [
        (3, 0, POLICY, ATTESTING, "MaxAgeZero"),
        (3, MAX_AGE_S, bytes(32), ATTESTING, "PolicyZero"),
        (2, MAX_AGE_S, POLICY, (), "CommitteeSize"),
        (2, MAX_AGE_S, POLICY, (OPERATOR,), "CommitteeSize"),
        (2, MAX_AGE_S, POLICY, (OPERATOR, IOT), "NoIndependentAttester"),
    ],
)
def test_set_committee__bad_values__refused(
    world: World, threshold: int, max_age_s: int, policy: bytes, members: Sequence[int], error: str
) -> None:
    with refused(error):
        send(world, "setCommittee", threshold, max_age_s, policy, words(world, members))


def test_set_committee__33_attesters__refused(world: World) -> None:
    many = [world.attester(INSPECTOR, f"spare {i}").word() for i in range(33)]
    with refused("CommitteeSize", attesters=33):
        send(world, "setCommittee", 2, MAX_AGE_S, POLICY, sorted(many))
