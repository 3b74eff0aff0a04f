"""Values of typed errors in plain words: tonnes, local time with its zone, names of roles and rights.

A field's name tells what it means (`...At` is a time); where it does not, the sentence does: `{given} g` is a
mass, `{given} s` a span, `{given:time}` a time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from string import Formatter
from typing import Any, Final

from eth_utils import function_abi_to_4byte_selector

from holdfast.chain.artifacts import contract_names, load_artifact
from holdfast.domain.members import Role
from holdfast.domain.units import show_time

STATUS: Final = {0: "unknown", 1: "live", 2: "suspended", 3: "delivered", 4: "replaced"}
_TIMES: Final = frozenset(
    {"nowS", "deadline", "validUntil", "maturity", "saleFrom", "fromS", "oldestS", "dueS"}
)
_SPANS: Final = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))
_UNITS: Final = re.compile(r"\{(\w+)\} (g|s)\b")


def mass(value_g: int) -> str:
    """Grams for people, to the gram: `10.000 t`, `900 kg`, `0.001 kg`."""
    if value_g >= 1_000_000 and value_g % 1_000 == 0:
        return f"{value_g // 1_000_000:,}.{value_g % 1_000_000 // 1_000:03d} t"
    whole, rest = divmod(value_g, 1_000)
    return f"{whole:,}.{rest:03d} kg" if rest else f"{whole:,} kg"


def span(seconds: int) -> str:
    """Seconds for people: `7 days`, `90 minutes`; the largest unit that says it exactly."""
    size, name = next((s, n) for s, n in _SPANS if seconds % s == 0 and (seconds >= s or s == 1))
    count = seconds // size
    return f"{count:,} {name}{'' if count == 1 else 's'}"


def roles(mask: int) -> str:
    """Roles of a member by name; bits beyond the known ones as a number."""
    known = [role.name.lower().replace("_", " ") for role in Role if role.name and role & mask]
    rest = mask & ~sum(Role)
    return " and ".join(known + ([f"bit {rest}"] if rest else [])) or "no role"


def rights(mask: int) -> str:
    """Rights of a module by name."""
    from holdfast.chain.gates import RIGHTS

    return " and ".join(name for name, bit in RIGHTS.items() if bit & mask) or "none"


def power(number: int) -> str:
    """A role of the AccessManager by name."""
    from holdfast.chain.governance import Power

    return Power(number).name if number in set(Power) else str(number)


@cache
def _functions() -> dict[bytes, str]:
    return {
        bytes(function_abi_to_4byte_selector(item)): item["name"]  # type: ignore[arg-type]
        for name in contract_names()
        for item in load_artifact(name).abi
        if item["type"] == "function"
    }


def _plain(value: Any) -> str:
    if isinstance(value, bytes):
        return "0x" + value.hex()
    return str(value)


_SHOWN: Final[Mapping[str, Callable[[Any], str]]] = {
    "g": mass,
    "s": span,
    "span": span,
    "time": show_time,
    "roles": roles,
    "rights": rights,
    "right": rights,
    "roleId": power,
    "status": lambda value: STATUS.get(value, f"of status {value}"),
    "currency": lambda value: value.rstrip(b"\0").decode("ascii", "replace") or "none",
    "selector": lambda value: _functions().get(bytes(value), "0x" + bytes(value).hex()),
    "receiptId": lambda value: f"0x{value:064x}",
    "tokenId": lambda value: f"0x{value:064x}",
    "otherId": lambda value: f"0x{value:064x}",
    "successorId": lambda value: f"0x{value:064x}",
    "plain": _plain,
    "minor": lambda value: f"{value:,} minor units",
}


def shown(field: str, value: Any, hint: str = "") -> str:
    """One value of an error in plain words; `hint` goes before what the field's name tells."""
    if not hint and isinstance(value, int):
        if field in _TIMES or re.search(r"[a-z]At$", field):
            hint = "time"
        elif field.endswith("Minor"):
            hint = "minor"
    return _SHOWN.get(hint or field, _plain)(value)


class _Words(Formatter):
    """Formats `{field}` and `{field:hint}` by `shown`."""

    def get_value(self, key: int | str, args: Any, kwargs: Any) -> Any:
        return key, kwargs[key]

    def format_field(self, value: Any, format_spec: str) -> str:
        field, found = value
        return shown(field, found, format_spec)


def fill(sentence: str, values: Mapping[str, Any]) -> str:
    """The sentence with its values in plain words."""
    return _Words().vformat(_UNITS.sub(r"{\1:\2}", sentence), (), values)
