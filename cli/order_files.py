"""An order on its way from preparing to submitting: a file that people can read and keys can sign."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cli.errors import WrongUsage
from cli.inputs import read_json_object
from holdfast.attestation.deposit import read_terms
from holdfast.attestation.typed_data import Domain, order_from_typed_data
from holdfast.domain.acts import AnyOrder
from holdfast.domain.deposit import DepositRequest
from holdfast.domain.errors import InvalidInput
from holdfast.domain.orders import DeliveryOrder, TransferOrder
from holdfast.domain.receipts import receipt_hex
from holdfast.domain.units import show_mass, show_time

TYPE = "holdfast-order"
VERSION = 1
MembersOrder = TransferOrder | DeliveryOrder | DepositRequest


@dataclass(frozen=True, slots=True)
class OrderFile:
    """Typed data to sign, the members that must sign it, what the API said of it, signatures so far.

    `summary` is the API's word and binds nobody: what is signed is the typed data alone.
    """

    typed_data: Mapping[str, Any]
    signers: tuple[tuple[int, str], ...]
    """(member, account) of each, as the API gave them."""
    summary: Mapping[str, str] = field(default_factory=dict)
    signatures: Mapping[int, str] = field(default_factory=dict)

    def order(self, domain: Domain) -> MembersOrder:
        """The order in the typed data. Raises InvalidInput for another chain or contract, or a bad field."""
        found = order_from_typed_data(domain, self.typed_data)
        return _members_order(found)

    def write(self, path: Path) -> None:
        """Write the file whole. Raises WrongUsage if that cannot be done."""
        content = {
            "type": TYPE,
            "version": VERSION,
            "summary": dict(self.summary),
            "signers": [{"member_id": member, "account": account} for member, account in self.signers],
            "signatures": {str(member): text for member, text in sorted(self.signatures.items())},
            "typed_data": dict(self.typed_data),
        }
        temporary = path.with_name(path.name + ".tmp")
        try:
            temporary.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
            temporary.replace(path)
        except OSError as error:
            raise WrongUsage(f"{path} cannot be written: {error.strerror}") from error


def read_order_file(name: str) -> OrderFile:
    """Read an order file. Raises WrongUsage for no such file, InvalidInput for other content."""
    found = read_json_object(name, "FILE")
    known = {"type", "version", "summary", "signers", "signatures", "typed_data"}
    if found.get("type") != TYPE or found.get("version") != VERSION or set(found) != known:
        raise InvalidInput(
            "FILE", name, f"an order file of version {VERSION}, as `holdfast order prepare` writes"
        )
    try:
        return OrderFile(
            typed_data=dict(found["typed_data"]),
            signers=tuple((int(item["member_id"]), str(item["account"])) for item in found["signers"]),
            summary={str(key): str(text) for key, text in dict(found["summary"]).items()},
            signatures={int(member): str(text) for member, text in dict(found["signatures"]).items()},
        )
    except (TypeError, ValueError, KeyError) as error:
        raise InvalidInput("FILE", name, f"an order file ({type(error).__name__}: {error})") from error


def prepared(answer: Mapping[str, Any]) -> OrderFile:
    """The order file of the API's answer to a preparation. Raises InvalidInput for another answer."""
    try:
        return OrderFile(
            typed_data=dict(answer["typed_data"]),
            signers=tuple((int(item["member_id"]), str(item["account"])) for item in answer["signers"]),
            summary={str(key): str(text) for key, text in dict(answer["summary"]).items()},
        )
    except (TypeError, ValueError, KeyError) as error:
        raise InvalidInput("the API's answer", str(error), "a prepared order") from error


def describe(order: MembersOrder, names: Mapping[int, str]) -> str:
    """What signing does, drawn from the signed bytes alone, so that no API can say otherwise."""

    def who(member: int) -> str:
        return f"{names[member]} (member {member})" if member in names else f"member {member}"

    until = f"Void after {show_time(order.deadline)}."
    if isinstance(order, TransferOrder):
        return (
            f"{who(order.holder)} transfers receipt {receipt_hex(order.receipt_id)} to "
            f"{who(order.transferee)}. Title passes, at once and finally, when the order is carried out. "
            f"{until}"
        )
    if isinstance(order, DeliveryOrder):
        return (
            f"{who(order.holder)} takes delivery of {show_mass(order.quantity_g)}, the whole of receipt "
            f"{receipt_hex(order.receipt_id)}. The goods leave and the receipt is cancelled for ever. {until}"
        )
    terms = read_terms(order)
    common, receipts = terms["common"], terms["receipts"]
    total = show_mass(sum(int(item["quantity_g"]) for item in receipts))
    count = f"{len(receipts)} receipts" if len(receipts) > 1 else "1 receipt"
    return (
        f"{who(order.depositor)} asks {who(order.operator)} for {count} on {total} of "
        f"{common['goods_description']}, lot {common['lot']}, in {common['storage_site']}, bay "
        f"{common['storage_location']}, deliverable to the order of {common['to_order_of']}. By signing, "
        f"{who(order.operator)} confirms that {who(order.depositor)} deposited these goods. The receipts "
        f"come into being only if the goods are found to be there. {until}"
    )


def members_to_sign(order: MembersOrder) -> tuple[int, ...]:
    """The members whose signatures the order needs."""
    if isinstance(order, TransferOrder):
        return order.holder, order.transferee
    return order.signers() if isinstance(order, DepositRequest) else (order.holder,)


def _members_order(order: AnyOrder | DepositRequest) -> MembersOrder:
    if not isinstance(order, TransferOrder | DeliveryOrder | DepositRequest):
        raise InvalidInput(
            "primaryType", type(order).__name__, "TransferOrder, DeliveryOrder or DepositRequest"
        )
    return order
