"""The command line on a chain of its own: gas within budget, a consortium founded, diagnosed and audited."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from eth_utils import keccak

from cli.home import Home
from cli.main import cli
from holdfast.chain.connection import ChainSettings
from holdfast.chain.deployment import load_deployment
from holdfast.chain.facts import open_chain
from holdfast.chain.gas import BUDGET
from holdfast.domain.members import Role
from holdfast.domain.policy import POLICY_VERSION, Policy
from holdfast.evidence.collection import policy_bytes, policy_digest, read_policy
from holdfast.keys.keystore import MACHINE_WORK_FACTOR, PublicParty, create_keys, show_keys
from holdfast.proof.trust import Engine, parse_trust
from oracle.members_book import AttesterSeat, BookEntry, write_book
from scripts.demo.chain import free_port, rpc, start_anvil, stop

PASSWORD = "correct horse battery"
ROLES = {
    1: Role.WAREHOUSE_OPERATOR,
    2: Role.TRADER,
    4: Role.BANK,
    5: Role.INSPECTOR,
    6: Role.IOT_PROVIDER,
    7: Role.REGULATOR,
}
ATTESTING = (1, 4, 5, 6)


def run(home: Home, *words: object) -> Result:
    env = {"HOLDFAST_HOME": str(home.path)}
    return CliRunner().invoke(cli, [str(word) for word in words], env=env, prog_name="holdfast")


@dataclass
class Ground:
    """A home with keys, members' book and policy, and a chain that has no consortium yet."""

    home: Home
    url: str
    settings: Path

    def found(self) -> Result:
        return run(self.home, "contracts", "deploy", "--settings", self.settings, "--json")


def party(home: Home, name: str) -> PublicParty:
    made = create_keys(home.keys, name, PASSWORD, work_factor=MACHINE_WORK_FACTOR)
    home.passwords.mkdir(exist_ok=True)
    home.password(name).write_text(PASSWORD + "\n")
    home.password(name).chmod(0o600)
    return made


def book_entry(home: Home, member: int, seat_url: str) -> BookEntry:
    own = party(home, f"member-{member}")
    seat = None
    if member in ATTESTING:
        attester = party(home, f"attester-{member}")
        seat = AttesterSeat(attester.account, seat_url, attester.encryption)
    return BookEntry(
        member_id=member,
        name=f"Member {member}",
        name_zh=f"会员 {member}",
        registration=f"REG-{member}",
        identity_salt=f"{member:064x}",
        account=own.account,
        roles=ROLES[member],
        encryption=own.encryption,
        attester=seat,
    )


def policy() -> Policy:
    return Policy(
        policy_version=POLICY_VERSION,
        name="Test policy",
        tolerance_bps=50,
        guard_millis=1645,
        label_repeats=2,
        max_evidence_age_s=3600,
        max_claim_age_s=600,
        max_clock_skew_s=60,
        max_frame_pixels=12_000_000,
        lot_salt="5a" * 32,
        devices=(),
    )


def nobody() -> str:
    """An address on this machine where nobody listens."""
    return f"http://127.0.0.1:{free_port()}"


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    home = Home(tmp_path_factory.mktemp("home"))
    home.evidence.mkdir()
    write_book(home.members, [book_entry(home, member, nobody()) for member in ROLES])
    home.policy.write_bytes(policy_bytes(policy()))
    deployer, auditor = party(home, "deployer"), party(home, "auditor")
    assert deployer.account != auditor.account
    port = free_port()
    process = start_anvil(home, port)
    url = f"http://127.0.0.1:{port}"
    rpc(url, "anvil_setBalance", deployer.account, hex(10**18))
    values = {
        "RPC_URL": url,
        "BOOK_FILE": home.members,
        "POLICY_FILE": home.policy,
        "KEYS_FOLDER": home.keys,
        "KEY_NAME": "deployer",
        "PASSWORD_FILE": home.password("deployer"),
        "THRESHOLD": 3,
        "MAX_AGE_S": 3600,
        **{power: "0x" + f"{number:02x}" * 20 for number, power in enumerate(("MODULES", "REGISTRAR"), 0xA1)},
        "COMMITTEE": "0x" + "c1" * 20,
        "VALUATION": "0x" + "e1" * 20,
        "GUARDIANS": "0x" + "d1" * 20 + ",0x" + "d2" * 20,
        **{f"{power}_DELAY_S": 86_400 for power in ("ADMIN", "REGISTRAR", "COMMITTEE", "VALUATION")},
        "ENGINE": "development",
        "DEPLOYMENT_FILE": home.deployment,
        "TRUST_FILE": home.trust,
        "GAS_PRICE_WEI": 0,
    }
    settings = home.path / "founding.env"
    settings.write_text("".join(f"HOLDFAST_DEPLOY_{name}={value}\n" for name, value in values.items()))
    try:
        yield Ground(home, url, settings)
    finally:
        stop(process)


@pytest.fixture(scope="module")
def founded(ground: Ground) -> Ground:
    """The same, with a consortium on the chain."""
    result = ground.found()
    assert result.exit_code == 0, result.stderr
    return ground


def test_gas__measured_on_anvil__every_act_within_its_budget(tmp_path: Path) -> None:
    result = run(Home(tmp_path), "contracts", "gas", "--json")
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    assert found["within"] and {item["act"]: item["budget"] for item in found["acts"]} == BUDGET
    assert all(21_000 < item["gas"] <= item["budget"] for item in found["acts"])


def test_gas__nobody_at_the_address__three(tmp_path: Path) -> None:
    assert run(Home(tmp_path), "contracts", "gas", "--rpc-url", nobody()).exit_code == 3


def test_deploy__setting_wrong__named_before_anything_is_sent(ground: Ground, tmp_path: Path) -> None:
    before = rpc(ground.url, "eth_blockNumber")
    whole, deployer = ground.settings.read_text(), show_keys(ground.home.keys, "deployer").account
    changes = [
        ("THRESHOLD=3", "THRESHOLD=5", "THRESHOLD"),
        ("MODULES=0xa1", "MODULES=0x", "MODULES"),
        ("GUARDIANS=0xd1", "GUARDIANS=0x", "GUARDIANS"),
        ("GUARDIANS=0x" + "d1" * 20, "GUARDIANS=0x" + "a1" * 20, "HOLDFAST_DEPLOY_GUARDIANS"),
        ("GUARDIANS=", "GUARDIAN=", "GUARDIANS"),
        ("REGISTRAR=0x" + "a2" * 20, "REGISTRAR=0x" + "a1" * 20, "HOLDFAST_DEPLOY_REGISTRAR"),
        ("ADMIN_DELAY_S=86400", "ADMIN_DELAY_S=0", "HOLDFAST_DEPLOY_ADMIN_DELAY_S"),
        ("REGISTRAR=0x" + "a2" * 20, f"REGISTRAR={deployer}", "HOLDFAST_DEPLOY_KEY_NAME"),
        ("ENGINE=development", "ENGINE=qbft", "VALIDATORS"),
        ("ENGINE=development", "ENGINE=dev", "ENGINE"),
        ("KEY_NAME=deployer", "KEY_NAME=nobody", "nobody"),
        ("BOOK_FILE=", "BOOK_FILE=/none", "members' book"),
        ("GAS_PRICE_WEI", "GAS_PRICE", "GAS_PRICE"),
    ]
    for old, new, named in changes:
        file = tmp_path / "wrong.env"
        file.write_text(whole.replace(old, new, 1))
        result = run(ground.home, "contracts", "deploy", "--settings", file)
        assert result.exit_code == 2 and named in result.stderr, new
    assert rpc(ground.url, "eth_blockNumber") == before
    file.write_text(whole.replace(ground.url, nobody()))
    assert run(ground.home, "contracts", "deploy", "--settings", file).exit_code == 3


def test_deploy__whole_book__consortium_stands_and_trust_pins_its_code(founded: Ground) -> None:
    home = founded.home
    deployment, genesis = load_deployment(home.deployment)
    chain = open_chain(ChainSettings(founded.url, deployment, genesis))
    assert {member: chain.consortium.member(member).roles for member in ROLES} == ROLES
    committee = chain.consortium.committee()
    assert [committee.threshold, committee.max_age_s, committee.epoch] == [3, 3600, 1]
    assert sorted(attester.member for attester in committee.attesters) == list(ATTESTING)
    assert committee.policy_digest == policy_digest(read_policy(home.policy.read_bytes()))
    trust = parse_trust(home.trust.read_bytes())
    assert trust.engine is Engine.DEVELOPMENT and "0x" + trust.genesis_hash.hex() == genesis
    code = rpc(founded.url, "eth_getCode", deployment.warehouse_receipt, "latest")
    assert trust.warehouse_receipt.code_hash == keccak(hexstr=code)


def test_deploy__second_time__two_and_nothing_changes(founded: Ground) -> None:
    before = founded.home.deployment.read_bytes(), rpc(founded.url, "eth_blockNumber")
    result = founded.found()
    assert result.exit_code == 2 and "founded once" in json.loads(result.stderr)["detail"]
    assert (founded.home.deployment.read_bytes(), rpc(founded.url, "eth_blockNumber")) == before


def test_audit__nothing_decided_yet__zero(founded: Ground) -> None:
    result = run(founded.home, "audit", "--rpc-url", founded.url, "--json")
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    assert found["holds"] and found["decisions"] == 0 and found["chain_id"] > 0


def test_audit__chain_down_or_key_absent__three_and_two(founded: Ground) -> None:
    assert run(founded.home, "audit", "--rpc-url", nobody()).exit_code == 3
    assert run(founded.home, "audit", "--rpc-url", founded.url, "--key", "none").exit_code == 2


def write_attester(place: Ground, name: str, **changes: object) -> None:
    home = place.home
    values: dict[str, object] = {
        "RPC_URL": place.url,
        "DEPLOYMENT_FILE": home.deployment,
        "POLICY_FILE": home.policy,
        "BOOK_FILE": home.members,
        "EVIDENCE": f"directory:{home.evidence}",
        "WMS_URL": f"{nobody()}/holdfast",
        "WMS_KEY_FILE": home.password("auditor"),
        "KEYS_FOLDER": home.keys,
        "KEY_NAME": "attester-4",
        "PASSWORD_FILE": home.password("attester-4"),
        "DATABASE_URL": f"sqlite:///{home.attester_db('bank')}",
        "LISTEN_PORT": free_port(),
    }
    lines = [f"HOLDFAST_ATTESTER_{key}={value}\n" for key, value in {**values, **changes}.items()]
    home.attester_env(name).write_text("".join(lines))


def states(result: Result) -> dict[str, str]:
    return {item["item"]: item["state"] for item in json.loads(result.stdout)["items"]}


def test_check__all_right_but_the_wms_is_down__three_and_named(founded: Ground) -> None:
    # A key without spaces, as Tryton's are; nothing asks for it, since nobody listens.
    key = founded.home.path / "wms-key.txt"
    key.write_text("0123abcd\n")
    key.chmod(0o600)
    write_attester(founded, "bank", WMS_KEY_FILE=key)
    result = run(founded.home, "check", "--json")
    found = states(result)
    assert result.exit_code == 3, result.stdout
    assert found.pop("warehouse system") == "not reachable"
    assert set(found.values()) == {"ok"}
    assert {"chain", "clock", "members' book", "policy", "seat of attester-bank", "evidence store"} <= set(
        found
    )
    assert "0123abcd" not in result.output and PASSWORD not in result.output


def test_check__key_without_a_seat_other_policy_open_password__two_and_named(founded: Ground) -> None:
    other = founded.home.path / "other-policy.json"
    other.write_bytes(policy_bytes(policy()).replace(b'"tolerance_bps":50', b'"tolerance_bps":51'))
    password = founded.home.password("auditor")
    write_attester(
        founded,
        "bank",
        POLICY_FILE=other,
        KEY_NAME="auditor",
        PASSWORD_FILE=password,
        EVIDENCE="directory:/none",
    )
    result = run(founded.home, "check", "--json")
    found = states(result)
    assert result.exit_code == 2
    for item in ("policy", "seat of attester-bank", "evidence store", "warehouse system"):
        assert found[item] == "problem", item
    password.chmod(0o644)
    assert states(run(founded.home, "check", "--json"))["key of attester-bank"] == "problem"
    password.chmod(0o600)
