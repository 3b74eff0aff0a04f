"""`holdfast order inspect` and `shortage`: what members ask of goods without signing anything."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from secrets import token_hex
from typing import Any

import click

from cli.act_values import digest_or_file, receipt_id
from cli.api_client import open_client
from cli.errors import printable
from cli.framework import ExampleCommand, emit_json
from cli.home import find_home
from cli.options import api_options
from cli.outside import Outside, pass_outside

_SERIES = "holdfast order series --receipt 0x5f… --series-digest @svr10.json --token-file bank.token"


@click.command(
    "inspect",
    cls=ExampleCommand,
    example="holdfast order inspect --receipt 0x5f… --token-file inspector.token",
)
@click.option("--receipt", required=True, metavar="ID", help="The receipt: 0x and 64 hex digits.")
@click.option("--weigh", is_flag=True, help="Wait for a weighing of the whole lot, too.")
@click.option(
    "--valid-for", type=click.IntRange(60), default=3600, show_default=True, help="Seconds to wait."
)
@api_options
@pass_outside
def inspect(
    outside: Outside,
    receipt: str,
    weigh: bool,
    valid_for: int,
    url: str | None,
    token_file: Path | None,
    as_json: bool,
) -> None:
    """Ask for a look at a receipt's goods. Its holder, operator, pledgees and inspectors may.

    Where the goods differ, attesters suspend the receipt; where they agree again, they reinstate a suspended
    one. Else it stays as it is, and `order status` says what was found.
    """
    client = open_client(find_home(), url, token_file, outside.transport)
    body = {"weigh": weigh, "valid_for_s": valid_for}
    # Each look is meant anew: the one before has an answer of its own.
    show_order(
        client.post(f"/v1/receipts/{receipt_id(receipt)}/inspections", body, key=token_hex(16)), as_json
    )


@click.command(
    "shortage",
    cls=ExampleCommand,
    example="holdfast order shortage --receipt 0x5f… --token-file operator.token",
)
@click.option("--receipt", required=True, metavar="ID", help="Any receipt of the lot: 0x and 64 hex digits.")
@click.option(
    "--valid-for", type=click.IntRange(60), default=3600, show_default=True, help="Seconds to wait."
)
@api_options
@pass_outside
def shortage(
    outside: Outside,
    receipt: str,
    valid_for: int,
    url: str | None,
    token_file: Path | None,
    as_json: bool,
) -> None:
    """Ask for what is missing of a lot to be shared among its receipts, each in proportion.

    All must be suspended, the warehouse's own system must say what is left, and the goods are weighed.
    """
    client = open_client(find_home(), url, token_file, outside.transport)
    path, body = f"/v1/receipts/{receipt_id(receipt)}/shortages", {"valid_for_s": valid_for}
    show_order(client.post(path, body, key=token_hex(16)), as_json)


@click.command("series", cls=ExampleCommand, example=_SERIES)
@click.option("--receipt", required=True, metavar="ID", help="Any receipt of the lot: 0x and 64 hex digits.")
@click.option("--series-digest", required=True, help="SHA-256 of the series' description, or @FILE.")
@click.option(
    "--valid-for", type=click.IntRange(60), default=86_400, show_default=True, help="Seconds to wait."
)
@api_options
@pass_outside
def series(
    outside: Outside,
    receipt: str,
    series_digest: str,
    valid_for: int,
    url: str | None,
    token_file: Path | None,
    as_json: bool,
) -> None:
    """Ask for the lot of a receipt to be valued by a price series, once and for ever.

    Nobody signs it: attesters' people look whether the series fits the goods (`holdfast attester approve`).
    """
    client = open_client(find_home(), url, token_file, outside.transport)
    body = {"series_digest": digest_or_file(series_digest), "valid_for_s": valid_for}
    show_order(client.post(f"/v1/receipts/{receipt_id(receipt)}/series", body), as_json)


def show_order(answer: Mapping[str, Any], as_json: bool) -> None:
    """An order, how far it is, and who still has to sign it."""
    if as_json:
        emit_json(answer)
        return
    lines = [f"Order    {answer.get('id')} ({answer.get('type')})", f"Status   {answer.get('status')}"]
    if answer.get("reason"):
        lines.append(f"Reason   {answer['reason']}: {answer.get('detail')}")
    if answer.get("tx_hash"):
        lines.append(f"On chain {answer['tx_hash']}")
    missing = [str(item.get("member_id")) for item in answer.get("signers", []) if not item.get("signed")]
    if missing:
        lines.append(f"Missing  signature of member {' and '.join(missing)}")
    click.echo(printable("\n".join(lines)))
