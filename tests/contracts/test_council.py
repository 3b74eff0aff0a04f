"""The Council makes a call of the AccessManager if a full quorum of the present committee signed it, once."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest
from eth_utils import keccak

from api.events.repository import TOLD_TO_ALL
from holdfast.attestation.quorum import check_governance_quorum, sorted_signatures
from holdfast.attestation.typed_data import (
    Domain,
    council_order_from_json,
    order_to_json,
    signing_digest,
    typed_data,
)
from holdfast.chain.artifacts import load_artifact
from holdfast.chain.council import council_domain, in_words, manager_call
from holdfast.chain.deployment import Deployment
from holdfast.chain.events import event_book
from holdfast.chain.governance import Power
from holdfast.domain.errors import InvalidInput, Misconfigured, Refused
from holdfast.domain.governance import CouncilOrder
from tests.contracts.governance_harness import (
    ADMIN_DELAY_S,
    COUNCIL,
    GUARDIAN,
    GUARDIAN_2,
    MODULES,
    REGISTRAR,
    SEATER,
    STRANGER,
    VALUER,
    announce,
    council_acts,
    council_announces,
    council_carries_out,
    council_order,
    govern,
)
from tests.contracts.harness import (
    ATTESTING,
    BANK,
    DAY_S,
    IMPORTER,
    INSPECTOR,
    IOT,
    MAX_AGE_S,
    OPERATOR,
    POLICY,
    QUORUM,
    World,
    address_of,
    key_of,
    refused,
    sign,
)

NEW = address_of(key_of("new registrar"))
LABEL = ("labelRole", 9, "NINE")
"""An act of the admin that harms nobody."""


def call(world: World, function: str, *args: Any) -> bytes:
    return world.chain.calldata(world.manager, function, *args)


def announcing(world: World) -> bytes:
    return call(world, "schedule", world.manager, call(world, *LABEL), 0)


def has(world: World, power: Power, account: str) -> bool:
    return bool(world.chain.call(world.manager, "hasRole", int(power), account)[0])


@pytest.fixture
def governed(world: World) -> World:
    govern(world)
    return world


# --- it alone is the admin, and waits like one ---


def test_council__after_founding__alone_holds_admin_with_its_delay(governed: World) -> None:
    chain = governed.chain
    assert chain.call(governed.manager, "hasRole", 0, COUNCIL) == (True, ADMIN_DELAY_S)
    for account in (MODULES, REGISTRAR, SEATER, VALUER, GUARDIAN, GUARDIAN_2, STRANGER, chain.deployer):
        assert not has(governed, Power.ADMIN, account)
    assert chain.call(COUNCIL, "consortium") == governed.consortium.lower()
    assert chain.call(COUNCIL, "manager") == governed.manager.lower()
    assert chain.call(COUNCIL, "number") == 0


def test_council__a_power_given_to_another__after_the_delay_and_not_before(governed: World) -> None:
    chain = governed.chain
    data = council_announces(governed, "grantRole", int(Power.REGISTRAR), NEW, DAY_S)
    chain.set_time(chain.now_s + ADMIN_DELAY_S - 1)
    with refused("AccessManagerNotReady"):
        council_acts(governed, data)
    assert chain.call(COUNCIL, "number") == 1, "what was refused is not counted"
    chain.set_time(chain.now_s + 1)
    outcome = council_acts(governed, data)
    assert outcome.event("RoleGranted")["account"] == NEW.lower()
    bits = sum(1 << i for i, a in enumerate(governed.committee.attesters) if a.member in QUORUM)
    assert outcome.event("CouncilActed") == {
        "number": 1,
        "callDigest": keccak(data),
        "epoch": 1,
        "signers": bits,
    }
    assert not has(governed, Power.REGISTRAR, NEW), "a new holder waits as long again"
    chain.set_time(chain.now_s + ADMIN_DELAY_S)
    assert has(governed, Power.REGISTRAR, NEW)


def test_council__what_was_not_announced__refused(governed: World) -> None:
    with refused("AccessManagerNotScheduled"):
        council_acts(governed, call(governed, *LABEL))


def test_council__a_stolen_power_taken_back__its_key_is_worth_nothing(governed: World) -> None:
    council_carries_out(governed, "revokeRole", int(Power.REGISTRAR), REGISTRAR)
    data = governed.chain.calldata(governed.consortium, "setMemberActive", IMPORTER, False)
    with refused("AccessManagerUnauthorizedCall", caller=REGISTRAR.lower()):
        announce(governed, REGISTRAR, governed.consortium, data)


@pytest.mark.parametrize("guardian", [GUARDIAN, GUARDIAN_2])
def test_council__what_it_announced__a_guardian_cancels(governed: World, guardian: str) -> None:
    chain = governed.chain
    data = council_announces(governed, "grantRole", int(Power.COMMITTEE), STRANGER, 0)
    chain.send(governed.manager, "cancel", COUNCIL, governed.manager, data, sender=guardian)
    chain.set_time(chain.now_s + ADMIN_DELAY_S)
    with refused("AccessManagerNotScheduled"):
        council_acts(governed, data)


def test_council__what_a_key_announced__a_quorum_cancels_at_once(governed: World) -> None:
    chain, consortium = governed.chain, governed.consortium
    data = chain.calldata(consortium, "setMemberAccount", BANK, STRANGER)
    announce(governed, REGISTRAR, consortium, data)
    council_acts(governed, call(governed, "cancel", REGISTRAR, consortium, data))
    chain.set_time(chain.now_s + DAY_S)
    with refused("AccessManagerNotScheduled"):
        chain.transact(consortium, data, REGISTRAR)


# --- who must have signed ---


@pytest.mark.parametrize(
    "signers", [s for n in range(5) for s in combinations(ATTESTING, n)], ids=lambda s: "-".join(map(str, s))
)
def test_council__every_subset_of_attesters__only_a_full_quorum(
    governed: World, signers: tuple[int, ...]
) -> None:
    if len(signers) >= 3:
        council_acts(governed, announcing(governed), signers=signers)
        assert governed.chain.call(COUNCIL, "number") == 1
        return
    with refused("QuorumTooSmall", signers=len(signers), threshold=3):
        council_acts(governed, announcing(governed), signers=signers)


@pytest.mark.parametrize(
    ("signers", "error"),
    [
        ((OPERATOR, BANK, "stranger"), "NotAnAttester"),
        ((OPERATOR, BANK, "registrar"), "NotAnAttester"),
        (tuple(f"member {m}" for m in QUORUM), "NotAnAttester"),
        ((OPERATOR, BANK, BANK), "SignersNotAscending"),
    ],
)
def test_council__not_a_quorum__refused(governed: World, signers: tuple[Any, ...], error: str) -> None:
    with refused(error):
        council_acts(governed, announcing(governed), signers=signers)


def test_council__quorum_without_inspector_or_bank__refused(world: World) -> None:
    seats = [world.attester(m) for m in (OPERATOR, IOT, INSPECTOR)]
    world.committee = world.set_committee(seats, threshold=2)
    govern(world)
    with refused("NoIndependentSigner"):
        council_acts(world, announcing(world), signers=(OPERATOR, IOT))


def test_council__a_former_committee__refused(world: World) -> None:
    """Itself named, or signing for the present one: who lost the seat has no voice."""
    old = world.committee
    world.committee = world.set_committee(
        [*(world.attester(m) for m in (OPERATOR, BANK)), world.attester(IOT, "spare")]
    )
    govern(world)
    with refused("CommitteeNotCurrent", givenEpoch=1):
        council_acts(world, announcing(world), committee=old)
    with refused("NotAnAttester"):
        council_acts(world, announcing(world), signers=(OPERATOR, BANK, INSPECTOR))
    council_acts(world, announcing(world), signers=(OPERATOR, BANK, "spare"))


def test_council__a_committee_made_up_by_the_caller__refused(governed: World) -> None:
    own = [replace(governed.attester(m, f"own {m}"), member=m) for m in ATTESTING]
    made_up = replace(governed.committee, attesters=tuple(sorted(own, key=lambda a: a.word())))
    easier = replace(governed.committee, threshold=1)
    for committee, signers in ((made_up, [f"own {m}" for m in QUORUM]), (easier, [BANK])):
        with refused("CommitteeNotCurrent"):
            council_acts(governed, announcing(governed), committee=committee, signers=signers)


def test_council__before_the_first_committee__moved_by_nobody(world: World) -> None:
    chain = world.chain
    consortium = chain.deploy("Consortium", world.manager, STRANGER)
    council = chain.deploy("Council", consortium)
    order, empty = CouncilOrder(keccak(b""), 0, 0, chain.now_s), (0, 0, 0, bytes(32), [])
    with refused("CommitteeNotCurrent"):
        chain.send(council, "act", (order.call_digest, 0, 0, order.deadline), b"", empty, b"")


# --- what they signed ---


def test_council__the_same_order_again__refused(governed: World) -> None:
    """Announced, cancelled, and announced once more by whoever kept the signatures."""
    data = announcing(governed)
    order = council_order(governed, data)
    council_acts(governed, data, order=order)
    governed.chain.send(
        governed.manager, "cancel", COUNCIL, governed.manager, call(governed, *LABEL), sender=GUARDIAN
    )
    with refused("WrongCouncilNumber", given=0, expected=1):
        council_acts(governed, data, order=order)
    with refused("WrongCouncilNumber", given=2, expected=1):
        council_acts(governed, data, order=replace(order, number=2))


def test_council__after_its_deadline__refused(governed: World) -> None:
    data = announcing(governed)
    order = council_order(governed, data, deadline=governed.chain.now_s)
    governed.chain.set_time(governed.chain.now_s + 1)
    with refused("DeadlinePassed", deadline=order.deadline, nowS=order.deadline + 1):
        council_acts(governed, data, order=order)
    governed.chain.set_time(order.deadline)
    council_acts(governed, data, order=order)


def test_council__other_call_than_signed__refused(governed: World) -> None:
    signed = council_order(governed, announcing(governed))
    other = call(governed, "schedule", governed.manager, call(governed, "grantRole", 0, STRANGER, 0), 0)
    with refused("CallDiffers", given=signed.call_digest, callDigest=keccak(other)):
        council_acts(governed, other, order=signed)


@pytest.mark.parametrize("field", ["call_digest", "number", "epoch", "deadline"])
def test_council__any_field_other_than_signed__refused(governed: World, field: str) -> None:
    data = announcing(governed)
    order = council_order(governed, data)
    given: dict[str, Any] = {"call_digest": keccak(b"other"), "number": 1, "epoch": 2}
    given["deadline"] = order.deadline + 1
    with refused("NotAnAttester"):
        council_acts(governed, data, order=order, signed=replace(order, **{field: given[field]}))


def test_council__signed_for_another_chain_or_contract__refused(governed: World) -> None:
    chain_id = governed.chain.chain_id
    for domain in (
        Domain(chain_id + 1, COUNCIL),
        Domain(chain_id, governed.consortium),
        Domain(chain_id, governed.receipts),
    ):
        with refused("NotAnAttester"):
            council_acts(governed, announcing(governed), domain=domain)


def test_council__its_domain__is_of_its_own_chain() -> None:
    world = World(chain_id=7)
    govern(world)
    assert world.chain.call(COUNCIL, "domainSeparator") == Domain(7, COUNCIL).separator()
    with refused("NotAnAttester"):
        council_acts(world, announcing(world), domain=Domain(31_337, COUNCIL))
    council_acts(world, announcing(world))


# --- it calls the AccessManager, and nothing else ---


def test_council__no_argument__names_a_target(governed: World) -> None:
    changing = [
        item
        for item in load_artifact("Council").abi
        if item["type"] == "function" and item["stateMutability"] not in ("view", "pure")
    ]
    assert [item["name"] for item in changing] == ["act"]
    assert [field["name"] for field in changing[0]["inputs"]] == ["order", "data", "committee", "signatures"]


def test_council__a_call_meant_for_another_contract__reaches_only_the_manager(governed: World) -> None:
    """The same bytes would suspend a member, were they sent to the Consortium."""
    data = governed.chain.calldata(governed.consortium, "setMemberActive", IMPORTER, False)
    with refused("FailedCall"):
        council_acts(governed, data)
    assert governed.chain.call(governed.consortium, "member", IMPORTER)["active"] is True
    with refused("FailedCall"):
        council_acts(governed, b"")


def test_council__governed_functions_of_others__not_its_own_either(governed: World) -> None:
    """ADMIN is not REGISTRAR: through the manager, too, the Council calls only what ADMIN may."""
    chain, consortium = governed.chain, governed.consortium
    data = chain.calldata(consortium, "setMemberActive", IMPORTER, False)
    for act in (call(governed, "schedule", consortium, data, 0), call(governed, "execute", consortium, data)):
        with refused("AccessManagerUnauthorizedCall", caller=COUNCIL.lower()):
            council_acts(governed, act)


def test_council__receipts__out_of_its_reach_whatever_a_quorum_signs(governed: World) -> None:
    """A call of the receipt contract through the manager comes from the manager, which is nobody there."""
    chain, receipt = governed.chain, governed.issued()
    data = chain.calldata_of("WarehouseReceipt", "retireReceipt", receipt, 0)
    council_acts(governed, call(governed, "schedule", governed.receipts, data, 0))
    chain.set_time(chain.now_s + ADMIN_DELAY_S)
    with refused("ModuleLacksRight", caller=governed.manager.lower(), rights=0):
        council_acts(governed, call(governed, "execute", governed.receipts, data))


def test_council__renouncing_admin__at_once_and_for_good(governed: World) -> None:
    """An honest limit of AccessManager: a power is given up without delay. It takes a quorum, too."""
    renounced = call(governed, "renounceRole", int(Power.ADMIN), COUNCIL)
    with refused("QuorumTooSmall"):
        council_acts(governed, renounced, signers=(OPERATOR, BANK))
    council_acts(governed, renounced)
    assert not has(governed, Power.ADMIN, COUNCIL)
    with refused("AccessManagerUnauthorizedCall", caller=COUNCIL.lower()):
        council_acts(governed, announcing(governed))


def test_attack__signatures_in_flight_when_the_committee_changes__void(world: World) -> None:
    """Even where all who signed keep their seats."""
    old = council_order(world, announcing(world))
    seats = [*(world.attester(m) for m in (OPERATOR, BANK, INSPECTOR)), world.attester(IOT, "spare")]
    world.committee = world.set_committee(seats)
    govern(world)
    with refused("WrongEpoch", given=1, epoch=2):
        council_acts(world, announcing(world), order=old, signers=(OPERATOR, BANK, INSPECTOR))
    council_acts(world, announcing(world), signers=(OPERATOR, BANK, INSPECTOR))


# --- no quorum left ---


def test_council__too_many_attester_keys_lost__a_new_committee_moves_it_again(governed: World) -> None:
    """The committee's power seats attesters whom their members named since; no old one need sign."""
    chain = governed.chain
    seats = [governed.attester(m, f"fresh {m}") for m in ATTESTING]
    for seat in seats:
        governed.name_attester(seat)
    words = sorted(seat.word() for seat in seats)
    data = chain.calldata(governed.consortium, "setCommittee", 3, MAX_AGE_S, POLICY, words)
    announce(governed, SEATER, governed.consortium, data)
    chain.set_time(chain.now_s + 2 * DAY_S)
    chain.transact(governed.consortium, data, SEATER)
    ordered = tuple(sorted(seats, key=lambda seat: seat.word()))
    governed.committee = replace(governed.committee, epoch=2, attesters=ordered)
    with refused("NotAnAttester"):
        council_acts(governed, announcing(governed))
    council_acts(governed, announcing(governed), signers=[f"fresh {m}" for m in QUORUM])


# --- the same in Python ---


def test_council__its_acts__are_read_from_logs_and_told_to_all_members() -> None:
    assert "CouncilActed" in {event.event_name for event in event_book("modules").values()}
    assert "CouncilActed" in TOLD_TO_ALL
    assert Deployment(1, STRANGER, STRANGER, STRANGER, 1, council=COUNCIL).contracts()["Council"] == COUNCIL


def test_council_order__checked_in_python__as_on_the_chain(governed: World) -> None:
    domain = council_domain(
        Deployment(governed.chain.chain_id, governed.manager, governed.consortium, "", 1, council=COUNCIL)
    )
    assert domain.separator() == governed.chain.call(COUNCIL, "domainSeparator")
    order = council_order(governed, announcing(governed))
    digest = signing_digest(domain, order)
    made = sorted_signatures(domain, order, [sign(key_of(f"attester {m}"), digest) for m in QUORUM])
    now = governed.chain.now_s
    signers = check_governance_quorum(domain, governed.committee, order, made, now_s=now)
    assert {signer.member for signer in signers} == set(QUORUM)
    with pytest.raises(Refused) as refusal:
        check_governance_quorum(domain, governed.committee, order, made[:2], now_s=now)
    assert refusal.value.reason == "too-few-attesters"


def test_council_order__as_json_and_back__the_same() -> None:
    order = CouncilOrder(keccak(b"call"), 3, 2, 1_790_000_000)
    assert council_order_from_json(order_to_json(order)) == order
    shown = typed_data(Domain(1, COUNCIL), order)
    names = [field["name"] for field in shown["types"]["CouncilOrder"]]
    assert names == ["callDigest", "number", "epoch", "deadline"]
    wrong: dict[str, Any] = {"call_digest": b"short", "number": -1, "epoch": 2**64, "deadline": True}
    for field, value in wrong.items():
        with pytest.raises(InvalidInput) as refusal:
            replace(order, **{field: value})
        assert refusal.value.field == field


def test_council__of_an_older_deployment__said_to_be_missing() -> None:
    with pytest.raises(Misconfigured, match="names no Council"):
        council_domain(Deployment(1, STRANGER, STRANGER, STRANGER, 1))


def test_in_words__acts_of_the_admin__told_with_their_values(governed: World) -> None:
    grant = manager_call("grantRole", int(Power.REGISTRAR), NEW, DAY_S)
    assert grant == call(governed, "grantRole", int(Power.REGISTRAR), NEW, DAY_S)
    told = in_words(manager_call("schedule", governed.manager, grant, 0))
    assert told.startswith(f"announce: give {NEW} the power REGISTRAR, with 1 ") and governed.manager in told
    assert (
        in_words(manager_call("revokeRole", int(Power.GUARDIAN), NEW))
        == f"take the power GUARDIAN from {NEW}"
    )
    account = governed.chain.calldata(governed.consortium, "setMemberAccount", BANK, NEW)
    told = in_words(manager_call("cancel", REGISTRAR, governed.consortium, account))
    assert f"cancel what {REGISTRAR} has announced" in told and f"setMemberAccount(id {BANK}" in told
    both = manager_call("multicall", [grant, manager_call("setGrantDelay", int(Power.REGISTRAR), DAY_S)])
    assert "; then let the power REGISTRAR, once given, begin after 1 " in in_words(both)
    assert "setTargetClosed(target" in in_words(manager_call("setTargetClosed", governed.consortium, True))


@pytest.mark.parametrize("tail", [b"", b"\0"])
def test_in_words__what_is_no_call_in_its_one_form__refused(tail: bytes) -> None:
    """Bytes behind the arguments would be signed, and not be told."""
    bent = manager_call("revokeRole", 1, NEW) + tail if tail else b"\x12\x34\x56\x78"
    for data in (bent, manager_call("schedule", NEW, bent, 0)):
        with pytest.raises(Refused) as refusal:
            in_words(data)
        assert refusal.value.reason == "call-unreadable"
