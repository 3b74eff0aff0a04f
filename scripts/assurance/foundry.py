"""Run the Foundry invariants: random sequences of good and hostile orders against the shipped contracts.

Every campaign has a seed of its own, since forge gives all invariants of one seed the same sequences; at the
end of each sequence all invariants are asked, whichever names the campaign.

Example: python -m scripts.assurance.foundry [--full] [--json] [--seed 7]
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import reduce
from itertools import count
from pathlib import Path
from typing import Any, Final

from holdfast.domain.errors import HoldfastError, Unreachable
from scripts.assurance.check import Check
from scripts.assurance.forge import FOLDER, ROOT, Campaign, Tally, build, campaign
from scripts.assurance.founding import found
from scripts.assurance.kept import Kept, digest

TOOL: Final = "forge 1.7.1"
INVARIANTS: Final = {
    "invariant_I1_live_never_exceeds_attested": "I1 live never exceeds attested",
    "invariant_I2_one_holder": "I2 one holder",
    "invariant_I3_grams_are_conserved": "I3 grams are conserved",
    "invariant_I4_nothing_sheds_an_encumbrance": "I4 nothing sheds an encumbrance",
    "invariant_I5_no_change_without_its_signatures": "I5 no change without its signatures",
    "invariant_I6_each_order_and_attestation_once": "I6 each order and attestation once",
    "invariant_I7_burned_stays_burned": "I7 burned stays burned",
    "invariant_I8_pledged_moves_only_with_the_pledgee": "I8 pledged moves only with the pledgee",
    "invariant_I9_rank_never_jumps": "I9 rank never jumps",
    "invariant_I10_bound_receipts_stand_still": "I10 bound receipts stand still",
    "invariant_refusals_have_reasons": "every refusal names its reason",
}
"""Test -> what a person calls it."""
DEPTH: Final = 200
RUNS: Final = 140
"""Sequences in one campaign: a quarter of a minute of one core."""
USEFUL_IN_CI, USEFUL_IN_FULL = 200_000, 10_000_000
MOST_REVERTING_BPS: Final = 1_000
LEAST_PER_HANDLER: Final = 200
"""An act that hardly ever succeeds is not tried at all."""
KEPT: Final = Path(".build/assurance/campaigns.jsonl")
"""Campaigns of the release size, which takes hours: one that was cut short goes on from here."""
_HOSTILE, _IDLE = "refuse", ("waitFor",)


@dataclass(frozen=True, slots=True)
class Outcome:
    """All campaigns of one assurance run."""

    campaigns: tuple[Campaign, ...]
    seed: int
    seconds: float

    def tallies(self) -> dict[str, Tally]:
        """Handler -> its tally over all campaigns."""
        total: dict[str, Tally] = {}
        for done in self.campaigns:
            for name, tally in done.tallies.items():
                total[name] = total.get(name, Tally()).plus(tally)
        return dict(sorted(total.items()))

    def orders(self) -> dict[str, Tally]:
        """Those of handlers that give good orders."""
        return {n: t for n, t in self.tallies().items() if not n.startswith(_HOSTILE) and n not in _IDLE}

    def useful(self) -> int:
        """Orders that took effect."""
        return sum(tally.done for tally in self.orders().values())

    def hostile(self) -> int:
        """Hostile tries that reached a contract."""
        return sum(t.done for n, t in self.tallies().items() if n.startswith(_HOSTILE))

    def reverting_bps(self) -> int:
        """Good orders that a contract refused, in basis points of those tried; rounded up."""
        whole = reduce(Tally.plus, self.orders().values(), Tally())
        return -(-whole.reverts * 10_000 // whole.tried) if whole.tried else 10_000

    def as_json(self) -> dict[str, Any]:
        """Figures for machines."""
        return {
            "tool": TOOL,
            "seed": self.seed,
            "seconds": round(self.seconds, 1),
            "calls": sum(tally.tried for tally in self.tallies().values()),
            "useful": self.useful(),
            "hostile": self.hostile(),
            "reverted": sum(tally.reverts for tally in self.orders().values()),
            "reverting_bps": self.reverting_bps(),
            "handlers": {
                name: {"calls": tally.tried, "done": tally.done, "reverted": tally.reverts}
                for name, tally in self.tallies().items()
            },
            "invariants": [
                {"test": done.test, "seed": done.seed, "held": done.held, "reason": done.reason}
                for done in self.campaigns
            ],
        }


def play(
    target: int,
    seed: int,
    tell: Callable[[str], None] = lambda text: None,
    runs: int = RUNS,
    kept: Kept | None = None,
) -> Outcome:
    """Run each invariant at least once, and on with new seeds until `target` orders took effect.

    Stops early where an invariant breaks. What is `kept` from a run that was cut short is not run again.

    Raises:
        Misconfigured: forge or anvil is not installed: nothing was tested.
        Refused: the handlers do not compile.
    """
    began = time.monotonic()
    shutil.rmtree(ROOT / FOLDER / "failures", ignore_errors=True)
    found(ROOT / FOLDER)
    build()
    done: list[Campaign] = []
    tests, seeds = list(INVARIANTS), count(seed)
    workers = max(1, os.cpu_count() or 1)

    def one(test: str, number: int) -> Campaign:
        before = kept.find(test, number) if kept else None
        if before is not None:
            return before
        result = campaign("Invariants", test, number, runs, DEPTH)
        if kept is not None:
            kept.add(result)
        return result

    with ThreadPoolExecutor(workers) as pool:
        while True:
            wanted = tests if not done else tests[:workers]
            tests = [*tests[len(wanted) :], *wanted]
            jobs = [pool.submit(one, test, next(seeds)) for test in wanted]
            done += [job.result() for job in jobs]
            outcome = Outcome(tuple(done), seed, time.monotonic() - began)
            tell(f"{outcome.useful():,} orders took effect in {outcome.seconds:.0f} s")
            if outcome.useful() >= target or not all(one.held for one in done):
                return outcome


def rows(outcome: Outcome, target: int) -> list[Check]:
    """The outcome as rows of the assurance table."""
    found = []
    for test, title in INVARIANTS.items():
        own = [one for one in outcome.campaigns if one.test == test]
        broken = [one for one in own if not one.held]
        calls = sum(tally.tried for one in own for tally in one.tallies.values())
        said = f"broken by seed {broken[0].seed}: {broken[0].reason}" if broken else "0 broken"
        found.append(Check(title, TOOL, calls, said, "0 broken", bool(own) and not broken))
    useful, share = outcome.useful(), outcome.reverting_bps()
    tried = sum(tally.tried for tally in outcome.orders().values())
    found.append(
        Check("orders that took effect", TOOL, useful, f"{useful:,}", f">= {target:,}", useful >= target)
    )
    found.append(
        Check(
            "share of reverting calls",
            TOOL,
            tried,
            f"{share / 100:.2f} %",
            f"<= {MOST_REVERTING_BPS / 100:.2f} %",
            share <= MOST_REVERTING_BPS,
        )
    )
    accepted = sum(not one.held for one in outcome.campaigns)
    found.append(
        Check(
            "hostile orders are refused",
            TOOL,
            outcome.hostile(),
            f"{accepted} accepted",
            "0 accepted",
            accepted == 0 and outcome.hostile() > 0,
        )
    )
    name, least = min(
        ((name, tally.done) for name, tally in outcome.tallies().items()), key=lambda pair: pair[1]
    )
    found.append(
        Check(
            "every handler gets somewhere",
            TOOL,
            len(outcome.tallies()),
            f"{name}: {least:,}",
            f">= {LEAST_PER_HANDLER:,} each",
            least >= LEAST_PER_HANDLER,
        )
    )
    return found


def run(full: bool, seed: int = 1) -> list[Check]:
    """The rows of the assurance table that Foundry answers for, in CI size or, `full`, in release size."""
    target = USEFUL_IN_FULL if full else USEFUL_IN_CI
    return rows(play(target, seed, _to_stderr, kept=_kept(RUNS) if full else None), target)


def _kept(runs: int) -> Kept:
    return Kept(ROOT / KEPT, digest(), runs, DEPTH)


def selfcheck(seed: int) -> Campaign:
    """Run the invariant that must fail."""
    found(ROOT / FOLDER)
    build()
    return campaign("MustFail", "invariant_nothing_is_ever_issued", seed, 1, 20)


def _to_stderr(text: str) -> None:
    print(f"foundry: {text}", file=sys.stderr, flush=True)


def _summary(outcome: Outcome, checks: Iterable[Check]) -> None:
    print(f"{'handler':<22} {'calls':>9} {'done':>9} {'refused':>9} {'share':>7}")
    for name, tally in outcome.tallies().items():
        share = f"{100 * tally.reverts / tally.tried:.1f} %" if tally.tried else "-"
        print(f"{name:<22} {tally.tried:>9,} {tally.done:>9,} {tally.reverts:>9,} {share:>7}")
    print(f"(in refuse... handlers, done means: refused as it must be)\nseed {outcome.seed}\n")
    for check in checks:
        word = "holds" if check.holds else "DOES NOT HOLD"
        print(f"{check.check:<40} {check.count:>10,}  {check.figure} ({check.bound})  {word}")


def main(arguments: Sequence[str]) -> int:
    """Print summary and checks; returns 0 all hold, 1 one does not, 2 wrong here, 3 unreachable."""
    parser = argparse.ArgumentParser(description="Foundry invariants against the shipped contracts.")
    parser.add_argument(
        "--full", action="store_true", help="release size: ten million orders that took effect"
    )
    parser.add_argument("--json", action="store_true", help="figures as JSON")
    parser.add_argument("--seed", type=int, default=1, help="seed of the first campaign (default: 1)")
    parser.add_argument("--orders", type=int, help="how many orders must take effect")
    parser.add_argument("--runs", type=int, default=RUNS, help=f"sequences in a campaign (default: {RUNS})")
    parser.add_argument("--selfcheck", action="store_true", help="run the test that must fail: status 1")
    options = parser.parse_args(arguments)
    try:
        if options.selfcheck:
            failed = selfcheck(options.seed)
            print(failed.reason or "the test that must fail has passed")
            return 0 if failed.held else 1
        target = options.orders or (USEFUL_IN_FULL if options.full else USEFUL_IN_CI)
        kept = _kept(options.runs) if options.full else None
        outcome = play(target, options.seed, _to_stderr, options.runs, kept)
    except HoldfastError as error:
        print(f"foundry: {error}", file=sys.stderr)
        return 3 if isinstance(error, Unreachable) else 2
    checks = rows(outcome, target)
    if options.json:
        print(json.dumps(outcome.as_json() | {"checks": [asdict(check) for check in checks]}, indent=1))
    else:
        _summary(outcome, checks)
    return 0 if all(check.holds for check in checks) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
