"""`holdfast contracts council`: give and take powers, change delays, cancel: by a quorum of attesters."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click
from eth_utils import is_address, to_checksum_address

from cli.framework import ExampleGroup, emit_json, json_option
from cli.home import find_home
from cli.options import DAY_S, chain_option, prepare_options, signing_options
from cli.outside import Outside, pass_outside
from holdfast.chain.facts import Chain
from holdfast.chain.governance import Power

_POWERS = click.Choice([power.name for power in Power if power is not Power.ADMIN_ACTS], case_sensitive=False)


@click.group(
    cls=ExampleGroup,
    example="""
holdfast contracts council revoke REGISTRAR \\
    0x70997970C51812dc3A010C7d01b50e0d17dc79C8 -o act.json
holdfast contracts council sign act.json --key bank-attester
holdfast contracts council calls act.json
""",
)
def council() -> None:
    """Give and take powers, change delays, cancel what is announced.

    No key can: the power ADMIN is the Council's, a contract that does what a full quorum of attesters has
    signed. Guardians can cancel what it announces.
    """


def _account(_context: click.Context, _parameter: click.Parameter, text: str) -> str:
    if not is_address(text):
        raise click.BadParameter("an account is 0x and 40 hexadecimal digits")
    return to_checksum_address(text)


def _prepare(
    outside: Outside, output: Path, days: int, rpc_url: str | None, made: Callable[[Chain], bytes]
) -> None:
    from cli import council_files
    from cli.auditing import chain_of
    from holdfast.chain.council import council_domain

    with chain_of(find_home(), rpc_url) as chain:
        acts = council_files.prepare(chain, made(chain), int(outside.clock()) + days * DAY_S)
        council_files.write_acts(output, council_domain(chain.connection.deployment), acts)
    click.echo(council_files.describe(acts))
    click.echo(f"Written: {output}. Attesters sign it next.")


@council.command(
    "grant",
    example="""
holdfast contracts council grant REGISTRAR \\
    0x70997970C51812dc3A010C7d01b50e0d17dc79C8 --delay-s 86400 -o act.json
""",
)
@click.argument("power", type=_POWERS)
@click.argument("account", callback=_account)
@click.option(
    "--delay-s", type=click.IntRange(0, 2**32 - 1), required=True, help="Between announcing and doing."
)
@prepare_options
@pass_outside
def grant(
    outside: Outside, power: str, account: str, delay_s: int, output: Path, days: int, rpc_url: str | None
) -> None:
    """Give ACCOUNT the power POWER, or change its delay."""
    from holdfast.chain.council import manager_call

    made = manager_call("grantRole", int(Power[power]), account, delay_s)
    _prepare(outside, output, days, rpc_url, lambda _chain: made)


@council.command(
    "revoke",
    example="""
holdfast contracts council revoke REGISTRAR \\
    0x70997970C51812dc3A010C7d01b50e0d17dc79C8 -o act.json
""",
)
@click.argument("power", type=_POWERS)
@click.argument("account", callback=_account)
@prepare_options
@pass_outside
def revoke(outside: Outside, power: str, account: str, output: Path, days: int, rpc_url: str | None) -> None:
    """Take the power POWER from ACCOUNT."""
    from holdfast.chain.council import manager_call

    made = manager_call("revokeRole", int(Power[power]), account)
    _prepare(outside, output, days, rpc_url, lambda _chain: made)


@council.command("delay", example="holdfast contracts council delay REGISTRAR 864000 -o act.json")
@click.argument("power", type=_POWERS)
@click.argument("seconds", type=click.IntRange(0, 2**32 - 1))
@prepare_options
@pass_outside
def delay(outside: Outside, power: str, seconds: int, output: Path, days: int, rpc_url: str | None) -> None:
    """Let the power POWER begin only SECONDS after it is given to somebody."""
    from holdfast.chain.council import manager_call

    made = manager_call("setGrantDelay", int(Power[power]), seconds)
    _prepare(outside, output, days, rpc_url, lambda _chain: made)


@council.command("cancel", example="holdfast contracts council cancel 0x5c50…9a21 -o act.json")
@click.argument("operation", metavar="OPERATION")
@prepare_options
@pass_outside
def cancel(outside: Outside, operation: str, output: Path, days: int, rpc_url: str | None) -> None:
    """Cancel what was announced under OPERATION, the id in its OperationScheduled log."""
    from cli import council_files

    _prepare(outside, output, days, rpc_url, lambda chain: council_files.cancelling(chain, operation))


@council.command("sign", example="holdfast contracts council sign act.json --key bank-attester")
@click.argument("file", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
@signing_options
def sign(
    file: Path, name: str, folder: Path | None, password_file: Path | None, yes: bool, rpc_url: str | None
) -> None:
    """Say what the orders do, by your own node, and add your attester's signatures."""
    from cli import council_files
    from cli.auditing import chain_of
    from cli.unlocking import unlock
    from holdfast.chain.council import council_domain

    home = find_home()
    with chain_of(home, rpc_url) as chain:
        domain = council_domain(chain.connection.deployment)
        acts = council_files.read_acts(file, domain)
        waiting = council_files.check(chain, acts)
    click.echo(council_files.describe(waiting))
    if not yes:
        click.confirm("Sign this?", abort=True, err=True)
    keys = unlock(home, name, password_file, folder)
    made = council_files.signed(acts, waiting, lambda order: keys.sign(domain, order))
    council_files.write_acts(file, domain, made)
    click.echo(f"Signed by {keys.account}.")


@council.command("calls", example="holdfast contracts council calls act.json --json")
@click.argument("file", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
@chain_option
@json_option
def calls(file: Path, rpc_url: str | None, as_json: bool) -> None:
    """Print the calls that are still to come, for anybody to send: announce now, do after the delay.

    Refused unless a quorum of the present committee has signed.
    """
    from cli import council_files
    from cli.auditing import chain_of
    from holdfast.chain.council import council_domain

    with chain_of(find_home(), rpc_url) as chain:
        domain = council_domain(chain.connection.deployment)
        made = council_files.calls(chain, council_files.read_acts(file, domain))
    if as_json:
        emit_json({"calls": made})
        return
    for one in made:
        members = ", ".join(str(member) for member in one["signed_by"])
        click.echo(f"Council order {one['number']}: {one['does']}.\nSigned by members {members}.")
        click.echo(f"  to    {one['to']}\n  data  {one['data']}\n")
