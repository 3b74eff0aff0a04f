"""The lots of the story and the words of their receipts."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from holdfast.domain.deposit import make_terms
from scripts.demo.founding import SITE
from scripts.demo.members import IMPORTER, OPERATOR
from tests.simulators.labels import sscc_of

PALLET_G = 1_250_000
YEAR_S = 365 * 86_400
PRODUCT = "Natural rubber SVR 10"


@dataclass(frozen=True, slots=True)
class Lot:
    """One lot as booked: pallets of 1,250 kg in one bay, brought by so many trucks."""

    number: str
    bay: str
    pallets: int
    trucks: int
    first_serial: int

    @property
    def quantity_g(self) -> int:
        """What the WMS is told, grams."""
        return self.pallets * PALLET_G

    @property
    def ssccs(self) -> list[str]:
        """The pallets' labels."""
        return [sscc_of(self.first_serial + index) for index in range(self.pallets)]


RUBBER = Lot("QD-2026-0147", "A-07", 160, 8, 1)
SMALL = Lot("QD-2026-0148", "A-08", 40, 2, 1001)
SHORT = Lot("QD-2026-0149", "B-01", 160, 8, 2001)
ELSEWHERE = Lot("QD-2026-0150", "B-02", 20, 1, 3001)
LOTS = (RUBBER, SMALL, SHORT, ELSEWHERE)
REALLY_THERE_G = {SHORT.number: 196_000_000}
"""What lies in the bay where that is not what the WMS was told, grams."""


def terms(lot: Lot, receipts: int, *, prefix: str = "") -> dict[str, Any]:
    """What the importer asks for: the lot split evenly over so many receipts."""
    now = int(time.time())
    each, ssccs = lot.pallets // receipts, lot.ssccs
    common = {
        "document_version": 1,
        "kind": "negotiable",
        "operator_member": OPERATOR.member_id,
        "operator_name": f"{OPERATOR.name} {OPERATOR.name_zh}",
        "operator_address": "18 Gangwan Road, Huangdao District, Qingdao, Shandong, China",
        "depositor_member": IMPORTER.member_id,
        "depositor_name": f"{IMPORTER.name} {IMPORTER.name_zh}",
        "depositor_address": "6 Hong Kong East Road, Laoshan District, Qingdao, Shandong, China",
        "to_order_of": "The holder registered on the consortium's chain",
        "goods_description": PRODUCT,
        "goods_code": "400122",
        "origin": "Viet Nam",
        "lot": lot.number,
        "commingled": False,
        "quality_grade": "SVR 10, TCVN 3769",
        "quality_certificate": f"RRIV-2026-{lot.number[-4:]}",
        "packaging": "Shrink-wrapped bales on pallets of 1,250 kg",
        "loss_allowance_bps": 50,
        "storage_place": "Warehouse W3, Qianwan Port, Huangdao, Qingdao",
        "storage_site": SITE,
        "storage_location": lot.bay,
        "storage_from": now,
        "storage_until": now + YEAR_S,
        "storage_fee": "CNY 1.20 per tonne and day, payable monthly",
        "insurance": "CNY 2,900,000, all risks, 12 months, Bohai Property Insurance",
        "place_of_issue": "Qingdao",
    }
    rows = [
        {
            "receipt_number": f"HF-{lot.number}-{prefix}{index + 1:02d}",
            "quantity_g": str(each * PALLET_G),
            "package_count": each,
            "marks": f"SSCC {ssccs[index * each]} to {ssccs[(index + 1) * each - 1]}",
        }
        for index in range(receipts)
    ]
    return make_terms(common, rows)
