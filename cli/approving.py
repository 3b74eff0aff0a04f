"""An attester's people approve an order that goods cannot judge, in the book of their own node."""

from __future__ import annotations

from pathlib import Path

import click

from cli.errors import printable
from cli.order_files import read_order_file
from cli.order_words import describe
from holdfast.attestation.typed_data import order_hash
from holdfast.chain.deployment import load_deployment
from holdfast.chain.domains import AnyRequest, read_typed_data
from holdfast.domain.deposit import DepositRequest
from holdfast.domain.errors import InvalidInput
from holdfast.reconciliation.meaning import meaning_of
from oracle.attester.signed_log import SignedLog
from oracle.members_book import read_book
from oracle.runtime import now_s, open_database
from oracle.settings import AttesterSettings, load


def approve(file: str, settings: Path | None, *, yes: bool, as_json: bool) -> str:
    """Say what the order in a file does, ask, and note it as approved; returns its hash as 0x hex.

    Raises:
        InvalidInput: the file holds another order than one that people judge, or of another chain.
        Misconfigured: the attester's settings are wrong.
    """
    node = load(AttesterSettings, settings)
    deployment, _ = load_deployment(node.deployment_file)
    order_file = read_order_file(file)
    order = read_typed_data(deployment, order_file.typed_data)
    _by_hand(order)
    names = {entry.member_id: entry.name for entry in read_book(node.book_file)}
    click.echo(printable(describe(order, names, order_file.documents)), err=as_json)
    if not yes:
        click.confirm("Have you looked at it yourself, and is it right?", abort=True, err=True)
    found = order_hash(order)
    SignedLog(open_database(node.database_url)).approve(found, now_s())
    return "0x" + found.hex()


def _by_hand(order: AnyRequest) -> None:
    if isinstance(order, DepositRequest) or not meaning_of(order).by_hand:
        expected = "an order that people judge: goods show whether the others are right"
        raise InvalidInput("primaryType", type(order).__name__, expected)
