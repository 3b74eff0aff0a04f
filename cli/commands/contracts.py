"""`holdfast contracts`: build, deploy, measure."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.commands.council import council
from cli.commands.modules import module
from cli.framework import ExampleGroup, emit_json, json_option, on_terminal
from cli.home import checkout

if TYPE_CHECKING:
    from holdfast.chain.gas import GasFigure


@click.group(cls=ExampleGroup, example="holdfast contracts build --check\nholdfast contracts gas")
def contracts() -> None:
    """The contracts: Consortium, WarehouseReceipt and the modules that act on receipts."""


contracts.add_command(module)
contracts.add_command(council)


@contracts.command("build", example="holdfast contracts build\nholdfast contracts build --check --json")
@click.option("--check", "only_check", is_flag=True, help="Write nothing; exit 1 if a file is stale.")
@json_option
def build(only_check: bool, as_json: bool) -> int:
    """Compile the contracts into the files of holdfast/chain/abi/.

    The same sources give the same bytes on every machine: solc 0.8.30, OpenZeppelin 5.3.0, Berlin rules.
    """
    from holdfast.chain.compile import build_contracts, check_fresh

    root = checkout()
    if only_check:
        stale = check_fresh(root)
        if as_json:
            emit_json({"fresh": not stale, "stale": stale})
        elif stale:
            click.echo("\n".join(f"stale: {name}" for name in stale))
            click.echo("Run `holdfast contracts build` and commit what it writes.")
        else:
            click.echo("The generated contract files are those of the sources.")
        return 1 if stale else 0
    files = [path.relative_to(root).as_posix() for path in build_contracts(root)]
    if as_json:
        emit_json({"files": files})
    else:
        click.echo("\n".join(files))
    return 0


@contracts.command("deploy", example="holdfast contracts deploy --settings founding.env")
@click.option(
    "--settings",
    type=click.Path(dir_okay=False, path_type=Path),
    help="NAME=value lines; a setting in the environment goes before the same one in the file.",
)
@json_option
def deploy(settings: Path | None, as_json: bool) -> None:
    """Found a consortium on a chain: its contracts, members, committee and governance.

    \b
    Settings are the variables HOLDFAST_DEPLOY_…
      RPC_URL, BOOK_FILE (members' book), POLICY_FILE
      KEYS_FOLDER, KEY_NAME, PASSWORD_FILE   who deploys and pays; keeps no power afterwards
      THRESHOLD, MAX_AGE_S                   the committee's quorum, and how long evidence holds
      MODULES, REGISTRAR, COMMITTEE, VALUATION
                                             accounts that govern, each another one
      REGISTRAR_DELAY_S, COMMITTEE_DELAY_S, VALUATION_DELAY_S
                                             seconds between announcing and doing
      ADMIN_DELAY_S                          the same for MODULES and for the Council: a quorum of
                                             attesters, which gives and takes these powers
      GUARDIANS                              accounts that can cancel what is announced, comma-separated
      ENGINE                                 qbft, clique or development
      VALIDATORS                             for qbft: addresses, comma-separated
      DEPLOYMENT_FILE, TRUST_FILE            written; refused if they are there already
      SERIES_FILE                            optional; JSON list of price series to begin with
      GAS_PRICE_WEI                          optional; 0 on a chain with free gas

    The trust file is what members verify title proofs against: hand it to them on a way you trust.
    """  # noqa: D301 - \b is click's mark for lines it must not wrap
    from cli.founding import found_consortium, load_founding
    from cli.settings_files import merged

    wanted = load_founding(merged(settings, "HOLDFAST_DEPLOY_"))
    deployment = found_consortium(wanted)
    if as_json:
        emit_json(
            {
                "chain_id": deployment.chain_id,
                "consortium": deployment.consortium,
                "warehouse_receipt": deployment.warehouse_receipt,
                "access_manager": deployment.access_manager,
                "council": deployment.council,
                "block": deployment.block,
                "deployment_file": str(wanted.deployment_file),
                "trust_file": str(wanted.trust_file),
            }
        )
        return
    click.echo(f"Chain              {deployment.chain_id}, from block {deployment.block}")
    click.echo(f"Consortium         {deployment.consortium}")
    click.echo(f"WarehouseReceipt   {deployment.warehouse_receipt}")
    click.echo(f"AccessManager      {deployment.access_manager}")
    click.echo(f"Council            {deployment.council}")
    click.echo(f"Written            {wanted.deployment_file}, {wanted.trust_file}")


@contracts.command("gas", example="holdfast contracts gas\nholdfast contracts gas --json")
@click.option("--rpc-url", help="A development chain with an unlocked account.  [default: one started now]")
@json_option
def gas(rpc_url: str | None, as_json: bool) -> int:
    """Measure what each act costs, from transactions sent to a chain, against its budget.

    Each figure is exact and includes all signatures, and the proof of a 3-of-4 quorum where there is one:
    release, split and freeze need none. Exit status 1 if one is over budget.
    """
    from cli.node import connect
    from holdfast.chain.gas import measure_gas

    with _development_chain(rpc_url) as url:
        figures = measure_gas(connect(url))
    within = all(figure.within for figure in figures)
    if as_json:
        emit_json({"within": within, "acts": [_figure(item) for item in figures]})
    else:
        _table(figures)
    return 0 if within else 1


@contracts.command("roles", example="holdfast contracts roles\nholdfast contracts roles --json")
@click.option("--write", is_flag=True, help="Write docs/functions-and-roles.md of this checkout.")
@json_option
def roles(write: bool, as_json: bool) -> None:
    """Print who may call what: every function of every contract by every role.

    Read from the contracts' ABIs; the tests try each function as each caller and compare.
    """
    from holdfast.chain.roles import ROLES_FILE, as_json_table, as_markdown

    if write:
        (checkout() / ROLES_FILE).write_text(as_markdown(), encoding="utf-8")
    if as_json:
        emit_json(as_json_table())
    else:
        click.echo(ROLES_FILE if write else as_markdown().rstrip("\n"))


def _figure(item: GasFigure) -> dict[str, object]:
    share = -(-item.gas * 10_000 // item.budget)
    return {
        "act": item.act,
        "gas": item.gas,
        "budget": item.budget,
        "share_bps": share,
        "within": item.within,
    }


def _table(figures: list[GasFigure]) -> None:
    rows = [
        (
            item.act,
            f"{item.gas:,}",
            f"{item.budget:,}",
            f"{100 * item.gas / item.budget:.1f} %",
            "ok" if item.within else "OVER",
        )
        for item in figures
    ]
    heads = ("act", "gas", "budget", "share", "")
    if on_terminal():
        from rich.console import Console
        from rich.table import Table

        table = Table(*heads, title="Gas of each act, quorum proof included where there is one")
        for column in table.columns[1:4]:
            column.justify = "right"
        for row in rows:
            table.add_row(*row, style=None if row[-1] == "ok" else "bold red")
        Console().print(table)
        return
    for act, used, budget, share, word in (heads, *rows):
        click.echo(f"{act:<38} {used:>9} {budget:>9} {share:>8}  {word}".rstrip())


@contextmanager
def _development_chain(rpc_url: str | None) -> Iterator[str]:
    """The chain that was named, or an anvil with Berlin rules for as long as this lasts."""
    if rpc_url is not None:
        yield rpc_url
        return
    checkout()
    from scripts.demo.chain import throwaway_chain

    with throwaway_chain() as url:
        yield url
