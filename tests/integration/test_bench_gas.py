"""The comparison of gas: what it compiles itself, and what it refuses to believe."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from holdfast.domain.errors import Refused
from scripts.bench_gas import ARTIFACTS, compiled_plain_title, unpack_peer

pytestmark = pytest.mark.integration


def _package(folder: Path) -> Path:
    path = folder / "peer.tgz"
    with tarfile.open(path, "w:gz") as archive:
        for name in ARTIFACTS:
            data = b'{"abi": [], "bytecode": "0x"}'
            member = tarfile.TarInfo(f"package/dist/artifacts/{name}.sol/{name}.json")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return path


def test_plain_title__compiled_with_our_settings__has_code_and_its_acts() -> None:
    abi, code = compiled_plain_title()
    assert len(code) > 2_000
    assert {"mint", "transferFrom", "burn", "pause"} <= {entry.get("name") for entry in abi}


def test_peer__package_with_another_digest__refused_and_nothing_kept(tmp_path: Path) -> None:
    target = tmp_path / "peer"
    with pytest.raises(Refused, match="pinned"):
        unpack_peer(_package(tmp_path), target)
    assert not target.exists()
