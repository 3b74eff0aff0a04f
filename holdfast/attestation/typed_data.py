"""EIP-712 typed data of orders and attestations: one table serves hashing, wallets and JSON.

Source: EIP-712. The type strings are those of contracts/libraries/OrderHash.sol; the vectors in
tests/vectors hold both sides to each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from eth_abi import encode
from eth_utils import keccak, to_checksum_address

from holdfast.attestation.act_types import ACT_TYPES as ACT_TYPES
from holdfast.attestation.types import CLASSES, Signable
from holdfast.attestation.types import ORDER_TYPES as ORDER_TYPES
from holdfast.attestation.types import QUEUE_TYPES as QUEUE_TYPES
from holdfast.attestation.types import TYPES as TYPES
from holdfast.domain.acts import (
    Act,
    AnyOrder,
    LossReason,
    OriginKind,
    ReceiptRef,
    Share,
    Successor,
    SupersedeReason,
)
from holdfast.domain.deposit import DepositRequest
from holdfast.domain.errors import InvalidInput
from holdfast.domain.governance import CouncilOrder, ModuleOrder
from holdfast.domain.lien_acts import DischargeScope, LienRank
from holdfast.domain.orders import Attestation, Kind, Order, ReceiptTerms, SuspendReason

DOMAIN_NAME = "Holdfast"
DOMAIN_VERSION = "1"

Part = ReceiptTerms | ReceiptRef | Successor | Share
"""What lists in orders hold."""

CHOICES = {
    ("ReceiptTerms", "kind"): Kind,
    ("SuspendOrder", "reason"): SuspendReason,
    ("SupersedeOrder", "reason"): SupersedeReason,
    ("OriginOrder", "kind"): OriginKind,
    ("LossNoticeOrder", "reason"): LossReason,
    ("LienTermsOrder", "rank"): LienRank,
    ("LienDischargeOrder", "scope"): DischargeScope,
}
"""(Type, field) -> the values it may have."""
_DOMAIN_FIELDS = (
    ("name", "string"),
    ("version", "string"),
    ("chainId", "uint256"),
    ("verifyingContract", "address"),
)


@dataclass(frozen=True, slots=True)
class Domain:
    """Where signatures count: one chain, one contract: WarehouseReceipt, or the module that takes the act."""

    chain_id: int
    verifying_contract: str

    def separator(self) -> bytes:
        """The EIP-712 domain separator, 32 bytes."""
        kind = "EIP712Domain(" + ",".join(f"{t} {n}" for n, t in _DOMAIN_FIELDS) + ")"
        return keccak(
            encode(
                ["bytes32", "bytes32", "bytes32", "uint256", "address"],
                [
                    keccak(text=kind),
                    keccak(text=DOMAIN_NAME),
                    keccak(text=DOMAIN_VERSION),
                    self.chain_id,
                    self.verifying_contract,
                ],
            )
        )

    def to_json(self) -> dict[str, Any]:
        """The domain as wallets want it."""
        return {
            "name": DOMAIN_NAME,
            "version": DOMAIN_VERSION,
            "chainId": self.chain_id,
            "verifyingContract": to_checksum_address(self.verifying_contract),
        }


def _nested(name: str) -> list[str]:
    return sorted({kind.removesuffix("[]") for _, kind, _ in TYPES[name] if kind.endswith("[]")})


def encode_type(name: str) -> str:
    """The EIP-712 type string, nested types appended in alphabetical order."""

    def one(kind: str) -> str:
        return f"{kind}(" + ",".join(f"{t} {n}" for n, t, _ in TYPES[kind]) + ")"

    return one(name) + "".join(one(kind) for kind in _nested(name))


def struct_hash(value: Signable | Part) -> bytes:
    """EIP-712 hashStruct, 32 bytes. For an order this is its order hash."""
    name = type(value).__name__
    kinds, parts = ["bytes32"], [keccak(text=encode_type(name))]
    for _, kind, attribute in TYPES[name]:
        item: Any = getattr(value, attribute)
        if kind.endswith("[]"):
            item, kind = keccak(b"".join(struct_hash(each) for each in item)), "bytes32"
        elif kind == "string":
            item, kind = keccak(text=item), "bytes32"
        kinds.append(kind)
        parts.append(item)
    return keccak(encode(kinds, parts))


def order_hash(order: Order | Act | DepositRequest) -> bytes:
    """What an attestation names an order by: its hashStruct, 32 bytes."""
    return struct_hash(order)


def signing_digest(domain: Domain, value: Signable) -> bytes:
    """The 32 bytes a key signs."""
    return keccak(b"\x19\x01" + domain.separator() + struct_hash(value))


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return [order_to_json(item) for item in value]
    return str(int(value))


def order_to_json(value: Signable | Part) -> dict[str, Any]:
    """The EIP-712 message: names as on-chain, numbers as decimal strings, bytes as 0x hex."""
    return {name: _plain(getattr(value, attr)) for name, _, attr in TYPES[type(value).__name__]}


def _read(path: str, kind: str, value: Any) -> Any:
    if kind.endswith("[]"):
        if not isinstance(value, list | tuple):
            raise InvalidInput(path, value, "a list")
        return tuple(_from_json(kind[:-2], item, f"{path}[{i}]") for i, item in enumerate(value))
    if kind in ("string", "address"):
        if not isinstance(value, str):
            raise InvalidInput(path, value, "text")
        return value
    if kind.startswith("bytes"):
        size = int(kind[5:])
        if not isinstance(value, str) or not value.startswith("0x") or len(value) != 2 + 2 * size:
            raise InvalidInput(path, value, f"0x and {2 * size} hexadecimal digits")
        try:
            return bytes.fromhex(value[2:])
        except ValueError as error:
            raise InvalidInput(path, value, f"0x and {2 * size} hexadecimal digits") from error
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise InvalidInput(path, value, "a whole number, as digits")
    # 78 digits hold 2^256; Python itself gives up on thousands of them.
    if isinstance(value, str) and not (value.isascii() and value.isdigit() and len(value) <= 78):
        raise InvalidInput(path, value, "a whole number, as digits")
    return int(value)


def _from_json(name: str, data: object, path: str) -> Any:
    if not isinstance(data, Mapping):
        raise InvalidInput(path, data, f"an object with the fields of {name}")
    known = [field for field, _, _ in TYPES[name]]
    for field in known:
        if field not in data:
            raise InvalidInput(f"{path}.{field}", None, "a value: the field is missing")
    for field in sorted(set(data) - set(known)):
        raise InvalidInput(f"{path}.{field}", data[field], f"no such field in {name}")
    values = {attr: _read(f"{path}.{field}", kind, data[field]) for field, kind, attr in TYPES[name]}
    for (kind, attr), choices in CHOICES.items():
        if kind == name:
            try:
                values[attr] = choices(values[attr])
            except ValueError as error:
                allowed = ", ".join(f"{c.value} ({c.name.lower()})" for c in choices)
                raise InvalidInput(f"{path}.{attr}", values[attr], f"one of {allowed}") from error
    cls = CLASSES[name]
    assert {item.name for item in fields(cls)} == set(values)  # noqa: S101 - the table is ours
    return cls(**values)


def order_from_json(primary_type: str, data: object) -> Order:
    """Read an order from its EIP-712 message. Raises InvalidInput naming the field."""
    if primary_type not in ORDER_TYPES:
        raise InvalidInput("primaryType", primary_type, "one of " + ", ".join(ORDER_TYPES))
    order: Order = _from_json(primary_type, data, primary_type)
    return order


def act_from_json(primary_type: str, data: object) -> Act:
    """Read an order for a module from its EIP-712 message. Raises InvalidInput naming the field."""
    if primary_type not in ACT_TYPES:
        raise InvalidInput("primaryType", primary_type, "one of " + ", ".join(ACT_TYPES))
    act: Act = _from_json(primary_type, data, primary_type)
    return act


def any_order_from_json(primary_type: str, data: object) -> AnyOrder:
    """Read an order for the receipt contract or for a module. Raises InvalidInput naming the field."""
    if primary_type in ACT_TYPES:
        return act_from_json(primary_type, data)
    return order_from_json(primary_type, data)


def request_from_json(data: object) -> DepositRequest:
    """Read a depositor's request from its EIP-712 message. Raises InvalidInput naming the field."""
    request: DepositRequest = _from_json("DepositRequest", data, "DepositRequest")
    return request


def attestation_from_json(data: object) -> Attestation:
    """Read an attestation from its EIP-712 message. Raises InvalidInput naming the field."""
    attestation: Attestation = _from_json("Attestation", data, "Attestation")
    return attestation


def module_order_from_json(data: object) -> ModuleOrder:
    """Read a module order from its EIP-712 message. Raises InvalidInput naming the field."""
    order: ModuleOrder = _from_json("ModuleOrder", data, "ModuleOrder")
    return order


def council_order_from_json(data: object) -> CouncilOrder:
    """Read a Council order from its EIP-712 message. Raises InvalidInput naming the field."""
    order: CouncilOrder = _from_json("CouncilOrder", data, "CouncilOrder")
    return order


def typed_data(domain: Domain, value: Signable) -> dict[str, Any]:
    """The whole typed-data object for eth_signTypedData_v4."""
    name = type(value).__name__
    types = {"EIP712Domain": [{"name": n, "type": t} for n, t in _DOMAIN_FIELDS]}
    for kind in [name, *_nested(name)]:
        types[kind] = [{"name": n, "type": t} for n, t, _ in TYPES[kind]]
    return {
        "types": types,
        "primaryType": name,
        "domain": domain.to_json(),
        "message": order_to_json(value),
    }


def order_from_typed_data(domain: Domain, data: object) -> AnyOrder | DepositRequest:
    """Read an order or request from a whole typed-data object, refusing another domain.

    Raises InvalidInput naming the field, for example a wrong chain id or contract.
    """
    if not isinstance(data, Mapping):
        raise InvalidInput("typed data", data, "an EIP-712 object")
    given = data.get("domain")
    if not isinstance(given, Mapping):
        raise InvalidInput("domain", given, "the EIP-712 domain of this registry")
    wanted = domain.to_json()
    for field, right in wanted.items():
        value = given.get(field)
        if str(value).lower() != str(right).lower():
            raise InvalidInput(f"domain.{field}", value, f"{right}: this registry's")
    kind, message = str(data.get("primaryType")), data.get("message")
    order: AnyOrder | DepositRequest
    order = request_from_json(message) if kind == "DepositRequest" else any_order_from_json(kind, message)
    if "types" in data and data["types"] != typed_data(domain, order)["types"]:
        raise InvalidInput("types", data["types"], f"the fields of {type(order).__name__} as published")
    return order
