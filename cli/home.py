"""Where a Holdfast installation keeps everything: one folder, HOLDFAST_HOME, and the names inside it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from holdfast.domain.errors import InvalidInput, Misconfigured

HOME_VARIABLE = "HOLDFAST_HOME"
FOLDER_NAME = ".holdfast"


def find_checkout() -> Path | None:
    """The checkout this package runs from: the folder with README and contracts, or None if installed."""
    root = Path(__file__).resolve().parent.parent
    return root if (root / "pyproject.toml").is_file() and (root / "contracts").is_dir() else None


def checkout() -> Path:
    """The checkout. Raises Misconfigured where the package runs from elsewhere."""
    root = find_checkout()
    if root is None:
        raise Misconfigured(
            f"this needs a checkout of Holdfast, and {Path(__file__).resolve().parent.parent} is none: "
            "run it as `.venv/bin/holdfast` from the folder that holds README.md and contracts/"
        )
    return root


def find_home(environ: Mapping[str, str] | None = None) -> Home:
    """HOLDFAST_HOME, by default `.holdfast/` beside the checkout's README. Nothing is made.

    Raises Misconfigured where neither is there to say which.
    """
    named = (os.environ if environ is None else environ).get(HOME_VARIABLE, "")
    if named:
        return Home(Path(named).expanduser().absolute())
    root = find_checkout()
    if root is None:
        raise Misconfigured(f"{HOME_VARIABLE} is not set, and this package does not run from a checkout")
    return Home(root / FOLDER_NAME)


@dataclass(frozen=True, slots=True)
class Home:
    """The layout of one home folder. Properties name places; nothing is read or made by asking."""

    path: Path

    @property
    def evidence(self) -> Path:
        """The directory store: sealed bundles, each file named by its CID."""
        return self.path / "evidence"

    @property
    def keys(self) -> Path:
        """Encrypted keystores, NAME.json."""
        return self.path / "keys"

    @property
    def passwords(self) -> Path:
        """Passwords of the embedded profile's keystores, NAME.txt, readable by the owner only."""
        return self.keys / "passwords"

    @property
    def chain(self) -> Path:
        """The embedded chain's folder."""
        return self.path / "chain"

    @property
    def chain_state(self) -> Path:
        """The embedded chain's state, kept over restarts; always whole."""
        return self.chain / "state.json"

    @property
    def chain_written(self) -> Path:
        """What the running chain writes now and then; whole only once it is written to its end."""
        return self.chain / "written.json"

    @property
    def deployment(self) -> Path:
        """Chain id, genesis, contracts and first block of our consortium."""
        return self.path / "deployment.json"

    @property
    def policy(self) -> Path:
        """The policy in force, canonical JSON."""
        return self.path / "policy.json"

    @property
    def members(self) -> Path:
        """The members' book."""
        return self.path / "members.json"

    @property
    def trust(self) -> Path:
        """What title proofs are verified against: chain, genesis, contract, validators."""
        return self.path / "trust.json"

    @property
    def records(self) -> Path:
        """Orders, decisions and the read model: shared by API and oracle."""
        return self.path / "holdfast.db"

    @property
    def oracle_db(self) -> Path:
        """The oracle's inbox and outbox."""
        return self.path / "oracle.db"

    @property
    def workflow_db(self) -> Path:
        """The durable workflows' own database."""
        return self.path / "workflow.db"

    @property
    def tryton(self) -> Path:
        """The embedded WMS."""
        return self.path / "tryton"

    @property
    def devices(self) -> Path:
        """Keys of the simulated instruments."""
        return self.path / "devices"

    @property
    def titles(self) -> Path:
        """Title proof files, one a decision."""
        return self.path / "titles"

    @property
    def logs(self) -> Path:
        """What the processes say."""
        return self.path / "logs"

    @property
    def tokens(self) -> Path:
        """Bearer tokens of the embedded profile, NAME.txt."""
        return self.path / "tokens"

    @property
    def token_private_key(self) -> Path:
        """The embedded issuer's Ed25519 key (PEM), readable by the owner only; the API never reads it."""
        return self.tokens / "issuer-private.pem"

    @property
    def token_public_key(self) -> Path:
        """The embedded issuer's public key (PEM), which the API checks tokens with."""
        return self.tokens / "issuer-public.pem"

    @property
    def ports(self) -> Path:
        """The ports the processes listen on."""
        return self.path / "ports.json"

    @property
    def oracle_env(self) -> Path:
        """Settings of the oracle, NAME=value lines."""
        return self.path / "oracle.env"

    @property
    def api_env(self) -> Path:
        """Settings of the API, NAME=value lines."""
        return self.path / "api.env"

    def attester_db(self, name: str) -> Path:
        """One attester's log of what it signed."""
        return self.path / f"attester-{_safe(name)}.db"

    def attester_env(self, name: str) -> Path:
        """Settings of one attester, NAME=value lines."""
        return self.path / f"attester-{_safe(name)}.env"

    def attester_envs(self) -> tuple[Path, ...]:
        """The settings files of all attesters that are there."""
        return tuple(sorted(self.path.glob("attester-*.env")))

    def password(self, name: str) -> Path:
        """The password file of one embedded keystore."""
        return self.passwords / f"{_safe(name)}.txt"

    def token(self, name: str) -> Path:
        """The bearer token of one member of the embedded profile."""
        return self.tokens / f"{_safe(name)}.txt"

    def log(self, name: str) -> Path:
        """The log of one process."""
        return self.logs / f"{_safe(name)}.log"


def _safe(name: str) -> str:
    if not name or not all(char.isascii() and (char.isalnum() or char in "-_") for char in name):
        raise InvalidInput("name", name, "letters, digits and hyphens, since it becomes a file's name")
    return name
