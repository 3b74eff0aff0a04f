"""Make mutants of the contracts: small faults, one at a time, that the tests must notice.

All mutants live in one build. Each fault is guarded by the block's beneficiary: under beneficiary 0 the
contracts are as written, under beneficiary n they have fault n. So hundreds of mutants cost one compilation
("mutant schemata": Untch, Offutt and Harrold, 1993).
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

GUARD_UNIT: Final = "contracts/libraries/Mutant.sol"
GUARD_SOURCE: Final = """// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

function mutantOn(uint256 id) view returns (bool) {
    return uint160(address(block.coinbase)) == id;
}
"""

_RELATIONS: Final = {
    "<": ("<=", ">="),
    "<=": ("<", ">"),
    ">": (">=", "<="),
    ">=": (">", "<"),
    "==": ("!=",),
    "!=": ("==",),
}
_ARITHMETIC: Final = {
    "+": ("-",),
    "-": ("+",),
    "*": ("/",),
    "/": ("*",),
    "%": ("*",),
    "&": ("|",),
    "|": ("&",),
    "<<": (">>",),
    ">>": ("<<",),
    "&&": ("||",),
    "||": ("&&",),
}
_ASSIGNMENTS: Final = {"+=": "-=", "-=": "+=", "|=": "&=", "&=": "|=", "<<=": ">>=", ">>=": "<<="}
_YUL: Final = {
    "add": "sub",
    "sub": "add",
    "and": "or",
    "or": "and",
    "shl": "shr",
    "shr": "shl",
    "lt": "gt",
    "gt": "lt",
}
_YUL_EFFECTS: Final = ("call", "store", "log", "copy", "revert", "return")


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault. `number` is the beneficiary that switches it on; `key` names it whatever the line."""

    number: int
    unit: str
    function: str
    line: int
    original: str
    mutated: str
    place: int
    """1 for the first time that a function has this fault, 2 for the next, and so on."""

    @property
    def key(self) -> str:
        """What it is, stable while other code moves."""
        again = f" ({self.place})" if self.place > 1 else ""
        return f"{self.unit}:{self.function}: {self.original} -> {self.mutated}{again}"


@dataclass(slots=True)
class Site:
    """A stretch of source with its faults: (mutant number, text that stands in its place)."""

    start: int
    end: int
    form: str
    variants: list[tuple[int, str]] = field(default_factory=list)


class Mutator:
    """Finds the sites of some source units and writes the guarded sources."""

    def __init__(
        self, sources: Mapping[str, str], trees: Mapping[str, Any], units: Iterable[str], run: Container[int]
    ) -> None:
        """`run`: the functions, by their ids in `trees`, that may carry faults."""
        self._sources = dict(sources)
        self._trees = trees
        self._functions = run
        self._constants = {
            node["id"]
            for tree in trees.values()
            for node in walk(tree)
            if node.get("nodeType") == "VariableDeclaration" and node.get("constant")
        }
        self._types: dict[int, str] = {}
        self.mutants: list[Mutant] = []
        self.sites: dict[str, list[Site]] = {}
        for unit in units:
            self.sites[unit] = list(self._sites(unit))

    def drop(self, numbers: set[int]) -> None:
        """Leave mutants out: the compiler does not take them."""
        for unit, sites in self.sites.items():
            for site in sites:
                site.variants = [item for item in site.variants if item[0] not in numbers]
            self.sites[unit] = [site for site in sites if site.variants]
        self.mutants = [mutant for mutant in self.mutants if mutant.number not in numbers]

    def write(self) -> tuple[dict[str, str], dict[str, list[tuple[int, int, set[int]]]]]:
        """All sources with their guards, and where in them (start, end) which mutants stand."""
        written, places = {GUARD_UNIT: GUARD_SOURCE}, {}
        for unit, text in self._sources.items():
            if unit in self.sites:
                text, places[unit] = self._render(unit)
                up = posixpath.relpath(GUARD_UNIT, posixpath.dirname(unit))
                text += f'\nimport {{mutantOn}} from "{up if up.startswith(".") else "./" + up}";\n'
            if unit.startswith("contracts/") and not unit.startswith("contracts/interfaces/"):
                text = re.sub(r"\bpure\b", "view", text)
            written[unit] = text
        return written, places

    # --- finding sites ---

    def _sites(self, unit: str) -> Iterator[Site]:
        data = self._sources[unit].encode()
        seen: Counter[tuple[str, str, str]] = Counter()
        for function in walk(self._trees[unit]):
            if function.get("id") not in self._functions or not function.get("body"):
                continue
            name = function["name"] or function["kind"]
            steps = _steps_of_loops(function["body"])
            self._types = _types_of_numbers(function["body"])
            for node in walk(function["body"]):
                if node.get("id") in steps:
                    continue
                for span, form, faults in self._faults(node, data):
                    site = Site(*span, form)
                    original = _squeeze(data[site.start : site.end].decode())
                    line = data[: site.start].count(b"\n") + 1
                    for text in faults:
                        fault = (name, original, _squeeze(text))
                        seen[fault] += 1
                        mutant = Mutant(len(self.mutants) + 1, unit, name, line, *fault[1:], seen[fault])
                        self.mutants.append(mutant)
                        site.variants.append((mutant.number, text))
                    yield site

    def _faults(
        self, node: Mapping[str, Any], data: bytes
    ) -> Iterator[tuple[tuple[int, int], str, list[str]]]:
        kind = node.get("nodeType", "")
        span = _span(node)
        if kind == "BinaryOperation":
            left, right = (_text(node[side], data) for side in ("leftExpression", "rightExpression"))
            others = {**_RELATIONS, **_ARITHMETIC}.get(node["operator"], ())
            yield span, "expression", [f"({left}) {other} ({right})" for other in others]
        elif kind == "UnaryOperation" and node["operator"] == "!":
            yield span, "expression", [_text(node["subExpression"], data)]
        elif kind == "Conditional":
            parts = [_text(node[name], data) for name in ("condition", "falseExpression", "trueExpression")]
            yield span, "expression", ["({}) ? ({}) : ({})".format(*parts)]
        elif kind == "Literal" and node.get("kind") == "number":
            yield span, self._types.get(node["id"], "uint256"), [f"{_text(node, data)} + 1"]
        elif kind == "Literal" and node.get("kind") == "bool":
            yield span, "expression", ["false" if node["value"] == "true" else "true"]
        elif kind == "Identifier" and node.get("referencedDeclaration") in self._constants:
            if "int" in node.get("typeDescriptions", {}).get("typeString", ""):
                yield span, "expression", [f"{node['name']} + 1"]
        elif kind == "IfStatement":
            yield _span(node["condition"]), "expression", ["false"]
        elif kind == "ExpressionStatement":
            inner = node["expression"]
            left = inner.get("leftHandSide", {}).get("typeDescriptions", {}).get("typeString", "")
            if not left.endswith("storage pointer"):  # the compiler wants these set on every path
                yield self._whole(span, data), "statement", [""]
            if inner.get("nodeType") == "Assignment" and inner["operator"] in _ASSIGNMENTS:
                left, right = (_text(inner[side], data) for side in ("leftHandSide", "rightHandSide"))
                other = _ASSIGNMENTS[inner["operator"]]
                yield self._whole(span, data), "statement", [f"{left} {other} {right};"]
        elif kind == "EmitStatement":
            yield self._whole(span, data), "statement", [""]
        elif kind == "YulFunctionCall":
            yield from self._yul(node, data)

    def _yul(self, node: Mapping[str, Any], data: bytes) -> Iterator[tuple[tuple[int, int], str, list[str]]]:
        name, whole = node["functionName"]["name"], _text(node, data)
        if any(effect in whole for effect in _YUL_EFFECTS):
            return
        arguments = ", ".join(_text(item, data) for item in node["arguments"])
        if name in _YUL:
            yield _span(node), "yul", [f"{_YUL[name]}({arguments})"]
        elif name in ("eq", "iszero"):
            yield _span(node), "yul", [f"iszero({whole})"]

    def _whole(self, span: tuple[int, int], data: bytes) -> tuple[int, int]:
        """A statement with its semicolon, which its node leaves out."""
        start, end = span
        return start, end if data[end - 1 : end] == b";" else data.index(b";", end - 1) + 1

    # --- writing ---

    def _render(self, unit: str) -> tuple[str, list[tuple[int, int, set[int]]]]:
        data = self._sources[unit].encode()
        places: list[tuple[int, int, set[int]]] = []
        sites = sorted(self.sites[unit], key=lambda site: (site.start, -site.end, site.form != "statement"))

        def within(start: int, end: int, at: int, base: int) -> tuple[bytes, int]:
            """Text of [start, end) with the guards of the sites from index `at` on; the next index."""
            out, here = b"", start
            while at < len(sites) and sites[at].end <= end and sites[at].start >= here:
                site = sites[at]
                out += data[here : site.start]
                begin = base + len(out)
                inner, at = within(site.start, site.end, at + 1, begin)
                out += _guard(site, inner)
                numbers = {number for number, _ in site.variants}
                places.append((begin, base + len(out), numbers))
                here = site.end
            return out + data[here:end], at

        text, used = within(0, len(data), 0, 0)
        if used != len(sites):
            raise AssertionError(f"{unit}: sites cross each other")
        return text.decode(), places


def _guard(site: Site, inner: bytes) -> bytes:
    for number, text in site.variants:
        if site.form == "statement" and not text:
            inner = b"{ if (!mutantOn(%d)) { %s } }" % (number, inner)
        elif site.form == "statement":
            inner = b"{ if (mutantOn(%d)) { %s } else { %s } }" % (number, text.encode(), inner)
        elif site.form == "yul":
            other = text.encode()
            inner = b"xor(%s, mul(xor(%s, %s), eq(coinbase(), %d)))" % (inner, inner, other, number)
        else:
            inner = b"(mutantOn(%d) ? (%s) : (%s))" % (number, text.encode(), inner)
        if site.form.startswith("uint"):
            # Two literals alone would be as narrow as they are short, and what is computed from them, too.
            inner = site.form.encode() + inner
        elif site.form == "bytes32":
            inner = b"bytes32(uint256" + inner + b")"
    return inner


def walk(node: Any) -> Iterator[dict[str, Any]]:
    """The nodes of a syntax tree, each before what it holds."""
    if isinstance(node, dict):
        if "nodeType" in node:
            yield node
        for value in node.values():
            yield from walk(value)
    elif isinstance(node, list):
        for value in node:
            yield from walk(value)


def _steps_of_loops(body: Any) -> set[int]:
    """Statements in the heads of `for` loops: no statement may stand in their place."""
    loops = (node for node in walk(body) if node["nodeType"] == "ForStatement")
    return {loop["loopExpression"]["id"] for loop in loops if loop.get("loopExpression")}


def _types_of_numbers(body: Any) -> dict[int, str]:
    """Literals that are computed or compared with something: the type in which this is done."""
    found: dict[int, str] = {}
    for node in walk(body):
        kind = node.get("commonType", {}).get("typeString", "")
        if node["nodeType"] == "BinaryOperation" and kind.startswith(("uint", "bytes32")):
            found |= {node[side]["id"]: kind for side in ("leftExpression", "rightExpression")}
    return found


def _span(node: Mapping[str, Any]) -> tuple[int, int]:
    start, length, _ = (int(part) for part in node["src"].split(":"))
    return start, start + length


def _text(node: Mapping[str, Any], data: bytes) -> str:
    start, end = _span(node)
    return data[start:end].decode()


def _squeeze(text: str) -> str:
    return " ".join(text.split())
