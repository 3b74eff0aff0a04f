"""Opening a keystore: passwords come from files or the keyboard, never from the command line."""

from __future__ import annotations

import warnings
from getpass import GetPassWarning
from pathlib import Path

import click

from cli.errors import WrongUsage, arguments
from cli.home import Home
from holdfast.keys.keystore import PartyKeys, keystore_path, open_keys, show_keys


def password_from(file: Path) -> str:
    """The one line of a password file. Raises Misconfigured if others may read it."""
    from holdfast.keys.secret_file import read_secret

    return read_secret(file, "password")


def ask_password(prompt: str, *, twice: bool = False) -> str:
    """Ask at the keyboard, on stderr, without showing it. Raises WrongUsage where nobody can answer."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", GetPassWarning)  # no terminal: the password comes by a pipe
            answer: str = click.prompt(prompt, hide_input=True, confirmation_prompt=twice, err=True)
    except click.Abort as error:
        if isinstance(error.__context__, EOFError):
            raise WrongUsage("nobody is here to type a password: give --password-file") from error
        raise
    return answer


def unlock(home: Home, name: str, password_file: Path | None, folder: Path | None = None) -> PartyKeys:
    """Open a keystore with the password of a file, of the embedded profile, or as typed.

    Raises Misconfigured for a wrong password or a damaged keystore, WrongUsage for a wrong name.
    """
    where = folder or home.keys
    with arguments():
        if not keystore_path(where, name).exists():
            there = ", ".join(sorted(path.stem for path in where.glob("*.json"))) or "none"
            raise WrongUsage(
                f"--key: {where} holds no keystore {name!r}; expected one that is there ({there}), or "
                "another folder by --keys; `holdfast key new` makes a new one"
            )
        show_keys(where, name)
        embedded = home.password(name)
    if password_file is None and where == home.keys and embedded.is_file():
        password_file = embedded
    if password_file is not None:
        return open_keys(where, name, password_from(password_file))
    return open_keys(where, name, ask_password(f"Password of {name}"))
