"""Orders, attestations and committees as the arguments of WarehouseReceipt's functions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from eth_abi import decode
from eth_abi.exceptions import DecodingError
from eth_utils import keccak
from eth_utils.abi import collapse_if_tuple

from holdfast.attestation.quorum import Committee
from holdfast.attestation.signatures import compact
from holdfast.attestation.typed_data import TYPES, Part, attestation_from_json, order_from_json
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


@dataclass(frozen=True, slots=True)
class CarriedOrder:
    """What a call of a contract of ours carried. `parties` by the order's field: holder, transferee.

    `consent` is the first pledgee's signature where the act takes one (empty if not given).
    """

    order: Order | Act
    attestation: Attestation
    signatures: tuple[bytes, ...]
    parties: dict[str, bytes]
    consent: bytes = b""


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


def read_call(abi: Sequence[Any], data: bytes) -> CarriedOrder | None:
    """The order that a call of WarehouseReceipt carries; None if it carries none.

    Read as leniently as the contract reads it: whoever submits an order chooses its padding, and must not
    choose that nobody can read it. What is read is then held to its hash and its signatures.
    """
    for kind, name in FUNCTIONS.items():
        function = next(item for item in abi if item.get("name") == name and item["type"] == "function")
        types = [collapse_if_tuple(item) for item in function["inputs"]]
        if data[:4] != keccak(text=f"{name}({','.join(types)})")[:4]:
            continue
        try:
            values = decode(types, data[4:], strict=False)
            named = {
                item["name"]: named_value(item, value)
                for item, value in zip(function["inputs"], values, strict=True)
            }
            packed = named["signatures"]
            return CarriedOrder(
                order_from_json(kind.__name__, named["order"]),
                attestation_from_json(named["attestation"]),
                tuple(packed[i : i + 64] for i in range(0, len(packed), 64)),
                {field: named[f"{field}Signature"] for field in PARTIES[kind]},
            )
        except (DecodingError, InvalidInput, OverflowError):
            return None
    return None


def named_value(item: Any, value: Any) -> Any:
    """A decoded value with its structs as objects by field name, and bytes in them as 0x hex."""
    if item["type"] == "tuple":
        return {c["name"]: _field(c, v) for c, v in zip(item["components"], value, strict=True)}
    return value


def _field(item: Any, value: Any) -> Any:
    if item["type"] == "tuple[]":
        return [named_value({**item, "type": "tuple"}, one) for one in value]
    return "0x" + value.hex() if isinstance(value, bytes) else value
