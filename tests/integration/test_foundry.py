from __future__ import annotations

import subprocess
import sys

from scripts.assurance.forge import ROOT


def test_selfcheck__an_invariant_that_must_fail__is_red_and_says_why() -> None:
    command = [sys.executable, "-m", "scripts.assurance.foundry", "--selfcheck"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "SomethingWasIssued" in done.stdout
