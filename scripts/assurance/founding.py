"""Found a consortium for the Foundry tests by the product's own deployment, and write its state for forge.

The contracts under test are so the shipped bytes, wired as a real consortium is: by `holdfast.chain.deploy`.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any, Final

from eth_abi import encode
from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_utils import keccak
from web3 import HTTPProvider, Web3

from holdfast.attestation.quorum import Attester
from holdfast.attestation.signatures import SECP256K1_N
from holdfast.chain.deploy import FoundingCommittee, FoundingMember, Governance, deploy
from holdfast.chain.deployment import Deployment
from holdfast.domain.members import Member, Role
from holdfast.domain.units import MemberId
from scripts.demo.chain import rpc, throwaway_chain

ROLES: Final = (
    Role.WAREHOUSE_OPERATOR,
    Role.TRADER,
    Role.TRADER,
    Role.BANK,
    Role.INSPECTOR,
    Role.IOT_PROVIDER,
    Role.WAREHOUSE_OPERATOR,
    Role.TRADER,
    Role.BANK,
    Role.BANK,
    Role.COURT,
    Role.COURT,
)
"""Roles of members 1 to 12; tests/foundry/World.sol names them."""
SEATS: Final = (1, 4, 5, 6, 7)
"""Members with an attester in the committee; three must sign."""
DELAY_S: Final = 3600
MAX_AGE_S: Final = 7 * 24 * 3600
_FIRST_ATTESTER_KEY: Final = 100
_DEPLOYER: Final = 0x5EED


def key_of(number: int) -> LocalAccount:
    """The test key of this number, the same that World.sol makes of it; nobody's outside these tests."""
    seed = int.from_bytes(keccak(encode(["string", "uint256"], ["holdfast", number])))
    account: LocalAccount = Account.from_key((seed % (SECP256K1_N - 1) + 1).to_bytes(32))
    return account


def found(folder: Path) -> None:
    """Write `founding.json` (the state of every account) and `deployment.json` (addresses) into `folder`.

    Raises:
        Misconfigured: anvil is not installed.
        Unreachable: it does not come up.
        Refused: a contract refuses its own founding.
    """
    with throwaway_chain() as url:
        founded = _deploy(Web3(HTTPProvider(url)))
        dumped: str = rpc(url, "anvil_dumpState")
    state = json.loads(gzip.decompress(bytes.fromhex(dumped.removeprefix("0x"))))
    folder.mkdir(parents=True, exist_ok=True)
    accounts = {address: _account(found) for address, found in state["accounts"].items()}
    (folder / "founding.json").write_text(json.dumps(accounts, sort_keys=True), encoding="utf-8")
    addresses = {
        field: getattr(founded, field)
        for field in Deployment.__dataclass_fields__
        if isinstance(getattr(founded, field), str)
    }
    (folder / "deployment.json").write_text(json.dumps(addresses, sort_keys=True), encoding="utf-8")


def _deploy(w3: Web3) -> Deployment:
    members = [
        FoundingMember(
            Member(MemberId(number), key_of(number).address, role, True),
            keccak(text=f"identity {number}"),
            keccak(text=f"encryption key {number}"),
        )
        for number, role in enumerate(ROLES, start=1)
    ]
    attesters = tuple(
        Attester(key_of(_FIRST_ATTESTER_KEY + seat).address, MemberId(seat), ROLES[seat - 1])
        for seat in SEATS
    )
    committee = FoundingCommittee(3, MAX_AGE_S, keccak(text="policy"), attesters)
    registrar, chair, proposer, guardian, valuer = (
        Web3.to_checksum_address(f"0x{number:040x}") for number in range(0xA1, 0xA6)
    )
    governance = Governance(
        proposer,
        registrar,
        chair,
        DELAY_S,
        DELAY_S,
        DELAY_S,
        guardians=(guardian,),
        valuation=valuer,
        valuation_delay_s=DELAY_S,
    )
    deployer = Account.from_key(_DEPLOYER.to_bytes(32))
    return deploy(w3, deployer, governance, members=members, committee=committee, gas_price_wei=0)


def _account(found: dict[str, Any]) -> dict[str, Any]:
    """One account of anvil's state as a genesis file has it."""
    return {
        "balance": found["balance"],
        "nonce": hex(found["nonce"]),
        "code": found["code"],
        "storage": found["storage"],
    }
