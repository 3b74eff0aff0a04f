"""A registry whose API listens on a port of this machine, and members' staff who use the `holdfast` program.

Each member has a folder of its own, as docs/orders.md tells it to make one: the deployment file and the
members' book that everybody has, its own keystore, password and token. The program runs as a process.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
from eth_account import Account

from api.token_issuer import issue_token
from cli.home import Home
from holdfast.chain.deployment import save_deployment
from holdfast.evidence.collection import policy_bytes
from holdfast.keys.keystore import MACHINE_WORK_FACTOR, create_keys
from oracle.members_book import write_book
from scripts.demo.chain import ROOT, free_port
from tests.fakes.oracle import DAY_S, party
from tests.integration.workshop import MEMBERS, Workshop
from tests.unit.api.conftest import AUDIENCE, ISSUER

PASSWORD = "correct horse battery"
WORDS = ("Traceback", "Error(", "Errno", "None", "object at", "fault in Holdfast")
"""What no sentence for people holds."""


@dataclass(frozen=True)
class Said:
    """What the program said, and how it ended."""

    status: int
    out: str
    err: str

    @property
    def order_id(self) -> str:
        """The order that was handed in."""
        found = re.search(r"ord_\w+", self.out)
        assert found, self
        return found[0]


class Clerk:
    """A member of staff with the member's folder."""

    def __init__(self, folder: Path, member: int, url: str) -> None:
        self.folder, self.member, self._url = folder, member, url
        self.key = f"member-{member}"
        self.password, self.token = folder / "password.txt", folder / "token.txt"

    def __call__(self, *words: object, status: int = 0, text: str = "") -> Said:
        """`holdfast` with these words; fails unless it ends with this status."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("HOLDFAST_")}
        done = subprocess.run(
            [sys.executable, "-m", "cli.main", *(str(word) for word in words)],
            env=kept | {"HOLDFAST_HOME": str(self.folder), "PYTHONPATH": str(ROOT)},
            cwd=self.folder,
            input=text,
            capture_output=True,
            text=True,
            timeout=120,
        )
        said = Said(done.returncode, done.stdout, done.stderr)
        assert said.status == status, (words, said)
        return said

    @property
    def online(self) -> tuple[str, ...]:
        """The options that reach the API as this member."""
        return "--api", self._url, "--token-file", "token.txt"

    def path(self, name: str) -> Path:
        """A file in the folder."""
        return self.folder / name

    def prepare(self, act: str, out: str, *words: object) -> Said:
        """`order prepare`, which writes the file `out`."""
        return self("order", "prepare", act, *words, "--out", out, *self.online)

    def sign(self, file: str, *words: object, status: int = 0) -> Said:
        """`order sign` with the member's own key."""
        own = ("--key", self.key, "--password-file", "password.txt", "--yes")
        return self("order", "sign", file, *own, *words, status=status)

    def submit(self, file: str, *words: object, status: int = 0) -> Said:
        """`order submit`."""
        return self("order", "submit", file, *words, *self.online, status=status)

    def countersign(self, order_id: str) -> Said:
        """Fetch an order that waits, read and sign it, and add the signature to it."""
        file = f"{order_id}.json"
        self("order", "fetch", order_id, "--out", file, *self.online)
        said = self.sign(file)
        self.submit(file, "--add-to", order_id)
        return said

    def ends(self, order_id: str, status: int = 0) -> Said:
        """`order status --wait`: final, or refused (1)."""
        words = ("--wait", "--timeout", 90, *self.online)
        return self("order", "status", order_id, *words, status=status)

    def act(self, act: str, file: str, *words: object, others: tuple[Clerk, ...] = ()) -> Any:
        """An act prepared, signed by this member, countersigned by the others, and final.

        Returns the order file's content as prepared.
        """
        self.prepare(act, file, *words)
        self.sign(file)
        order_id = self.submit(file).order_id
        for other in others:
            other.countersign(order_id)
        assert "final" in self.ends(order_id).out
        return json.loads(self.path(file).read_text())

    def refused(self, status: int, *words: object, named: tuple[str, ...]) -> str:
        """What is said to wrong input: one sentence for people that holds `named`; no file changes."""
        before = self.files()
        said = self(*words, status=status)
        sentence = said.err
        assert sentence.startswith("holdfast: ") and len(sentence.split()) >= 6, said
        for each in named:
            assert each in sentence, (each, sentence)
        assert not any(word in sentence for word in WORDS), sentence
        assert self.files() == before, "something was written, or left half written"
        return sentence

    def files(self) -> dict[str, bytes]:
        """Every file of the folder."""
        found = sorted(path for path in self.folder.rglob("*") if path.is_file())
        return {str(path): path.read_bytes() for path in found}


class Office(Workshop):
    """A workshop whose API listens, and whose members have staff."""

    def _api(self) -> None:
        super()._api()
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        config = uvicorn.Config(self.app, host="127.0.0.1", port=port, log_level="error")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        self._servers.append((server, thread))
        run = self.app.state.context.indexer.run
        threading.Thread(target=run, args=(self._stop, 0.1), daemon=True).start()
        until = time.monotonic() + 20
        while not server.started:
            assert time.monotonic() < until, "the API did not come up"
            time.sleep(0.05)

    def clerk(self, member: int) -> Clerk:
        """A member's staff, with a folder of its own."""
        folder = self.folder / f"member-{member}"
        home, clerk = Home(folder), Clerk(folder, member, self.url)
        folder.mkdir(mode=0o700)
        connection = self.chain.connection
        save_deployment(home.deployment, connection.deployment, connection.settings.genesis_hash)
        write_book(home.members, (self._entry_of(each) for each in MEMBERS))
        home.policy.write_bytes(policy_bytes(self.warehouse.policy))
        token = issue_token(self._issuer, member, profile="embedded", audience=AUDIENCE, issuer=ISSUER)
        for path, text in ((clerk.token, token), (clerk.password, PASSWORD)):
            path.write_text(text + "\n")
            path.chmod(0o600)
        _adopt(home, clerk.key, member)
        return clerk

    def account(self, member: int) -> str:
        """The account a member signs with."""
        return party(f"member {member}").account

    def terms(self, path: Path, count: int) -> None:
        """Write the terms of receipts that share the lot evenly, as the depositor would."""
        times = {"storage_from": self.now() - DAY_S, "storage_until": self.now() + 180 * DAY_S}
        path.write_text(self.warehouse.request(count, **times).terms)

    def _entry_of(self, member: int) -> Any:
        return next(entry for entry in self.steps.book if entry.member_id == member)


def _adopt(home: Home, name: str, member: int) -> None:
    """The keystore of a member, with the key that the consortium was founded with."""
    create_keys(home.keys, name, PASSWORD, work_factor=MACHINE_WORK_FACTOR)
    path, keys = home.keys / f"{name}.json", party(f"member {member}")
    content = json.loads(path.read_text())
    content["account"] = keys.account
    secret = keys.transaction_signer.key
    content["signing"] = Account.encrypt(secret, PASSWORD, kdf="scrypt", iterations=MACHINE_WORK_FACTOR)
    path.write_text(json.dumps(content))
