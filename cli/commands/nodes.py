"""`holdfast oracle`, `attester` and `api`: the processes that keep running."""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path

import click
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from cli.errors import WrongUsage, arguments
from cli.framework import ExampleGroup, emit_json, json_option
from cli.home import Home, find_home
from cli.settings_files import merged
from holdfast.domain.errors import Misconfigured

DEFAULT_API_PORT = 8700

_settings = click.option(
    "--settings",
    type=click.Path(dir_okay=False, path_type=Path),
    help="NAME=value lines; a setting in the environment goes before the same one in the file.",
)


def _log_to_stderr() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)


@click.group(cls=ExampleGroup, example="holdfast oracle run --settings .holdfast/oracle.env")
def oracle() -> None:
    """The oracle collects evidence, asks the attesters and writes to the chain."""


@oracle.command("run", example="holdfast oracle run --settings .holdfast/oracle.env")
@_settings
def oracle_run(settings: Path | None) -> None:
    """Take in telemetry and carry out orders, until stopped with Ctrl-C.

    Settings are the variables HOLDFAST_ORACLE_…; a missing, wrong or unknown one is named.
    """
    from oracle.main import run_oracle

    _log_to_stderr()
    run_oracle(settings)


@click.group(cls=ExampleGroup, example="holdfast attester run --settings .holdfast/attester-bank.env")
def attester() -> None:
    """An attester computes everything again, and only then signs."""


@attester.command("run", example="holdfast attester run --settings .holdfast/attester-bank.env")
@_settings
def attester_run(settings: Path | None) -> None:
    """Serve one member's attester, until stopped with Ctrl-C.

    Settings are the variables HOLDFAST_ATTESTER_…; a missing, wrong or unknown one is named.
    """
    from oracle.main import run_attester

    _log_to_stderr()
    run_attester(settings)


@attester.command(
    "approve", example="holdfast attester approve tender.json --settings .holdfast/attester-inspector.env"
)
@click.argument("file", metavar="FILE")
@_settings
@click.option("--yes", is_flag=True, help="Approve without asking.")
@json_option
def attester_approve(file: str, settings: Path | None, yes: bool, as_json: bool) -> None:
    """Approve the order in FILE, after looking yourself at what goods cannot show: a payment, a price series.

    `holdfast order fetch` writes FILE. The node signs within the hour that the order's evidence is good for.
    """
    from cli.approving import approve

    order_hash = approve(file, settings, yes=yes, as_json=as_json)
    if as_json:
        emit_json({"file": file, "order_hash": order_hash})
    else:
        click.echo(f"Approved order {order_hash}: the attester signs it when it is asked.")


@click.group(cls=ExampleGroup, example="holdfast api serve --settings .holdfast/api.env --port 8700")
def api() -> None:
    """The API: receipts, orders and decisions over HTTP. It holds no key of any member."""


@api.command("serve", example="holdfast api serve --settings .holdfast/api.env --port 8700")
@_settings
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), help="[default: the home's ports.json, else 8700]")
def api_serve(settings: Path | None, host: str, port: int | None) -> None:
    """Serve the API and its pages, until stopped with Ctrl-C.

    Settings are the variables HOLDFAST_API_…; a missing, wrong or unknown one is named.
    """
    from api.settings import PREFIX, load_settings
    from cli.serving import serve_api

    _log_to_stderr()
    serve_api(load_settings(merged(settings, PREFIX)), host, port or _usual_port())


@api.command("token", example="holdfast api token --member 4 --days 7\ncat .holdfast/tokens/member-4.txt")
@click.option("--member", type=click.IntRange(1, 2**32 - 1), required=True, help="Whom it speaks for.")
@click.option("--days", type=click.IntRange(1, 30), default=1, show_default=True, help="How long it holds.")
@_settings
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="[default: tokens/member-N.txt]")
@json_option
def api_token(member: int, days: int, settings: Path | None, out: Path | None, as_json: bool) -> None:
    """Write a bearer token to a file that only you may read. The token itself is never shown.

    In the embedded profile only: elsewhere the members' identity provider issues tokens.
    """
    from api.settings import PREFIX, load_settings
    from api.token_issuer import issue_token

    home = find_home()
    found = load_settings(merged(settings or home.api_env, PREFIX))
    if found.profile != "embedded":
        raise Misconfigured(
            f"profile {found.profile!r}: tokens are issued here only in the embedded profile; "
            "ask the members' identity provider"
        )
    with arguments():
        token = issue_token(
            _issuer_key(home),
            member,
            profile=found.profile,
            audience=found.token_audience,
            issuer=found.token_issuer,
            valid_for_s=days * 86_400,
        )
    path = out or home.token(f"member-{member}")
    write_secret(path, token)
    if as_json:
        emit_json({"file": str(path), "member": member, "valid_for_s": days * 86_400})
    else:
        click.echo(f"Token of member {member}, good for {days} day{'s' * (days > 1)}: {path}")


def write_secret(path: Path, text: str) -> None:
    """Write one line that only the owner may read. Raises WrongUsage if it cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary = path.with_name(path.name + ".tmp")
        temporary.unlink(missing_ok=True)
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text + "\n")
        temporary.replace(path)
    except OSError as error:
        raise WrongUsage(f"{path} cannot be written: {error.strerror}") from error


def _issuer_key(home: Home) -> Ed25519PrivateKey:
    from holdfast.keys.secret_file import read_secret

    text = read_secret(home.token_private_key, "token issuer's key")
    try:
        key = load_pem_private_key(text.encode(), password=None)
    except (ValueError, TypeError) as error:
        raise Misconfigured(f"{home.token_private_key} is no private key in PEM") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise Misconfigured(f"{home.token_private_key} is no Ed25519 key")
    return key


def _usual_port() -> int:
    try:
        return int(json.loads(find_home().ports.read_text(encoding="utf-8"))["api"])
    except (OSError, ValueError, KeyError, TypeError, Misconfigured):
        return DEFAULT_API_PORT
