"""The warehouse clerk books what happens at the gate, as a person would, through Tryton's own RPC.

Every function may be run again: it finds what an earlier run (or half of one) left and goes on from there.

Example::

    python -m tests.simulators.tryton.book --home .holdfast/tryton --port 8069 \
        --lot QD-2026-0147 --bay A-07 --pallets 160 --quantity-kg 200000
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from holdfast.domain.claims import check_sscc, check_text
from holdfast.domain.errors import HoldfastError, InvalidInput, Refused
from scripts import tryton
from scripts.tryton_rpc import Rpc, decimal
from scripts.tryton_setup import CLERK_LOGIN, SITE
from tests.simulators.tryton.records import find_place, lot_id, package_ids, pallet_ssccs, product_id

PRODUCT = "Natural rubber SVR 10"
SUPPLIER = "Dong Nai Rubber Export JSC"
CUSTOMER = "Shandong Tyre Trading Co., Ltd."
TRUCKS = 8


def book_arrival(
    base_url: str,
    login: str,
    password: str,
    *,
    lot: str,
    bay: str,
    quantity_kg: int,
    ssccs: Sequence[str],
    product: str = PRODUCT,
    site: str = SITE,
    trucks: int = TRUCKS,
) -> None:
    """Book an arrival: `trucks` supplier shipments weighed in at the gate, put away pallet by pallet.

    The pallets share `quantity_kg` and the trucks the pallets evenly.

    Raises:
        InvalidInput: a number of an SSCC is wrong, or the pallets cannot share the quantity evenly.
        Refused: Tryton refused a step, in its own words.
        Unreachable: Tryton did not answer.
    """
    check_text("lot", lot)
    check_text("bay", bay)
    for sscc in ssccs:
        check_sscc(sscc)
    if not ssccs or trucks < 1 or len(ssccs) % trucks or len(set(ssccs)) != len(ssccs):
        raise InvalidInput("ssccs", len(ssccs), f"different SSCCs, a multiple of {trucks} trucks")
    each = Decimal(quantity_kg) / len(ssccs)
    if quantity_kg <= 0 or each * 100 % 1:
        raise InvalidInput("quantity_kg", quantity_kg, f"a weight that {len(ssccs)} pallets share to 10 g")
    with Rpc(base_url, login, password) as rpc:
        place = find_place(rpc, site, bay)
        unit = rpc.one("product.uom", [["symbol", "=", "kg"]])
        goods = product_id(rpc, product, unit)
        lot_record = rpc.ensure(
            "stock.lot",
            [["number", "=", lot], ["product", "=", goods]],
            {"number": lot, "product": goods},
        )
        supplier = rpc.ensure("party.party", [["name", "=", SUPPLIER]], {"name": SUPPLIER})
        supplier_zone = rpc.one("stock.location", [["type", "=", "supplier"]])
        packages = package_ids(rpc, ssccs)
        move = {"product": goods, "lot": lot_record, "unit": unit}
        per_truck = len(ssccs) // trucks
        loads = [packages[start : start + per_truck] for start in range(0, len(packages), per_truck)]
        names = [f"{lot} {bay} truck {number} of {trucks}" for number in range(1, trucks + 1)]

        known = _shipments(rpc, names)
        weighed = {
            **move,
            "quantity": float(each * per_truck),
            "from_location": supplier_zone,
            "to_location": place.input,
            "currency": rpc.one("currency.currency", [["code", "=", "CNY"]]),
            "unit_price": decimal("0"),
        }
        rpc.create(
            "stock.shipment.in",
            [
                {
                    "reference": name,
                    "supplier": supplier,
                    "warehouse": place.warehouse,
                    "warehouse_input": place.input,
                    "warehouse_storage": place.storage,
                    "incoming_moves": [["create", [weighed]]],
                }
                for name in names
                if name not in known
            ],
        )
        known = _shipments(rpc, names)
        if drafts := _in_state(known, "draft"):
            rpc.call("model.stock.shipment.in.receive", drafts)
        received = set(_in_state(_shipments(rpc, names), "received"))
        for name, load in zip(names, loads, strict=True):
            if known[name]["id"] in received:
                away = {**move, "from_location": place.input, "to_location": place.bay}
                _split(rpc, known[name]["id"], "stock.shipment.in", away, load, each)
        if received:
            rpc.call("model.stock.shipment.in.do", sorted(received))
        _expect_done(_shipments(rpc, names))


def correct_quantity(
    base_url: str,
    login: str,
    password: str,
    *,
    lot: str,
    bay: str,
    quantity_kg: int,
    product: str = PRODUCT,
    site: str = SITE,
) -> None:
    """Book a stocktaking that finds `quantity_kg` of the lot in the bay."""
    with Rpc(base_url, login, password) as rpc:
        place = find_place(rpc, site, bay)
        goods = product_id(rpc, product, rpc.one("product.uom", [["symbol", "=", "kg"]]))
        lot_record = lot_id(rpc, lot, goods)
        line = {"product": goods, "lot": lot_record, "quantity": float(quantity_kg)}
        made = rpc.create("stock.inventory", [{"location": place.bay, "lines": [["create", [line]]]}])
        rpc.call("model.stock.inventory.confirm", made)


def deliver(
    base_url: str,
    login: str,
    password: str,
    *,
    lot: str,
    bay: str,
    quantity_kg: int,
    ssccs: Sequence[str],
    reference: str,
    product: str = PRODUCT,
    site: str = SITE,
) -> None:
    """Book a gate-out: the pallets leave the bay for the customer. `reference` makes it happen once."""
    each = Decimal(quantity_kg) / len(ssccs)
    with Rpc(base_url, login, password) as rpc:
        place = find_place(rpc, site, bay)
        unit = rpc.one("product.uom", [["symbol", "=", "kg"]])
        goods = product_id(rpc, product, unit)
        move = {"product": goods, "lot": lot_id(rpc, lot, goods), "unit": unit}
        customer = rpc.ensure("party.party", [["name", "=", CUSTOMER]], {"name": CUSTOMER})
        address = rpc.ensure("party.address", [["party", "=", customer]], {"party": customer})
        packages = package_ids(rpc, ssccs)
        model = "stock.shipment.out"
        found = rpc.one(model, [["reference", "=", reference]])
        if found is None:
            leaving = {
                **move,
                "quantity": float(quantity_kg),
                "from_location": place.output,
                "to_location": rpc.one("stock.location", [["type", "=", "customer"]]),
                "currency": rpc.one("currency.currency", [["code", "=", "CNY"]]),
                "unit_price": decimal("0"),
            }
            found = rpc.create(
                model,
                [
                    {
                        "reference": reference,
                        "customer": customer,
                        "delivery_address": address,
                        "warehouse": place.warehouse,
                        "warehouse_storage": place.storage,
                        "warehouse_output": place.output,
                        "outgoing_moves": [["create", [leaving]]],
                    }
                ],
            )[0]
        state = str(rpc.read(model, [found], ["state"])[0]["state"])
        if state == "draft":
            rpc.call(f"model.{model}.wait", [found])
        if state in ("draft", "waiting"):
            pick = {**move, "from_location": place.bay, "to_location": place.output}
            _split(rpc, found, model, pick, packages, each)
            rpc.call(f"model.{model}.assign_force", [found])
        steps = {"assigned": "pick", "picked": "pack", "packed": "do", "shipped": "do"}
        while step := steps.get(str(rpc.read(model, [found], ["state"])[0]["state"])):
            rpc.call(f"model.{model}.{step}", [found])


def _split(
    rpc: Rpc, shipment: int, model: str, move: dict[str, Any], packages: Sequence[int], each: Decimal
) -> None:
    """Replace the one inventory move Tryton proposes by one for each pallet, in one transaction."""
    proposed = rpc.read(model, [shipment], ["inventory_moves"])[0]["inventory_moves"]
    if len(proposed) == len(packages) and len(packages) > 1:
        return
    moves = [{**move, "quantity": float(each), "package": package} for package in packages]
    change = [["create", moves]] if not proposed else [["delete", list(proposed)], ["create", moves]]
    rpc.write(model, [shipment], {"inventory_moves": change})


def _shipments(rpc: Rpc, references: Sequence[str]) -> dict[str, dict[str, Any]]:
    ids = rpc.ids("stock.shipment.in", [["reference", "in", list(references)]])
    rows = rpc.read("stock.shipment.in", ids, ["reference", "state"])
    return {row["reference"]: row for row in rows}


def _in_state(shipments: dict[str, dict[str, Any]], state: str) -> list[int]:
    return [row["id"] for row in shipments.values() if row["state"] == state]


def _expect_done(shipments: dict[str, dict[str, Any]]) -> None:
    for name, row in shipments.items():
        if row["state"] != "done":
            raise Refused("not-booked", f"shipment {name!r} is {row['state']}; expected done")


def main() -> int:
    """Command line: book one arrival."""
    parser = argparse.ArgumentParser(description="Book an arrival in a running Tryton.")
    parser.add_argument("--home", type=Path, required=True, help="folder of the instance")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--lot", required=True)
    parser.add_argument("--bay", required=True)
    parser.add_argument("--pallets", type=int, default=160)
    parser.add_argument("--quantity-kg", type=int, default=200_000)
    parser.add_argument("--first-serial", type=int, default=1)
    options = parser.parse_args()
    try:
        book_arrival(
            tryton.base_url(options.port),
            CLERK_LOGIN,
            tryton.credentials(options.home).clerk_password,
            lot=options.lot,
            bay=options.bay,
            quantity_kg=options.quantity_kg,
            ssccs=pallet_ssccs(options.first_serial, options.pallets),
        )
    except HoldfastError as error:
        print(f"{error.code}: {error}", file=sys.stderr)
        return error.exit_status
    return 0


if __name__ == "__main__":
    sys.exit(main())
