"""/v1/health and /v1/ready, open to whoever can reach the port; they name parts, never values."""

from __future__ import annotations

from fastapi import APIRouter

from api.context import ContextDep
from api.health import service
from api.health.schemas import Live, Ready
from api.problems import Problem
from api.schemas import READS

router = APIRouter(tags=["health"])


@router.get("/health")
def health() -> Live:
    """The process runs."""
    return Live(status="live")


@router.get("/ready", responses={503: READS[503]})
def ready(context: ContextDep) -> Ready:
    """Database, chain head and index, each by name; a problem, with the same parts, if any is not well."""
    found = service.readiness(context)
    if not found.ready:
        bad = ", ".join(f"{part.name} {part.detail}" for part in found.parts if not part.ok)
        raise Problem(503, "not-ready", f"not ready: {bad}", more=found.model_dump())
    return found
