"""What an audit is made of: the home's chain and evidence, the auditor's key, and hints from the records."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, select
from sqlalchemy.exc import SQLAlchemyError

from cli.home import Home, find_checkout
from holdfast.audit.replay import Auditor
from holdfast.audit.report import AuditReport
from holdfast.chain.connection import ChainSettings
from holdfast.chain.deployment import load_deployment
from holdfast.chain.facts import Chain, open_chain
from holdfast.domain.errors import Misconfigured
from holdfast.evidence.encryption_keys import EncryptionKey
from holdfast.store.records_tables import decision_receipts, decisions
from oracle.runtime import frame_reader, open_store


@contextmanager
def chain_of(home: Home, rpc_url: str | None) -> Iterator[Chain]:
    """A checked chain: at the address given, else the home's embedded one, started if it does not run.

    Raises:
        Misconfigured: there is no deployment file or no embedded chain, or the node is of another chain.
        Unreachable: the node does not answer.
    """
    deployment, genesis = load_deployment(home.deployment)
    if rpc_url is not None:
        yield open_chain(ChainSettings(rpc_url, deployment, genesis))
        return
    if find_checkout() is None:
        raise Misconfigured("--rpc-url is not given, and outside a checkout there is no embedded chain")
    try:
        from scripts.demo.chain import running_chain
    except ModuleNotFoundError as error:
        raise Misconfigured(f"--rpc-url is not given, and the embedded chain needs {error.name}") from error
    with running_chain(home) as url:
        yield open_chain(ChainSettings(url, deployment, genesis))


def audit_home(
    home: Home,
    key: EncryptionKey,
    *,
    rpc_url: str | None,
    evidence: str | None,
    progress: Callable[[str], None],
) -> AuditReport:
    """Replay every decision of a home. `evidence` names stores as the oracle's setting does.

    Raises Misconfigured, Unreachable.
    """
    if evidence is None and not home.evidence.is_dir():
        raise Misconfigured(f"there is no evidence folder {home.evidence}: name a home with --home")
    store = open_store(evidence or f"directory:{home.evidence}")
    with chain_of(home, rpc_url) as chain:
        auditor = Auditor(
            chain, store, key, frame_reader(), hints=receipts_by_cid(home.records), progress=progress
        )
        return auditor.run()


def receipts_by_cid(records: Path) -> dict[str, tuple[str, ...]]:
    """Which receipts each bundle was for, by the records; empty where they cannot be read.

    Hints only name things: nothing an audit concludes rests on them.
    """
    if not records.is_file():
        return {}
    engine = create_engine(f"sqlite:///file:{records}?mode=ro&uri=true")
    wanted = select(decisions.c.evidence_cid, decision_receipts.c.receipt_id).where(
        decision_receipts.c.decision_id == decisions.c.id
    )
    found: dict[str, list[str]] = {}
    try:
        with engine.connect() as db:
            for cid, receipt_id in db.execute(wanted):
                found.setdefault(str(cid), []).append(str(receipt_id))
    except SQLAlchemyError:
        return {}
    finally:
        engine.dispose()
    return {cid: tuple(receipts) for cid, receipts in found.items()}
