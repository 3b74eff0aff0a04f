"""`holdfast key`: made under a password that is never shown, shown without one."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.home import Home
from cli.unlocking import unlock
from holdfast.domain.errors import Misconfigured
from holdfast.keys.keystore import MACHINE_WORK_FACTOR, create_keys, open_keys
from tests.unit.cli.conftest import Run, answer, error, secret_file

PASSWORD = "correct horse battery"


def test_key_new__password_from_file__opens_and_is_not_shown(run: Run, home: Path, tmp_path: Path) -> None:
    made = run("key", "new", "trader", "--password-file", secret_file(tmp_path / "pw", PASSWORD), "--json")
    assert made.exit_code == 0, made.stderr
    path = home / "keys" / "trader.json"
    assert path.stat().st_mode & 0o077 == 0
    assert PASSWORD not in made.output + path.read_text()
    opened = open_keys(home / "keys", "trader", PASSWORD)
    found = answer(made)
    assert (found["account"], found["encryption"]["kid"]) == (opened.account, opened.encryption.kid)
    assert set(found["encryption"]["jwk"]) == {"kty", "crv", "x"}
    assert answer(run("key", "show", "trader", "--json")) == found
    shown = run("key", "show", "trader").stdout
    assert opened.account in shown and opened.encryption.kid in shown


def test_key_new__password_typed_twice__made_and_not_echoed(run: Run, home: Path) -> None:
    result = run("key", "new", "bank", input=f"{PASSWORD}\n{PASSWORD}\n")
    assert result.exit_code == 0 and PASSWORD not in result.output
    assert (home / "keys" / "bank.json").is_file()


def test_key_new__nobody_types__two_and_nothing_made(run: Run, home: Path) -> None:
    result = run("key", "new", "bank", input="")
    assert result.exit_code == 2 and "--password-file" in result.stderr
    assert not (home / "keys").exists()


def test_key_new__name_taken__two_before_a_password_is_asked(run: Run, home: Path) -> None:
    create_keys(home / "keys", "trader", PASSWORD, work_factor=MACHINE_WORK_FACTOR)
    before = (home / "keys" / "trader.json").read_bytes()
    assert "never overwritten" in error(run("key", "new", "trader", "--json"))["detail"]
    assert (home / "keys" / "trader.json").read_bytes() == before


@pytest.mark.parametrize("name", ["Trader", "../trader", "a/b", "", "-x", "a" * 60])
def test_key_new__name_unsafe__two(run: Run, home: Path, name: str) -> None:
    assert run("key", "new", "--", name).exit_code == 2
    assert not (home / "keys").exists()


def test_key_new__password_short_or_readable_by_others__two(run: Run, home: Path, tmp_path: Path) -> None:
    short = secret_file(tmp_path / "short", "too short")
    assert "12 characters" in error(run("key", "new", "a", "--password-file", short, "--json"))["detail"]
    opened = secret_file(tmp_path / "open", PASSWORD)
    opened.chmod(0o644)
    found = error(run("key", "new", "a", "--password-file", opened, "--json"))
    assert "chmod 600" in found["detail"] and found["exit_status"] == 2
    assert not (home / "keys" / "a.json").exists()


def test_key_show__absent_or_damaged__two(run: Run, home: Path) -> None:
    assert "holdfast key new nobody" in error(run("key", "show", "nobody", "--json"))["detail"]
    (home / "keys").mkdir()
    (home / "keys" / "odd.json").write_text("{}")
    assert run("key", "show", "odd").exit_code == 2


def test_unlock__embedded_password_file__used_and_a_wrong_one_refused(home: Path, tmp_path: Path) -> None:
    place = Home(home)
    party = create_keys(place.keys, "bank", PASSWORD, work_factor=MACHINE_WORK_FACTOR)
    place.passwords.mkdir()
    secret_file(place.password("bank"), PASSWORD)
    assert unlock(place, "bank", None).account == party.account
    wrong = secret_file(tmp_path / "wrong", PASSWORD + "!")
    with pytest.raises(Misconfigured, match="wrong password"):
        unlock(place, "bank", wrong)
