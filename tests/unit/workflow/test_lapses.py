"""Cases and notices whose time is over: found, taken off once, and found again after a restart."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine
from web3 import Web3

from holdfast.chain.artifacts import load_artifact
from holdfast.chain.domains import contract_of
from holdfast.chain.events import ChainEvent
from holdfast.domain.acts import CaseOrder, LossNoticeOrder
from oracle.workflow.lapses import ATTEMPTS, NOTICE_USE_S, Lapses, Stop, Watch
from oracle.workflow.outbox import LAPSE_PREFIX, Outbox
from oracle.workflow.relayer import Relayer
from tests.fakes.chain_facts import DEPLOYMENT, FakeLedger, block_hash, tx_of
from tests.fakes.oracle import DAY_S, Warehouse, party
from tests.simulators.site import NOW

COURT = contract_of(DEPLOYMENT, CaseOrder)
REPLACEMENT = contract_of(DEPLOYMENT, LossNoticeOrder)
R1, R2 = 0xA1, 0xA2


class Bench:
    """A ledger with a court in it, and the step that watches it; both may be begun again."""

    def __init__(self, folder: Path) -> None:
        house = Warehouse()
        self.ledger: FakeLedger = house.ledger
        self.node = self.ledger.node
        self.url = f"sqlite:///{folder}/outbox.sqlite"
        self.now_s = NOW
        self.restart()

    def restart(self, confirmations: int = 0) -> None:
        """A new process over the same database and chain."""
        self.outbox = Outbox(create_engine(self.url))
        self.relayer = Relayer(self.ledger.chain, party("oracle"), self.outbox, confirmations)
        self.lapses = Lapses(self.ledger.chain, self.relayer, self.outbox, lambda: self.now_s)

    def emit(self, name: str, contract: str = COURT, **args: Any) -> None:
        """A module's event, in a block of its own."""
        number = self.node.mine()
        log = self.ledger.log
        log.append(ChainEvent(name, args, number, block_hash(number), tx_of(number), len(log), contract))

    def freeze(self, case_no: int = 7, receipt: int = R1, for_s: int = DAY_S) -> None:
        self.emit("CaseOpened", caseNo=case_no, expiresAt=self.now_s + for_s)
        self.emit("Frozen", receiptId=receipt, caseNo=case_no, ahead=0)

    def lapsed(self) -> None:
        """What the chain tells of the transaction that was mined last."""
        (number,) = {block for block, _ in list(self.node.mined.values())[-1:]}
        log, args = self.ledger.log, {"receiptId": R1, "caseNo": 7, "lapsed": True}
        at = (number, block_hash(number), tx_of(number), len(log), COURT)
        log.append(ChainEvent("Unfrozen", args, *at))

    @property
    def asked(self) -> list[bytes]:
        """Which distinct transactions went out."""
        return list(dict.fromkeys(self.node.sent))


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def calldata(name: str, *values: int) -> bytes:

    contract = Web3().eth.contract(abi=list(load_artifact("Court" if name == "lapse" else "Replacement").abi))
    return bytes.fromhex(contract.encode_abi(name, args=list(values))[2:])


def test_step__time_not_over__nothing_sent(bench: Bench) -> None:
    bench.freeze()
    bench.now_s += DAY_S
    bench.lapses.step()

    assert bench.asked == []


def test_step__time_over__one_call_of_the_court_that_holds_it(bench: Bench, caplog: Any) -> None:
    caplog.set_level(logging.INFO)
    bench.freeze()
    bench.now_s += DAY_S + 1
    bench.lapses.step()

    (raw,) = bench.asked
    assert calldata("lapse", R1, 7) in raw
    assert bytes.fromhex(COURT[2:]) in raw
    (line,) = [record.getMessage() for record in caplog.records if record.name == "holdfast.lapses"]
    assert line.startswith("court case 7 on receipt 0x000")
    assert "is taken off in block" in line


def test_step__again_and_after_a_restart__not_sent_again(bench: Bench) -> None:
    bench.freeze()
    bench.now_s += DAY_S + 1
    bench.lapses.step()
    bench.lapsed()
    bench.lapses.step()
    bench.restart()
    bench.lapses.step()

    assert len(bench.node.sent) == 1


def test_step__mined_and_not_settled_yet__not_sent_again_not_even_after_a_restart(bench: Bench) -> None:
    bench.restart(confirmations=2)
    bench.freeze()
    bench.node.mine()
    bench.node.mine()
    bench.now_s += DAY_S + 1
    bench.lapses.step()
    bench.lapses.step()
    bench.restart(confirmations=2)
    bench.lapses.step()
    bench.node.mine()
    bench.node.mine()
    bench.lapses.step()

    assert len(bench.asked) == 1
    assert bench.outbox.unsettled() == []


def test_step__block_replaced_after_it_counted_as_settled__sent_anew(bench: Bench) -> None:
    bench.freeze()
    bench.now_s += DAY_S + 1
    bench.lapses.step()
    bench.node.mine()
    bench.lapses.step()
    bench.lapsed()
    bench.lapses.step()

    assert len(bench.asked) == 2


def test_step__case_renewed_or_released__left_alone(bench: Bench) -> None:
    bench.freeze(7, R1)
    bench.freeze(8, R2)
    bench.emit("CaseRenewed", caseNo=7, previous=0, expiresAt=NOW + 9 * DAY_S)
    bench.emit("Unfrozen", receiptId=R2, caseNo=8, lapsed=False)
    bench.now_s += 2 * DAY_S
    bench.lapses.step()

    assert bench.asked == []


def test_step__queue__the_one_in_force_first_then_those_behind_it_that_lapsed_too(bench: Bench) -> None:
    bench.freeze(7, for_s=2 * DAY_S)
    bench.freeze(8, for_s=9 * DAY_S)
    bench.freeze(9, for_s=DAY_S)
    bench.now_s += 3 * DAY_S
    bench.lapses.step()

    assert [calldata("lapse", R1, case) in raw for raw, case in zip(bench.asked, (7, 9), strict=True)] == [
        True,
        True,
    ]


def test_step__notice_of_loss__thirty_days_after_it_has_run(bench: Bench) -> None:
    bench.emit("LossNoticed", REPLACEMENT, receiptId=R1, holder=2, reason=1, until=NOW)
    bench.now_s += NOTICE_USE_S
    bench.lapses.step()
    assert bench.asked == []

    bench.now_s += 1
    bench.lapses.step()
    (raw,) = bench.asked
    assert calldata("lapseNotice", R1) in raw


def test_step__second_notice_on_the_same_receipt__taken_off_too(bench: Bench) -> None:
    for _ in range(2):
        bench.emit("LossNoticed", REPLACEMENT, receiptId=R1, holder=2, reason=1, until=bench.now_s)
        bench.now_s += NOTICE_USE_S + 1
        bench.lapses.step()
        bench.emit("LossNoticeEnded", REPLACEMENT, receiptId=R1, lapsed=True)

    assert len(bench.node.sent) == 2


def test_step__contract_refuses__told_once_and_asked_again(bench: Bench, caplog: Any) -> None:
    bench.freeze()
    bench.now_s += DAY_S + 1
    bench.node.call_error = ("0x", "execution reverted")
    bench.lapses.step()
    bench.lapses.step()
    assert bench.asked == []
    told = [record.getMessage() for record in caplog.records if record.name == "holdfast.lapses"]
    assert len(told) == 1
    assert "court case 7" in told[0]

    bench.node.call_error = None
    bench.lapses.step()
    assert len(bench.asked) == 1


def test_step__killed_between_commit_and_broadcast__the_same_bytes_go_out(bench: Bench) -> None:
    bench.freeze()
    bench.now_s += DAY_S + 1
    bench.node.swallow = True
    bench.lapses.step()
    assert len(bench.outbox.unsettled()) == 1

    bench.node.swallow = False
    bench.restart()
    # Somebody else was faster: the bytes go out all the same, or their nonce would hold up every order.
    bench.emit("Unfrozen", receiptId=R1, caseNo=7, lapsed=True)
    bench.lapses.step()
    assert len(bench.asked) == 1
    assert bench.outbox.unsettled() == []


def test_step__transaction_failed__another_until_people_must_look(bench: Bench, caplog: Any) -> None:
    bench.freeze()
    bench.now_s += DAY_S + 1
    bench.node.fails = True
    for _ in range(ATTEMPTS + 3):
        bench.lapses.step()

    assert len(bench.asked) == ATTEMPTS
    assert f"failed {ATTEMPTS} times" in caplog.text


def test_step__confirmations_wanted__reads_only_what_is_settled(bench: Bench) -> None:
    bench.restart(confirmations=2)
    bench.freeze()
    bench.now_s += DAY_S + 1
    bench.lapses.step()
    assert bench.asked == []

    bench.node.mine()
    bench.node.mine()
    bench.lapses.step()
    assert len(bench.asked) == 1


def test_step__orders_in_the_outbox__not_touched(bench: Bench) -> None:
    bench.relayer.reserve("ord_1", b"\x01", COURT)
    bench.lapses.step()

    assert bench.node.sent == []


def test_read__module_let_in_after_its_first_case__case_known(bench: Bench) -> None:
    other = "0x" + "c7" * 20
    bench.freeze()
    bench.lapses.step()
    at = bench.ledger.log[-1]
    args = {"caseNo": 3, "expiresAt": NOW + DAY_S}
    bench.ledger.log.append(replace(at, name="CaseOpened", args=args, contract=other))
    bench.ledger.modules.append(other)
    bench.emit("Frozen", other, receiptId=R2, caseNo=3, ahead=0)
    bench.now_s += DAY_S + 1
    bench.lapses.step()

    assert [bytes.fromhex(other[2:]) in raw for raw in bench.asked] == [False, True]


def test_watch__case_nobody_opened__never_over() -> None:
    watch = Watch()
    watch.apply(ChainEvent("Frozen", {"receiptId": R1, "caseNo": 7}, 1, "", "0x1", 0, COURT))

    assert list(watch.standing) == [Stop(COURT, R1, 7)]
    assert watch.over(2**40) == []


def test_lapse_ids__fit_the_outbox(bench: Bench) -> None:
    bench.freeze()
    bench.now_s += DAY_S + 1
    bench.node.swallow = True
    bench.lapses.step()

    (found,) = bench.outbox.unsettled()
    assert found.startswith(LAPSE_PREFIX)
    assert len(found) <= 64
