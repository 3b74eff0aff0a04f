"""The embedded chain's state on disk: one file that is always whole, however the chain ends.

anvil writes its state over itself every few seconds, for a tenth of a second each time. Whoever reads it
then, or is left with it after a kill, has half a state and no chain. So anvil writes into one file and
starts from another; what was written to its end replaces the other by a rename.
"""

from __future__ import annotations

import json
import subprocess
import threading
import time
from contextlib import suppress

from cli.home import Home

WRITTEN_EVERY_S = 5
_QUIET_S = (1.0, WRITTEN_EVERY_S - 1.5)
"""A file that was last written between these, in seconds, is not being written now."""


def settle(home: Home) -> None:
    """Before the chain starts: what it last wrote becomes its state, or goes if it was cut off."""
    with suppress(FileNotFoundError):
        try:
            json.loads(home.chain_written.read_bytes())
        except ValueError:
            home.chain_written.unlink()
        else:
            home.chain_written.replace(home.chain_state)


def keep(home: Home) -> None:
    """While the chain runs: its state is what it wrote, once it has written it to its end."""
    with suppress(FileNotFoundError):
        age_s = time.time() - home.chain_written.stat().st_mtime
        if _QUIET_S[0] < age_s < _QUIET_S[1]:
            home.chain_written.replace(home.chain_state)


def keep_while_running(home: Home, process: subprocess.Popen[bytes]) -> None:
    """Keep what the chain writes, in a thread of its own, until the chain ends."""

    def run() -> None:
        while process.poll() is None:
            keep(home)
            time.sleep(0.5)

    threading.Thread(target=run, name="chain-state", daemon=True).start()
