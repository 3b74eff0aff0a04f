"""Modules come, change and go only by governance's delay and a full quorum that read their code."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest
from eth_utils import keccak

from holdfast.attestation.quorum import check_governance_quorum, sorted_signatures
from holdfast.attestation.typed_data import (
    Domain,
    module_order_from_json,
    order_to_json,
    signing_digest,
    typed_data,
)
from holdfast.chain.acts import MODULE_RIGHTS
from holdfast.chain.module_orders import module_arguments
from holdfast.domain.errors import InvalidInput, Refused
from holdfast.domain.governance import ModuleOrder
from tests.contracts.acts_harness import ActsWorld
from tests.contracts.governance_harness import (
    ADMIN_DELAY_S,
    GUARDIAN,
    MODULES,
    REGISTRAR,
    SEATER,
    STRANGER,
    announce,
    govern,
)
from tests.contracts.harness import (
    ATTESTING,
    BANK,
    INSPECTOR,
    IOT,
    OPERATOR,
    QUORUM,
    World,
    address_of,
    key_of,
    refused,
    sign,
)

RIGHTS = 2
SUFFICES = [set(s) for n in (3, 4) for s in combinations(ATTESTING, n)]


@pytest.fixture
def module(world: World) -> str:
    """Some code on the chain that governance might want to let in."""
    return world.chain.deploy_code(b"\x60\x00\x60\x00\xfd")


def rights(world: World, module: str) -> int:
    return int(world.chain.call(world.consortium, "permissions", module))


# --- what a quorum must sign ---


def test_set_module__by_a_quorum__let_in_and_told(world: World, module: str) -> None:
    order = world.module_order(module, RIGHTS)
    outcome = world.set_module(module, RIGHTS, signers=(OPERATOR, INSPECTOR, IOT))
    account = [attester.member for attester in world.committee.attesters]
    bits = sum(1 << account.index(m) for m in (OPERATOR, INSPECTOR, IOT))
    assert outcome.event("ModuleSet") == {
        "module": module.lower(),
        "previous": 0,
        "rights": RIGHTS,
        "codeHash": keccak(world.chain.code(module)),
        "number": order.number,
        "epoch": 1,
        "signers": bits,
    }
    assert rights(world, module) == RIGHTS
    assert world.chain.call(world.consortium, "moduleNumber") == order.number + 1


@pytest.mark.parametrize(
    "signers", [s for n in range(5) for s in combinations(ATTESTING, n)], ids=lambda s: "-".join(map(str, s))
)
def test_set_module__every_subset_of_attesters__only_a_full_quorum(
    world: World, module: str, signers: tuple[int, ...]
) -> None:
    if set(signers) in SUFFICES:
        world.set_module(module, RIGHTS, signers=signers)
        assert rights(world, module) == RIGHTS
        return
    with refused("QuorumTooSmall", signers=len(signers), threshold=3):
        world.set_module(module, RIGHTS, signers=signers)


def test_set_module__quorum_without_inspector_or_bank__refused(world: World, module: str) -> None:
    seats = [world.attester(m) for m in (OPERATOR, IOT, INSPECTOR)]
    world.committee = world.set_committee(seats, threshold=2)
    with refused("NoIndependentSigner"):
        world.set_module(module, RIGHTS, signers=(OPERATOR, IOT))


def test_set_module__quorum_alone__still_needs_governance(world: World, module: str) -> None:
    govern(world)
    for sender in (
        STRANGER,
        REGISTRAR,
        SEATER,
        GUARDIAN,
        *(address_of(key_of(f"member {m}")) for m in ATTESTING),
    ):
        with refused("AccessManagedUnauthorized", caller=sender.lower()):
            world.set_module(module, RIGHTS, sender=sender)
    with refused("AccessManagerNotScheduled"):
        world.set_module(module, RIGHTS, sender=MODULES)


def test_set_module__governance_alone__still_needs_the_quorum(world: World, module: str) -> None:
    """The key for modules, its delay waited out, no guardian awake: nothing comes of it."""
    govern(world)
    chain = world.chain
    order = world.module_order(module, 255, deadline=chain.now_s + 10 * ADMIN_DELAY_S)
    for signatures, error in ((b"", "QuorumTooSmall"), (strangers_sign(world, order), "NotAnAttester")):
        data = chain.calldata(
            world.consortium, "setModule", *module_arguments(order, world.committee, signatures)
        )
        announce(world, MODULES, world.consortium, data)
        chain.set_time(chain.now_s + ADMIN_DELAY_S)
        with refused(error):
            chain.transact(world.consortium, data, MODULES)


def strangers_sign(world: World, order: ModuleOrder) -> bytes:
    digest = signing_digest(Domain(world.chain.chain_id, world.consortium), order)
    return world.packed(digest, ["stranger", "stranger 2", "stranger 3"])


def test_set_module__delay_waited_out_with_a_quorum__let_in(world: World, module: str) -> None:
    govern(world)
    chain = world.chain
    order = world.module_order(module, RIGHTS, deadline=chain.now_s + ADMIN_DELAY_S)
    packed = world.packed(signing_digest(Domain(chain.chain_id, world.consortium), order), QUORUM)
    data = chain.calldata(world.consortium, "setModule", *module_arguments(order, world.committee, packed))
    announce(world, MODULES, world.consortium, data)
    chain.set_time(chain.now_s + ADMIN_DELAY_S - 1)
    with refused("AccessManagerNotReady"):
        chain.transact(world.consortium, data, MODULES)
    chain.set_time(chain.now_s + 1)
    chain.transact(world.consortium, data, MODULES)
    assert rights(world, module) == RIGHTS


@pytest.mark.parametrize("field", ["module", "rights", "code_hash", "number", "deadline"])
def test_set_module__any_field_other_than_signed__refused(world: World, module: str, field: str) -> None:
    """The call carries another value than the attesters signed."""
    chain = world.chain
    signed = world.module_order(module, RIGHTS)
    twin = chain.deploy_code(chain.code(module))
    given = {
        "module": twin,
        "rights": 255,
        "code_hash": keccak(b"other"),
        "number": signed.number + 1,
        "deadline": signed.deadline + 1,
    }
    carried = replace(signed, **{field: given[field]})
    packed = world.packed(signing_digest(Domain(chain.chain_id, world.consortium), signed), QUORUM)
    error = {"code_hash": "ModuleCodeDiffers", "number": "WrongModuleNumber"}.get(field, "NotAnAttester")
    with refused(error):
        chain.send(world.consortium, "setModule", *module_arguments(carried, world.committee, packed))


def test_set_module__signed_for_another_chain_or_contract__refused(world: World, module: str) -> None:
    order = world.module_order(module, RIGHTS)
    for domain in (
        Domain(world.chain.chain_id + 1, world.consortium),
        Domain(world.chain.chain_id, world.receipts),
    ):
        packed = world.packed(signing_digest(domain, order), QUORUM)
        with refused("NotAnAttester"):
            arguments = module_arguments(order, world.committee, packed)
            world.chain.send(world.consortium, "setModule", *arguments)


def test_set_module__attestation_of_an_order_for_a_receipt__is_none_for_a_module(
    world: World, module: str
) -> None:
    order = world.module_order(module, RIGHTS)
    packed = world.quorum(world.attestation(world.issue_order(world.terms(1))))
    with refused("NotAnAttester"):
        world.chain.send(world.consortium, "setModule", *module_arguments(order, world.committee, packed))


# --- used once, in time, in its epoch ---


def test_set_module__the_same_order_again__refused(world: World, module: str) -> None:
    """Dismissed since, a module must not come back by its old order."""
    order = world.module_order(module, RIGHTS)
    world.set_module(module, RIGHTS, order=order)
    world.set_module(module, 0)
    with refused("WrongModuleNumber", given=order.number, expected=order.number + 2):
        world.set_module(module, RIGHTS, order=order)


def test_set_module__after_its_deadline__refused(world: World, module: str) -> None:
    order = world.module_order(module, RIGHTS, deadline=world.chain.now_s)
    world.chain.set_time(world.chain.now_s + 1)
    with refused("DeadlinePassed", deadline=order.deadline, nowS=order.deadline + 1):
        world.set_module(module, RIGHTS, order=order)
    world.chain.set_time(order.deadline)
    world.set_module(module, RIGHTS, order=order)


@pytest.mark.parametrize("present", [True, False])
def test_set_module__attesters_rotated_since__signatures_in_flight_are_void(
    world: World, module: str, present: bool
) -> None:
    """One attester of four is exchanged; the three others would make a quorum of the new committee."""
    order, old = world.module_order(module, RIGHTS), world.committee
    seats = [world.attester(m) for m in (OPERATOR, BANK, INSPECTOR)] + [world.attester(IOT, "spare")]
    world.committee = world.set_committee(seats)
    with refused("WrongModuleNumber"):
        world.set_module(module, RIGHTS, order=order, committee=world.committee if present else old)
    renewed = world.module_order(module, RIGHTS)
    with refused("CommitteeNotCurrent", givenEpoch=1):
        world.set_module(module, RIGHTS, order=renewed, committee=old)
    world.set_module(module, RIGHTS, order=renewed)


def test_set_module__a_committee_made_up_by_the_caller__refused(world: World, module: str) -> None:
    spare = [replace(world.attester(m, f"own {m}"), member=m) for m in ATTESTING]
    made_up = replace(world.committee, attesters=tuple(sorted(spare, key=lambda a: a.word())))
    with refused("CommitteeNotCurrent"):
        world.set_module(module, RIGHTS, committee=made_up, signers=[f"own {m}" for m in QUORUM])


# --- the code ---


def test_set_module__other_code_than_was_read__refused(world: World, module: str) -> None:
    order = world.module_order(module, RIGHTS)
    world.chain.set_code(module, b"\x60\x01\xff")
    with refused("ModuleCodeDiffers", module=module.lower(), given=order.code_hash):
        world.set_module(module, RIGHTS, order=order)


def test_set_module__a_bare_key__refused_even_with_a_quorum(world: World) -> None:
    order = world.module_order(STRANGER, RIGHTS)
    assert order.code_hash == bytes(32)
    with refused("ModuleWithoutCode", module=STRANGER.lower()):
        world.set_module(STRANGER, RIGHTS, order=order)


# --- dismissal and founding ---


def test_set_module__dismissed__by_delay_and_quorum_alike(acts: ActsWorld) -> None:
    court = acts.modules["Court"]
    with refused("QuorumTooSmall"):
        acts.set_module(court, 0, signers=(OPERATOR, BANK))
    outcome = acts.set_module(court, 0)
    assert outcome.event("ModuleSet")["previous"] == MODULE_RIGHTS["Court"]
    acts.put(acts.case_order())
    receipt = acts.issued()
    with refused("ModuleLacksRight", rights=0):
        acts.put(acts.freeze_order(receipt))


def test_set_module__before_the_first_committee__the_founders_alone(world: World) -> None:
    chain = world.chain
    consortium = chain.deploy("Consortium", world.manager, STRANGER)
    module = chain.deploy_code(b"\x60\x01")
    order = ModuleOrder(module, RIGHTS, keccak(chain.code(module)), 0, chain.now_s)
    with refused("AccessManagedUnauthorized"):
        chain.send(consortium, "setModule", *module_arguments(order), sender=STRANGER)
    with refused("WrongModuleNumber", given=1, expected=0):
        chain.send(consortium, "setModule", *module_arguments(replace(order, number=1)))
    with refused("ModuleCodeDiffers"):
        chain.send(consortium, "setModule", *module_arguments(replace(order, code_hash=bytes(32))))
    event = chain.send(consortium, "setModule", *module_arguments(order)).event("ModuleSet")
    assert (event["epoch"], event["signers"]) == (0, 0)
    assert chain.call(consortium, "permissions", module) == RIGHTS


# --- the same rules in Python ---


def test_module_quorum__checked_in_python__as_on_the_chain(world: World, module: str) -> None:
    domain, now = Domain(world.chain.chain_id, world.consortium), world.chain.now_s
    assert domain.separator() == world.chain.call(world.consortium, "domainSeparator")
    order = world.module_order(module, RIGHTS)
    digest = signing_digest(domain, order)
    made = sorted_signatures(domain, order, [sign(key_of(f"attester {m}"), digest) for m in QUORUM])
    signers = check_governance_quorum(domain, world.committee, order, made, now_s=now)
    assert {signer.member for signer in signers} == set(QUORUM)
    with pytest.raises(Refused) as refusal:
        check_governance_quorum(domain, world.committee, order, made[:2], now_s=now)
    assert refusal.value.reason == "too-few-attesters"
    with pytest.raises(Refused) as refusal:
        check_governance_quorum(domain, world.committee, order, made, now_s=order.deadline + 1)
    assert refusal.value.reason == "deadline-passed"
    with pytest.raises(Refused) as refusal:
        check_governance_quorum(domain, world.committee, replace(order, rights=255), made, now_s=now)
    assert refusal.value.reason in ("unknown-attester", "attesters-not-ascending")


def test_module_order__as_json_and_back__the_same(world: World, module: str) -> None:
    order = world.module_order(module, RIGHTS)
    assert module_order_from_json(order_to_json(order)) == order
    shown = typed_data(Domain(world.chain.chain_id, world.consortium), order)
    assert shown["types"]["ModuleOrder"][0] == {"name": "module", "type": "address"}
    assert shown["domain"]["verifyingContract"] == world.consortium
    with pytest.raises(InvalidInput, match=r"ModuleOrder\.module"):
        module_order_from_json(order_to_json(order) | {"module": 5})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("module", "0x12"),
        ("module", "0x" + "zz" * 20),
        ("rights", 2**16),
        ("rights", True),
        ("code_hash", b"short"),
        ("number", -1),
        ("deadline", 2**64),
    ],
)
def test_module_order__bad_values__refused(field: str, value: object) -> None:
    right = {"module": STRANGER, "rights": 1, "code_hash": bytes(32), "number": 0, "deadline": 1}
    ModuleOrder(**right)
    with pytest.raises(InvalidInput) as refusal:
        ModuleOrder(**(right | {field: value}))
    assert refusal.value.field == field
