"""Two courts' cases on one receipt: they wait for each other, and each ends only its own."""

from __future__ import annotations

from oracle.workflow.lapses import Lapses
from tests.integration.acts.people import IMPORTER, TRADER, People
from tests.integration.workshop import COURT, COURT_2


def test_freezes__queued_promoted_and_released__nothing_moves_between(shop: People) -> None:
    receipt = shop.issued()
    first, second, third = shop.case(COURT), shop.case(COURT_2), shop.case(COURT)
    told = shop.told(IMPORTER, "freeze", 422, on=receipt, case_no=first)
    assert "expected a member that is a court" in told

    shop.act(COURT, "freeze", on=receipt, case_no=first)
    again = shop.refused(COURT, "freeze", on=receipt, case_no=first)
    assert f"case {first}" in str(again.detail), again.detail
    shop.act(COURT_2, "freeze", on=receipt, case_no=second)
    shop.act(COURT, "freeze", on=receipt, case_no=third)
    found = shop.status(IMPORTER, receipt)
    assert (found["freeze"]["case_no"], found["free"]) == (first, False)
    assert [case["case_no"] for case in found["waiting"]] == [second, third]
    assert "2 more wait behind it" in found["not_free_because"][0]
    assert f"case {first}, preservation during proceedings, until" in found["not_free_because"][0]
    assert (found["freeze"]["because"], found["freeze"]["because_zh"]) == (
        "preservation during proceedings",
        "诉讼保全",
    )

    # Each court ends its own case only, and the next one steps forward.
    told = shop.told(COURT_2, "unfreeze", 409, on=receipt, case_no=first)
    assert f"member {COURT}, whose case it is" in told
    shop.act(COURT, "unfreeze", on=receipt, case_no=third)
    assert [case["case_no"] for case in shop.status(IMPORTER, receipt)["waiting"]] == [second]
    shop.act(COURT, "unfreeze", on=receipt, case_no=first)
    found = shop.status(IMPORTER, receipt)
    assert (found["freeze"]["case_no"], found["waiting"]) == (second, [])
    told = shop.told(IMPORTER, "transfer", 409, on=receipt, transferee=TRADER)
    assert f"case {second} in force" in told
    in_force = {each["case_no"]: each["in_force"] for each in shop.get(COURT_2, "/v1/freezes")["items"]}
    assert in_force[second] is True

    shop.act(COURT_2, "unfreeze", on=receipt, case_no=second)
    assert shop.status(IMPORTER, receipt)["free"] is True
    told = shop.told(COURT_2, "unfreeze", 409, on=receipt, case_no=second)
    assert "expected a receipt that is frozen under it" in told
    shop.act(IMPORTER, "transfer", TRADER, on=receipt, transferee=TRADER)
    assert shop.status(TRADER, receipt)["holder"]["member_id"] == TRADER


def test_freezes__time_over__the_oracle_takes_them_off_by_itself(shop: People) -> None:
    other = shop.issued()
    shop.other_lot()
    receipt = shop.issued()
    first, second = shop.case(COURT, 3_600), shop.case(COURT_2)
    third, alone = shop.case(COURT, 3_000), shop.case(COURT, 3_000)
    shop.act(COURT, "freeze", on=receipt, case_no=first)
    shop.act(COURT_2, "freeze", on=receipt, case_no=second)
    shop.act(COURT, "freeze", on=receipt, case_no=third)
    shop.act(COURT, "freeze", on=other, case_no=alone)
    shop.lapses.step()
    assert shop.status(IMPORTER, receipt)["freeze"]["case_no"] == first

    shop.skip(3_601)
    assert shop.status(IMPORTER, other)["free"] is False
    shop.lapses.step()
    found = shop.status(IMPORTER, receipt)
    assert (found["freeze"]["case_no"], found["waiting"]) == (second, [])
    assert shop.status(IMPORTER, other)["free"] is True
    lapsed = {each["case_no"]: each["lapsed"] for each in shop.get(COURT, "/v1/freezes")["items"]}
    assert (lapsed[first], lapsed[third], lapsed[alone]) == (True, True, True)
    mine = {each["case_no"]: each for each in shop.get(COURT_2, "/v1/freezes")["items"]}[second]
    assert (mine["in_force"], mine["lapsed"]) == (True, False)

    # Again, and in a process begun anew: nothing is left to send.
    sent = shop.sent()
    shop.lapses.step()
    Lapses(shop.chain, shop.steps.relayer, shop.outbox, shop.now).step()
    assert shop.sent() == sent
