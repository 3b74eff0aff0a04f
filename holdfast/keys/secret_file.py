"""Passwords and tokens in files that only their owner may read."""

from __future__ import annotations

from pathlib import Path

from holdfast.domain.errors import Misconfigured


def read_secret(file: Path, what: str) -> str:
    """One line from a file only its owner may read. Raises Misconfigured."""
    try:
        if file.stat().st_mode & 0o077:
            raise Misconfigured(f"{what} file {file} may be read by others: run `chmod 600 {file}`")
        text = file.read_text(encoding="utf-8").strip()
    except OSError as error:
        expected = "one line in a file that only you may read"
        raise Misconfigured(f"{what} file {file}: {error.strerror}; expected {expected}") from error
    if not text:
        raise Misconfigured(f"{what} file {file} is empty")
    return text
