"""The demonstration's processes: chain, WMS, four attesters, oracle, API, each on a port of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from cli.home import Home
from holdfast.domain.errors import Unreachable
from scripts import tryton
from scripts.demo.chain import ROOT, free_port, start_anvil, stop
from scripts.demo.chain_state import settle
from scripts.demo.founding import AUDIENCE, ISSUER
from scripts.demo.leftovers import note
from scripts.demo.members import ATTESTERS

API_PORT = 8700
QUIET_S = 1.5
COLLECTION_S = 120
START_S = 120


@dataclass(slots=True)
class Ports:
    """Where everything listens on loopback."""

    chain: int
    wms: int
    intake: int
    api: int
    attesters: dict[str, int]

    def save(self, path: Path) -> None:
        """Write ports.json."""
        path.write_text(
            json.dumps(
                {
                    "chain": self.chain,
                    "wms": self.wms,
                    "intake": self.intake,
                    "api": self.api,
                    "attesters": self.attesters,
                },
                indent=1,
            )
        )


def choose_ports(home: Home, api_port: int | None) -> Ports:
    """The ports of the last run where they are still free, else others."""
    old: dict[str, object] = {}
    with suppress(OSError, ValueError):
        old = json.loads(home.ports.read_text())
    known = old.get("attesters")
    last = known if isinstance(known, dict) else {}

    def again(name: str, otherwise: int = 0) -> int:
        value = old.get(name)
        return free_port(value if isinstance(value, int) else otherwise)

    return Ports(
        chain=again("chain"),
        wms=again("wms"),
        intake=again("intake"),
        api=_wanted(api_port) if api_port else again("api", API_PORT),
        attesters={person.key: free_port(int(last.get(person.key, 0))) for person in ATTESTERS},
    )


def _wanted(port: int) -> int:
    if free_port(port) != port:
        raise Unreachable(
            "port", f"127.0.0.1:{port}", "another program listens there; choose another: make demo PORT=8701"
        )
    return port


@dataclass(slots=True)
class Processes:
    """Everything that runs, ended in reverse order."""

    home: Home
    ports: Ports
    running: list[tuple[str, subprocess.Popen[bytes]]] = field(default_factory=list)
    wms: subprocess.Popen[bytes] | None = None

    @property
    def chain_url(self) -> str:
        """The chain's JSON-RPC."""
        return f"http://127.0.0.1:{self.ports.chain}"

    @property
    def wms_url(self) -> str:
        """Tryton's address, ending in its database's name."""
        return tryton.base_url(self.ports.wms)

    @property
    def intake_url(self) -> str:
        """Where instruments send what they saw."""
        return f"http://127.0.0.1:{self.ports.intake}"

    @property
    def api_url(self) -> str:
        """Where members and their browsers go."""
        return f"http://127.0.0.1:{self.ports.api}"

    def start_chain(self) -> None:
        """Start the embedded chain."""
        self._runs("chain", start_anvil(self.home, self.ports.chain))

    def start_wms(self) -> None:
        """Start Tryton on its own database, made from the template at the first run."""
        tryton.initialise(self.home.tryton)
        process = tryton.start(self.home.tryton, self.ports.wms)
        self.wms = process
        tryton.wait_ready(self.wms_url, process)

    def write_settings(self) -> None:
        """Write the settings file of every process, and the WMS reader's key."""
        home = self.home
        wms_key = home.path / "wms-reader-key.txt"
        handle = os.open(wms_key, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(tryton.credentials(home.tryton).reader_key + "\n")
        common = {
            "RPC_URL": self.chain_url,
            "DEPLOYMENT_FILE": home.deployment,
            "POLICY_FILE": home.policy,
            "BOOK_FILE": home.members,
            "EVIDENCE": f"directory:{home.evidence}",
            "WMS_URL": self.wms_url,
            "WMS_KEY_FILE": wms_key,
            "KEYS_FOLDER": home.keys,
        }
        for name, port in self.ports.attesters.items():
            own = {
                "KEY_NAME": f"{name}-attester",
                "PASSWORD_FILE": home.password(f"{name}-attester"),
                "DATABASE_URL": f"sqlite:///{home.attester_db(name)}",
                "LISTEN_PORT": port,
            }
            _write(home.attester_env(name), "HOLDFAST_ATTESTER_", {**common, **own})
        own = {
            "KEY_NAME": "relayer",
            "PASSWORD_FILE": home.password("relayer"),
            "DATABASE_URL": f"sqlite:///{home.oracle_db}",
            "RECORDS_URL": f"sqlite:///{home.records}",
            "WORKFLOW_URL": f"sqlite:///{home.workflow_db}",
            "TITLES_FOLDER": home.titles,
            "CONFIRMATIONS": 0,
            "QUIET_S": QUIET_S,
            "COLLECTION_S": COLLECTION_S,
            "LISTEN_PORT": self.ports.intake,
        }
        _write(home.oracle_env, "HOLDFAST_ORACLE_", {**common, **own})
        api = {
            "PROFILE": "embedded",
            "DATABASE_URL": f"sqlite:///{home.records}",
            "RPC_URL": self.chain_url,
            "DEPLOYMENT_FILE": home.deployment,
            "CONFIRMATIONS": 0,
            "TOKEN_PUBLIC_KEY_FILE": home.token_public_key,
            "TOKEN_AUDIENCE": AUDIENCE,
            "TOKEN_ISSUER": ISSUER,
            "CHECK_HEAD_AGE": "false",
            "INDEX_POLL_S": "0.3",
        }
        _write(home.api_env, "HOLDFAST_API_", api)

    def start_nodes(self, *names: str) -> None:
        """Start attesters, oracle and API, or those named, and wait until each answers."""
        known = self._nodes()
        for name in names or known:
            self._spawn(name, known[name][0])
        for name in names or known:
            self._wait(name, known[name][1])

    def process(self, name: str) -> subprocess.Popen[bytes]:
        """The process of a node, or the chain's."""
        return dict(self.running)[name]

    def _nodes(self) -> dict[str, tuple[list[str], str]]:
        """Of every node: the command that runs it, and an address that answers when it is up."""
        cli = [sys.executable, "-m", "cli.main"]
        nodes = {
            f"attester-{name}": (
                [*cli, "attester", "run", "--settings", str(self.home.attester_env(name))],
                f"http://127.0.0.1:{port}/health",
            )
            for name, port in self.ports.attesters.items()
        }
        oracle = [*cli, "oracle", "run", "--settings", str(self.home.oracle_env)]
        nodes["oracle"] = (oracle, f"{self.intake_url}/challenges?site=CNTAO-W3")
        api = [*cli, "api", "serve", "--settings", str(self.home.api_env), "--port", str(self.ports.api)]
        nodes["api"] = (api, f"{self.api_url}/health")
        return nodes

    def check(self) -> None:
        """See that everything still runs. Raises Unreachable, naming what does not and where it says why."""
        parts = [(name, process, self.home.log(name)) for name, process in self.running]
        if self.wms is not None:
            parts.append(("Tryton", self.wms, self.home.tryton / "trytond.log"))
        for name, process, log in parts:
            if process.poll() is not None:
                why = f"{name} has stopped (its log: {log}); run `make demo` again, nothing recorded is lost"
                raise Unreachable(name, "127.0.0.1", why)

    def stop(self) -> None:
        """End everything, the chain last, since it writes its state then."""
        stop(*(process for name, process in self.running if name != "chain"))
        stop(*(process for name, process in self.running if name == "chain"))
        settle(self.home)
        self.running.clear()
        if self.wms is not None:
            tryton.stop(self.wms)
            self.wms = None

    def _spawn(self, name: str, command: list[str]) -> None:
        self.home.logs.mkdir(parents=True, exist_ok=True)
        environment = {key: value for key, value in os.environ.items() if not key.startswith("HOLDFAST_")}
        environment |= {"HOLDFAST_HOME": str(self.home.path), "PYTHONUNBUFFERED": "1"}
        with self.home.log(name).open("ab") as log:
            process = subprocess.Popen(
                command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=ROOT, env=environment
            )
        self._runs(name, process)

    def _runs(self, name: str, process: subprocess.Popen[bytes]) -> None:
        """Take note of a process, instead of an earlier one of its name. The chain stays first."""
        others = [(other, running) for other, running in self.running if other != name]
        self.running = [(name, process), *others] if name == "chain" else [*others, (name, process)]
        note(self.home, self.running)

    def _wait(self, name: str, url: str) -> None:
        process = dict(self.running)[name]
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline and process.poll() is None:
            with suppress(httpx.HTTPError):
                if httpx.get(url, timeout=2, trust_env=False).status_code < 500:
                    return
            time.sleep(0.1)
        tail = self.home.log(name).read_text(errors="replace").strip().splitlines()[-3:]
        raise Unreachable(name, url, " / ".join(tail) or f"nothing in {self.home.log(name)}")


def _write(path: Path, prefix: str, values: dict[str, object]) -> None:
    path.write_text("".join(f"{prefix}{name}={value}\n" for name, value in values.items()))
