"""Build the contracts: npm's Solidity compiler, driven by py-solc-x, into committed files.

The files under `holdfast/chain/abi/` hold what the product needs of a contract (ABI, bytecode, storage
layout) and the digest of everything they were made from, so that stale ones are found.
"""

from __future__ import annotations

import hashlib
import json
import posixpath
import re
import shlex
import subprocess
import sys
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Final

import solcx
from solcx.exceptions import SolcError

from holdfast.domain.errors import InvalidInput, Misconfigured, Refused

SOLC_VERSION: Final = "0.8.30"
OPENZEPPELIN_VERSION: Final = "5.3.0"
ABI_FOLDER: Final = Path("holdfast/chain/abi")

CONTRACTS: Final[Mapping[str, str]] = {
    "Consortium": "contracts/Consortium.sol",
    "Council": "contracts/Council.sol",
    "WarehouseReceipt": "contracts/WarehouseReceipt.sol",
    "ReceiptPrimitives": "contracts/ReceiptPrimitives.sol",
    "ReceiptActs": "contracts/ReceiptActs.sol",
    "Court": "contracts/Court.sol",
    "Origins": "contracts/Origins.sol",
    "ReceiptMedium": "contracts/ReceiptMedium.sol",
    "Replacement": "contracts/Replacement.sol",
    "Shortage": "contracts/Shortage.sol",
    "Pledge": "contracts/Pledge.sol",
    "PledgeCourse": "contracts/PledgeCourse.sol",
    "PledgeBond": "contracts/PledgeBond.sol",
    "StorageLien": "contracts/StorageLien.sol",
    "Valuation": "contracts/Valuation.sol",
    "ReceiptStatus": "contracts/ReceiptStatus.sol",
    "AccessManager": "@openzeppelin/contracts/access/manager/AccessManager.sol",
}
"""Contract name -> source unit that defines it."""

MODULES: Final = frozenset({"PledgeCourse"})
"""Contracts compiled for size: their acts are rarer than those with a gas budget."""

SETTINGS: Final[Mapping[str, Any]] = {
    "evmVersion": "berlin",
    "optimizer": {"enabled": True, "runs": 5000},
    "viaIR": True,
    # No digest of comments and paths inside the code: the same code gives the same bytes everywhere.
    "metadata": {"bytecodeHash": "none"},
}

_OUTPUTS: Final = (
    "abi",
    "evm.bytecode.object",
    "evm.deployedBytecode.object",
    "evm.deployedBytecode.immutableReferences",
    "storageLayout",
)

_IMPORT = re.compile(r"^\s*import\b[^;\"']*[\"']([^\"']+)[\"']\s*;", re.MULTILINE)


def launcher(root: Path) -> Path:
    """The executable that answers as solc 0.8.30; written on first use into `.build/`."""
    path = root / ".build" / f"solc-v{SOLC_VERSION}"
    write_launcher(root, path)
    return path


def write_launcher(root: Path, path: Path) -> None:
    """Write an executable at `path` that runs `scripts/solc_launcher.py` with this Python."""
    script = root / "scripts" / "solc_launcher.py"
    text = f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {shlex.quote(str(script))} "$@"\n'
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)


def read_sources(root: Path, units: Collection[str] | None = None) -> dict[str, str]:
    """All source units that `units` (else: all contracts) need, by name; OpenZeppelin's from `node_modules`.

    Raises:
        Misconfigured: node_modules is absent or holds another OpenZeppelin version.
        InvalidInput: an import names a file that does not exist.
    """
    package = root / "node_modules" / "@openzeppelin" / "contracts" / "package.json"
    if not package.is_file():
        raise Misconfigured(f"no OpenZeppelin contracts at {package.parent}: run `make setup`")
    version = json.loads(package.read_text(encoding="utf-8"))["version"]
    if version != OPENZEPPELIN_VERSION:
        raise Misconfigured(
            f"OpenZeppelin contracts {version} found, {OPENZEPPELIN_VERSION} needed: run `make setup`"
        )
    sources: dict[str, str] = {}
    waiting = sorted({*CONTRACTS.values(), *_own_sources(root)} if units is None else units)
    while waiting:
        unit = waiting.pop()
        if unit in sources:
            continue
        path = root / "node_modules" / unit if unit.startswith("@") else root / unit
        if not path.is_file():
            raise InvalidInput("import", unit, "a source file that exists")
        sources[unit] = path.read_text(encoding="utf-8")
        for name in _IMPORT.findall(sources[unit]):
            waiting.append(
                posixpath.normpath(posixpath.join(posixpath.dirname(unit), name))
                if name.startswith(".")
                else name
            )
    return dict(sorted(sources.items()))


def _own_sources(root: Path) -> list[str]:
    """Our own source units; folders that begin with a dot are caches of other tools."""
    found = (path.relative_to(root) for path in (root / "contracts").rglob("*.sol"))
    return [path.as_posix() for path in found if not any(part.startswith(".") for part in path.parts)]


def source_digest(sources: Mapping[str, str]) -> str:
    """SHA-256 (hex) of sources, settings and compiler version together."""
    settings = [settings_of(name) for name in CONTRACTS]
    whole = {"compiler": SOLC_VERSION, "settings": settings, "sources": dict(sources)}
    return hashlib.sha256(json.dumps(whole, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def compile_contracts(root: Path) -> dict[str, str]:
    """Compile in memory: contract name -> text of its ABI file, the same bytes on every machine.

    Raises:
        Refused: the sources do not compile, or not without warnings; the message is the compiler's.
        Misconfigured: compiler or OpenZeppelin are not set up.
    """
    sources = read_sources(root)
    binary = launcher(root)
    try:
        found = solcx.wrapper.get_solc_version(binary)
        if str(found) != SOLC_VERSION:
            raise Misconfigured(f"solc {found} found, {SOLC_VERSION} needed: run `make setup`")
        answers = [
            solcx.compile_standard(_request(sources, wanted), solc_binary=binary)
            for wanted in (CONTRACTS.keys() - MODULES, MODULES)
        ]
    except SolcError as error:
        raise Refused("contracts-do-not-compile", str(error.message)) from error
    except (OSError, subprocess.CalledProcessError) as error:
        raise Misconfigured(f"the Solidity compiler does not start: {error}; run `make setup`") from error
    problems = [problem for answer in answers for problem in answer.get("errors", [])]
    warnings = [p["formattedMessage"] for p in problems if p["severity"] == "warning"]
    if warnings:
        raise Refused("contracts-have-warnings", "\n".join(warnings))
    digest = source_digest(sources)
    return {
        name: _abi_file(name, answers[name in MODULES]["contracts"][unit][name], digest)
        for name, unit in CONTRACTS.items()
    }


def settings_of(name: str) -> dict[str, Any]:
    """The compiler settings of one contract."""
    return {**SETTINGS, "optimizer": {"enabled": True, "runs": 1500 if name in MODULES else 5000}}


def _request(sources: Mapping[str, str], wanted: Collection[str]) -> dict[str, Any]:
    """The compiler's input for contracts that share their settings, with all sources."""
    selection: dict[str, Any] = {"*": {"": []}}
    for name in sorted(wanted):
        selection.setdefault(CONTRACTS[name], {})[name] = list(_OUTPUTS)
    return {
        "language": "Solidity",
        "sources": {unit: {"content": text} for unit, text in sources.items()},
        "settings": {**settings_of(min(wanted)), "outputSelection": selection},
    }


def build_contracts(root: Path) -> list[Path]:
    """Compile and write `holdfast/chain/abi/<Contract>.json`; returns the files, changed or not."""
    folder = root / ABI_FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in compile_contracts(root).items():
        path = folder / f"{name}.json"
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
        written.append(path)
    return written


def check_fresh(root: Path) -> list[str]:
    """Compile in memory and compare with the committed files; returns the names of stale ones."""
    return stale_files(root, compile_contracts(root))


def stale_files(root: Path, built: Mapping[str, str]) -> list[str]:
    """Files under `root` that are absent or differ from what was built (contract name -> text)."""
    paths = {root / ABI_FOLDER / f"{name}.json": text for name, text in built.items()}
    return [
        path.relative_to(root).as_posix()
        for path, text in paths.items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]


def _abi_file(name: str, output: Mapping[str, Any], digest: str) -> str:
    deployed = output["evm"]["deployedBytecode"]
    content = {
        "contract": name,
        "compiler": SOLC_VERSION,
        "settings": settings_of(name),
        "source_digest": digest,
        "abi": output["abi"],
        "bytecode": "0x" + output["evm"]["bytecode"]["object"],
        "deployed_bytecode": "0x" + deployed["object"],
        "immutable_references": sorted(
            (place["start"], place["length"])
            for places in deployed.get("immutableReferences", {}).values()
            for place in places
        ),
        "storage_layout": _layout(output["storageLayout"]),
    }
    return json.dumps(content, indent=1, ensure_ascii=True) + "\n"


def _layout(layout: Mapping[str, Any]) -> dict[str, Any]:
    """Storage variables and, for structs, their members: label -> slot (relative), offset in bytes, size."""

    def fields(members: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            member["label"]: {
                "slot": int(member["slot"]),
                "offset": member["offset"],
                "bytes": int(types[member["type"]]["numberOfBytes"]),
                "type": types[member["type"]]["label"],
            }
            for member in members
        }

    types = layout["types"] or {}
    structs = {kind["label"]: fields(kind["members"]) for kind in types.values() if "members" in kind}
    return {"variables": fields(layout["storage"]), "structs": structs}
