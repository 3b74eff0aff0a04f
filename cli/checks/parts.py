"""Keys, chain, stores, warehouse system, databases, clock: each as the settings name it, each once."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from api.settings import Settings as ApiSettings
from cli.api_client import embedded_api
from cli.checks.finding import Finding, State, look
from cli.checks.settings import Parts
from cli.home import Home
from holdfast.chain.connection import ChainSettings
from holdfast.chain.deployment import load_deployment
from holdfast.chain.facts import Chain, open_chain
from holdfast.domain.errors import Misconfigured, Refused, Unreachable
from holdfast.evidence.collection import policy_digest
from holdfast.keys.secret_file import read_secret
from holdfast.store.kubo_rpc import KuboRpc
from oracle.members_book import read_book
from oracle.runtime import check_book, load_policy, own_keys
from oracle.settings import AttesterSettings, NodeSettings, OracleSettings
from oracle.wms.tryton import TrytonSource

CLOCK_BOUND_S = 60
"""A block from further in the future than this means that one of the two clocks is wrong."""
_START = "start it; on this machine: `make demo`"


def check_parts(home: Home, parts: Parts, now_s: Callable[[], float] = time.time) -> Iterator[Finding]:
    """Look at everything the settings name."""
    accounts: dict[str, str] = {}
    for name, node in parts.nodes.items():
        yield look(
            f"key of {name}",
            "see `holdfast key show`; the password file must be the key's",
            _key(node, name, accounts),
        )
    chain: Chain | None = None
    for rpc_url, deployment_file in sorted(_chains(parts)):
        opened: list[Chain] = []
        found = look("chain", _START, _chain(rpc_url, deployment_file, opened))
        # A node's address may hold a key in its path; only its origin is shown.
        yield replace(found, detail=found.detail.replace(rpc_url, origin(rpc_url)))
        chain = opened[0] if opened else chain
    if chain is None:
        yield Finding("clock", State.SKIPPED, "the chain's clock is what ours is held against")
    else:
        yield look("clock", "set this machine's clock, or the node's, by network time", _clock(chain, now_s))
        yield from _consortium(chain, parts, accounts)
    for setting in sorted({node.evidence for node in parts.nodes.values()}):
        for item in setting.split(","):
            yield look(
                "evidence store", "make the folder writable, or start the store's node", _store(item.strip())
            )
    for address, key_file in sorted({(node.wms_url, node.wms_key_file) for node in parts.nodes.values()}):
        yield look("warehouse system", _START, _wms(address, key_file))
    for name, url in sorted(_databases(parts)):
        yield look(f"database of {name}", "check the address and that the database runs", _database(url))
    yield from _services(home, parts)


def origin(url: str) -> str:
    """Scheme, host and port of an address: what may be shown of it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _key(node: NodeSettings, name: str, accounts: dict[str, str]) -> Callable[[], str]:
    def act() -> str:
        keys = own_keys(node)
        accounts[name] = keys.account
        return f"{node.key_name} opens, account {keys.account}"

    return act


def _chains(parts: Parts) -> set[tuple[str, Path]]:
    found = {(node.rpc_url, node.deployment_file) for node in parts.nodes.values()}
    if isinstance(parts.api, ApiSettings):
        found.add((parts.api.rpc_url.get_secret_value(), parts.api.deployment_file))
    return found


def _chain(rpc_url: str, deployment_file: Path, opened: list[Chain]) -> Callable[[], str]:
    def act() -> str:
        deployment, genesis = load_deployment(deployment_file)
        chain = open_chain(ChainSettings(rpc_url, deployment, genesis))
        opened.append(chain)
        return (
            f"{rpc_url}: chain {deployment.chain_id}, block {chain.connection.head().number}, our contracts"
        )

    return act


def _clock(chain: Chain, now_s: Callable[[], float]) -> Callable[[], str]:
    def act() -> str:
        ahead = chain.connection.head().timestamp_s - int(now_s())
        if ahead > CLOCK_BOUND_S:
            raise Misconfigured(f"the newest block is {ahead} s ahead of this machine's clock")
        return f"the newest block is {max(-ahead, 0)} s old; none is ahead of our clock"

    return act


def _consortium(chain: Chain, parts: Parts, accounts: dict[str, str]) -> Iterator[Finding]:
    for path in sorted({node.book_file for node in parts.nodes.values()}):

        def book(path: Path = path) -> str:
            entries = read_book(path)
            check_book(chain, entries)
            return f"{path}: {len(entries)} members, keys as on the chain"

        yield look("members' book", "get the present book from your consortium", book)
    for path in sorted({node.policy_file for node in parts.nodes.values()}):

        def policy(path: Path = path) -> str:
            found, in_force = load_policy(path), chain.consortium.committee()
            if policy_digest(found) != in_force.policy_digest:
                raise Misconfigured(f"{path} is not the policy in force in epoch {in_force.epoch}")
            return f"{found.name}, in force in epoch {in_force.epoch}"

        yield look("policy", "get the policy in force from your consortium", policy)
    for name, node in parts.nodes.items():
        if isinstance(node, AttesterSettings) and name in accounts:

            def seat(account: str = accounts[name]) -> str:
                committee = chain.consortium.committee()
                for attester in committee.attesters:
                    if attester.account == account:
                        seats = len(committee.attesters)
                        return f"for member {attester.member}, one of {seats}; {committee.threshold} suffice"
                raise Misconfigured(f"{account} is no attester of epoch {committee.epoch}")

            yield look(f"seat of {name}", "have governance seat this account, or use the seated key", seat)


def _store(item: str) -> Callable[[], str]:
    def act() -> str:
        kind, _, where = item.partition(":")
        if kind == "kubo" and where:
            return f"{where}: Kubo {KuboRpc(where).version()}"
        folder = Path(where)
        if kind != "directory" or not where:
            raise Misconfigured(f"evidence store {item!r}: expected directory:PATH or kubo:URL")
        if not folder.is_dir():
            raise Misconfigured(f"there is no folder {folder}")
        probe = folder / f".check-{secrets.token_hex(4)}"
        try:
            probe.touch(exist_ok=False)
            probe.unlink()
            count = len(os.listdir(folder))
        except OSError as error:
            raise Misconfigured(f"{folder} cannot be written: {error.strerror}") from error
        return f"{folder}: {count} files, writable"

    return act


def _wms(address: str, key_file: Path) -> Callable[[], str]:
    def act() -> str:
        with TrytonSource(address, read_secret(key_file, "WMS key")) as source:
            try:
                source.claim(site="holdfast-check", lot="holdfast-check")
            except Refused:
                # It knows no such warehouse: it answered, and our key may read.
                return f"{address} answers, and our key may read"
        return f"{address} answers"

    return act


def _databases(parts: Parts) -> set[tuple[str, str]]:
    found = set()
    for name, node in parts.nodes.items():
        found.add((name, node.database_url))
        if isinstance(node, OracleSettings):
            found |= {("records", node.records_url), ("workflows", node.workflow_url)}
    if parts.api is not None:
        found.add(("records", parts.api.database_url.get_secret_value()))
    return found


def _database(url: str) -> Callable[[], str]:
    def act() -> str:
        if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).exists():
            return "not made yet; it will be at the first start"
        try:
            engine = create_engine(url)
        except (SQLAlchemyError, ModuleNotFoundError) as error:
            raise Misconfigured(f"the database address cannot be used: {type(error).__name__}") from error
        shown = engine.url.render_as_string(hide_password=True)
        try:
            with engine.connect() as db:
                db.execute(text("SELECT 1"))
        except SQLAlchemyError as error:
            raise Unreachable("database", shown, type(error).__name__) from error
        finally:
            engine.dispose()
        return shown

    return act


def _services(home: Home, parts: Parts) -> Iterator[Finding]:
    """Attesters as the book names them, and this home's API, by their own word."""
    books = {node.book_file for node in parts.nodes.values() if isinstance(node, OracleSettings)}
    for path in sorted(books):
        try:
            entries = read_book(path)
        except Misconfigured:
            continue  # told above
        for entry in entries:
            if entry.attester is not None:
                url = entry.attester.url + "/health"
                yield look(f"attester of member {entry.member_id}", _START, _answers(url))
    if parts.api is not None and home.ports.is_file():
        yield look("API", _START, _answers(embedded_api(home) + "/ready"))


def _answers(url: str) -> Callable[[], str]:
    def act() -> str:
        try:
            answer = httpx.get(url, timeout=5, follow_redirects=False, trust_env=False)
        except httpx.HTTPError as error:
            raise Unreachable("service", url, type(error).__name__) from error
        if answer.status_code != 200:
            raise Unreachable("service", url, f"HTTP {answer.status_code}")
        return f"{url} answers"

    return act
