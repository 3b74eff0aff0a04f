from __future__ import annotations

import pickle

import pytest

from holdfast.domain.document import FieldProblem, IncompleteDocument
from holdfast.domain.errors import (
    Action,
    EvidenceMissing,
    EvidenceRejected,
    HoldfastError,
    InvalidInput,
    Misconfigured,
    Refused,
    Unreachable,
)
from holdfast.domain.members import Role, member_id
from holdfast.domain.observations import FrameReading, Observations, Weighing


@pytest.mark.parametrize("value", [0, -1, 2**32, True, "1", None, 1.0])
def test_member_id__out_of_range__refused(value: object) -> None:
    with pytest.raises(InvalidInput, match="holder"):
        member_id(value, field="holder")  # type: ignore[arg-type]


def test_member_id__ends_of_the_range__accepted() -> None:
    assert (member_id(1), member_id(2**32 - 1)) == (1, 2**32 - 1)


def test_role_words__several__in_bit_order() -> None:
    assert (Role.IOT_PROVIDER | Role.WAREHOUSE_OPERATOR).words() == ["warehouse operator", "iot provider"]
    assert [role.value for role in Role] == [1, 2, 4, 8, 16, 32, 64, 128]


@pytest.mark.parametrize(
    ("error", "action", "exit_status"),
    [
        (InvalidInput("f", 1, "2"), Action.SKIP, 1),
        (Refused("why", "no"), Action.SKIP, 1),
        (EvidenceRejected("digest", "no"), Action.SKIP, 1),
        (EvidenceMissing("gone"), Action.RETRY, 1),
        (Misconfigured("set it"), Action.HALT, 2),
        (Unreachable("chain", "http://node", "down"), Action.RETRY, 3),
        (IncompleteDocument((FieldProblem("lot", "909", "missing"),)), Action.SKIP, 1),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, HoldfastError) else "",
)
def test_errors__kept_by_a_durable_workflow__come_back_whole(
    error: HoldfastError, action: Action, exit_status: int
) -> None:
    again = pickle.loads(pickle.dumps(error))

    assert (type(again), str(again), again.__dict__) == (type(error), str(error), error.__dict__)
    assert (again.action, again.exit_status) == (action, exit_status)


def test_invalid_input__long_value__cut_in_the_message_only() -> None:
    error = InvalidInput("field", "x" * 500, "less")

    assert len(str(error)) < 200
    assert error.value == "x" * 500


@pytest.mark.parametrize(("gross_g", "tare_g"), [(10, 10), (10, 11), (10, -1), (0, 0)])
def test_weighing__gross_not_above_tare__refused(gross_g: int, tare_g: int) -> None:
    with pytest.raises(InvalidInput, match="gross_g"):
        Weighing("WB-1", "1", gross_g, tare_g, 1, "HF", 1, 1, "w")


def test_observations__several_times__the_oldest_counts() -> None:
    weighing = Weighing("WB-1", "1", 10, 1, 1, "HF", 50, 51, "w")
    frame = FrameReading("CAM", 1, 40, 41, "HF", "A", (), "f")

    assert Observations((weighing,), (frame,)).observed_at == 40
    assert Observations((weighing,), ()).observed_at == 50
    assert Observations((), ()).observed_at == 0
