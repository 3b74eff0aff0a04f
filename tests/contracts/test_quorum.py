from __future__ import annotations

from dataclasses import replace
from itertools import chain, combinations, permutations

import pytest

from holdfast.attestation.quorum import Attester
from holdfast.attestation.signatures import SECP256K1_N, compact
from holdfast.attestation.typed_data import signing_digest
from holdfast.domain.members import Role
from tests.contracts.harness import (
    ATTESTING,
    BANK,
    INSPECTOR,
    IOT,
    OPERATOR,
    QUORUM,
    World,
    address_of,
    key_of,
    receipt_id,
    refused,
    sign,
)

SUBSETS = list(chain.from_iterable(combinations(ATTESTING, n) for n in range(5)))


def permitted(signers: tuple[int, ...]) -> bool:
    """The rule in words: three, the operator's own, and an inspector or a bank."""
    return len(signers) >= 3 and OPERATOR in signers and bool({BANK, INSPECTOR} & set(signers))


@pytest.mark.parametrize("signers", SUBSETS, ids=lambda s: "+".join(map(str, s)) or "nobody")
def test_quorum__each_subset_of_four_attesters__only_permitted_ones_issue(
    world: World, signers: tuple[int, ...]
) -> None:
    order = world.issue_order(world.terms(1))
    if permitted(signers):
        world.submit(order, signers=signers)
        assert world.receipt(receipt_id(1))["status"] == 1
        return
    with refused("OperatorNotAmongSigners" if len(signers) >= 3 else "QuorumTooSmall"):
        world.submit(order, signers=signers)
    with refused("UnknownReceipt"):
        world.receipt(receipt_id(1))


def test_quorum__subsets__there_are_sixteen_and_four_are_permitted() -> None:
    assert len(SUBSETS) == 16
    assert sum(map(permitted, SUBSETS)) == 4


def test_quorum__no_inspector_and_no_bank__refused(world: World) -> None:
    world.add_member(9, Role.INSURER)
    members = (OPERATOR, BANK, INSPECTOR, IOT, 9)
    world.committee = world.set_committee([world.attester(m) for m in members])
    with refused("NoIndependentSigner"):
        world.submit(world.issue_order(world.terms(1)), signers=(OPERATOR, IOT, 9))


@pytest.mark.parametrize("order_of_three", list(permutations(range(3)))[1:])
def test_quorum__signatures_not_ascending__refused(world: World, order_of_three: tuple[int, ...]) -> None:
    order = world.issue_order(world.terms(1))
    good = world.quorum(world.attestation(order))
    parts = [good[i * 64 : i * 64 + 64] for i in order_of_three]
    with refused("SignersNotAscending"):
        world.submit(order, signatures=b"".join(parts))


def test_quorum__one_signature_three_times__refused(world: World) -> None:
    order = world.issue_order(world.terms(1))
    one = world.quorum(world.attestation(order), [INSPECTOR])
    account = address_of(key_of(f"attester {INSPECTOR}")).lower()
    with refused("SignersNotAscending", previous=account, account=account):
        world.submit(order, signatures=one * 3)


def test_quorum__two_attesters_of_one_member__count_once(world: World) -> None:
    spare = world.attester(INSPECTOR, "attester 5, spare")
    world.committee = world.set_committee([*map(world.attester, ATTESTING), spare])
    with refused("SignersOfOneMember", member=INSPECTOR):
        world.submit(world.issue_order(world.terms(1)), signers=(OPERATOR, INSPECTOR, "attester 5, spare"))
    world.submit(world.issue_order(world.terms(1)), signers=(OPERATOR, "attester 5, spare", IOT))


def test_quorum__members_whose_ids_share_a_mark__both_count(world: World) -> None:
    world.add_member(INSPECTOR + 256, Role.INSPECTOR)
    members = (OPERATOR, BANK, INSPECTOR, IOT, INSPECTOR + 256)
    world.committee = world.set_committee([world.attester(m) for m in members])
    world.submit(world.issue_order(world.terms(1)), signers=(OPERATOR, INSPECTOR, INSPECTOR + 256))
    world.submit(
        world.issue_order(world.terms(2, holder=INSPECTOR + 256)), signers=(OPERATOR, INSPECTOR, IOT)
    )


def test_quorum__a_strangers_signature__refused(world: World) -> None:
    order = world.issue_order(world.terms(1))
    good = world.quorum(world.attestation(order), (OPERATOR, BANK))
    foreign = world.quorum(world.attestation(order), ["stranger"])
    with refused("NotAnAttester", index=2, recovered=address_of(key_of("stranger")).lower()):
        world.submit(order, signatures=good + foreign)


def test_quorum__a_members_own_account_is_no_attester__refused(world: World) -> None:
    with refused("NotAnAttester"):
        world.submit(world.issue_order(world.terms(1)), signers=("member 1", "member 4", "member 5"))


def test_quorum__signature_over_another_attestation__refused(world: World) -> None:
    order = world.issue_order(world.terms(1))
    other = world.quorum(world.attestation(world.issue_order(world.terms(2))))
    with refused("NotAnAttester", index=0):
        world.submit(order, signatures=other)


@pytest.mark.parametrize("field", ["evidence_digest", "evidence_location", "observed_at", "valid_until"])
def test_quorum__attestation_changed_after_signing__refused(world: World, field: str) -> None:
    order = world.issue_order(world.terms(1))
    signed = world.attestation(order)
    value = getattr(signed, field)
    changed = value - 1 if isinstance(value, int) else bytes([value[0] ^ 1]) + value[1:]
    with refused("NotAnAttester"):
        world.submit(
            order, attestation=world.attestation(order, **{field: changed}), signatures=world.quorum(signed)
        )


@pytest.mark.parametrize("s", [SECP256K1_N // 2 + 1, 2**255 - 1])
def test_quorum__high_s__refused(world: World, s: int) -> None:
    """Almost every high s needs 256 bits and so has no compact form; the few that fit are refused too."""
    order = world.issue_order(world.terms(1))
    good = world.quorum(world.attestation(order))
    with refused("SignatureHighS", s=s.to_bytes(32)):
        world.submit(order, signatures=good[:32] + s.to_bytes(32) + good[64:])


@pytest.mark.parametrize("length", [1, 63, 65, 127, 193])
def test_quorum__length_not_a_multiple_of_64__refused(world: World, length: int) -> None:
    order = world.issue_order(world.terms(1))
    signatures = (world.quorum(world.attestation(order)) * 2)[:length]
    with refused("MalformedSignatures", length=length):
        world.submit(order, signatures=signatures)


def test_quorum__zero_bytes_for_a_signature__refused(world: World) -> None:
    order = world.issue_order(world.terms(1))
    with refused("NotAnAttester", recovered="0x" + "00" * 20):
        world.submit(order, signatures=bytes(64) + world.quorum(world.attestation(order)))


def test_quorum__all_four__accepted(world: World) -> None:
    event = world.submit(world.issue_order(world.terms(1)), signers=ATTESTING).event("Attested")
    assert event["signers"] == 0b1111


def test_quorum__stolen_attester_alone__cannot_issue(world: World) -> None:
    for member in ATTESTING:
        with refused("QuorumTooSmall", signers=1, threshold=3):
            world.submit(world.issue_order(world.terms(1)), signers=(member,))


def test_quorum__committee_of_another_world__refused(world: World) -> None:
    """A caller brings the committee along: it cannot bring its own."""
    order = world.issue_order(world.terms(1))
    mine = tuple(
        sorted(
            (Attester(address_of(key_of(f"mine {m}")), m, world.attester(m).roles) for m in QUORUM),
            key=Attester.word,
        )
    )
    digest = signing_digest(world.domain, world.attestation(order))
    signatures = b"".join(
        compact(sign(key_of(f"mine {m}"), digest)) for a in mine for m in QUORUM if m == a.member
    )
    committee = replace(world.committee, attesters=mine)
    with refused("CommitteeNotCurrent", givenEpoch=1, committeeDigest=world.committee.digest()):
        world.submit(order, committee=committee, signatures=signatures)
    with refused("CommitteeNotCurrent"):
        world.submit(order, committee=replace(world.committee, threshold=1), signers=(OPERATOR,))
