"""Measure what each act costs, from transactions sent to a chain, against the budget of the design."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Final

from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_keys import keys
from web3 import Web3
from web3.types import RPCEndpoint

from holdfast.attestation.quorum import Attester, Committee, sorted_signatures
from holdfast.attestation.signatures import compact
from holdfast.attestation.typed_data import Domain, order_hash, signing_digest
from holdfast.chain.acts import FUNCTIONS as ACT_FUNCTIONS
from holdfast.chain.acts import PARTIES as ACT_PARTIES
from holdfast.chain.acts import act_arguments, pledge_id
from holdfast.chain.artifacts import load_artifact
from holdfast.chain.calldata import PARTIES, order_arguments, packed_signatures
from holdfast.chain.deploy import FoundingCommittee, FoundingMember, Governance, Sender, deploy
from holdfast.domain.acts import (
    Act,
    CaseOrder,
    FreezeOrder,
    PledgeOrder,
    PledgeReleaseOrder,
    SplitOrder,
    Successor,
)
from holdfast.domain.errors import Refused, Unreachable
from holdfast.domain.members import Member, Role
from holdfast.domain.orders import (
    Attestation,
    DeliveryOrder,
    IssueOrder,
    Kind,
    Order,
    ReceiptTerms,
    TransferOrder,
)
from holdfast.domain.units import MemberId

BUDGET: Final[dict[str, int]] = {
    "issue, first": 140_000,
    "issue, later": 120_000,
    "issue, per receipt in a batch of 20": 64_000,
    "transfer": 95_000,
    "final delivery": 80_000,
    "pledge": 140_000,
    "release": 50_000,
    "split into two": 160_000,
    "split that burns the old one": 182_000,
    "freeze": 60_000,
}
"""Act -> most gas it may use, the proof of a 3-of-4 quorum included where there is one (design, section 4). A
split into two leaves the rest under the old id; where nothing is left, two new receipts are written."""

_BATCH = 20
_TONNE_G = 1_000_000
_MAX_AGE_S = 7 * 24 * 3600
_ROLES: Final[dict[int, Role]] = {
    1: Role.WAREHOUSE_OPERATOR,
    2: Role.TRADER,
    3: Role.TRADER,
    4: Role.BANK,
    5: Role.INSPECTOR,
    6: Role.IOT_PROVIDER,
    7: Role.COURT,
}
_ATTESTING: Final = (1, 4, 5, 6)
_OPERATOR, _IMPORTER, _TRADER, _BANK, _COURT = 1, 2, 3, 4, 7
_DAY_S = 24 * 3600
_MOMENT = 2_000_000_000


@dataclass(frozen=True, slots=True)
class GasFigure:
    """Gas of one act and the most it may be; `gas` is exact, for a batch rounded up per receipt."""

    act: str
    gas: int
    budget: int

    @property
    def within(self) -> bool:
        """Whether the act keeps its budget."""
        return self.gas <= self.budget


def measure_gas(chain: Web3 | str) -> list[GasFigure]:
    """Deploy a consortium of throwaway accounts and measure every act of BUDGET.

    Args:
        chain: A development chain (or its RPC address) with an unlocked account that can pay.

    Raises:
        Refused: the chain refuses an act, or has no unlocked account.
        Unreachable: the chain does not answer.
    """
    w3 = Web3(Web3.HTTPProvider(chain)) if isinstance(chain, str) else chain
    try:
        return _measure(w3)
    except OSError as error:
        where = chain if isinstance(chain, str) else "the chain"
        raise Unreachable("chain", where, type(error).__name__) from error


def _measure(w3: Web3) -> list[GasFigure]:
    bench = _Bench(w3)
    receipts = [bench.receipt_id(i) for i in range(3)]
    batch = [bench.receipt_id(100 + i) for i in range(_BATCH)]
    measured = {
        "issue, first": bench.issue(b"first lot", 100, [receipts[0]]),
        "issue, later": bench.issue(b"first lot", 100, [receipts[1]]),
        "issue, per receipt in a batch of 20": -(-bench.issue(b"second lot", _BATCH, batch) // _BATCH),
    }
    measured["transfer"] = bench.submit(
        TransferOrder(receipts[0], _IMPORTER, _TRADER, 0, bench.now_s + _MAX_AGE_S)
    )
    measured["final delivery"] = bench.submit(
        DeliveryOrder(receipts[0], _TRADER, _TONNE_G, 1, bench.now_s + _MAX_AGE_S)
    )
    measured |= _measure_acts(bench, receipts[1])
    return [GasFigure(act, gas, BUDGET[act]) for act, gas in measured.items()]


def _measure_acts(bench: _Bench, receipt: int) -> dict[str, int]:
    """Pledge a receipt of one tonne, release it, split a part off, split the rest up, freeze a part."""
    now = bench.now_s
    deadline, expires = now + _MAX_AGE_S, now + 365 * _DAY_S
    some = sha256(b"document").digest()
    terms = (500_000_000, b"CNY", now + 90 * _DAY_S, 7_000, 10 * _DAY_S, 0, some, deadline)
    order = PledgeOrder(receipt, _IMPORTER, _BANK, 0, 1, *terms)
    found = {"pledge": bench.act(order)}
    pledge = pledge_id(order_hash(order))
    found["release"] = bench.act(PledgeReleaseOrder(receipt, pledge, _BANK, 1, deadline))
    parts = [Successor(bench.receipt_id(200 + i), _TONNE_G // 4, expires) for i in range(3)]
    rest = Successor(parts[1].receipt_id, _TONNE_G // 2, expires)
    first, both = (parts[0],), (rest, parts[2])
    split = SplitOrder(receipt, _IMPORTER, _OPERATOR, 2, first, deadline)
    found["split into two"] = bench.act(split)
    found["split that burns the old one"] = bench.act(replace(split, seq=3, parts=both))
    bench.act(CaseOrder(_COURT, 1, 1, some, expires, deadline))
    found["freeze"] = bench.act(FreezeOrder(parts[0].receipt_id, _COURT, 1, 0, deadline))
    return found


class _Bench:
    """A consortium with keys of its own that signs and sends whatever is measured."""

    def __init__(self, w3: Web3) -> None:
        payer = _throwaway("payer")
        _fund(w3, payer)
        self._accounts = {member: _throwaway(f"member {member}") for member in _ROLES}
        self._attesters = {member: _throwaway(f"attester {member}") for member in _ATTESTING}
        policy = sha256(b"gas").digest()
        attesters = tuple(Attester(self._attesters[m].address, m, _ROLES[m]) for m in _ATTESTING)
        deployment = deploy(
            w3,
            payer,
            Governance(payer.address, payer.address, payer.address, 0, 0, 0),
            members=[
                FoundingMember(Member(MemberId(m), self._accounts[m].address, roles, True), policy, policy)
                for m, roles in _ROLES.items()
            ],
            committee=FoundingCommittee(3, _MAX_AGE_S, policy, attesters),
        )
        ordered = tuple(sorted(attesters, key=Attester.word))
        self._committee = Committee(1, _MAX_AGE_S, 3, policy, ordered)
        self._domain = Domain(deployment.chain_id, deployment.warehouse_receipt)
        self._sender = Sender(w3, payer)
        abi = list(load_artifact("WarehouseReceipt").abi)
        self._contract: Any = w3.eth.contract(
            address=w3.to_checksum_address(deployment.warehouse_receipt), abi=abi
        )
        # One fixed moment where the chain's clock can be set: the zero bytes of a time change the gas.
        w3.provider.make_request(RPCEndpoint("evm_setNextBlockTimestamp"), [_MOMENT])
        _fund(w3, payer)
        self._modules = {
            name: w3.eth.contract(
                address=w3.to_checksum_address(getattr(deployment, field)), abi=list(load_artifact(name).abi)
            )
            for name, field in (("Pledge", "pledge"), ("ReceiptActs", "receipt_acts"), ("Court", "court"))
        }
        self.now_s = int(w3.eth.get_block("latest")["timestamp"])

    def receipt_id(self, index: int) -> int:
        """An id with no more zero bytes than a digest has: zeros are cheaper."""
        return int.from_bytes(sha256(b"receipt %d" % index).digest())

    def issue(self, lot: bytes, tonnes: int, receipt_ids: list[int]) -> int:
        """Gas of issuing receipts of one tonne each to the importer."""
        expires = self.now_s + 365 * 24 * 3600
        terms = tuple(ReceiptTerms(r, _IMPORTER, _TONNE_G, Kind.NEGOTIABLE, expires) for r in receipt_ids)
        lot_id = sha256(lot).digest()[:24]
        order = IssueOrder(lot_id, _OPERATOR, tonnes * _TONNE_G, terms, self.now_s + _MAX_AGE_S)
        return self.submit(order)

    def submit(self, order: Order) -> int:
        """Gas of one order under a quorum of operator, bank and inspector."""
        attestation, packed = self._quorum(order, self._domain, _ATTESTING[:3])
        wanted = signing_digest(self._domain, order)
        parties = tuple(
            _sign(self._accounts[getattr(order, field)], wanted) for field in PARTIES[type(order)]
        )
        function, arguments = order_arguments(
            order,
            tuple(compact(signature) for signature in parties),
            attestation,
            self._committee,
            packed,
        )
        return int(self._sender.send(self._contract.functions[function](*arguments))["gasUsed"])

    def act(self, act: Act) -> int:
        """Gas of one act of a module; where it is attested, by operator, inspector and IoT provider."""
        contract = self._modules[ACT_FUNCTIONS[type(act)][0]]
        domain = Domain(self._domain.chain_id, str(contract.address))
        wanted = signing_digest(domain, act)
        parties = tuple(
            compact(_sign(self._accounts[getattr(act, field)], wanted)) for field in ACT_PARTIES[type(act)]
        )
        attestation, packed = self._quorum(act, domain, (1, 5, 6))
        _, function, arguments = act_arguments(act, parties, b"", attestation, self._committee, packed)
        return int(self._sender.send(contract.functions[function](*arguments))["gasUsed"])

    def _quorum(
        self, order: Order | Act, domain: Domain, signers: tuple[int, ...]
    ) -> tuple[Attestation, bytes]:
        attestation = Attestation(
            order_hash(order),
            sha256(b"manifest").digest(),
            sha256(b"sealed manifest").digest(),
            self._committee.policy_digest,
            self.now_s,
            self.now_s + _MAX_AGE_S,
            1,
        )
        digest = signing_digest(domain, attestation)
        made = [_sign(self._attesters[m], digest) for m in signers]
        return attestation, packed_signatures(sorted_signatures(domain, attestation, made))


def _throwaway(name: str) -> LocalAccount:
    """A key that everybody can know, the same each time: the zero bytes of an address change the gas."""
    account: LocalAccount = Account.from_key(sha256(b"holdfast gas " + name.encode()).digest())
    return account


def _sign(account: LocalAccount, digest: bytes) -> bytes:
    signature = keys.PrivateKey(bytes(account.key)).sign_msg_hash(digest)
    return bytes(signature.r.to_bytes(32) + signature.s.to_bytes(32) + bytes([signature.v + 27]))


def _fund(w3: Web3, payer: LocalAccount) -> None:
    unlocked = w3.eth.accounts
    if not unlocked:
        raise Refused("no-unlocked-account", "gas is measured on a development chain with unlocked accounts")
    sent = w3.eth.send_transaction(
        {
            "from": unlocked[0],
            "to": payer.address,
            "value": Web3.to_wei(10, "ether"),
            "gasPrice": w3.eth.gas_price,
        }
    )
    w3.eth.wait_for_transaction_receipt(sent, poll_latency=0.02)
