"""From what a member asks for to the order that it signs: the chain gives whatever was not asked for.

A new act needs a shape in `act_schemas` and a line in ACT_OF; and a line in SOURCES only where it has a field
that neither the shape nor any act before it has.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from functools import partial
from typing import Any, Final

from api.orders import act_schemas as shapes
from api.orders import sale_schemas as sale_shapes
from api.orders import sales
from api.orders import value_schemas as values
from api.orders.act_fields import OnLot, OnReceipt, Prepare
from api.orders.desk import Desk
from api.orders.successors import new_documents
from api.problems import Problem, wrong
from holdfast.attestation.typed_data import CHOICES, TYPES
from holdfast.domain import acts
from holdfast.domain.acts import Act
from holdfast.domain.encumbrances import PledgeState
from holdfast.domain.lien import Waterfall
from holdfast.domain.lien_acts import LienRank
from holdfast.domain.receipts import ReceiptState, receipt_hex

ACT_OF: Final[dict[type[Prepare], type[Any]]] = {
    shapes.PreparePledge: acts.PledgeOrder,
    shapes.PrepareRelease: acts.PledgeReleaseOrder,
    shapes.PrepareAssign: acts.PledgeAssignOrder,
    shapes.PreparePledgedTransfer: acts.PledgedTransferOrder,
    shapes.PrepareDefaultNotice: acts.DefaultOrder,
    shapes.PrepareMarginCall: acts.MarginOrder,
    shapes.PrepareCure: acts.CureOrder,
    sale_shapes.PrepareForeclosure: acts.ForeclosureOrder,
    sale_shapes.PrepareBond: acts.PledgeBondOrder,
    sale_shapes.PrepareBondRedemption: acts.BondRedeemOrder,
    sale_shapes.PrepareBondJointDelivery: acts.BondJointDeliveryOrder,
    sale_shapes.PrepareBondDelivery: acts.BondDeliveryOrder,
    shapes.PrepareSplit: acts.SplitOrder,
    shapes.PrepareMerge: acts.MergeOrder,
    shapes.PrepareCorrection: acts.SupersedeOrder,
    shapes.PrepareExtension: acts.SupersedeOrder,
    shapes.PreparePartialDelivery: acts.PartialDeliveryOrder,
    shapes.PrepareLossNotice: acts.LossNoticeOrder,
    shapes.PrepareLossWithdrawal: acts.LossWithdrawalOrder,
    shapes.PrepareReplacement: acts.ReplacementOrder,
    shapes.PreparePaper: acts.PaperOrder,
    shapes.PrepareElectronic: acts.ElectronicOrder,
    shapes.PrepareOrigin: acts.OriginOrder,
    values.PrepareLienTerms: acts.LienTermsOrder,
    values.PrepareLienAssert: acts.LienAssertOrder,
    values.PrepareLienPayment: acts.LienPaymentOrder,
    values.PrepareLienDischarge: acts.LienDischargeOrder,
    values.PrepareLienTender: acts.LienTenderOrder,
    values.PrepareSubstitute: acts.PledgeSubstituteOrder,
    values.PreparePrice: acts.PriceOrder,
    shapes.PrepareCase: acts.CaseOrder,
    shapes.PrepareRenewal: acts.RenewOrder,
    shapes.PrepareFreeze: acts.FreezeOrder,
    shapes.PrepareUnfreeze: acts.UnfreezeOrder,
}
"""What is asked for -> the act that is signed."""
ON_BOND: Final = (
    sale_shapes.PrepareBondRedemption,
    sale_shapes.PrepareBondJointDelivery,
    sale_shapes.PrepareBondDelivery,
)
"""What is asked of a bond, which is alone on its receipt: nobody need say which."""


@dataclass(slots=True)
class Draft:
    """One act in the making, with the documents of the receipts that it brings into being."""

    desk: Desk
    request: Any
    documents: dict[int, bytes] = field(default_factory=dict)

    @property
    def receipt_ids(self) -> tuple[int, ...]:
        """The receipts it is about, as asked."""
        given = getattr(self.request, "receipt_ids", None) or [self.request.receipt_id]
        return tuple(int(text, 16) for text in given)

    @property
    def released_id(self) -> int:
        """The receipt that a substitution frees."""
        return int(self.request.released_id, 16)

    @property
    def state(self) -> ReceiptState:
        """The first of them as the chain has it."""
        return self.desk.state(self.receipt_ids[0])

    @property
    def alone(self) -> bool:
        """Whether the first pledgee asks to extend what has expired: the order names no holder then."""
        mine = self.request.type == "extension" and self.desk.viewer.member_id == self.state.first_pledgee
        return mine and self.state.expires_at < self.desk.now_s

    @property
    def pledge(self) -> PledgeState:
        """The pledge asked about, the bond, or the caller's only one. Raises Problem 403, 409 or 422."""
        if isinstance(self.request, ON_BOND):
            return sales.bond_on(self.desk, self.receipt_ids[0])
        held = self.desk.pledges(self.receipt_ids[0])
        asked, me = self.request.pledge_id, self.desk.viewer.member_id
        if asked is not None:
            found = [pledge for pledge in held if pledge.pledge_id == int(asked)]
            if not found:
                known = ", ".join(str(pledge.pledge_id) for pledge in held) or "none"
                raise wrong("pledge_id", asked, f"a pledge on the receipt: {known}", code="unknown-pledge")
            return found[0]
        own = [pledge for pledge in held if pledge.pledgee == me]
        if not own:
            raise Problem(403, "not-the-pledgee", f"member {me} has no pledge on this receipt")
        if len(own) > 1:
            known = ", ".join(str(pledge.pledge_id) for pledge in own)
            raise wrong("pledge_id", None, f"the one you mean of your pledges {known}", code="which-pledge")
        return own[0]


def _first_pledgee(draft: Draft) -> int:
    if not draft.state.first_pledgee:
        name = receipt_hex(draft.receipt_ids[0])
        raise Problem(409, "receipt-not-pledged", f"receipt {name} is not pledged: it needs no pledgee's act")
    return draft.state.first_pledgee


def _pledgee(draft: Draft) -> int:
    if isinstance(draft.request, values.PrepareSubstitute):
        return _pledgee_of_rank(draft, 0)
    one = hasattr(draft.request, "pledge_id") or isinstance(draft.request, ON_BOND)
    return draft.pledge.pledgee if one else _first_pledgee(draft)


def _holder(draft: Draft) -> int:
    if isinstance(draft.request, OnLot):
        return draft.desk.viewer.member_id
    return 0 if draft.alone else draft.state.holder


def _others(draft: Draft) -> tuple[acts.ReceiptRef, ...]:
    """Further receipts that the pledge covers, as indexed; the contract counts them again."""
    covered = draft.desk.covered(draft.pledge.pledge_id)
    return tuple(
        acts.ReceiptRef(each, draft.desk.state(each).seq) for each in covered if each not in draft.receipt_ids
    )


def _number(draft: Draft) -> int:
    """That of the next order about the case, or about the receipt's lien."""
    if hasattr(draft.request, "case_no"):
        return draft.desk.case(draft.request.case_no).number
    return draft.desk.lien(draft.receipt_ids[0]).number


def _lien_cap(draft: Draft) -> int:
    """What may go before a pledge: the cap of storage terms whose rank the operator has not waived."""
    found = draft.desk.lien(draft.receipt_ids[0]) if draft.state.lien_terms else None
    return found.cap_minor if found is not None and found.rank == LienRank.BEFORE_PLEDGES else 0


def _pledgee_of_rank(draft: Draft, rank: int) -> int:
    """Pledgee of a rank, from 0, on the receipt that a substitution frees; 0 where there is none."""
    held = draft.desk.pledges(draft.released_id)
    if not held:
        name = receipt_hex(draft.released_id)
        raise Problem(
            409, "receipt-not-pledged", f"receipt {name} is not pledged: nothing is to be substituted"
        )
    return held[rank].pledgee if rank < len(held) else 0


def _claims(draft: Draft) -> list[int]:
    """What each pledge claims, by rank: as asked, or all that it secures."""
    held = draft.desk.pledges(draft.receipt_ids[0])
    one = getattr(draft.request, "claim_minor", None)
    asked = [one] if one is not None else getattr(draft.request, "claims_minor", None)
    return [int(claim) for claim in asked] if asked else [pledge.amount_minor for pledge in held]


def _division(draft: Draft) -> Waterfall:
    return sales.divide(draft.desk, draft.receipt_ids[0], draft.request, _claims(draft))


def _shares(draft: Draft) -> tuple[acts.Share, ...]:
    held, found = draft.desk.pledges(draft.receipt_ids[0]), _division(draft)
    named = [pledge.pledge_id for pledge in held]
    return tuple(map(acts.Share, named, _claims(draft), found.paid_minor))


def _paid(draft: Draft) -> int:
    """To the bond: all that it secures if it is redeemed, else its part of the division."""
    if isinstance(draft.request, sale_shapes.PrepareBondRedemption):
        return draft.pledge.amount_minor
    return _division(draft).paid_minor[0]


def _coming(draft: Draft) -> tuple[acts.Successor, ...]:
    """The receipts that the act brings into being; their documents are made once."""
    made = new_documents(draft.request, draft.desk, draft.receipt_ids, alone=draft.alone)
    draft.documents = {receipt_id: body for receipt_id, (body, _) in made.items()}
    return tuple(
        acts.Successor(receipt_id, document.quantity_g, document.storage_until)
        for receipt_id, (_, document) in made.items()
    )


SOURCES: Final[dict[str, Callable[[Draft], Any]]] = {
    "deadline": lambda draft: draft.desk.now_s + draft.request.valid_for_s,
    "receipt_id": lambda draft: draft.receipt_ids[0],
    "receipts": lambda draft: tuple(
        acts.ReceiptRef(each, draft.desk.state(each).seq) for each in draft.receipt_ids
    ),
    "seq": lambda draft: draft.state.seq,
    "holder": _holder,
    "pledgor": lambda draft: draft.state.holder,
    "operator": lambda draft: draft.state.operator,
    "court": lambda draft: draft.desk.viewer.member_id,
    "feeder": lambda draft: draft.desk.viewer.member_id,
    "number": _number,
    "others": _others,
    "lien_cap_minor": _lien_cap,
    "released_seq": lambda draft: draft.desk.state(draft.released_id).seq,
    **{
        name: partial(_pledgee_of_rank, rank=rank)
        for rank, name in enumerate(("second", "third", "fourth"), 1)
    },
    "pledgee": _pledgee,
    "pledge_id": lambda draft: draft.pledge.pledge_id,
    "rank": lambda draft: draft.state.pledges + 1,
    "shares": _shares,
    "lien_minor": lambda draft: _division(draft).lien_minor,
    "claim_minor": lambda draft: _claims(draft)[0],
    "paid_minor": _paid,
    "surplus_minor": lambda draft: _division(draft).surplus_minor,
    "quantity_g": lambda draft: draft.state.quantity_g,
    "reason": lambda draft: acts.SupersedeReason[draft.request.type.upper()],
    "parts": _coming,
}
"""Field of an order -> where it comes from when it is not asked for."""

_FROM_DOCUMENT: Final = {"merged_id": 0, "successor_id": 0, "quantity_g": 1, "expires_at": 2}
"""Fields of an act that makes one receipt -> what they are of it."""


def fill(desk: Desk, request: Any) -> Draft:
    """Begin an act. Raises Problem 404 for a receipt that the viewer may not know of."""
    draft = Draft(desk, request)
    if isinstance(request, OnReceipt | shapes.PrepareMerge):
        more = (draft.released_id,) if hasattr(request, "released_id") else ()
        for receipt_id in (*draft.receipt_ids, *more):
            desk.refuse_unseen(receipt_id)
    return draft


def complete(draft: Draft) -> Act:
    """The act, with every field that was not asked for.

    Raises:
        Problem: 403, 409 or 422 where the chain has nothing that the act could be about.
        InvalidInput: a value that no such act may have.
        IncompleteDocument: a document of a new receipt would be wrong; field and clause are named.
    """
    kind = ACT_OF[type(draft.request)]
    solidity = {attribute: sort for _, sort, attribute in TYPES[kind.__name__]}
    names = [item.name for item in fields(kind)]
    made: tuple[Any, ...] = ()
    if set(names) & {"merged_id", "successor_id"}:
        whole = _coming(draft)[0]
        made = (whole.receipt_id, whole.quantity_g, whole.expires_at)
    filled: dict[str, Any] = {}
    for name in names:
        if made and name in _FROM_DOCUMENT:
            filled[name] = made[_FROM_DOCUMENT[name]]
        else:
            filled[name] = _value(draft, kind, name, solidity[name])
    act: Act = kind(**filled)
    return act


def _value(draft: Draft, kind: type[Any], name: str, sort: str) -> Any:
    asked = getattr(draft.request, name, None)
    if asked is None or isinstance(asked, list) or name == "receipt_id":
        return SOURCES[name](draft)
    if name == "pledge_id":
        return draft.pledge.pledge_id
    if name == "released_id":
        return draft.released_id
    if isinstance(asked, str) and (choices := CHOICES.get((kind.__name__, name))) is not None:
        return choices[asked.upper().replace("-", "_")]
    if sort.startswith("bytes"):
        return bytes.fromhex(asked[2:]) if asked.startswith("0x") else asked.encode()
    return int(asked)
