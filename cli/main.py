"""`holdfast`: one command line for every part. Each subcommand lives in `cli/commands/`."""

from __future__ import annotations

import click

from cli.framework import RootGroup
from holdfast import __version__

COMMANDS = {
    "demo": ("cli.commands.demo:demo", "One lot, end to end, on this machine."),
    "check": ("cli.commands.check:check", "Is everything here set up and reachable?"),
    "verify": ("cli.commands.verify:verify", "Check a title proof file, offline."),
    "receipt": ("cli.commands.receipt:receipt", "Who holds a receipt, and is it free?"),
    "audit": ("cli.commands.audit:audit", "Compute every decision again from chain and evidence."),
    "key": ("cli.commands.key:key", "Make and show encrypted keys."),
    "order": ("cli.commands.order:order", "Prepare, sign, submit and follow an order."),
    "cid": ("cli.commands.cid:cid", "The content address of a file."),
    "oracle": ("cli.commands.nodes:oracle", "Run the oracle."),
    "attester": ("cli.commands.nodes:attester", "Run an attester."),
    "api": ("cli.commands.nodes:api", "Serve the API; issue tokens (embedded only)."),
    "contracts": ("cli.commands.contracts:contracts", "Build, deploy and measure the contracts."),
}


@click.group(
    cls=RootGroup,
    lazy=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    example="""
holdfast verify tests/vectors/good_title.json --trust tests/vectors/trust.json
holdfast check
""",
)
@click.version_option(__version__, prog_name="holdfast")
def cli() -> None:
    """Warehouse receipts that stand only on goods which independent parties have checked.

    \b
    Exit status
      0    done, or the answer is yes
      1    the answer is no: refused, does not match, or a file that is judged is not right
      2    wrong usage: an argument, a setting, a key or a trust file
      3    something needed is not reachable: chain, store, warehouse system, API
      130  stopped by you;  70  a fault in Holdfast itself

    With --json, a subcommand that has it answers in JSON on standard output, and an error is one JSON
    object (RFC 9457, with `code` and `exit_status`) on standard error.

    Everything is kept in one folder: HOLDFAST_HOME, by default .holdfast/ beside README.md.
    """  # noqa: D301 - \b is click's mark for lines it must not wrap


def main() -> None:
    """Entry point."""
    cli.main()


if __name__ == "__main__":
    main()
