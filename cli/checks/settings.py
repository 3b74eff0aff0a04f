"""Settings of files and environment: every name must be known, every value right."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from api.settings import PREFIX as API_PREFIX
from api.settings import Settings as ApiSettings
from api.settings import load_settings
from cli.checks.finding import Finding, look, ok, problem
from cli.founding import PREFIX as DEPLOY_PREFIX
from cli.founding import Founding
from cli.home import HOME_VARIABLE, Home
from cli.settings_files import merged
from oracle.settings import AttesterSettings, NodeSettings, OracleSettings, load

OTHERS = (HOME_VARIABLE, "HOLDFAST_CACHE")
"""Variables that are no application's setting: the home, and where set-up keeps shared downloads."""


@dataclass(slots=True)
class Parts:
    """The applications whose settings could be read: name -> settings."""

    nodes: dict[str, NodeSettings] = field(default_factory=dict)
    api: ApiSettings | None = None


def known_variables() -> frozenset[str]:
    """Every variable that begins with HOLDFAST_ and means something."""
    found = set(OTHERS)
    for prefix, fields in (
        ("HOLDFAST_ORACLE_", OracleSettings.model_fields),
        ("HOLDFAST_ATTESTER_", AttesterSettings.model_fields),
        (API_PREFIX, ApiSettings.model_fields),
        (DEPLOY_PREFIX, Founding.model_fields),
    ):
        found |= {prefix + name.upper() for name in fields}
    return frozenset(found)


def check_settings(home: Home, environ: Mapping[str, str] | None = None) -> tuple[list[Finding], Parts]:
    """Read all settings there are: those of the home's files, else those of the environment."""
    given = os.environ if environ is None else environ
    findings, parts = list(_environment(given)), Parts()
    if not home.path.is_dir():
        remedy = "run `make demo`, or set HOLDFAST_HOME to the folder that holds your settings"
        return [*findings, problem("home", f"there is no folder {home.path}", remedy)], parts
    findings.append(ok("home", str(home.path)))
    sources: list[tuple[str, type[NodeSettings], Path]] = [
        (path.stem, AttesterSettings, path) for path in home.attester_envs()
    ]
    if home.oracle_env.is_file():
        sources.insert(0, ("oracle", OracleSettings, home.oracle_env))
    for name, kind, path in sources:
        findings.append(_node(parts, name, kind, path))
    for name, kind, prefix in (
        ("oracle", OracleSettings, "HOLDFAST_ORACLE_"),
        ("attester", AttesterSettings, "HOLDFAST_ATTESTER_"),
    ):
        if name not in parts.nodes and any(variable.startswith(prefix) for variable in given):
            findings.append(_node(parts, name, kind, None))
    if home.api_env.is_file() or any(variable.startswith(API_PREFIX) for variable in given):
        findings.append(_api(parts, home.api_env if home.api_env.is_file() else None))
    if not parts.nodes and parts.api is None and not any(item.remedy for item in findings):
        remedy = "run `make demo`, or write oracle.env, attester-NAME.env or api.env in it"
        findings.append(problem("settings", f"{home.path} holds no settings file", remedy))
    return findings, parts


def _environment(given: Mapping[str, str]) -> Iterator[Finding]:
    known = known_variables()
    names = sorted(name for name in given if name.startswith("HOLDFAST_"))
    unknown = [name for name in names if name not in known]
    for name in unknown:
        yield problem(
            "environment", f"{name} is no setting of Holdfast", f"unset {name}, or correct its name"
        )
    if not unknown:
        yield ok(
            "environment",
            f"{len(names)} HOLDFAST_… set, each known" if names else "none needed, none set",
        )


def _node(parts: Parts, name: str, kind: type[NodeSettings], path: Path | None) -> Finding:
    def read() -> str:
        parts.nodes[name] = load(kind, path)
        return str(path or "from the environment")

    return look(f"settings of {name}", f"correct {path or 'the variable'}", read)


def _api(parts: Parts, path: Path | None) -> Finding:
    def read() -> str:
        parts.api = load_settings(merged(path, API_PREFIX))
        return f"{path or 'from the environment'}, profile {parts.api.profile}"

    return look("settings of API", f"correct {path or 'the variable'}", read)
