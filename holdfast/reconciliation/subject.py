"""What a verdict is asked about: the order, the documents it rests on, what the chain says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from holdfast.domain.acts import AnyOrder
from holdfast.domain.claims import StockClaim
from holdfast.domain.deposit import DepositRequest
from holdfast.domain.document import ReceiptDocument
from holdfast.domain.observations import Observations
from holdfast.domain.policy import Policy
from holdfast.domain.receipts import LedgerFacts


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A depositor's request, its terms as JSON, and the accounts that signed it (recovered).

    `signer` is the depositor's, `countersigner` the operator's.
    """

    request: DepositRequest
    terms: Mapping[str, Any]
    signer: str
    countersigner: str


@dataclass(frozen=True, slots=True)
class Subject:
    """Everything `reconcile` reads. Facts in, value out.

    `documents` pair each receipt id with its document, in the order the order names them; `lot_id`
    is recomputed from the lot's identity by the caller. `evidence_core` is the hex digest that new
    documents must commit to.
    """

    order: AnyOrder
    documents: tuple[tuple[int, ReceiptDocument], ...]
    lot_id: bytes
    evidence_core: str
    challenge: str
    claim: StockClaim
    observations: Observations
    facts: LedgerFacts
    policy: Policy
    request: SignedRequest | None = None
