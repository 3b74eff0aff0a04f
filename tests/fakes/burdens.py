"""What comes after `story.tell`: a sale, pledges of two ranks, court cases, a split. For the API's tests.

- `batch[1]` goes from trader 3 to importer 2, who pledges it to bank 4 and then to bank 8; court 9 freezes it
  under two cases.
- `batch[0]`, importer 2's, is split into two parts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from holdfast.domain.encumbrances import PledgeState
from holdfast.domain.members import Role
from holdfast.domain.orders import Kind
from holdfast.domain.standing import Bound, FreezeStanding, Standing
from holdfast.domain.valuation import GoodsValue
from holdfast.evidence.canonical import sha256_digest
from holdfast.store.records import Records
from tests.fakes.boards import T
from tests.fakes.chain import GENESIS_AT, FakeChain, Log
from tests.fakes.story import Story, attested, key

MORE_MEMBERS = {
    8: (Role.BANK, "Grand Canal Bank", "大运河银行"),
    9: (Role.COURT, "Qingdao Maritime Court", "青岛海事法院"),
    10: (Role.BANK, "Bank of Another Town", "外地银行"),
}
DAY_S = 86_400
MATURITY = GENESIS_AT + 90 * DAY_S
CASE_ENDS = GENESIS_AT + 365 * DAY_S
FIRST, SECOND = 0x5F00000000000001, 0x6A00000000000002
RULING = sha256_digest(b"ruling")
FILING = sha256_digest(b"filing")
RECEIPTS, PLEDGE, COURT, ACTS = "receipts", "0x" + "9e" * 20, "0x" + "c7" * 20, "0x" + "ac" * 20


@dataclass(frozen=True, slots=True)
class Burdened:
    """Names of what `burden` made."""

    receipt: int
    parts: tuple[int, int]


def core(name: str, **args: Any) -> Log:
    """An event of the receipt contract."""
    return name, args, RECEIPTS


def pledged(receipt: int, pledge: int, pledgee: int, rank: int, amount: int, first: int) -> list[Log]:
    """The logs of one pledge by importer 2."""
    args = {"receiptId": receipt, "pledgeId": pledge, "pledgee": pledgee, "pledgor": 2, "rank": rank}
    args |= {"amountMinor": amount, "currency": b"CNY", "maturity": MATURITY, "ltvBps": 7_000}
    args |= {"cureS": 10 * DAY_S, "filingDigest": FILING}
    name, seen = attested(f"pledge {rank}", (1, 5, 6), GENESIS_AT + 40)[:2]
    changed = core("PledgesChanged", receiptId=receipt, pledges=rank, firstPledgee=first)
    return [changed, ("Pledged", args, PLEDGE), (name, seen, PLEDGE)]


def released(receipt: int, pledge: int, pledgee: int, left: int, first: int) -> list[Log]:
    """The logs of a release that leaves so many pledges."""
    left_over = {"pledges": left, "firstPledgee": first}
    return [core("PledgeReleased", receiptId=receipt, pledgeId=pledge, pledgee=pledgee, **left_over)]


def opened(case: int, reason: int = 1) -> list[Log]:
    """The log of a case that court 9 opens."""
    args = {"caseNo": case, "court": 9, "reason": reason, "documentDigest": RULING, "expiresAt": CASE_ENDS}
    return [("CaseOpened", args, COURT)]


def frozen(receipt: int, case: int, ahead: int, in_force: int) -> list[Log]:
    """The logs of a freeze under a case, behind `ahead` others."""
    changed = core("FreezesChanged", receiptId=receipt, freezes=ahead + 1, freezeCase=in_force)
    return [changed, ("Frozen", {"receiptId": receipt, "caseNo": case, "ahead": ahead}, COURT)]


def split(receipt: int, parts: tuple[int, int], lot: bytes, holder: int, grams: int, seq: int) -> list[Log]:
    """The logs of a split into two halves."""
    logs = [core("ReceiptReplaced", receiptId=receipt, successorId=part, seq=seq) for part in parts]
    for part in parts:
        args = {"receiptId": part, "lotId": lot, "holder": holder, "operator": 1, "quantityG": grams // 2}
        logs.append(core("ReceiptIssued", **args, kind=1, expiresAt=GENESIS_AT + 180 * DAY_S))
    return logs


def burden(chain: FakeChain, records: Records, story: Story) -> Burdened:
    """Go on after `tell`. Index afterwards."""
    added: list[Log] = []
    for member, (role, name, name_zh) in MORE_MEMBERS.items():
        records.set_member_name(member, name, name_zh)
        args = {"member": member, "account": key(member).address, "roles": int(role)}
        added.append(("MemberAdded", args | {"identityDigest": bytes(32), "encryptionKeyDigest": bytes(32)}))
    chain.mine(added)
    receipt = story.batch[1]
    moved = {"receiptId": receipt, "from": 3, "to": 2, "seq": 0}
    chain.mine([("ReceiptTransferred", moved), attested("sale", (1, 5, 6), GENESIS_AT + 30)])
    chain.mine(pledged(receipt, FIRST, 4, 1, 500_000_000, 4))
    chain.mine(pledged(receipt, SECOND, 8, 2, 120_000_000, 4))
    chain.mine(opened(7), opened(8, reason=2))
    chain.mine(frozen(receipt, 7, 0, 7))
    chain.mine(frozen(receipt, 8, 1, 7))
    parts = tuple(int.from_bytes(sha256_digest(b"part %d" % n)) for n in (1, 2))
    found = Burdened(receipt, (parts[0], parts[1]))
    chain.mine(split(story.batch[0], found.parts, story.batch_lot, 2, 40 * T, 0))
    chain.standings[receipt] = standing(chain, receipt, story.batch_lot)
    return found


def standing(chain: FakeChain, receipt: int, lot: bytes) -> Standing:
    """How the burdened receipt stands, as the contract would answer."""
    terms = (MATURITY, 7_000, 10 * DAY_S, 0, 1)
    cases = [
        FreezeStanding(n, 9, reason, GENESIS_AT + 60, CASE_ENDS, RULING) for n, reason in ((7, 1), (8, 2))
    ]
    return Standing(
        receipt_id=receipt,
        block_number=chain.head().number,
        block_time=chain.head().timestamp,
        holder=2,
        account=key(2).address,
        operator=1,
        kind=Kind.NEGOTIABLE,
        quantity_g=40 * T,
        lot_id=lot,
        bounds=Bound.PLEDGED | Bound.FROZEN,
        suspend_reason=0,
        liens=0,
        lien_terms=0,
        expires_at=GENESIS_AT + 180 * DAY_S,
        seq=5,
        pledges=(
            PledgeState(FIRST, 4, 500_000_000, "CNY", *terms),
            PledgeState(SECOND, 8, 120_000_000, "CNY", *terms),
        ),
        freeze=cases[0],
        waiting=(cases[1],),
        predecessor=0,
        successor=0,
        value=GoodsValue(800_000_000, "CNY", 20_000_000, 2, (6_250, 7_750)),
    )
