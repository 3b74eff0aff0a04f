"""Compile the contracts with `ape compile` and compare with the committed ABI files.

ape runs from its own environment (`.venv-ape`) with a HOME of its own under `.build/`, so that nobody's
`~/.ape` or `~/.solcx` is read or changed. Exit status: 0 the same, 1 different or not compiled, 3 ape is
not set up.

Example: python scripts/ape_compile.py --venv .venv-ape
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from holdfast.chain.compile import (  # noqa: E402
    ABI_FOLDER,
    CONTRACTS,
    MODULES,
    SOLC_VERSION,
    write_launcher,
)


def compile_with_ape(venv: Path) -> dict[str, Any]:
    """Run `ape compile --force`; returns the contract types ape wrote, by name.

    Raises:
        FileNotFoundError: there is no ape in this environment.
        subprocess.CalledProcessError: ape failed; its output has been shown.
    """
    ape = (ROOT / venv / "bin" / "ape").absolute()
    if not ape.is_file():
        raise FileNotFoundError(f"no ape at {ape}: run `python scripts/setup.py --ape`")
    home = ROOT / ".build" / "ape-home"
    write_launcher(ROOT, home / ".solcx" / f"solc-v{SOLC_VERSION}")
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("APE_", "SOLCX_"))
    }
    environment |= {"HOME": str(home), "XDG_CONFIG_HOME": str(home / ".config")}
    written = ROOT / ".build" / "__local__.json"
    written.unlink(missing_ok=True)
    subprocess.run([str(ape), "compile", "--force"], cwd=ROOT, env=environment, check=True)
    types: dict[str, Any] = json.loads(written.read_text(encoding="utf-8"))["contractTypes"]
    return types


def differences(types: dict[str, Any]) -> list[str]:
    """What differs between ape's contracts and ours, in words; empty if nothing does.

    Compared are the ABI and the code. Behind the code ape lets the compiler put a digest of its own settings
    and paths, which is left out.
    """
    found = []
    for name, unit in CONTRACTS.items():
        if not unit.startswith("contracts/"):
            continue
        ours = json.loads((ROOT / ABI_FOLDER / f"{name}.json").read_text(encoding="utf-8"))
        if name not in types:
            found.append(f"{name}: ape did not compile it")
            continue
        if _signatures(types[name]["abi"]) != _signatures(ours["abi"]):
            found.append(f"{name}: the ABI differs")
        if name in MODULES:  # compiled for size, which ape has no setting for per contract
            continue
        if _code(types[name]["runtimeBytecode"]["bytecode"]) != _code(ours["deployed_bytecode"]):
            found.append(f"{name}: the code differs")
    return found


def _signatures(abi: list[dict[str, Any]]) -> list[str]:
    """Each entry as text that does not depend on order or on who wrote the file."""
    kept = ("type", "name", "inputs", "outputs", "stateMutability", "anonymous")
    return sorted(json.dumps({k: _plain(e[k]) for k in kept if e.get(k)}, sort_keys=True) for e in abi)


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {k: _plain(value[k]) for k in ("name", "type", "components", "indexed") if value.get(k)}
    return value


def _code(text: str) -> bytes:
    """Runtime code without the compiler's note behind it, whose length is in the last two bytes."""
    code = bytes.fromhex(text.removeprefix("0x"))
    return code[: -2 - int.from_bytes(code[-2:])]


def main() -> int:
    """Command line; returns the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--venv", type=Path, default=Path(".venv-ape"), help="environment that holds ape")
    try:
        types = compile_with_ape(parser.parse_args().venv)
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return 3
    except subprocess.CalledProcessError as error:
        print(f"ape compile failed with status {error.returncode}", file=sys.stderr)
        return 1
    found = differences(types)
    for line in found:
        print(line, file=sys.stderr)
    if not found:
        print("ape compile: the same ABI and code as the committed files")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
