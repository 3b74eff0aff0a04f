"""Powers given, taken and acts cancelled by the command line: no key does it, a quorum of attesters does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from eth_utils import to_checksum_address

from holdfast.chain.connection import ChainSettings
from holdfast.chain.deployment import load_deployment, save_deployment
from holdfast.chain.facts import Chain, open_chain
from holdfast.chain.governance import Power
from scripts.demo.chain import rpc
from tests.integration.test_cli_chain import Ground, founded, ground, run

__all__ = ["founded", "ground"]
REGISTRAR, SEATER, ANYBODY, NEW = (
    to_checksum_address("0x" + digits * 20) for digits in ("a2", "c1", "99", "77")
)
DAY_S = 86_400


@pytest.fixture
def chain(founded: Ground) -> Chain:
    deployment, genesis = load_deployment(founded.home.deployment)
    return open_chain(ChainSettings(founded.url, deployment, genesis))


def manager(chain: Chain) -> Any:
    return chain.connection.contract("AccessManager", chain.connection.deployment.access_manager)


def council(place: Ground, *words: object) -> Result:
    return run(place.home, "contracts", "council", *words, "--rpc-url", place.url)


def signed(place: Ground, file: Path, *members: int) -> None:
    for member in members:
        result = council(place, "sign", file, "--key", f"attester-{member}", "--yes")
        assert result.exit_code == 0, result.output


def carried(place: Ground, file: Path, index: int = 0) -> str:
    """The status of the next call of a file, sent by anybody."""
    result = council(place, "calls", file, "--json")
    assert result.exit_code == 0, result.output
    call = json.loads(result.stdout)["calls"][index]
    return sent(place, ANYBODY, {"to": call["to"], "data": call["data"]})


def sent(place: Ground, sender: str, call: dict[str, str]) -> str:
    rpc(place.url, "anvil_impersonateAccount", sender)
    rpc(place.url, "anvil_setBalance", sender, hex(10**18))
    whole = {"from": sender, "gas": hex(5_000_000), "gasPrice": hex(10**9), **call}
    tx_hash = rpc(place.url, "eth_sendTransaction", whole)
    rpc(place.url, "evm_mine")
    return str(rpc(place.url, "eth_getTransactionReceipt", tx_hash)["status"])


def test_council__a_power_taken__announced_and_done_by_a_quorum(
    founded: Ground, chain: Chain, tmp_path: Path
) -> None:
    file, holds = tmp_path / "act.json", manager(chain).functions.hasRole(int(Power.REGISTRAR), REGISTRAR)
    result = council(founded, "revoke", "REGISTRAR", REGISTRAR, "-o", file)
    assert result.exit_code == 0, result.output
    assert "Council order 0: announce: take the power REGISTRAR from" in result.output
    assert "Council order 1: take the power REGISTRAR from" in result.output
    signed(founded, file, 1, 5)
    early = council(founded, "calls", file)
    assert early.exit_code == 1 and "2 of 3 attesters" in early.stderr
    signed(founded, file, 4)
    assert "Signed by members 1, 4, 5." in council(founded, "calls", file).output
    assert carried(founded, file, 1) == "0x0", "done before it was announced"
    assert carried(founded, file) == "0x1"
    assert carried(founded, file) == "0x0", "done before its delay"
    rpc(founded.url, "evm_increaseTime", DAY_S)
    assert holds.call()[0] is True
    assert carried(founded, file) == "0x1"
    assert holds.call()[0] is False
    used = council(founded, "calls", file)
    assert used.exit_code == 1 and "prepare it anew" in used.stderr


def test_council__what_a_key_announced__cancelled_by_a_quorum(
    founded: Ground, chain: Chain, tmp_path: Path
) -> None:
    place, file = manager(chain), tmp_path / "act.json"
    deployment = chain.connection.deployment
    data = chain.connection.contract("Consortium", deployment.consortium).encode_abi(
        "setCommittee", [3, 3600, bytes(32), []]
    )
    announced = place.encode_abi("schedule", [deployment.consortium, data, 0])
    assert sent(founded, SEATER, {"to": place.address, "data": announced}) == "0x1"
    operation = place.functions.hashOperation(SEATER, deployment.consortium, data).call()
    result = council(founded, "cancel", "0x" + operation.hex(), "-o", file)
    assert result.exit_code == 0 and "call Consortium.setCommittee(threshold 3" in result.output, (
        result.output
    )
    signed(founded, file, 4, 5, 6)
    assert carried(founded, file) == "0x1"
    assert place.functions.getSchedule(operation).call() == 0
    again = council(founded, "cancel", "0x" + operation.hex(), "-o", file)
    assert again.exit_code == 1 and "nothing is announced" in again.stderr
    assert council(founded, "cancel", "0x12", "-o", file).exit_code in (1, 2)


def test_council__a_power_given_and_a_delay_set__told_in_words(founded: Ground, tmp_path: Path) -> None:
    file = tmp_path / "act.json"
    result = council(founded, "grant", "COMMITTEE", NEW, "--delay-s", DAY_S, "-o", file)
    assert result.exit_code == 0 and "give 0x7777" in result.output and "COMMITTEE" in result.output
    result = council(founded, "delay", "GUARDIAN", 3600, "-o", file)
    assert result.exit_code == 0 and "let the power GUARDIAN, once given, begin after" in result.output
    short = council(founded, "delay", "GUARDIAN", 3600, "--days", 1, "-o", file)
    assert short.exit_code != 0 and "days" in short.stderr
    assert council(founded, "revoke", "REGISTRAR", "0x12", "-o", file).exit_code == 2
    assert council(founded, "revoke", "ADMIN_ACTS", NEW, "-o", file).exit_code == 2


def test_council__file_for_another_council_or_bent__refused(founded: Ground, tmp_path: Path) -> None:
    file = tmp_path / "act.json"
    assert council(founded, "revoke", "COMMITTEE", NEW, "-o", file).exit_code == 0
    right = json.loads(file.read_text())
    first, second = right["acts"]
    other = first["typed_data"] | {"domain": first["typed_data"]["domain"] | {"chainId": 1}}
    for acts in (
        [],
        [first | {"typed_data": other}, second],
        [first | {"call": second["call"]}, second],
        [first | {"call": "0x1234"}, second],
        [second],
        [first, first],
        [first | {"signatures": ["0x12"]}, second],
    ):
        file.write_text(json.dumps(right | {"acts": acts}))
        assert council(founded, "sign", file, "--key", "attester-1", "--yes").exit_code != 0, acts
    file.write_text(json.dumps(right | {"type": "holdfast-module-order"}))
    assert council(founded, "sign", file, "--key", "attester-1", "--yes").exit_code != 0


def test_council__deployment_from_before_it__said_to_have_none(founded: Ground, tmp_path: Path) -> None:
    """Last: the deployment file is put back as it was."""
    deployment, genesis = load_deployment(founded.home.deployment)
    whole = founded.home.deployment.read_text()
    older = json.loads(whole)
    del older["council"]
    try:
        founded.home.deployment.write_text(json.dumps(older))
        result = council(founded, "revoke", "REGISTRAR", REGISTRAR, "-o", tmp_path / "act.json")
    finally:
        save_deployment(founded.home.deployment, deployment, genesis)
    assert result.exit_code == 2 and "names no Council" in result.stderr
    assert founded.home.deployment.read_text() == whole
