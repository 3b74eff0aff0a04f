"""A state of our own making under a header we seal: receipts, lots and members with any words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from eth_hash.auto import keccak

from holdfast.domain.members import Role
from holdfast.proof import layout
from holdfast.proof.layout import lot_slot, member_slot, receipt_slots
from holdfast.proof.rlp_strict import encode, scalar
from holdfast.proof.trie import ProofTrie
from holdfast.proof.trust import Engine, PinnedContract, Trust
from tests.unit.proof import sealing
from tests.unit.proof.small_trie import SmallTrie

RECEIPTS, CONSORTIUM = sha256(b"receipts").digest()[:20], sha256(b"consortium").digest()[:20]
RECEIPT_ID = int.from_bytes(sha256(b"a receipt").digest())
LOT_ID = sha256(b"a lot").digest()[:24]
TONNE = 1_000_000
TRUST = Trust(
    chain_id=7,
    genesis_hash=sealing.GENESIS,
    engine=Engine.QBFT,
    validators=sealing.VALIDATORS,
    warehouse_receipt=PinnedContract(RECEIPTS, keccak(b"receipts code")),
    consortium=PinnedContract(CONSORTIUM, keccak(b"consortium code")),
)


def packed(table: Mapping[str, layout.Field], values: Mapping[str, int], words: int = 1) -> list[int]:
    """The storage words that hold these fields."""
    found = [0] * words
    for name, value in values.items():
        slot, offset, _ = table[name]
        found[slot] |= value << 8 * offset
    return found


def account_of(member: int) -> bytes:
    """A member's account in this world."""
    return sha256(b"account %d" % member).digest()[:20]


def member_word(member: int, roles: Role, *, active: bool = True, receipts: int = 1) -> int:
    """A member's first word."""
    account = int.from_bytes(account_of(member))
    values = {"account": account, "roles": int(roles), "active": int(active), "receipts": receipts}
    return packed(layout.MEMBER, values)[0]


@dataclass(frozen=True)
class World:
    """One receipt of 25 t held by member 3, kept by member 1, on a lot of 200 t; tests change parts."""

    receipt: dict[str, int] = field(default_factory=dict)
    lot: dict[str, int] = field(default_factory=dict)
    members: dict[int, int] = field(default_factory=dict)
    further_bits: int = 0
    """Set in the receipt's first word, where the layout has no field."""

    def words(self) -> tuple[int, int]:
        """The receipt's two words."""
        values = {
            "holder": 3,
            "operator": 1,
            "status": 1,
            "kind": 1,
            "expiresAt": 4_102_444_800,
            "seq": 1,
            "quantityG": 25 * TONNE,
            "lotId": int.from_bytes(LOT_ID),
            **self.receipt,
        }
        first, second = packed(layout.RECEIPT, values, 2)
        return first | self.further_bits, second

    def file(self) -> dict[str, Any]:
        """The title proof's content, claims taken from the words, whether they make sense or not."""
        first, second = self.words()
        lot = packed(layout.LOT, {"attestedG": 200 * TONNE, "liveG": 100 * TONNE, "operator": 1, **self.lot})[
            0
        ]
        members = {
            1: member_word(1, Role.WAREHOUSE_OPERATOR),
            3: member_word(3, Role.TRADER),
            4: member_word(4, Role.BANK, receipts=0),
            **self.members,
        }
        slots = receipt_slots(RECEIPT_ID)
        receipts = SmallTrie(
            _stored({slots[0]: first, slots[1]: second, lot_slot(LOT_ID): lot, bytes(32): 5})
        )
        consortium = SmallTrie(_stored({member_slot(m): word for m, word in members.items()}))
        pins = (TRUST.warehouse_receipt, TRUST.consortium)
        state = SmallTrie(
            {
                pin.address: encode([scalar(1), b"", trie.root, pin.code_hash])
                for pin, trie in zip(pins, (receipts, consortium), strict=True)
            }
        )
        fields = layout.unpack(layout.RECEIPT, (first, second))
        named = dict.fromkeys(m for m in (fields["holder"], fields["operator"], fields["firstPledgee"]) if m)
        header = sealing.sealed(sealing.unsealed(state_root=state.root))
        proofs = _proofs(state, receipts, consortium, [member_slot(m) for m in named])
        return {
            "type": "holdfast-title",
            "version": 1,
            "chain": {"chain_id": 7, "genesis_hash": "0x" + sealing.GENESIS.hex()},
            "contracts": {"warehouse_receipt": "0x" + RECEIPTS.hex(), "consortium": "0x" + CONSORTIUM.hex()},
            "receipt_id": "0x" + RECEIPT_ID.to_bytes(32).hex(),
            "block_hash": "0x" + sealing.hash_of(header).hex(),
            "header": header.to_json(),
            "proofs": proofs,
            "claimed": _claims(fields, layout.unpack(layout.LOT, (lot,))),
        }


def _stored(words: Mapping[bytes, int]) -> dict[bytes, bytes]:
    return {key: encode(scalar(word)) for key, word in words.items() if word}


def _proofs(
    state: SmallTrie, receipts: SmallTrie, consortium: SmallTrie, members: list[bytes]
) -> dict[str, list[str]]:
    storage = ProofTrie(receipts.root, "receipts")
    nodes = {
        "accounts": ProofTrie(state.root, "state").pick([RECEIPTS, CONSORTIUM], state.nodes)[0],
        "receipt": storage.pick(receipt_slots(RECEIPT_ID), receipts.nodes)[0],
        "lot": storage.pick([lot_slot(LOT_ID)], receipts.nodes)[0],
        "members": ProofTrie(consortium.root, "consortium").pick(members, consortium.nodes)[0],
    }
    return {part: ["0x" + node.hex() for node in found] for part, found in nodes.items()}


def _claims(receipt: Mapping[str, int], lot: Mapping[str, int]) -> dict[str, Any]:
    pledgee = receipt["firstPledgee"]
    statuses, kinds = ("NONE", "LIVE", "SUSPENDED", "DELIVERED"), ("NONE", "NEGOTIABLE", "NON_NEGOTIABLE")
    return {
        "holder": receipt["holder"],
        "holder_account": "0x" + account_of(receipt["holder"]).hex(),
        "operator": receipt["operator"],
        "operator_account": "0x" + account_of(receipt["operator"]).hex(),
        "first_pledgee": pledgee,
        "first_pledgee_account": "0x" + account_of(pledgee).hex() if pledgee else None,
        "status": statuses[receipt["status"] % 4],
        "kind": kinds[receipt["kind"] % 3],
        "quantity_g": str(receipt["quantityG"]),
        "expires_at": receipt["expiresAt"],
        "seq": receipt["seq"],
        "pledges": receipt["pledges"],
        "liens": receipt["liens"],
        "lien_terms": receipt["lienTerms"],
        "freezes": receipt["freezes"],
        "lot_id": "0x" + receipt["lotId"].to_bytes(24).hex(),
        "lot_attested_g": str(lot["attestedG"]),
        "lot_live_g": str(lot["liveG"]),
    }
