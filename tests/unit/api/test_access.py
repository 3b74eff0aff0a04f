"""Object-level access: every endpoint, every member, what each may see. And a linter over the queries."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from fastapi.routing import APIRoute

from holdfast.attestation.typed_data import order_hash, order_to_json
from holdfast.domain.orders import TransferOrder
from holdfast.domain.receipts import receipt_hex
from holdfast.store.records_types import lot_hex
from tests.fakes.story import NOW, sign
from tests.unit.api import test_burdens, test_deliveries_splits
from tests.unit.api.conftest import World

API = Path(__file__).parents[3] / "api"

SEES = {
    # endpoint: members that get 200; all others of 1..7 get 404.
    "/v1/receipts/{rubber}": {1, 2, 3, 4, 7},
    "/v1/receipts/{rubber}/status": {1, 2, 3, 4, 7},
    "/v1/receipts/{rubber}/history": {1, 2, 3, 4, 7},
    "/v1/receipts/{rubber}/title": {1, 2, 3, 4, 7},
    "/v1/receipts/{rubber}/title?proof=true": {1, 2, 3, 4, 7},
    "/v1/receipts/{rubber}/evidence": {1, 2, 3, 4, 7},
    "/v1/receipts/{rubber}/board": {1, 2, 3, 4, 7},
    "/v1/receipts/{rubber}/frames": {1, 2, 3, 4, 7},
    "/v1/receipts/{rubber}/frames/0": {1, 2, 3, 4, 7},
    "/v1/receipts/{rubber}/document": {1, 2, 3, 4, 7},
    "/v1/receipts/{batch0}": {1, 2, 5, 7},
    "/v1/receipts/{batch1}": {1, 3, 5, 7},
    "/v1/receipts/{batch1}/board": {1, 3, 5, 7},
    "/v1/receipts/{batch1}/document": {1, 3, 5, 7},
    "/v1/orders/{order}": {2, 3, 7},
    "/v1/members/{member}": {1, 2, 3, 4, 5, 6, 7},
    "/v1/lots/{rubber_lot}": {1, 2, 3, 4, 7},
    "/v1/lots/{batch_lot}": {1, 2, 3, 5, 7},
    "/v1/decisions/{issue}": {1, 2, 3, 4, 5, 6, 7},
    "/v1/decisions/{transfer}": {1, 2, 3, 4, 6, 7},
    "/v1/decisions/{batch}": {1, 2, 3, 5, 6, 7},
    "/v1/decisions/{refused}": {1, 2, 4, 5, 6, 7},
    "/v1/decisions/{refused}/evidence": {1, 2, 4, 5, 6, 7},
    "/v1/decisions/{refused}/frames": {1, 2, 4, 5, 6, 7},
    "/v1/decisions/{refused}/frames/0": {1, 2, 4, 5, 6, 7},
}

COUNTS = {
    # list endpoint: how many items each of 1..7 finds.
    "/v1/receipts": (4, 3, 2, 1, 3, 0, 4),
    "/v1/orders": (0, 1, 1, 0, 0, 0, 1),
    "/v1/members": (7, 7, 7, 7, 7, 7, 7),
    "/v1/lots": (2, 2, 2, 1, 1, 0, 2),
    "/v1/decisions": (4, 4, 3, 3, 3, 4, 4),
}


def fill(world: World, path: str) -> str:
    story = world.story
    with_order = world.client.get("/v1/orders", headers=world.auth(7)).json()["items"][-1]["id"]
    return path.format(
        rubber=receipt_hex(story.rubber),
        batch0=receipt_hex(story.batch[0]),
        batch1=receipt_hex(story.batch[1]),
        rubber_lot=lot_hex(story.rubber_lot),
        batch_lot=lot_hex(story.batch_lot),
        order=with_order,
        member=5,
        issue=story.decisions["rubber-issue"],
        transfer=story.decisions["rubber-transfer"],
        batch=story.decisions["batch"],
        refused=story.decisions["refused"],
    )


@pytest.mark.parametrize("path", SEES)
@pytest.mark.parametrize("member", range(1, 8))
def test_read__member__sees_or_404(shared_world: World, path: str, member: int) -> None:
    answer = shared_world.client.get(fill(shared_world, path), headers=shared_world.auth(member))
    assert answer.status_code == (200 if member in SEES[path] else 404), answer.text
    if answer.status_code == 404:
        assert answer.json()["code"] == "not-found"


@pytest.mark.parametrize("path", COUNTS)
@pytest.mark.parametrize("member", range(1, 8))
def test_list__member__only_what_it_may_see(shared_world: World, path: str, member: int) -> None:
    answer = shared_world.client.get(path, headers=shared_world.auth(member))
    assert len(answer.json()["items"]) == COUNTS[path][member - 1]


def test_access_table__every_read_endpoint__is_in_it(shared_world: World) -> None:
    more = (test_burdens, test_deliveries_splits)
    tables = (*SEES, *COUNTS, *(path for each in more for path in (*each.SEES, *each.COUNTS)))
    known = {path.split("?")[0] for path in tables} | {"/v1/events", "/v1/health", "/v1/ready"}
    tested = {_shape(path) for path in known}
    served = {_shape(path) for path, acts in shared_world.app.openapi()["paths"].items() if "get" in acts}
    assert served == tested
    assert any(isinstance(route, APIRoute) for route in shared_world.app.routes) or served


def _shape(path: str) -> str:
    parts = ["*" if part.startswith("{") or part.isdigit() else part for part in path.strip("/").split("/")]
    return "/".join(parts)


@pytest.mark.parametrize("path", [*SEES, *COUNTS, "/v1/events"])
def test_read__no_token__401(shared_world: World, path: str) -> None:
    answer = shared_world.client.get(fill(shared_world, path))
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.headers["content-type"] == "application/problem+json"


def test_batch_board__holder_of_one__sees_no_other_receipt(shared_world: World) -> None:
    path = fill(shared_world, "/v1/receipts/{batch1}/board")
    for member, seen in ((3, ["receipt 2"]), (1, ["receipt 1", "receipt 2", "receipt 3"])):
        board = shared_world.client.get(path, headers=shared_world.auth(member)).json()
        titles = next(match for match in board["matches"] if match["name"] == "title")
        assert [check["name"] for check in titles["checks"]] == seen
        assert len(board["receipt_ids"]) == len(seen)


def test_receipt__offered_by_the_holder__transferee_may_check_title_first(world: World) -> None:
    receipt = world.story.batch[0]
    path = "/v1/receipts/" + receipt_hex(receipt) + "/title"
    order = TransferOrder(receipt, 2, 4, 0, NOW + 100)
    common = {"primary_type": "TransferOrder", "order": order_to_json(order), "seq": 0, "submitted_by": 2}
    common |= {"order_hash": "0x" + order_hash(order).hex(), "receipt_id": receipt_hex(receipt)}
    common |= {"deadline": order.deadline, "signers": (2, 4)}
    world.records.submit_order(**common, signatures={4: sign(4, order)})
    assert world.client.get(path, headers=world.auth(4)).status_code == 404, "its own wish opens nothing"
    world.records.submit_order(**common, signatures={2: sign(2, order)})
    assert world.client.get(path, headers=world.auth(4)).status_code == 200


def test_member_stopped_on_chain__token_still_good__403(world: World) -> None:
    world.chain.mine([("MemberActiveChanged", {"member": 3, "active": False})])
    world.index()
    answer = world.client.get("/v1/receipts", headers=world.auth(3))
    assert (answer.status_code, answer.json()["code"]) == (403, "member-inactive")
    assert world.client.get("/v1/receipts", headers=world.auth(99)).status_code == 403


def public_functions(path: Path) -> list[ast.FunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


def takes_viewer(function: ast.FunctionDef) -> bool:
    return any(argument.arg == "viewer" for argument in (*function.args.args, *function.args.kwonlyargs))


def test_repositories__every_query__takes_the_viewer() -> None:
    files = sorted(API.glob("*/repository.py"))
    assert len(files) >= 6
    bad = [f"{p.parent.name}.{f.name}" for p in files for f in public_functions(p) if not takes_viewer(f)]
    assert bad == []


def test_repositories__query_without_viewer__is_caught(tmp_path: Path) -> None:
    bad = tmp_path / "repository.py"
    bad.write_text("def every_receipt(db): ...\n")
    assert [takes_viewer(function) for function in public_functions(bad)] == [False]


def test_queries__outside_repositories__none() -> None:
    """Only repositories, the access rules and the indexer may build a select."""
    allowed = {"viewer.py", "read_model.py", "indexer.py", "context.py"}
    bad = []
    for path in API.rglob("*.py"):
        if path.name == "repository.py" or path.name in allowed:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        imported = [
            alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module == "sqlalchemy"
            for alias in node.names
        ]
        bad += [f"{path.name}: {name}" for name in imported if name in ("select", "text", "exists")]
    assert bad == []


def test_api__imports__no_signer_source_or_workflow() -> None:
    import subprocess
    import sys

    code = (
        "import sys, api.main, api.chain_adapter\n"
        "bad = [m for m in sys.modules"
        " if m.startswith(('oracle', 'holdfast.keys', 'api.token_issuer', 'dbos'))]\n"
        "sys.exit(repr(bad) if bad else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=API.parent, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
