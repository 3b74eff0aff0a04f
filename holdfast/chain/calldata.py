"""Orders, attestations and committees as the arguments of WarehouseReceipt's functions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from holdfast.attestation.quorum import Committee
from holdfast.attestation.signatures import compact
from holdfast.attestation.typed_data import TYPES, Part
from holdfast.domain.acts import Act
from holdfast.domain.errors import InvalidInput
from holdfast.domain.orders import (
    Attestation,
    DeliveryOrder,
    IssueOrder,
    Order,
    ReinstateOrder,
    SuspendOrder,
    TransferOrder,
)

FUNCTIONS: Final[dict[type[Any], str]] = {
    IssueOrder: "issue",
    TransferOrder: "transfer",
    DeliveryOrder: "deliver",
    SuspendOrder: "suspend",
    ReinstateOrder: "reinstate",
}
"""Order -> function that takes it."""

PARTIES: Final[dict[type[Any], tuple[str, ...]]] = {
    IssueOrder: (),
    TransferOrder: ("holder", "transferee"),
    DeliveryOrder: ("holder",),
    SuspendOrder: (),
    ReinstateOrder: (),
}
"""Order -> its fields that name the members who sign it, in the order the function wants their signatures."""


def abi_tuple(value: Order | Act | Attestation | Part) -> tuple[Any, ...]:
    """The ABI struct: fields in EIP-712 order, nested ones as tuples."""
    return tuple(_plain(getattr(value, attribute)) for _, _, attribute in TYPES[type(value).__name__])


def packed_signatures(signatures: Iterable[bytes]) -> bytes:
    """Attesters' signatures as the contract wants them: 64 bytes each, in the order given.

    Raises:
        InvalidInput: a signature is malformed or has a high s.
    """
    return b"".join(compact(signature) for signature in signatures)


def order_arguments(
    order: Order,
    parties: tuple[bytes, ...],
    attestation: Attestation,
    committee: Committee,
    signatures: bytes,
) -> tuple[str, list[Any]]:
    """Function name and arguments that put an order on the chain.

    `parties` are the signatures of the members PARTIES names; `signatures` are packed.

    Raises:
        InvalidInput: the number of parties' signatures is wrong.
    """
    wanted = PARTIES[type(order)]
    if len(parties) != len(wanted):
        raise InvalidInput(
            "signatures of the parties", len(parties), f"{len(wanted)}: {', '.join(wanted) or 'none'}"
        )
    arguments = [abi_tuple(order), *parties, abi_tuple(attestation), committee.as_tuple(), signatures]
    return FUNCTIONS[type(order)], arguments


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [abi_tuple(item) for item in value]
    return int(value) if isinstance(value, int) else value
