"""Options that several subcommands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from cli.framework import json_option

DAY_S = 86_400


def chain_option(command: click.decorators.FC) -> click.decorators.FC:
    """`--rpc-url`: which node to ask."""
    return click.option("--rpc-url", help="Your own node.  [default: the embedded chain]")(command)


def signing_options(command: click.decorators.FC) -> click.decorators.FC:
    """What an attester signs a file with: arguments `name`, `folder`, `password_file`, `yes`, `rpc_url`."""
    folder = click.Path(file_okay=False, path_type=Path)
    secret = click.Path(dir_okay=False, path_type=Path)
    command = chain_option(command)
    command = click.option("--yes", is_flag=True, help="Sign without asking.")(command)
    command = click.option("--password-file", type=secret, help="Else you are asked.")(command)
    command = click.option("--keys", "folder", type=folder, help="Its folder.")(command)
    return click.option("--key", "name", required=True, help="Name of your attester's keystore.")(command)


def prepare_options(command: click.decorators.FC) -> click.decorators.FC:
    """What a command that prepares orders for attesters takes: `output`, `days`, `rpc_url`."""
    command = chain_option(command)
    file = click.Path(dir_okay=False, path_type=Path)
    command = click.option("-o", "--output", required=True, type=file)(command)
    return click.option("--days", default=14, show_default=True, help="How long the orders are good for.")(
        command
    )


def api_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--api`, `--token-file` and `--json`, as the arguments `url`, `token_file`, `as_json`."""
    with_json = json_option(command)
    with_token = click.option(
        "--token-file",
        metavar="FILE",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Your bearer token: one line, readable by you alone.",
    )(with_json)
    return click.option("--api", "url", metavar="URL", help="The API's address.  [default: this home's own]")(
        with_token
    )
