"""A consortium on a chain inside the test, for tests of contracts.

world = World()
world.issued(1)
with refused("ReceiptExists"):
    world.issued(1)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any

from eth_keys import keys
from eth_utils import keccak, to_checksum_address

from holdfast.attestation.quorum import Attester, Committee
from holdfast.attestation.signatures import SECP256K1_N, compact
from holdfast.attestation.typed_data import Domain, order_hash, signing_digest
from holdfast.chain.calldata import PARTIES, order_arguments
from holdfast.chain.module_orders import module_arguments
from holdfast.domain.governance import ModuleOrder
from holdfast.domain.members import Role
from holdfast.domain.orders import (
    Attestation,
    DeliveryOrder,
    IssueOrder,
    Kind,
    Order,
    ReceiptTerms,
    ReinstateOrder,
    SuspendOrder,
    SuspendReason,
    TransferOrder,
)
from tests.contracts.evm import CHAIN_ID, START_S, Chain, Event, Outcome, Reverted, refused

__all__ = ["CHAIN_ID", "START_S", "Chain", "Event", "Outcome", "Reverted", "World", "refused"]

DAY_S = 24 * 3600
TONNE_G = 1_000_000
OPERATOR, IMPORTER, TRADER, BANK, INSPECTOR, IOT, AUDITOR, BANK_2 = range(1, 9)
ROLES = {
    OPERATOR: Role.WAREHOUSE_OPERATOR,
    IMPORTER: Role.TRADER,
    TRADER: Role.TRADER,
    BANK: Role.BANK,
    INSPECTOR: Role.INSPECTOR,
    IOT: Role.IOT_PROVIDER,
    AUDITOR: Role.REGULATOR,
}
ATTESTING = (OPERATOR, BANK, INSPECTOR, IOT)
QUORUM = (OPERATOR, BANK, INSPECTOR)
POLICY = sha256(b"policy").digest()
LOT = sha256(b"lot").digest()[:24]
OTHER_LOT = sha256(b"other lot").digest()[:24]
MAX_AGE_S = 7 * DAY_S


# --- keys ---


def key_of(name: str) -> keys.PrivateKey:
    """A key that a test can name: `member 2`, `attester 5`."""
    return keys.PrivateKey(sha256(b"holdfast test " + name.encode()).digest())


def address_of(key: keys.PrivateKey) -> str:
    return str(key.public_key.to_checksum_address())


def sign(key: keys.PrivateKey, digest: bytes) -> bytes:
    """65 bytes: r, s, v."""
    signature = key.sign_msg_hash(digest)
    return bytes(signature.r.to_bytes(32) + signature.s.to_bytes(32) + bytes([signature.v + 27]))


def high_s(signature: bytes) -> bytes:
    """The other form of the same signature, which every strict reader refuses."""
    s = SECP256K1_N - int.from_bytes(signature[32:64])
    return signature[:32] + s.to_bytes(32) + bytes([55 - signature[64]])


def receipt_id(index: int) -> int:
    return int.from_bytes(sha256(b"document %d" % index).digest())


# --- a consortium ---


class World:
    """Seven members, four attesters, threshold three, on a chain of its own."""

    def __init__(self, chain_id: int = CHAIN_ID) -> None:
        chain = Chain(chain_id)
        self.chain = chain
        self.manager = chain.deploy("AccessManager", chain.deployer)
        self.consortium = chain.deploy("Consortium", self.manager, chain.next_address(1))
        self.receipts = chain.deploy("WarehouseReceipt", self.consortium)
        self.addresses = {"Consortium": self.consortium, "WarehouseReceipt": self.receipts}
        # No pledges here; whoever tests modules founds one that asks them (ActsWorld).
        self.addresses["Valuation"] = chain.deploy("Valuation", self.receipts, "0x" + "00" * 20)
        self.council = chain.deploy("Council", self.consortium)
        self.domain = Domain(chain_id, self.receipts)
        for member, roles in ROLES.items():
            self.add_member(member, roles)
        self.committee = self.set_committee()

    def add_member(self, member: int, roles: Role, account: str | None = None) -> None:
        where = account or address_of(key_of(f"member {member}"))
        self.chain.send(self.consortium, "addMember", member, where, int(roles), bytes(32), bytes(32))

    def attester(self, member: int, name: str | None = None) -> Attester:
        roles = self.chain.call(self.consortium, "member", member)["roles"]
        return Attester(address_of(key_of(name or f"attester {member}")), member, Role(roles))

    def set_committee(
        self,
        attesters: Sequence[Attester] | None = None,
        threshold: int = 3,
        max_age_s: int = MAX_AGE_S,
        policy: bytes = POLICY,
    ) -> Committee:
        """Begin an epoch; returns the committee now in force (the world goes on using its own)."""
        chosen = attesters if attesters is not None else [self.attester(member) for member in ATTESTING]
        ordered = tuple(sorted(chosen, key=Attester.word))
        if self.chain.call(self.consortium, "epoch"):
            for attester in ordered:
                self.name_attester(attester)
        words = [attester.word() for attester in ordered]
        self.chain.send(self.consortium, "setCommittee", threshold, max_age_s, policy, words)
        epoch = self.chain.call(self.consortium, "epoch")
        return Committee(epoch, max_age_s, threshold, policy, ordered)

    def name_attester(self, attester: Attester) -> None:
        """Let a member say which account attests for it; a member that may not act says nothing."""
        found = self.chain.call(self.consortium, "member", attester.member)
        if found["active"]:
            sender = to_checksum_address(found["account"])
            self.chain.send(self.consortium, "nameAttester", attester.account, True, sender=sender)

    def module_order(self, module: str, rights: int, **changes: Any) -> ModuleOrder:
        """The next order about the code that stands at `module` now."""
        code = self.chain.code(module)
        number = self.chain.call(self.consortium, "moduleNumber")
        made = ModuleOrder(module, rights, keccak(code) if code else bytes(32), number, self.deadline_s)
        return replace(made, **changes)

    def set_module(
        self,
        module: str,
        rights: int,
        *,
        signers: Sequence[int | str] = QUORUM,
        sender: str | None = None,
        order: ModuleOrder | None = None,
        committee: Committee | None = None,
    ) -> Outcome:
        """Give a module rights, with the key for modules (here the deployer's) and a quorum's attestation.

        An address without code, which stands for a module let in by mistake, is given some first.
        """
        if order is None and not self.chain.code(module):
            self.chain.set_code(module, b"\xfe")
        wanted = order or self.module_order(module, rights)
        packed = self.packed(signing_digest(Domain(self.chain.chain_id, self.consortium), wanted), signers)
        arguments = module_arguments(wanted, committee or self.committee, packed)
        return self.chain.send(self.consortium, "setModule", *arguments, sender=sender)

    # orders

    @property
    def deadline_s(self) -> int:
        return self.chain.now_s + DAY_S

    def terms(self, index: int, holder: int = IMPORTER, quantity_g: int = 10 * TONNE_G) -> ReceiptTerms:
        return ReceiptTerms(
            receipt_id(index), holder, quantity_g, Kind.NEGOTIABLE, self.chain.now_s + 365 * DAY_S
        )

    def issue_order(
        self, *terms: ReceiptTerms, lot: bytes = LOT, lot_g: int = 200 * TONNE_G, operator: int = OPERATOR
    ) -> IssueOrder:
        return IssueOrder(lot, operator, lot_g, terms, self.deadline_s)

    def issued(self, index: int = 1, holder: int = IMPORTER, **kwargs: Any) -> int:
        """Issue one receipt of 10 t and return its id."""
        self.submit(self.issue_order(self.terms(index, holder, **kwargs)))
        return receipt_id(index)

    def seq(self, receipt: int) -> int:
        return int(self.receipt(receipt)["seq"])

    def transfer_order(self, receipt: int, transferee: int = TRADER, holder: int = IMPORTER) -> TransferOrder:
        return TransferOrder(receipt, holder, transferee, self.seq(receipt), self.deadline_s)

    def delivery_order(
        self, receipt: int, holder: int = IMPORTER, quantity_g: int = 10 * TONNE_G
    ) -> DeliveryOrder:
        return DeliveryOrder(receipt, holder, quantity_g, self.seq(receipt), self.deadline_s)

    def suspend_order(self, receipt: int) -> SuspendOrder:
        return SuspendOrder(receipt, SuspendReason.QUANTITY_SHORT, self.seq(receipt), self.deadline_s)

    def reinstate_order(self, receipt: int) -> ReinstateOrder:
        return ReinstateOrder(receipt, self.seq(receipt), self.deadline_s)

    # signing and sending

    def attestation(self, order: Order, **changes: Any) -> Attestation:
        now = self.chain.now_s
        made = Attestation(
            order_hash(order),
            sha256(b"manifest").digest(),
            sha256(b"sealed").digest(),
            self.committee.policy_digest,
            now - 60,
            now + DAY_S,
            self.committee.epoch,
        )
        return replace(made, **changes)

    def quorum(self, attestation: Attestation, signers: Sequence[int | str] = QUORUM) -> bytes:
        """Packed signatures, ascending; a signer is a member's attester or the name of a key."""
        return self.packed(signing_digest(self.domain, attestation), signers)

    def packed(self, digest: bytes, signers: Sequence[int | str]) -> bytes:
        """Signatures over a digest, 64 bytes each, ascending by account."""
        signing = [key_of(f"attester {s}" if isinstance(s, int) else s) for s in signers]
        signing.sort(key=lambda key: int(address_of(key), 16))
        return b"".join(compact(sign(key, digest)) for key in signing)

    def party_signatures(self, order: Order) -> tuple[bytes, ...]:
        digest = signing_digest(self.domain, order)
        return tuple(sign(key_of(f"member {getattr(order, f)}"), digest) for f in PARTIES[type(order)])

    def submit(
        self,
        order: Order,
        *,
        signers: Sequence[int | str] = QUORUM,
        parties: tuple[bytes, ...] | None = None,
        attestation: Attestation | None = None,
        signatures: bytes | None = None,
        committee: Committee | None = None,
        sender: str | None = None,
    ) -> Outcome:
        """Put an order on the chain, signed by whom it needs unless told otherwise; anyone may send it."""
        attested = attestation or self.attestation(order)
        function, arguments = order_arguments(
            order,
            self.party_signatures(order) if parties is None else parties,
            attested,
            committee or self.committee,
            self.quorum(attested, signers) if signatures is None else signatures,
        )
        return self.chain.send(self.receipts, function, *arguments, sender=sender)

    # reading

    def receipt(self, receipt: int) -> dict[str, Any]:
        return dict(self.chain.call(self.receipts, "receiptOf", receipt))

    def lot(self, lot: bytes = LOT) -> dict[str, Any]:
        return dict(self.chain.call(self.receipts, "lotOf", lot))

    def read(self, function: str, *args: Any) -> Any:
        return self.chain.call(self.receipts, function, *args)
