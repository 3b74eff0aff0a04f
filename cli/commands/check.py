"""`holdfast check`: what is set up, what is wrong, what to do."""

from __future__ import annotations

import click

from cli.errors import printable
from cli.framework import ExampleCommand, emit_json, json_option, on_terminal
from cli.home import find_home

_COLOUR = {"ok": "green", "problem": "red", "not reachable": "yellow", "not looked at": None}


@click.command(
    cls=ExampleCommand, example="holdfast check\nHOLDFAST_HOME=/srv/holdfast holdfast check --json"
)
@json_option
def check(as_json: bool) -> int:
    """Look at settings, keys, chain, evidence store, warehouse system, databases and clock of this home.

    One line an item, and below it what to do. Nothing is changed, and no secret is shown. Variables that
    begin with HOLDFAST_ and mean nothing are refused: a misspelt one would silently not count.

    Exit status 0: all is well. 2: something of our own is wrong. 3: our own things are right, but something
    is not reachable.
    """
    from cli.checks.finding import exit_status
    from cli.checks.parts import check_parts
    from cli.checks.settings import check_settings

    home = find_home()
    findings, parts = check_settings(home)
    findings += check_parts(home, parts) if parts.nodes or parts.api is not None else ()
    status = exit_status(findings)
    if as_json:
        items = [finding.to_json() for finding in findings]
        emit_json({"ok": status == 0, "home": str(home.path), "items": items})
        return status
    width = max(len(finding.item) for finding in findings)
    for finding in findings:
        word = f"{finding.state.value:<13}"
        shown = click.style(word, fg=_COLOUR[finding.state.value]) if on_terminal() else word
        click.echo(f"{shown} {finding.item:<{width}}  {printable(finding.detail)}")
        if finding.remedy is not None:
            click.echo(f"{'':13} {'':<{width}}  → {finding.remedy}")
    wrong = sum(finding.remedy is not None for finding in findings)
    click.echo(
        f"\n{len(findings)} items, {wrong} to mend." if wrong else f"\n{len(findings)} items, all well."
    )
    return status
