"""`holdfast cid`: content addresses, computed here."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from cli.errors import WrongUsage
from cli.framework import ExampleCommand, emit_json, json_option
from holdfast.evidence.cid import cid_of_file


@click.command(
    cls=ExampleCommand,
    example="""
holdfast cid weighing-01.cose frame-01.jpg
cat frame-01.jpg | holdfast cid -
""",
)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@json_option
def cid(files: tuple[str, ...], as_json: bool) -> None:
    """Print the content address (CID) of each FILE; `-` is standard input.

    It is computed here, without asking any node, by the profile unixfs-v1-2025 (CIDv1, raw leaves, 1 MiB
    chunks, 1,024 links): the same that Kubo gives with these parameters. A file of up to 1 MiB has the
    SHA-256 of its bytes inside its CID.
    """
    if files.count("-") > 1:
        raise WrongUsage("FILE: `-` may stand once, since standard input can be read once")
    found = [(name, _cid_of(name)) for name in files]
    if as_json:
        emit_json([{"file": name, "cid": value} for name, value in found])
        return
    for name, value in found:
        click.echo(value if len(found) == 1 else f"{value}  {name}")


def _cid_of(name: str) -> str:
    if name == "-":
        return cid_of_file(sys.stdin.buffer)
    try:
        with Path(name).open("rb") as file:
            return cid_of_file(file)
    except OSError as error:
        raise WrongUsage(f"FILE: {name}: {error.strerror}") from error
