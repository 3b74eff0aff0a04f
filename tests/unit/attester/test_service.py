from __future__ import annotations

from typing import Any

import httpx
import pytest

from holdfast.attestation.signatures import recover_signer, signature_from_hex
from holdfast.attestation.typed_data import attestation_from_json, signing_digest
from holdfast.domain.errors import Unreachable
from oracle.attester.service import build_attester
from oracle.workflow.bundle import Decided
from tests.fakes.oracle import Attesters, Warehouse, party
from tests.simulators.site import SITE
from tests.unit.attester.test_node import Bench

HOST = "http://attester-4.example"


@pytest.fixture
def warehouse() -> Warehouse:
    return Warehouse()


@pytest.fixture
def client(warehouse: Warehouse) -> httpx.Client:
    app = build_attester(Bench(warehouse).node)
    return httpx.Client(transport=Attesters({"attester-4.example": app}), base_url=HOST)


def body(decided: Decided) -> dict[str, str]:
    return {"location": "0x" + decided.opened.location.hex(), "digest": "0x" + decided.opened.digest.hex()}


def problem(response: httpx.Response, status: int) -> dict[str, Any]:
    """An RFC 9457 answer."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = response.json()
    assert found["status"] == status
    assert set(found) >= {"type", "title", "detail"}
    return found


def test_post_attestations__good_bundle__signature_that_recovers(
    client: httpx.Client, warehouse: Warehouse
) -> None:
    decided = warehouse.issue()

    answer = client.post("/attestations", json=body(decided))

    assert answer.status_code == 200
    data = answer.json()
    attestation = attestation_from_json(data["attestation"])
    assert attestation == warehouse.attestation(decided)
    digest = signing_digest(warehouse.domain, attestation)
    assert recover_signer(digest, signature_from_hex(data["signature"])) == party("attester 4").account
    assert (data["account"], data["member"]) == (party("attester 4").account, 4)


def test_post_attestations__short_goods__409_problem_with_the_verdict(
    client: httpx.Client, warehouse: Warehouse
) -> None:
    decided = warehouse.issue(messages=warehouse.weighings(196_000_000) + warehouse.frames())

    found = problem(client.post("/attestations", json=body(decided)), 409)

    assert found["type"] == "urn:holdfast:problem:verdict-refused"
    assert found["reason"] == "verdict"
    assert found["verdict"]["decision"] == "REJECT"
    assert "beyond the tolerance" in found["detail"]


def test_post_attestations__damaged_evidence__409_naming_the_file(
    client: httpx.Client, warehouse: Warehouse
) -> None:
    decided = warehouse.issue()
    file = next(f for f in decided.opened.manifest.files if f.name == "claim.json")
    warehouse.store.flip(file.location, 20)

    found = problem(client.post("/attestations", json=body(decided)), 409)

    assert "claim.json" in found["detail"]
    assert "signature" not in found


@pytest.mark.parametrize("gone", ["wms", "store", "chain", "file"])
def test_post_attestations__something_is_down__503_to_be_tried_again(
    client: httpx.Client, warehouse: Warehouse, gone: str
) -> None:
    decided = warehouse.issue()
    if gone == "wms":
        warehouse.source.answers[SITE, warehouse.claim.lot] = Unreachable("WMS", "http://wms", "refused")
    elif gone == "store":
        warehouse.store.down = True
    elif gone == "chain":
        warehouse.ledger.node.down = True
    else:
        warehouse.store.lose(decided.opened.manifest.files[0].location)

    found = problem(client.post("/attestations", json=body(decided)), 503)

    assert found["type"].rpartition(":")[2] in ("unreachable", "evidence-missing")


@pytest.mark.parametrize(
    ("sent", "named"),
    [
        ({}, "location"),
        ({"location": "0x" + "00" * 32}, "digest"),
        ({"location": "0x" + "00" * 31, "digest": "0x" + "00" * 32}, "location"),
        ({"location": "0x" + "AB" * 32, "digest": "0x" + "00" * 32}, "location"),
        ({"location": "0x" + "00" * 32, "digest": "../../etc/passwd"}, "digest"),
        ({"location": "0x" + "00" * 32, "digest": "0x" + "00" * 32, "order": {}}, "order"),
        ([], "body"),
    ],
    ids=["empty", "no-digest", "short", "upper-case", "path", "unknown-field", "array"],
)
def test_post_attestations__malformed__422_naming_the_field(
    client: httpx.Client, sent: object, named: str
) -> None:
    assert named in problem(client.post("/attestations", json=sent), 422)["detail"]


def test_post_attestations__not_json__422(client: httpx.Client) -> None:
    headers = {"content-type": "application/json"}

    problem(client.post("/attestations", content=b"{", headers=headers), 422)


def test_health__running__names_its_account(client: httpx.Client) -> None:
    assert client.get("/health").json() == {"status": "ok", "account": party("attester 4").account}
