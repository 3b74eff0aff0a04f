"""Make the title vectors: real contracts on anvil, real proofs, headers sealed by four known keys.

    python -m tests.vectors.make_titles

Writes good_title*.json, bad_title_<step>_<attack>.json and the trust files beside this module. A bad vector
must fail at the step its name says, or the run stops.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from eth_hash.auto import keccak

from holdfast.domain.orders import DeliveryOrder, SuspendOrder, SuspendReason, TransferOrder
from holdfast.proof.build import TitleMaterial, build_bundle
from holdfast.proof.bundle import dump
from holdfast.proof.header import Header, header_from_json
from holdfast.proof.layout import receipt_slots
from holdfast.proof.qbft import encode_extra_data, parse_extra_data
from holdfast.proof.trie import ProofTrie, read_account
from holdfast.proof.trust import Engine, PinnedContract, Trust
from holdfast.proof.verify import STEPS, verify_title
from tests.unit.proof import sealing
from tests.unit.proof.title_chain import CHAIN_ID, FAR, START, TitleChain, anvil, call

HERE = Path(__file__).resolve().parent
NOW = 1_767_225_600
"""2026-01-01, when the vectors are verified; any later time up to 2100 gives the same answers."""
TONNE = 1_000_000
LOT, LOT_OF_MANY = (sha256(name).digest()[:24] for name in (b"lot one", b"lot two"))
ONE, SUSPENDED, DELIVERED, EXPIRING, NEVER = (
    int.from_bytes(sha256(name).digest())
    for name in (b"receipt one", b"suspended", b"delivered", b"expiring", b"never issued")
)
MANY = {int.from_bytes(sha256(b"many %d" % i).digest()): TONNE for i in range(20)}
Json = dict[str, Any]


def seal_in(material: TitleMaterial, *, timestamp: int = START + 600) -> TitleMaterial:
    """The same state under a header sealed by our validators."""
    root = bytes.fromhex(material.header["stateRoot"][2:])
    return with_header(material, sealing.sealed(sealing.unsealed(state_root=root, timestamp=timestamp)))


def with_header(material: TitleMaterial, header: Header) -> TitleMaterial:
    named: Json = {**header.to_json(), "hash": "0x" + sealing.hash_of(header).hex()}
    return replace(material, header=named)


def made(material: TitleMaterial) -> Json:
    return build_bundle(material).to_json()


def edited(good: Json, edit: Callable[[Json], None]) -> Json:
    """A copy of the good proof with one thing changed."""
    bad = copy.deepcopy(good)
    edit(bad)
    return bad


def resealed(good: Json, header: Header) -> Json:
    """The good proof under another header, its hash computed anew."""
    return {**good, "header": header.to_json(), "block_hash": "0x" + sealing.hash_of(header).hex()}


def flipped(node: str, at: int = -1) -> str:
    """A node with one bit changed."""
    raw = bytearray.fromhex(node[2:])
    raw[at] ^= 1
    return "0x" + raw.hex()


def flip(part: str, place: int) -> Callable[[Json], None]:
    def edit(bad: Json) -> None:
        bad["proofs"][part][place] = flipped(bad["proofs"][part][place])

    return edit


def claim(**values: Any) -> Callable[[Json], None]:
    return lambda bad: bad["claimed"].update(values)


def build_all() -> tuple[dict[str, bytes], Trust, Trust]:
    """All vectors by name, the trust they are verified under, and the development trust."""
    with anvil() as w3:
        chain = TitleChain(w3)
        chain.issue(LOT, 200 * TONNE, {ONE: 25 * TONNE, SUSPENDED: 25 * TONNE, DELIVERED: 25 * TONNE})
        chain.issue(LOT, 200 * TONNE, {EXPIRING: 25 * TONNE}, expires_at=START + 86_400)
        chain.issue(LOT_OF_MANY, 20 * TONNE, MANY)
        chain.submit(SuspendOrder(SUSPENDED, SuspendReason.QUANTITY_SHORT, 0, FAR))
        before_delivery = chain.material(DELIVERED, LOT, (2, 1))
        before_transfer = chain.material(ONE, LOT, (2, 1))
        chain.submit(DeliveryOrder(DELIVERED, 2, 25 * TONNE, 0, FAR))
        chain.submit(TransferOrder(ONE, 2, 3, 0, FAR))
        pins = tuple(
            PinnedContract(bytes.fromhex(address[2:]), chain.code_hash(address))
            for address in (chain.deployment.warehouse_receipt, chain.deployment.consortium)
        )
        trust = Trust(CHAIN_ID, chain.genesis, Engine.QBFT, sealing.VALIDATORS, *pins)
        material = chain.material(ONE, LOT, (3, 1))
        others = {
            "suspended": chain.material(SUSPENDED, LOT, (2, 1)),
            "expired": chain.material(EXPIRING, LOT, (2, 1)),
            "many": chain.material(next(iter(MANY)), LOT_OF_MANY, (2, 1)),
            "delivered": chain.material(DELIVERED, LOT, (2, 1)),
            "never": chain.material(NEVER, LOT, (2, 1)),
        }
        chain.deactivate(3)
        inactive = chain.material(ONE, LOT, (3, 1))
        call(w3, "anvil_setCode", chain.deployment.consortium, "0x600160005260206000f3")
        call(w3, "evm_mine")
        other_code = chain.material(ONE, LOT, (3, 1))
    development = replace(trust, engine=Engine.DEVELOPMENT, validators=())
    good = made(seal_in(material))
    bad = (
        file_attacks(good)
        | header_attacks(good, made(material))
        | state_attacks(good, others, before_delivery, before_transfer)
        | {
            "contract_other_code": made(seal_in(other_code)),
            "members_inactive_holder": made(seal_in(inactive)),
            "claims_suspended": made(seal_in(others["suspended"])),
            "claims_expired": made(seal_in(others["expired"])),
            "age_from_the_future": made(seal_in(material, timestamp=FAR - 1)),
        }
    )
    files = {f"bad_title_{name}": raw if isinstance(raw, bytes) else dump(raw) for name, raw in bad.items()}
    files["good_title"] = dump(good)
    files["good_title_one_of_many"] = dump(made(seal_in(others["many"])))
    files["good_title_development"] = dump(made(material))
    return files, trust, development


def file_attacks(good: Json) -> dict[str, Json | bytes]:
    """Steps 1 and 2: what needs no cryptography."""
    text = dump(good)
    return {
        "file_truncated": text[: len(text) // 2],
        "file_not_canonical": json.dumps(good, indent=1, sort_keys=True).encode(),
        "file_repeated_key": text.replace(b'"claimed":{', b'"claimed":{"holder":2,', 1),
        "file_unknown_field": {**good, "note": "trust me"},
        "file_later_version": {**good, "version": 2},
        "file_field_missing": edited(good, lambda bad: bad["header"].pop("stateRoot")),
        "file_later_header_field": edited(good, lambda bad: bad["header"].update(blobGasUsed="0x0")),
        "chain_other_id": edited(good, lambda bad: bad["chain"].update(chain_id=1)),
        "chain_other_genesis": edited(good, lambda bad: bad["chain"].update(genesis_hash="0x" + "11" * 32)),
        "chain_other_contract": edited(
            good, lambda bad: bad["contracts"].update(warehouse_receipt="0x" + "22" * 20)
        ),
    }


def header_attacks(good: Json, development: Json) -> dict[str, Json | bytes]:
    """Steps 3 and 4: header and seals."""
    header = header_from_json(good["header"])
    extra = parse_extra_data(header.extra_data)
    seals = list(extra.seals)
    attackers = tuple(sealing.address(i) for i in range(4, 8))
    theirs = sealing.unsealed(state_root=header.state_root, timestamp=START + 600, validators=attackers)
    other_round = header.with_extra_data(encode_extra_data(extra.prefix, 1, seals))
    zero = bytes(65)
    return {
        "header_other_state_root": edited(good, lambda bad: bad["header"].update(stateRoot="0x" + "33" * 32)),
        "header_later_timestamp": edited(good, lambda bad: bad["header"].update(timestamp=hex(START + 601))),
        "header_other_hash": edited(good, lambda bad: bad.update(block_hash="0x" + "44" * 32)),
        "seals_below_quorum": resealed(good, sealing.with_seals(header, seals[:2])),
        "seals_none": resealed(good, sealing.with_seals(header, [])),
        "seals_repeated": resealed(good, sealing.with_seals(header, [seals[0], seals[1], seals[1]])),
        "seals_foreign": resealed(good, sealing.sealed(header, (0, 1, 3, 4))),
        "seals_malformed": resealed(good, sealing.with_seals(header, [*seals, zero])),
        "seals_high_s": resealed(good, sealing.with_seals(header, [*seals[:2], sealing.mirrored(seals[2])])),
        "seals_other_validators": resealed(good, sealing.sealed(theirs, (4, 5, 6, 7))),
        "seals_other_round": resealed(good, other_round),
        "seals_no_validators_listed": resealed(
            good, sealing.sealed(sealing.unsealed(state_root=header.state_root, validators=()))
        ),
        "seals_development_block": development,
    }


def state_attacks(
    good: Json,
    others: dict[str, TitleMaterial],
    before_delivery: TitleMaterial,
    before_transfer: TitleMaterial,
) -> dict[str, Json | bytes]:
    """Steps 5 to 9: contracts, storage and claims."""
    proofs = good["proofs"]
    many, old = made(seal_in(others["many"])), made(seal_in(before_transfer))
    holder_leaf = len(proofs["receipt"]) - 1

    def replaced(part: str, nodes: list[str]) -> Json:
        return edited(good, lambda bad: bad["proofs"].update({part: nodes}))

    return {
        "contract_altered_node": edited(good, flip("accounts", -1)),
        "contract_missing_node": replaced("accounts", proofs["accounts"][:-1]),
        "contract_extra_node": replaced("accounts", proofs["accounts"] + proofs["accounts"][-1:]),
        "storage_altered_quantity": edited(good, flip("receipt", holder_leaf)),
        "storage_other_holder": other_holder(good),
        "storage_older_state": replaced("receipt", old["proofs"]["receipt"]),
        "storage_missing_node": replaced("receipt", proofs["receipt"][1:]),
        "storage_extra_node": replaced("receipt", proofs["receipt"] + proofs["lot"][-1:]),
        "storage_nodes_out_of_order": replaced("receipt", proofs["receipt"][::-1]),
        "storage_other_receipt": {**good, "receipt_id": many["receipt_id"]},
        "storage_never_issued": absent(others["never"], good, NEVER),
        "storage_delivered": absent(others["delivered"], made(seal_in(before_delivery)), DELIVERED),
        "lot_altered_node": edited(good, flip("lot", -1)),
        "lot_of_other_receipt": replaced("lot", many["proofs"]["lot"]),
        "lot_missing_node": replaced("lot", proofs["lot"][:-1]),
        "members_altered_node": edited(good, flip("members", -1)),
        "members_older_state": replaced("members", old["proofs"]["members"]),
        "members_extra_node": replaced("members", proofs["members"] + proofs["members"][:1]),
        "claims_more_grams": edited(good, claim(quantity_g=str(250 * TONNE))),
        "claims_other_holder": edited(good, claim(holder=4)),
        "claims_other_account": edited(good, claim(holder_account="0x" + "55" * 20)),
        "claims_later_expiry": edited(good, claim(expires_at=FAR + 86_400)),
        "claims_hidden_order": edited(good, claim(seq=0)),
    }


def other_holder(good: Json) -> Json:
    """The leaf of the receipt's first word rewritten to name member 2, and so the claim."""
    bad = copy.deepcopy(good)
    holder = good["claimed"]["holder"].to_bytes(4).hex()
    for place, node in enumerate(bad["proofs"]["receipt"]):
        if node.endswith(holder):
            bad["proofs"]["receipt"][place] = node[:-8] + (2).to_bytes(4).hex()
    bad["claimed"]["holder"] = 2
    return bad


def absent(material: TitleMaterial, good: Json, receipt_id: int) -> Json:
    """A true proof about a receipt that is not there, dressed up as a title."""
    sealed_in = seal_in(material)
    by_hash = {
        keccak(bytes.fromhex(node[2:])): bytes.fromhex(node[2:])
        for proof in (material.receipt_proof, material.consortium_proof)
        for nodes in (proof["accountProof"], *(entry["proof"] for entry in proof["storageProof"]))
        for node in nodes
    }
    state = ProofTrie(bytes.fromhex(material.header["stateRoot"][2:]), "state")
    accounts, leaves = state.pick([material.warehouse_receipt, material.consortium], by_hash)
    storage = ProofTrie(read_account(leaves[0], "WarehouseReceipt").storage_root, "storage")
    nodes, _ = storage.pick(receipt_slots(receipt_id), by_hash)
    header = header_from_json({k: v for k, v in sealed_in.header.items() if k != "hash"})
    bad = resealed(copy.deepcopy(good), header)
    bad["receipt_id"] = "0x" + receipt_id.to_bytes(32).hex()
    bad["proofs"]["accounts"] = ["0x" + n.hex() for n in accounts]
    bad["proofs"]["receipt"] = ["0x" + n.hex() for n in nodes]
    return bad


def step_of(name: str) -> str:
    """The step a bad vector's name says."""
    step = name.removeprefix("bad_title_").split("_")[0]
    assert step in [known for known, _ in STEPS], name
    return step


def main() -> None:
    """Build, check and write everything."""
    files, trust, development = build_all()
    for name, data in sorted(files.items()):
        report = verify_title(data, development if name == "good_title_development" else trust, NOW)
        failed = report.failed
        expected = step_of(name) if name.startswith("bad_") else None
        if (failed.name if failed else None) != expected:
            raise SystemExit(f"{name}: fails at {failed}, not at {expected}")
        print(f"{name:44} {len(data):>7,} bytes  {failed.detail[:90] if failed else 'holds'}")
    for old in [*HERE.glob("bad_title_*.json"), *HERE.glob("good_title*.json")]:
        old.unlink()
    for name, data in files.items():
        (HERE / f"{name}.json").write_bytes(data)
    for name, pinned in (("trust", trust), ("trust_title_development", development)):
        (HERE / f"{name}.json").write_text(json.dumps(pinned.to_json(), indent=2) + "\n")


if __name__ == "__main__":
    main()
