"""Everything an order must hold before it is stored. The contract checks it all again; here it is said
early, in words, with the values.
"""

from __future__ import annotations

from collections.abc import Mapping

from api.chain_port import ChainPort
from api.problems import Problem, conflict, wrong
from holdfast.attestation.signatures import recover_signer, signature_from_hex
from holdfast.attestation.typed_data import Domain, order_from_typed_data, signing_digest
from holdfast.domain.deposit import DepositRequest
from holdfast.domain.members import Member
from holdfast.domain.orders import DeliveryOrder, Status, TransferOrder
from holdfast.domain.receipts import ReceiptState, receipt_hex
from holdfast.domain.units import show_mass, show_time

MemberOrder = TransferOrder | DeliveryOrder


def read_order(domain: Domain, typed_data: Mapping[str, object]) -> MemberOrder | DepositRequest:
    """The order or request in signed typed data.

    Raises:
        InvalidInput: another domain (a wrong chain above all), or a field missing or wrong.
        Problem: an order that members do not submit.
    """
    order = order_from_typed_data(domain, typed_data)
    if not isinstance(order, TransferOrder | DeliveryOrder | DepositRequest):
        expected = (
            "DepositRequest, TransferOrder or DeliveryOrder; the others come from evidence, not from members"
        )
        raise wrong("primaryType", type(order).__name__, expected, code="not-a-members-order")
    return order


def signers_of(order: MemberOrder) -> tuple[int, ...]:
    """Members that must sign, in the order the contract wants them."""
    if isinstance(order, TransferOrder):
        return order.holder, order.transferee
    return (order.holder,)


def check_deadline(order: MemberOrder | DepositRequest, *, now_s: int, max_ahead_s: int) -> None:
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


def check_state(order: MemberOrder, state: ReceiptState | None, *, now_s: int) -> None:
    """Refuse an order that the receipt, as the chain has it now, cannot follow."""
    if state is None:
        raise wrong(
            "receiptId", receipt_hex(order.receipt_id), "a receipt on the chain", code="unknown-receipt"
        )
    if order.seq != state.seq:
        code = "order-reused" if order.seq < state.seq else "seq-not-current"
        raise conflict(code, "seq", order.seq, f"{state.seq}, the number of the receipt's next order")
    if state.status is not Status.LIVE:
        raise conflict("receipt-not-live", "status", state.status.name.lower(), "a live receipt")
    if order.holder != state.holder:
        raise conflict("not-the-holder", "holder", order.holder, f"member {state.holder}, who holds it")
    if state.expires_at < now_s:
        expected = "a receipt that has not expired"
        raise conflict("receipt-expired", "expires_at", show_time(state.expires_at), expected)
    if isinstance(order, DeliveryOrder) and order.quantity_g != state.quantity_g:
        expected = f"the whole {state.quantity_g} ({show_mass(state.quantity_g)})"
        raise conflict("quantity-not-whole", "quantityG", order.quantity_g, expected)


def check_signature(
    chain: ChainPort, domain: Domain, order: MemberOrder | DepositRequest, member_id: int, signature: str
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
