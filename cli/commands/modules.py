"""`holdfast contracts module`: let a module in, give it other rights, or dismiss it."""

from __future__ import annotations

from pathlib import Path

import click

from cli.framework import ExampleGroup, emit_json, json_option
from cli.home import find_home
from cli.options import DAY_S, chain_option, prepare_options, signing_options
from cli.outside import Outside, pass_outside


@click.group(
    cls=ExampleGroup,
    example="""
holdfast contracts module prepare Court 0x5FbD…0aa3 --right FREEZE -o court.json
holdfast contracts module sign court.json --key bank-attester
holdfast contracts module calls court.json
""",
)
def module() -> None:
    """Let a module in, give it other rights, or dismiss it.

    It takes the announcement and delay of the account that has the power MODULES, and a quorum of attesters
    who have looked at the code.
    """


@module.command(
    "prepare", example="holdfast contracts module prepare Court 0x5FbD…0aa3 --right FREEZE -o court.json"
)
@click.argument("contract", metavar="CONTRACT")
@click.argument("address", metavar="ADDRESS")
@click.option("--right", "rights", multiple=True, help="A right it shall have; none dismisses it.")
@prepare_options
@pass_outside
def prepare(
    outside: Outside,
    contract: str,
    address: str,
    rights: tuple[str, ...],
    days: int,
    output: Path,
    rpc_url: str | None,
) -> None:
    """Write the next order about CONTRACT at ADDRESS, if the code there is ours."""
    from cli import module_files
    from cli.auditing import chain_of

    with chain_of(find_home(), rpc_url) as chain:
        deadline = int(outside.clock()) + days * DAY_S
        made = module_files.prepare(chain, contract, address, rights, deadline)
        made.write(output, module_files.consortium_domain(chain))
    click.echo(module_files.describe(made))
    click.echo(f"Written: {output}. Attesters sign it next.")


@module.command("sign", example="holdfast contracts module sign court.json --key bank-attester")
@click.argument("file", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
@signing_options
def sign(
    file: Path, name: str, folder: Path | None, password_file: Path | None, yes: bool, rpc_url: str | None
) -> None:
    """Look at the code on your own node, say what the order does, and add your attester's signature."""
    from cli import module_files
    from cli.auditing import chain_of
    from cli.unlocking import unlock

    home = find_home()
    with chain_of(home, rpc_url) as chain:
        domain = module_files.consortium_domain(chain)
        found = module_files.read_module_file(file, domain)
        module_files.check(chain, found)
    click.echo(module_files.describe(found))
    if not yes:
        click.confirm("Sign this?", abort=True, err=True)
    keys = unlock(home, name, password_file, folder)
    module_files.signed(found, keys.sign(domain, found.order)).write(file, domain)
    click.echo(f"Signed by {keys.account}.")


@module.command("calls", example="holdfast contracts module calls court.json --json")
@click.argument("file", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
@chain_option
@json_option
def calls(file: Path, rpc_url: str | None, as_json: bool) -> None:
    """Print the two calls that whoever governs sends: announce now, do after the delay.

    Refused unless a quorum of the present committee has signed.
    """
    from cli import module_files
    from cli.auditing import chain_of

    with chain_of(find_home(), rpc_url) as chain:
        found = module_files.read_module_file(file, module_files.consortium_domain(chain))
        made = module_files.calls(chain, found)
    if as_json:
        emit_json(made)
        return
    click.echo(module_files.describe(found))
    click.echo(f"Signed by members {', '.join(str(member) for member in made['signed_by'])}.")
    for when, label in (("schedule", "Announce"), ("set_module", "After the delay")):
        click.echo(f"\n{label}\n  to    {made[when]['to']}\n  data  {made[when]['data']}")
