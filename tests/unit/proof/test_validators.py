from __future__ import annotations

from collections.abc import Sequence

import pytest

from holdfast.domain.errors import InvalidInput
from holdfast.proof.errors import ProofRejected
from holdfast.proof.header import Header, header_from_rpc
from holdfast.proof.qbft import Vote
from holdfast.proof.validators import ValidatorState, advance_validators
from tests.unit.proof import sealing
from tests.unit.proof.data import shared

FOUR = ValidatorState(frozenset(sealing.VALIDATORS))


def chain(plan: Sequence[tuple[int, Vote | None, Sequence[int]]], first: int = 100) -> list[Header]:
    """Headers in a row: proposer, its vote, and the keys of the set in force, all of whom seal."""
    headers: list[Header] = []
    parent = bytes(32)
    for place, (proposer, vote, keys) in enumerate(plan):
        header = sealing.unsealed(
            number=first + place,
            parent=parent,
            proposer=proposer,
            vote=vote,
            validators=[sealing.address(key) for key in keys],
        )
        headers.append(sealing.sealed(header, keys))
        parent = sealing.hash_of(headers[-1])
    return headers


ALL = (0, 1, 2, 3)
DROP_2 = Vote(sealing.address(2), add=False)
ADD_5 = Vote(sealing.address(5), add=True)
DROPPING = [(0, DROP_2, ALL), (1, DROP_2, ALL), (3, DROP_2, ALL), (0, None, (0, 1, 3))]


def test_advance__three_votes_of_four__drop_a_validator() -> None:
    state = advance_validators(FOUR, chain(DROPPING))
    assert state.validators == {sealing.address(i) for i in (0, 1, 3)}
    assert not state.votes


def test_advance__real_headers__drop_the_validator_that_was_voted_out() -> None:
    entries = shared("qbft-headers.json")["headers"][3:]
    before = frozenset(bytes.fromhex(v[2:]) for v in entries[0]["validators_that_must_have_sealed"])
    after = frozenset(bytes.fromhex(v[2:]) for v in entries[-1]["validators_after_this_block"])
    headers = [header_from_rpc(entry["header"]) for entry in entries]
    assert advance_validators(ValidatorState(before), headers).validators == after
    with pytest.raises(ProofRejected, match="block 70"):
        advance_validators(ValidatorState(before), headers[1:])


def test_advance__votes_to_add__need_more_than_half() -> None:
    two = advance_validators(FOUR, chain([(0, ADD_5, ALL), (1, ADD_5, ALL)]))
    assert two.validators == FOUR.validators
    plan = [(0, ADD_5, ALL), (1, ADD_5, ALL), (2, ADD_5, ALL), (5, None, (*ALL, 5))]
    assert sealing.address(5) in advance_validators(FOUR, chain(plan)).validators


def test_advance__one_voter_repeating_itself__counts_once() -> None:
    state = advance_validators(FOUR, chain([(0, DROP_2, ALL)] * 3))
    assert state.validators == FOUR.validators


def test_advance__a_vote_that_changes_nothing__is_passed_over() -> None:
    drop_stranger = Vote(sealing.address(5), add=False)
    state = advance_validators(
        FOUR, chain([(0, drop_stranger, ALL), (1, drop_stranger, ALL), (2, drop_stranger, ALL)])
    )
    assert state == FOUR


def test_advance__a_dropped_validators_open_votes__lapse_with_it() -> None:
    state = advance_validators(FOUR, chain([(2, ADD_5, ALL), *DROPPING[:3]]))
    assert not state.votes


def test_advance__an_epochs_end__clears_open_votes() -> None:
    votes = [(0, DROP_2, ALL), (1, DROP_2, ALL)]
    plan = [*votes, (2, None, ALL), (3, DROP_2, ALL)]
    assert advance_validators(FOUR, chain(plan, first=98), epoch_length=100).validators == FOUR.validators
    assert len(advance_validators(FOUR, chain(plan, first=97), epoch_length=90).validators) == 3
    with pytest.raises(ProofRejected, match="ends an epoch"):
        advance_validators(FOUR, chain(votes, first=99), epoch_length=100)
    with pytest.raises(InvalidInput):
        advance_validators(FOUR, [], epoch_length=0)


def test_advance__a_gap_a_stranger_or_an_unvoted_change__is_refused() -> None:
    headers = chain(DROPPING)
    with pytest.raises(ProofRejected, match="does not follow"):
        advance_validators(FOUR, [headers[0], headers[2]])
    with pytest.raises(ProofRejected, match="are not the"):
        advance_validators(FOUR, chain([(0, None, (0, 1, 3))]))
    with pytest.raises(ProofRejected, match="proposer"):
        advance_validators(FOUR, chain([(7, None, ALL)]))
    other = chain([(0, ADD_5, ALL), *DROPPING[1:3]])
    with pytest.raises(ProofRejected, match="does not follow"):
        advance_validators(FOUR, [headers[0], *other[1:]])
    weak = sealing.with_seals(headers[0], [sealing.seal_by(headers[0], 0)])
    with pytest.raises(ProofRejected, match="3 must have"):
        advance_validators(FOUR, [weak])
