"""Price series to begin with: read from a file, or refused with the field that is wrong."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from cli.founding import read_series
from holdfast.domain.errors import Misconfigured

GOOD: dict[str, Any] = {
    "description": "Natural rubber SVR 10, ex warehouse Qingdao",
    "currency": "CNY",
    "staleness_s": 86_400,
    "deviation_bps": 300,
    "feeders": [7, 5],
}


def written(folder: Path, value: Any) -> Path:
    path = folder / "series.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def test_read_series__good_file__named_by_the_digest_of_its_description(tmp_path: Path) -> None:
    (found,) = read_series(written(tmp_path, [GOOD]))
    assert found.digest == sha256(GOOD["description"].encode()).digest()
    assert (found.currency, found.feeders, found.deviation_bps) == (b"CNY", (5, 7), 300)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"currency": "yuan"}, "currency"),
        ({"feeders": [5]}, "feeders"),
        ({"staleness_s": 0}, "staleness_s"),
        ({"deviation_bps": 10_000}, "deviation_bps"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_read_series__wrong_value__refused_with_its_field(
    tmp_path: Path, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(Misconfigured, match=field):
        read_series(written(tmp_path, [GOOD | changes]))


def test_read_series__no_file__refused_naming_the_setting(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="SERIES_FILE"):
        read_series(tmp_path / "absent.json")
