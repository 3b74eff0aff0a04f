"""Orders as transactions: what goes out, and whether the chain has carried an order out already."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from holdfast.attestation.quorum import Committee
from holdfast.attestation.typed_data import act_from_json, order_hash
from holdfast.attestation.types import CLASSES
from holdfast.chain.acts import ATTESTED, CONSENTS, FUNCTIONS
from holdfast.chain.acts import PARTIES as ACT_PARTIES
from holdfast.chain.calldata import PARTIES as CORE_PARTIES
from holdfast.chain.facts import Chain
from holdfast.chain.modules import Call
from holdfast.domain.acts import Act, AnyOrder
from holdfast.domain.errors import Refused, Unreachable
from holdfast.domain.orders import Attestation, standing_ids
from holdfast.store.records import Records
from holdfast.store.records_types import OrderRecord
from oracle.workflow.relayer import Relayer

BEHIND_S: Final = 1.0
"""How far our node may be behind another before an order counts as refused."""


@dataclass(frozen=True, slots=True)
class Carried:
    """The transaction that carried an order out."""

    tx_hash: str
    block_number: int


@dataclass(frozen=True, slots=True)
class Submission:
    """Builds the calls, hands them to the relayer, and looks whether somebody else came first."""

    chain: Chain
    records: Records
    relayer: Relayer

    def reserve_signed(self, order_id: str, order: AnyOrder) -> str:
        """Commit the transaction of an act that nobody attests; returns its hash."""
        return self._reserve(order_id, self._call(order_id, order))

    def reserve(
        self,
        order_id: str,
        order: AnyOrder,
        attestation: Attestation,
        committee: Committee,
        signatures: Sequence[bytes],
    ) -> str:
        """Commit the transaction of an attested order; returns its hash."""
        return self._reserve(order_id, self._call(order_id, order, attestation, committee, signatures))

    def rehearse(self, order_id: str, order: AnyOrder, pause: Callable[[float], None]) -> None:
        """Ask the contract, before any attester is asked, whether it lacks nothing but their signatures.

        An attester signs one order for a number of a receipt: one that the contract refuses afterwards would
        stop the receipt until its deadline. Asked twice, as our node may be behind the one that the order was
        prepared by. Raises Refused with the contract's reason.
        """
        try:
            self._lacks_only_a_quorum(order_id, order)
        except Refused:
            pause(BEHIND_S)
            self._lacks_only_a_quorum(order_id, order)

    def _lacks_only_a_quorum(self, order_id: str, order: AnyOrder) -> None:
        committee, now = self.chain.consortium.committee(), self.chain.connection.head().timestamp_s
        until = now + committee.max_age_s
        none = Attestation(
            order_hash(order), bytes(32), bytes(32), committee.policy_digest, now, until, committee.epoch
        )
        call = self._call(order_id, order, none, committee)
        try:
            self.chain.modules.simulate(call, self.relayer.account)
        except Refused as error:
            if error.reason != "quorum-too-small":
                raise

    def broadcast(self, order_id: str) -> int:
        """Send the committed bytes until the chain has them; returns the block."""
        try:
            return self.relayer.broadcast(order_id)
        except Refused:
            # Anybody may submit a signed order, and whoever copies ours may come first: then it is done.
            if (carried := self.carried(order_id)) is not None:
                return carried.block_number
            raise

    def carried(self, order_id: str) -> Carried | None:
        """The transaction that carried an order out, whoever submitted it; None if none did.

        Raises Unreachable while its block may yet be replaced.
        """
        found = self._find(self.records.order(order_id))
        if found is None:
            return None
        deep = self.chain.connection.head().number - found.block_number
        if deep < self.relayer.confirmations:
            where = self.chain.connection.settings.rpc_url
            raise Unreachable("confirmation", where, f"{deep} of {self.relayer.confirmations} blocks on top")
        return found

    def _reserve(self, order_id: str, call: Call) -> str:
        try:
            return self.relayer.reserve(order_id, call.data, call.to)
        except Refused:
            if (carried := self.carried(order_id)) is not None:
                return carried.tx_hash
            raise

    def _call(
        self,
        order_id: str,
        order: AnyOrder,
        attestation: Attestation | None = None,
        committee: Committee | None = None,
        signatures: Sequence[bytes] = (),
    ) -> Call:
        record = self.records.order(order_id)
        if type(order) in CORE_PARTIES:
            assert attestation is not None and committee is not None  # noqa: S101 - the core takes no other
            parties = self._signed(record, order, CORE_PARTIES[type(order)])
            data = self.chain.receipts.calldata(order, parties, attestation, committee, signatures)  # type: ignore[arg-type]
            return Call(self.chain.receipts.address, data)
        act: Act = order  # type: ignore[assignment]
        parties = self._signed(record, act, ACT_PARTIES[type(act)])
        consent = self._consent(record, act)
        return self.chain.modules.call(act, parties, consent, attestation, committee, signatures)

    def _signed(self, record: OrderRecord, order: AnyOrder, fields: Sequence[str]) -> list[bytes]:
        members = [getattr(order, field) for field in fields]
        return [self._signature(record, member) if member else b"" for member in members]

    def _consent(self, record: OrderRecord, act: Act) -> bytes:
        """The signature of the first pledgee, where the act takes it and the receipt is pledged now."""
        if type(act) not in CONSENTS:
            return b""
        state = self.chain.receipts.receipt(standing_ids(act)[0])
        return self._signature(record, state.first_pledgee) if state and state.first_pledgee else b""

    def _signature(self, record: OrderRecord, member: int) -> bytes:
        if not member:  # A field that names nobody.
            return b""
        if member not in record.signatures:
            raise Refused("signature-missing", f"member {member} has not signed order {record.id}")
        return bytes.fromhex(record.signatures[member][2:])

    def _find(self, record: OrderRecord) -> Carried | None:
        kind = CLASSES.get(record.primary_type)
        if kind in FUNCTIONS and kind not in ATTESTED:
            found = self.chain.modules.carried(act_from_json(record.primary_type, dict(record.order)))
            return None if found is None else Carried(*found)
        log = self.chain.events.attested(bytes.fromhex(self.records.decision(record.id).order_hash[2:]))
        return None if log is None else Carried(log.tx_hash, log.block_number)
