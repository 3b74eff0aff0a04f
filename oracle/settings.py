"""Settings of the oracle and of an attester: read once, frozen, nothing about identity by default.

Each comes from the environment or from a file of `NAME=value` lines; an unknown name is refused.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from holdfast.domain.errors import Misconfigured

S = TypeVar("S", bound="NodeSettings")


class NodeSettings(BaseSettings):
    """What every node needs: chain, policy, members' book, evidence stores, WMS, keys, database."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid")

    rpc_url: str
    deployment_file: Path
    policy_file: Path
    book_file: Path
    evidence: str
    """Stores, comma-separated: `directory:PATH` or `kubo:URL`."""
    wms_url: str
    wms_key_file: Path
    keys_folder: Path
    key_name: str
    password_file: Path
    database_url: str
    listen_host: str = "127.0.0.1"
    listen_port: int


class AttesterSettings(NodeSettings):
    """Settings of one attester node, prefix HOLDFAST_ATTESTER_."""

    model_config = SettingsConfigDict(env_prefix="HOLDFAST_ATTESTER_", frozen=True, extra="forbid")


class OracleSettings(NodeSettings):
    """Settings of the oracle, prefix HOLDFAST_ORACLE_."""

    model_config = SettingsConfigDict(env_prefix="HOLDFAST_ORACLE_", frozen=True, extra="forbid")

    records_url: str
    """The database shared with the API."""
    workflow_url: str
    """The durable workflows' own database."""
    titles_folder: Path
    confirmations: int
    quiet_s: float = 1.5
    collection_s: float = 3600.0
    attester_timeout_s: float = 120.0


def load(kind: type[S], file: Path | None) -> S:
    """Read settings from the environment, then from a file for what the environment leaves open.

    Raises Misconfigured naming the setting that is missing, unknown or wrong.
    """
    prefix = str(kind.model_config["env_prefix"])
    known = {f"{prefix}{name}".upper() for name in kind.model_fields}
    unknown = sorted(name for name in os.environ if name.startswith(prefix) and name not in known)
    values: dict[str, str] = {}
    if file is not None:
        values, more = _from_file(file, prefix, known)
        unknown += more
    if unknown:
        raise Misconfigured(f"unknown setting {unknown[0]}; known are {', '.join(sorted(known))}")
    values = {name: value for name, value in values.items() if f"{prefix}{name}".upper() not in os.environ}
    try:
        return kind(**values)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = f"{prefix}{'_'.join(str(part) for part in first['loc'])}".upper()
        where = f" in the environment or in {file}" if file else ""
        raise Misconfigured(f"setting {name}{where}: {first['msg']}") from error


def _from_file(file: Path, prefix: str, known: set[str]) -> tuple[dict[str, str], list[str]]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise Misconfigured(f"settings file {file}: {error.strerror}") from error
    values, unknown = {}, []
    for line in lines:
        name, separator, value = line.partition("=")
        if not line.strip() or line.startswith("#"):
            continue
        if not separator or name.strip() not in known:
            unknown.append(name.strip())
        else:
            values[name.strip().removeprefix(prefix).lower()] = value.strip()
    return values, unknown
