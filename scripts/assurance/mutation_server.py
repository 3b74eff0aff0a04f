"""Try mutants in forks of one process that has collected the contract tests. Started by mutation.py.

Reads from standard input a JSON object {jobs, mutants: [[number, source unit's stem, function], ...]}. Writes
to the descriptor that is its argument one JSON line for each: number, fate (killed, survived or timeout) and
the test that noticed.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import selectors
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import Phase, settings

LIKELY: Final = {
    "Quorum": ("test_quorum", "test_suspend", "test_vectors"),
    "Signatures": ("test_signatures", "test_quorum"),
    "OrderHash": ("test_vectors",),
    "ActHash": ("test_split", "test_pledge", "test_foreclosure"),
    "Pledge": ("test_pledge", "test_foreclosure"),
    "PledgeBook": ("test_pledge", "test_split", "test_foreclosure"),
    "PledgeCourse": ("test_foreclosure", "test_substitution", "test_margin"),
    "PledgeSlots": ("test_pledge", "test_substitution"),
    "Substitution": ("test_substitution",),
    "Foreclosure": ("test_foreclosure",),
    "WarehouseReceipt": ("test_transfer", "test_issue", "test_deliver", "test_freshness"),
    "ReceiptToken": ("test_token",),
    "ReceiptSuspension": ("test_suspend",),
    "ReceiptPrimitives": ("test_primitives", "test_split", "test_receipt_acts", "test_attacks"),
    "ReceiptReductions": ("test_primitives", "test_receipt_acts"),
    "ReceiptEncumbrances": ("test_primitives", "test_pledge", "test_court"),
    "ReceiptGuards": ("test_primitives", "test_court", "test_pledge"),
    "ReceiptConsent": ("test_split", "test_pledge"),
    "ReceiptActs": ("test_receipt_acts", "test_acts_parties", "test_extension_alone", "test_split"),
    "Followers": ("test_receipt_acts", "test_split", "test_storage_lien"),
    "Council": ("test_council",),
    "Court": ("test_court", "test_edges_court"),
    "StorageLien": ("test_storage_lien", "test_sale_lien"),
    "Replacement": ("test_replacement",),
    "Shortage": ("test_shortage",),
    "ReceiptMedium": ("test_medium",),
    "Origins": ("test_origins", "test_medium"),
    "Module": ("test_receipt_acts", "test_pledge"),
    "AttestedOrders": ("test_freshness", "test_transfer"),
}
"""Source unit -> tests most likely to notice a fault in it. They run first; all others follow."""

LEFT_OUT: Final = (
    # They read the code, which guards and another optimizer have changed, before they try what it does.
    "test_build",
    "test_governance_code",
    "test_roles",
    "test_storage",
    # Long, and about Python's reading of the log, about modules or about the consortium. What only they would
    # notice counts as a survivor.
    "test_acts_indexed",
    "test_acts_replayed",
    "test_bonds_replayed",
    "test_calldata",
    "test_consortium",
    "test_every_act_read",
    "test_governance",
    "test_governance_keys",
    "test_expiry",
    "test_losses_replayed",
    "test_roles_signatures",
    "test_standing_still",
    "test_storage_lien_properties",
    "test_valuation",
    "test_valuation_attacks",
    "test_valuation_properties",
)


class Trials:
    """Plugin: instead of running the collected tests once, run them in a fork for each mutant."""

    def __init__(self, mutants: list[tuple[int, str, str]], jobs: int, sink: int) -> None:
        self._mutants = mutants
        self._jobs = jobs
        self._sink = sink
        self._seconds: dict[str, float] = defaultdict(float)
        self._kills: Counter[tuple[str, str]] = Counter()
        self._failed = ""
        self._said = ""

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep how long a test took, and the first that failed."""
        self._seconds[report.nodeid] += report.duration
        if report.failed and not self._failed:
            self._failed, self._said = report.nodeid, str(report.longrepr)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Check that the contracts as written pass, then try each mutant."""
        if session.testsfailed:
            raise session.Failed("the contract tests cannot be collected")
        began = time.process_time()
        self._run(session, 0, list(session.items))
        if self._failed:
            raise session.Failed(f"{self._failed} fails without any fault: {self._said}")
        gc.freeze()  # else each child copies what it merely counts references of
        limit_s = int(2 * (time.process_time() - began)) + 20
        waiting, running = list(reversed(self._mutants)), selectors.DefaultSelector()
        while waiting or running.get_map():
            while waiting and len(running.get_map()) < self._jobs:
                mutant = waiting.pop()
                source, child = self._fork(session, mutant, limit_s)
                running.register(source, selectors.EVENT_READ, (mutant, child))
            for key, _ in running.select():
                running.unregister(key.fileobj)
                (number, stem, function), child = key.data
                with os.fdopen(int(key.fd)) as answer:
                    noticed = answer.read()
                _, status = os.waitpid(child, 0)
                fate = "timeout" if os.WIFSIGNALED(status) else "killed" if noticed else "survived"
                if noticed:
                    self._kills[stem, noticed] += 1
                    self._kills[f"{stem}.{function}", noticed] += 1
                line = json.dumps({"number": number, "fate": fate, "by": noticed})
                os.write(self._sink, line.encode() + b"\n")
        return True

    def _fork(self, session: pytest.Session, mutant: tuple[int, str, str], limit_s: int) -> tuple[int, int]:
        """Begin to try one mutant; returns where its answer comes from, and the process."""
        source, sink = os.pipe()
        child = os.fork()
        if child:
            os.close(sink)
            return source, child
        # Seconds of the processor, not of the clock: a busy machine kills no mutant.
        resource.setrlimit(resource.RLIMIT_CPU, (limit_s, limit_s))
        number, stem, function = mutant
        try:
            self._run(session, number, self._ordered(session.items, stem, function))
            os.write(sink, self._failed.encode())
        except BaseException as error:  # whatever the fault has led to, the tests have noticed it
            os.write(sink, f"{type(error).__name__}".encode())
        os._exit(0)

    def _ordered(self, items: list[pytest.Item], stem: str, function: str) -> list[pytest.Item]:
        """Those first that noticed other faults of this function, then of this unit, then quick ones."""
        likely = LIKELY.get(stem, ())

        def place(item: pytest.Item) -> tuple[Any, ...]:
            name = item.path.stem
            return (
                -self._kills[f"{stem}.{function}", item.nodeid],
                -self._kills[stem, item.nodeid],
                likely.index(name) if name in likely else len(likely),
                not name.startswith("test_edges"),
                self._seconds[item.nodeid],
            )

        return sorted(items, key=place)

    def _run(self, session: pytest.Session, number: int, items: list[pytest.Item]) -> None:
        """Run tests under one mutant until one fails."""
        os.environ["HOLDFAST_MUTANT"] = str(number)
        for index, item in enumerate(items):
            following = items[index + 1] if index + 1 < len(items) else None
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if self._failed:
                return


def main() -> int:
    """Collect the tests and try what standard input names."""
    wanted = json.loads(sys.stdin.read())
    sys.path.insert(0, os.getcwd())
    os.environ["HOLDFAST_MUTANT"] = "0"
    found = sorted(path for path in Path("tests/contracts").glob("test_*.py"))
    files = [str(path) for path in found if path.stem not in LEFT_OUT]
    trials = Trials([tuple(mutant) for mutant in wanted["mutants"]], wanted["jobs"], int(sys.argv[1]))
    # The same examples for every mutant, and no time spent on making a failing one small.
    quick = settings(derandomize=True, database=None, phases=(Phase.explicit, Phase.generate))
    settings.register_profile("mutants", quick)
    settings.load_profile("mutants")
    return int(pytest.main(["-q", "-s", "-p", "no:cacheprovider", *files], plugins=[trials]))


if __name__ == "__main__":
    raise SystemExit(main())
