"""`holdfast key`: encrypted keystores."""

from __future__ import annotations

from pathlib import Path

import click

from cli.errors import WrongUsage, arguments
from cli.framework import ExampleGroup, emit_json, json_option
from cli.home import find_home
from cli.unlocking import ask_password, password_from
from holdfast.keys.keystore import PublicParty, create_keys, keystore_path, show_keys

_keys = click.option(
    "--keys",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the keystores.  [default: keys/ in HOLDFAST_HOME]",
)
_password = click.option(
    "--password-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="One line, readable by you alone; else you are asked.",
)


@click.group(cls=ExampleGroup, example="holdfast key new trader\nholdfast key show trader")
def key() -> None:
    """Keys a party signs with, and keys evidence is sealed to. The private halves are never shown."""


@key.command("new", example="holdfast key new trader\nholdfast key new trader --password-file pw.txt --json")
@click.argument("name")
@_keys
@_password
@json_option
def key_new(name: str, folder: Path | None, password_file: Path | None, as_json: bool) -> None:
    """Make a signing key and an encryption key, and keep them encrypted under a password.

    NAME is a lower-case word. The password has 12 characters or more; it comes from a file or is asked for
    twice, never from the command line, where other users of the machine could read it. A keystore that is
    there already is not overwritten. Losing the password loses the key: nobody can recover it.
    """
    where = folder or find_home().keys
    with arguments():
        path = keystore_path(where, name)
        if path.exists():  # before anybody thinks up a password
            raise WrongUsage(f"NAME: {path} is there already, and a key is never overwritten")
        party = create_keys(where, name, _new_password(password_file))
    _show(party, path, as_json)


@key.command("show", example="holdfast key show trader\nholdfast key show trader --json")
@click.argument("name")
@_keys
@json_option
def key_show(name: str, folder: Path | None, as_json: bool) -> None:
    """Show the public half of a key: account, and encryption key with its id. Needs no password."""
    where = folder or find_home().keys
    with arguments():
        party, path = show_keys(where, name), keystore_path(where, name)
    _show(party, path, as_json)


def _show(party: PublicParty, path: Path, as_json: bool) -> None:
    if as_json:
        public = {"kid": party.encryption.kid, "jwk": dict(party.encryption.to_jwk())}
        emit_json({"name": party.name, "account": party.account, "encryption": public, "file": str(path)})
        return
    click.echo(f"Name            {party.name}")
    click.echo(f"Account         {party.account}")
    click.echo(f"Encryption key  {party.encryption.kid}")
    click.echo(f"Keystore        {path}")


def _new_password(file: Path | None) -> str:
    return ask_password("Password", twice=True) if file is None else password_from(file)
