"""Receipts cannot be upgraded: read from the code itself, byte by byte."""

from __future__ import annotations

import pytest

from holdfast.chain.artifacts import PIECES, load_artifact
from holdfast.chain.compile import CONTRACTS
from holdfast.chain.module_orders import (
    FORBIDDEN,
    delegated_to,
    opcodes,
    refuse_foreign,
    refuse_unsafe,
)
from holdfast.domain.errors import Refused
from tests.contracts.acts_harness import ActsWorld
from tests.contracts.governance_harness import COUNCIL, GUARDIAN, MODULES, REGISTRAR, SEATER, govern
from tests.contracts.harness import World, refused

DELEGATECALL, ADDRESS = 0xF4, 0x30
OURS = [name for name in CONTRACTS if name != "AccessManager"]


@pytest.mark.parametrize("name", CONTRACTS)
def test_code__of_every_contract__cannot_destroy_or_replace_itself(name: str) -> None:
    code = load_artifact(name).deployed_bytecode
    found = [(at, FORBIDDEN[opcode]) for at, opcode in opcodes(code) if opcode in FORBIDDEN]
    assert found == []


@pytest.mark.parametrize("name", OURS)
def test_code__of_every_contract__runs_as_its_own_only_what_is_fixed_for_ever(name: str) -> None:
    """The target of each DELEGATECALL is a constant of the code: an immutable, still blank in the file."""
    artifact = load_artifact(name)
    code = artifact.deployed_bytecode
    assert delegated_to(code) == ["0x" + "00" * 20] * sum(op == DELEGATECALL for _, op in opcodes(code))
    filled = bytearray(code)
    for start, length in artifact.immutable_references:
        filled[start : start + length] = b"\x11" * 20 if length == 20 else bytes(12) + b"\x11" * 20
    assert set(delegated_to(bytes(filled))) <= {"0x" + "11" * 20}


def test_code__of_the_access_manager__runs_as_its_own_only_itself() -> None:
    steps = list(opcodes(load_artifact("AccessManager").deployed_bytecode))
    calls = [index for index, (_, opcode) in enumerate(steps) if opcode == DELEGATECALL]
    assert [steps[index - 2][1] for index in calls] == [ADDRESS]


def test_code__every_further_piece__is_a_contract_of_ours_on_the_chain(acts: ActsWorld) -> None:
    for name, address in {"WarehouseReceipt": acts.receipts, **acts.modules}.items():
        seen = []
        while further := set(delegated_to(acts.chain.code(address))):
            (address,) = further
            code = acts.chain.code(address)
            seen += [piece for piece in OURS if load_artifact(piece).matches_code(code)]
        wanted = PIECES.get(name, ())
        # A piece alone runs what comes after it.
        owner = next((pieces for pieces in PIECES.values() if name in pieces), None)
        if owner is not None:
            wanted = owner[owner.index(name) + 1 :]
        assert tuple(seen) == wanted, f"{name} delegates to other pieces than its own"


def test_module_code__of_a_contract_in_three_pieces__each_is_looked_at(acts: ActsWorld) -> None:
    """A foreign third piece under our own second one would take every act that the second does not know."""
    pledge, bond = acts.modules["Pledge"], acts.modules["PledgeBond"]
    refuse_foreign(acts.chain.code, "Pledge", pledge)
    codes = {bond: acts.chain.code(acts.modules["Court"])}
    with pytest.raises(Refused, match="not our PledgeBond") as refusal:
        refuse_foreign(lambda at: codes.get(at) or acts.chain.code(at), "Pledge", pledge)
    assert refusal.value.reason == "module-code-differs"
    with pytest.raises(Refused, match="PledgeCourse runs 1 further pieces, not 0"):
        refuse_foreign(acts.chain.code, "PledgeCourse", acts.modules["PledgeCourse"])


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("6000 54 5a f4", id="from-storage"),
        pytest.param("6000 35 5a f4", id="from-the-call"),
        pytest.param("7f" + "00" * 11 + "01" * 21 + "5a f4", id="dirty-upper-bytes"),
        pytest.param("7f" + "00" * 32 + "6000 f4", id="gas-from-elsewhere"),
    ],
)
def test_delegated_to__a_target_that_could_change__refused(code: str) -> None:
    with pytest.raises(Refused) as refusal:
        delegated_to(bytes.fromhex(code))
    assert refusal.value.reason == "module-code-unsafe"


def test_receipts__governance__has_no_hold_on_them(world: World) -> None:
    """No function of the receipt contract is behind the AccessManager, and no authority can be exchanged."""
    govern(world)
    names = {item["name"] for item in load_artifact("WarehouseReceipt").abi if item["type"] == "function"}
    assert not names & {"authority", "setAuthority", "upgradeTo", "upgradeToAndCall", "initialize", "owner"}
    for item in load_artifact("WarehouseReceipt").abi:
        assert not str(item.get("name", "")).startswith("AccessManaged")
    receipt, before = world.issued(), world.chain.code(world.receipts)
    for sender in (COUNCIL, MODULES, REGISTRAR, SEATER, GUARDIAN, world.chain.deployer):
        data = world.chain.calldata(world.consortium, "setAuthority", sender)
        with refused("bare revert"):
            world.chain.transact(world.receipts, data, sender)
    world.submit(world.transfer_order(receipt))
    assert world.chain.code(world.receipts) == before


def test_module_code__as_attesters_look_at_it__only_ours_and_unable_to_change(acts: ActsWorld) -> None:
    for name, address in acts.modules.items():
        code = acts.chain.code(address)
        refuse_unsafe(code, name)
        with pytest.raises(Refused) as refusal:
            refuse_unsafe(code[:-60] + b"\xff" + code[-59:], name)
        assert refusal.value.reason == "module-code-differs"


def test_opcodes__what_a_push_carries__is_no_code() -> None:
    assert list(opcodes(b"\x61\xff\xff\xff")) == [(0, 0x61), (3, 0xFF)]
    assert list(opcodes(b"\x7f" + b"\xf4" * 32 + b"\x5b")) == [(0, 0x7F), (33, 0x5B)]
    trailer = bytes.fromhex("a164736f6c634300081e000a")
    assert list(opcodes(b"\x00" + trailer)) == [(0, 0)]
