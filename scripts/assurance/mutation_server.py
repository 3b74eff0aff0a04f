"""Try mutants in forks of one process that has the contract tests loaded. Started by mutation.py.

Argument: JSON list of [number, source unit's stem]. Prints one JSON line for each: number and fate.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import sys
import time
from pathlib import Path

import pytest

LIMIT_S = 90
FIRST = {
    "Quorum": ("test_quorum", "test_suspend", "test_vectors"),
    "Signatures": ("test_signatures", "test_quorum"),
    "OrderHash": ("test_vectors", "test_calldata"),
    "ActHash": ("test_split", "test_pledge", "test_foreclosure"),
    "Pledge": ("test_pledge", "test_foreclosure"),
    "PledgeActs": ("test_pledge", "test_foreclosure"),
    "PledgeBook": ("test_pledge", "test_split", "test_foreclosure"),
    "Foreclosure": ("test_foreclosure",),
    "WarehouseReceipt": ("test_transfer", "test_issue", "test_deliver", "test_freshness"),
    "ReceiptToken": ("test_token",),
    "ReceiptSuspension": ("test_suspend",),
    "ReceiptPrimitives": ("test_primitives", "test_split", "test_receipt_acts", "test_attacks"),
    "ReceiptReductions": ("test_primitives", "test_receipt_acts"),
    "ReceiptEncumbrances": ("test_primitives", "test_pledge", "test_court"),
    "ReceiptGuards": ("test_primitives", "test_court", "test_pledge"),
    "ReceiptConsent": ("test_split", "test_pledge"),
    "Module": ("test_receipt_acts", "test_pledge"),
    "AttestedOrders": ("test_freshness", "test_transfer"),
}
"""Source unit -> tests most likely to notice a fault in it. They run first; all others follow."""

SLOW = ("test_acts_replayed", "test_roles", "test_roles_signatures")
NOT_ABOUT_BEHAVIOUR = ("test_build", "test_storage", "test_calldata", "test_governance_code")


def files(stem: str) -> list[str]:
    """The contract tests' files, the likely ones first."""
    found = sorted(path.stem for path in Path("tests/contracts").glob("test_*.py"))
    likely = [name for name in FIRST.get(stem, ()) if name in found]
    rest = [name for name in found if name not in (*likely, *SLOW, *NOT_ABOUT_BEHAVIOUR)]
    return [f"tests/contracts/{name}.py" for name in (*likely, *rest, *(n for n in SLOW if n in found))]


def run(number: int, stem: str) -> int:
    """Run the tests against one mutant until one fails; pytest's status."""
    os.environ["HOLDFAST_MUTANT"] = str(number)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        return int(pytest.main(["-x", "-q", "--durations=0", "-p", "no:cacheprovider", *files(stem)]))


def fate(number: int, stem: str) -> str:
    """Fork, try, and say how it ended."""
    child = os.fork()
    if child == 0:
        os._exit(min(run(number, stem), 255))
    end = time.monotonic() + LIMIT_S
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return "survived" if os.waitstatus_to_exitcode(status) == 0 else "killed"
        time.sleep(0.02)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return "timeout"


def main() -> int:
    """Check that the contracts as written pass, then try each mutant."""
    sys.path.insert(0, os.getcwd())
    if run(0, "") != 0:
        print("the contract tests fail without any fault", file=sys.stderr)
        return 1
    for number, stem in json.loads(sys.argv[1]):
        print(json.dumps({"number": number, "fate": fate(number, stem)}), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
