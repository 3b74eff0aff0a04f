"""The pages: shells without data, filled by the browser through the API with the member's own token."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from api.path_parts import DecisionId, ReceiptId
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


def problem_page(request: Request, status: int) -> Response:
    """What people see in a browser where a program would get a problem object."""
    if status >= 500:
        words = (
            ("Not available at the moment", "暂时无法访问"),
            (
                "Something does not answer. Nothing was changed. Please try again.",
                "系统暂无响应，未作任何变更，请稍后再试。",
            ),
        )
    else:
        words = (
            ("Nothing is at this address", "此地址无内容"),
            (
                "A receipt's address ends in its id: 0x and 64 digits, 0 to f. Was a part lost on the way?",
                "仓单地址以其编号结尾：0x 及 64 位十六进制数字，请检查地址是否完整。",
            ),
        )
    (title_en, title_zh), (text_en, text_zh) = words
    values = {"title_en": title_en, "title_zh": title_zh, "text_en": text_en, "text_zh": text_zh}
    return _templates.TemplateResponse(
        request, "problem.html", values, status_code=status, headers={"Cache-Control": "no-store"}
    )


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
