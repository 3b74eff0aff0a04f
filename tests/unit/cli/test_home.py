"""One folder holds everything, and every place in it has one name."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.home import Home, checkout, find_home
from cli.settings_files import merged, read_settings
from holdfast.domain.errors import InvalidInput, Misconfigured


def test_find_home__variable_set__that_folder(tmp_path: Path) -> None:
    assert find_home({"HOLDFAST_HOME": str(tmp_path)}) == Home(tmp_path)
    assert find_home({"HOLDFAST_HOME": "here"}).path == Path.cwd() / "here"


def test_find_home__variable_absent_or_empty__beside_the_readme() -> None:
    wanted = Home(checkout() / ".holdfast")
    assert find_home({}) == find_home({"HOLDFAST_HOME": ""}) == wanted
    assert (checkout() / "pyproject.toml").is_file()


def test_home__every_place__inside_and_different(tmp_path: Path) -> None:
    home = Home(tmp_path)
    places = [getattr(home, name) for name in dir(Home) if isinstance(getattr(Home, name), property)] + [
        home.attester_db("bank"),
        home.attester_env("bank"),
        home.password("bank"),
        home.token("bank"),
    ]
    assert len(places) > 20 and len(set(places)) == len(places)
    assert all(place.is_relative_to(tmp_path) for place in places)


@pytest.mark.parametrize("name", ["", "../x", "a/b", "a.b", "é", "a b"])
def test_home__name_unsafe_as_a_file__refused(tmp_path: Path, name: str) -> None:
    for make in (Home(tmp_path).password, Home(tmp_path).attester_env, Home(tmp_path).token):
        with pytest.raises(InvalidInput, match="name"):
            make(name)


def test_attester_envs__several__in_order_and_only_those(tmp_path: Path) -> None:
    home = Home(tmp_path)
    for name in ("iot", "bank"):
        home.attester_env(name).touch()
    home.oracle_env.touch()
    assert [path.name for path in home.attester_envs()] == ["attester-bank.env", "attester-iot.env"]


def test_settings_file__comments_and_spaces__read(tmp_path: Path) -> None:
    file = tmp_path / "x.env"
    file.write_text("# words\n\nP_A = 1\nP_B=a=b\n")
    assert read_settings(file) == {"P_A": "1", "P_B": "a=b"}
    assert merged(file, "P_", {"P_A": "2", "Q": "3"}) == {"P_A": "2", "P_B": "a=b"}


@pytest.mark.parametrize("text", ["P_A\n", "=1\n", "P_A=1\nP_A=2\n", "Q_A=1\n"])
def test_settings_file__line_wrong__named(tmp_path: Path, text: str) -> None:
    file = tmp_path / "x.env"
    file.write_text(text)
    with pytest.raises(Misconfigured, match=r"x\.env"):
        merged(file, "P_", {})


def test_settings_file__absent__named(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="No such file"):
        read_settings(tmp_path / "none.env")
