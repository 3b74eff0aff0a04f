"""Verify a title proof in ten numbered steps, offline, trusting only the trust given.

 1 file      the file is well-formed, version 1
 2 chain     it is about the pinned chain and contracts
 3 header    the block's hash is that of its header
 4 seals     enough validators of the pinned set sealed the header (QBFT)
 5 contract  the state holds both contracts with the pinned code
 6 storage   the receipt is in the contract's storage, and stands
 7 lot       so is its lot, and it covers the receipt
 8 members   so are its holder, warehouse operator and first pledgee, with their accounts
 9 claims    what the file says is what storage holds; the receipt is live
10 age       the block is recent enough

After a failure the later steps are not run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, Final

from holdfast.domain.errors import InvalidInput, Misconfigured
from holdfast.domain.orders import Status
from holdfast.domain.units import show_mass, show_time
from holdfast.proof import hexes, qbft
from holdfast.proof.bundle import Bundle, parse_bundle
from holdfast.proof.errors import ProofRejected
from holdfast.proof.layout import lot_slot, member_slot, receipt_slots
from holdfast.proof.report import Outcome, Report, Step, burdens, show_age
from holdfast.proof.title import (
    LotState,
    MemberState,
    ReceiptState,
    Title,
    check_members,
    read_lot,
    read_member,
    read_receipt,
)
from holdfast.proof.trie import Account, ProofTrie, read_account, read_word
from holdfast.proof.trust import Engine, Trust

CLOCK_BOUND_S: Final = 60
"""How far in the future a block may seem before the two clocks are called wrong."""

STEPS: Final = (
    ("file", "The file is well-formed"),
    ("chain", "It is about the pinned chain and contracts"),
    ("header", "The block's hash is that of its header"),
    ("seals", "Enough pinned validators sealed the block"),
    ("contract", "The contracts are there, with the pinned code"),
    ("storage", "The receipt is in the contract's storage"),
    ("lot", "Its lot is there and covers it"),
    ("members", "Holder and warehouse operator are members in good standing"),
    ("claims", "The file claims what storage holds, and the receipt is live"),
    ("age", "The block is recent enough"),
)


class _NotRunError(Exception):
    """A step that cannot be run; `excused` if the trust given does without it."""

    def __init__(self, reason: str, *, excused: bool) -> None:
        self.excused = excused
        super().__init__(reason)


def verify_title(
    bundle: bytes | Mapping[str, Any], trust: Trust, now_s: int, *, document: bytes | None = None
) -> Report:
    """Verify a title proof.

    Args:
        bundle: the file (plain or compact), or its parsed content.
        trust: what the verifier pins; see `parse_trust`.
        now_s: the verifier's clock, unix seconds.
        document: the receipt document, if at hand; its SHA-256 must be the receipt's id.

    Returns:
        The report; nothing wrong with the file is ever an exception.

    Raises:
        Misconfigured: no trust was given.
    """
    if not isinstance(trust, Trust):
        raise Misconfigured(
            "a title proof proves nothing without trust: give the trust file of the consortium"
        )
    return _Verification(bundle, trust, now_s, document).run()


class _Verification:
    """One run; each step leaves what the next ones need."""

    def __init__(
        self, source: bytes | Mapping[str, Any], trust: Trust, now_s: int, document: bytes | None
    ) -> None:
        self.source = source
        self.trust = trust
        self.now_s = now_s
        self.document = document
        self.bundle: Bundle
        self.extra: qbft.ExtraData | None = None
        self.accounts: tuple[Account, Account]
        self.receipts: ProofTrie
        self.receipt: ReceiptState
        self.lot: LotState
        self.title: Title | None = None

    def run(self) -> Report:
        """Run the steps in order; stop at the first that fails."""
        actions: tuple[Callable[[], str], ...] = (
            self.file,
            self.chain,
            self.header,
            self.seals,
            self.contract,
            self.storage,
            self.lot_,
            self.members,
            self.claims,
            self.age,
        )
        steps: list[Step] = []
        stopped: str | None = None
        for number, ((name, checks), action) in enumerate(zip(STEPS, actions, strict=True), 1):
            outcome, excused = Outcome.PASSED, False
            if stopped is not None:
                outcome, detail = Outcome.NOT_RUN, stopped
            else:
                try:
                    detail = action()
                except (ProofRejected, InvalidInput) as e:
                    outcome, detail, stopped = Outcome.FAILED, str(e), f"step {number} failed"
                except _NotRunError as e:
                    outcome, detail, excused = Outcome.NOT_RUN, str(e), e.excused
            steps.append(Step(number, name, checks, outcome, detail, excused))
        known = getattr(self, "bundle", None)
        return Report(
            steps=tuple(steps),
            receipt_id=known.receipt_id if known else None,
            block_number=known.header.number if known else None,
            block_time=known.header.timestamp if known else None,
            title=self.title,
        )

    def file(self) -> str:
        self.bundle = parse_bundle(self.source)
        size = f", {len(self.source):,} bytes" if isinstance(self.source, bytes) else ""
        return f"title proof version 1{size}"

    def chain(self) -> str:
        bundle, trust = self.bundle, self.trust
        for what, found, pinned in (
            ("chain id", str(bundle.chain_id), str(trust.chain_id)),
            ("genesis", hexes.data(bundle.genesis_hash), hexes.data(trust.genesis_hash)),
            (
                "WarehouseReceipt",
                hexes.data(bundle.warehouse_receipt),
                hexes.data(trust.warehouse_receipt.address),
            ),
            ("Consortium", hexes.data(bundle.consortium), hexes.data(trust.consortium.address)),
        ):
            if found != pinned:
                raise ProofRejected(f"{what} {found} is not the pinned {pinned}")
        return f"chain {bundle.chain_id}, genesis {hexes.data(bundle.genesis_hash)}"

    def header(self) -> str:
        header, named = self.bundle.header, self.bundle.block_hash
        computed = header.hash()
        if self.trust.engine is Engine.QBFT:
            try:
                self.extra = qbft.parse_extra_data(header.extra_data)
                computed = qbft.block_hash(header, self.extra)
            except ProofRejected:
                self.extra = None  # no QBFT header; step 4 says so if the hash holds all the same
        if computed != named:
            raise ProofRejected(
                f"the header hashes to {hexes.data(computed)}, the file says {hexes.data(named)}"
            )
        if self.trust.block_hash not in (None, named):
            raise ProofRejected(f"block {hexes.data(named)} is not the pinned one")
        return f"block {header.number:,}, hash {hexes.data(named)}"

    def seals(self) -> str:
        if self.trust.engine is Engine.DEVELOPMENT:
            raise _NotRunError(
                "no seals: a development chain, whose blocks anyone could have made", excused=True
            )
        if self.trust.engine is Engine.CLIQUE:
            reason = "engine clique has one sealer per block, so a header carries no quorum; "
            if self.trust.block_hash is not None:
                raise _NotRunError(reason + "the block is the one the trust file pins", excused=True)
            raise _NotRunError(reason + "pin block_hash, read from a node of your own", excused=False)
        if self.extra is None:
            raise ProofRejected("the header carries no QBFT seals; its extraData is of another engine")
        sealers = qbft.verify_seals(self.bundle.header, self.extra, self.trust.validators)
        count = len(self.trust.validators)
        needed = qbft.seals_needed(count)
        return f"{len(sealers)} of {count} validators sealed, {needed} must have; round {self.extra.round}"

    def contract(self) -> str:
        pins = (self.trust.warehouse_receipt, self.trust.consortium)
        state = ProofTrie(self.bundle.header.state_root, "state")
        leaves = state.read([pin.address for pin in pins], self.bundle.account_nodes)
        found = []
        for name, pin, leaf in zip(("WarehouseReceipt", "Consortium"), pins, leaves, strict=True):
            account = read_account(leaf, name)
            if account.code_hash != pin.code_hash:
                raise ProofRejected(
                    f"{name} has code {hexes.data(account.code_hash)}, pinned is {hexes.data(pin.code_hash)}"
                )
            found.append(account)
        self.accounts = (found[0], found[1])
        return " and ".join(
            f"{n} {hexes.data(p.address)}" for n, p in zip(("receipts", "consortium"), pins, strict=True)
        )

    def storage(self) -> str:
        self.receipts = ProofTrie(self.accounts[0].storage_root, "WarehouseReceipt storage")
        leaves = self.receipts.read(receipt_slots(self.bundle.receipt_id), self.bundle.receipt_nodes)
        self.receipt = read_receipt(self.bundle.receipt_id, leaves)
        orders = "1 order" if self.receipt.seq == 1 else f"{self.receipt.seq} orders"
        return (
            f"{show_mass(self.receipt.quantity_g)}, held by member {self.receipt.holder}, kept by member "
            f"{self.receipt.operator}, {self.receipt.status.name.lower()}, {orders} so far"
        )

    def lot_(self) -> str:
        (leaf,) = self.receipts.read([lot_slot(self.receipt.lot_id)], self.bundle.lot_nodes)
        self.lot = read_lot(read_word(leaf, "lot word"), self.receipt)
        return (
            f"lot {hexes.data(self.receipt.lot_id)}: {show_mass(self.lot.attested_g)} attested, "
            f"{show_mass(self.lot.live_g)} under receipts"
        )

    def members(self) -> str:
        numbers = self.receipt.members
        trie = ProofTrie(self.accounts[1].storage_root, "Consortium storage")
        leaves = trie.read([member_slot(number) for number in numbers], self.bundle.member_nodes)
        members: dict[int, MemberState] = {
            number: read_member(number, read_word(leaf, f"member {number}"))
            for number, leaf in zip(numbers, leaves, strict=True)
        }
        check_members(self.receipt, members)
        self.title = Title(self.receipt, self.lot, members)
        return "; ".join(
            f"member {m.member} ({', '.join(m.roles.words())}) acts by {hexes.data(m.account)}"
            for m in members.values()
        )

    def claims(self) -> str:
        if self.title is None:
            raise ProofRejected("nothing was proved that could be compared")
        for name, proved in self.title.to_json().items():
            found = self.bundle.claimed[name]
            if found != proved or type(found) is not type(proved):
                raise ProofRejected(f"the file claims {name} {found!r:.80}; storage holds {proved!r}")
        if self.receipt.status is not Status.LIVE:
            why = f", for reason {self.receipt.suspend_reason}" if self.receipt.suspend_reason else ""
            raise ProofRejected(f"the receipt is {self.receipt.status.name.lower()}{why}, not live")
        if self.now_s > self.receipt.expires_at:
            raise ProofRejected(f"the receipt expired at {show_time(self.receipt.expires_at)}")
        same = ""
        if self.document is not None:
            digest = hashlib.sha256(self.document).digest()
            if digest != self.bundle.receipt_id.to_bytes(32):
                raise ProofRejected(f"the document's SHA-256 is {hexes.data(digest)}, not the receipt's id")
            same = "; the document given is the receipt's own"
        return f"all {len(self.bundle.claimed)} values agree; live; {burdens(self.title)}{same}"

    def age(self) -> str:
        made, limit = self.bundle.header.timestamp, self.trust.max_age_s
        age = self.now_s - made
        # A block's time may be any uint256; people's calendars end in the year 9999.
        if age < -CLOCK_BOUND_S:
            raise ProofRejected(
                f"the block's time ({made}) lies after now ({self.now_s}): one clock is wrong"
            )
        text = f"made {show_time(made)}, {show_age(max(age, 0))} ago"
        if limit is not None and age > limit:
            raise ProofRejected(f"{text}; the limit is {show_age(limit)}: ask for a newer proof")
        return text + ("; no limit is set" if limit is None else f", within the limit of {show_age(limit)}")
