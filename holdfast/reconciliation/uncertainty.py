"""Measurement uncertainty of weighings, in whole grams so that every node computes the same.

Sources: OIML R 76-1 table 6 (class III maximum permissible errors) and 3.5.2 (in service: twice the
value); JCGM 100 (GUM) 4.3.7 rectangular distribution, 5.2.2 correlated inputs.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isqrt

from holdfast.domain.errors import InvalidInput
from holdfast.domain.observations import Weighing
from holdfast.domain.policy import Calibration

CHI_SQUARE_95_MILLIS = (3841, 5991, 7815, 9488, 11070, 12592, 14067, 15507, 16919)
"""95 % points of the chi-square distribution times 1,000, for 1 to 9 degrees of freedom."""


def in_service_mpe_g(load_g: int, calibration: Calibration) -> int:
    """Maximum permissible error in service for one load on a class III instrument, grams.

    0 to 500 e: 1 e; to 2,000 e: 2 e; to 10,000 e: 3 e (twice the initial 0.5, 1 and 1.5 e).
    Raises InvalidInput beyond the instrument's maximum or 10,000 e.
    """
    e = calibration.scale_interval_g
    if load_g > min(calibration.maximum_g, 10_000 * e):
        raise InvalidInput("load", f"{load_g} g", f"at most the instrument's {calibration.maximum_g} g")
    return (1 if load_g <= 500 * e else 2 if load_g <= 2_000 * e else 3) * e


def net_uncertainty_g(weighing: Weighing, calibration: Calibration) -> int:
    """Standard uncertainty of one net weight, grams, rounded up.

    Gross and tare each carry MPE / sqrt 3 and are independent: u^2 = (MPE_g^2 + MPE_t^2) / 3.
    e = 20 kg, 40 t gross, 15 t tare: 32.66 kg, so U95 = 64 kg.
    """
    gross = in_service_mpe_g(weighing.gross_g, calibration)
    tare = in_service_mpe_g(weighing.tare_g, calibration)
    return ceil_sqrt(-(-(gross * gross + tare * tare) // 3))


def ceil_sqrt(square: int) -> int:
    """The square root of a whole number, rounded up: an uncertainty is never understated."""
    root = isqrt(square)
    return root if root * root == square else root + 1


def consistent(values: Sequence[tuple[int, int]]) -> bool:
    """Chi-square test at 95 % of (value_g, u_g) pairs about their weighted mean.

    One source is always consistent. Raises InvalidInput for more than ten sources.
    """
    if len(values) < 2:
        return True
    if len(values) > len(CHI_SQUARE_95_MILLIS) + 1:
        raise InvalidInput("sources", len(values), "at most ten instruments for one lot")
    statistic_num, common = _chi_square(values)
    return statistic_num * 1000 <= CHI_SQUARE_95_MILLIS[len(values) - 2] * common


def _chi_square(values: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Sum of (x - mean)^2 / u^2 as an exact fraction (numerator, denominator)."""
    product = 1
    for _, u in values:
        product *= u * u
    weights = [product // (u * u) for _, u in values]
    total = sum(weights)
    weighted = sum(weight * x for weight, (x, _) in zip(weights, values, strict=True))
    numerator = sum(
        weight * (x * total - weighted) ** 2 for weight, (x, _) in zip(weights, values, strict=True)
    )
    return numerator, product * total * total


def fuse(values: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Inverse-variance mean of consistent (value_g, u_g) pairs: (value_g, u_g), u rounded up."""
    product = 1
    for _, u in values:
        product *= u * u
    weights = [product // (u * u) for _, u in values]
    total = sum(weights)
    weighted = sum(w * x for w, (x, _) in zip(weights, values, strict=True))
    mean = (2 * weighted + total) // (2 * total)
    return mean, ceil_sqrt(-(-product // total))
