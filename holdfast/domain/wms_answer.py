"""From the recorded answers of a warehouse management system to a claim: pure, so that anyone can redo it.

The reading is written once, as a generator that yields questions and takes answers (`read_stock`). The
oracle drives it over HTTP, an auditor drives it years later with the bytes kept in evidence
(`parse_claim`), and both run the same checks.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from holdfast.domain.claims import StockClaim, check_sscc, check_text
from holdfast.domain.errors import InvalidInput, Refused
from holdfast.domain.units import Grams, UnixSeconds, to_grams

FORMAT = "holdfast-wms-tryton/2"
MEDIA_TYPE = "application/vnd.holdfast.wms+json"
INCONSISTENT = "wms-inconsistent"
"""Refusal reason when the answers contradict each other, as when somebody books between two of them."""

LARGEST = 10**15
"""Of a quantity in the WMS's unit: more is a fault, and a hostile exponent would cost memory."""

_RECORD_KEYS = {"format", "site", "lot", "as_of", "exchanges"}


@dataclass(frozen=True, slots=True)
class Query:
    """One search of Tryton's REST interface: which records of `model`, which of their `fields`."""

    model: str
    domain: tuple[Any, ...]
    fields: tuple[str, ...]
    context: tuple[tuple[str, Any], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The question as kept beside its answer."""
        return {
            "model": self.model,
            "domain": _lists(self.domain),
            "fields": list(self.fields),
            "context": {name: _lists(value) for name, value in self.context},
        }


def read_stock(site: str, lot: str, as_of: int) -> Generator[Query, bytes, StockClaim]:
    """Ask for a lot on a site, question by question; yields each `Query`, takes the answer's bytes.

    1. the site is exactly one warehouse; 2. every move done with the lot; 3. the lot is exactly one
    record; 4. which places of those moves are on this site. What is on hand is summed from the moves and
    must equal the total that Tryton itself states.

    The lot is asked of the company that moved it: Tryton states its total at the end of "today", and
    without a company that is the server's day, not the warehouse's. A lot booked in Qingdao after midnight
    would have nothing on hand until midnight in London.

    Raises:
        Refused: the answer is no: unknown or ambiguous site or lot, nothing on hand, several places or
            companies, contradicting answers (`INCONSISTENT`).
        InvalidInput: an answer is not what Tryton's interface gives.
    """
    check_text("site", site)
    check_text("lot", lot)
    question = Query("stock.location", (("type", "=", "warehouse"), ("code", "=", site)), ("code",))
    warehouse = _single(_rows(question, (yield question)), "site", site)
    if _text(warehouse, "code") != site:
        raise InvalidInput("stock.location code", warehouse["code"], repr(site))
    site_id = _int(warehouse, "id")

    question = Query(
        "stock.move",
        (("lot.number", "=", lot), ("state", "=", "done")),
        (
            "quantity",
            "unit.symbol",
            "from_location",
            "to_location",
            "package.number",
            "lot",
            "product",
            "company",
        ),
    )
    moves = _rows(question, (yield question))
    companies = sorted({_int(move, "company") for move in moves})
    if len(companies) > 1:
        raise Refused(
            "several-companies", f"lot {lot!r} was moved by {len(companies)} companies; expected one"
        )

    question = Query(
        "stock.lot",
        (("number", "=", lot),),
        ("number", "product.template.name", "default_uom.symbol", "quantity"),
        (("locations", (site_id,)), ("with_childs", True), *(("company", one) for one in companies)),
    )
    found = _single(_rows(question, (yield question)), "lot", lot)
    if _text(found, "number") != lot:
        raise InvalidInput("stock.lot number", found["number"], repr(lot))
    product = _part(found, "product")
    unit = _text(_part(found, "default_uom"), "symbol")
    stated_g = _amount(found, "quantity", unit)

    for move in moves:
        if _int(move, "lot") != _int(found, "id") or _int(move, "product") != _int(product, "id"):
            raise Refused(INCONSISTENT, f"move {move['id']} is of another lot or product than {lot!r}")
    touched = {_int(move, end) for move in moves for end in ("from_location", "to_location")}

    question = Query(
        "stock.location",
        (("id", "in", tuple(sorted(touched))), ("parent", "child_of", (site_id,), "parent")),
        ("code", "type"),
    )
    places = {_int(row, "id"): row for row in _rows(question, (yield question))}
    if not places.keys() <= touched:
        raise Refused(INCONSISTENT, f"the WMS names places that lot {lot!r} never touched")

    place, quantity_g, packages = _on_hand(lot, moves, places, stated_g)
    state = json.dumps([[move[key] for key in sorted(move)] for move in moves], sort_keys=True, default=str)
    return StockClaim(
        site=site,
        location=_text(places[place], "code"),
        lot=lot,
        product=_text(_part(product, "template"), "name"),
        quantity_g=quantity_g,
        unit=unit,
        as_of=UnixSeconds(as_of),
        source_version=f"tryton lot {found['id']}, {len(moves)} moves, records "
        + hashlib.sha256(state.encode()).hexdigest()[:16],
        packages=packages,
    )


def record(site: str, lot: str, as_of: int, exchanges: Sequence[tuple[Query, bytes]]) -> bytes:
    """Keep the questions and the exact answers as one file of evidence.

    Raises:
        InvalidInput: an answer is not UTF-8 text.
    """
    kept = []
    for query, body in exchanges:
        try:
            kept.append({"query": query.to_json(), "body": body.decode("utf-8")})
        except UnicodeDecodeError as error:
            raise InvalidInput(f"{query.model} answer", body[:40], "UTF-8 text") from error
    whole = {"format": FORMAT, "site": site, "lot": lot, "as_of": as_of, "exchanges": kept}
    return json.dumps(whole, sort_keys=True, separators=(",", ":")).encode("ascii")


def parse_claim(raw: bytes) -> StockClaim:
    """Recompute the claim from the bytes that `record` made, with every check of the first reading.

    Raises:
        Refused: the recorded answers do not make a claim (as in `read_stock`).
        InvalidInput: the file is of another shape, or holds other questions than this reading asks.
    """
    whole = _load("wms answer", raw)
    if not isinstance(whole, dict) or set(whole) != _RECORD_KEYS or whole["format"] != FORMAT:
        raise InvalidInput("wms answer", raw[:60], f"a record of format {FORMAT}")
    exchanges = whole["exchanges"]
    if type(whole["as_of"]) is not int or not isinstance(exchanges, list):
        raise InvalidInput("wms answer", raw[:60], "as_of in unix seconds and a list of exchanges")
    steps = read_stock(whole["site"], whole["lot"], whole["as_of"])
    try:
        query = next(steps)
        for number, one in enumerate(exchanges):
            if not isinstance(one, dict) or set(one) != {"query", "body"} or not isinstance(one["body"], str):
                raise InvalidInput(f"exchange {number}", one, "a query and the text that answered it")
            if one["query"] != query.to_json():
                raise InvalidInput(f"exchange {number} query", one["query"], str(query.to_json()))
            query = steps.send(one["body"].encode("utf-8", "surrogatepass"))
            last = number + 1 == len(exchanges)
            if last:
                raise InvalidInput("wms answer", len(exchanges), "one more exchange")
        raise InvalidInput("wms answer", exchanges, "at least one exchange")
    except StopIteration as done:
        if number + 1 != len(exchanges):
            raise InvalidInput("wms answer", len(exchanges), f"{number + 1} exchanges") from None
        claim: StockClaim = done.value
        return claim


def _on_hand(
    lot: str, moves: Sequence[dict[str, Any]], places: dict[int, dict[str, Any]], stated_g: int
) -> tuple[int, Grams, tuple[str, ...]]:
    """Sum the moves: the one place, the grams there, the SSCCs of the pallets there."""
    at: defaultdict[int, int] = defaultdict(int)
    pallets: defaultdict[tuple[int, int], int] = defaultdict(int)
    numbers: dict[int, str] = {}
    for move in moves:
        moved_g = _amount(move, "quantity", _text(_part(move, "unit"), "symbol"))
        package = None if move.get("package") is None else _part(move, "package")
        for end, sign in (("from_location", -1), ("to_location", 1)):
            at[_int(move, end)] += sign * moved_g
            if package is not None:
                numbers[_int(package, "id")] = _text(package, "number")
                pallets[_int(move, end), _int(package, "id")] += sign * moved_g
    here = {place: amount for place, amount in at.items() if place in places and amount}
    if sum(here.values()) != stated_g:
        raise Refused(
            INCONSISTENT,
            f"the moves of lot {lot!r} leave {sum(here.values())} g on the site, the WMS states {stated_g} g",
        )
    names = ", ".join(sorted(_text(places[place], "code") for place in here))
    if any(amount < 0 for amount in here.values()):
        raise Refused("negative-stock", f"lot {lot!r}: more went out of a place than came in ({names})")
    if not here:
        raise Refused("nothing-on-hand", f"lot {lot!r}: the WMS has nothing of it on this site any more")
    if len(here) > 1:
        raise Refused("several-places", f"lot {lot!r} lies in {names}; expected one place")
    (place,) = here
    present = [
        numbers[package] for (where, package), amount in pallets.items() if where == place and amount > 0
    ]
    for number in present:
        check_sscc(number, field="stock.package number")
    if len(set(present)) != len(present):
        raise Refused("duplicate-sscc", f"lot {lot!r}: two pallets in the WMS carry the same SSCC")
    return place, Grams(here[place]), tuple(sorted(present))


def _single(rows: list[dict[str, Any]], what: str, name: str) -> dict[str, Any]:
    if len(rows) != 1:
        reason = f"unknown-{what}" if not rows else f"ambiguous-{what}"
        raise Refused(reason, f"{what}: the WMS has {len(rows)} records with {name!r}; expected one")
    return rows[0]


def _rows(query: Query, body: bytes) -> list[dict[str, Any]]:
    rows = _load(f"{query.model} answer", body)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise InvalidInput(f"{query.model} answer", body[:60], "a list of records")
    if any(row.get("__name__") != query.model for row in rows):
        raise InvalidInput(f"{query.model} answer", body[:60], f"records of {query.model} only")
    rows.sort(key=lambda row: _int(row, "id"))
    if len({row["id"] for row in rows}) != len(rows):
        raise InvalidInput(f"{query.model} answer", body[:60], "every record once")
    return rows


def _load(what: str, body: bytes) -> Any:
    def no_constant(word: str) -> Any:
        raise ValueError(word)

    try:
        return json.loads(body, parse_float=Decimal, parse_constant=no_constant)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(what, body[:60], "JSON") from error


def _int(row: dict[str, Any], name: str) -> int:
    value = row.get(name)
    if type(value) is not int or value < 0:
        raise InvalidInput(
            f"{row.get('__name__')} {name}", value, "a record id (has the key's user the right?)"
        )
    return value


def _text(row: dict[str, Any], name: str) -> str:
    return check_text(f"{row.get('__name__')} {name}", row.get(name))


def _part(row: dict[str, Any], name: str) -> dict[str, Any]:
    value = row.get(name)
    if not isinstance(value, dict):
        raise InvalidInput(f"{row.get('__name__')} {name}", value, "a record (has the key's user the right?)")
    return value


def _amount(row: dict[str, Any], name: str, unit: str) -> int:
    """Grams, 0 allowed."""
    value = row.get(name)
    field = f"{row.get('__name__')} {name}"
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not -LARGEST <= value <= LARGEST:
        raise InvalidInput(field, value, f"a number of at most {LARGEST}")
    if value < 0:
        return -to_grams(-value, unit, field=field)
    return to_grams(value, unit, field=field) if value else 0


def _lists(value: Any) -> Any:
    return [_lists(one) for one in value] if isinstance(value, tuple) else value
