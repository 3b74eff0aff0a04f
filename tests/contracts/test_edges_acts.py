"""Edges that every act on modules has: each test was written because a fault in one act had survived."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest

from holdfast.chain.acts import ATTESTED, FUNCTIONS, PARTIES
from holdfast.domain.acts import CureOrder
from tests.contracts.acts_harness import ActsWorld
from tests.contracts.acts_samples import SAMPLES
from tests.contracts.harness import refused

KINDS = sorted(FUNCTIONS, key=lambda kind: kind.__name__)
each_act = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)


@each_act
def test_act__a_second_after_its_deadline__refused_and_at_it_taken(acts: ActsWorld, kind: type[Any]) -> None:
    found, now = SAMPLES[kind](acts), acts.chain.now_s
    signed = {"consent_by": found.consent_by, "signers": found.signers}
    with refused("DeadlinePassed", deadline=now - 1, nowS=now):
        acts.put(replace(found.act, deadline=now - 1), **signed)
    assert acts.put(replace(found.act, deadline=now), **signed).events


@pytest.mark.parametrize(
    ("kind", "field"),
    [(kind, field) for kind in KINDS for field in PARTIES[kind]],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_act__one_of_its_parties_signatures_forged__refused(
    acts: ActsWorld, kind: type[Any], field: str
) -> None:
    found = SAMPLES[kind](acts)
    with refused("ForeignSignature", member=getattr(found.act, field)):
        acts.put(found.act, consent_by=found.consent_by, signers=found.signers, forged={field})


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind in ATTESTED], ids=lambda kind: kind.__name__)
def test_act__attested_by_one__refused(acts: ActsWorld, kind: type[Any]) -> None:
    found = SAMPLES[kind](acts)
    with refused("QuorumTooSmall", signers=1):
        acts.put(found.act, consent_by=found.consent_by, signers=found.signers[:1])


@pytest.mark.parametrize(
    "kind",
    [kind for kind in KINDS if {"receipt_id", "seq"} <= {field.name for field in fields(kind)}],
    ids=lambda kind: kind.__name__,
)
def test_act__carried_out__has_spent_the_receipts_next_order(acts: ActsWorld, kind: type[Any]) -> None:
    found = SAMPLES[kind](acts)
    receipt, seq = found.act.receipt_id, acts.seq(found.act.receipt_id)
    assert found.act.seq == seq
    acts.put(found.act, consent_by=found.consent_by, signers=found.signers)
    assert acts.seq(receipt) > seq


def test_cure__carried_out__is_told(acts: ActsWorld) -> None:
    found = SAMPLES[CureOrder](acts)
    outcome = acts.put(found.act, consent_by=found.consent_by, signers=found.signers)
    assert list(outcome.event("DefaultCured").values()) == [found.act.pledge_id, found.act.receipt_id]
