from __future__ import annotations

from pathlib import Path

from scripts.assurance.forge import Campaign, Tally
from scripts.assurance.kept import Kept, digest

DONE = Campaign("invariant_I2_one_holder", 7, True, "", {"issue": Tally(9, 2, 1)})


def test_kept__a_run_that_was_cut_short__goes_on_with_what_it_had(tmp_path: Path) -> None:
    file = tmp_path / "build" / "campaigns.jsonl"
    Kept(file, "code", 140, 200).add(DONE)
    with file.open("a") as half:
        half.write('\n{"key": {"of": "co')
    again = Kept(file, "code", 140, 200)
    assert again.find("invariant_I2_one_holder", 7) == DONE
    assert again.find("invariant_I2_one_holder", 8) is None
    more = Campaign("invariant_I2_one_holder", 8, True, "")
    again.add(more)
    assert Kept(file, "code", 140, 200).find("invariant_I2_one_holder", 8) == more


def test_kept__other_code_or_other_size__is_not_used(tmp_path: Path) -> None:
    file = tmp_path / "campaigns.jsonl"
    Kept(file, "code", 140, 200).add(DONE)
    for other in (
        Kept(file, "other", 140, 200),
        Kept(file, "code", 1, 200),
        Kept(file, "code", 140, 20),
    ):
        assert other.find(DONE.test, DONE.seed) is None


def test_kept__a_campaign_that_broke__is_run_again(tmp_path: Path) -> None:
    file = tmp_path / "campaigns.jsonl"
    Kept(file, "code", 140, 200).add(Campaign("invariant_I2_one_holder", 7, False, "broken"))
    assert not file.exists()


def test_digest__a_byte_of_a_contract_changed__is_another(tmp_path: Path) -> None:
    code = tmp_path / "holdfast" / "chain" / "abi" / "Court.json"
    code.parent.mkdir(parents=True)
    code.write_text("60")
    before = digest(tmp_path)
    code.write_text("61")
    assert digest(tmp_path) != before
