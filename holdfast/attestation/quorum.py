"""The committee and its quorum rules, as the contract applies them, verified in numbered steps.

The same rules are in contracts/libraries/Quorum.sol; tests/vectors feed both.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from eth_abi import encode
from eth_utils import keccak, to_checksum_address

from holdfast.attestation.signatures import recover_signer
from holdfast.attestation.typed_data import Domain, signing_digest
from holdfast.domain.errors import InvalidInput, Refused
from holdfast.domain.governance import CouncilOrder, ModuleOrder
from holdfast.domain.members import Role
from holdfast.domain.orders import Attestation


@dataclass(frozen=True, slots=True)
class Attester:
    """One attester of the committee: its account, its member and that member's roles."""

    account: str
    member: int
    roles: Role

    def word(self) -> bytes:
        """The packed bytes32: account (20 bytes), member (4), roles (2), zeros (6)."""
        return (
            bytes.fromhex(self.account[2:]) + self.member.to_bytes(4) + int(self.roles).to_bytes(2) + bytes(6)
        )


def attester_from_word(word: bytes) -> Attester:
    """Unpack a bytes32 attester word."""
    if len(word) != 32 or word[26:] != bytes(6):
        raise InvalidInput("attester", word, "32 bytes ending in six zeros")
    return Attester(
        to_checksum_address(word[:20]),
        int.from_bytes(word[20:24]),
        Role(int.from_bytes(word[24:26])),
    )


@dataclass(frozen=True, slots=True)
class Committee:
    """The attesters in force in one epoch, and the policy they sign under."""

    epoch: int
    max_age_s: int
    threshold: int
    policy_digest: bytes
    attesters: tuple[Attester, ...]

    def as_tuple(self) -> tuple[int, int, int, bytes, list[bytes]]:
        """The ABI struct."""
        words = [attester.word() for attester in self.attesters]
        return self.epoch, self.max_age_s, self.threshold, self.policy_digest, words

    def digest(self) -> bytes:
        """keccak256(abi.encode(committee)), the one word the Consortium stores."""
        return keccak(encode(["(uint64,uint64,uint8,bytes32,bytes32[])"], [self.as_tuple()]))


@dataclass(frozen=True, slots=True)
class QuorumRule:
    """What a quorum must contain for one act.

    `operator` is None where the operator's own attester is not wanted (suspension); `barred` are
    members with an interest (holder, transferee), none of whose attesters may count.
    """

    threshold: int
    operator: int | None
    barred: frozenset[int]


def sorted_signatures(
    domain: Domain, attested: Attestation | ModuleOrder | CouncilOrder, signatures: Iterable[bytes]
) -> list[bytes]:
    """Put attesters' signatures in the ascending order of accounts that the contract wants."""
    digest = signing_digest(domain, attested)
    return sorted(signatures, key=lambda signature: int(recover_signer(digest, signature), 16))


def check_quorum(
    domain: Domain,
    committee: Committee,
    rule: QuorumRule,
    attestation: Attestation,
    signatures: Sequence[bytes],
    *,
    now_s: int,
) -> tuple[Attester, ...]:
    """Apply every quorum rule; returns the signing attesters.

    Raises Refused with a `reason` that names the broken rule, or InvalidInput for a malformed
    signature.
    """
    if attestation.epoch != committee.epoch:
        raise Refused("old-epoch", f"attestation is of epoch {attestation.epoch}, now {committee.epoch}")
    if attestation.policy_digest != committee.policy_digest:
        raise Refused("wrong-policy", "attestation was made under another policy than the one in force")
    if attestation.observed_at > now_s:
        raise Refused("observed-in-future", f"observed at {attestation.observed_at}, now is {now_s}")
    if now_s > attestation.valid_until:
        raise Refused("stale-attestation", f"valid until {attestation.valid_until}, now is {now_s}")
    if attestation.valid_until - attestation.observed_at > committee.max_age_s:
        raise Refused("validity-too-long", f"valid for more than {committee.max_age_s} s")
    return _signers(signing_digest(domain, attestation), committee, rule, signatures)


def check_governance_quorum(
    domain: Domain,
    committee: Committee,
    order: ModuleOrder | CouncilOrder,
    signatures: Sequence[bytes],
    *,
    now_s: int,
) -> tuple[Attester, ...]:
    """Whether a full quorum signed an order of governance, as Consortium.setModule and Council.act ask.

    Returns the signing attesters. `domain` is the Consortium's, or the Council's. Raises like `check_quorum`.
    """
    if now_s > order.deadline:
        raise Refused("deadline-passed", f"the order's deadline {order.deadline} has passed; it is {now_s}")
    rule = QuorumRule(committee.threshold, None, frozenset())
    return _signers(signing_digest(domain, order), committee, rule, signatures)


def _signers(
    digest: bytes, committee: Committee, rule: QuorumRule, signatures: Sequence[bytes]
) -> tuple[Attester, ...]:
    by_account = {attester.account: attester for attester in committee.attesters}
    signers: list[Attester] = []
    last = 0
    for signature in signatures:
        account = recover_signer(digest, signature)
        if int(account, 16) <= last:
            raise Refused("attesters-not-ascending", f"{account} is repeated or out of order")
        last = int(account, 16)
        attester = by_account.get(account)
        if attester is None:
            raise Refused("unknown-attester", f"{account} is not in the committee")
        if attester.member in {signer.member for signer in signers}:
            raise Refused("same-member-twice", f"member {attester.member} signed twice")
        if attester.member in rule.barred:
            raise Refused("attester-has-interest", f"member {attester.member} has an interest in this act")
        signers.append(attester)
    if len(signers) < rule.threshold:
        raise Refused("too-few-attesters", f"{len(signers)} of {rule.threshold} attesters signed")
    if rule.operator is not None:
        own = [signer for signer in signers if signer.member == rule.operator]
        if not own:
            raise Refused("operator-missing", f"operator {rule.operator}'s own attester did not sign")
        if not own[0].roles & Role.WAREHOUSE_OPERATOR:
            raise Refused("operator-without-role", f"member {rule.operator} is no warehouse operator")
    if not any(signer.roles & (Role.INSPECTOR | Role.BANK) for signer in signers):
        raise Refused("no-independent-attester", "no inspector or bank among the signers")
    return tuple(signers)
