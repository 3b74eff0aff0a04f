"""The API application. Only `main` reads settings; everything else is given its values."""

from __future__ import annotations

import json
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, FastAPI

from api import problems
from api.auth import TokenVerifier
from api.chain_port import ChainPort
from api.context import AppContext
from api.decisions.endpoints import router as decisions
from api.deliveries.endpoints import router as deliveries
from api.events.endpoints import router as events
from api.freezes.endpoints import router as freezes
from api.health.endpoints import router as health
from api.indexer import Indexer
from api.lots.endpoints import router as lots
from api.members.endpoints import router as members
from api.middleware import BodyLimit, SecurityHeaders
from api.orders.endpoints import inspections_router as inspections
from api.orders.endpoints import router as orders
from api.pages.endpoints import assets, problem_page
from api.pages.endpoints import router as pages
from api.pledges.endpoints import router as pledges
from api.receipts.endpoints import router as receipts
from api.schemas import ProblemOut
from api.settings import Settings
from api.splits.endpoints import router as splits
from holdfast.attestation.typed_data import Domain
from holdfast.chain.deployment import Deployment
from holdfast.store.records import Records, unix_now

_ABOUT = """Title to goods in a warehouse, and why it may be believed.

Masses are decimal text in grams (`quantity_g`) beside text for people (`quantity`); times are unix
seconds; ids are `0x` and lower-case hex. Every error is a problem detail (RFC 9457). You see what your
member may see; anything else is answered as if it were not there (404)."""


@dataclass(slots=True)
class Streams:
    """Event streams now open, and whether the server is closing."""

    open: int = 0
    closing: bool = False


def build_app(
    settings: Settings,
    *,
    records: Records,
    chain: ChainPort,
    deployment: Deployment,
    verifier: TokenVerifier,
    clock: Callable[[], int] = unix_now,
    follow: bool = True,
) -> FastAPI:
    """The application: endpoints under /v1, pages at /, and the indexer in a thread of its own.

    Args:
        follow: False leaves the indexer to be stepped by the caller (`app.state.context.indexer`).
    """
    indexer = Indexer(
        records.engine,
        chain,
        clock,
        start_block=deployment.block,
        confirmations=settings.confirmations,
        batch_blocks=settings.index_batch_blocks,
    )
    streams = Streams()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        stop = threading.Event()
        thread = threading.Thread(
            target=indexer.run, args=(stop, settings.index_poll_s), name="indexer", daemon=True
        )
        if follow:
            thread.start()
        try:
            yield
        finally:
            streams.closing = True
            stop.set()
            if follow:
                thread.join(timeout=10)

    app = FastAPI(
        title="Holdfast",
        version="1",
        description=_ABOUT,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/v1/openapi.json",
    )
    app.state.context = AppContext(
        settings=settings,
        records=records,
        chain=chain,
        indexer=indexer,
        verifier=verifier,
        deployment=deployment,
        domain=Domain(deployment.chain_id, deployment.warehouse_receipt),
        clock=clock,
    )
    app.state.streams = streams
    v1 = APIRouter(prefix="/v1")
    burdens, acts = (pledges, freezes), (deliveries, splits)
    for router in (receipts, inspections, *burdens, *acts, orders, decisions, members, lots, events, health):
        v1.include_router(router)
    app.include_router(v1)
    app.include_router(health, include_in_schema=False)
    app.include_router(pages)
    app.mount("/assets", assets)
    problems.install(app, problem_page)
    _describe(app)
    app.add_middleware(BodyLimit, max_bytes=settings.max_body_bytes)
    app.add_middleware(SecurityHeaders)
    return app


def openapi_text(app: FastAPI) -> str:
    """The OpenAPI 3.1 document as it is committed at api/openapi.json."""
    return json.dumps(app.openapi(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _describe(app: FastAPI) -> None:
    """Let the document name our problems and tokens in place of the framework's errors."""
    generate = app.openapi

    def describe() -> dict[str, Any]:
        if app.openapi_schema is not None:
            return app.openapi_schema
        document = generate()
        schemas = document["components"]["schemas"]
        problem = ProblemOut.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas |= problem.pop("$defs", {}) | {"ProblemOut": problem}
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        bearer = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT (EdDSA)"}
        document["components"]["securitySchemes"] = {"bearer": bearer}
        document["security"] = [{"bearer": []}]
        return document

    app.openapi = describe  # type: ignore[method-assign]
