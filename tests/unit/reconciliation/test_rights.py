"""Ledger and title: every check with a test that fails without it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from holdfast.domain.acts import AnyOrder, PledgeBondOrder, PledgeOrder, SupersedeOrder, SupersedeReason
from holdfast.domain.orders import IssueOrder, Kind, ReceiptTerms, Status, SuspendOrder, SuspendReason
from holdfast.domain.receipts import LotState, ReceiptState
from holdfast.domain.successors import make_successor
from holdfast.domain.verdict import MATCHES, Check, Decision, Match, Outcome, Verdict, verdict_to_json
from holdfast.evidence.collection import receipt_id
from holdfast.reconciliation.reconcile import reconcile
from holdfast.reconciliation.subject import Subject
from tests.fakes.oracle import BANK, DAY_S, IMPORTER, OPERATOR, TRADER
from tests.simulators.site import NOW
from tests.unit.reconciliation.subjects import (
    ACCOUNT,
    KEEPER_ACCOUNT,
    LOT_ID,
    T,
    check,
    existing,
    issue,
    only,
)

# ledger


@pytest.mark.parametrize("age_s", [3_601, -301])
@pytest.mark.parametrize("order", ["issue", "transfer"])
def test_ledger__claim_stale_or_from_the_future__rejected(age_s: int, order: str) -> None:
    subject = issue() if order == "issue" else existing()
    claim = replace(subject.claim, as_of=NOW - age_s)

    said = f"asked {age_s} s before" if age_s > 0 else f"newest block is {-age_s} s older"
    assert said in only(replace(subject, claim=claim), "ledger", "fresh")


@pytest.mark.parametrize("age_s", [3_600, 0, -300])
def test_ledger__claim_at_the_edge_of_its_age__accepted(age_s: int) -> None:
    subject = issue()
    claim = replace(subject.claim, as_of=NOW - age_s)

    assert reconcile(replace(subject, claim=claim)).decision is Decision.ACCEPT


def on_chain(subject: Subject, live_g: int, attested_g: int = 200 * T, operator: int = OPERATOR) -> Subject:
    lot = LotState(LOT_ID, attested_g, live_g, operator)
    return replace(subject, facts=replace(subject.facts, lot=lot))


def test_ledger__same_lot_offered_twice__rejected_as_a_double_promise() -> None:
    text = only(on_chain(issue(), 200 * T), "ledger", "stock")

    assert text == (
        "receipts for 200.000 t already live on this lot and 200.000 t more asked, against 200.000 t "
        "in the WMS: the same goods would be promised twice"
    )


def test_ledger__a_gram_above_what_is_left__rejected_and_exactly_what_is_left_accepted() -> None:
    subject = issue(asked_g=50 * T)

    assert reconcile(on_chain(subject, 150 * T)).decision is Decision.ACCEPT
    only(on_chain(subject, 150 * T + 1), "ledger", "stock")


def test_ledger__wms_lost_goods_under_a_live_receipt__rejected() -> None:
    subject = existing()
    verdict = reconcile(replace(subject, claim=replace(subject.claim, quantity_g=199 * T)))

    assert check(verdict, "ledger", "stock").outcome is Outcome.FAIL
    assert check(verdict, "ledger", "lot").outcome is Outcome.FAIL


@pytest.mark.parametrize("order", ["transfer", "delivery", "reinstate"])
def test_ledger__wms_has_more_than_attested__rejected(order: str) -> None:
    subject = existing(order)
    verdict = reconcile(replace(subject, claim=replace(subject.claim, quantity_g=200 * T + 1)))

    assert check(verdict, "ledger", "lot").outcome is Outcome.FAIL


def bent_order(subject: Subject, **changes: Any) -> Subject:
    return replace(subject, order=replace(subject.order, **changes))


@pytest.mark.parametrize(
    "changes", [{"lot_id": b"\x08" * 24}, {"lot_quantity_g": 201 * T}], ids=["other-lot", "more-grams"]
)
def test_ledger__order_states_another_lot__rejected(changes: dict[str, Any]) -> None:
    assert check(reconcile(bent_order(issue(), **changes)), "ledger", "lot").outcome is Outcome.FAIL


def test_ledger__lot_attested_with_another_quantity__rejected() -> None:
    only(on_chain(issue(asked_g=50 * T), 0, 190 * T), "ledger", "lot")


def test_ledger__lot_of_another_operator__rejected() -> None:
    only(on_chain(issue(asked_g=50 * T), 0, operator=BANK), "ledger", "lot")


def test_ledger__lot_all_delivered_before__may_be_attested_anew() -> None:
    assert reconcile(on_chain(issue(), 0, 0)).decision is Decision.ACCEPT


# title of new receipts


def new(subject: Subject, **document: Any) -> Subject:
    """The subject with another document for the same id: the id's own check is `recompute`'s."""
    number, found = subject.documents[0]
    return replace(subject, documents=((number, replace(found, **document)),))


def terms(subject: Subject, **changes: Any) -> Subject:
    assert isinstance(subject.order, IssueOrder)
    first: ReceiptTerms = replace(subject.order.receipts[0], **changes)
    return replace(
        subject,
        order=replace(subject.order, receipts=(first,)),
        documents=((first.receipt_id, subject.documents[0][1]),),
    )


@pytest.mark.parametrize(
    ("bend", "words"),
    [
        (lambda s: new(s, lot="VN-2"), "names lot VN-2"),
        (lambda s: new(s, goods_description="Nickel"), "names Nickel"),
        (lambda s: terms(s, quantity_g=199 * T), "states 200.000 t, the order 199.000 t"),
        (lambda s: terms(s, kind=Kind.NON_NEGOTIABLE), "is negotiable, the order says non_negotiable"),
        (lambda s: terms(s, holder=TRADER), "names depositor 2, the order holder 3"),
        (lambda s: new(s, operator_member=BANK), "names operator 4, the order 1"),
        (lambda s: terms(s, expires_at=NOW + DAY_S), "ends on another day"),
        (lambda s: replace(s, evidence_core="ef" * 32), "commits to other evidence"),
        (lambda s: new(terms(s, expires_at=NOW), storage_until=NOW), "has expired"),
    ],
    ids=["lot", "goods", "grams", "kind", "depositor", "operator", "expiry", "evidence", "expired"],
)
def test_title__new_document_against_order_wms_and_evidence__rejected(
    bend: Callable[[Subject], Subject], words: str
) -> None:
    found = check(reconcile(bend(issue())), "title", "receipt 1")

    assert found.outcome is Outcome.FAIL
    assert words in found.text


@pytest.mark.parametrize("status", [Status.LIVE, Status.SUSPENDED, Status.DELIVERED])
def test_title__receipt_id_used_before__rejected(status: Status) -> None:
    subject = issue(asked_g=50 * T)
    number = subject.documents[0][0]
    state = ReceiptState(number, 2, 1, status, Kind.NEGOTIABLE, NOW + DAY_S, 0, 1, LOT_ID)

    text = only(replace(subject, facts=replace(subject.facts, receipts=(state,))), "title", "receipt 1")
    assert "a receipt lives once" in text


@pytest.mark.parametrize("count", [1, 3])
def test_title__documents_not_those_of_the_order__rejected(count: int) -> None:
    subject = issue(count=2)
    documents = (subject.documents * 2)[:count]

    only_names = {c.name for m in reconcile(replace(subject, documents=documents)).matches for c in m.checks}
    assert "documents" in only_names
    swapped = replace(subject, documents=subject.documents[::-1])
    assert check(reconcile(swapped), "title", "documents").outcome is Outcome.FAIL


def test_title__facts_of_fewer_receipts__rejected() -> None:
    subject = issue(count=2)
    short = replace(subject, facts=replace(subject.facts, receipts=(None,)))

    only(short, "title", "documents")


# the depositor's request


def requested(subject: Subject, **changes: Any) -> Subject:
    assert subject.request is not None
    return replace(
        subject, request=replace(subject.request, request=replace(subject.request.request, **changes))
    )


def test_request__missing__rejected() -> None:
    assert "no signed request" in only(replace(issue(), request=None), "title", "request")


def test_request__goods_of_another_without_the_operator__rejected() -> None:
    """A member asks for receipts on goods that another member brought in."""
    subject = issue()
    assert subject.request is not None
    own_hand = replace(subject, request=replace(subject.request, countersigner=ACCOUNT))

    assert f"operator {OPERATOR} acts by {KEEPER_ACCOUNT}" in only(own_hand, "title", "request")


def test_request__signed_by_somebody_else__rejected() -> None:
    subject = issue()
    assert subject.request is not None
    foreign = replace(subject, request=replace(subject.request, signer="0x" + "99" * 20))

    assert f"acts by {ACCOUNT}" in only(foreign, "title", "request")


def test_request__depositor_without_account_on_chain__rejected() -> None:
    subject = issue()

    only(replace(subject, facts=replace(subject.facts, accounts=())), "title", "request")


@pytest.mark.parametrize("changes", [{"lot_id": b"\x08" * 24}, {"operator": BANK}], ids=["lot", "operator"])
def test_request__of_another_lot_or_operator__rejected(changes: dict[str, Any]) -> None:
    assert "another lot or operator" in only(requested(issue(), **changes), "title", "request")


def test_request__deadline_passed__rejected_and_at_the_second_accepted() -> None:
    subject = bent_order(issue(), deadline=NOW - 1)

    assert "deadline has passed" in only(requested(subject, deadline=NOW - 1), "title", "request")
    assert reconcile(requested(bent_order(issue(), deadline=NOW), deadline=NOW)).decision is Decision.ACCEPT


def test_request__order_open_longer_than_the_request__rejected() -> None:
    text = only(requested(issue(), deadline=NOW + DAY_S - 1), "title", "request")

    assert "the order stays open longer" in text


def test_request__asks_for_another_number_of_receipts__rejected() -> None:
    subject, other = issue(), issue(count=2)

    text = only(replace(subject, request=other.request), "title", "request")
    assert "asks for 2 receipts, not 1" in text


@pytest.mark.parametrize("field", ["marks", "insurance", "storage_fee", "quality_grade"])
def test_request__receipt_says_something_else__rejected_naming_the_field(field: str) -> None:
    subject = new(issue(), **{field: "something else"})

    assert field in only(subject, "title", "request")


def test_request__of_another_depositor__rejected() -> None:
    subject = requested(issue(), depositor=TRADER)
    accounts = ((IMPORTER, ACCOUNT), (TRADER, ACCOUNT))
    subject = replace(subject, facts=replace(subject.facts, accounts=accounts))

    assert "depositor_member" in only(subject, "title", "request")


# title of receipts that live


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"status": Status.SUSPENDED}, "is suspended, not live"),
        ({"status": Status.DELIVERED}, "is delivered, not live"),
        ({"seq": 4}, "expects order number 4, this is 3"),
        ({"seq": 2}, "expects order number 2, this is 3"),
        ({"lot_id": b"\x08" * 24}, "stands for another lot"),
        ({"holder": TRADER}, "is held by member 3, not 2"),
        ({"expires_at": NOW}, "has expired"),
        ({"quantity_g": 200 * T + 1}, "stands for more than its document"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_title__live_receipt_against_order_and_chain__rejected(state: dict[str, Any], words: str) -> None:
    assert words in only(existing(**state), "title", "receipt 1")


def test_title__expires_a_second_later__accepted() -> None:
    assert reconcile(existing(expires_at=NOW + 1)).decision is Decision.ACCEPT


@pytest.mark.parametrize(("cure_s", "left_s"), [(0, 0), (0, -1), (DAY_S, DAY_S)])
def test_title__pledge_that_ends_after_its_receipt__rejected(cure_s: int, left_s: int) -> None:
    """Whoever does not pay could let the receipt run out, and nothing could be sold."""
    text = only(pledging(NOW + 9 * DAY_S, NOW + 9 * DAY_S - left_s, cure_s), "title", "receipt 1")
    assert "extend the receipt first" in text
    assert "the goods could not be sold" in text


@pytest.mark.parametrize("cure_s", [0, DAY_S])
def test_title__pledge_that_ends_a_second_before_its_receipt__accepted(cure_s: int) -> None:
    ends = NOW + 9 * DAY_S
    assert reconcile(pledging(ends, ends - cure_s - 1, cure_s)).decision is Decision.ACCEPT


def pledging(expires_at: int, maturity: int, cure_s: int) -> Subject:
    """A receipt that a pledge is asked on; a bond's, where there is no time to cure."""
    subject = existing(expires_at=expires_at)
    number, digest, by = subject.documents[0][0], b"\1" * 32, NOW + DAY_S
    order: AnyOrder = PledgeBondOrder(number, 2, 4, 3, 1, b"CNY", maturity, 0, digest, by)
    if cure_s:
        order = PledgeOrder(number, 2, 4, 3, 1, 1, b"CNY", maturity, 7_000, cure_s, 0, digest, by)
    return replace(subject, order=order)


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ({"expires_at": NOW - 1, "pledges": 1, "first_pledgee": 4}, False),
        ({"expires_at": NOW, "pledges": 1, "first_pledgee": 4}, True),
        ({"expires_at": NOW - 1}, True),
    ],
    ids=["pledged and expired", "in its last second", "not pledged"],
)
def test_title__extension_that_names_no_holder__of_a_pledged_receipt_that_has_expired(
    state: dict[str, Any], told: bool
) -> None:
    subject = existing(**state)
    text = check(reconcile(extending(subject)), "title", "receipt 1").text
    assert ("not nobody, as the order says" in text) is told, text


def test_title__pledgee_makes_storage_dearer_without_the_holder__rejected() -> None:
    subject = existing(expires_at=NOW - 1, pledges=1, first_pledgee=4)
    fee = "CNY 9.00 per tonne and day"
    assert (
        "in storage_fee" in check(reconcile(extending(subject, storage_fee=fee)), "title", "receipt 2").text
    )
    agreed = check(reconcile(extending(subject, IMPORTER, storage_fee=fee)), "title", "receipt 2").text
    assert "in storage_fee" not in agreed


def extending(subject: Subject, holder: int = 0, **changes: Any) -> Subject:
    """A receipt about to be extended, by its first pledgee alone where no holder is named."""
    ((old, document),) = subject.documents
    later = document.storage_until + 90 * DAY_S
    said = {"receipt_number": "QD-2", "storage_until": later, **changes}
    longer = make_successor([(old, document)], "extension", said, salt="ab" * 32, issued_on=NOW)
    new_id, reason = receipt_id(longer), SupersedeReason.EXTENSION
    order = SupersedeOrder(old, new_id, holder, 3, 200 * T, later, reason, NOW + DAY_S)
    facts = replace(subject.facts, receipts=(*subject.facts.receipts, None))
    return replace(subject, order=order, documents=((old, document), (new_id, longer)), facts=facts)


def test_title__not_on_the_chain__rejected() -> None:
    subject = existing()
    gone = replace(subject, facts=replace(subject.facts, receipts=(None,)))

    assert "is not on the chain" in only(gone, "title", "receipt 1")


@pytest.mark.parametrize("field", ["lot", "goods_description"])
def test_title__live_document_against_the_wms__rejected(field: str) -> None:
    only(new(existing(), **{field: "something else"}), "title", "receipt 1")


def test_title__delivery_of_part__rejected() -> None:
    subject = bent_order(existing("delivery"), quantity_g=199 * T)

    text = check(reconcile(subject), "title", "receipt 1").text
    assert "stands for 200.000 t, the order 199.000 t" in text


def test_title__reinstating_what_is_not_suspended__rejected() -> None:
    text = only(existing("reinstate", status=Status.LIVE), "title", "receipt 1")

    assert "is live, not suspended" in text


def test_title__suspending_good_goods__accepted_so_no_attester_signs_it() -> None:
    subject = existing()
    order = SuspendOrder(subject.documents[0][0], SuspendReason.QUANTITY_SHORT, 3, NOW + DAY_S)

    assert reconcile(replace(subject, order=order)).decision is Decision.ACCEPT


# the verdict itself


def test_match__no_check__fails_and_worst_check_counts() -> None:
    def of(*outcomes: Outcome) -> Outcome:
        return Match("goods", tuple(Check("c", outcome, "t") for outcome in outcomes)).outcome

    assert of() is Outcome.FAIL
    assert of(Outcome.PASS, Outcome.HOLD) is Outcome.HOLD
    assert of(Outcome.HOLD, Outcome.FAIL, Outcome.PASS) is Outcome.FAIL
    assert of(Outcome.PASS) is Outcome.PASS


def test_verdict__a_match_missing_repeated_or_out_of_order__rejected() -> None:
    good = tuple(Match(name, (Check("c", Outcome.PASS, "t"),)) for name in MATCHES)

    assert Verdict(good).decision is Decision.ACCEPT
    for bad in ((), good[:4], good[::-1], (*good, good[0]), (*good[:4], good[0])):
        assert Verdict(bad).decision is Decision.REJECT


def test_verdict_reasons__failures_before_holds() -> None:
    checks = (
        Check("a", Outcome.HOLD, "held"),
        Check("b", Outcome.PASS, "fine"),
        Check("c", Outcome.FAIL, "bad"),
    )

    assert Verdict((Match("goods", checks),)).reasons() == ["goods: bad", "goods: held"]


def test_verdict_to_json__numbers__as_strings() -> None:
    data = verdict_to_json(reconcile(issue()))

    assert data["decision"] == "ACCEPT"
    assert [match["name"] for match in data["matches"]] == list(MATCHES)
    number = data["matches"][0]["checks"][1]["numbers"]
    assert number["claimed_g"] == "200000000"
    assert all(isinstance(value, str) for value in number.values())
