"""Orders about where a lot comes from, and about the medium of its title.

Digests are those of `holdfast.domain.fingerprint`. Law: MLETR 17-18 (change of medium).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from holdfast.domain.checked import Checked


class OriginKind(IntEnum):
    """What a digest that is used once stands for."""

    BILL_OF_LADING = 1
    PAPER_RECEIPT = 2
    GOODS = 3


class PaperState(IntEnum):
    """Whether a paper receipt is good. CONVERTED is for ever."""

    NONE = 0
    OPERATIVE = 1
    CONVERTED = 2


@dataclass(frozen=True, slots=True)
class OriginOrder(Checked):
    """Use a bill of lading, or the fingerprint of goods, for a lot. Signed by whoever brings it; attested.

    A paper receipt is surrendered by an ElectronicOrder instead; the contract refuses its kind here.
    """

    kind: OriginKind
    origin_digest: bytes
    lot_id: bytes
    operator: int
    holder: int
    deadline: int


@dataclass(frozen=True, slots=True)
class PaperOrder(Checked):
    """Put a paper receipt in the place of an electronic one. Signed by holder and operator; attested."""

    receipt_id: int
    holder: int
    operator: int
    seq: int
    paper_digest: bytes
    deadline: int


@dataclass(frozen=True, slots=True)
class ElectronicOrder(Checked):
    """Surrender a paper receipt before a receipt is issued on a new lot. Signed by whoever surrenders it and
    by the operator; attested.
    """

    paper_digest: bytes
    lot_id: bytes
    holder: int
    operator: int
    quantity_g: int
    deadline: int
