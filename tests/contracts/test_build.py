"""The generated files come from these sources; what does not compile, or is not set up, is refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from holdfast.chain.compile import (
    ABI_FOLDER,
    CONTRACTS,
    SETTINGS,
    compile_contracts,
    read_sources,
    source_digest,
    stale_files,
    write_launcher,
)
from holdfast.domain.errors import InvalidInput, Misconfigured, Refused

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Contracts, launcher and packages of a checkout that a test may spoil."""
    shutil.copytree(ROOT / "contracts", tmp_path / "contracts", ignore=shutil.ignore_patterns(".*"))
    shutil.copytree(ROOT / ABI_FOLDER, tmp_path / ABI_FOLDER)
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "solc_launcher.py", tmp_path / "scripts")
    (tmp_path / "node_modules").symlink_to((ROOT / "node_modules").resolve())
    return tmp_path


def test_build__committed_files__made_from_these_sources_and_settings() -> None:
    digest = source_digest(read_sources(ROOT))
    for name in CONTRACTS:
        content = json.loads((ROOT / ABI_FOLDER / f"{name}.json").read_text(encoding="utf-8"))
        assert content["source_digest"] == digest, f"{name}.json is stale: run `holdfast contracts build`"
        assert content["settings"]["evmVersion"] == SETTINGS["evmVersion"] == "berlin"
        assert content["compiler"] == "0.8.30"


def test_build__any_source_changed__another_digest(checkout: Path) -> None:
    before = source_digest(read_sources(checkout))
    for path in (checkout / "contracts").rglob("*.sol"):
        text = path.read_text(encoding="utf-8")
        path.write_text(text + " ", encoding="utf-8")
        assert source_digest(read_sources(checkout)) != before, path
        path.write_text(text, encoding="utf-8")
    assert source_digest(read_sources(checkout)) == before


def test_build__fresh_and_stale_files__stale_ones_are_named(checkout: Path) -> None:
    built = {name: (checkout / ABI_FOLDER / f"{name}.json").read_text(encoding="utf-8") for name in CONTRACTS}
    assert stale_files(checkout, built) == []
    (checkout / ABI_FOLDER / "Consortium.json").write_text("{}", encoding="utf-8")
    (checkout / ABI_FOLDER / "AccessManager.json").unlink()
    assert stale_files(checkout, built) == [
        "holdfast/chain/abi/Consortium.json",
        "holdfast/chain/abi/AccessManager.json",
    ]


def test_build__source_that_does_not_compile__refused_with_the_compilers_words(checkout: Path) -> None:
    path = checkout / "contracts" / "Consortium.sol"
    path.write_text(path.read_text(encoding="utf-8").replace("contract Consortium", "kontract Consortium"))
    with pytest.raises(Refused, match=r"Consortium\.sol") as refusal:
        compile_contracts(checkout)
    assert refusal.value.reason == "contracts-do-not-compile"


def test_build__import_of_nothing__refused(checkout: Path) -> None:
    path = checkout / "contracts" / "Consortium.sol"
    path.write_text('import {X} from "./Nowhere.sol";\n' + path.read_text(encoding="utf-8"))
    with pytest.raises(InvalidInput, match=r"contracts/Nowhere\.sol"):
        compile_contracts(checkout)


def test_build__not_set_up__says_what_to_do(checkout: Path) -> None:
    (checkout / "node_modules").unlink()
    with pytest.raises(Misconfigured, match="make setup"):
        compile_contracts(checkout)
    (checkout / "node_modules" / "@openzeppelin").mkdir(parents=True)
    (checkout / "node_modules" / "@openzeppelin" / "contracts").symlink_to(
        (ROOT / "node_modules" / "@openzeppelin" / "contracts").resolve()
    )
    with pytest.raises(Misconfigured, match="make setup"):
        compile_contracts(checkout)


def test_launcher__written_twice__the_same_executable(tmp_path: Path) -> None:
    path = tmp_path / "a" / "solc-v0.8.30"
    write_launcher(ROOT, path)
    before = path.stat().st_mtime_ns
    write_launcher(ROOT, path)
    assert path.stat().st_mtime_ns == before
    assert path.stat().st_mode & 0o111
