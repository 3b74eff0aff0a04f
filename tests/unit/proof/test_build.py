from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest

from holdfast.domain.errors import InvalidInput
from holdfast.proof.build import TitleMaterial, build_bundle, title_storage_keys
from holdfast.proof.bundle import parse_bundle
from holdfast.proof.errors import ProofRejected
from holdfast.proof.layout import lot_slot, member_slot, receipt_slots
from holdfast.proof.verify import verify_title
from tests.unit.proof.data import DEVELOPMENT, GOOD, NOW, TRUST, VECTORS


def material(name: str = "good_title_development") -> TitleMaterial:
    """What a node would have answered, taken from a finished proof."""
    bundle = parse_bundle((VECTORS / f"{name}.json").read_bytes())
    content = bundle.to_json()
    proofs = content["proofs"]

    def answer(*storage: list[str]) -> dict[str, Any]:
        return {
            "accountProof": proofs["accounts"],
            "storageProof": [{"key": "0x0", "value": "0x0", "proof": nodes} for nodes in storage],
        }

    return TitleMaterial(
        chain_id=bundle.chain_id,
        genesis_hash=bundle.genesis_hash,
        warehouse_receipt=bundle.warehouse_receipt,
        consortium=bundle.consortium,
        receipt_id=bundle.receipt_id,
        header={**content["header"], "hash": content["block_hash"], "transactions": []},
        receipt_proof=answer(proofs["receipt"], proofs["lot"]),
        consortium_proof=answer(proofs["members"]),
    )


def test_build__what_a_node_answers__is_the_vector_again() -> None:
    for name in ("good_title", "good_title_development", "good_title_one_of_many"):
        assert build_bundle(material(name)).to_bytes() == (VECTORS / f"{name}.json").read_bytes()


def test_build__web3s_forms_and_nodes_in_any_order__give_the_same() -> None:
    def loose(proof: Any) -> dict[str, Any]:
        turned = [bytes.fromhex(n[2:]) for n in proof["accountProof"]][::-1]
        return {
            "accountProof": turned,
            "storageProof": [
                {"proof": [bytes.fromhex(n[2:]) for n in entry["proof"]][::-1]}
                for entry in proof["storageProof"]
            ],
        }

    given = material("good_title")
    changed = replace(
        given,
        header={**given.header, "hash": bytes.fromhex(given.header["hash"][2:]), "number": 1204},
        receipt_proof=loose(given.receipt_proof),
        consortium_proof=loose(given.consortium_proof),
    )
    assert build_bundle(changed).to_bytes() == GOOD


def test_build__suspended_receipt__is_proved_for_the_verifier_to_judge() -> None:
    bundle = build_bundle(material("bad_title_claims_suspended"))
    assert bundle.claimed["status"] == "SUSPENDED"
    assert not verify_title(bundle.to_bytes(), TRUST, NOW).holds


def test_build__answers_that_do_not_belong_together__are_refused() -> None:
    given = material()
    other = material("good_title_one_of_many")
    with pytest.raises(ProofRejected, match="does not hash"):
        build_bundle(replace(given, header={**given.header, "gasUsed": "0x1"}))
    with pytest.raises(ProofRejected, match="not in what the chain gave"):
        build_bundle(replace(given, receipt_proof=other.receipt_proof))
    with pytest.raises(ProofRejected, match="not in what the chain gave"):
        build_bundle(replace(given, consortium_proof={**given.consortium_proof, "storageProof": []}))


@pytest.mark.parametrize("proof", [{}, {"accountProof": "0x"}, {"accountProof": [], "storageProof": [None]}])
def test_build__no_answer_to_get_proof__is_refused(proof: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput, match="eth_getProof"):
        build_bundle(replace(material(), receipt_proof=proof))


def test_build__a_node_or_hash_that_is_no_hex__is_refused() -> None:
    given = material()
    with pytest.raises(InvalidInput, match="hex"):
        build_bundle(replace(given, receipt_proof={**given.receipt_proof, "accountProof": ["0xzz"]}))
    with pytest.raises(InvalidInput, match=r"header\.hash"):
        build_bundle(replace(given, header={k: v for k, v in given.header.items() if k != "hash"}))


def test_keys__of_a_title__are_two_words_a_lot_and_each_member_once() -> None:
    keys = title_storage_keys(7, b"\x01" * 24, (3, 1, 0, 3))
    assert keys.warehouse_receipt == (*receipt_slots(7), lot_slot(b"\x01" * 24))
    assert keys.consortium == (member_slot(3), member_slot(1))


@pytest.mark.parametrize("name", ["good_title", "good_title_one_of_many"])
def test_compact__a_title__has_at_most_4_kb_and_says_the_same(name: str) -> None:
    data = (VECTORS / f"{name}.json").read_bytes()
    compact = parse_bundle(data).to_compact()
    print(f"{name}: {len(data):,} bytes, compact {len(compact):,} bytes")
    assert len(compact) <= 4_096
    assert parse_bundle(compact).to_bytes() == data
    assert parse_bundle((VECTORS / "good_title_development.json").read_bytes()).to_compact()


def test_speed__verifying_a_title__takes_at_most_2_ms() -> None:
    compact = parse_bundle(GOOD).to_compact()
    for form, data in (("file", GOOD), ("compact", compact)):
        best = float("inf")
        for _ in range(30):
            start = time.perf_counter()
            assert verify_title(data, TRUST, NOW).holds
            best = min(best, time.perf_counter() - start)
        print(f"{form}: verified in {best * 1e3:.2f} ms")
        assert best < 0.002
    assert verify_title((VECTORS / "good_title_development.json").read_bytes(), DEVELOPMENT, NOW).holds
