"""Foundry's own forge, the native program, and what it answers.

npm's launcher of the same name always ends with status 0, so that failing tests would look green: whatever is
not a native program is refused.
"""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from eth_utils import keccak

from holdfast.chain.compile import launcher
from holdfast.domain.errors import Misconfigured, Refused

ROOT: Final = Path(__file__).resolve().parents[2]
FOLDER: Final = Path(".build/foundry")
_NATIVE: Final = {"linux": b"\x7fELF", "darwin": b"\xcf\xfa\xed\xfe"}
_MACHINES: Final = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


@dataclass(frozen=True, slots=True)
class Tally:
    """How often a handler was called, was refused by a contract, and found nothing to do (no try)."""

    calls: int = 0
    reverts: int = 0
    discards: int = 0

    @property
    def tried(self) -> int:
        """Calls that reached a contract."""
        return self.calls - self.discards

    @property
    def done(self) -> int:
        """Calls that ended without a refusal."""
        return self.tried - self.reverts

    def plus(self, other: Tally) -> Tally:
        """Both together."""
        return Tally(self.calls + other.calls, self.reverts + other.reverts, self.discards + other.discards)


@dataclass(frozen=True, slots=True)
class Campaign:
    """One run of one invariant test: its seed, whether it held, why not, and a tally for each handler."""

    test: str
    seed: int
    held: bool
    reason: str
    tallies: Mapping[str, Tally] = field(default_factory=dict)


def forge_binary(root: Path = ROOT) -> Path:
    """The native forge that npm brought for this machine.

    Raises:
        Misconfigured: there is none for this machine, or what is there is a launcher.
    """
    machine = platform.machine().lower()
    name = f"forge-{sys.platform}-{_MACHINES.get(machine, machine)}"
    path = root / "node_modules" / "@foundry-rs" / name / "bin" / "forge"
    if not path.is_file():
        raise Misconfigured(
            f"no Foundry at {path.relative_to(root)}, so none of its tests ran: "
            "run `make setup` on Linux, x86-64"
        )
    require_native(path)
    return path


def require_native(path: Path) -> None:
    """Refuse a launcher: it reports success whatever the program says.

    Raises:
        Misconfigured: the file is not a native program.
    """
    with path.open("rb") as file:
        magic = file.read(4)
    if magic != _NATIVE.get(sys.platform):
        raise Misconfigured(f"{path.name} is a launcher, which always succeeds: name the native program")


def forge(arguments: Sequence[str], **changes: str) -> subprocess.CompletedProcess[str]:
    """Run forge in this checkout, by our configuration alone; `changes` are FOUNDRY_ settings.

    Raises:
        Misconfigured: it is not installed or does not start.
    """
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("FOUNDRY_", "DAPP_"))
    }
    environment["FOUNDRY_CONFIG"] = str(ROOT / "tests" / "foundry" / "foundry.toml")
    environment |= {f"FOUNDRY_{name.upper()}": value for name, value in changes.items()}
    command = [str(forge_binary()), *arguments, "--root", str(ROOT), "--use", str(launcher(ROOT))]
    try:
        return subprocess.run(
            command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
        )
    except OSError as error:
        raise Misconfigured(f"forge does not start: {error}; run `make setup`") from error


def build() -> None:
    """Compile the handlers, where they or the interfaces changed.

    Raises:
        Refused: they do not compile, or not without warnings.
    """
    done = forge(["build"])
    if done.returncode != 0:
        raise Refused("foundry-tests-do-not-compile", (done.stdout + done.stderr).strip()[-4000:])


def campaign(contract: str, test: str, seed: int, runs: int, depth: int) -> Campaign:
    """Run one invariant test, `runs` sequences of `depth` calls.

    Raises:
        Refused: forge did not answer as it should; what it said is in the message.
    """
    done = forge(
        [
            *("test", "--json", "--threads", "1", "--fuzz-seed", str(seed)),
            *("--match-contract", f"^{contract}$", "--match-test", rf"^{test}\(\)$"),
        ],
        invariant_runs=str(runs),
        invariant_depth=str(depth),
    )
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
        results = [
            (name, result) for suite in answer.values() for name, result in suite["test_results"].items()
        ]
        [(_, result)] = results
        held = result["status"] == "Success"
        kind = result["kind"].get("Invariant", {})
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        said = (done.stderr + done.stdout).strip()[-2000:]
        raise Refused("forge-answer", f"{test}: status {done.returncode}, no result: {said}") from error
    if held != (done.returncode == 0):
        raise Refused("forge-answer", f"{test}: says {result['status']}, but its status is {done.returncode}")
    tallies = {
        name.rpartition(".")[2]: Tally(found["calls"], found["reverts"], found["discards"])
        for name, found in kind.get("metrics", {}).items()
    }
    return Campaign(test, seed, held, _reason(result), tallies)


def _reason(result: Mapping[str, Any]) -> str:
    """Why a test failed, and the calls that show it."""
    if result["status"] == "Success":
        return ""
    shown = result.get("counterexample") or {}
    calls = shown.get("Sequence") or []
    steps = calls[-1] if calls and isinstance(calls[-1], list) else calls
    names = [
        f"{step.get('func_name') or step.get('signature')}({step.get('args') or ''})"
        for step in steps
        if isinstance(step, dict)
    ]
    metrics = result["kind"].get("Invariant", {}).get("metrics", {})
    return "; ".join([_plain(str(result.get("reason")), metrics), *names])


def _plain(reason: str, handlers: Iterable[str]) -> str:
    """Words in the place of 32 bytes: the text they spell, or the handler whose selector they begin with."""
    names = (name.rpartition(".")[2] for name in handlers)
    known = {keccak(text=f"{name}(uint256)")[:4]: name for name in names}

    def word(match: re.Match[str]) -> str:
        raw = bytes.fromhex(match[1])
        text = raw.rstrip(b"\0")
        return known.get(raw[:4]) or (text.decode() if text.isascii() and text else match[0])

    return re.sub(r"0x([0-9a-f]{64})", word, reason)
