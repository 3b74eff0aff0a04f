"""Which mutants there are, and one build of many: the code, and a copy of product and tests that has it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import solcx
from solcx.exceptions import SolcError

from holdfast.chain.compile import ABI_FOLDER, CONTRACTS, SETTINGS, launcher, read_sources
from holdfast.domain.errors import Refused
from scripts.assurance.mutants import Mutant, Mutator, walk

ROOT: Final = Path(__file__).resolve().parent.parent.parent
FAMILIES: Final[Mapping[str, tuple[str, ...]]] = {
    "WarehouseReceipt": ("WarehouseReceipt", "ReceiptPrimitives"),
    "Pledge": ("Pledge", "PledgeCourse", "PledgeBond"),
    "ReceiptActs": ("ReceiptActs",),
    "Council": ("Council",),
    "Court": ("Court",),
    "StorageLien": ("StorageLien",),
    "Losses": ("Replacement", "Shortage"),
    "Medium": ("ReceiptMedium", "Origins"),
}
"""Group -> the contracts in it. What several use counts with the first."""

QUORUM: Final = "quorum library"
QUORUM_LIBRARY: Final = ("contracts/libraries/Quorum.sol", "contracts/libraries/Signatures.sol")
GROUPS: Final = (*FAMILIES, QUORUM)
IN_CI: Final = ("WarehouseReceipt", "Pledge", QUORUM, "ReceiptActs", "Council")
"""The others are tried in the release size only: CI has no time for them."""

_COPIED: Final = ("holdfast", "tests", "docs", "pyproject.toml")
_OPTIMIZER: Final = {
    "enabled": True,
    "runs": 1,
    # No steps of the optimizer but the stack's: inlined, so many guards need more stack than there is.
    "details": {"yul": True, "yulDetails": {"stackAllocation": True, "optimizerSteps": ":"}},
}


class Sources:
    """The contracts as they are, and every mutant of the groups."""

    def __init__(self) -> None:
        self.texts = read_sources(ROOT)
        answer = _solc(self.texts, {"*": {"": ["ast"]}})
        self.trees = {unit: found["ast"] for unit, found in answer["sources"].items()}
        self._groups: dict[str, str] = {}
        for group, names in FAMILIES.items():
            for name in names:
                for unit in self.reached(CONTRACTS[name]):
                    if unit.startswith("contracts/") and "/interfaces/" not in unit:
                        self._groups.setdefault(unit, QUORUM if unit in QUORUM_LIBRARY else group)
        self.mutants: tuple[Mutant, ...] = tuple(self.mutator().mutants)

    def group(self, unit: str) -> str:
        """The group that a unit's mutants count in."""
        return self._groups[unit]

    def mutator(self) -> Mutator:
        """All mutants anew, to drop some of them."""
        return Mutator(self.texts, self.trees, tuple(sorted(self._groups)), self._run())

    def _run(self) -> set[int]:
        """Functions that the families' contracts have or call: of a library, others carry no faults."""
        nodes = [node for tree in self.trees.values() for node in walk(tree)]
        pieces = {name for names in FAMILIES.values() for name in names}
        bases: set[int] = set()
        for node in nodes:
            if node.get("nodeType") == "ContractDefinition" and node["name"] in pieces:
                bases.update(node["linearizedBaseContracts"])
        functions = {node["id"]: node for node in nodes if node.get("nodeType") == "FunctionDefinition"}
        waiting = [number for number, node in functions.items() if node["scope"] in bases]
        found: set[int] = set()
        while waiting:
            here = waiting.pop()
            if here not in found:
                found.add(here)
                called = {node.get("referencedDeclaration") for node in walk(functions[here])}
                waiting += [number for number in called if number in functions]
        return found

    def reached(self, unit: str) -> set[str]:
        """The unit and all that it imports, however far."""
        waiting, found = [unit], set()
        while waiting:
            here = waiting.pop()
            if here not in found:
                found.add(here)
                nodes = self.trees[here]["nodes"]
                waiting += [n["absolutePath"] for n in nodes if n["nodeType"] == "ImportDirective"]
        return found

    def _deployed(self) -> list[str]:
        """The pieces of the families, less those that another one deploys itself and so contains."""
        pieces = [name for names in FAMILIES.values() for name in names]
        return [
            name
            for name in pieces
            if not any(CONTRACTS[name] in self.reached(CONTRACTS[other]) for other in pieces if other != name)
        ]

    def build(
        self, numbers: Collection[int], jobs: int, say: Callable[[str], None]
    ) -> tuple[list[Mutant], dict[str, str]]:
        """Compile these mutants together; those that the compiler refuses are left out.

        Returns the mutants that stand and the code of the contracts of the aim that any of them is in. Other
        modules stay as shipped. Raises Refused if the sources do not compile.
        """
        mutator = self.mutator()
        mutator.drop({mutant.number for mutant in self.mutants} - set(numbers))
        while True:
            written, places = mutator.write()
            try:
                _solc(written, {"*": {"": ["ast"]}})
                break
            except SolcError as error:
                refused = _refused(error, places)
                if not refused:
                    raise Refused("mutants-do-not-compile", str(error.message)) from error
                mutator.drop(refused)
        mutated = {mutant.unit for mutant in mutator.mutants}
        names = [name for name in self._deployed() if mutated & self.reached(CONTRACTS[name])]

        def compiled(name: str) -> str:
            unit = CONTRACTS[name]
            answer = _solc(written, {unit: {name: ["evm.bytecode.object"]}})
            return str(answer["contracts"][unit][name]["evm"]["bytecode"]["object"])

        try:
            with ThreadPoolExecutor(jobs) as pool:
                code = dict(zip(names, pool.map(compiled, names), strict=True))
        except SolcError as error:
            raise Refused("mutants-do-not-compile", str(error.message)) from error
        say(f"{len(mutator.mutants)} mutants compiled into {len(code)} contracts")
        return mutator.mutants, code


def _refused(error: SolcError, places: Mapping[str, list[tuple[int, int, set[int]]]]) -> set[int]:
    """The mutants at the places the compiler complains about."""
    found: set[int] = set()
    for problem in json.loads(error.stdout_data or "{}").get("errors", []):
        where = problem.get("sourceLocation")
        if problem["severity"] != "error" or where is None:
            continue
        here = places.get(where["file"], [])
        around = [item for item in here if item[0] <= where["start"] and where["end"] <= item[1]]
        inside = [item for item in here if where["start"] <= item[0] and item[1] <= where["end"]]
        chosen = [min(around, key=lambda item: item[1] - item[0])] if around else inside
        for _, _, numbers in chosen:
            found |= numbers
    return found


def _solc(sources: Mapping[str, str], selection: Mapping[str, Any]) -> Any:
    settings = {**SETTINGS, "optimizer": _OPTIMIZER, "outputSelection": selection}
    request = {
        "language": "Solidity",
        "sources": {unit: {"content": text} for unit, text in sources.items()},
        "settings": settings,
    }
    return solcx.compile_standard(request, solc_binary=launcher(ROOT))


def lay_out(folder: Path, code: Mapping[str, str]) -> None:
    """A copy of product and tests in `folder`, whose contracts are the mutated ones."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in _COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(source, folder / name)
    for name, text in code.items():
        path = folder / ABI_FOLDER / f"{name}.json"
        artifact = json.loads(path.read_text(encoding="utf-8"))
        artifact["bytecode"] = "0x" * str(artifact["bytecode"]).startswith("0x") + text
        path.write_text(json.dumps(artifact), encoding="utf-8")
