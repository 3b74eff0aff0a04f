"""A verdict of five matches with the sentences and numbers the reconciliation writes."""

from __future__ import annotations

from holdfast.domain.verdict import Check, Match, Outcome, Verdict

T = 1_000_000


def board(
    claimed_g: int, measured_g: int, *, bay: str = "A-07", receipts: int = 1, counted: bool = False
) -> Verdict:
    """Five matches with the sentences and numbers the reconciliation writes."""
    tolerance, u = claimed_g // 200, 78_400
    guard = -(-u * 1645 // 1000)
    short = claimed_g - measured_g
    outcome = Outcome.PASS if short <= tolerance - guard else Outcome.FAIL
    words = "within" if outcome is Outcome.PASS else "beyond"
    numbers = (("claimed_g", claimed_g), ("measured_g", measured_g), ("uncertainty_g", u))
    numbers += (("tolerance_g", tolerance), ("guard_g", guard))
    text = (
        f"measured {measured_g / T:,.3f} t (u {u / 1000:.1f} kg), WMS says {claimed_g / T:,.3f} t: "
        f"{abs(short) / 1000:,.1f} kg short, {words} the tolerance of {tolerance / T:.3f} t with a "
        f"guard band of {guard / 1000:.1f} kg"
    )
    ok = Outcome.PASS
    goods = Match(
        "goods",
        (
            Check("loads", ok, "8 truck loads weighed on bridge-1", (("loads", 8),)),
            Check("quantity", outcome, text, numbers),
        ),
    )
    if counted:
        seen = "all 160 labelled pallets of the lot are seen in the bay"
        pallets = (("claimed_pallets", 160), ("seen_pallets", 160))
        goods = Match(
            "goods",
            (
                Check("pallets", ok, seen, pallets),
                Check("quantity", ok, f"attested {claimed_g / T:,.3f} t when weighed, WMS says the same"),
            ),
        )
    location = Match(
        "location",
        (
            Check("site", ok, "instruments and cameras stand at CNTAO-W3"),
            Check("document", ok, f"receipt and WMS both say bay {bay}"),
            Check("sign", ok, f"the sign of bay {bay} is read in 6 of 6 frames", (("frames", 6),)),
            Check("challenge", ok, "the challenge HF-7Q2M is in view in all 6 frames"),
        ),
    )
    label = Match(
        "label",
        (
            Check("expected", ok, "all 160 SSCC labels of the WMS are read in 2 frames or more"),
            Check("foreign", ok, "no label of other goods is in the bay"),
        ),
    )
    ledger = Match(
        "ledger",
        (
            Check("fresh", ok, "the WMS was asked 14 s before the decision", (("age_s", 14),)),
            Check(
                "stock", ok, f"receipts for {claimed_g / T:,.3f} t against {claimed_g / T:,.3f} t in the WMS"
            ),
        ),
    )
    titles = tuple(
        Check(f"receipt {n + 1}", ok, f"receipt {n + 1}: document, order and chain agree")
        for n in range(receipts)
    )
    return Verdict((goods, location, label, ledger, Match("title", titles)))
