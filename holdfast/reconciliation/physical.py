"""The three matches about the goods themselves: quantity, place and labels."""

from __future__ import annotations

from collections import Counter

from holdfast.domain.acts import ShortageOrder
from holdfast.domain.observations import Weighing
from holdfast.domain.orders import IssueOrder, standing_ids
from holdfast.domain.units import show_mass
from holdfast.domain.verdict import Check, Match, Outcome
from holdfast.reconciliation.meaning import leaving_g, meaning_of
from holdfast.reconciliation.subject import Subject
from holdfast.reconciliation.uncertainty import consistent, fuse, net_uncertainty_g


def _exact(name: str, holds: bool, good: str, bad: str, **numbers: int) -> Check:
    outcome = Outcome.PASS if holds else Outcome.FAIL
    return Check(name, outcome, good if holds else bad, tuple(numbers.items()))


def goods(subject: Subject) -> Match:
    """Quantity: weighed with a guard band, at issue and at the gate; untouched goods by counting pallets."""
    if subject.observations.weighings or meaning_of(subject.order).weighed:
        return Match("goods", _weighed(subject))
    return Match("goods", _counted(subject))


def _weighed(subject: Subject) -> tuple[Check, ...]:
    by_device: dict[str, list[Weighing]] = {}
    for weighing in subject.observations.weighings:
        by_device.setdefault(weighing.device, []).append(weighing)
    if not by_device:
        text = "no weighing of these goods: an issue or a delivery needs one"
        return (Check("weighed", Outcome.FAIL, text),)
    loads = [sorted(w.load for w in group) for group in by_device.values()]
    if any(len(set(group)) != len(group) for group in loads):
        return (Check("loads", Outcome.FAIL, "a truck load was weighed twice on the same bridge"),)
    if any(group != loads[0] for group in loads):
        return (Check("loads", Outcome.HOLD, "the bridges did not weigh the same truck loads"),)
    sources = []
    for device, group in by_device.items():
        calibration = subject.policy.device(device).calibration
        if calibration is None:
            return (Check("instrument", Outcome.FAIL, f"{device} has no calibration record"),)
        # Loads over one bridge share its calibration error: their uncertainties add up (GUM 5.2.2).
        total_u = sum(net_uncertainty_g(w, calibration) for w in group)
        sources.append((sum(w.net_g for w in group), total_u))
    if not consistent(sources):
        text = "the instruments disagree beyond their uncertainty: " + ", ".join(
            f"{device} {show_mass(value)} (u {show_mass(u)})"
            for device, (value, u) in zip(by_device, sources, strict=True)
        )
        return (Check("consistent", Outcome.HOLD, text),)
    measured, u = fuse(sources)
    count = _exact(
        "loads",
        True,
        f"{len(loads[0])} truck loads weighed on {', '.join(sorted(by_device))}",
        "",
        loads=len(loads[0]),
    )
    return count, _quantity(subject, measured, u)


def _quantity(subject: Subject, measured: int, u: int) -> Check:
    """ACCEPT inside T - k u, REJECT beyond T + k u, HOLD between (design.md section 5)."""
    # What crosses the bridge for a delivery is what the order lets out, not the whole lot.
    leaving = leaving_g(subject.order)
    # Goods that go out, or are written off, are held to their weight from both sides: too much is wrong, too.
    two_sided = leaving is not None or isinstance(subject.order, ShortageOrder)
    claimed = subject.claim.quantity_g if leaving is None else leaving
    says = "WMS says" if leaving is None else "the order lets out"
    tolerance = claimed * subject.policy.tolerance_bps // 10_000
    guard = -(-u * subject.policy.guard_millis // 1_000)
    off = abs(measured - claimed) if two_sided else claimed - measured
    if off <= tolerance - guard:
        outcome, words = Outcome.PASS, "within"
    elif off > tolerance + guard:
        outcome, words = Outcome.FAIL, "beyond"
    else:
        outcome, words = Outcome.HOLD, "too near the edge of"
    difference = measured - claimed
    text = (
        f"measured {show_mass(measured)} (u {show_mass(u)}), {says} {show_mass(claimed)}: "
        f"{show_mass(abs(difference))} {'over' if difference > 0 else 'short'}, {words} "
        f"the tolerance of {show_mass(tolerance)} with a guard band of {show_mass(guard)}"
    )
    numbers = (
        ("claimed_g", claimed),
        ("measured_g", measured),
        ("uncertainty_g", u),
        ("tolerance_g", tolerance),
        ("guard_g", guard),
    )
    return Check("quantity", outcome, text, numbers)


def _counted(subject: Subject) -> tuple[Check, ...]:
    """Goods weighed at issue and since then untouched: every pallet must still be seen."""
    seen, wanted = len(_repeated(subject) & set(subject.claim.packages)), len(subject.claim.packages)
    pallets = _exact(
        "pallets",
        bool(wanted) and seen == wanted,
        f"all {wanted} labelled pallets of the lot are seen in the bay",
        f"{seen} of {wanted} labelled pallets are seen in the bay",
        claimed_pallets=wanted,
        seen_pallets=seen,
    )
    lot = subject.facts.lot
    if meaning_of(subject.order).before_issue and (lot is None or not lot.attested_g):
        return (pallets,)  # They are weighed when receipts are issued on them.
    attested = lot.attested_g if lot else 0
    return (
        pallets,
        _exact(
            "quantity",
            attested == subject.claim.quantity_g,
            f"attested {show_mass(attested)} when weighed, WMS says the same",
            f"attested {show_mass(attested)} when weighed, WMS says {show_mass(subject.claim.quantity_g)}",
            attested_g=attested,
            claimed_g=int(subject.claim.quantity_g),
        ),
    )


def _repeated(subject: Subject) -> set[str]:
    """Values read in at least `label_repeats` frames."""
    counts = Counter(value for frame in subject.observations.frames for value in frame.values)
    return {value for value, count in counts.items() if count >= subject.policy.label_repeats}


def location(subject: Subject) -> Match:
    """Place: the claim's bay, the document's bay, the cameras' bay and the bay sign in view agree."""
    bay, frames = subject.claim.location, subject.observations.frames
    signs = sorted({frame.bay for frame in frames if frame.bay})
    sites = {subject.policy.device(w.device).site for w in subject.observations.weighings}
    sites |= {subject.policy.device(f.device).site for f in frames}
    sites |= {document.storage_site for _, document in subject.documents}
    cameras = sorted({str(subject.policy.device(f.device).bay) for f in frames})
    shown = [frame for frame in frames if frame.bay == bay]
    fresh = [frame for frame in frames if frame.challenge == subject.challenge]
    # Where a document is put right, the new one must say where the goods are; the old one may not.
    stating = subject.documents[len(standing_ids(subject.order)) :] or subject.documents
    written = sorted({document.storage_location for _, document in stating})
    return Match(
        "location",
        (
            _exact(
                "site",
                sites == {subject.claim.site},
                f"receipt, instruments and cameras are all of site {subject.claim.site}",
                f"WMS says {subject.claim.site}; receipt and instruments say "
                f"{', '.join(sorted(sites)) or 'nothing'}",
            ),
            _exact(
                "document",
                written == [bay] or not subject.documents,
                f"receipt and WMS both say bay {bay}" if written else "there is no receipt yet",
                f"WMS says bay {bay}, the receipt says {', '.join(written) or 'nothing'}",
            ),
            _exact(
                "cameras",
                cameras == [bay],
                f"frames come from the cameras of bay {bay}",
                f"frames come from the cameras of bay {', '.join(cameras) or 'none'}, not of {bay}",
            ),
            _exact(
                "sign",
                signs == [bay] and len(shown) >= subject.policy.label_repeats,
                f"the sign of bay {bay} is read in {len(shown)} of {len(frames)} frames",
                f"expected the sign of bay {bay}; the frames show {', '.join(signs) or 'none'}",
                frames=len(frames),
                frames_with_sign=len(shown),
            ),
            _exact(
                "challenge",
                bool(frames) and len(fresh) == len(frames),
                f"the challenge {subject.challenge} is in view in all {len(frames)} frames",
                f"the challenge {subject.challenge} is in view in only {len(fresh)} of {len(frames)} frames",
                frames=len(frames),
                frames_with_challenge=len(fresh),
            ),
        ),
    )


def label(subject: Subject) -> Match:
    """Labels: every SSCC the WMS lists is read often enough, and no other is there."""
    wanted = set(subject.claim.packages)
    seen = {value for frame in subject.observations.frames for value in frame.values}
    repeated = _repeated(subject)
    missing, foreign = sorted(wanted - repeated), sorted(seen - wanted)
    times = subject.policy.label_repeats
    listed = {document.package_count for _, document in subject.documents}
    total = sum(document.package_count for _, document in subject.documents)
    counted = isinstance(subject.order, IssueOrder)
    return Match(
        "label",
        (
            _exact(
                "expected",
                bool(wanted) and not missing,
                f"all {len(wanted)} SSCC labels of the WMS are read in {times} frames or more",
                f"{len(missing)} of {len(wanted)} SSCC labels were not read in {times} frames"
                + (f", first {missing[0]}" if missing else ""),
                expected=len(wanted),
                read=len(wanted) - len(missing),
            ),
            _exact(
                "foreign",
                not foreign,
                "no label of other goods is in the bay",
                f"{len(foreign)} labels of other goods are in view"
                + (f", first {foreign[0]}" if foreign else ""),
                foreign=len(foreign),
            ),
            _exact(
                "packages",
                0 not in listed and (total <= len(wanted) if counted else True),
                f"the receipts name {total} packages of the {len(wanted)} labelled",
                f"the receipts name {total} packages, the WMS lists {len(wanted)}",
                packages=total,
            ),
        ),
    )
