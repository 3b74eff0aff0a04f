"""An API over a chain in memory and a database in a file, told one story."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI
from pydantic import SecretStr

from api.auth import TokenVerifier
from api.main import build_app
from api.settings import Settings
from api.token_issuer import issue_token
from holdfast.store.records import Records, open_records
from tests.fakes.chain import FakeChain
from tests.fakes.story import DEPLOYMENT, NOW, Story, tell

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it would have httpx2, which is not among our libraries
    from fastapi.testclient import TestClient

AUDIENCE, ISSUER = "holdfast-test", "issuer-test"


class Hands:
    """A clock set by hand."""

    def __init__(self, now: int) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now


@dataclass
class World:
    """Everything a test of the API may want to touch."""

    app: FastAPI
    client: TestClient
    chain: FakeChain
    records: Records
    story: Story
    clock: Hands
    issuer_key: Ed25519PrivateKey

    def token(self, member: int) -> str:
        return issue_token(self.issuer_key, member, profile="embedded", audience=AUDIENCE, issuer=ISSUER)

    def auth(self, member: int, key: str | None = None) -> dict[str, str]:
        headers = {"Authorization": f"Bearer {self.token(member)}"}
        return headers | ({"Idempotency-Key": key} if key else {})

    def index(self) -> None:
        while self.app.state.context.indexer.step():
            pass


def make_settings(tmp: Path, **changes: object) -> Settings:
    values: dict[str, object] = {
        "profile": "embedded",
        "database_url": SecretStr(f"sqlite:///{tmp}/records.db"),
        "rpc_url": SecretStr("http://127.0.0.1:1"),
        "deployment_file": tmp / "deployment.json",
        "confirmations": 0,
        "token_public_key_file": tmp / "issuer.pem",
        "token_audience": AUDIENCE,
        "token_issuer": ISSUER,
        "event_poll_s": 0.01,
    }
    return Settings(**{**values, **changes})  # type: ignore[arg-type]


def make_world(tmp: Path, **changes: object) -> World:
    clock, chain = Hands(NOW), FakeChain()
    settings = make_settings(tmp, **changes)
    records = open_records(settings.database_url.get_secret_value(), clock)
    story = tell(chain, records)
    issuer_key = Ed25519PrivateKey.generate()
    app = build_app(
        settings,
        records=records,
        chain=chain,
        deployment=DEPLOYMENT,
        verifier=TokenVerifier(issuer_key.public_key(), AUDIENCE, ISSUER),
        clock=clock,
        follow=False,
    )
    client = TestClient(app, raise_server_exceptions=False)
    world = World(app, client, chain, records, story, clock, issuer_key)
    world.index()
    return world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = make_world(tmp_path)
    with made.client:
        yield made


@pytest.fixture(scope="module")
def shared_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """For tests that only read."""
    made = make_world(tmp_path_factory.mktemp("api"))
    with made.client:
        yield made
