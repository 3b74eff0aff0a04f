"""The relayer: pays for and carries orders to the chain. A courier: it can change nothing in them."""

from __future__ import annotations

import threading
from typing import Any

from eth_typing import HexStr
from eth_utils import keccak
from web3.exceptions import TransactionNotFound, Web3RPCError

from holdfast.chain.facts import Chain
from holdfast.chain.modules import Call
from holdfast.domain.errors import Refused, Unreachable
from holdfast.keys.keystore import PartyKeys
from oracle.workflow.outbox import Outbox, Outgoing

GAS_MARGIN_PERCENT = 20


class Relayer:
    """One sender, one writer: reservations are made one at a time."""

    def __init__(self, chain: Chain, keys: PartyKeys, outbox: Outbox, confirmations: int) -> None:
        self._chain = chain
        self._keys = keys
        self._outbox = outbox
        self._confirmations = confirmations
        self._one_writer = threading.Lock()

    @property
    def account(self) -> str:
        """The account that pays."""
        return self._keys.account

    @property
    def confirmations(self) -> int:
        """Blocks that must lie on top of one before it is believed."""
        return self._confirmations

    def reserve(self, order_id: str, data: bytes, to: str | None = None) -> str:
        """Simulate, sign and commit one transaction; returns its hash. Doing it again changes nothing.

        `to` is the contract that takes it, by default the receipt contract.

        Raises Refused with the contract's reason, Unreachable.
        """
        with self._one_writer:
            known = self._outbox.find(order_id)
            if known is not None:
                return known.tx_hash
            connection = self._chain.connection
            call = Call(to or self._chain.receipts.address, data)
            gas = self._chain.modules.simulate(call, self.account)
            eth = connection.w3.eth
            mined = connection.ask("nonce", lambda: eth.get_transaction_count(self.account))  # type: ignore[arg-type]
            nonce = self._outbox.next_nonce(self.account, mined)
            transaction: dict[str, Any] = {
                "to": call.to,
                "data": "0x" + data.hex(),
                "value": 0,
                "gas": gas * (100 + GAS_MARGIN_PERCENT) // 100,
                "gasPrice": connection.ask("gas price", lambda: eth.gas_price),
                "nonce": nonce,
                "chainId": connection.deployment.chain_id,
            }
            raw = bytes(self._keys.transaction_signer.sign_transaction(transaction).raw_transaction)
            tx_hash = "0x" + keccak(raw).hex()
            self._outbox.commit(order_id, self.account, nonce, tx_hash, raw)
            return tx_hash

    def broadcast(self, order_id: str) -> int:
        """Send the committed bytes unless mined already; returns the block number.

        Raises Refused if the transaction failed on-chain or can never get there (another one took its nonce),
        Unreachable (to be tried again) until mined.
        """
        out = self._outbox.find(order_id)
        if out is None:
            raise Refused("nothing-reserved", f"no transaction was reserved for order {order_id}")
        receipt = self._mined(out)
        if receipt is None:
            self._send(out)
            receipt = self._mined(out)
            if receipt is None and self._overtaken(out):
                self._outbox.settle(order_id, 0, 0)
                raise Refused(
                    "nonce-taken",
                    f"another transaction of {self.account} used nonce {out.nonce}: {out.tx_hash} is void",
                )
        if receipt is None:
            raise Unreachable(
                "block", self._chain.connection.settings.rpc_url, f"{out.tx_hash} is in no block yet"
            )
        block, status = int(receipt["blockNumber"]), int(receipt["status"])
        deep = self._chain.connection.head().number - block
        if deep < self._confirmations:
            where = self._chain.connection.settings.rpc_url
            raise Unreachable("confirmation", where, f"{deep} of {self._confirmations} blocks on top")
        self._outbox.settle(order_id, block, status)
        if status != 1:
            raise Refused("transaction-failed", f"transaction {out.tx_hash} failed in block {block}")
        return block

    def _overtaken(self, out: Outgoing) -> bool:
        """Whether a block that stays has another transaction of this nonce: by a foreign writer."""
        w3, deepest = self._chain.connection.w3, self._chain.connection.head().number - self._confirmations
        count = self._chain.connection.ask(
            "nonce",
            lambda: w3.eth.get_transaction_count(self.account, max(deepest, 0)),  # type: ignore[arg-type]
        )
        return count > out.nonce and self._mined(out) is None

    def _mined(self, out: Outgoing) -> Any:
        w3 = self._chain.connection.w3

        def look() -> Any:
            try:
                return w3.eth.get_transaction_receipt(HexStr(out.tx_hash))
            except TransactionNotFound:
                return None

        return self._chain.connection.ask("transaction", look)

    def _send(self, out: Outgoing) -> None:
        w3 = self._chain.connection.w3

        def send() -> None:
            try:
                w3.eth.send_raw_transaction(out.raw)
            except Web3RPCError as error:
                # Sent before, or another of the same nonce was mined: the look-up that follows decides.
                if not any(word in str(error).lower() for word in ("known", "nonce", "imported")):
                    raise

        self._chain.connection.ask("broadcast", send)
