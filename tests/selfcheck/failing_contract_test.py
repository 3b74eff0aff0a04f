"""This test must FAIL. CI runs it by name and is red if it passes: our runner reports what fails.

It says of the contract something untrue: that two of four attesters may issue. The contract refuses, and the
test runner has to notice.
"""

from __future__ import annotations

from tests.contracts.harness import INSPECTOR, OPERATOR, World, receipt_id


def test_issue__two_of_four_attesters__issues() -> None:
    world = World()
    world.submit(world.issue_order(world.terms(1)), signers=(OPERATOR, INSPECTOR))
    assert world.receipt(receipt_id(1))["status"] == 1
