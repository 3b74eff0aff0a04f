"""What an order says, drawn from the signed bytes alone, so that no API can say otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from holdfast.attestation.deposit import read_terms
from holdfast.chain.acts import CONSENTS
from holdfast.chain.acts import PARTIES as ACT_PARTIES
from holdfast.chain.calldata import PARTIES as CORE_PARTIES
from holdfast.chain.domains import AnyRequest
from holdfast.domain.act_sentences import Words
from holdfast.domain.act_words import sentence
from holdfast.domain.acts import AnyOrder
from holdfast.domain.deposit import DepositRequest
from holdfast.domain.document import ReceiptDocument
from holdfast.domain.errors import InvalidInput
from holdfast.domain.orders import coming_ids
from holdfast.domain.receipts import receipt_hex
from holdfast.domain.successors import cause_of, successor_terms
from holdfast.domain.units import show_mass, show_time
from holdfast.evidence.canonical import canonical_json, sha256_digest
from holdfast.evidence.collection import read_document


def members_to_sign(order: AnyRequest) -> tuple[int, ...]:
    """The members an order names as its signers; the first pledgee of a pledged receipt may be one more.

    Raises InvalidInput for an order that members do not sign.
    """
    if isinstance(order, DepositRequest):
        return order.signers()
    named = ACT_PARTIES.get(type(order)) or CORE_PARTIES.get(type(order))
    if not named:
        raise InvalidInput("primaryType", type(order).__name__, "an order that members sign")
    return tuple(dict.fromkeys(member for field in named if (member := getattr(order, field))))


def takes_consent(order: AnyRequest) -> bool:
    """Whether the first pledgee signs as well where the receipt is pledged."""
    return type(order) in CONSENTS


def describe(order: AnyRequest, names: Mapping[int, str], documents: Sequence[Mapping[str, Any]] = ()) -> str:
    """What signing does, with what each new receipt says.

    Raises InvalidInput if the documents are not just those of the receipts that the order brings into being.
    """

    def who(member: int) -> Words:
        name = f"{names[member]} (member {member})" if member in names else f"member {member}"
        return name, name

    if isinstance(order, DepositRequest):
        return _deposit(order, who)
    lines = [sentence(order, who)[0], *_new_receipts(order, documents)]
    return "\n".join(lines)


def _new_receipts(order: AnyOrder, given: Sequence[Mapping[str, Any]]) -> list[str]:
    bodies = {int.from_bytes(sha256_digest(body)): body for body in map(canonical_json, map(dict, given))}
    wanted = coming_ids(order)
    if set(bodies) != set(wanted):
        missing = [receipt_hex(each) for each in wanted if each not in bodies]
        expected = f"the documents of the new receipts, by whose digests they are named; missing: {missing}"
        raise InvalidInput("documents", len(given), expected)
    lines = []
    for each in wanted:
        document = read_document(bodies[each])
        grams, expires_at = successor_terms(order, each)
        if (document.quantity_g, document.storage_until) != (grams, expires_at):
            expected = f"{show_mass(grams)} until {show_time(expires_at)}, as the order says"
            found = f"{show_mass(document.quantity_g)} until {show_time(document.storage_until)}"
            raise InvalidInput(f"document of {receipt_hex(each)}", found, expected)
        if document.because != cause_of(order):
            raise InvalidInput(f"document of {receipt_hex(each)}", document.because, str(cause_of(order)))
        lines.append(_new_receipt(document))
    return lines


def _new_receipt(document: ReceiptDocument) -> str:
    return (
        f"  New receipt {document.receipt_number}: {show_mass(document.quantity_g)} of "
        f"{document.goods_description}, {document.quality_grade}, {document.package_count} packages marked "
        f"{document.marks}, lot {document.lot}, {document.storage_site} bay {document.storage_location}, "
        f"to the order of {document.to_order_of}, until {show_time(document.storage_until)}."
    )


def _deposit(order: DepositRequest, who: Any) -> str:
    terms = read_terms(order)
    common, receipts = terms["common"], terms["receipts"]
    total = show_mass(sum(int(item["quantity_g"]) for item in receipts))
    count = f"{len(receipts)} receipts" if len(receipts) > 1 else "1 receipt"
    depositor, operator = who(order.depositor)[0], who(order.operator)[0]
    return (
        f"{depositor} asks {operator} for {count} on {total} of "
        f"{common['goods_description']}, lot {common['lot']}, in {common['storage_site']}, bay "
        f"{common['storage_location']}, deliverable to the order of {common['to_order_of']}. By signing, "
        f"{operator} confirms that {depositor} deposited these goods. The receipts "
        f"come into being only if the goods are found to be there. Void after {show_time(order.deadline)}."
    )
