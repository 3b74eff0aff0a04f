"""`holdfast order prepare`: ask the API for the typed data of an order, and keep it in a file.

Every act that the API prepares is a command here, made of the shape it asks for: `cli.commands.act_options`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from cli.api_client import open_client
from cli.errors import WrongUsage, printable
from cli.framework import ExampleCommand, ExampleGroup, emit_json
from cli.home import Home, find_home
from cli.inputs import read_json_object
from cli.options import api_options
from cli.order_files import from_answer
from cli.outside import Outside, pass_outside
from holdfast.domain.deposit import check_terms
from holdfast.domain.errors import Refused

_TRANSFER = "holdfast order prepare transfer --receipt 0x5f… --to 3 --token-file importer.token --out t.json"
_PLEDGE = """\
holdfast order prepare pledge --receipt 0x5f… --to 4 --amount-minor 500000000 --currency CNY \\
  --maturity 2027-03-31T16:00:00Z --ltv-bps 7000 --cure-s 864000 --filing-digest @filing.pdf \\
  --token-file importer.token --out pledge.json"""
_DEPOSIT = "holdfast order prepare deposit --terms terms.json --token-file importer.token --out q.json"

_valid_for = click.option(
    "--valid-for", type=click.IntRange(60), default=3600, show_default=True, help="Seconds to the deadline."
)
_out = click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The order file to write."
)


class PrepareGroup(ExampleGroup):
    """Its own commands, and one for each act that the API prepares, made when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every act, in the order of the API's shapes, then the group's own commands."""
        from cli.commands.act_options import act_names

        return [*act_names(), *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of one act."""
        found = super().get_command(ctx, cmd_name)
        return _act_command(cmd_name) if found is None else found


@click.group(cls=PrepareGroup, example="\n".join((_TRANSFER, _PLEDGE, _DEPOSIT)))
def prepare() -> None:
    """Write an order to sign into a file, and say what it means. Nothing is ordered yet."""


def _act_command(name: str) -> click.Command | None:
    from cli.commands import act_options as acts

    if name not in acts.act_names():
        return None

    def run(
        outside: Outside,
        /,
        out: Path,
        url: str | None,
        token_file: Path | None,
        as_json: bool,
        **given: Any,
    ) -> None:
        home = find_home()
        body = acts.act_body(name, given)
        if {"site", "lot"} <= set(body) and "lot_id" not in body:
            body["lot_id"] = _lot_of(body["operator"], body["site"], body["lot"], home.policy)
        acts.check_body(name, body)
        try:
            _prepare(home, body, out, url, token_file, outside, as_json)
        except Refused as error:
            raise acts.by_option(name, error) from error

    run.__doc__ = acts.act_help(name)
    command: Any = api_options(_out(pass_outside(run)))
    for option in reversed(acts.act_parameters(name)):
        command = option(command)
    return click.command(name, cls=ExampleCommand, example=acts.act_example(name))(command)


@prepare.command("deposit", example=_DEPOSIT)
@click.option("--terms", required=True, metavar="FILE", help="What the receipts shall say: common, receipts.")
@click.option("--lot-id", metavar="ID", help="0x and 48 hex digits.  [default: by the policy and the terms]")
@click.option(
    "--policy",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The policy in force.  [default: policy.json in HOLDFAST_HOME]",
)
@_valid_for
@_out
@api_options
@pass_outside
def deposit(
    outside: Outside,
    terms: str,
    lot_id: str | None,
    policy: Path | None,
    valid_for: int,
    out: Path,
    url: str | None,
    token_file: Path | None,
    as_json: bool,
) -> None:
    """Ask for receipts on goods you brought in. The depositor and the operator sign.

    The terms are a JSON file: `common` holds the fields all receipts share, `receipts` a list with each
    one's receipt_number, quantity_g, package_count and marks. Every field the law wants must be there; a
    missing one is named with its clause (exit status 1).
    """
    home = find_home()
    found = read_json_object(terms, "--terms")
    check_terms(found)
    common = found["common"]
    body = {
        "type": "deposit",
        "lot_id": lot_id or _lot_named(common, policy or home.policy),
        "operator": common["operator_member"],
        "terms": found,
        "valid_for_s": valid_for,
    }
    _prepare(home, body, out, url, token_file, outside, as_json)


def _lot_named(common: dict[str, Any], policy_file: Path) -> str:
    return _lot_of(common["operator_member"], common["storage_site"], common["lot"], policy_file)


def _lot_of(operator: int, site: str, lot: str, policy_file: Path) -> str:
    from holdfast.evidence.collection import lot_id
    from oracle.runtime import load_policy

    return "0x" + lot_id(load_policy(policy_file), operator, site, lot).hex()


def _prepare(
    home: Home,
    body: dict[str, Any],
    out: Path,
    url: str | None,
    token_file: Path | None,
    outside: Outside,
    as_json: bool,
) -> None:
    if out.exists():
        raise WrongUsage(f"--out: {out} is there already, perhaps with signatures; name another file")
    client = open_client(home, url, token_file, outside.transport)
    answer = client.post("/v1/orders/prepare", body, keyed=False)
    order_file = from_answer(answer)
    order_file.write(out)
    if as_json:
        emit_json({"file": str(out), **answer})
        return
    for language in ("en", "zh"):
        if order_file.summary.get(language):
            click.echo(printable(order_file.summary[language]))
    signers = " and ".join(f"member {member} with {account}" for member, account in order_file.signers)
    click.echo(printable(f"Written to {out}. To be signed by {signers}."))
