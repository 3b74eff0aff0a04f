"""The generated contract files, read once: ABI, bytecode, storage layout."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from holdfast.domain.errors import Misconfigured

PIECES: Final[Mapping[str, tuple[str, ...]]] = {
    "WarehouseReceipt": ("ReceiptPrimitives",),
    "Pledge": ("PledgeCourse", "PledgeBond"),
}
"""Contract of several pieces of code -> the pieces it delegates to: to the first, and each to the next.

WarehouseReceipt makes its own; others are given theirs."""


@dataclass(frozen=True, slots=True)
class Field:
    """Where a value lies: slot (of the contract, or relative to its struct), byte offset from the low end."""

    slot: int
    offset: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Artifact:
    """One contract as compiled.

    `deployed_bytecode` has zeros where immutables go; `immutable_references` are their (start, length) in
    bytes.
    """

    name: str
    abi: tuple[dict[str, Any], ...]
    bytecode: bytes
    deployed_bytecode: bytes
    immutable_references: tuple[tuple[int, int], ...]
    variables: dict[str, Field]
    structs: dict[str, dict[str, Field]]
    source_digest: str

    def matches_code(self, code: bytes) -> bool:
        """Whether code found on a chain is this contract, whatever its immutables are."""
        blank = bytearray(code)
        for start, length in self.immutable_references:
            blank[start : start + length] = bytes(length)
        return bytes(blank) == self.deployed_bytecode


@cache
def contract_names() -> tuple[str, ...]:
    """Every contract of which there is a generated file, sorted."""
    folder = files("holdfast.chain") / "abi"
    return tuple(sorted(file.name[:-5] for file in folder.iterdir() if file.name.endswith(".json")))


@cache
def load_artifact(name: str) -> Artifact:
    """Read `holdfast/chain/abi/<name>.json`: WarehouseReceipt, Pledge or another contract.

    The ABI is that of all pieces of a contract's code, as callers see it.

    Raises:
        Misconfigured: no such file; build it with `holdfast contracts build`.
    """
    path = files("holdfast.chain") / "abi" / f"{name}.json"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise Misconfigured(f"no ABI file for {name}: run `holdfast contracts build`") from error
    layout = content["storage_layout"]
    return Artifact(
        name=name,
        abi=_whole(content["abi"], *(load_artifact(piece).abi for piece in PIECES.get(name, ()))),
        bytecode=bytes.fromhex(content["bytecode"][2:]),
        deployed_bytecode=bytes.fromhex(content["deployed_bytecode"][2:]),
        immutable_references=tuple((start, length) for start, length in content["immutable_references"]),
        variables=_fields(layout["variables"]),
        structs={
            label.removeprefix("struct "): _fields(members) for label, members in layout["structs"].items()
        },
        source_digest=content["source_digest"],
    )


def _whole(first: list[dict[str, Any]], *others: tuple[dict[str, Any], ...]) -> tuple[dict[str, Any], ...]:
    """One ABI: what the first piece has, then what the others add; constructors are the first one's."""
    found = list(first)
    for other in others:
        found += [item for item in other if item["type"] != "constructor" and item not in found]
    return tuple(found)


@cache
def artifact_names() -> tuple[str, ...]:
    """Every contract there is a file for, by name."""
    folder = files("holdfast.chain") / "abi"
    return tuple(sorted(path.name[:-5] for path in folder.iterdir() if path.name.endswith(".json")))


def _fields(members: dict[str, Any]) -> dict[str, Field]:
    return {label: Field(item["slot"], item["offset"], item["bytes"]) for label, item in members.items()}
