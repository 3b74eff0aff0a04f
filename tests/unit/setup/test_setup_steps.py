from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from scripts.setup_machine import cache_folder, choose_python, pinned, supported
from scripts.setup_steps import (
    UNREACHABLE,
    WRONG,
    Progress,
    SetupFailed,
    Stamps,
    digest_of,
    explain,
    only_one,
    point,
    remove,
    run,
)

ROOT = Path(__file__).resolve().parents[3]


def failure_of(output: str) -> SetupFailed:
    with pytest.raises(SetupFailed) as caught:
        explain("npm packages", output, Path("setup.log"))
    return caught.value


@pytest.mark.parametrize(
    ("output", "status", "says"),
    [
        ("NewConnectionError: Temporary failure in name resolution", UNREACHABLE, "Check the network"),
        ("npm error code ENOTFOUND", UNREACHABLE, "Check the network"),
        ("ERROR: No matching distribution (from versions: none)", UNREACHABLE, "Check the network"),
        ("OSError: [Errno 28] No space left on device", WRONG, "disk is full"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES", WRONG, "not the one that was pinned"),
        ("npm error code EINTEGRITY", WRONG, "not the one that was pinned"),
        ("The virtual environment was not created: ensurepip is not available", WRONG, "python3-venv"),
        ("Traceback: KeyError", WRONG, "report it"),
    ],
)
def test_explain__a_known_failure__says_how_to_go_on(output: str, status: int, says: str) -> None:
    failure = failure_of(output)
    assert failure.status == status
    assert says in str(failure)
    assert output[:60] in str(failure)


def test_explain__network_lost_and_disk_full__names_the_disk_first() -> None:
    assert "disk" in str(failure_of("connection reset\nENOSPC: no space left on device"))


def test_run__command_fails__keeps_its_whole_output(tmp_path: Path) -> None:
    log = tmp_path / "log"
    program = "print('first line'); raise SystemExit('read timed out')"
    with pytest.raises(SetupFailed) as caught:
        run([sys.executable, "-c", program], "packages", log, tmp_path)
    assert caught.value.status == UNREACHABLE
    assert "first line" in log.read_text("utf-8")


def test_run__no_such_program__names_it(tmp_path: Path) -> None:
    with pytest.raises(SetupFailed, match="does not start"):
        run([tmp_path / "absent"], "packages", tmp_path / "log", tmp_path)


def test_stamps__inputs_change__part_is_stale(tmp_path: Path) -> None:
    pins = tmp_path / "pins.txt"
    pins.write_text("a==1")
    stamps = Stamps(tmp_path / "stamps")
    stamps.write("part", digest_of([pins]))
    assert stamps.fresh("part", digest_of([pins]))
    pins.write_text("a==2")
    assert not stamps.fresh("part", digest_of([pins]))


def test_stamps__work_was_interrupted__part_is_stale(tmp_path: Path) -> None:
    stamps = Stamps(tmp_path)
    stamps.write("part", "d")
    stamps.clear("part")
    assert not stamps.fresh("part", "d")
    stamps.clear("part")


def test_digest__border_between_parts_moves__differs() -> None:
    assert digest_of(["ab", "c"]) != digest_of(["a", "bc"])


def test_lock__held_by_another_process__waits_for_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lock, order = tmp_path / "setup.lock", tmp_path / "order"
    program = (
        "import sys, time; from pathlib import Path; from scripts.setup_steps import Progress, only_one\n"
        "with only_one(Path(sys.argv[1]), Progress()):\n"
        "    print('held', flush=True); time.sleep(0.5); Path(sys.argv[2]).write_text('other done')\n"
    )
    command = [sys.executable, "-c", program, str(lock), str(order)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with only_one(lock, Progress()):
            assert order.read_text() == "other done"
    assert f"process {other.pid}" in capsys.readouterr().out


def test_point__link_exists__is_replaced(tmp_path: Path) -> None:
    link = tmp_path / "node_modules"
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        point(link, tmp_path / name)
    assert link.readlink() == tmp_path / "two"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["node_modules", "one", "two"]


def test_point__a_real_folder_in_the_way__is_refused_untouched(tmp_path: Path) -> None:
    (tmp_path / "node_modules" / "mine").mkdir(parents=True)
    with pytest.raises(SetupFailed, match="move it away"):
        point(tmp_path / "node_modules", tmp_path)
    assert (tmp_path / "node_modules" / "mine").is_dir()


def test_remove__folder_exists__nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "venv" / "bin").mkdir(parents=True)
    remove(tmp_path / "venv", tmp_path / "aside")
    assert not (tmp_path / "venv").exists()
    assert list((tmp_path / "aside").iterdir()) == []
    remove(tmp_path / "venv", tmp_path / "aside")


@pytest.mark.parametrize(
    ("version", "will_do"),
    [((3, 10), False), ((3, 11), True), ((3, 14), True), ((3, 15), False), ((2, 7), False)],
)
def test_supported__version__is_answered(version: tuple[int, int], will_do: bool) -> None:
    assert supported(version) is will_do


def test_choose_python__too_old_and_no_other__says_which(tmp_path: Path) -> None:
    with pytest.raises(SetupFailed, match=r"Python 3\.9 does not do: Holdfast runs on 3\.11 to 3\.14"):
        choose_python((3, 9), str(tmp_path))


def test_choose_python__launcher_without_its_version__is_passed_over(tmp_path: Path) -> None:
    for name, status in (("python3.11", 127), ("python3.12", 0)):
        (tmp_path / name).write_text(f"#!/bin/sh\nexit {status}\n")
        (tmp_path / name).chmod(0o755)
    assert choose_python((3, 9), str(tmp_path)) == tmp_path / "python3.12"


def test_cache_folder__settings__the_nearest_wins(tmp_path: Path) -> None:
    home = str(tmp_path)
    assert cache_folder({"HOLDFAST_CACHE": "/a/b", "HOME": home}, tmp_path / "x") == Path("/a/b")
    assert cache_folder({"XDG_CACHE_HOME": "/c", "HOME": home}, tmp_path / "x") == Path("/c/holdfast")
    assert cache_folder({"HOME": home}, tmp_path / "x") == tmp_path / ".cache" / "holdfast"


@pytest.mark.parametrize("home", ["", "/nonexistent", "relative"])
def test_cache_folder__no_usable_home__stays_in_the_checkout(home: str, tmp_path: Path) -> None:
    assert cache_folder({"HOME": home, "XDG_CACHE_HOME": ""}, tmp_path) == tmp_path / ".build" / "cache"


def test_pinned__hashed_requirements__only_the_named_block() -> None:
    text = "six==1 \\\n    --hash=sha256:aa\n    # via b\nsetuptools==2 \\\n    --hash=sha256:bb\nwheel==3\n"
    assert pinned(text, "setuptools") == "setuptools==2 \\\n    --hash=sha256:bb\n"
