from __future__ import annotations

import pytest

from tests.contracts.harness import MAX_AGE_S, QUORUM, World, address_of, key_of, receipt_id, refused

# (observed_at - now, valid_until - now) -> error; the limits themselves are fine.
TIMES = [
    (0, 0, None),
    (0, 1, None),
    (1, 2, "ObservedInFuture"),
    (-60, 0, None),
    (-60, -1, "AttestationExpired"),
    (0, MAX_AGE_S, None),
    (0, MAX_AGE_S + 1, "ValidityOutOfRange"),
    (-MAX_AGE_S, 0, None),
    (-MAX_AGE_S - 1, 0, "ValidityOutOfRange"),
    (-MAX_AGE_S, 1, "ValidityOutOfRange"),
]


@pytest.mark.parametrize(("observed", "until", "error"), TIMES)
def test_attestation__times_around_their_limits__exact(
    world: World, observed: int, until: int, error: str | None
) -> None:
    order = world.issue_order(world.terms(1))
    now = world.chain.now_s
    attestation = world.attestation(order, observed_at=now + observed, valid_until=now + until)
    if error is None:
        world.submit(order, attestation=attestation)
        return
    values = {
        "ObservedInFuture": {"observedAt": now + observed, "nowS": now},
        "AttestationExpired": {"validUntil": now + until, "nowS": now},
        "ValidityOutOfRange": {"observedAt": now + observed, "validUntil": now + until, "maxAgeS": MAX_AGE_S},
    }
    with refused(error, **values[error]):
        world.submit(order, attestation=attestation)


@pytest.mark.parametrize(("late_s", "fits"), [(-1, True), (0, True), (1, False)])
def test_attestation__t_and_a_second_around__stale_after(world: World, late_s: int, fits: bool) -> None:
    order = world.issue_order(world.terms(1))
    attestation = world.attestation(order, valid_until=world.chain.now_s + 100)
    signatures = world.quorum(attestation)
    world.chain.set_time(attestation.valid_until + late_s)
    if fits:
        world.submit(order, attestation=attestation, signatures=signatures)
    else:
        with refused("AttestationExpired", validUntil=attestation.valid_until):
            world.submit(order, attestation=attestation, signatures=signatures)


def test_attestation__largest_numbers__no_overflow(world: World) -> None:
    order = world.issue_order(world.terms(1))
    with refused("ValidityOutOfRange", validUntil=2**64 - 1):
        world.submit(order, attestation=world.attestation(order, observed_at=0, valid_until=2**64 - 1))


def test_epoch__committee_changed__the_old_one_is_refused(world: World) -> None:
    order = world.issue_order(world.terms(1))
    old, attestation = world.committee, world.attestation(order)
    signatures = world.quorum(attestation)
    new = world.set_committee([*(world.attester(m) for m in (1, 4, 6)), world.attester(5, "attester 5, new")])
    with refused("CommitteeNotCurrent", givenEpoch=1, given=old.digest(), committeeDigest=new.digest()):
        world.submit(order, committee=old, attestation=attestation, signatures=signatures)
    with refused("WrongEpoch", given=1, epoch=2):
        world.submit(order, committee=new, attestation=attestation, signatures=signatures)
    # The stolen key, replaced: it cannot sign for the new epoch either.
    world.committee = new
    with refused("NotAnAttester", recovered=address_of(key_of("attester 5")).lower()):
        world.submit(order, signers=QUORUM)
    world.submit(order, signers=(1, 4, "attester 5, new"))
    assert world.receipt(receipt_id(1))["status"] == 1


def test_epoch__same_attesters_again__attestation_of_the_old_epoch_refused(world: World) -> None:
    order = world.issue_order(world.terms(1))
    attestation = world.attestation(order)
    world.committee = world.set_committee()
    with refused("WrongEpoch", given=1, epoch=2):
        world.submit(order, attestation=attestation)


def test_policy__another_than_the_committees__refused(world: World) -> None:
    order = world.issue_order(world.terms(1))
    other = bytes(31) + b"\x01"
    with refused("WrongPolicy", given=other, policyDigest=world.committee.policy_digest):
        world.submit(order, attestation=world.attestation(order, policy_digest=other))


def test_policy__changed__a_new_epoch_by_the_new_policy(world: World) -> None:
    order = world.issue_order(world.terms(1))
    old = world.attestation(order)
    world.committee = world.set_committee(policy=bytes(31) + b"\x02")
    with refused("WrongPolicy"):
        world.submit(order, attestation=world.attestation(order, policy_digest=old.policy_digest))
    world.submit(order)


def test_attestation__of_another_order__refused(world: World) -> None:
    order, other = world.issue_order(world.terms(1)), world.issue_order(world.terms(2))
    with refused("OrderHashDiffers", given=world.attestation(other).order_hash):
        world.submit(order, attestation=world.attestation(other))


def test_attestation__used_twice__its_order_is_spent(world: World) -> None:
    order = world.issue_order(world.terms(1))
    attestation = world.attestation(order)
    world.submit(order, attestation=attestation)
    with refused("ReceiptExists"):
        world.submit(order, attestation=attestation)
