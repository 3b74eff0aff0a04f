"""A consortium with its modules, for tests of splits, freezes and pledges.

acts = ActsWorld()
receipt = acts.issued()
acts.pledged(receipt)
acts.put(acts.split_order(receipt, 4, 6))
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any

from holdfast.attestation.typed_data import Domain, order_hash, signing_digest
from holdfast.chain.acts import (
    ATTESTED,
    CONSENTS,
    FUNCTIONS,
    MODULE_NEEDS,
    MODULE_RIGHTS,
    PARTIES,
    RIGHT_NOTICE,
    act_arguments,
    pledge_id,
)
from holdfast.domain.acts import (
    Act,
    CaseOrder,
    FreezeOrder,
    MergeOrder,
    PartialDeliveryOrder,
    PledgedTransferOrder,
    PledgeOrder,
    PledgeReleaseOrder,
    ReceiptRef,
    SplitOrder,
    Successor,
    SupersedeOrder,
    SupersedeReason,
    UnfreezeOrder,
)
from holdfast.domain.members import Role
from holdfast.domain.orders import Attestation
from tests.contracts.harness import (
    BANK,
    BANK_2,
    DAY_S,
    IMPORTER,
    INSPECTOR,
    IOT,
    LOT,
    OPERATOR,
    TONNE_G,
    TRADER,
    Outcome,
    World,
    address_of,
    compact,
    key_of,
    receipt_id,
    sign,
)

COURT, COURT_2, BANK_3, BANK_4, BANK_5 = range(9, 14)
INDEPENDENT = (OPERATOR, INSPECTOR, IOT)
"""A quorum for acts to which the bank is a party."""
AMOUNT = 5_000_000_00
CNY = b"CNY"
RULING = sha256(b"ruling").digest()
FILING = sha256(b"filing").digest()
SALE = sha256(b"record of the sale").digest()
CURE_S = 10 * DAY_S
ROGUE = address_of(key_of("rogue module"))
EVERY_RIGHT = 2 * RIGHT_NOTICE - 1


class ActsWorld(World):
    """The harness's consortium with a second bank, two courts and the modules."""

    def __init__(self) -> None:
        super().__init__()
        for member in (BANK_2, BANK_3, BANK_4, BANK_5):
            self.add_member(member, Role.BANK)
        for member in (COURT, COURT_2):
            self.add_member(member, Role.COURT)
        self.modules = {name: self.chain.next_address(i) for i, name in enumerate(MODULE_NEEDS)}
        for name, needs in MODULE_NEEDS.items():
            self.chain.deploy(name, self.receipts, *(self.modules[other] for other in needs))
        for name, rights in MODULE_RIGHTS.items():
            if rights:
                self.set_module(self.modules[name], rights)
        self.status_reader = self.modules["ReceiptStatus"]
        self.addresses["Valuation"] = self.modules["Valuation"]

    def domain_of(self, act: Act) -> Domain:
        return Domain(self.chain.chain_id, self.modules[FUNCTIONS[type(act)][0]])

    # signing and sending

    def attestation_of(self, act: Act, **changes: Any) -> Attestation:
        now = self.chain.now_s
        made = Attestation(
            order_hash(act),
            sha256(b"manifest").digest(),
            sha256(b"sealed").digest(),
            self.committee.policy_digest,
            now - 60,
            now + DAY_S,
            self.committee.epoch,
        )
        return replace(made, **changes)

    def signature(self, member: int | str, act: Act, *, short: bool = True) -> bytes:
        key = key_of(f"member {member}" if isinstance(member, int) else member)
        made = sign(key, signing_digest(self.domain_of(act), act))
        return compact(made) if short else made

    def put(self, act: Act, **signed: Any) -> Outcome:
        """Put an act on the chain, signed as `call_of` says."""
        return self.chain.transact(*self.call_of(act, **signed))[1]

    def call_of(
        self,
        act: Act,
        *,
        forged: Collection[str] = (),
        instead: Mapping[str, int] = {},
        consent_by: int | str | None = None,
        signers: Sequence[int | str] = INDEPENDENT,
        attestation: Attestation | None = None,
    ) -> tuple[str, bytes]:
        """Contract and calldata of an act, signed by whom it needs; fields in `forged` by a stranger, those
        in `instead` by the member named there."""
        kind = type(act)
        parties = tuple(
            self.signature("stranger" if field in forged else instead.get(field, getattr(act, field)), act)
            if getattr(act, field)
            else b""
            for field in PARTIES[kind]
        )
        consent = b"" if consent_by is None or kind not in CONSENTS else self.signature(consent_by, act)
        if kind in ATTESTED:
            attested = attestation or self.attestation_of(act)
            digest = signing_digest(self.domain_of(act), attested)
            keys = [key_of(f"attester {s}" if isinstance(s, int) else s) for s in signers]
            keys.sort(key=lambda key: int(key.public_key.to_address(), 16))
            packed = b"".join(compact(sign(key, digest)) for key in keys)
            module, function, arguments = act_arguments(
                act, parties, consent, attested, self.committee, packed
            )
        else:
            module, function, arguments = act_arguments(act, parties, consent)
        return self.modules[module], self.chain.calldata(self.modules[module], function, *arguments)

    def calldata_by(self, act: Act, *keys: str) -> bytes:
        """The call of an act that no quorum attests, signed by keys with these names."""
        module, function, arguments = act_arguments(act, tuple(self.signature(key, act) for key in keys))
        return self.chain.calldata(self.modules[module], function, *arguments)

    def ask(self, module: str, function: str, *args: Any) -> Any:
        return self.chain.call(self.modules[module], function, *args)

    def let_in_rogue(self) -> None:
        """A module that is a plain account with every right and no scruples."""
        self.set_module(ROGUE, EVERY_RIGHT)

    def rogue_does(self, function: str, *args: Any) -> Outcome:
        """What the receipt contract answers when that module asks."""
        return self.primitive(function, *args, sender=ROGUE)

    def primitive(self, function: str, *args: Any, sender: str) -> Outcome:
        """Call the receipt contract as a module would."""
        data = self.chain.calldata_of("WarehouseReceipt", function, *args)
        return self.chain.transact(self.receipts, data, sender)[1]

    # orders

    def part(self, index: int, tonnes: int, expires_at: int) -> Successor:
        return Successor(receipt_id(index), tonnes * TONNE_G, expires_at)

    def split_order(self, receipt: int, *tonnes: int, first: int = 100, holder: int = IMPORTER) -> SplitOrder:
        """Parts get the ids of documents `first`, `first` + 1 and so on."""
        state = self.receipt(receipt)
        parts = tuple(self.part(first + i, t, state["expiresAt"]) for i, t in enumerate(tonnes))
        return SplitOrder(receipt, holder, OPERATOR, state["seq"], parts, self.deadline_s)

    def merge_order(self, *ids: int, merged: int = 200, holder: int = IMPORTER) -> MergeOrder:
        states = [self.receipt(receipt) for receipt in ids]
        refs = tuple(ReceiptRef(r, s["seq"]) for r, s in zip(ids, states, strict=True))
        grams = sum(s["quantityG"] for s in states)
        expiry = min(s["expiresAt"] for s in states)
        return MergeOrder(refs, receipt_id(merged), holder, OPERATOR, grams, expiry, self.deadline_s)

    def supersede_order(
        self, receipt: int, successor: int = 300, *, more_s: int = 0, holder: int = IMPORTER
    ) -> SupersedeOrder:
        state = self.receipt(receipt)
        reason = SupersedeReason.EXTENSION if more_s else SupersedeReason.CORRECTION
        return SupersedeOrder(
            receipt,
            receipt_id(successor),
            holder,
            state["seq"],
            state["quantityG"],
            state["expiresAt"] + more_s,
            reason,
            self.deadline_s,
        )

    def part_delivery_order(
        self, receipt: int, tonnes: int = 4, holder: int = IMPORTER
    ) -> PartialDeliveryOrder:
        return PartialDeliveryOrder(receipt, holder, tonnes * TONNE_G, self.seq(receipt), self.deadline_s)

    def case_order(self, case_no: int = 1, court: int = COURT, days: int = 365) -> CaseOrder:
        until = self.chain.now_s + days * DAY_S
        return CaseOrder(court, case_no, 1, RULING, until, self.deadline_s)

    def number(self, case_no: int) -> int:
        return int(self.ask("Court", "caseOf", case_no)[0]["number"])

    def freeze_order(self, receipt: int, case_no: int = 1, court: int = COURT) -> FreezeOrder:
        return FreezeOrder(receipt, court, case_no, self.number(case_no), self.deadline_s)

    def unfreeze_order(self, receipt: int, case_no: int = 1, court: int = COURT) -> UnfreezeOrder:
        return UnfreezeOrder(receipt, court, case_no, self.number(case_no), self.deadline_s)

    def frozen(self, receipt: int, case_no: int = 1, court: int = COURT, days: int = 365) -> None:
        """Open a case and freeze a receipt under it."""
        self.put(self.case_order(case_no, court, days))
        self.put(self.freeze_order(receipt, case_no, court))

    def pledge_order(
        self, receipt: int, pledgee: int = BANK, rank: int = 1, holder: int = IMPORTER, **changes: Any
    ) -> PledgeOrder:
        made = PledgeOrder(
            receipt,
            holder,
            pledgee,
            self.seq(receipt),
            rank,
            AMOUNT,
            CNY,
            self.chain.now_s + 90 * DAY_S,
            7_000,
            CURE_S,
            0,
            FILING,
            self.deadline_s,
        )
        return replace(made, **changes)

    def pledged(self, receipt: int, pledgee: int = BANK, rank: int = 1, **changes: Any) -> int:
        """Pledge a receipt (with the first pledgee's consent if it is pledged already); the pledge's id."""
        order = self.pledge_order(receipt, pledgee, rank, **changes)
        senior = self.receipt(receipt)["firstPledgee"]
        self.put(order, consent_by=senior or None)
        return pledge_id(order_hash(order))

    def release_order(self, receipt: int, pledge: int, pledgee: int = BANK) -> PledgeReleaseOrder:
        return PledgeReleaseOrder(receipt, pledge, pledgee, self.seq(receipt), self.deadline_s)

    def pledged_transfer_order(
        self, receipt: int, transferee: int = TRADER, pledgee: int = BANK, holder: int = IMPORTER
    ) -> PledgedTransferOrder:
        return PledgedTransferOrder(receipt, holder, transferee, pledgee, self.seq(receipt), self.deadline_s)

    # facts

    def status(self, receipt: int) -> dict[str, Any]:
        """What `ReceiptStatus.status` answers; lists of structs as tuples."""
        return dict(self.chain.call(self.status_reader, "status", receipt))

    def live_sum_g(self, *ids: int) -> int:
        return sum(self.receipt(receipt)["quantityG"] for receipt in ids)

    def held(self, member: int) -> int:
        return int(self.chain.call(self.consortium, "member", member)["receipts"])

    def lot_live_g(self) -> int:
        return int(self.lot(LOT)["liveG"])
