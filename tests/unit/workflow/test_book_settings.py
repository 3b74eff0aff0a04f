"""The members' book and the settings: what is wrong is named, nothing is guessed."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from holdfast.domain.errors import Misconfigured
from holdfast.domain.members import Role
from holdfast.evidence.canonical import canonical_json, sha256_digest
from holdfast.evidence.collection import policy_bytes
from holdfast.keys.secret_file import read_secret
from oracle.members_book import (
    AttesterSeat,
    BookEntry,
    encryption_key_digest,
    read_book,
    recipients,
    write_book,
)
from oracle.runtime import load_policy, open_store
from oracle.settings import AttesterSettings, NodeSettings, OracleSettings, load
from tests.fakes.oracle import ATTESTING, AUDITOR, BANK, IMPORTER, OPERATOR, ROLES, TRADER, party
from tests.simulators.site import SimulatedSite


def entry(member: int) -> BookEntry:
    keys, seat = party(f"member {member}"), None
    if member in ATTESTING:
        own = party(f"attester {member}")
        seat = AttesterSeat(own.account, f"http://attester-{member}.example", own.encryption.public)
    return BookEntry(
        member, f"Member {member}", "会员", f"9137{member}", "ab" * 32, keys.account, ROLES[member],
        keys.encryption.public, seat,
    )  # fmt: skip


BOOK = tuple(entry(member) for member in ROLES)


def test_book__written_and_read__the_same(tmp_path: Path) -> None:
    write_book(tmp_path / "book.json", BOOK)

    assert read_book(tmp_path / "book.json") == BOOK
    assert [path.name for path in tmp_path.iterdir()] == ["book.json"]
    assert '"d"' not in (tmp_path / "book.json").read_text(), "a private key in the book"


def bent(change: Callable[[list[dict[str, Any]]], Any]) -> str:
    rows: list[dict[str, Any]] = []
    for made in BOOK:
        rows.append(
            {
                "member_id": made.member_id, "name": made.name, "name_zh": made.name_zh,
                "registration": made.registration, "identity_salt": made.identity_salt,
                "account": made.account, "roles": int(made.roles), "encryption": made.encryption.to_jwk(),
                "attester": None,
            }
        )  # fmt: skip
    change(rows)
    return json.dumps(rows)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{}}",
        "5",
        "[5]",
        "null",
        bent(lambda rows: rows[0].pop("account")),
        bent(lambda rows: rows[0].pop("attester")),
        bent(lambda rows: rows[0].update(member_id="one")),
        bent(lambda rows: rows[0].update(roles="trader")),
        bent(lambda rows: rows[0].update(encryption={})),
        bent(lambda rows: rows[0].update(encryption=party("x").encryption.to_private_jwk())),
        bent(lambda rows: rows[0].update(attester={})),
        bent(lambda rows: rows[0].update(attester=5)),
    ],
    ids=[
        "empty", "no-json", "number", "numbers", "null", "no-account", "no-attester", "member-text",
        "roles-text", "no-key", "private-key", "seat-empty", "seat-number",
    ],
)  # fmt: skip
def test_read_book__damaged__misconfigured_naming_the_file(tmp_path: Path, content: str) -> None:
    (tmp_path / "book.json").write_text(content)

    with pytest.raises(Misconfigured, match=r"book\.json"):
        read_book(tmp_path / "book.json")


def test_read_book__no_file__misconfigured(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"book\.json"):
        read_book(tmp_path / "book.json")


def test_entry__digests__as_on_chain() -> None:
    one = entry(IMPORTER)
    identity = {"name": one.name, "name_zh": "会员", "registration": "91372", "salt": "ab" * 32}

    assert one.identity_digest() == sha256_digest(canonical_json(identity))
    assert one.encryption_key_digest() == encryption_key_digest(one.encryption)
    assert replace(one, identity_salt="cd" * 32).identity_digest() != one.identity_digest()


def test_recipients__order_of_two_parties__attesters_regulator_and_parties_only() -> None:
    kids = {key.kid for key in recipients(BOOK, {OPERATOR, IMPORTER})}

    wanted = {party(f"attester {m}").encryption.kid for m in ATTESTING}
    wanted |= {party(f"member {m}").encryption.kid for m in (OPERATOR, IMPORTER, AUDITOR)}
    assert kids == wanted
    for outsider in (TRADER, BANK):
        assert party(f"member {outsider}").encryption.kid not in kids


def test_recipients__same_key_twice__once() -> None:
    same = replace(entry(OPERATOR), roles=Role.REGULATOR | Role.WAREHOUSE_OPERATOR)

    kids = [key.kid for key in recipients((same, same), {OPERATOR})]
    assert len(kids) == len(set(kids)) == 2


# settings

GOOD = {
    "RPC_URL": "http://127.0.0.1:8545",
    "DEPLOYMENT_FILE": "/tmp/deployment.json",
    "POLICY_FILE": "policy.json",
    "BOOK_FILE": "book.json",
    "EVIDENCE": "directory:evidence",
    "WMS_URL": "http://127.0.0.1:8000/db",
    "WMS_KEY_FILE": "wms.key",
    "KEYS_FOLDER": "keys",
    "KEY_NAME": "attester-4",
    "PASSWORD_FILE": "password",
    "DATABASE_URL": "sqlite:///attester.sqlite",
    "LISTEN_PORT": "7404",
}
ORACLE = {
    "RECORDS_URL": "sqlite:///r",
    "WORKFLOW_URL": "sqlite:///w",
    "TITLES_FOLDER": "t",
    "CONFIRMATIONS": "0",
}


def write(folder: Path, prefix: str, values: dict[str, str]) -> Path:
    file = folder / "node.env"
    lines = ["# a comment", "", *(f"{prefix}{name}={value}" for name, value in values.items())]
    file.write_text("\n".join(lines))
    return file


def test_load__complete_file__frozen_settings(tmp_path: Path) -> None:
    settings = load(AttesterSettings, write(tmp_path, "HOLDFAST_ATTESTER_", GOOD))

    assert settings.rpc_url == GOOD["RPC_URL"]
    assert settings.listen_port == 7404
    assert settings.policy_file == Path("policy.json")
    with pytest.raises(ValueError, match="frozen"):
        settings.rpc_url = "http://elsewhere"


def test_load__oracle__its_own_prefix_and_names(tmp_path: Path) -> None:
    settings = load(OracleSettings, write(tmp_path, "HOLDFAST_ORACLE_", GOOD | ORACLE))

    assert settings.confirmations == 0


@pytest.mark.parametrize("missing", sorted(GOOD))
def test_load__a_setting_missing__misconfigured_naming_it(tmp_path: Path, missing: str) -> None:
    values = {name: value for name, value in GOOD.items() if name != missing}

    with pytest.raises(Misconfigured, match=f"HOLDFAST_ATTESTER_{missing}"):
        load(AttesterSettings, write(tmp_path, "HOLDFAST_ATTESTER_", values))


@pytest.mark.parametrize("missing", sorted(ORACLE))
def test_load__an_oracle_setting_missing__misconfigured_naming_it(tmp_path: Path, missing: str) -> None:
    values = {name: value for name, value in (GOOD | ORACLE).items() if name != missing}

    with pytest.raises(Misconfigured, match=f"HOLDFAST_ORACLE_{missing}"):
        load(OracleSettings, write(tmp_path, "HOLDFAST_ORACLE_", values))


@pytest.mark.parametrize("name", ["RPC_ADDRESS", "rpc_url", "CONFIRMATIONS", ""])
def test_load__unknown_name_in_the_file__misconfigured_naming_it(tmp_path: Path, name: str) -> None:
    with pytest.raises(Misconfigured, match="unknown setting"):
        load(AttesterSettings, write(tmp_path, "HOLDFAST_ATTESTER_", GOOD | {name: "1"}))


@contextmanager
def environment(**names: str) -> Iterator[None]:
    """These variables in the process's environment, for a while."""
    os.environ.update(names)
    try:
        yield
    finally:
        for name in names:
            del os.environ[name]


def test_load__unknown_name_in_the_environment__misconfigured_naming_it(tmp_path: Path) -> None:
    with (
        environment(HOLDFAST_ATTESTER_TOLERANCE="1"),
        pytest.raises(Misconfigured, match="unknown setting HOLDFAST_ATTESTER_TOLERANCE"),
    ):
        load(AttesterSettings, write(tmp_path, "HOLDFAST_ATTESTER_", GOOD))


def test_load__line_without_equals_sign__misconfigured(tmp_path: Path) -> None:
    file = write(tmp_path, "HOLDFAST_ATTESTER_", GOOD)
    file.write_text(file.read_text() + "\nHOLDFAST_ATTESTER_KEY_NAME\n")

    with pytest.raises(Misconfigured, match="unknown setting"):
        load(AttesterSettings, file)


def test_load__environment_and_file__environment_wins(tmp_path: Path) -> None:
    file = write(tmp_path, "HOLDFAST_ATTESTER_", GOOD)

    with environment(HOLDFAST_ATTESTER_LISTEN_PORT="7999"):
        assert load(AttesterSettings, file).listen_port == 7999


@pytest.mark.parametrize(("name", "value"), [("LISTEN_PORT", "many"), ("LISTEN_PORT", "")])
def test_load__wrong_value__misconfigured_naming_it(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(Misconfigured, match=f"HOLDFAST_ATTESTER_{name}"):
        load(AttesterSettings, write(tmp_path, "HOLDFAST_ATTESTER_", GOOD | {name: value}))


def test_load__no_such_file__misconfigured(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="settings file"):
        load(AttesterSettings, tmp_path / "none.env")


def test_settings__identity_and_chain__have_no_default() -> None:
    """Chain, addresses, keys and tolerances are never guessed."""
    defaults = {
        name for kind in (AttesterSettings, OracleSettings) for name, field in kind.model_fields.items()
        if not field.is_required()
    }  # fmt: skip

    assert defaults == {"listen_host", "quiet_s", "collection_s", "attester_timeout_s"}
    assert issubclass(OracleSettings, NodeSettings)


# secrets, stores, policy


def test_read_secret__own_file__its_one_line(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("correct horse battery\n")
    file.chmod(0o600)

    assert read_secret(file, "password") == "correct horse battery"


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_read_secret__others_may_read__misconfigured_saying_chmod(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "password"
    file.write_text("hunter2")
    file.chmod(mode)

    with pytest.raises(Misconfigured, match="chmod 600") as caught:
        read_secret(file, "password")
    assert "hunter2" not in str(caught.value)


def test_read_secret__empty_or_missing__misconfigured(tmp_path: Path) -> None:
    file = tmp_path / "password"
    with pytest.raises(Misconfigured, match="password"):
        read_secret(file, "password")
    file.write_text(" \n")
    file.chmod(0o600)
    with pytest.raises(Misconfigured, match="empty"):
        read_secret(file, "password")


@pytest.mark.parametrize("setting", ["", "directory:", "ftp://x", "kubo", "directory:a,", "s3:bucket"])
def test_open_store__unknown__misconfigured_naming_it(tmp_path: Path, setting: str) -> None:
    with pytest.raises(Misconfigured, match="expected directory:PATH or kubo:URL"):
        open_store(setting.replace("directory:a", f"directory:{tmp_path}"))


def test_open_store__two_folders__kept_in_both(tmp_path: Path) -> None:
    store = open_store(f"directory:{tmp_path}/a, directory:{tmp_path}/b")
    cid = store.put(b"evidence")

    for name in "ab":
        assert open_store(f"directory:{tmp_path}/{name}").get(cid) == b"evidence"


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"null"])
def test_load_policy__damaged__misconfigured(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "policy.json").write_bytes(content)

    with pytest.raises(Misconfigured, match=r"policy\.json"):
        load_policy(tmp_path / "policy.json")


def test_simulated_policy__good__loads(tmp_path: Path) -> None:
    (tmp_path / "policy.json").write_bytes(policy_bytes(SimulatedSite().policy))

    assert load_policy(tmp_path / "policy.json") == SimulatedSite().policy
