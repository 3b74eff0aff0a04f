"""A chain inside the test: revm with Berlin rules, typed errors and events decoded."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import pyrevm
import pytest
import rlp
from eth_abi import decode, encode
from eth_utils import (
    collapse_if_tuple,
    event_abi_to_log_topic,
    function_abi_to_4byte_selector,
    keccak,
    to_canonical_address,
    to_checksum_address,
)

from holdfast.chain.artifacts import contract_names, load_artifact

CHAIN_ID = 31337
PUPPETEER = "0x" + "9e" * 20
START_S = 1_790_000_000
MUTANT = "HOLDFAST_MUTANT" in os.environ
"""Whether the contracts are mutants; their number, as the block's beneficiary, says which fault is on."""
GAS: int | None = 50_000_000 if MUTANT else None
"""What a call may use: with some faults loops never end."""


class Reverted(Exception):
    """A contract refused: the name of its typed error and the error's values by name."""

    def __init__(self, name: str, values: dict[str, Any]) -> None:
        self.name = name
        self.values = values
        super().__init__(f"{name}({values})")


@dataclass(frozen=True, slots=True)
class Event:
    """One decoded log, and the address of the contract that wrote it."""

    name: str
    values: dict[str, Any]
    address: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a transaction did."""

    events: tuple[Event, ...]
    gas: int
    at_s: int = 0

    def names(self) -> list[str]:
        return [event.name for event in self.events]

    def event(self, name: str) -> dict[str, Any]:
        found = [event.values for event in self.events if event.name == name]
        assert len(found) == 1, f"{name} {len(found)} times in {self.names()}"
        return found[0]


@contextmanager
def refused(name: str, **values: Any) -> Iterator[None]:
    """The block must be refused with this typed error and at least these values."""
    with pytest.raises(Reverted) as refusal:
        yield
    error = refusal.value
    assert error.name == name, f"refused with {error}, expected {name}"
    found = {key: error.values.get(key) for key in values}
    assert found == values, f"{name} carries {error.values}, expected {values}"


@cache
def _by_selector() -> dict[bytes, tuple[str, dict[str, Any]]]:
    found = {}
    for name in contract_names():
        for item in load_artifact(name).abi:
            if item["type"] == "error":
                found[bytes(function_abi_to_4byte_selector(item))] = (item["name"], item)
            if item["type"] == "event":
                found[bytes(event_abi_to_log_topic(item))] = (item["name"], item)
    return found


def _types(inputs: Sequence[dict[str, Any]]) -> list[str]:
    return [collapse_if_tuple(item) for item in inputs]


def _named(inputs: Sequence[dict[str, Any]], values: Sequence[Any]) -> dict[str, Any]:
    """ABI values by name, structs as dicts."""
    out = {}
    for item, value in zip(inputs, values, strict=True):
        struct = item["type"] == "tuple"
        out[item["name"]] = _named(item["components"], value) if struct else value
    return out


class Chain:
    """An EVM in this process. Time stands still unless told otherwise."""

    def __init__(self, chain_id: int = CHAIN_ID) -> None:
        limit = 2**20 if MUTANT else None  # guards make code longer
        cfg = pyrevm.CfgEnv(chain_id=chain_id, limit_contract_code_size=limit)
        self._evm = pyrevm.EVM(spec_id="BERLIN", env=pyrevm.Env(cfg=cfg))
        self.chain_id = chain_id
        self.deployer = to_checksum_address("0x" + "d0" * 20)
        self._abi: dict[str, str] = {}
        self.outcomes: list[Outcome] = []
        """Every transaction that left a log, in order."""
        self.set_time(START_S)

    @property
    def now_s(self) -> int:
        return self._now_s

    def set_time(self, now_s: int) -> None:
        self._now_s = now_s
        beneficiary = to_checksum_address(int(os.environ.get("HOLDFAST_MUTANT", "0")).to_bytes(20))
        self._evm.set_block_env(pyrevm.BlockEnv(number=1, timestamp=now_s, coinbase=beneficiary))

    def snapshot(self) -> tuple[Any, int, int]:
        return self._evm.snapshot(), self._now_s, len(self.outcomes)

    def revert(self, snapshot: tuple[Any, int, int]) -> None:
        self._evm.revert(snapshot[0])
        self.set_time(snapshot[1])
        del self.outcomes[snapshot[2] :]

    @property
    def deployed(self) -> dict[str, str]:
        """Contract -> where it was deployed last."""
        return {name: address for address, name in self._abi.items()}

    def next_address(self, after: int = 0) -> str:
        nonce = self._evm.basic(self.deployer).nonce + after
        return to_checksum_address(keccak(rlp.encode([to_canonical_address(self.deployer), nonce]))[-20:])

    def deploy(self, name: str, *args: Any) -> str:
        artifact = load_artifact(name)
        inputs = next((i["inputs"] for i in artifact.abi if i["type"] == "constructor"), [])
        address = self._create(artifact.bytecode + encode(_types(inputs), args))
        self._abi[address] = name
        return address

    def deploy_code(self, runtime: bytes) -> str:
        """Put bare code on the chain: for contract wallets."""
        assert len(runtime) < 256
        return self._create(_creator(runtime))

    def _create(self, code: bytes) -> str:
        try:
            return to_checksum_address(self._evm.deploy(self.deployer, code))
        except RuntimeError as error:
            raise _reverted(error) from error

    def code(self, address: str) -> bytes:
        return bytes(self._evm.get_code(address) or b"").rstrip(b"\x00")

    def storage(self, address: str, slot: int) -> int:
        return int(self._evm.storage(address, slot))

    def set_storage(self, address: str, slot: int, word: int) -> None:
        """What acts would take years to write there: a state of the chain to begin from."""
        self._evm.insert_account_storage(address, slot, word)

    def transact(self, to: str, data: bytes, sender: str | None = None) -> tuple[bytes, Outcome]:
        """Send raw calldata; returns what came back and what happened. A contract may be the sender, too."""
        caller = sender or self.deployer
        try:
            if self.code(caller):
                answer = self._as_contract(caller, to, data)
            else:
                answer = self._evm.message_call(caller, to, data, gas=GAS)
        except RuntimeError as error:
            raise _reverted(error) from error
        result = self._evm.result
        assert result is not None
        outcome = Outcome(tuple(_event(log) for log in result.logs), result.gas_used, self._now_s)
        if outcome.events:
            self.outcomes.append(outcome)
        return bytes(answer), outcome

    def _as_contract(self, caller: str, to: str, data: bytes) -> bytes:
        """Chains refuse transactions from contracts (EIP-3607): for this call it is a puppet."""
        own = self.code(caller)
        copy = to_checksum_address(keccak(b"copy" + to_canonical_address(caller))[-20:])
        self.set_code(copy, own)
        self.set_code(caller, _puppet(copy))
        try:
            whole = to_canonical_address(to).rjust(32, b"\0") + data
            return self._evm.message_call(PUPPETEER, caller, whole, gas=GAS)
        finally:
            self.set_code(caller, own)

    def set_code(self, address: str, code: bytes) -> None:
        """Put bare code at an address that a test has chosen."""
        info = self._evm.basic(address)
        self._evm.insert_account_info(
            address, pyrevm.AccountInfo(balance=info.balance, nonce=info.nonce, code=code)
        )

    def send(self, to: str, function: str, *args: Any, sender: str | None = None) -> Outcome:
        return self.transact(to, self.calldata(to, function, *args), sender)[1]

    def call(self, to: str, function: str, *args: Any) -> Any:
        """Ask a view; one value alone, several as a tuple, a struct as a dict."""
        item = _function(self._abi[to], function, len(args))
        answer, _ = self.transact(to, self.calldata(to, function, *args))
        values = decode(_types(item["outputs"]), answer)
        plain = [
            _named(o["components"], v) if o["type"] == "tuple" else v
            for o, v in zip(item["outputs"], values, strict=True)
        ]
        return plain[0] if len(plain) == 1 else tuple(plain)

    def calldata(self, to: str, function: str, *args: Any) -> bytes:
        return self.calldata_of(self._abi[to], function, *args)

    def calldata_of(self, contract: str, function: str, *args: Any) -> bytes:
        item = _function(contract, function, len(args))
        return bytes(function_abi_to_4byte_selector(item)) + encode(_types(item["inputs"]), args)


def _function(contract: str, function: str, count: int) -> Any:
    return next(
        item
        for item in load_artifact(contract).abi
        if item["type"] == "function" and item["name"] == function and len(item["inputs"]) == count
    )


def _creator(runtime: bytes) -> bytes:
    """Constructor code that returns `runtime`: push length, copy from offset 12, return."""
    size = len(runtime)
    return bytes([0x60, size, 0x60, 12, 0x60, 0, 0x39, 0x60, size, 0x60, 0, 0xF3]) + runtime


def _puppet(copy: str) -> bytes:
    """Code that does what the copy's does; if the puppeteer calls, it calls whom the first word names."""
    itself = "366000600037 6000 6000 36 6000 73" + copy[2:] + "5af4 3d600060003e 604b57 3d6000fd 5b3d6000f3"
    moved = "5b 6020360380602060003760006000826000 60006000355af1 3d600060003e 607657 3d6000fd 5b3d6000f3"
    return bytes.fromhex("3373" + PUPPETEER[2:] + "14605057" + itself + moved)


def _event(log: Any) -> Event:
    topics, data = log.data
    name, item = _by_selector()[bytes(topics[0])]
    indexed = [i for i in item["inputs"] if i["indexed"]]
    plain = [i for i in item["inputs"] if not i["indexed"]]
    values = _named(indexed, [decode([i["type"]], t)[0] for i, t in zip(indexed, topics[1:], strict=True)])
    values |= _named(plain, decode(_types(plain), bytes(data)))
    return Event(name, values, to_checksum_address(log.address))


def _reverted(error: RuntimeError) -> Reverted:
    found = re.search(r"output: 0x([0-9a-f]*)", str(error))
    data = bytes.fromhex(found[1]) if found else b""
    if data[:4] not in _by_selector():
        return Reverted(
            "panic" if data[:4] == bytes.fromhex("4e487b71") else "bare revert", {"text": str(error)}
        )
    name, item = _by_selector()[data[:4]]
    return Reverted(name, _named(item["inputs"], decode(_types(item["inputs"]), data[4:])))
