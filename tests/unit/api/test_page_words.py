"""The pages have words, in two languages, for every decision and every act that the service can tell of."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

from api.receipts.schemas import ActWord
from holdfast.chain.acts import ATTESTED
from holdfast.domain.orders import Order
from holdfast.evidence.manifest import PURPOSES

ASSETS = Path(__file__).parents[3] / "api" / "pages" / "assets"


def words(file: str, table: str) -> dict[str, str]:
    """Key -> Chinese word, of a table in a script."""
    text = (ASSETS / file).read_text(encoding="utf-8")
    body = text[text.index(f"const {table} = {{") :].split("};")[0]
    return {
        key.strip('"'): chinese
        for key, chinese in re.findall(r'([\w-]+|"[\w-]+"): \["[^"]+", "([^"]+)"\]', body)
    }


def test_board__each_purpose_that_is_attested__has_words() -> None:
    attested = {kind.__name__ for kind in (*ATTESTED, *get_args(Order))}
    wanted = {purpose for purpose, kind in PURPOSES.items() if kind in attested}
    assert words("board.js", "PURPOSES").keys() == wanted


def test_timeline__each_act__has_words() -> None:
    assert words("receipt.js", "ACTS").keys() >= set(get_args(ActWord)) - {"other"}
