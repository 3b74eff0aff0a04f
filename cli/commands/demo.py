"""`holdfast demo`: the whole story on this machine."""

from __future__ import annotations

import sys

import click

from cli.framework import ExampleCommand
from cli.home import checkout
from holdfast.domain.errors import Misconfigured


@click.command(
    cls=ExampleCommand,
    example="""
holdfast demo --once      # tell the story and end
holdfast demo             # tell it, then serve the API and a page
holdfast demo --fresh     # forget the last one and start anew
""",
)
@click.option("--once", is_flag=True, help="End after the story.")
@click.option("--fresh", is_flag=True, help="Delete what an earlier demo left in HOLDFAST_HOME.")
@click.option("--first-half", is_flag=True, help="End before the loans; a later run tells the rest.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port of the API and its page.")
def demo(once: bool, fresh: bool, first_half: bool, port: int | None) -> int:
    """Tell the story of one lot: 200 t of rubber, from the truck scale to an audited receipt, and on through
    a pledge, a margin call, a shortage, a release and a sale after default.

    Starts a chain, a warehouse system, four attesters, the oracle and the API on this machine, with
    simulated instruments. Nothing leaves the machine. What it makes is kept in HOLDFAST_HOME.
    """
    root = checkout()
    # The simulators live with the tests, which are no part of what is installed.
    sys.path.insert(0, str(root))
    try:
        from scripts.demo.main import run
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] not in ("scripts", "tests"):
            raise
        raise Misconfigured(
            f"the demo needs the whole checkout, and {error.name} is not in {root}: run `make demo` there"
        ) from error
    return run(once=once, fresh=fresh, port=port, first_half=first_half)
