"""`holdfast audit`: replay, trusting nobody."""

from __future__ import annotations

from pathlib import Path

import click

from cli.framework import ExampleCommand, emit_json, json_option, progress, progress_done
from cli.home import Home, find_home
from holdfast.domain.errors import Misconfigured


@click.command(
    cls=ExampleCommand,
    example="""
holdfast audit
holdfast audit --home /srv/holdfast --rpc-url http://our-node:8545 --key auditor --json
""",
)
@click.option(
    "--home",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="A Holdfast home.  [default: HOLDFAST_HOME]",
)
@click.option("--rpc-url", help="Your own node.  [default: the home's embedded chain, started if need be]")
@click.option("--evidence", help="directory:PATH or kubo:URL.  [default: the home's evidence/]")
@click.option("--key", "name", default="auditor", show_default=True, help="Keystore evidence is sealed to.")
@click.option(
    "--password-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="One line, readable by you alone; else the home's, else you are asked.",
)
@json_option
def audit(
    folder: Path | None,
    rpc_url: str | None,
    evidence: str | None,
    name: str,
    password_file: Path | None,
    as_json: bool,
) -> int:
    """Compute every decision again, from the chain's logs and the stored evidence alone.

    For each decision: is the evidence whole, are the signatures those of the members and attesters of that
    time, and does the verdict come out the same? Decisions that were refused are replayed too. Every stored
    file is held against its name, and the ledger that the logs give against what the contract says.

    Exit status 0: everything agrees. 1: something does not, and the report names the file and the receipt.
    """
    from cli.auditing import audit_home
    from cli.unlocking import unlock
    from holdfast.audit.report import render_audit

    home = Home(folder.absolute()) if folder is not None else find_home()
    if not home.path.is_dir():
        raise Misconfigured(f"there is no folder {home.path}: name the Holdfast home to audit with --home")
    keys = unlock(home, name, password_file)
    try:
        report = audit_home(home, keys.encryption, rpc_url=rpc_url, evidence=evidence, progress=progress)
    finally:
        progress_done()
    if as_json:
        emit_json(report.to_json())
    else:
        click.echo(render_audit(report))
    return 0 if report.holds else 1
