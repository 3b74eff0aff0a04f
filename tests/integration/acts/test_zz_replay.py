"""Everything that this folder's other tests did, replayed by an auditor from chain and evidence alone."""

from __future__ import annotations

from holdfast.audit.replay import Auditor
from holdfast.audit.report import render_audit
from tests.fakes.oracle import party
from tests.integration.acts.people import BANK, IMPORTER, OPERATOR, People, part


def test_audit__of_all_these_acts__every_decision_replays(shop: People) -> None:
    receipt = shop.issued()
    shop.pledged(receipt)
    shop.act(IMPORTER, "split", OPERATOR, BANK, on=receipt, parts=[part("Z-1", 50, 2)])

    house = shop.warehouse
    report = Auditor(shop.chain, house.store, party("member 7").encryption, house.pictures).run()

    assert report.holds, render_audit(report)
    assert {"issue", "pledge"} <= {item.purpose for item in report.replayed}
