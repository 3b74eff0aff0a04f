"""/v1/health and /v1/ready, open to whoever can reach the port; they name parts, never values."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.context import ContextDep
from api.health import service
from api.health.schemas import Live, Ready

router = APIRouter(tags=["health"])


@router.get("/health")
def health() -> Live:
    """The process runs."""
    return Live(status="live")


@router.get("/ready", responses={503: {"model": Ready, "description": "Some part is not ready."}})
def ready(context: ContextDep, response: Response) -> Ready:
    """Database, chain head and index, each by name; 503 if any is not well."""
    found = service.readiness(context)
    if not found.ready:
        response.status_code = 503
    return found
