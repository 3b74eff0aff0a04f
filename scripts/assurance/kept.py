"""Campaigns already run on these very bytes, so that a release run of hours that was cut short goes on."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Final

from scripts.assurance.forge import ROOT, Campaign, Tally

_WHAT_COUNTS: Final = (
    "holdfast/chain/abi/*.json",
    "tests/foundry/*.sol",
    "tests/foundry/foundry.toml",
    "scripts/assurance/founding.py",
    "scripts/assurance/forge.py",
)


def digest(root: Path = ROOT) -> str:
    """SHA-256 over the code under test and what tests it: another digest, other campaigns."""
    whole = hashlib.sha256()
    for pattern in _WHAT_COUNTS:
        for path in sorted(root.glob(pattern)):
            whole.update(hashlib.sha256(path.name.encode() + b"\0" + path.read_bytes()).digest())
    return whole.hexdigest()


class Kept:
    """Campaigns in a file of one JSON object a line, of one digest, runs and depth; others are left out."""

    def __init__(self, path: Path, of: str, runs: int, depth: int) -> None:
        self._path = path
        self._key = {"of": of, "runs": runs, "depth": depth}
        self._known: dict[tuple[str, int], Campaign] = {}
        for line in path.read_text(encoding="utf-8").splitlines() if path.is_file() else ():
            try:
                item = json.loads(line)
            except ValueError:
                continue  # empty, or cut in the middle
            if item["key"] == self._key:
                tallies = {name: Tally(**tally) for name, tally in item["campaign"].pop("tallies").items()}
                done = Campaign(**item["campaign"], tallies=tallies)
                self._known[done.test, done.seed] = done

    def find(self, test: str, seed: int) -> Campaign | None:
        """The campaign, if it was run before and held: one that broke is run again."""
        return self._known.get((test, seed))

    def add(self, done: Campaign) -> None:
        """Keep a campaign that held."""
        if not done.held:
            return
        self._known[done.test, done.seed] = done
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            # Begun on a line of its own: the last one may have been cut.
            file.write("\n" + json.dumps({"key": self._key, "campaign": asdict(done)}))
