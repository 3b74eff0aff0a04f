"""What every endpoint works with, built once in `main`, and who calls it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy import Connection, select

from api.auth import TokenVerifier
from api.chain_port import ChainPort
from api.indexer import Indexer
from api.problems import Problem
from api.settings import Settings
from api.viewer import Viewer
from holdfast.attestation.typed_data import Domain
from holdfast.chain.deployment import Deployment
from holdfast.domain.members import Role
from holdfast.store.records import Records
from holdfast.store.records_chain_tables import chain_members
from holdfast.store.records_engine import read


@dataclass(frozen=True, slots=True)
class AppContext:
    """Settings, database, chain, indexer, our contracts' addresses, and clock of one running API.

    `domain` is the receipt contract's; orders for a module are signed in that module's (`domain_of`).
    """

    settings: Settings
    records: Records
    chain: ChainPort
    indexer: Indexer
    verifier: TokenVerifier
    deployment: Deployment
    domain: Domain
    clock: Callable[[], int]


def get_context(request: Request) -> AppContext:
    """The context of the running application."""
    context: AppContext = request.app.state.context
    return context


ContextDep = Annotated[AppContext, Depends(get_context)]


def get_viewer(request: Request, context: ContextDep) -> Viewer:
    """The calling member, with the roles the chain gives it. Raises Problem 401 or 403."""
    member_id = context.verifier.member_id(request.headers.get("authorization"))
    with read(context.records.engine) as db:
        return load_viewer(db, member_id)


def load_viewer(db: Connection, member_id: int) -> Viewer:
    """A member as a viewer. Raises Problem 403 for one the chain does not know, or stopped."""
    row = db.execute(select(chain_members).where(chain_members.c.member_id == member_id)).one_or_none()
    if row is None or not row.active:
        state = "not a member of the consortium" if row is None else "not active"
        raise Problem(403, "member-inactive", f"member {member_id} is {state}")
    return Viewer(member_id, Role(row.roles))


ViewerDep = Annotated[Viewer, Depends(get_viewer)]
