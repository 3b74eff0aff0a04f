"""The one refusal of this package: something in the proof does not hold."""

from __future__ import annotations

from typing import ClassVar

from holdfast.domain.errors import EvidenceRejected


class ProofRejected(EvidenceRejected):
    """A header, a seal or a state proof that does not hold; the message says which part and why."""

    code: ClassVar[str] = "proof-rejected"

    def __init__(self, message: str) -> None:
        super().__init__("proof", message)
