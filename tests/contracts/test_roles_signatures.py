"""Every signature that the table of functions by roles names is needed: with one missing, refused."""

from __future__ import annotations

from typing import Any

import pytest

from holdfast.chain.acts import ATTESTED, CONSENTS, FUNCTIONS, PARTIES
from holdfast.chain.calldata import PARTIES as ORDER_PARTIES
from holdfast.chain.gates import functions
from holdfast.domain.orders import Order
from tests.contracts.acts_harness import ActsWorld
from tests.contracts.acts_samples import SAMPLES, Sample
from tests.contracts.harness import INSPECTOR, IOT, QUORUM, key_of, refused, sign, signing_digest

STRANGERS = ("stranger", "stranger 2", "stranger 3")
KINDS = pytest.mark.parametrize("kind", FUNCTIONS, ids=lambda kind: kind.__name__)
ORDERS = ("issue", "transfer", "deliver", "suspend", "reinstate")


def sample(acts: ActsWorld, kind: type[Any]) -> Sample:
    assert kind in SAMPLES, f"{kind.__name__} has no example in tests/contracts/acts_samples.py"
    return SAMPLES[kind](acts)


def put(acts: ActsWorld, made: Sample, **changes: Any) -> None:
    acts.put(made.act, **({"consent_by": made.consent_by, "signers": made.signers} | changes))


@KINDS
def test_act__every_party_by_party__refused_without_its_own_signature(
    acts: ActsWorld, kind: type[Any]
) -> None:
    made = sample(acts, kind)
    for field in PARTIES[kind]:
        with refused("ForeignSignature", member=getattr(made.act, field)):
            put(acts, made, forged=[field])
    put(acts, made)


@pytest.mark.parametrize("kind", [k for k in FUNCTIONS if k in ATTESTED], ids=lambda kind: kind.__name__)
def test_act__attested__refused_without_a_quorum(acts: ActsWorld, kind: type[Any]) -> None:
    made = sample(acts, kind)
    with refused("QuorumTooSmall"):
        put(acts, made, signers=made.signers[:2])
    with refused("NotAnAttester"):
        put(acts, made, signers=STRANGERS)
    put(acts, made)


@pytest.mark.parametrize("kind", [k for k in FUNCTIONS if k in CONSENTS], ids=lambda kind: kind.__name__)
def test_act__on_a_pledged_receipt__refused_without_the_first_pledgee(
    acts: ActsWorld, kind: type[Any]
) -> None:
    made = sample(acts, kind)
    assert made.consent_by is not None, "an example with a pledge is wanted"
    with refused("MalformedSignature", member=made.consent_by, length=0):
        put(acts, made, consent_by=None)
    with refused("ForeignSignature", member=made.consent_by):
        put(acts, made, consent_by="stranger")
    put(acts, made)


def order(acts: ActsWorld, name: str) -> Order:
    if name == "issue":
        return acts.issue_order(acts.terms(1))
    receipt = acts.issued()
    if name == "reinstate":
        acts.submit(acts.suspend_order(receipt), signers=(INSPECTOR, IOT))
    return {
        "transfer": acts.transfer_order,
        "deliver": acts.delivery_order,
        "suspend": acts.suspend_order,
        "reinstate": acts.reinstate_order,
    }[name](receipt)


@pytest.mark.parametrize("name", ORDERS)
def test_order__each_signature__is_needed(acts: ActsWorld, name: str) -> None:
    made = order(acts, name)
    gate = next(item.gate for item in functions("WarehouseReceipt") if item.name == name)
    assert gate.parties == ORDER_PARTIES[type(made)]
    signers = (INSPECTOR, IOT) if name == "suspend" else QUORUM
    right = acts.party_signatures(made)
    foreign = sign(key_of("stranger"), signing_digest(acts.domain, made))
    for place, field in enumerate(gate.parties):
        with refused("ForeignSignature", member=getattr(made, field)):
            acts.submit(made, signers=signers, parties=(*right[:place], foreign, *right[place + 1 :]))
    with refused("QuorumTooSmall"):
        acts.submit(made, signers=signers[:-1])
    with refused("NotAnAttester"):
        acts.submit(made, signers=STRANGERS)
    acts.submit(made, signers=signers)


def test_orders__of_the_receipt_contract__are_all_tried_here() -> None:
    gated = {item.name for item in functions("WarehouseReceipt") if item.gate.kind.value == "signed"}
    assert gated == set(ORDERS)
