"""What every answer has in common: problems, headers, limits, pages, documents, readiness."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from api import problems
from api.main import openapi_text
from api.settings import load_settings
from holdfast.domain.errors import Misconfigured
from holdfast.domain.receipts import receipt_hex
from tests.unit.api.conftest import World, make_settings

API = Path(__file__).parents[3] / "api"


def problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["code"] == code and body["type"] == f"urn:holdfast:problem:{code}"
    assert body["status"] == status and body["title"] and body["detail"]
    return body


@pytest.mark.parametrize("path", ["/nothing", "/receipts/0x12"])
def test_problem__browser_asks_for_a_page_that_is_none__says_so_in_words(
    shared_world: World, path: str
) -> None:
    answer = shared_world.client.get(path, headers={"Accept": "text/html,*/*;q=0.8"})

    assert answer.status_code in (404, 422)
    assert answer.headers["content-type"].startswith("text/html")
    assert "Nothing is at this address" in answer.text
    assert "此地址无内容" in answer.text
    assert "Content-Security-Policy" in answer.headers


def test_problem__no_such_address__404(shared_world: World) -> None:
    body = problem(shared_world.client.get("/v1/nothing"), 404, "not-found")
    assert body["instance"] == "/v1/nothing"


def test_problem__wrong_method__405_with_allow(shared_world: World) -> None:
    answer = shared_world.client.delete("/v1/receipts")
    problem(answer, 405, "method-not-allowed")
    assert answer.headers["allow"] == "GET"


def test_problem__validation__names_field_value_and_what_is_right(shared_world: World) -> None:
    path = "/v1/receipts?limit=0&status=lost&holder=x"
    body = problem(shared_world.client.get(path, headers=shared_world.auth(1)), 422, "invalid-request")
    found = {error["field"]: (error["value"], error["expected"]) for error in body["errors"]}
    assert found["query.limit"] == ("0", "greater than or equal to 1")
    assert found["query.status"] == ("lost", "'live', 'suspended', 'delivered' or 'replaced'")
    assert found["query.holder"][0] == "x"


def test_problem__body_not_json__422(shared_world: World) -> None:
    headers = shared_world.auth(1) | {"Content-Type": "application/json"}
    answer = shared_world.client.post("/v1/orders/prepare", content=b"{", headers=headers)
    problem(answer, 422, "invalid-request")


def test_problem__body_too_large__413_before_anything_runs(shared_world: World) -> None:
    def chunks() -> Any:
        for _ in range(10):
            yield b"x" * 10_000

    for content in (b"x" * 70_000, chunks()):
        answer = shared_world.client.post("/v1/orders", content=content)
        problem(answer, 413, "body-too-large")


def test_problem__internal_error__500_shows_nothing(shared_world: World) -> None:
    rendered = problems.problem_of(RuntimeError("postgresql://user:secret@db"))
    assert rendered.status == 500 and "secret" not in rendered.detail


def test_problem__unhandled_in_an_endpoint__500_problem(tmp_path: Path) -> None:
    from tests.unit.api.conftest import make_world

    world = make_world(tmp_path)

    def broken() -> None:
        raise RuntimeError("secret words")

    assert isinstance(world.app, FastAPI)
    world.app.add_api_route("/v1/broken", broken)
    answer = world.client.get("/v1/broken")
    body = problem(answer, 500, "internal")
    assert "secret" not in json.dumps(body)
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_problem__forged_lines_in_a_value__not_printed(shared_world: World) -> None:
    path = "/v1/receipts?cursor=a%0a%1b[31mforged"
    body = problem(shared_world.client.get(path, headers=shared_world.auth(1)), 422, "invalid-input")
    assert "\n" not in body["detail"] and "\x1b" not in body["detail"]


@pytest.mark.parametrize("cursor", ["x", "", "bm9wZQ", "WzEsMiwzXQ", "WyJhIiwiYiJd", "WzFlOTksMl0", "é"])
def test_cursor__not_ours__422(shared_world: World, cursor: str) -> None:
    answer = shared_world.client.get("/v1/receipts", params={"cursor": cursor}, headers=shared_world.auth(1))
    problem(answer, 422, "invalid-input")


def test_receipts__pages__each_once_newest_first(shared_world: World) -> None:
    seen, cursor = [], None
    while True:
        params = {"limit": "1"} | ({"cursor": cursor} if cursor else {})
        page = shared_world.client.get("/v1/receipts", params=params, headers=shared_world.auth(1)).json()
        seen += [item["id"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    story = shared_world.story
    assert seen == [receipt_hex(found) for found in (*reversed(story.batch), story.rubber)]


def test_receipts__filters__narrow(shared_world: World) -> None:
    def count(query: str) -> int:
        answer = shared_world.client.get("/v1/receipts?" + query, headers=shared_world.auth(1))
        return len(answer.json()["items"])

    lot = "0x" + shared_world.story.batch_lot.hex()
    assert (count("holder=3"), count("status=delivered"), count("operator=1")) == (2, 0, 4)
    assert (count(f"lot_id={lot}"), count(f"lot_id={lot}&holder=2")) == (3, 2)


def test_document__bytes__hash_to_the_receipts_id(shared_world: World) -> None:
    path = "/v1/receipts/" + receipt_hex(shared_world.story.rubber) + "/document"
    body = shared_world.client.get(path, headers=shared_world.auth(4)).content
    assert "0x" + hashlib.sha256(body).hexdigest() == receipt_hex(shared_world.story.rubber)


def test_history__transfer__names_parties_quorum_and_decision(shared_world: World) -> None:
    path = "/v1/receipts/" + receipt_hex(shared_world.story.rubber)
    items = shared_world.client.get(path + "/history", headers=shared_world.auth(4)).json()["items"]
    assert [item["act"] for item in items] == ["issued", "transferred"]
    moved = items[1]
    assert (moved["previous_holder"]["member_id"], moved["holder"]["member_id"]) == (2, 3)
    signers = sorted(signer["member_id"] for signer in moved["attestation"]["signers"])
    assert signers == [1, 4, 6]
    assert moved["decision_id"] == shared_world.story.decisions["rubber-transfer"]
    title = shared_world.client.get(path + "/title", headers=shared_world.auth(4)).json()
    assert title["evidence_fresh_until"] == moved["attestation"]["valid_until"]
    assert (title["free"], title["holder"]["member_id"], title["quantity"]) == (True, 3, "200.000 t")
    assert title["as_of"]["number"] == shared_world.chain.head().number


def test_title__suspended_or_expired__not_free(world: World) -> None:
    path = "/v1/receipts/" + receipt_hex(world.story.rubber) + "/title"
    world.chain.mine([("ReceiptSuspended", {"receiptId": world.story.rubber, "reason": 1, "seq": 1})])
    world.index()
    world.clock.now += 365 * 86_400
    title = world.client.get(path, headers=world.auth(3)).json()
    assert not title["free"] and len(title["not_free_because"]) == 2


def test_headers__every_answer__hardened(shared_world: World) -> None:
    for path in ("/", "/v1/health", "/v1/nothing", "/assets/page.css", "/v1/receipts"):
        answer = shared_world.client.get(path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"


def test_pages__hold_no_data_and_no_foreign_host(shared_world: World) -> None:
    receipt = receipt_hex(shared_world.story.rubber)
    for path in ("/", f"/receipts/{receipt}", "/decisions/dec_1"):
        answer = shared_world.client.get(path)
        assert answer.status_code == 200 and "QD-2026" not in answer.text
        assert "<script>" not in answer.text and " style=" not in answer.text
    sources = [p.read_text() for p in (API / "pages").rglob("*") if p.suffix in (".html", ".css", ".js")]
    assert len(sources) >= 5
    for source in sources:
        for word in ("innerHTML", "insertAdjacentHTML", "eval(", "//cdn", "@import"):
            assert word not in source
        assert "https://" not in source and "http://" not in source.replace("http://www.w3.org/2000/svg", "")


def test_ready__each_part_named(world: World) -> None:
    problem(world.client.get("/v1/ready"), 503, "not-ready")  # the story's head is ten minutes old
    world.chain.mine(at=world.clock.now)
    world.index()
    body = world.client.get("/v1/ready").json()
    assert body["ready"] and [part["name"] for part in body["parts"]] == ["database", "chain", "index"]
    for _ in range(30):
        world.chain.mine(at=world.clock.now)
    assert "30 behind" in problem(world.client.get("/ready"), 503, "not-ready")["detail"]
    world.chain.down = True
    body = problem(world.client.get("/v1/ready"), 503, "not-ready")
    assert "chain does not answer" in body["detail"]
    assert world.client.get("/v1/health").json() == {"status": "live"}


def test_openapi__committed_file__is_fresh(shared_world: World) -> None:
    committed = (API / "openapi.json").read_text(encoding="utf-8")
    hint = "write it anew: .venv/bin/python -m api.openapi"
    assert committed == openapi_text(shared_world.app), hint
    document = json.loads(committed)
    assert document["openapi"].startswith("3.1")
    assert "HTTPValidationError" not in committed


def env(tmp: Path) -> dict[str, str]:
    settings = make_settings(tmp)
    names = ("profile", "confirmations", "token_audience", "token_issuer")
    values = {name: str(getattr(settings, name)) for name in names}
    values |= {"database_url": "sqlite://", "rpc_url": "http://127.0.0.1:1"}
    values |= {"deployment_file": str(tmp / "d.json"), "token_public_key_file": str(tmp / "k.pem")}
    return {"HOLDFAST_API_" + name.upper(): value for name, value in values.items()} | {"HOME": "/"}


def test_settings__whole__frozen_and_secret(tmp_path: Path) -> None:
    settings = load_settings(env(tmp_path) | {"HOLDFAST_API_CONFIRMATIONS": "3"})
    assert settings.confirmations == 3
    assert "127.0.0.1" not in repr(settings)
    with pytest.raises(ValueError, match="frozen"):
        settings.confirmations = 0  # type: ignore[misc]


def test_settings__missing_unknown_or_wrong__named(tmp_path: Path) -> None:
    good = env(tmp_path)
    for name in good:
        if name != "HOME":
            with pytest.raises(Misconfigured, match=name):
                load_settings({key: value for key, value in good.items() if key != name})
    with pytest.raises(Misconfigured, match="HOLDFAST_API_CONFIRMATION"):
        load_settings(good | {"HOLDFAST_API_CONFIRMATION": "1"})
    with pytest.raises(Misconfigured, match="HOLDFAST_API_CONFIRMATIONS"):
        load_settings(good | {"HOLDFAST_API_CONFIRMATIONS": "-1"})
    with pytest.raises(Misconfigured, match="HOLDFAST_API_PROFILE"):
        load_settings(good | {"HOLDFAST_API_PROFILE": "test"})
