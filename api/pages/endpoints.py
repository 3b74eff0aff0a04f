"""The pages: shells without data, filled by the browser through the API with the member's own token."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from api.schemas import DecisionId, ReceiptId
from holdfast.domain.document import DOCUMENT_FIELDS

_HERE = Path(__file__).parent
_environment = Environment(
    loader=FileSystemLoader(_HERE / "templates"),
    autoescape=select_autoescape(default=True),
    undefined=StrictUndefined,
)
_templates = Jinja2Templates(env=_environment)

router = APIRouter(include_in_schema=False)
assets = StaticFiles(directory=_HERE / "assets")


def _page(request: Request, name: str, **values: object) -> Response:
    return _templates.TemplateResponse(request, name, values)


@router.get("/", response_class=HTMLResponse)
def start(request: Request) -> Response:
    """Sign in, and the receipts and decisions the member may see."""
    return _page(request, "start.html")


@router.get("/receipts/{receipt_id}", response_class=HTMLResponse)
def receipt(request: Request, receipt_id: ReceiptId) -> Response:
    """One receipt: title, board, frames, timeline, evidence."""
    fields = [{"name": field.name, **field.metadata} for field in DOCUMENT_FIELDS]
    return _page(request, "receipt.html", receipt_id=receipt_id, fields=fields)


@router.get("/decisions/{decision_id}", response_class=HTMLResponse)
def decision(request: Request, decision_id: DecisionId) -> Response:
    """One decision: board, frames, evidence; for those that no receipt came of."""
    return _page(request, "decision.html", decision_id=decision_id)
