from __future__ import annotations

from typing import Any

from scripts.assurance.mutants import GUARD_UNIT, Mutator

UNIT = "contracts/Small.sol"
LINE = "r = a < b; r = a < b;"


def comparison(at: int) -> dict[str, Any]:
    """What the compiler says of `a < b` that begins at this byte."""
    names = {"leftExpression": at, "rightExpression": at + 4}
    sides = {side: {"nodeType": "Identifier", "src": f"{where}:1:0"} for side, where in names.items()}
    return {"nodeType": "BinaryOperation", "operator": "<", "src": f"{at}:5:0", **sides}


def mutator(before: str = "", run: tuple[int, ...] = (7,)) -> Mutator:
    places = [len(before) + LINE.index("a"), len(before) + LINE.rindex("a")]
    body = {"nodeType": "Block", "src": "0:0:0", "statements": [comparison(at) for at in places]}
    function = {"nodeType": "FunctionDefinition", "id": 7, "name": "f", "src": "0:0:0", "body": body}
    tree = {"nodeType": "SourceUnit", "src": "0:0:0", "nodes": [function]}
    return Mutator({UNIT: before + LINE}, {UNIT: tree}, (UNIT,), run)


def test_mutants__alike_in_one_function__named_apart_and_the_same_after_an_edit_above() -> None:
    keys = [mutant.key for mutant in mutator().mutants]
    first, other = f"{UNIT}:f: a < b -> (a) <= (b)", f"{UNIT}:f: a < b -> (a) >= (b)"
    assert keys == [first, other, f"{first} (2)", f"{other} (2)"]
    moved = mutator("// a line more\n").mutants
    assert [mutant.key for mutant in moved] == keys
    assert {mutant.line for mutant in moved} == {2}


def test_mutants__some_dropped__only_the_others_are_guarded_and_numbers_stay() -> None:
    made = mutator()
    made.drop({1, 4})
    assert [mutant.number for mutant in made.mutants] == [2, 3]
    written, places = made.write()
    guarded = "r = (mutantOn(2) ? ((a) >= (b)) : (a < b)); r = (mutantOn(3) ? ((a) <= (b)) : (a < b));"
    assert written[UNIT].startswith(guarded)
    assert [numbers for _, _, numbers in places[UNIT]] == [{2}, {3}]
    assert GUARD_UNIT in written


def test_mutants__of_a_function_that_nobody_runs__none() -> None:
    assert mutator(run=(8,)).mutants == []
