"""Reading and simulating WarehouseReceipt; the calldata of orders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from holdfast.attestation.quorum import Committee
from holdfast.chain.calldata import order_arguments, packed_signatures
from holdfast.chain.connection import Connection, named_struct
from holdfast.domain.errors import Refused
from holdfast.domain.orders import Attestation, Kind, Order, Status
from holdfast.domain.receipts import LotState, ReceiptState

Block = int | str


class WarehouseReceiptReader:
    """Receipts and lots at a block, and orders as calldata ready to send."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._contract = connection.contract("WarehouseReceipt", connection.deployment.warehouse_receipt)

    @property
    def address(self) -> str:
        """The contract's checksummed address."""
        return str(self._contract.address)

    def receipt(self, receipt_id: int, block: Block = "latest") -> ReceiptState | None:
        """One receipt, None if it was never issued."""
        try:
            found: Any = self._connection.ask(
                "receipt",
                lambda: self._contract.functions.receiptOf(receipt_id).call(block_identifier=block),
            )
        except Refused as error:
            if error.reason == "unknown-receipt":
                return None
            raise
        values = named_struct(self._contract.abi, "receiptOf", found)
        return ReceiptState(
            receipt_id=receipt_id,
            holder=values["holder"],
            operator=values["operator"],
            status=Status(values["status"]),
            kind=Kind(values["kind"]),
            expires_at=values["expiresAt"],
            seq=values["seq"],
            quantity_g=values["quantityG"],
            lot_id=bytes(values["lotId"]),
            first_pledgee=values["firstPledgee"],
            pledges=values["pledges"],
            liens=values["liens"],
            lien_terms=values["lienTerms"],
            freezes=values["freezes"],
            freeze_case=values["freezeCase"],
            suspend_reason=values["suspendReason"],
        )

    def lot(self, lot_id: bytes, block: Block = "latest") -> LotState | None:
        """One lot, None if it was never attested."""
        found: Any = self._connection.ask(
            "lot", lambda: self._contract.functions.lotOf(lot_id).call(block_identifier=block)
        )
        return LotState(lot_id, found[0], found[1], found[2]) if found[2] else None

    def calldata(
        self,
        order: Order,
        parties: Sequence[bytes],
        attestation: Attestation,
        committee: Committee,
        signatures: Sequence[bytes],
    ) -> bytes:
        """The transaction data of an order. `signatures` ascend by attester account.

        Parties' signatures go as they are: a contract wallet reads its own form (ERC-1271).
        """
        name, arguments = order_arguments(
            order, tuple(parties), attestation, committee, packed_signatures(signatures)
        )
        return bytes.fromhex(self._contract.encode_abi(name, args=arguments)[2:])
