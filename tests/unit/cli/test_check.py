"""`holdfast check` on settings: what is unknown, missing or wrong is told with what to do."""

from __future__ import annotations

from pathlib import Path

from cli.checks.finding import Finding, State, exit_status, look
from cli.checks.parts import origin
from cli.checks.settings import check_settings, known_variables
from cli.home import Home
from holdfast.domain.errors import Misconfigured, Refused, Unreachable
from tests.unit.cli.conftest import Run, answer


def fail(error: Exception) -> str:
    raise error


def test_check__unknown_variable__two_and_named(run: Run) -> None:
    result = run("check", env={"HOLDFAST_ORACEL_RPC_URL": "x"})
    assert result.exit_code == 2
    assert "HOLDFAST_ORACEL_RPC_URL is no setting" in result.stdout and "→ unset" in result.stdout


def test_check__empty_or_absent_home__two_and_says_how_to_go_on(run: Run, home: Path) -> None:
    result = run("check", "--json")
    assert result.exit_code == 2 and not answer(result)["ok"]
    assert "no settings file" in answer(result)["items"][-1]["detail"]
    home.rmdir()
    assert "make demo" in run("check").stdout


def test_check__setting_unknown_in_a_file__two_and_named(run: Run, home: Path) -> None:
    place = Home(home)
    place.attester_env("bank").write_text("HOLDFAST_ATTESTER_NONSENSE=1\n")
    place.api_env.write_text("HOLDFAST_API_PROFILE=test\n")
    result = run("check", "--json")
    told = {item["item"]: item for item in answer(result)["items"]}
    assert result.exit_code == 2
    assert "NONSENSE" in told["settings of attester-bank"]["detail"]
    assert "HOLDFAST_API_PROFILE" in told["settings of API"]["detail"]
    assert all(item["remedy"] for item in told.values() if item["state"] == "problem")


def test_check_settings__environment_alone__read_from_there(home: Path) -> None:
    findings, parts = check_settings(Home(home), {"HOLDFAST_API_PROFILE": "embedded"})
    assert parts.api is None
    assert findings[-1].state is State.PROBLEM and "HOLDFAST_API_" in findings[-1].detail


def test_known_variables__every_application__and_nothing_else() -> None:
    known = known_variables()
    assert {"HOLDFAST_HOME", "HOLDFAST_ORACLE_RPC_URL", "HOLDFAST_API_PROFILE"} <= known
    assert {"HOLDFAST_ATTESTER_KEY_NAME", "HOLDFAST_DEPLOY_MODULES"} <= known
    assert "HOLDFAST_ATTESTER_WORKFLOW_URL" not in known


def test_exit_status__worst_of_all__two_before_three() -> None:
    fine = look("a", "", lambda: "good")
    down = look("b", "start it", lambda: fail(Unreachable("chain", "there", "no answer")))
    wrong = look("c", "mend it", lambda: fail(Misconfigured("wrong")))
    refused = look("d", "mend it", lambda: fail(Refused("x", "no")))
    assert [item.state for item in (fine, down, wrong, refused)] == [
        *(State.OK, State.UNREACHABLE, State.PROBLEM, State.PROBLEM),
    ]
    assert exit_status([fine]) == exit_status([fine, Finding("e", State.SKIPPED, "")]) == 0
    assert exit_status([fine, down]) == 3
    assert exit_status([fine, down, wrong]) == exit_status([refused, down]) == 2
    assert fine.remedy is None and down.remedy == "start it"


def test_origin__address_with_a_key_in_it__only_host_and_port() -> None:
    assert origin("https://user:pw@node.example:8545/v3/0123abcd?key=1") == "https://node.example:8545"
