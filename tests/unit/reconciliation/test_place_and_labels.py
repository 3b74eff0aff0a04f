"""Location and label: exact, every check with a test that fails without it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from holdfast.domain.claims import gs1_check_digit
from holdfast.domain.observations import Observations
from holdfast.domain.verdict import Decision, Outcome
from holdfast.reconciliation.reconcile import reconcile
from holdfast.reconciliation.subject import Subject
from tests.fakes.oracle import pallets
from tests.unit.reconciliation.subjects import check, existing, frame, issue, only, policy

FOREIGN = "36901234999999999" + gs1_check_digit("36901234999999999")


def with_frames(subject: Subject, *changes: dict[str, Any]) -> Subject:
    """The subject with as many frames as there are changes, each bent so."""
    frames = tuple(frame(n, **change) for n, change in enumerate(changes, 1))
    return replace(subject, observations=replace(subject.observations, frames=frames))


@pytest.mark.parametrize("order", ["issue", "transfer", "delivery", "reinstate"])
def test_reconcile__everything_agrees__accepted(order: str) -> None:
    subject = issue() if order == "issue" else existing(order)
    verdict = reconcile(subject)

    assert verdict.decision is Decision.ACCEPT, verdict.reasons()
    assert [match.name for match in verdict.matches] == ["goods", "location", "label", "ledger", "title"]
    assert verdict.reasons() == []


# location


def test_location__document_names_another_bay__rejected() -> None:
    subject = issue()
    number, document = subject.documents[0]
    moved = ((number, replace(document, storage_location="B-02")),)

    text = check(reconcile(replace(subject, documents=moved)), "location", "document").text
    assert text == "WMS says bay A-07, the receipt says B-02"


def test_location__wms_says_another_bay__rejected() -> None:
    subject = issue()
    verdict = reconcile(replace(subject, claim=replace(subject.claim, location="A-08")))

    for name in ("document", "cameras", "sign"):
        assert check(verdict, "location", name).outcome is Outcome.FAIL


def test_location__camera_of_another_bay__rejected() -> None:
    subject = issue()
    devices = tuple(replace(d, bay="A-08") if d.kind == "camera" else d for d in subject.policy.devices)

    text = only(replace(subject, policy=replace(subject.policy, devices=devices)), "location", "cameras")
    assert "of bay A-08, not of A-07" in text


@pytest.mark.parametrize("bays", [("B-02", "B-02"), ("A-07", "B-02"), ("", "")])
def test_location__sign_of_another_bay_or_none__rejected(bays: tuple[str, ...]) -> None:
    only(with_frames(issue(), *({"bay": bay} for bay in bays)), "location", "sign")


def test_location__sign_seen_too_seldom__rejected() -> None:
    only(with_frames(issue(), {}, {"bay": ""}, {"bay": ""}), "location", "sign")


def test_location__sign_hidden_in_some_frames_but_seen_twice__accepted() -> None:
    assert reconcile(with_frames(issue(), {}, {}, {"bay": ""})).decision is Decision.ACCEPT


@pytest.mark.parametrize("shown", ["", "HF-OLD0-OLD0-OLD0"])
def test_location__challenge_missing_in_one_frame__rejected(shown: str) -> None:
    text = only(with_frames(issue(), {}, {}, {"challenge": shown}), "location", "challenge")
    assert "only 2 of 3 frames" in text


@pytest.mark.parametrize("who", ["bridge", "camera", "document", "claim"])
def test_location__one_of_another_site__rejected(who: str) -> None:
    subject = issue()
    if who == "claim":
        subject = replace(subject, claim=replace(subject.claim, site="CNTAO-W4"))
    elif who == "document":
        number, document = subject.documents[0]
        subject = replace(subject, documents=((number, replace(document, storage_site="CNTAO-W4")),))
    else:
        kind = "weighbridge" if who == "bridge" else "camera"
        devices = tuple(replace(d, site="CNTAO-W4") if d.kind == kind else d for d in subject.policy.devices)
        subject = replace(subject, policy=replace(subject.policy, devices=devices))

    found = check(reconcile(subject), "location", "site")
    assert found.outcome is Outcome.FAIL
    assert "CNTAO-W4" in found.text


def test_location__no_frame_at_all__rejected() -> None:
    verdict = reconcile(with_frames(issue()))

    for match, name in (
        ("location", "cameras"),
        ("location", "sign"),
        ("location", "challenge"),
        ("label", "expected"),
    ):
        assert check(verdict, match, name).outcome is Outcome.FAIL


# label


def test_label__one_label_read_once_only__rejected() -> None:
    text = only(with_frames(issue(), {}, {"values": pallets()[1:]}), "label", "expected")

    assert text == f"1 of 8 SSCC labels were not read in 2 frames, first {pallets()[0]}"


def test_label__each_label_in_two_of_three_frames__accepted() -> None:
    half = pallets()[:4], pallets()[4:]
    frames = ({}, {"values": half[0]}, {"values": half[1]})

    assert reconcile(with_frames(issue(), *frames)).decision is Decision.ACCEPT


def test_label__policy_wants_three_repeats__rejected_with_two_frames() -> None:
    subject = replace(issue(), policy=policy(label_repeats=3))
    names = {
        (m.name, c.name) for m in reconcile(subject).matches for c in m.checks if c.outcome is Outcome.FAIL
    }

    assert names == {("label", "expected"), ("location", "sign")}


def test_label__label_of_other_goods_seen_once__rejected() -> None:
    text = only(with_frames(issue(), {}, {}, {"values": (*pallets(), FOREIGN)}), "label", "foreign")

    assert FOREIGN in text


def test_label__wms_lists_none__rejected() -> None:
    subject = issue()
    verdict = reconcile(replace(subject, claim=replace(subject.claim, packages=())))

    assert check(verdict, "label", "expected").outcome is Outcome.FAIL


def test_label__receipts_name_more_packages_than_listed__rejected() -> None:
    subject = issue(count=2)
    documents = tuple((number, replace(document, package_count=5)) for number, document in subject.documents)

    found = check(reconcile(replace(subject, documents=documents)), "label", "packages")
    assert found.outcome is Outcome.FAIL
    assert found.text == "the receipts name 10 packages, the WMS lists 8"


def test_label__receipt_of_no_package__rejected() -> None:
    subject = issue()
    documents = tuple((number, replace(document, package_count=0)) for number, document in subject.documents)

    assert (
        check(reconcile(replace(subject, documents=documents)), "label", "packages").outcome is Outcome.FAIL
    )


def test_verdict__no_observation_whatever__rejected() -> None:
    verdict = reconcile(replace(issue(), observations=Observations((), ())))

    assert verdict.decision is Decision.REJECT
