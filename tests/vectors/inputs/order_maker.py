"""How a vector of an order or attestation is made; what is made is in `make_orders`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from holdfast.attestation.quorum import Attester, Committee
from holdfast.attestation.signatures import SECP256K1_N, compact
from holdfast.attestation.typed_data import Domain, order_hash, order_to_json, signing_digest
from holdfast.chain.calldata import PARTIES
from holdfast.domain.deposit import DepositRequest
from holdfast.domain.orders import (
    Attestation,
    DeliveryOrder,
    IssueOrder,
    ReinstateOrder,
    SuspendOrder,
    SuspendReason,
    TransferOrder,
    interested_members,
)
from tests.contracts.harness import (
    DAY_S,
    IMPORTER,
    OPERATOR,
    QUORUM,
    START_S,
    TONNE_G,
    TRADER,
    World,
    address_of,
    key_of,
    receipt_id,
    sign,
)

Json = dict[str, Any]
LATER = 60
"""Seconds between the last order of the history and the vector's own."""


class Maker:
    """Makes vectors in one world, whose contract address they name."""

    def __init__(self) -> None:
        world = World()
        self.domain, self.committee = world.domain, world.committee
        self.now = START_S + LATER
        self.terms = world.terms(1)
        self.issue = world.issue_order(self.terms)
        self.issued: list[Json] = [{"order": order_json(self.issue)}]
        self.transfer = TransferOrder(receipt_id(1), IMPORTER, TRADER, 0, self.now + DAY_S)
        self.delivery = DeliveryOrder(receipt_id(1), IMPORTER, 10 * TONNE_G, 0, self.now + DAY_S)
        self.suspend = SuspendOrder(receipt_id(1), SuspendReason.QUANTITY_SHORT, 0, self.now + DAY_S)

    def attestation(self, order: Any, **changes: Any) -> Attestation:
        made = Attestation(
            order_hash(order),
            b"\x11" * 32,
            b"\x22" * 32,
            self.committee.policy_digest,
            self.now - 60,
            self.now + DAY_S,
            self.committee.epoch,
        )
        return unchecked(made, **changes)

    def signed(
        self, attestation: Attestation, signers: Sequence[int | str], domain: Domain | None = None
    ) -> list[bytes]:
        """Compact signatures, ascending by account."""
        digest = signing_digest(domain or self.domain, attestation)
        signing = [key_of(f"attester {s}" if isinstance(s, int) else s) for s in signers]
        signing.sort(key=lambda key: int(address_of(key), 16))
        return [compact(sign(key, digest)) for key in signing]

    def parties(self, order: Any, domain: Domain | None = None, **by: str) -> list[bytes]:
        """Signatures of the members an order wants; `by` names another key for a field."""
        digest = signing_digest(domain or self.domain, order)
        wanted = PARTIES.get(type(order), ("depositor",))
        names = {field: by.get(field, f"member {getattr(order, field)}") for field in wanted}
        return [sign(key_of(names[field]), digest) for field in wanted]

    def vector(
        self,
        what: str,
        order: Any,
        *,
        now_s: int | None = None,
        history: Sequence[Json] | None = None,
        parties: Sequence[bytes] | None = None,
        attestation: Attestation | None = None,
        signers: Sequence[int | str] = QUORUM,
        signatures: Sequence[bytes] | None = None,
        committee: Committee | None = None,
        refused: tuple[str, str, str] | None = None,
    ) -> Json:
        """One file. `refused` is how Python and the contract refuse it, and what eth-account says."""
        wanted = PARTIES.get(type(order), ("depositor",))
        given = self.parties(order) if parties is None else parties
        attested = attestation or self.attestation(order)
        body = {
            "what": what,
            "now_s": self.now if now_s is None else now_s,
            "domain": self.domain.to_json(),
            "history": list(self.issued if history is None else history),
            "order": {
                **order_json(order),
                "orderHash": hexed(order_hash(order)),
                "digest": hexed(signing_digest(self.domain, order)),
                "signatures": [
                    {
                        "field": field,
                        "member": getattr(order, field),
                        "account": address_of(key_of(f"member {getattr(order, field)}")),
                        "signature": hexed(signature),
                    }
                    for field, signature in zip(wanted, given, strict=True)
                ],
            },
        }
        if not isinstance(order, DepositRequest):
            listed = self.signed(attested, signers) if signatures is None else signatures
            body["committee"] = committee_json(committee or self.committee)
            body["rule"] = rule_json(order, committee or self.committee)
            body["attestation"] = {
                "message": order_to_json(attested),
                "digest": hexed(signing_digest(self.domain, attested)),
                "signatures": [hexed(signature) for signature in listed],
            }
        if refused is not None:
            body["refused"] = dict(zip(("python", "contract", "eth_account"), refused, strict=True))
        return body

    def committee_with(self, attesters: Sequence[Attester], threshold: int = 3) -> Committee:
        """The next epoch's committee."""
        ordered = tuple(sorted(attesters, key=Attester.word))
        return replace(self.committee, epoch=self.committee.epoch + 1, threshold=threshold, attesters=ordered)


def hexed(value: bytes) -> str:
    return "0x" + value.hex()


def order_json(order: Any) -> Json:
    return {"primaryType": type(order).__name__, "message": order_to_json(order)}


def committee_json(committee: Committee) -> Json:
    epoch, max_age_s, threshold, policy, words = committee.as_tuple()
    found: Json = {"epoch": epoch, "maxAgeS": max_age_s, "threshold": threshold}
    return found | {"policyDigest": hexed(policy), "attesters": [hexed(word) for word in words]}


def rule_json(order: Any, committee: Committee) -> Json:
    """What the quorum must contain, by the kind of order."""
    if isinstance(order, SuspendOrder):
        return {"threshold": 2, "operator": None, "barred": [IMPORTER]}
    barred = [IMPORTER] if isinstance(order, ReinstateOrder) else sorted(interested_members(order))
    operator = order.operator if isinstance(order, IssueOrder) else OPERATOR
    return {"threshold": committee.threshold, "operator": operator, "barred": barred}


def unchecked(value: Any, **changes: Any) -> Any:
    """A copy with values that Python's own type would refuse: others must not rely on it."""
    made = object.__new__(type(value))
    for name in value.__dataclass_fields__:
        object.__setattr__(made, name, changes.get(name, getattr(value, name)))
    return made


def crafted_high_s(signature: bytes) -> bytes:
    """A compact signature whose s is the least of the upper half; the real twin does not fit 255 bits."""
    return signature[:32] + (SECP256K1_N // 2 + 1).to_bytes(32)
