"""Every act that a module takes is understood by whoever reads: replay, index, and the call read back.

A new act needs a sample (`acts_samples`), and then fails here until its logs are understood.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from holdfast.audit.acts import acts_in, acts_of, does
from holdfast.audit.signed import needs_quorum
from holdfast.chain.acts import ATTESTED, CONSENTS, FUNCTIONS, PARTIES
from holdfast.chain.artifacts import load_artifact
from holdfast.chain.carried import read_act_call
from holdfast.chain.events import (
    CORE,
    MAY_SHARE,
    UNKNOWN_LOG,
    core_events,
    decode_log,
    event_book,
    module_names,
)
from tests.contracts.acts_samples import SAMPLES
from tests.contracts.test_acts_indexed import Indexed
from tests.contracts.test_acts_replayed import agrees
from tests.fakes.acts_log import chain_events

KINDS = sorted(FUNCTIONS, key=lambda kind: kind.__name__)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_act__every_one_of_a_module__replayed_and_indexed(tmp_path: Path, kind: type[Any]) -> None:
    indexed = Indexed(tmp_path)
    acts = indexed.acts
    found = SAMPLES[kind](acts)
    outcome = acts.put(found.act, consent_by=found.consent_by, signers=found.signers)

    (events,) = chain_events([outcome])
    if kind in ATTESTED:
        assert does(acts_in(events), acts_of(found.act)), acts_in(events)
        assert needs_quorum(acts_in(events))
    else:
        assert not needs_quorum(acts_in(events)), acts_in(events)
    agrees(acts)
    indexed.agrees()


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind in ATTESTED], ids=lambda kind: kind.__name__)
def test_call__of_an_attested_act__read_back_with_every_signature(tmp_path: Path, kind: type[Any]) -> None:
    acts = Indexed(tmp_path).acts
    found = SAMPLES[kind](acts)
    data = acts.call_of(found.act, consent_by=found.consent_by, signers=found.signers)[1]

    carried = read_act_call(data)

    assert carried is not None
    assert carried.order == found.act
    assert carried.attestation == acts.attestation_of(found.act)
    assert len(carried.signatures) == len(found.signers)
    assert carried.parties == {
        field: acts.signature(getattr(found.act, field), found.act) for field in PARTIES[kind]
    }
    asked = found.consent_by if kind in CONSENTS else None
    assert carried.consent == (b"" if asked is None else acts.signature(asked, found.act))
    assert read_act_call(data[:4] + data[4:200]) is None, "a call cut short carries nothing"
    assert read_act_call(b"\0" * 4 + data[4:]) is None


def test_events__of_modules__share_no_name_with_the_first_two_contracts_but_mean_the_same() -> None:
    """Readers go by names: a module's event must not pass for the receipt contract's."""
    of_modules = {
        item["name"] for name in module_names() for item in load_artifact(name).abi if item["type"] == "event"
    }
    assert of_modules & core_events() <= MAY_SHARE
    assert {"Court", "Pledge", "ReceiptActs"} <= set(module_names())


def test_log__of_the_receipt_contract_written_by_a_module__not_believed() -> None:
    topic = next(
        topic
        for topic, event in event_book("WarehouseReceipt").items()
        if event.event_name == "ReceiptTransferred"
    )
    log = {"topics": [topic, bytes(32), bytes(32), bytes(32)], "data": bytes(32)}

    name, args = decode_log("modules", log)

    assert name == UNKNOWN_LOG
    assert args == {"topics": ["0x" + t.hex() for t in log["topics"]], "data": "0x" + "00" * 32}  # type: ignore[attr-defined]


@pytest.mark.parametrize("contract", [*CORE, "modules"])
def test_log__of_no_event_we_know__kept_as_it_is(contract: str) -> None:
    for topics in ([], [b"\x07" * 32]):
        assert decode_log(contract, {"topics": topics, "data": b""})[0] == UNKNOWN_LOG
