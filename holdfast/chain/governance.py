"""Who may govern what, and how power is handed over at founding: roles, delays and guardians.

The AccessManager keeps all of it. Whatever is scheduled waits for its delay, and every guardian can cancel it
meanwhile, acts of the admin on the AccessManager itself among them. That admin is the Council: no key.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

from eth_utils import function_abi_to_4byte_selector

from holdfast.chain.artifacts import load_artifact
from holdfast.domain.errors import InvalidInput


class Power(IntEnum):
    """A role of the AccessManager."""

    ADMIN = 0
    REGISTRAR = 1
    COMMITTEE = 2
    MODULES = 3
    GUARDIAN = 4
    ADMIN_ACTS = 5
    VALUATION = 6


LABELS: Final[Mapping[Power, str]] = {
    Power.REGISTRAR: "REGISTRAR",
    Power.COMMITTEE: "COMMITTEE",
    Power.MODULES: "MODULES",
    Power.GUARDIAN: "GUARDIAN",
    Power.ADMIN_ACTS: "ADMIN_ACTS",
    Power.VALUATION: "VALUATION",
}

GOVERNED: Final[Mapping[str, Mapping[str, Power]]] = {
    "Consortium": {
        "addMember": Power.REGISTRAR,
        "setMemberAccount": Power.REGISTRAR,
        "setMemberRoles": Power.REGISTRAR,
        "setMemberActive": Power.REGISTRAR,
        "setMemberEncryptionKey": Power.REGISTRAR,
        "setCommittee": Power.COMMITTEE,
        "setModule": Power.MODULES,
    },
    "Valuation": {"setSeries": Power.VALUATION},
}
"""Contract -> function -> role that may call it. One left out would be the admin's, without guardians."""

ADMIN_FUNCTIONS: Final = (
    "labelRole",
    "setRoleAdmin",
    "setRoleGuardian",
    "setGrantDelay",
    "setTargetAdminDelay",
    "updateAuthority",
    "setTargetClosed",
    "setTargetFunctionRole",
    "grantRole",
    "revokeRole",
)
"""What the AccessManager lets its admin do to itself. OpenZeppelin gives the admin role no guardian; but
`cancel` asks who guards the role a function is set to, so these are set to ADMIN_ACTS, which nobody holds."""


@dataclass(frozen=True, slots=True)
class Governance:
    """Who governs, how many seconds pass between announcing an act and doing it, and who can cancel it.

    Nobody here is admin: the Council is, and waits `admin_delay_s`, as does `modules`.
    """

    modules: str
    """Proposes modules; a quorum must have attested each."""
    registrar: str
    committee: str
    admin_delay_s: int
    registrar_delay_s: int
    committee_delay_s: int
    guardians: tuple[str, ...] = ()
    valuation: str = ""
    """Sets up price series; empty if nobody does yet."""
    valuation_delay_s: int = 0

    def require_separate(self) -> None:
        """Refuse unless no account holds two powers, somebody can cancel, and there is time to.

        Raises:
            InvalidInput: naming the field.
        """
        seen: dict[str, str] = {}
        named = [
            (field, getattr(self, field)) for field in ("modules", "registrar", "committee", "valuation")
        ]
        if not self.guardians:
            raise InvalidInput("guardians", "none", "at least one account that can cancel what is announced")
        if not self.valuation:
            raise InvalidInput("valuation", "none", "the account that sets up price series")
        for field, account in [*named, *(("guardians", guardian) for guardian in self.guardians)]:
            key = account.lower()
            if key in seen:
                raise InvalidInput(field, account, f"an account of its own; this one is given as {seen[key]}")
            seen[key] = field
        for field in ("admin_delay_s", "registrar_delay_s", "committee_delay_s", "valuation_delay_s"):
            if getattr(self, field) < 1:
                raise InvalidInput(field, getattr(self, field), "1 s or more: without delay none can cancel")

    def held(self) -> list[tuple[Power, str, int]]:
        """Every power that an account is given, with the account and its delay in seconds."""
        found = [
            (Power.REGISTRAR, self.registrar, self.registrar_delay_s),
            (Power.COMMITTEE, self.committee, self.committee_delay_s),
            (Power.MODULES, self.modules, self.admin_delay_s),
            *((Power.GUARDIAN, guardian, 0) for guardian in self.guardians),
        ]
        return found + [(Power.VALUATION, self.valuation, self.valuation_delay_s)] * bool(self.valuation)


@dataclass(frozen=True, slots=True)
class Step:
    """One call to the AccessManager."""

    function: str
    args: tuple[Any, ...]


def selectors(contract: str, functions: Mapping[str, object] | tuple[str, ...]) -> list[bytes]:
    """The four bytes that name each function, in the order given."""
    found: dict[str, bytes] = {}
    for item in load_artifact(contract).abi:
        if item["type"] == "function":
            found[item["name"]] = bytes(function_abi_to_4byte_selector(item))  # type: ignore[arg-type]
    return [found[name] for name in functions]


def hand_over(
    governance: Governance, manager: str, council: str, targets: Mapping[str, str], signer: str
) -> Iterator[Step]:
    """The calls that give power away, in order; afterwards the signer keeps none unless governance names it.

    Args:
        governance: Who gets which power.
        manager: Address of the AccessManager.
        council: Address of the Council, its admin from now on.
        targets: Governed contract -> its address; all of GOVERNED's must be there.
        signer: The AccessManager's admin up to now.
    """
    if set(targets) != set(GOVERNED):
        raise InvalidInput("targets", ", ".join(sorted(targets)), ", ".join(sorted(GOVERNED)))
    for power, label in LABELS.items():
        yield Step("labelRole", (int(power), label))
        if power is not Power.GUARDIAN:
            yield Step("setRoleGuardian", (int(power), int(Power.GUARDIAN)))
    for contract, address in targets.items():
        for power in sorted(set(GOVERNED[contract].values())):
            names = tuple(name for name, held in GOVERNED[contract].items() if held is power)
            yield Step("setTargetFunctionRole", (address, selectors(contract, names), int(power)))
    marked = selectors("AccessManager", ADMIN_FUNCTIONS)
    yield Step("setTargetFunctionRole", (manager, marked, int(Power.ADMIN_ACTS)))
    for power, account, delay_s in governance.held():
        yield Step("grantRole", (int(power), account, delay_s))
    if governance.admin_delay_s:
        yield from _slow_down(governance.admin_delay_s, [manager, *targets.values()])
    # Last, since from here on the admin's own delay applies to every further change.
    yield Step("grantRole", (int(Power.ADMIN), council, governance.admin_delay_s))
    yield Step("renounceRole", (int(Power.ADMIN), signer))


def _slow_down(delay_s: int, targets: list[str]) -> Iterator[Step]:
    """A second admin, or one with a shorter delay, must not make changes sooner than the first could.

    The AccessManager lets these delays begin and end after five days; the admin's own holds at once.
    """
    for power in (Power.ADMIN, *LABELS):
        yield Step("setGrantDelay", (int(power), delay_s))
    for target in targets:
        yield Step("setTargetAdminDelay", (target, delay_s))
