"""What a verifier already knows and pins: chain, engine, validators, contracts and their code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from holdfast.domain.errors import InvalidInput, Misconfigured
from holdfast.proof import hexes
from holdfast.proof.strict_json import exactly, read_object, whole

TYPE: Final = "holdfast-trust"
VERSION: Final = 1
MAX_VALIDATORS: Final = 256


class Engine(Enum):
    """How the chain agrees on blocks, and so what its headers can prove offline."""

    QBFT = "qbft"
    """A quorum of validators seals every header."""
    CLIQUE = "clique"
    """One sealer a block: no quorum in the header."""
    DEVELOPMENT = "development"
    """A chain on one machine, without seals."""


@dataclass(frozen=True, slots=True)
class PinnedContract:
    """A contract's address (20 bytes) and the keccak-256 of its deployed code (32 bytes)."""

    address: bytes
    code_hash: bytes


@dataclass(frozen=True, slots=True)
class Trust:
    """The verifier's own word on what it accepts; nothing in a title proof can change it.

    `validators` (20 bytes each) is the set in force after the parent of the block to verify; it must be empty
    for every engine but QBFT. `max_age_s` limits the age of the block, seconds. `block_hash` (32 bytes), if
    the verifier's own node names one, is the only block accepted.

    Raises:
        Misconfigured: the parts do not make a root of trust.
    """

    chain_id: int
    genesis_hash: bytes
    engine: Engine
    validators: tuple[bytes, ...]
    warehouse_receipt: PinnedContract
    consortium: PinnedContract
    max_age_s: int | None = None
    block_hash: bytes | None = None

    def __post_init__(self) -> None:
        count = len(self.validators)
        if self.engine is Engine.QBFT and not 1 <= count <= MAX_VALIDATORS:
            raise Misconfigured(f"trust.validators: {count} given; a QBFT chain has 1 to {MAX_VALIDATORS}")
        if self.engine is not Engine.QBFT and count:
            raise Misconfigured(
                f"trust.validators: {count} given; none are checked on engine {self.engine.value}"
            )
        if len(set(self.validators)) != count:
            raise Misconfigured("trust.validators: a validator is named twice")
        if self.warehouse_receipt.address == self.consortium.address:
            raise Misconfigured("trust.contracts: both contracts have one address")

    def to_json(self) -> dict[str, Any]:
        """The trust file's content."""
        out: dict[str, Any] = {
            "type": TYPE,
            "version": VERSION,
            "chain_id": self.chain_id,
            "genesis_hash": hexes.data(self.genesis_hash),
            "engine": self.engine.value,
            "validators": [hexes.data(v) for v in self.validators],
            "contracts": {
                name: {"address": hexes.data(pin.address), "code_hash": hexes.data(pin.code_hash)}
                for name, pin in (
                    ("warehouse_receipt", self.warehouse_receipt),
                    ("consortium", self.consortium),
                )
            },
        }
        if self.max_age_s is not None:
            out["max_age_s"] = self.max_age_s
        if self.block_hash is not None:
            out["block_hash"] = hexes.data(self.block_hash)
        return out


def parse_trust(data: bytes | Mapping[str, Any]) -> Trust:
    """Read a trust file (JSON, in any layout) or its parsed content.

    Raises:
        Misconfigured: empty, incomplete or wrong; names the field.
    """
    try:
        content = read_object(data, "trust file", canonical=False) if isinstance(data, bytes) else dict(data)
        return _parse(content)
    except InvalidInput as e:
        raise Misconfigured(f"trust file: {e}") from e


def _parse(content: dict[str, Any]) -> Trust:
    names = frozenset({"type", "version", "chain_id", "genesis_hash", "engine", "validators", "contracts"})
    exactly(content, names, "trust", frozenset({"max_age_s", "block_hash"}))
    if content["type"] != TYPE:
        raise InvalidInput("trust.type", content["type"], TYPE)
    if whole(content["version"], "trust.version", 32) != VERSION:
        raise InvalidInput("trust.version", content["version"], str(VERSION))
    try:
        engine = Engine(content["engine"])
    except ValueError as e:
        raise InvalidInput("trust.engine", content["engine"], " or ".join(x.value for x in Engine)) from e
    if not isinstance(content["validators"], list):
        raise InvalidInput("trust.validators", content["validators"], "a list of addresses")
    pins = exactly(content["contracts"], frozenset({"warehouse_receipt", "consortium"}), "trust.contracts")
    max_age_s, block = content.get("max_age_s"), content.get("block_hash")
    return Trust(
        chain_id=whole(content["chain_id"], "trust.chain_id", 53, 1),
        genesis_hash=hexes.read_data(content["genesis_hash"], "trust.genesis_hash", 32),
        engine=engine,
        validators=tuple(
            hexes.read_data(v, f"trust.validators[{i}]", 20) for i, v in enumerate(content["validators"])
        ),
        warehouse_receipt=_pin(pins["warehouse_receipt"], "trust.contracts.warehouse_receipt"),
        consortium=_pin(pins["consortium"], "trust.contracts.consortium"),
        max_age_s=None if max_age_s is None else whole(max_age_s, "trust.max_age_s", 40, 1),
        block_hash=None if block is None else hexes.read_data(block, "trust.block_hash", 32),
    )


def _pin(value: object, what: str) -> PinnedContract:
    fields = exactly(value, frozenset({"address", "code_hash"}), what)
    return PinnedContract(
        hexes.read_data(fields["address"], f"{what}.address", 20),
        hexes.read_data(fields["code_hash"], f"{what}.code_hash", 32),
    )
