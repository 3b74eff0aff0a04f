"""Options that several subcommands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from cli.framework import json_option


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
