"""One connection to one node: chain checked on the way in, foreign errors turned into ours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from requests.exceptions import ConnectionError as RequestsConnectionError
from requests.exceptions import RequestException, Timeout
from web3 import HTTPProvider, Web3
from web3.exceptions import (
    BlockNotFound,
    ContractCustomError,
    ContractLogicError,
    TransactionNotFound,
    Web3Exception,
)
from web3.middleware import ExtraDataToPOAMiddleware

from holdfast.attestation.typed_data import Domain
from holdfast.chain.artifacts import load_artifact
from holdfast.chain.deployment import Deployment
from holdfast.chain.refusals import refusal
from holdfast.domain.errors import HoldfastError, Misconfigured, Unreachable

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class BlockRef:
    """One block by number, its hash and its parent's (0x hex), its time in unix seconds."""

    number: int
    hash: str
    parent_hash: str
    timestamp_s: int


@dataclass(frozen=True, slots=True)
class ChainSettings:
    """What a node must be: the chain, its first block, and our contracts on it."""

    rpc_url: str
    deployment: Deployment
    genesis_hash: str
    timeout_s: float = 10.0


def named_struct(abi: Any, function: str, answer: Any) -> dict[str, Any]:
    """The struct that a view of ours answers, by field name (structs in it too).

    By name, since a contract may put its fields into another order.
    """
    item = next(one for one in abi if one["type"] == "function" and one["name"] == function)
    return _named(item["outputs"][0]["components"], answer)


def _named(components: Any, values: Any) -> dict[str, Any]:
    return {c["name"]: _value(c, value) for c, value in zip(components, values, strict=True)}


def _value(component: Any, value: Any) -> Any:
    if component["type"] == "tuple":
        return _named(component["components"], value)
    if component["type"] == "tuple[]":
        return [_named(component["components"], one) for one in value]
    return value


class Connection:
    """JSON-RPC to one node, pinned to a chain and to our contracts."""

    def __init__(self, settings: ChainSettings) -> None:
        self.settings = settings
        self.deployment = settings.deployment
        self.w3 = Web3(HTTPProvider(settings.rpc_url, request_kwargs={"timeout": settings.timeout_s}))
        # Headers of QBFT and Clique carry more extra data than mainnet's; harmless elsewhere.
        self.w3.middleware_onion.inject(ExtraDataToPOAMiddleware, layer=0)
        self._genesis: str | None = None

    @property
    def domain(self) -> Domain:
        """Where signatures count."""
        return Domain(self.deployment.chain_id, self.deployment.warehouse_receipt)

    def contract(self, name: str, address: str) -> Any:
        """A web3 contract of ours at an address."""
        return self.w3.eth.contract(
            address=Web3.to_checksum_address(address), abi=list(load_artifact(name).abi)
        )

    def ask(self, what: str, call: Callable[[], T]) -> T:
        """Run one call. Raises Unreachable if the node does not answer, Refused if the contract says no."""
        try:
            return call()
        except (ContractCustomError, ContractLogicError) as error:
            raise refusal(error) from error
        except HoldfastError:
            raise
        except (RequestException, OSError, BlockNotFound, TransactionNotFound, Web3Exception) as error:
            raise Unreachable("chain", self.settings.rpc_url, f"{what}: {_why(error)}") from error

    def verify(self) -> None:
        """Check chain id, genesis and our contracts' code.

        Raises Misconfigured if the node is of another chain or the contracts are not ours, Unreachable
        if it does not answer.
        """
        chain_id = self.ask("chain id", lambda: self.w3.eth.chain_id)
        if chain_id != self.deployment.chain_id:
            raise Misconfigured(
                f"the node at {self.settings.rpc_url} is on chain {chain_id}, not {self.deployment.chain_id}"
            )
        if self.block(0).hash != self.settings.genesis_hash:
            raise Misconfigured(f"the node at {self.settings.rpc_url} has another first block than ours")
        for name, address in self.deployment.contracts().items():
            checksum = Web3.to_checksum_address(address)
            code = bytes(self.ask("code", lambda c=checksum: self.w3.eth.get_code(c)))  # type: ignore[misc]
            if not load_artifact(name).matches_code(code):
                raise Misconfigured(f"the code at {address} is not our {name} contract")

    def block(self, number: int | str) -> BlockRef:
        """One block by number or tag. Raises Unreachable."""
        found: Any = self.ask(f"block {number}", lambda: self.w3.eth.get_block(number))  # type: ignore[arg-type]
        return BlockRef(
            int(found["number"]),
            "0x" + bytes(found["hash"]).hex(),
            "0x" + bytes(found["parentHash"]).hex(),
            int(found["timestamp"]),
        )

    def head(self) -> BlockRef:
        """The newest block. Raises Unreachable."""
        return self.block("latest")


def _why(error: Exception) -> str:
    """What people can use of an error; HTTP libraries bury it under their own workings."""
    if isinstance(error, RequestsConnectionError):
        return "nobody answers there"
    if isinstance(error, Timeout):
        return "no answer in time"
    return str(error)
