"""Put a consortium on a chain: its contracts, its members and committee, then governance with delays."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Protocol

import rlp
from eth_utils import keccak, to_canonical_address, to_checksum_address
from web3 import Web3
from web3.exceptions import Web3Exception
from web3.types import TxReceipt

from holdfast.attestation.quorum import Attester
from holdfast.chain.acts import MODULE_NEEDS, MODULE_RIGHTS
from holdfast.chain.artifacts import load_artifact
from holdfast.chain.deployment import Deployment
from holdfast.chain.governance import Governance as Governance
from holdfast.chain.governance import Power, hand_over
from holdfast.chain.module_orders import module_arguments, module_order
from holdfast.domain.errors import InvalidInput, Refused, Unreachable
from holdfast.domain.members import Member

_NO_DEADLINE = 2**64 - 1


class TransactionSigner(Protocol):
    """Whoever pays and signs transactions; eth-account's LocalAccount is one."""

    @property
    def address(self) -> Any:
        """Checksummed account."""

    def sign_transaction(self, transaction_dict: Any) -> Any:
        """Signed transaction with `raw_transaction` bytes."""


@dataclass(frozen=True, slots=True)
class FoundingMember:
    """A member from the first block on, with the 32-byte digests the chain keeps of it."""

    member: Member
    identity_digest: bytes
    encryption_key_digest: bytes


@dataclass(frozen=True, slots=True)
class FoundingCommittee:
    """The committee of epoch 1. `attesters` may come in any order."""

    threshold: int
    max_age_s: int
    policy_digest: bytes
    attesters: tuple[Attester, ...]


@dataclass(frozen=True, slots=True)
class FoundingSeries:
    """A price series from the first block on: `digest` names its description; ages in s, distances in bps."""

    digest: bytes
    currency: bytes
    staleness_s: int
    deviation_bps: int
    feeders: tuple[int, ...]


def create_address(deployer: str, nonce: int) -> str:
    """The address CREATE gives: keccak(rlp([deployer, nonce])), last 20 bytes."""
    return to_checksum_address(keccak(rlp.encode([to_canonical_address(deployer), nonce]))[-20:])


class Sender:
    """Sends legacy transactions of one account, one after the other, and waits for each."""

    def __init__(
        self, w3: Web3, signer: TransactionSigner, *, gas_price_wei: int | None = None, timeout_s: float = 60
    ) -> None:
        self._w3 = w3
        self._signer = signer
        self._timeout_s = timeout_s
        try:
            self._gas_price = w3.eth.gas_price if gas_price_wei is None else gas_price_wei
            self._chain_id = w3.eth.chain_id
        except (Web3Exception, OSError) as error:
            raise Unreachable("chain", _where(w3), str(error)) from error

    def send(self, call: Any) -> TxReceipt:
        """Send a contract call or construction; returns its transaction receipt.

        Raises:
            Refused: the chain refuses it; the message holds the contract's error.
            Unreachable: the chain does not answer or makes no block.
        """
        try:
            transaction = call.build_transaction(
                {
                    "from": self._signer.address,
                    "nonce": self._w3.eth.get_transaction_count(self._signer.address, "pending"),
                    "gasPrice": self._gas_price,
                    "chainId": self._chain_id,
                }
            )
            raw = self._signer.sign_transaction(transaction).raw_transaction
            sent = self._w3.eth.send_raw_transaction(raw)
            tx_receipt = self._w3.eth.wait_for_transaction_receipt(sent, self._timeout_s, poll_latency=0.02)
        except Web3Exception as error:
            raise Refused(
                "transaction-refused", f"{getattr(call, 'fn_name', 'deployment')}: {error}"
            ) from error
        except OSError as error:
            raise Unreachable("chain", _where(self._w3), str(error)) from error
        if tx_receipt["status"] != 1:
            raise Refused(
                "transaction-failed", f"transaction 0x{sent.hex().removeprefix('0x')} failed on the chain"
            )
        return tx_receipt


def deploy(
    w3: Web3,
    signer: TransactionSigner,
    governance: Governance,
    *,
    members: Sequence[FoundingMember],
    committee: FoundingCommittee,
    series: Sequence[FoundingSeries] = (),
    gas_price_wei: int | None = None,
) -> Deployment:
    """Deploy, found the consortium, then give power away: the signer keeps none unless governance names it.

    The last word, ADMIN, goes to the Council; that all are where they belong is read back from the chain.

    Raises:
        Refused: a contract refuses (its typed error is in the message), or power is not where it belongs.
        InvalidInput: governance would leave nobody, or a digest has another length than 32.
        Unreachable: the chain does not answer.
    """
    for found in members:
        for field in ("identity_digest", "encryption_key_digest"):
            if len(getattr(found, field)) != 32:
                raise InvalidInput(field, getattr(found, field), "32 bytes")
    sender = Sender(w3, signer, gas_price_wei=gas_price_wei)
    nonce = w3.eth.get_transaction_count(signer.address, "pending")
    expected = [create_address(signer.address, nonce + i) for i in range(3)]
    first = sender.send(_contract(w3, "AccessManager").constructor(signer.address))
    sender.send(_contract(w3, "Consortium").constructor(expected[0], expected[2]))
    sender.send(_contract(w3, "WarehouseReceipt").constructor(expected[1]))
    manager = _contract(w3, "AccessManager", expected[0])
    consortium = _contract(w3, "Consortium", expected[1])
    for found in members:
        member = found.member
        sender.send(
            consortium.functions.addMember(
                member.member_id,
                member.account,
                int(member.roles),
                found.identity_digest,
                found.encryption_key_digest,
            )
        )
    # Before the committee: from then on a module needs its quorum, too.
    modules = _deploy_modules(w3, sender, signer.address, consortium, expected[2])
    words = sorted(attester.word() for attester in committee.attesters)
    sender.send(
        consortium.functions.setCommittee(
            committee.threshold, committee.max_age_s, committee.policy_digest, words
        )
    )
    valuation = _contract(w3, "Valuation", modules["valuation"])
    for one in series:
        rules = (one.currency, one.staleness_s, one.deviation_bps, list(one.feeders))
        sender.send(valuation.functions.setSeries(one.digest, *rules))
    council = create_address(signer.address, w3.eth.get_transaction_count(signer.address, "pending"))
    sender.send(_contract(w3, "Council").constructor(expected[1]))
    governed = {"Consortium": expected[1], "Valuation": modules["valuation"]}
    for step in hand_over(governance, expected[0], council, governed, signer.address):
        sender.send(manager.functions[step.function](*step.args))
    require_handed_over(governance, manager, council, signer.address)
    manager_at, consortium_at, receipts_at = expected
    return Deployment(
        w3.eth.chain_id,
        manager_at,
        consortium_at,
        receipts_at,
        first["blockNumber"],
        council=council,
        **modules,
    )


def require_handed_over(governance: Governance, manager: Any, council: str, signer: str) -> None:
    """Refuse unless each power is where founding puts it, ADMIN at the Council, and the signer has no other.

    Raises:
        Refused: `power-elsewhere`, naming power and account.
    """
    wanted = [(Power.ADMIN, council, governance.admin_delay_s), *governance.held()]
    own = {power for power, account, _ in wanted if account.lower() == signer.lower()}
    for power, account, delay_s in wanted:
        if list(manager.functions.hasRole(int(power), account).call()) != [True, delay_s]:
            raise Refused(
                "power-elsewhere", f"{account} does not have {power.name} with {delay_s} s of delay"
            )
    for power in Power:
        if power not in own and manager.functions.hasRole(int(power), signer).call()[0]:
            raise Refused("power-elsewhere", f"{signer}, which deployed, still has {power.name}")


def _deploy_modules(
    w3: Web3, sender: Sender, deployer: str, consortium: Any, receipts: str
) -> dict[str, str]:
    """Addresses of modules and of ReceiptStatus, by their field of Deployment."""
    nonce = w3.eth.get_transaction_count(to_checksum_address(deployer), "pending")
    found = {name: create_address(deployer, nonce + i) for i, name in enumerate(MODULE_NEEDS)}
    for name, needs in MODULE_NEEDS.items():
        sender.send(_contract(w3, name).constructor(receipts, *(found[other] for other in needs)))
    for name, rights in ((name, rights) for name, rights in MODULE_RIGHTS.items() if rights):
        order = module_order(w3, consortium.address, found[name], rights, _NO_DEADLINE)
        sender.send(consortium.functions.setModule(*module_arguments(order)))
    known = {field.name for field in fields(Deployment)}
    named = {re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower(): address for name, address in found.items()}
    return {name: address for name, address in named.items() if name in known}


def _contract(w3: Web3, name: str, address: str | None = None) -> Any:
    artifact = load_artifact(name)
    if address is None:
        return w3.eth.contract(abi=list(artifact.abi), bytecode=artifact.bytecode)
    return w3.eth.contract(address=to_checksum_address(address), abi=list(artifact.abi))


def _where(w3: Web3) -> str:
    return str(getattr(w3.provider, "endpoint_uri", "the chain"))
