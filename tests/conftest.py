"""Every test carries exactly one marker, given by its folder, so that `-m unit` means what it says."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
MARKER_OF = {
    "unit": "unit",
    "contracts": "contracts",
    "selfcheck": "contracts",
    "invariant": "invariant",
    "integration": "integration",
    "e2e": "e2e",
}
KINDS = frozenset(MARKER_OF.values())

NEED_PYREVM = ["contracts", "invariant"]
collect_ignore = NEED_PYREVM if importlib.util.find_spec("pyrevm") is None else []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test by its folder; refuse one that lies elsewhere or says of itself another kind."""
    for item in items:
        folder = item.path.resolve().relative_to(HERE).parts[0]
        if folder not in MARKER_OF:
            raise pytest.UsageError(
                f"{item.nodeid}: put it under one of tests/{{{','.join(sorted(MARKER_OF))}}}"
            )
        kinds = {mark.name for mark in item.iter_markers() if mark.name in KINDS} - {MARKER_OF[folder]}
        if kinds:
            raise pytest.UsageError(
                f"{item.nodeid}: marked {', '.join(sorted(kinds))}, but lies in {folder}/"
            )
        item.add_marker(MARKER_OF[folder])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was left out: a test that silently does not run is taken for a green one."""
    if collect_ignore:
        terminalreporter.write_line(
            f"NOT RUN: tests/{', tests/'.join(collect_ignore)}: no pyrevm here (no wheel for Python 3.13 and "
            "later); run them with Python 3.11 or 3.12"
        )
