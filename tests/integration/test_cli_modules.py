"""A module dismissed and let in again by the command line: prepared, signed by attesters, announced, done."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result

from holdfast.chain.connection import ChainSettings
from holdfast.chain.deployment import load_deployment
from holdfast.chain.facts import Chain, open_chain
from scripts.demo.chain import rpc
from tests.integration.test_cli_chain import Ground, founded, ground, run

__all__ = ["founded", "ground"]
PROPOSER = "0x" + "a1" * 20
DAY_S = 86_400


@pytest.fixture
def chain(founded: Ground) -> Chain:
    deployment, genesis = load_deployment(founded.home.deployment)
    return open_chain(ChainSettings(founded.url, deployment, genesis))


def rights(chain: Chain, address: str) -> int:
    contract = chain.connection.contract("Consortium", chain.connection.deployment.consortium)
    return int(contract.functions.permissions(address).call())


def module(place: Ground, *words: object) -> Result:
    return run(place.home, "contracts", "module", *words, "--rpc-url", place.url)


def signed(place: Ground, file: Path, *members: int) -> None:
    for member in members:
        result = module(place, "sign", file, "--key", f"attester-{member}", "--yes")
        assert result.exit_code == 0, result.output


def send_as_proposer(place: Ground, call: dict[str, str]) -> str:
    """The status of a transaction that the wallet with the power MODULES sends."""
    rpc(place.url, "anvil_impersonateAccount", PROPOSER)
    rpc(place.url, "anvil_setBalance", PROPOSER, hex(10**18))
    sent = rpc(
        place.url,
        "eth_sendTransaction",
        {"from": PROPOSER, "gas": hex(5_000_000), "gasPrice": hex(10**9), **call},
    )
    rpc(place.url, "evm_mine")
    return str(rpc(place.url, "eth_getTransactionReceipt", sent)["status"])


def test_module__prepared_signed_announced_and_done__only_in_this_order(
    founded: Ground, chain: Chain, tmp_path: Path
) -> None:
    court, file = chain.connection.deployment.court, tmp_path / "court.json"
    before = rights(chain, court)
    result = module(founded, "prepare", "Court", court, "--right", "FREEZE", "--right", "RETIRE", "-o", file)
    assert result.exit_code == 0, result.output
    assert "the rights FREEZE and RETIRE" in result.output
    signed(founded, file, 1, 5)
    refused = module(founded, "calls", file, "--json")
    assert refused.exit_code == 1 and "2 of 3 attesters" in refused.stderr
    signed(founded, file, 4)
    result = module(founded, "calls", file, "--json")
    assert result.exit_code == 0, result.output
    calls = json.loads(result.stdout)
    assert calls["signed_by"] == [1, 4, 5]
    assert send_as_proposer(founded, calls["set_module"]) == "0x0"
    assert send_as_proposer(founded, calls["schedule"]) == "0x1"
    assert send_as_proposer(founded, calls["set_module"]) == "0x0"
    rpc(founded.url, "evm_increaseTime", DAY_S)
    assert send_as_proposer(founded, calls["set_module"]) == "0x1"
    assert rights(chain, court) != before
    used = module(founded, "calls", file)
    assert used.exit_code == 1 and "prepare it anew" in used.stderr
    assert send_as_proposer(founded, calls["set_module"]) == "0x0"


def test_module__code_of_another_contract_or_none__refused(
    founded: Ground, chain: Chain, tmp_path: Path
) -> None:
    deployment, file = chain.connection.deployment, tmp_path / "wrong.json"
    for contract, address in (
        ("Pledge", deployment.court),
        ("Court", deployment.warehouse_receipt),
        ("Court", PROPOSER),
    ):
        result = module(founded, "prepare", contract, address, "--right", "FREEZE", "-o", file)
        assert result.exit_code == 1 and f"not our {contract}" in result.stderr, result.output
    result = module(founded, "prepare", "Court", deployment.court, "--right", "EVERYTHING", "-o", file)
    assert result.exit_code in (1, 2) and "EVERYTHING" in result.stderr
    assert not file.exists()


def test_module__file_for_another_consortium_or_bent__refused(
    founded: Ground, chain: Chain, tmp_path: Path
) -> None:
    file = tmp_path / "court.json"
    assert module(founded, "prepare", "Court", chain.connection.deployment.court, "-o", file).exit_code == 0
    right = json.loads(file.read_text())
    assert right["typed_data"]["message"]["rights"] == "0"
    for change in (
        {"typed_data": right["typed_data"] | {"domain": right["typed_data"]["domain"] | {"chainId": 1}}},
        {"type": "holdfast-order"},
        {"signatures": ["0x12"]},
    ):
        file.write_text(json.dumps(right | change))
        result = module(founded, "sign", file, "--key", "attester-1", "--yes")
        assert result.exit_code != 0, change
    message = right["typed_data"]["message"] | {"codeHash": "0x" + "11" * 32}
    file.write_text(json.dumps(right | {"typed_data": right["typed_data"] | {"message": message}}))
    result = module(founded, "sign", file, "--key", "attester-1", "--yes")
    assert result.exit_code == 1 and "another code" in result.stderr
