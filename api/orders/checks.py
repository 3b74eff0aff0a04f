"""What every order and request must hold before it is stored: its domain, its deadline, who signed it."""

from __future__ import annotations

from collections.abc import Mapping

from api.chain_port import ChainPort
from api.problems import Problem, wrong
from holdfast.attestation.signatures import recover_signer, signature_from_hex
from holdfast.attestation.typed_data import Domain, signing_digest
from holdfast.chain.deployment import Deployment
from holdfast.chain.domains import AnyRequest, read_typed_data
from holdfast.domain.members import Member
from holdfast.domain.units import show_time


def read_order(deployment: Deployment, typed: Mapping[str, object]) -> AnyRequest:
    """The order or request in signed typed data.

    Raises InvalidInput for another domain (a wrong chain above all), or a field missing or wrong.
    """
    return read_typed_data(deployment, typed)


def check_deadline(order: AnyRequest, *, now_s: int, max_ahead_s: int) -> None:
    """Refuse a deadline that has passed or is too far ahead."""
    if order.deadline <= now_s:
        expected = f"a time after now, {now_s} ({show_time(now_s)})"
        raise wrong("deadline", order.deadline, expected, code="deadline-passed")
    latest = now_s + max_ahead_s
    if order.deadline > latest:
        expected = f"at most {latest} ({show_time(latest)})"
        raise wrong("deadline", order.deadline, expected, code="deadline-too-far")


def active_member(chain: ChainPort, field: str, member_id: int) -> Member:
    """A member that may act. Raises Problem 422 for an unknown or stopped one."""
    member = chain.member(member_id)
    if member is None:
        raise wrong(field, member_id, "a member of the consortium", code="unknown-member")
    if not member.active:
        raise wrong(field, member_id, "a member that is active", code="member-inactive")
    return member


def check_signature(
    chain: ChainPort, domain: Domain, order: AnyRequest, member_id: int, signature: str
) -> str:
    """Refuse a signature that is malformed, has a high s, or is not by the member's account.

    Returns it in lower case. Accounts that are contract wallets (ERC-1271) cannot be recovered from a
    signature and are not taken here yet.
    """
    field = f"signatures.{member_id}"
    raw = signature_from_hex(signature, field=field)
    member = active_member(chain, field, member_id)
    recovered = recover_signer(signing_digest(domain, order), raw)
    if recovered.lower() != member.account.lower():
        raise Problem(
            422,
            "foreign-signature",
            f"{field}: it was made by {recovered}, or over something else; expected {member.account}, "
            f"the account of member {member_id}, over exactly this order",
            errors=[(field, recovered, member.account)],
        )
    return "0x" + raw.hex()
