"""`holdfast receipt`: what a person asks of a receipt."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from cli.api_client import open_client
from cli.errors import WrongUsage, printable
from cli.framework import ExampleGroup, emit_json
from cli.home import Home, find_home
from cli.options import api_options
from cli.outside import Outside, pass_outside
from holdfast.domain.errors import Refused, Unreachable

RECEIPT_DIGITS = 64


@click.group(
    cls=ExampleGroup,
    example="""
holdfast receipt show 0x5f… --rpc-url http://our-node:8545
holdfast receipt show 0x5f… --token-file bank.token
""",
)
def receipt() -> None:
    """Receipts: who holds one, is it free, who else has a right in it."""


@receipt.command(
    "show",
    example="""
holdfast receipt show 0x5f…
holdfast receipt show 0x5f… --rpc-url http://our-node:8545 --json
holdfast receipt show 0x5f… --api https://holdfast.example --token-file bank.token
""",
)
@click.argument("receipt_id", metavar="ID")
@click.option("--rpc-url", help="Your own node.  [default: the home's embedded chain, started if need be]")
@click.option(
    "--home",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Its deployment.json names chain and contracts, its members.json names.  [default: HOLDFAST_HOME]",
)
@api_options
@pass_outside
def show(
    outside: Outside,
    receipt_id: str,
    rpc_url: str | None,
    folder: Path | None,
    url: str | None,
    token_file: Path | None,
    as_json: bool,
) -> None:
    """Say how the receipt ID stands, in plain words, asked of a node of yours or (with a token) of the API.

    Who holds it, how much it stands for, is it free and if not why; pledges by rank with amount and due
    date; the court case in force and those that wait; why it is suspended; until when it runs, and until when
    its evidence is fresh. A node is asked by the contracts that the deployment file names, and trusts nobody
    else; the API adds the goods' names and, for those with no right in the receipt, leaves out what the loans
    are.
    """
    from cli.standing_text import render_standing

    wanted = _checked(receipt_id)
    home = Home(folder.absolute()) if folder is not None else find_home()
    if url is not None or token_file is not None:
        if rpc_url is not None:
            raise WrongUsage(
                "--rpc-url asks a node, --api and --token-file ask the API: give one or the other"
            )
        found = open_client(home, url, token_file, outside.transport).get(f"/v1/receipts/{wanted}/status")
    else:
        found = _of_node(home, rpc_url, wanted)
    if as_json:
        emit_json(found)
        return
    try:
        text = render_standing(found)
    except (KeyError, TypeError, ValueError) as error:
        where = url or "the API"
        raise Unreachable("API", where, f"its answer is of another version: {error!r:.80}") from error
    click.echo(printable(text))


def _of_node(home: Home, rpc_url: str | None, wanted: str) -> dict[str, Any]:
    from cli.auditing import chain_of
    from cli.commands.order import member_names
    from cli.standing_text import standing_json
    from holdfast.chain.freshness import evidence_fresh_until
    from holdfast.chain.standing import StandingReader

    with chain_of(home, rpc_url) as chain:
        standing = StandingReader(chain.connection).standing(int(wanted, 16), value=True)
        fresh = None if standing is None else evidence_fresh_until(chain.events, int(wanted, 16))
    if standing is None:
        raise Refused("unknown-receipt", f"no receipt with the id {wanted} was ever issued on this chain")
    return standing_json(standing, member_names(home), fresh)


def _checked(text: str) -> str:
    digits = text.removeprefix("0x")
    plain = digits.isascii() and all(char in "0123456789abcdefABCDEF" for char in digits)
    if not text.startswith("0x") or len(digits) != RECEIPT_DIGITS or not plain:
        raise WrongUsage(f"ID: {text[:80]!r} is not right; expected a receipt's id: 0x and 64 digits, 0 to f")
    return text.lower()
