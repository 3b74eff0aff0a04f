"""Records the clerk needs before a movement can be booked: places, goods, lots, pallets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from holdfast.domain.claims import gs1_check_digit
from holdfast.domain.errors import Refused
from scripts.tryton_rpc import Rpc

VIET_NAM_PREFIX = "893460012"
"""GS1 company prefix of the exporter: 893 is Viet Nam."""


@dataclass(frozen=True, slots=True)
class Place:
    """Ids of the warehouse's zones and of one bay."""

    warehouse: int
    input: int
    storage: int
    output: int
    bay: int


def pallet_ssccs(first: int, count: int) -> list[str]:
    """SSCCs of `count` pallets with serial numbers from `first` on."""
    bodies = (f"0{VIET_NAM_PREFIX}{serial:07d}" for serial in range(first, first + count))
    return [body + gs1_check_digit(body) for body in bodies]


def find_place(rpc: Rpc, site: str, bay: str) -> Place:
    """Find the warehouse by its code, and the bay in it, which is made if it is new."""
    warehouse = rpc.one("stock.location", [["type", "=", "warehouse"], ["code", "=", site]])
    if warehouse is None:
        raise Refused("unknown-site", f"site: Tryton has no warehouse with code {site!r}")
    zones = ("input_location", "storage_location", "output_location")
    row = rpc.read("stock.location", [warehouse], zones)[0]
    storage = int(row["storage_location"])
    bay_id = rpc.ensure(
        "stock.location",
        [["code", "=", bay], ["parent", "=", storage]],
        {"code": bay, "name": f"Bay {bay}", "type": "storage", "parent": storage},
    )
    return Place(warehouse, int(row["input_location"]), storage, int(row["output_location"]), bay_id)


def product_id(rpc: Rpc, name: str, unit: int | None) -> int:
    """Id of the product of this name; made, with lots required, if it is new."""
    found = rpc.one("product.product", [["template.name", "=", name]])
    if found is not None:
        return found
    template = {
        "name": name,
        "type": "goods",
        "default_uom": unit,
        "lot_required": ["storage", "supplier", "customer"],
        "products": [["create", [{}]]],
    }
    made = rpc.create("product.template", [template])
    return int(rpc.read("product.template", made, ["products"])[0]["products"][0])


def lot_id(rpc: Rpc, number: str, product: int) -> int:
    """Id of a lot that must be there already."""
    found = rpc.one("stock.lot", [["number", "=", number], ["product", "=", product]])
    if found is None:
        raise Refused("unknown-lot", f"lot: Tryton has no lot {number!r} of this product")
    return found


def package_ids(rpc: Rpc, ssccs: Sequence[str]) -> list[int]:
    """Ids of the pallets in the order of `ssccs`; those Tryton lacks are made.

    Tryton gives a package its number from a sequence and lets nobody write it, so the sequence is set to
    the pallet's SSCC first. SSCCs of following pallets are 7 or 17 apart, so a run is made at once.
    """
    kind = rpc.ensure("stock.package.type", [["name", "=", "Pallet"]], {"name": "Pallet"})
    sequence = rpc.one("ir.sequence", [["name", "=", "Stock Package"]])

    def known() -> dict[str, int]:
        ids = rpc.ids("stock.package", [["number", "in", list(ssccs)]])
        return {row["number"]: row["id"] for row in rpc.read("stock.package", ids, ["number"])}

    present = known()
    for first, step, count in _runs(sorted(set(ssccs) - present.keys())):
        values = {"prefix": first[:2], "padding": 16, "number_next": int(first[2:]), "number_increment": step}
        rpc.write("ir.sequence", [sequence], values)
        rpc.create("stock.package", [{"type": kind}] * count)
    ids = known()
    return [ids[sscc] for sscc in ssccs]


def _runs(ssccs: Sequence[str]) -> list[tuple[str, int, int]]:
    """Cut into (first, step, count) with equal steps upward and the same first two digits."""
    runs: list[tuple[str, int, int]] = []
    for sscc in ssccs:
        if runs:
            first, step, count = runs[-1]
            gap = int(sscc) - int(first) - step * (count - 1)
            if gap > 0 and sscc[:2] == first[:2] and (count == 1 or gap == step):
                runs[-1] = (first, gap, count + 1)
                continue
        runs.append((sscc, 1, 1))
    return runs
