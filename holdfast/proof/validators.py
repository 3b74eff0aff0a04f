"""Follow the validator set from header to header, so that a set pinned once can be brought up to date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from holdfast.domain.errors import InvalidInput
from holdfast.proof.errors import ProofRejected
from holdfast.proof.header import Header
from holdfast.proof.qbft import Vote, block_hash, parse_extra_data, verify_seals

EPOCH_LENGTH: Final = 30_000
"""Default number of blocks after which open votes lapse (Besu `epochlength`, GoQuorum `epoch`)."""


@dataclass(frozen=True, slots=True)
class ValidatorState:
    """The set in force after a block, and the votes still open (voter -> subject -> add?)."""

    validators: frozenset[bytes]
    votes: dict[tuple[bytes, bytes], bool] = field(default_factory=dict)

    def after_vote(self, voter: bytes, vote: Vote) -> ValidatorState:
        """Count one vote; it takes effect once more than half of the set agree.

        A vote that changes nothing (to add a member of the set, to drop a stranger) is passed over.
        """
        if vote.add == (vote.subject in self.validators):
            return self
        votes = {**self.votes, (voter, vote.subject): vote.add}
        agreed = sum(1 for (_, subject), add in votes.items() if subject == vote.subject and add == vote.add)
        if agreed <= len(self.validators) // 2:
            return ValidatorState(self.validators, votes)
        settled = {key: add for key, add in votes.items() if key[1] != vote.subject}
        if vote.add:
            return ValidatorState(self.validators | {vote.subject}, settled)
        settled = {key: add for key, add in settled.items() if key[0] != vote.subject}
        return ValidatorState(self.validators - {vote.subject}, settled)


def advance_validators(
    state: ValidatorState, headers: Sequence[Header], *, epoch_length: int = EPOCH_LENGTH
) -> ValidatorState:
    """Verify a run of consecutive headers and give the validator set after the last.

    Args:
        state: the set in force after the parent of the first header. Leave its votes empty only if that
            parent closes an epoch or no vote was open: a vote that is not known shows as a refusal later.
        headers: child after child.
        epoch_length: blocks per epoch; open votes lapse where the number is a multiple of it.

    Raises:
        InvalidInput: `epoch_length` is not positive.
        ProofRejected: a header does not follow its parent, is not sealed by the set in force after its
            parent, lists another set than the votes give, is proposed by a stranger, or votes where an
            epoch ends.
    """
    if epoch_length < 1:
        raise InvalidInput("epoch_length", epoch_length, "1 block or more")
    previous: bytes | None = None
    number: int | None = None
    for header in headers:
        where = f"block {header.number}"
        extra = parse_extra_data(header.extra_data)
        if previous is not None and (header.parent_hash != previous or header.number - 1 != number):
            raise ProofRejected(f"{where}: does not follow block {number}")
        try:
            verify_seals(header, extra, state.validators)
        except ProofRejected as e:
            raise ProofRejected(f"{where}: {e}") from e
        if header.miner not in state.validators:
            raise ProofRejected(f"{where}: its proposer 0x{header.miner.hex()} is no validator")
        if header.number % epoch_length == 0:
            if extra.vote is not None:
                raise ProofRejected(f"{where}: a vote in a block that ends an epoch")
            state = ValidatorState(state.validators)
        elif extra.vote is not None:
            state = state.after_vote(header.miner, extra.vote)
        previous, number = block_hash(header, extra), header.number
    return state
