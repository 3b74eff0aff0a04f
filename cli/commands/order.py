"""`holdfast order`: prepare, sign with your own key, submit, follow."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.api_client import open_client
from cli.commands.order_goods import inspect, series, shortage, show_order
from cli.commands.order_prepare import prepare
from cli.errors import StillOpen, WrongUsage, printable
from cli.framework import ExampleGroup, emit_json, json_option, progress, progress_done
from cli.home import Home, find_home
from cli.options import api_options
from cli.order_files import from_answer, read_order_file
from cli.outside import Outside, pass_outside
from holdfast.domain.errors import InvalidInput, Misconfigured
from holdfast.domain.units import show_time

if TYPE_CHECKING:  # Only signing needs what reads typed data, and it is slow to load.
    from holdfast.chain.domains import AnyRequest

ENDS = ("final", "refused", "exception")
POLL_S = 0.5


@click.group(
    cls=ExampleGroup,
    example="""
holdfast order prepare transfer --receipt 0x5f… --to 3 --token-file importer.token --out transfer.json
holdfast order sign transfer.json --key importer
holdfast order sign transfer.json --key trader
holdfast order submit transfer.json --token-file importer.token
holdfast order status ord_8c1d… --wait --token-file importer.token
""",
)
def order() -> None:
    """Orders: what members sign. The key never leaves the machine it lies on.

    `prepare` writes an order into a file, `sign` signs it there, `submit` hands it in, `status` follows it.
    Who is asked for a signature gets the order with `fetch`.
    """


order.add_command(prepare)


@order.command("sign", example="holdfast order sign transfer.json --key trader")
@click.argument("file", metavar="FILE")
@click.option("--key", "name", required=True, metavar="NAME", help="Name of your keystore.")
@click.option(
    "--keys",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Its folder.  [default: keys/ in HOLDFAST_HOME]",
)
@click.option(
    "--password-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Its password: one line, readable by you alone; else you are asked.",
)
@click.option(
    "--deployment",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Names chain and contracts you trust.  [default: deployment.json in HOLDFAST_HOME]",
)
@click.option("--member", type=int, help="Whom you sign for, if several members have your account.")
@click.option("--yes", is_flag=True, help="Sign without asking.")
@json_option
@pass_outside
def sign(
    outside: Outside,
    file: str,
    name: str,
    folder: Path | None,
    password_file: Path | None,
    deployment: Path | None,
    member: int | None,
    yes: bool,
    as_json: bool,
) -> None:
    """Add your signature to the order in FILE, after saying in words what you are about to sign.

    The words are drawn from what is signed, not from what the API said of it. Refused, and FILE left as it
    is: an order for another chain or contract, one past its deadline, one that you have signed already, and
    a key that is none of its members'. No network is needed.
    """
    from cli.order_words import describe
    from cli.unlocking import unlock
    from holdfast.chain.deployment import load_deployment
    from holdfast.chain.domains import domain_of

    home = find_home()
    found, _ = load_deployment(deployment or home.deployment)
    order_file = read_order_file(file)
    read = order_file.order(found)
    click.echo(printable(describe(read, member_names(home), order_file.documents)), err=as_json)
    if read.deadline <= outside.clock():
        raise InvalidInput(
            "deadline", read.deadline, f"a time after now: it passed {show_time(read.deadline)}"
        )
    if not yes:
        click.confirm("Sign this?", abort=True, err=True)
    keys = unlock(home, name, password_file, folder)
    signer = _whose(read, order_file.signers, keys.account, member)
    signature = "0x" + keys.sign(domain_of(found, read), read).hex()
    if order_file.signatures.get(signer) == signature:
        raise WrongUsage(
            f"FILE: {file} carries the signature of member {signer} already; "
            "expected an order that this member has not signed"
        )
    signed = order_file.signed(signer, signature)
    signed.write(Path(file))
    missing = [each for each in _wanted(read, order_file.signers) if each not in signed.signatures]
    if as_json:
        emit_json({"file": file, "member": signer, "account": keys.account, "missing": missing})
        return
    click.echo(f"Signed for member {signer} by {keys.account}.")
    still = ", ".join(f"member {each}" for each in missing)
    click.echo(f"Still to sign: {still}." if missing else f"Everybody has signed: submit {file}.")


@order.command("submit", example="holdfast order submit transfer.json --token-file importer.token")
@click.argument("file", metavar="FILE")
@click.option("--add-to", metavar="ORDER_ID", help="Add your signature to an order that waits for it.")
@api_options
@pass_outside
def submit(
    outside: Outside,
    file: str,
    add_to: str | None,
    url: str | None,
    token_file: Path | None,
    as_json: bool,
) -> None:
    """Hand in the signed order in FILE. Doing it twice is harmless.

    With every signature it is queued; else it waits until the others add theirs.
    """
    order_file = read_order_file(file)
    if not order_file.signatures:
        raise WrongUsage(f"FILE: {file} carries no signature yet: `holdfast order sign {file} --key NAME`")
    client = open_client(find_home(), url, token_file, outside.transport)
    if add_to is not None:
        if len(order_file.signatures) != 1:
            raise WrongUsage("--add-to adds one signature, your own: FILE must carry only that")
        body: dict[str, Any] = {"signature": next(iter(order_file.signatures.values()))}
        answer = client.post(f"/v1/orders/{_order_id(add_to)}/signatures", body)
    else:
        signatures = {str(member): text for member, text in order_file.signatures.items()}
        typed = dict(order_file.typed_data)
        body = {"typed_data": typed, "signatures": signatures}
        if order_file.documents:
            body["documents"] = [dict(document) for document in order_file.documents]
        if order_file.place is not None:
            body["place"] = dict(order_file.place)
        answer = client.post("/v1/orders", body)
    show_order(answer, as_json)


@order.command("fetch", example="holdfast order fetch ord_8c1d… --token-file bank.token --out pledge.json")
@click.argument("order_id", metavar="ORDER_ID")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The order file to write."
)
@api_options
@pass_outside
def fetch(
    outside: Outside, order_id: str, out: Path, url: str | None, token_file: Path | None, as_json: bool
) -> None:
    """Write an order that is under way into a file, with the documents of the receipts it makes.

    Sign it, then hand your signature in with `holdfast order submit FILE --add-to ORDER_ID`.
    """
    if out.exists():
        raise WrongUsage(f"--out: {out} is there already, perhaps with signatures; name another file")
    client = open_client(find_home(), url, token_file, outside.transport)
    answer = client.get(f"/v1/orders/{_order_id(order_id)}")
    if answer.get("typed_data") is None:
        raise InvalidInput("order", answer.get("status"), "an order that waits for somebody")
    from_answer(answer).write(out)
    if as_json:
        emit_json({"file": str(out), **answer})
        return
    click.echo(f"Written to {out}. Read it before you sign: holdfast order sign {out} --key NAME")


@order.command("status", example="holdfast order status ord_8c1d… --wait --token-file importer.token")
@click.argument("order_id", metavar="ORDER_ID")
@click.option("--wait", is_flag=True, help="Until it is final, refused, or an exception.")
@click.option("--timeout", type=click.IntRange(1), default=300, show_default=True, help="Seconds to wait.")
@api_options
@pass_outside
def status(
    outside: Outside,
    order_id: str,
    wait: bool,
    timeout: int,
    url: str | None,
    token_file: Path | None,
    as_json: bool,
) -> int:
    """Say how far an order is.

    Exit status 0: it is final or on its way; 1: it was refused, or ended as an exception; 3: with --wait,
    it had not come to an end in time.
    """
    client = open_client(find_home(), url, token_file, outside.transport)
    path, deadline = f"/v1/orders/{_order_id(order_id)}", time.monotonic() + timeout
    answer = client.get(path)
    while wait and answer.get("status") not in ENDS:
        if time.monotonic() > deadline:
            progress_done()
            raise StillOpen(f"order {order_id} is still {answer.get('status')} after {timeout} s")
        progress(printable(f"{order_id}: {answer.get('status')}"))
        time.sleep(POLL_S)
        answer = client.get(path)
    progress_done()
    show_order(answer, as_json)
    return 1 if answer.get("status") in ENDS[1:] else 0


order.add_command(inspect)
order.add_command(shortage)
order.add_command(series)


def member_names(home: Home) -> dict[int, str]:
    """Names by the home's members' book; empty where there is none."""
    from oracle.members_book import read_book

    try:
        return {entry.member_id: entry.name for entry in read_book(home.members)}
    except Misconfigured:
        return {}


def _wanted(read: AnyRequest, signers: tuple[tuple[int, str], ...]) -> tuple[int, ...]:
    """Whom the order names, and where it may need one, the first pledgee that the API named with them."""
    from cli.order_words import members_to_sign, takes_consent

    more = [member for member, _ in signers] if takes_consent(read) else []
    return tuple(dict.fromkeys((*members_to_sign(read), *more)))


def _whose(read: AnyRequest, signers: tuple[tuple[int, str], ...], account: str, member: int | None) -> int:
    wanted = _wanted(read, signers)
    if member is None:
        mine = [each for each, owner in signers if owner.lower() == account.lower()]
        member = mine[0] if mine else None
    accounts = dict(signers)
    if member not in wanted or accounts.get(member, account).lower() != account.lower():
        right = " or ".join(f"{accounts.get(each, 'the account')} of member {each}" for each in wanted)
        raise WrongUsage(f"--key: {account} is not a key that signs this order; expected {right}")
    return member


def _order_id(text: str) -> str:
    if not text.isascii() or not text.replace("_", "").isalnum():
        raise WrongUsage(f"ORDER_ID: {text!r} is not right; expected ord_ and letters and digits")
    return text
