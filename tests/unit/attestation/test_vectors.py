"""The vectors of orders and attestations before Python's own checks and before eth-account.

The same files go to the contract in tests/contracts/test_vectors.py.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any, cast

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data

from api.chain_port import ChainPort
from api.context import AppContext
from api.orders.act_checks import check_order
from api.orders.checks import check_deadline, check_signature
from api.orders.desk import Desk
from api.problems import Problem
from api.viewer import Viewer
from holdfast.attestation.quorum import check_quorum
from holdfast.attestation.signatures import recover_signer, split_signature
from holdfast.attestation.typed_data import (
    Domain,
    attestation_from_json,
    order_from_typed_data,
    order_hash,
    order_to_json,
    signing_digest,
    typed_data,
)
from holdfast.domain.errors import InvalidInput, Refused
from holdfast.domain.members import Member, Role
from holdfast.domain.orders import DeliveryOrder, IssueOrder, Kind, Order, Status, TransferOrder
from holdfast.domain.receipts import ReceiptState
from holdfast.domain.units import MemberId
from tests.vectors.inputs.orders import Json, committee_of, load, names, read_unchecked, rule_of, unhex

GOOD = names("good_order_", "good_attestation_")
BAD = names("bad_order_", "bad_attestation_")
REGISTRY = Domain(31337, load("good_order_transfer")["domain"]["verifyingContract"])


@dataclass(frozen=True)
class Members:
    """As much of the chain as the order checks ask for: members 1 to 7, their accounts, and receipts."""

    accounts: dict[int, str]
    receipts: dict[int, ReceiptState]

    def receipt(self, receipt_id: int) -> ReceiptState | None:
        return self.receipts.get(receipt_id)

    def member(self, member_id: int) -> Member | None:
        if member_id not in self.accounts:
            return None
        return Member(MemberId(member_id), self.accounts[member_id], Role.TRADER, True)


def state_before(vector: Json) -> dict[int, ReceiptState]:
    """Receipts as the history leaves them."""
    found: dict[int, ReceiptState] = {}
    for step in vector["history"]:
        if "order" not in step:
            continue
        order = read_unchecked(step["order"]["primaryType"], step["order"]["message"])
        if isinstance(order, IssueOrder):
            for terms in order.receipts:
                found[terms.receipt_id] = ReceiptState(
                    terms.receipt_id, terms.holder, order.operator, Status.LIVE, Kind(terms.kind),
                    terms.expires_at, 0, terms.quantity_g, order.lot_id,
                )  # fmt: skip
        elif isinstance(order, TransferOrder):
            last = found[order.receipt_id]
            found[order.receipt_id] = replace(last, holder=order.transferee, seq=last.seq + 1)
    return found


def accept(vector: Json) -> None:
    """Everything Python checks of a vector; raises what a caller would get."""
    part, now = vector["order"], vector["now_s"]
    order = order_from_typed_data(REGISTRY, full_message(vector, part["primaryType"], part["message"]))
    assert "0x" + signing_digest(REGISTRY, order).hex() == part["digest"]
    assert "0x" + order_hash(order).hex() == part["orderHash"]
    if isinstance(order, TransferOrder | DeliveryOrder):
        known = {party["member"]: party["account"] for party in part["signatures"]}
        known = {member: account for member, account in known.items() if member < 8}
        port = cast(ChainPort, Members(known, state_before(vector)))
        check_deadline(order, now_s=now - 1, max_ahead_s=10**9)
        context = cast(AppContext, SimpleNamespace(chain=port))
        check_order(order, Desk(context, Viewer(order.holder, Role.TRADER), now))
        for party in part["signatures"]:
            check_signature(port, REGISTRY, order, party["member"], party["signature"])
    if "attestation" in vector:
        accept_attestation(vector, cast(Order, order))


def accept_attestation(vector: Json, order: Order) -> None:
    part = vector["attestation"]
    attestation = attestation_from_json(part["message"])
    assert "0x" + signing_digest(REGISTRY, attestation).hex() == part["digest"]
    if attestation.order_hash != order_hash(order):
        raise Refused("other-order", "the attesters signed another order")
    check_quorum(
        REGISTRY,
        committee_of(vector["committee"]),
        rule_of(vector["rule"]),
        attestation,
        [unhex(signature) for signature in part["signatures"]],
        now_s=vector["now_s"],
    )


def full_message(vector: Json, name: str, message: Json) -> Json:
    """What a wallet is given to sign."""
    types = typed_data(REGISTRY, read_unchecked(name, message))["types"]
    return {"types": types, "primaryType": name, "domain": vector["domain"], "message": message}


def eth_account_accepts(vector: Json, part: str) -> bool:
    """Whether eth-account recovers, from every signature, the account it is given as."""
    name = vector[part].get("primaryType", "Attestation")
    signable = encode_typed_data(full_message=full_message(vector, name, vector[part]["message"]))
    if part == "order":
        claimed = [({p["account"]}, unhex(p["signature"])) for p in vector[part]["signatures"]]
    else:
        attesters = {attester.account for attester in committee_of(vector["committee"]).attesters}
        claimed = [(attesters, unhex(signature)) for signature in vector[part]["signatures"]]
    for accounts, signature in claimed:
        try:
            long = signature if part == "order" and len(signature) != 64 else lengthened(signature)
            recovered = Account.recover_message(signable, signature=long)
        except Exception:
            return False
        if recovered not in accounts:
            return False
    return True


def lengthened(signature: bytes) -> bytes:
    """r || s || v of a compact signature, s as it is: eth-account knows the long form only."""
    assert len(signature) == 64
    vs = int.from_bytes(signature[32:])
    return signature[:32] + (vs & (2**255 - 1)).to_bytes(32) + bytes([27 + (vs >> 255)])


def reason_of(error: Exception) -> str:
    if isinstance(error, InvalidInput):
        return f"invalid-input {error.field.rpartition('Order.')[2]}"
    return error.reason if isinstance(error, Refused) else str(getattr(error, "code", error))


@pytest.mark.parametrize("name", GOOD)
def test_vector__good__accepted_by_python_and_by_eth_account(name: str) -> None:
    vector = load(name)

    accept(vector)

    assert eth_account_accepts(vector, "order")
    assert "attestation" not in vector or eth_account_accepts(vector, "attestation")


@pytest.mark.parametrize("name", BAD)
def test_vector__bad__refused_by_python_for_its_reason(name: str) -> None:
    vector = load(name)

    with pytest.raises((InvalidInput, Refused, Problem)) as caught:
        accept(vector)

    assert reason_of(caught.value) == vector["refused"]["python"], caught.value


@pytest.mark.parametrize("name", BAD)
def test_vector__bad__eth_account_says_what_the_file_notes(name: str) -> None:
    """It knows keys and typed data, no committee, no clock and no chain."""
    vector = load(name)
    part = "order" if name.startswith("bad_order_") else "attestation"

    said = "accepts" if eth_account_accepts(vector, part) else "refused"

    assert said == vector["refused"]["eth_account"]


@pytest.mark.parametrize("name", GOOD)
def test_vector__good_with_any_field_changed__no_signature_holds(name: str) -> None:
    vector = load(name)
    value = order_from_typed_data(
        REGISTRY, full_message(vector, vector["order"]["primaryType"], vector["order"]["message"])
    )
    digests = {signing_digest(REGISTRY, changed) for changed in every_change(value)}

    assert len(digests) == len(list(every_change(value)))
    assert signing_digest(REGISTRY, value) not in digests
    for digest in digests:
        for party in vector["order"]["signatures"]:
            assert recover_signer(digest, unhex(party["signature"])) != party["account"]


def every_change(value: Any) -> list[Any]:
    """The value with each of its fields bent a little; limits are not checked."""
    made = []
    for name in value.__dataclass_fields__:
        found = getattr(value, name)
        if isinstance(found, bytes):
            changed: Any = bytes([found[0] ^ 1]) + found[1:]
        elif isinstance(found, str):
            changed = found + " "
        elif isinstance(found, tuple):
            changed = (*found, found[0])
        else:
            changed = int(found) + 1
        copy = object.__new__(type(value))
        for other in value.__dataclass_fields__:
            object.__setattr__(copy, other, changed if other == name else getattr(value, other))
        made.append(copy)
    return made


def test_vectors__every_order_type__has_a_good_one() -> None:
    seen = {load(name)["order"]["primaryType"] for name in GOOD}

    assert seen == {
        "IssueOrder", "TransferOrder", "DeliveryOrder", "SuspendOrder", "ReinstateOrder", "DepositRequest",
    }  # fmt: skip


def test_vectors__messages__written_back_as_they_were_read() -> None:
    for name in GOOD:
        part = load(name)["order"]
        assert order_to_json(read_unchecked(part["primaryType"], part["message"])) == part["message"]


def test_split_signature__both_forms__the_same_numbers() -> None:
    long = load("good_order_transfer")["order"]["signatures"]
    short = load("good_order_transfer_compact")["order"]["signatures"]

    for one, other in zip(long, short, strict=True):
        assert split_signature(unhex(one["signature"])) == split_signature(unhex(other["signature"]))
