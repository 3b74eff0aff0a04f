"""From settings to the parts a node works with. Only an application's main calls this."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from sqlalchemy import Engine, create_engine, event

from holdfast.audit.recompute import ReadFrame
from holdfast.chain.connection import ChainSettings
from holdfast.chain.deployment import load_deployment
from holdfast.chain.facts import Chain, open_chain
from holdfast.domain.errors import HoldfastError, Misconfigured
from holdfast.domain.policy import Policy
from holdfast.evidence.collection import read_policy
from holdfast.evidence.telemetry import FrameContent
from holdfast.keys.keystore import PartyKeys, open_keys
from holdfast.keys.secret_file import read_secret
from holdfast.store.copies import CopiesStore
from holdfast.store.directory import DirectoryStore
from holdfast.store.kubo import KuboStore
from holdfast.store.kubo_rpc import KuboRpc
from holdfast.store.port import EvidenceStore
from oracle.attester.node import AttesterNode
from oracle.attester.signed_log import SignedLog
from oracle.iot.inbox import Inbox
from oracle.members_book import BookEntry, encryption_key_digest, read_book
from oracle.settings import AttesterSettings, NodeSettings, OracleSettings
from oracle.vision.reader import read_frame
from oracle.wms.tryton import TrytonSource


def now_s() -> int:
    """Unix seconds of this machine's clock."""
    return int(time.time())


def open_store(setting: str) -> EvidenceStore:
    """The evidence stores a setting names; several are kept as copies. Raises Misconfigured."""
    stores: list[EvidenceStore] = []
    for item in setting.split(","):
        kind, _, where = item.strip().partition(":")
        if kind == "directory" and where:
            stores.append(DirectoryStore(Path(where)))
        elif kind == "kubo" and where:
            stores.append(KuboStore(KuboRpc(where)))
        else:
            raise Misconfigured(f"evidence store {item!r}: expected directory:PATH or kubo:URL")
    return stores[0] if len(stores) == 1 else CopiesStore(stores, want=len(stores))


def open_database(url: str) -> Engine:
    """A database engine; SQLite waits for locks and writes ahead, so that processes may share it."""
    engine = create_engine(url)
    if url.startswith("sqlite"):

        @event.listens_for(engine, "connect")
        def _pragmas(connection: object, _: object) -> None:
            cursor = connection.cursor()  # type: ignore[attr-defined]
            cursor.execute("PRAGMA journal_mode=WAL")
            cursor.execute("PRAGMA busy_timeout=10000")
            cursor.close()

    return engine


def frame_reader(cached: int = 512) -> ReadFrame:
    """The label reader, remembering what it read in the same bytes. Safe to share between threads."""
    known: OrderedDict[tuple[bytes, int], FrameContent] = OrderedDict()
    lock = threading.Lock()

    def read(image: bytes, max_pixels: int) -> FrameContent:
        key = (sha256(image).digest(), max_pixels)
        with lock:
            found = known.get(key)
        if found is None:
            found = read_frame(image, max_pixels=max_pixels)
            with lock:
                known[key] = found
                while len(known) > cached:
                    known.popitem(last=False)
        return found

    return read


def load_policy(file: Path) -> Policy:
    """The policy in force, from its canonical file. Raises Misconfigured."""
    try:
        return read_policy(file.read_bytes())
    except (OSError, HoldfastError) as error:
        raise Misconfigured(f"policy file {file}: {error}") from error


def connect(settings: NodeSettings) -> Chain:
    """Our node, checked to be on our chain. Raises Misconfigured, Unreachable."""
    deployment, genesis = load_deployment(settings.deployment_file)
    return open_chain(ChainSettings(settings.rpc_url, deployment, genesis))


def check_book(chain: Chain, book: tuple[BookEntry, ...]) -> None:
    """Hold every member's encryption key against its digest on-chain. Raises Misconfigured."""
    for entry in book:
        if chain.consortium.encryption_key_digest(entry.member_id) != encryption_key_digest(entry.encryption):
            raise Misconfigured(f"members' book: the encryption key of {entry.name} is not the one on-chain")


def own_keys(settings: NodeSettings) -> PartyKeys:
    """The node's keys. Raises Misconfigured."""
    password = read_secret(settings.password_file, "password")
    return open_keys(settings.keys_folder, settings.key_name, password)


def build_node(settings: AttesterSettings) -> AttesterNode:
    """One attester node. Raises Misconfigured, Unreachable."""
    chain = connect(settings)
    return AttesterNode(
        keys=own_keys(settings),
        chain=chain,
        store=open_store(settings.evidence),
        source=TrytonSource(settings.wms_url, read_secret(settings.wms_key_file, "WMS key")),
        read_frame=frame_reader(),
        log=SignedLog(open_database(settings.database_url)),
        clock=now_s,
    )


@dataclass(frozen=True, slots=True)
class OracleParts:
    """What the oracle process runs: the inbox for the intake, and the parts of its steps."""

    chain: Chain
    inbox: Inbox
    policy: Policy
    book: tuple[BookEntry, ...]
    keys: PartyKeys
    store: EvidenceStore
    source: TrytonSource
    database: Engine


def build_parts(settings: OracleSettings) -> OracleParts:
    """Everything the oracle works with. Raises Misconfigured, Unreachable."""
    chain = connect(settings)
    book = read_book(settings.book_file)
    check_book(chain, book)
    policy = load_policy(settings.policy_file)
    database = open_database(settings.database_url)
    inbox = Inbox(database, now_s, policy)
    inbox.create_tables()
    return OracleParts(
        chain=chain,
        inbox=inbox,
        policy=policy,
        book=book,
        keys=own_keys(settings),
        store=open_store(settings.evidence),
        source=TrytonSource(settings.wms_url, read_secret(settings.wms_key_file, "WMS key")),
        database=database,
    )
