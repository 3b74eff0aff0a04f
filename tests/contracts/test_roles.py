"""Every state-changing function by every role, on a real deployment, compared with the published table.

A function that is new fails here until holdfast/chain/gates.py says what gates it, and an act until
tests/contracts/acts_samples.py has one to try.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from eth_abi import encode
from eth_utils import collapse_if_tuple, function_abi_to_4byte_selector, is_address, to_checksum_address

from holdfast.chain.acts import ATTESTED, CONSENTS, FUNCTIONS, PARTIES
from holdfast.chain.artifacts import contract_names
from holdfast.chain.gates import RIGHTS, Function, Kind, contracts, functions, gate_of
from holdfast.chain.governance import Power
from holdfast.chain.module_orders import delegated_to
from holdfast.chain.roles import ROLES_FILE, Caller, as_json_table, as_markdown, callers, cell
from holdfast.domain.errors import Refused
from holdfast.domain.members import Role
from tests.contracts import governance_harness
from tests.contracts.acts_harness import COURT, ActsWorld
from tests.contracts.governance_harness import COUNCIL, DELAYS, MODULES, STRANGER, announce, govern
from tests.contracts.harness import (
    BANK,
    IMPORTER,
    LOT,
    OPERATOR,
    TRADER,
    Reverted,
    address_of,
    key_of,
    receipt_id,
    refused,
    sign,
)

ROOT = Path(__file__).resolve().parents[2]
INSURER = 90
REFUSALS = {
    Kind.NOBODY: "MovesOnlyByOrder",
    Kind.MANAGER: "AccessManagedUnauthorized",
    Kind.RIGHT: "ModuleLacksRight",
    Kind.RECEIPTS: "OnlyWarehouseReceipt",
    Kind.MEMBER: "NotAMember",
}
GATES = frozenset(
    {
        *REFUSALS.values(),
        "AccessManagerUnauthorizedAccount",
        "AccessManagerNotScheduled",
        "AccessManagerNotReady",
        "AccessManagerExpired",
        "bare revert",
        "panic",
    }
)
"""What a call meets that does not get past the gate of its function."""
CHANGES = [item for name in contracts() for item in functions(name) if item.gate.kind is not Kind.READS]
Found = tuple[str, dict[str, Any]]


@pytest.fixture(scope="module")
def world() -> ActsWorld:
    """A consortium with every module, one member of each role, one module of each right, and governance."""
    made = ActsWorld()
    made.add_member(INSURER, Role.INSURER)
    made.issued()
    for name, right in RIGHTS.items():
        made.set_module(module_address(name), right)
    govern(made)
    return made


def module_address(right: str) -> str:
    return address_of(key_of(f"module {right}"))


def accounts(world: ActsWorld, caller: Caller) -> list[str]:
    """Addresses that stand for a column of the table; of members one for each role there is."""
    if caller.receipts:
        return [world.receipts]
    if caller.right:
        return [module_address(caller.name.removeprefix("module "))]
    if caller.powers:
        named = {value for value in vars(governance_harness).values() if is_address(value)}
        ask = world.chain.call
        return [
            next(a for a in sorted(named) if ask(world.manager, "hasRole", int(power), a)[0])
            for power in sorted(caller.powers)
        ]
    by_role: dict[int, str] = {}
    for member in (*range(1, 14), INSURER):
        found = world.chain.call(world.consortium, "member", member)
        by_role.setdefault(found["roles"], to_checksum_address(found["account"]))
    if caller.member:
        assert set(by_role) == {int(role) for role in Role}, "a role without a member in this test"
        return list(by_role.values())
    attester = address_of(key_of("attester 5"))
    pieces = [piece for address in world.chain.deployed.values() for piece in delegated(world, address)]
    return [STRANGER, world.chain.deployer, attester, *pieces]


def delegated(world: ActsWorld, address: str) -> list[str]:
    return delegated_to(world.chain.code(address)) if address != world.manager else []


# --- calls: right in form, of a receipt that is there, and signed by a stranger ---


def argument(world: ActsWorld, name: str, kind: str, parts: list[dict[str, Any]]) -> Any:
    if kind.endswith("]"):
        return []
    if kind == "tuple":
        return tuple(argument(world, p["name"], p["type"], p.get("components", [])) for p in parts)
    plausible: dict[str, Any] = {
        "receiptId": receipt_id(1),
        "lotId": LOT,
        "holder": IMPORTER,
        "transferee": TRADER,
        "operator": OPERATOR,
        "court": COURT,
        **dict.fromkeys(("pledgee", "assignee", "buyer"), BANK),
        "pledgor": IMPORTER,
        "deadline": world.chain.now_s + 30 * 86_400,
        "expiresAt": world.chain.now_s + 365 * 86_400,
        "roleId": int(Power.COMMITTEE),
        "target": world.consortium,
    }
    if name in plausible:
        return plausible[name]
    if kind == "bytes":
        return sign(key_of("stranger"), bytes(32)) if name.endswith("Signature") else b""
    if kind.startswith("bytes"):
        return bytes(int(kind[5:]))
    return {"address": STRANGER, "bool": False, "string": ""}.get(kind, 0)


def calldata(world: ActsWorld, item: Function) -> bytes:
    inputs = item.item["inputs"]
    values = [argument(world, i["name"], i["type"], i.get("components", [])) for i in inputs]
    selector = bytes(function_abi_to_4byte_selector(dict(item.item)))  # type: ignore[arg-type]
    return selector + encode([collapse_if_tuple(i) for i in inputs], values)


def outcome(world: ActsWorld, to: str, data: bytes, sender: str) -> Found:
    """The typed error and its values, or "done"; the world stays as it was."""
    snapshot = world.chain.snapshot()
    try:
        world.chain.transact(to, data, sender)
    except Reverted as error:
        return error.name, error.values
    finally:
        world.chain.revert(snapshot)
    return "done", {}


# --- the table ---


def test_table__every_contract__is_there_and_deployed(world: ActsWorld) -> None:
    assert set(contracts()) == set(world.chain.deployed) & set(contracts())
    assert set(contract_names()) >= set(contracts())
    assert {contract for contract, _ in FUNCTIONS.values()} <= set(contracts())


def test_table__as_published__is_what_the_contracts_give() -> None:
    found = (ROOT / ROLES_FILE).read_text(encoding="utf-8")
    assert found == as_markdown(), f"{ROLES_FILE} is stale: run `holdfast contracts roles --write`"


def test_table__as_json__says_the_same() -> None:
    table = as_json_table()["contracts"]
    for item in CHANGES:
        row = next(row for row in table[item.contract] if row["function"] == item.signature)
        assert row["callers"] == {caller.name: cell(item, caller) for caller in callers()}
        assert row["needs"]


def test_gate__of_a_function_nobody_explained__refused() -> None:
    item = {"type": "function", "name": "mintForFree", "inputs": [], "stateMutability": "nonpayable"}
    with pytest.raises(Refused, match=r"WarehouseReceipt\.mintForFree") as refusal:
        gate_of("WarehouseReceipt", item)
    assert refusal.value.reason == "no-gate"


@pytest.mark.parametrize("kind", FUNCTIONS, ids=lambda kind: kind.__name__)
def test_gate__of_an_act__names_those_who_sign_it_in_python(kind: type[Any]) -> None:
    contract, name = FUNCTIONS[kind]
    gate = next(item.gate for item in functions(contract) if item.name == name)
    assert gate.kind is Kind.SIGNED
    assert gate.parties == PARTIES[kind]
    assert gate.consent == (kind in CONSENTS)
    assert bool(gate.quorum) == (kind in ATTESTED)


# --- every function by every caller ---


def expected(item: Function, caller: Caller, account: str) -> Found:
    """The refusal of a function that its gate keeps from this caller."""
    if item.contract == "AccessManager":
        return "AccessManagerUnauthorizedAccount", {"msgsender": account.lower(), "roleId": 0}
    name = REFUSALS.get(item.gate.kind, "AccessManagedUnauthorized")
    if item.gate.kind is Kind.NOBODY:
        return name, {}
    if item.gate.kind is Kind.RIGHT:
        return name, {"caller": account.lower(), "right": item.gate.right, "rights": caller.right}
    return name, {"caller": account.lower()}


@pytest.mark.parametrize(
    "item",
    [i for i in CHANGES if i.gate.kind is not Kind.OWN],
    ids=lambda item: f"{item.contract}.{item.name}",
)
def test_function__by_every_caller__as_the_table_says(world: ActsWorld, item: Function) -> None:
    to, data = world.chain.deployed[item.contract], calldata(world, item)
    carried: list[Found] = []
    for caller in callers():
        for account in accounts(world, caller):
            found = outcome(world, to, data, account)
            said = cell(item, caller)
            where = f"{item.contract}.{item.name} by {caller.name} {account}: {found}, the table says {said}"
            if said == "–":
                assert found == expected(item, caller, account), where
            elif said == "delay":
                held = item.gate.power is not None and account in holders(world, item.gate.power)
                wanted = "AccessManagerNotScheduled" if held else expected(item, caller, account)[0]
                assert found[0] == wanted, where
            elif said == "carry":
                carried.append(found)
            else:
                refusals = {
                    *REFUSALS.values(),
                    "AccessManagedUnauthorized",
                    "AccessManagerUnauthorizedAccount",
                }
                assert found[0] not in refusals, where
    if carried:
        assert carried[0][0] not in ("done", "bare revert", "panic"), (
            f"{item.name} without signatures: {carried[0]}"
        )
        assert all(found == carried[0] for found in carried), f"{item.name} is not the same for all callers"


def holders(world: ActsWorld, power: Power) -> set[str]:
    ask = world.chain.call
    return {a for a in DELAYS if ask(world.manager, "hasRole", int(power), a)[0]}


@pytest.mark.parametrize(
    "item", [i for i in CHANGES if i.gate.kind is Kind.POWER], ids=lambda item: f"{item.contract}.{item.name}"
)
def test_function__by_its_power_after_its_delay__reached(world: ActsWorld, item: Function) -> None:
    assert item.gate.power is not None
    to, data = world.chain.deployed[item.contract], calldata(world, item)
    for holder in holders(world, item.gate.power):
        snapshot = world.chain.snapshot()
        announce(world, holder, to, data)
        assert outcome(world, to, data, holder)[0] == "AccessManagerNotReady"
        world.chain.set_time(world.chain.now_s + DELAYS[holder])
        found = outcome(world, to, data, holder)[0]
        world.chain.revert(snapshot)
        assert found not in GATES


@pytest.mark.parametrize("piece", [name for name in contract_names() if name not in contracts()])
def test_piece__called_at_its_own_address__refused_whoever_calls(world: ActsWorld, piece: str) -> None:
    """A further piece of code has no state and no rights: its functions count where it is run from."""
    places = [*world.chain.deployed.values()]
    owner = {p for place in places for p in delegated(world, place)}
    for address in owner:
        for name in contracts():
            for item in functions(name):
                if item.gate.kind in (Kind.RIGHT, Kind.SIGNED):
                    for account in (
                        STRANGER,
                        COUNCIL,
                        MODULES,
                        world.receipts,
                        address_of(key_of(f"member {IMPORTER}")),
                    ):
                        found = outcome(world, address, calldata(world, item), account)[0]
                        assert found != "done", f"{piece}: {item.name} at its own address"


# --- announcements ---


def test_announcements__all_functions__are_tried_below() -> None:
    own = {item.name for item in CHANGES if item.gate.kind is Kind.OWN}
    assert own == {"schedule", "execute", "cancel", "consumeScheduledOp"}


def test_schedule_and_execute__by_every_caller__only_with_the_power(world: ActsWorld) -> None:
    to = world.consortium
    for item in functions("Consortium"):
        if item.gate.kind is not Kind.POWER or item.gate.power is None:
            continue
        data, may = calldata(world, item), holders(world, item.gate.power)
        for account in each_account(world):
            for function, args in (("schedule", (to, data, 0)), ("execute", (to, data))):
                call = world.chain.calldata(world.manager, function, *args)
                found = outcome(world, world.manager, call, account)
                if account not in may:
                    assert found[0] == "AccessManagerUnauthorizedCall", (function, item.name, account)
                else:
                    assert found[0] == ("done" if function == "schedule" else "AccessManagerNotScheduled")


def each_account(world: ActsWorld) -> Iterator[str]:
    for caller in callers():
        yield from accounts(world, caller)


def test_cancel__by_every_caller__proposer_guardian_or_council(world: ActsWorld) -> None:
    item = next(i for i in functions("Consortium") if i.name == "setMemberActive")
    data, proposer = calldata(world, item), governance_harness.REGISTRAR
    may = {proposer, COUNCIL, governance_harness.GUARDIAN, governance_harness.GUARDIAN_2}
    snapshot = world.chain.snapshot()
    announce(world, proposer, world.consortium, data)
    call = world.chain.calldata(world.manager, "cancel", proposer, world.consortium, data)
    for account in each_account(world):
        wanted = "done" if account in may else "AccessManagerUnauthorizedCancel"
        assert outcome(world, world.manager, call, account)[0] == wanted, account
    world.chain.revert(snapshot)


def test_consume_scheduled__by_every_caller__no_account_can(world: ActsWorld) -> None:
    """It asks the caller whether it is a governed contract at work; nobody here answers that."""
    call = world.chain.calldata(world.manager, "consumeScheduledOp", COUNCIL, b"")
    for account in each_account(world):
        assert outcome(world, world.manager, call, account)[0] != "done", account


def test_multicall__of_the_admins_acts__gives_nobody_the_admins_power(world: ActsWorld) -> None:
    grant = world.chain.calldata(world.manager, "grantRole", 0, STRANGER, 0)
    for account in each_account(world):
        found = outcome(
            world, world.manager, world.chain.calldata(world.manager, "multicall", [grant]), account
        )
        assert found[0] in ("AccessManagerUnauthorizedAccount", "AccessManagerNotScheduled"), account


def test_renounce__for_another__refused(world: ActsWorld) -> None:
    call = world.chain.calldata(world.manager, "renounceRole", 0, COUNCIL)
    for account in each_account(world):
        if account != COUNCIL:
            assert outcome(world, world.manager, call, account)[0] == "AccessManagerBadConfirmation"


# --- signatures ---


def test_party_as_the_sender__without_its_signature__refused(world: ActsWorld) -> None:
    """To send is not to sign: the holder's own account carries nothing that it has not signed."""
    item = next(i for i in functions("Pledge") if i.name == "release")
    holder = address_of(key_of(f"member {IMPORTER}"))
    first = outcome(world, world.modules["Pledge"], calldata(world, item), holder)
    assert first == outcome(world, world.modules["Pledge"], calldata(world, item), STRANGER)
    with refused("ForeignSignature", member=IMPORTER):
        order = world.transfer_order(receipt_id(1))
        stranger = tuple(world.party_signatures(order))[::-1]
        world.submit(order, parties=stranger, sender=holder)
