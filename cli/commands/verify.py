"""`holdfast verify`: a title proof, offline."""

from __future__ import annotations

import time
from pathlib import Path

import click

from cli.errors import WrongUsage
from cli.framework import ExampleCommand, emit_json, json_option, on_terminal
from cli.home import find_home
from cli.inputs import read_input
from holdfast.domain.errors import InvalidInput, Misconfigured
from holdfast.proof.report import Outcome, Report, render_report
from holdfast.proof.strict_json import MAX_BYTES
from holdfast.proof.trust import Trust, parse_trust
from holdfast.proof.verify import verify_title

_COLOUR = {Outcome.PASSED: "green", Outcome.FAILED: "red", Outcome.NOT_RUN: "yellow"}


@click.command(
    cls=ExampleCommand,
    example="""
holdfast verify tests/vectors/good_title.json --trust tests/vectors/trust.json
holdfast verify title.json --trust our-trust.json --document receipt.json --json
""",
)
@click.argument("file", metavar="FILE")
@click.option(
    "--trust",
    "trust_file",
    metavar="FILE",
    help="What you trust: chain, validators, contracts.  [default: trust.json in HOLDFAST_HOME]",
)
@click.option("--document", metavar="FILE", help="The receipt document, to be held against the receipt's id.")
@json_option
def verify(file: str, trust_file: str | None, document: str | None, as_json: bool) -> int:
    """Check the title proof in FILE (`-`: standard input), step by step. Needs no chain and no keys.

    Prints each step: passed, failed or not run, and why. Exit status 0: the title holds. 1: it does not,
    whether FILE is damaged, forged, or about another chain. 2: there is no such FILE, or the trust file,
    which is yours, is absent or wrong.
    """
    trust = _read_trust(trust_file)
    # One byte too many is left for the verifier's own first step to refuse.
    bundle = _capped(file, "FILE")
    words = _capped(document, "--document") if document is not None else None
    report = verify_title(bundle, trust, int(time.time()), document=words)
    if as_json:
        emit_json(report.to_json())
    else:
        click.echo(_coloured(report) if on_terminal() else render_report(report), nl=False)
    return 0 if report.holds else 1


def _capped(name: str, argument: str) -> bytes:
    return read_input(name, argument, max_bytes=16 * MAX_BYTES)


def _read_trust(name: str | None) -> Trust:
    if name is not None:
        try:
            return parse_trust(read_input(name, "--trust", MAX_BYTES))
        except InvalidInput as error:
            raise Misconfigured(str(error)) from error
    path: Path | None = None
    try:
        path = find_home().trust
        return parse_trust(path.read_bytes())
    except OSError as error:
        raise WrongUsage(
            f"--trust is not given, and there is no {path}: a proof holds only against what you trust. "
            "Name a trust file with your chain's id, first block, validators and contracts; your consortium "
            "publishes it, and `make demo` writes one for its own chain"
        ) from error


def _coloured(report: Report) -> str:
    text = render_report(report)
    for step in report.steps:
        plain = f"{step.number:>3}  {step.outcome.value:<8} "
        text = text.replace(plain, click.style(plain, fg=_COLOUR[step.outcome]), 1)
    return text
