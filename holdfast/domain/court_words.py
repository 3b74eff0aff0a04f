"""Why a court froze: the reason codes of rulings, in words, in one table for everybody who shows them.

The chain takes any code from 1 to 255; one that is not here is shown as its number. Law: 民事诉讼法 103-104
(preservation), 253 ff. (enforcement); 查封扣押冻结规定; 刑事诉讼法 141; 企业破产法 13.
"""

from __future__ import annotations

from typing import Final

CASE_REASONS: Final[dict[int, tuple[str, str]]] = {
    1: ("preservation during proceedings", "诉讼保全"),
    2: ("preservation before proceedings", "诉前保全"),
    3: ("enforcement of a judgment or award", "执行查封"),
    4: ("criminal proceedings", "刑事查封"),
    5: ("insolvency of a party", "破产程序"),
    6: ("ownership in dispute", "权属争议"),
}
"""Code -> English and Chinese."""


def case_reason(code: int) -> tuple[str, str]:
    """A ruling's reason, English and Chinese; the bare code of one that is not in the table."""
    return CASE_REASONS.get(code, (f"reason code {code}", f"事由代码 {code}"))


def listed_reasons() -> str:
    """All codes with their words, for a field's help."""
    return ", ".join(f"{code} {english}" for code, (english, _) in CASE_REASONS.items())
