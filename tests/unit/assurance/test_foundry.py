from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from eth_utils import keccak

from holdfast.domain.errors import Misconfigured
from scripts.assurance import forge
from scripts.assurance.forge import Campaign, Tally, _plain, forge_binary, require_native
from scripts.assurance.foundry import INVARIANTS, LEAST_PER_HANDLER, Outcome, rows

MANY = 1_000


def outcome(*broken: str, **tallies: Tally) -> Outcome:
    """Every invariant's campaign, those named broken; the tallies are the first one's."""
    shown = tallies or {"issue": Tally(MANY), "refuseReplay": Tally(MANY), "waitFor": Tally(MANY)}
    campaigns = [
        Campaign(test, seed, test not in broken, "why" if test in broken else "", shown if seed == 0 else {})
        for seed, test in enumerate(INVARIANTS)
    ]
    return Outcome(tuple(campaigns), 0, 1.0)


def test_require_native__a_launcher__is_refused(tmp_path: Path) -> None:
    launcher = tmp_path / "forge"
    launcher.write_text("#!/usr/bin/env node\nprocess.exit(0)\n")
    with pytest.raises(Misconfigured, match="launcher, which always succeeds"):
        require_native(launcher)


def test_forge_binary__a_launcher_in_its_place__is_refused(tmp_path: Path) -> None:
    real = forge_binary().relative_to(forge.ROOT)
    (tmp_path / real).parent.mkdir(parents=True)
    (tmp_path / real).write_text("#!/usr/bin/env node\nprocess.exit(0)\n")
    with pytest.raises(Misconfigured, match="launcher"):
        forge_binary(tmp_path)


def test_forge_binary__none_for_this_machine__says_that_nothing_ran(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="none of its tests ran"):
        forge_binary(tmp_path)


def test_forge_binary__installed__is_the_native_program() -> None:
    found = forge_binary()
    assert found.parts[-4:-2] == ("@foundry-rs", f"forge-{sys.platform}-amd64")
    assert os.access(found, os.X_OK)


def test_rows__all_held__all_hold() -> None:
    found = rows(outcome(), 1)
    assert all(check.holds for check in found), found
    assert [check.check for check in found[: len(INVARIANTS)]] == list(INVARIANTS.values())


def test_rows__one_broken__only_that_one_and_the_hostile_row_do_not_hold() -> None:
    broken = next(iter(INVARIANTS))
    failing = {check.check: check.figure for check in rows(outcome(broken), 1) if not check.holds}
    assert failing == {
        INVARIANTS[broken]: "broken by seed 0: why",
        "hostile orders are refused": "1 accepted",
    }


def test_rows__an_invariant_never_ran__does_not_hold() -> None:
    whole = outcome()
    part = Outcome(whole.campaigns[:-1], 0, 1.0)
    assert [check.check for check in rows(part, 1) if not check.holds] == [list(INVARIANTS.values())[-1]]


def test_outcome__hostile_and_idle_handlers__are_not_useful() -> None:
    found = outcome(issue=Tally(calls=10, reverts=2, discards=3), refuseReplay=Tally(7), waitFor=Tally(5))
    assert (found.useful(), found.hostile(), found.reverting_bps()) == (5, 7, 2858)


def test_rows__too_few_orders__does_not_hold() -> None:
    assert not rows(outcome(), MANY + 1)[len(INVARIANTS)].holds
    assert rows(outcome(), MANY)[len(INVARIANTS)].holds


@pytest.mark.parametrize(("reverts", "holds"), [(100, True), (101, False)])
def test_rows__share_of_reverting_calls__bound_is_exact(reverts: int, holds: bool) -> None:
    found = rows(outcome(issue=Tally(MANY, reverts), refuseReplay=Tally(MANY)), 1)
    assert found[len(INVARIANTS) + 1].holds is holds


def test_rows__a_handler_that_never_gets_anywhere__is_named() -> None:
    last = rows(outcome(issue=Tally(MANY), lapse=Tally(LEAST_PER_HANDLER - 1), refuseReplay=Tally(MANY)), 1)[
        -1
    ]
    assert not last.holds
    assert last.figure == f"lapse: {LEAST_PER_HANDLER - 1}"


def test_plain__selector_of_a_handler_and_spelled_text__become_words() -> None:
    act = keccak(text="issue(uint256)")[:4].hex() + "00" * 28
    text = b"grams of a lot".hex().ljust(64, "0")
    assert _plain(f"Broken(1, 0x{act}, 2)", ["tests/x.sol:Checks.issue"]) == "Broken(1, issue, 2)"
    assert _plain(f"Broken(3, 0x{text}, 2)", []) == "Broken(3, grams of a lot, 2)"
