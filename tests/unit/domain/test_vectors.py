"""The vectors of receipt documents and policies, read as the files they are."""

from __future__ import annotations

import pytest

from holdfast.domain.document import IncompleteDocument
from holdfast.domain.errors import InvalidInput
from holdfast.domain.receipts import receipt_hex
from holdfast.evidence.collection import policy_bytes, policy_digest, read_document, read_policy, receipt_id
from tests.vectors.inputs.make_documents import vectors
from tests.vectors.inputs.orders import HERE, load, names

BAD_DOCUMENTS = names("bad_document_")


@pytest.mark.parametrize("name", names("good_document_"))
def test_document_vector__good__read_and_its_receipt_id(name: str) -> None:
    vector = load(name)

    assert receipt_hex(receipt_id(read_document(vector["text"].encode()))) == vector["receiptId"]


@pytest.mark.parametrize("name", [name for name in BAD_DOCUMENTS if load(name)["problems"]])
def test_document_vector__incomplete__refused_naming_each_field_and_clause(name: str) -> None:
    vector = load(name)

    with pytest.raises(IncompleteDocument) as caught:
        read_document(vector["text"].encode())

    found = [{"field": problem.field, "clause": problem.clause} for problem in caught.value.problems]
    assert sorted(found, key=str) == sorted(vector["problems"], key=str)


@pytest.mark.parametrize("name", [name for name in BAD_DOCUMENTS if not load(name)["problems"]])
def test_document_vector__other_bytes_for_the_same_values__refused(name: str) -> None:
    with pytest.raises(InvalidInput, match="receipt document"):
        read_document(load(name)["text"].encode())


@pytest.mark.parametrize("name", names("good_policy_"))
def test_policy_vector__good__read_and_its_digest(name: str) -> None:
    vector = load(name)
    policy = read_policy(vector["text"].encode())

    assert "0x" + policy_digest(policy).hex() == vector["policyDigest"]
    assert policy_bytes(policy).decode() == vector["text"]


@pytest.mark.parametrize("name", names("bad_policy_"))
def test_policy_vector__bad__refused_naming_the_field(name: str) -> None:
    vector = load(name)

    with pytest.raises(InvalidInput) as caught:
        read_policy(vector["text"].encode())
    assert caught.value.field == vector["field"]


def test_vectors__made_anew__the_files_are_up_to_date() -> None:
    made = vectors()

    assert set(made) == {
        f"{name}.json" for name in names("good_document_", "bad_document_", "good_policy_", "bad_policy_")
    }
    for name, content in made.items():
        assert content == (HERE / name).read_text(encoding="utf-8"), (
            f"{name}: run tests.vectors.inputs.make_documents"
        )
