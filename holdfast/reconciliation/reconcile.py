"""The verdict on one order: five matches, computed the same by everybody from the same facts."""

from __future__ import annotations

from holdfast.domain.verdict import Verdict
from holdfast.reconciliation.legal import ledger, title
from holdfast.reconciliation.physical import goods, label, location
from holdfast.reconciliation.subject import Subject


def reconcile(subject: Subject) -> Verdict:
    """Compute the five matches (design.md section 5). Pure: same subject, same verdict."""
    return Verdict((goods(subject), location(subject), label(subject), ledger(subject), title(subject)))
