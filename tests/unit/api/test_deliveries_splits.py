"""Goods that left and receipts that were split: what is said of each, and to whom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from holdfast.domain.receipts import receipt_hex
from holdfast.evidence.canonical import sha256_digest
from tests.fakes.boards import T
from tests.fakes.burdens import PLEDGE, Burdened, burden, core, pledged, split
from tests.fakes.chain import GENESIS_AT, Log
from tests.fakes.story import attested
from tests.unit.api.conftest import World, make_world

EVERYONE = range(1, 11)
BOND = 0x7700000000000003
OFF = tuple(int.from_bytes(sha256_digest(b"off %d" % n)) for n in (1, 2))
SEES = {
    # endpoint: members that get 200; all others of 1..10 get 404.
    "/v1/splits/{halved}-0": {1, 2, 5, 7},
    "/v1/splits/{part}-1": {1, 2, 5, 7},
    "/v1/deliveries/{part}-0": {1, 2, 5, 7},
    "/v1/deliveries/{rubber}-2": {1, 2, 3, 4, 5, 7, 8},
    "/v1/receipts/{rubber}": {1, 2, 3, 4, 5, 7},
}
COUNTS = {
    # list endpoint: how many items each of 1..10 finds.
    "/v1/splits": (2, 2, 0, 0, 2, 0, 2, 0, 0, 0),
    "/v1/splits?receipt_id={part}": (2, 2, 0, 0, 2, 0, 2, 0, 0, 0),
    "/v1/splits?receipt_id={receipt}": (0,) * 10,
    "/v1/deliveries": (2, 2, 1, 1, 2, 0, 2, 1, 0, 0),
    "/v1/deliveries?holder=3": (1, 1, 1, 1, 1, 0, 1, 1, 0, 0),
    "/v1/deliveries?receipt_id={part}": (1, 1, 0, 0, 1, 0, 1, 0, 0, 0),
}


@dataclass
class Acts:
    """A world after deliveries and splits."""

    world: World
    made: Burdened

    def get(self, member: int, path: str) -> Any:
        story = self.world.story
        filled = path.format(
            halved=receipt_hex(story.batch[0]),
            part=receipt_hex(self.made.parts[0]),
            rubber=receipt_hex(story.rubber),
            receipt=receipt_hex(self.made.receipt),
        )
        return self.world.client.get(filled, headers=self.world.auth(member))

    def json(self, member: int, path: str) -> Any:
        answer = self.get(member, path)
        assert answer.status_code == 200, answer.text
        return answer.json()


def gate(what: str) -> Log:
    """The quorum, inspector among it, on goods that were weighed at the gate."""
    return attested(what, (1, 5, 6), GENESIS_AT + 70)


def split_off(receipt: int, lot: bytes, grams: tuple[int, ...], rest_g: int, seq: int) -> list[Log]:
    """The logs of parts that leave a rest."""
    logs: list[Log] = []
    for part, grams_of in zip(OFF, grams, strict=True):
        args = {"receiptId": part, "lotId": lot, "holder": 2, "operator": 1, "quantityG": grams_of}
        logs.append(core("ReceiptSplitOff", receiptId=receipt, successorId=part, restG=rest_g, seq=seq))
        logs.append(core("ReceiptIssued", **args, kind=1, expiresAt=GENESIS_AT + 10**7))
    return logs


def make(tmp: Any) -> Acts:
    """Importer 2's part: 5 t leave it, two parts are split off. Trader 3's rubber goes out under a bond."""
    world = make_world(tmp)
    made = burden(world.chain, world.records, world.story)
    part, rubber = made.parts[0], world.story.rubber
    out = core("ReceiptReduced", receiptId=part, holder=2, deliveredG=5 * T, restG=15 * T, seq=0)
    world.chain.mine([out, gate("part out")])
    world.chain.mine(split_off(part, world.story.batch_lot, (4 * T, 3 * T), 8 * T, 1))
    issued: Log = ("BondIssued", {"receiptId": rubber, "pledgeId": BOND, "pledgee": 8}, PLEDGE)
    bond = pledged(rubber, BOND, 8, 1, 600, 8)
    world.chain.mine([*bond[:2], issued, *bond[2:]])
    gone = core("ReceiptDelivered", receiptId=rubber, holder=3, quantityG=200 * T, seq=2)
    name, seen = attested("all out", (1, 6), GENESIS_AT + 70)[:2]
    ended: Log = ("BondDeliveredJointly", {"receiptId": rubber, "pledgeId": BOND}, PLEDGE)
    world.chain.mine([gone, ended, (name, seen, PLEDGE)])
    world.index()
    return Acts(world, made)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Acts]:
    made = make(tmp_path_factory.mktemp("acts"))
    with made.world.client:
        yield made


@pytest.mark.parametrize("path", SEES)
@pytest.mark.parametrize("member", EVERYONE)
def test_read__act__entitled_or_404(shared: Acts, path: str, member: int) -> None:
    answer = shared.get(member, path)
    assert answer.status_code == (200 if member in SEES[path] else 404), answer.text


@pytest.mark.parametrize("path", COUNTS)
@pytest.mark.parametrize("member", EVERYONE)
def test_list__acts__only_what_it_may_see(shared: Acts, path: str, member: int) -> None:
    assert len(shared.json(member, path)["items"]) == COUNTS[path][member - 1]


@pytest.mark.parametrize("path", ["/v1/deliveries", "/v1/splits", "/v1/splits/{part}-1"])
def test_read__acts_without_token__401(shared: Acts, path: str) -> None:
    assert shared.world.client.get(path.format(part=receipt_hex(OFF[0]))).status_code == 401


def test_delivery__of_a_part__what_left_what_stayed_and_why_it_may_be_believed(shared: Acts) -> None:
    found = shared.json(2, "/v1/deliveries/{part}-0")
    assert (found["quantity"], found["rest"], found["whole"]) == ("5.000 t", "15.000 t", False)
    assert (found["holder"]["member_id"], found["operator"]["member_id"]) == (2, 1)
    assert (found["bond"], found["order_id"]) == (None, None)
    assert sorted(each["member_id"] for each in found["attestation"]["signers"]) == [1, 5, 6]
    assert found["attestation"]["evidence_digest"].startswith("0x")
    assert found["id"] == f"{found['receipt_id']}-0"


def test_delivery__under_a_bond__says_whose_and_how(shared: Acts) -> None:
    found = shared.json(8, "/v1/deliveries/{rubber}-2")
    assert (found["whole"], found["rest_g"], found["quantity_g"]) == (True, "0", str(200 * T))
    assert (found["bond"]["holder"]["member_id"], found["bond"]["jointly"]) == (8, True)
    assert found["bond"]["pledge_id"] == f"0x{BOND:016x}"
    assert sorted(each["member_id"] for each in found["attestation"]["signers"]) == [1, 6]


def test_split__whole__parts_took_its_place(shared: Acts) -> None:
    found = shared.json(2, "/v1/splits/{halved}-0")
    assert (found["quantity"], found["rest_g"]) == ("40.000 t", "0")
    assert [part["receipt_id"] for part in found["parts"]] == [receipt_hex(p) for p in shared.made.parts]
    assert [part["quantity"] for part in found["parts"]] == ["20.000 t", "20.000 t"]
    assert [each["member_id"] for each in found["signed_by"]] == [2, 1]


def test_split__that_leaves_a_rest__says_what_stays_under_the_old_id(shared: Acts) -> None:
    found = shared.json(2, "/v1/splits/{part}-1")
    assert [part["quantity_g"] for part in found["parts"]] == [str(4 * T), str(3 * T)]
    assert (found["rest"], found["quantity"]) == ("8.000 t", "15.000 t")


def test_splits__of_a_receipt__also_the_one_it_came_of_newest_first(shared: Acts) -> None:
    first = shared.json(7, "/v1/splits?limit=1&receipt_id={part}")
    rest = shared.json(7, "/v1/splits?limit=1&receipt_id={part}&cursor=" + first["next"])
    found = [page["items"][0]["receipt_id"] for page in (first, rest)]
    assert found == [receipt_hex(shared.made.parts[0]), receipt_hex(shared.world.story.batch[0])]
    assert rest["next"] is None


def test_split__correction_and_merger__are_none(tmp_path: Any) -> None:
    acts = make(tmp_path)
    world, olds, new = acts.world, acts.made.parts, int.from_bytes(sha256_digest(b"new"))
    lot = world.story.batch_lot
    merged = [
        core("ReceiptReplaced", receiptId=old, successorId=new, seq=seq)
        for old, seq in zip(OFF, (0, 0), strict=True)
    ]
    issued = {"receiptId": new, "lotId": lot, "holder": 2, "operator": 1, "quantityG": 7 * T, "kind": 1}
    world.chain.mine([*merged, core("ReceiptIssued", **issued, expiresAt=GENESIS_AT + 10**7)])
    world.index()
    assert len(acts.json(7, "/v1/splits")["items"]) == 2
    assert acts.get(7, f"/v1/splits/{receipt_hex(OFF[0])}-0").status_code == 404
    # A second split of the same receipt, in one transaction with a split of another.
    both = split(olds[1], (new + 1, new + 2), lot, 2, 20 * T, 0) + split_again(acts, new)
    world.chain.mine(both)
    world.index()
    newest = acts.json(2, "/v1/splits?limit=2")["items"]
    assert [(item["receipt_id"], len(item["parts"])) for item in newest] == [
        (receipt_hex(olds[0]), 1),
        (receipt_hex(olds[1]), 2),
    ]
    assert newest[0]["rest"] == "7.000 t"


def split_again(acts: Acts, new: int) -> list[Log]:
    """One more ton is split off the part."""
    part, lot = acts.made.parts[0], acts.world.story.batch_lot
    args = {"receiptId": new + 3, "lotId": lot, "holder": 2, "operator": 1, "quantityG": T, "kind": 1}
    off = core("ReceiptSplitOff", receiptId=part, successorId=new + 3, restG=7 * T, seq=2)
    return [off, core("ReceiptIssued", **args, expiresAt=GENESIS_AT + 10**7)]


def test_split__pledged_receipt__first_pledgee_signed_too(tmp_path: Any) -> None:
    acts = make(tmp_path)
    world, receipt = acts.world, acts.made.receipt
    parts = tuple(int.from_bytes(sha256_digest(b"pledged %d" % n)) for n in (1, 2))
    world.chain.mine(split(receipt, (parts[0], parts[1]), world.story.batch_lot, 2, 40 * T, 5))
    world.index()
    found = acts.json(2, "/v1/splits/{receipt}-5")
    assert [each["member_id"] for each in found["signed_by"]] == [2, 1, 4]
