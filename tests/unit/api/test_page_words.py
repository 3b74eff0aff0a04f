"""The pages have words, in two languages, for every decision and every act that the service can tell of."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

from api.receipts.schemas import ActWord, KindWord
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


def test_kinds__each__has_words_and_none_says_that_it_cannot_be_transferred() -> None:
    text = (ASSETS / "receipt.js").read_text(encoding="utf-8")
    body = text[text.index("const KINDS = {") :].split("};")[0]
    assert set(re.findall(r'^ +"?([\w-]+)"?: \["', body, re.MULTILINE)) == set(get_args(KindWord))
    shown = [file.read_text(encoding="utf-8") for file in ASSETS.parent.rglob("*.[jh][st]*")]
    assert len(shown) > 10
    assert not [page for page in shown if "不可转让" in page], "it can: ADR 0034"


def test_timeline__each_act__has_words() -> None:
    assert words("receipt.js", "ACTS").keys() >= set(get_args(ActWord)) - {"other"}
