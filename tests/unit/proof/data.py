"""Where the vectors and the shared fixtures are, and the good title every test starts from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from holdfast.proof.trust import Trust, parse_trust

ROOT = Path(__file__).resolve().parents[3]
VECTORS = ROOT / "tests/vectors"
SHARED = ROOT.parent / "shared/fixtures"
NOW = 1_767_225_600
GOOD = (VECTORS / "good_title.json").read_bytes()
TRUST: Trust = parse_trust((VECTORS / "trust.json").read_bytes())
DEVELOPMENT: Trust = parse_trust((VECTORS / "trust_title_development.json").read_bytes())


def good() -> dict[str, Any]:
    """A fresh copy of the good title's content."""
    content: dict[str, Any] = json.loads(GOOD)
    return content


def shared(name: str) -> dict[str, Any]:
    """A fixture recorded on a real network; skips the test where it is not at hand."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"{name}, recorded on a real network, is not part of this repository")
    content: dict[str, Any] = json.loads(path.read_text())
    return content
