"""Concurrent pairs of pledge attempts on a real chain: of each pair exactly one wins.

Two banks each hold a pledge order of the same receipt, signed by everybody who must sign and attested by a
quorum. Both transactions lie in the pool together, in an order drawn anew for each pair, before a block is
made. The pledgor's own second thoughts, a race of two relayers and a miner's choice all look like this.

Example: python -m scripts.assurance.pairs --pairs 1000
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Callable
from hashlib import sha256
from typing import Any, Final

from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_keys import keys
from web3 import Web3

from cli.node import connect
from holdfast.attestation.quorum import Attester, Committee, sorted_signatures
from holdfast.attestation.signatures import compact
from holdfast.attestation.typed_data import Domain, order_hash, signing_digest
from holdfast.chain.acts import PARTIES, act_arguments
from holdfast.chain.artifacts import load_artifact
from holdfast.chain.calldata import order_arguments, packed_signatures
from holdfast.chain.deploy import FoundingCommittee, FoundingMember, Governance, Sender, deploy
from holdfast.chain.deployment import Deployment
from holdfast.domain.acts import Act, PledgeOrder
from holdfast.domain.members import Member, Role
from holdfast.domain.orders import Attestation, IssueOrder, Kind, Order, ReceiptTerms
from holdfast.domain.units import MemberId
from scripts.assurance.check import Check
from scripts.demo.chain import rpc, throwaway_chain

OPERATOR, IMPORTER, BANK, INSPECTOR, IOT, OTHER_BANK = 1, 2, 4, 5, 6, 8
ROLES: Final = {
    OPERATOR: Role.WAREHOUSE_OPERATOR,
    IMPORTER: Role.TRADER,
    BANK: Role.BANK,
    INSPECTOR: Role.INSPECTOR,
    IOT: Role.IOT_PROVIDER,
    OTHER_BANK: Role.BANK,
}
SEATS: Final = (OPERATOR, BANK, INSPECTOR, IOT)
QUORUM: Final = (OPERATOR, INSPECTOR, IOT)
BATCH: Final = 50
"""Receipts issued at once, and pairs in one block: the pool's block must hold them all."""
_DAY_S: Final = 24 * 3600
_TONNE_G: Final = 1_000_000
_GAS: Final = 400_000


class Network:
    """A consortium of throwaway keys on a development chain, whose blocks are made when we say so."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.w3 = connect(url)
        self._couriers = [_key("courier 1"), _key("courier 2")]
        payer = _key("payer")
        for account in (payer, *self._couriers):
            rpc(url, "anvil_setBalance", account.address, hex(10**24))
        attesters = tuple(Attester(_key(f"attester {m}").address, m, ROLES[m]) for m in SEATS)
        policy = sha256(b"pairs").digest()
        self.deployment: Deployment = deploy(
            self.w3,
            payer,
            Governance(payer.address, payer.address, payer.address, 0, 0, 0),
            members=[
                FoundingMember(Member(MemberId(m), _key(f"member {m}").address, roles, True), policy, policy)
                for m, roles in ROLES.items()
            ],
            committee=FoundingCommittee(3, _DAY_S, policy, attesters),
        )
        self._sender = Sender(self.w3, payer)
        self._committee = Committee(1, _DAY_S, 3, policy, tuple(sorted(attesters, key=Attester.word)))
        self.now_s = int(self.w3.eth.get_block("latest")["timestamp"])

    def issue(self, receipt_ids: list[int]) -> None:
        """Receipts of one tonne each to the importer, on a lot of their own."""
        terms = tuple(
            ReceiptTerms(r, IMPORTER, _TONNE_G, Kind.NEGOTIABLE, self.now_s + 365 * _DAY_S)
            for r in receipt_ids
        )
        lot = sha256(b"lot %d" % receipt_ids[0]).digest()[:24]
        order = IssueOrder(lot, OPERATOR, _TONNE_G * len(terms), terms, self.now_s + _DAY_S)
        domain = Domain(self.deployment.chain_id, self.deployment.warehouse_receipt)
        attestation, packed = self._attested(order, domain)
        function, arguments = order_arguments(order, (), attestation, self._committee, packed)
        self._sender.send(self._contract("WarehouseReceipt").functions[function](*arguments))

    def pledge(self, receipt_id: int, pledgee: int) -> str:
        """Calldata of a pledge that everybody has signed."""
        some, due = sha256(b"filing").digest(), self.now_s + 90 * _DAY_S
        order = PledgeOrder(
            receipt_id=receipt_id,
            holder=IMPORTER,
            pledgee=pledgee,
            seq=0,
            rank=1,
            amount_minor=500_000_000,
            currency=b"CNY",
            maturity=due,
            ltv_bps=7_000,
            cure_s=10 * _DAY_S,
            lien_cap_minor=0,
            filing_digest=some,
            deadline=self.now_s + _DAY_S,
        )
        contract = self._contract("Pledge")
        domain = Domain(self.deployment.chain_id, str(contract.address))
        digest = signing_digest(domain, order)
        signed = tuple(
            compact(_sign(_key(f"member {getattr(order, field)}"), digest)) for field in PARTIES[PledgeOrder]
        )
        attestation, packed = self._attested(order, domain)
        _, function, arguments = act_arguments(order, signed, b"", attestation, self._committee, packed)
        return str(contract.functions[function](*arguments)._encode_transaction_data())

    def race(self, pairs: list[tuple[str, str]], chance: random.Random) -> list[int]:
        """Put both of each pair into the pool, make blocks, and say how many of each pair won."""
        to = self.w3.to_checksum_address(self.deployment.pledge)
        nonces = [int(self.w3.eth.get_transaction_count(courier.address)) for courier in self._couriers]
        rpc(self.url, "evm_setAutomine", False)
        sent: list[list[Any]] = []
        for pair in pairs:
            order = chance.sample((0, 1), 2)
            hashes = []
            for courier, which in enumerate(order):
                call: dict[str, Any] = {
                    "to": to,
                    "data": pair[which],
                    "gas": _GAS,
                    "gasPrice": 0,
                    "nonce": nonces[courier],
                    "chainId": self.deployment.chain_id,
                    "value": 0,
                }
                raw = self._couriers[courier].sign_transaction(call).raw_transaction
                hashes.append(self.w3.eth.send_raw_transaction(raw))
                nonces[courier] += 1
            sent.append(hashes)
        while int(rpc(self.url, "txpool_status")["pending"], 16):
            rpc(self.url, "evm_mine")
        rpc(self.url, "evm_setAutomine", True)
        return [sum(int(self.w3.eth.get_transaction_receipt(one)["status"]) for one in pair) for pair in sent]

    def pledgees(self, receipt_id: int) -> int:
        """How many pledges the chain holds on a receipt."""
        return len(self._contract("Pledge").functions.pledgesOn(receipt_id).call())

    def _attested(self, order: Order | Act, domain: Domain) -> tuple[Attestation, bytes]:
        manifest, sealed = sha256(b"manifest").digest(), sha256(b"sealed").digest()
        policy = self._committee.policy_digest
        until = self.now_s + _DAY_S
        attestation = Attestation(order_hash(order), manifest, sealed, policy, self.now_s, until, 1)
        digest = signing_digest(domain, attestation)
        made = [_sign(_key(f"attester {m}"), digest) for m in QUORUM]
        return attestation, packed_signatures(sorted_signatures(domain, attestation, made))

    def _contract(self, name: str) -> Any:
        at = self.deployment.pledge if name == "Pledge" else self.deployment.warehouse_receipt
        return self.w3.eth.contract(address=Web3.to_checksum_address(at), abi=list(load_artifact(name).abi))


def run(pairs: int, say: Callable[[str], None], seed: int = 1) -> list[Check]:
    """Race `pairs` pairs on a chain of our own."""
    with throwaway_chain() as url:
        found = _race_all(Network(url), pairs, say, random.Random(seed))  # noqa: S311
    good = sum(item == (1, 1) for item in found)
    return [
        Check(
            "pairs of concurrent pledges",
            "anvil",
            pairs,
            f"{good} with exactly one winner",
            f"{pairs}",
            good == pairs,
        )
    ]


def _race_all(
    network: Network, pairs: int, say: Callable[[str], None], chance: random.Random
) -> list[tuple[int, int]]:
    """Of each pair: how many transactions won, how many pledges the receipt has."""
    found: list[tuple[int, int]] = []
    for at in range(0, pairs, BATCH):
        names = [b"pair %d" % index for index in range(at, min(at + BATCH, pairs))]
        receipt_ids = [int.from_bytes(sha256(name).digest()) for name in names]
        network.issue(receipt_ids)
        calls = [(network.pledge(r, BANK), network.pledge(r, OTHER_BANK)) for r in receipt_ids]
        winners = network.race(calls, chance)
        found += zip(winners, map(network.pledgees, receipt_ids), strict=True)
        say(f"{len(found)} of {pairs} pairs raced")
    return found


def _key(name: str) -> LocalAccount:
    account: LocalAccount = Account.from_key(sha256(b"holdfast pairs " + name.encode()).digest())
    return account


def _sign(account: LocalAccount, digest: bytes) -> bytes:
    signature = keys.PrivateKey(bytes(account.key)).sign_msg_hash(digest)
    return bytes(signature.r.to_bytes(32) + signature.s.to_bytes(32) + bytes([signature.v + 27]))


def main() -> int:
    """Race and say the row; returns 1 if a pair had no winner or two."""
    parser = argparse.ArgumentParser(description="Concurrent pairs of pledge attempts; one of each wins.")
    parser.add_argument("--pairs", type=int, default=1_000)
    options = parser.parse_args()
    checks = run(options.pairs, lambda text: print(text, file=sys.stderr, flush=True))
    for check in checks:
        print(f"{check.check}: {check.count}, {check.figure}")
    return 0 if all(check.holds for check in checks) else 1


if __name__ == "__main__":
    raise SystemExit(main())
