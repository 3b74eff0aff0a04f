"""An order on its way from preparing to submitting: a file that people can read and keys can sign."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.errors import WrongUsage
from cli.inputs import read_json_object
from holdfast.domain.errors import InvalidInput

if TYPE_CHECKING:  # What reads typed data is slow to load, and only signing needs it.
    from holdfast.chain.deployment import Deployment
    from holdfast.chain.domains import AnyRequest

TYPE = "holdfast-order"
VERSION = 1
RIGHT = "an order file, as `holdfast order prepare` and `order fetch` write"
_KNOWN = {"type", "version", "summary", "signers", "signatures", "typed_data", "documents", "place"}


@dataclass(frozen=True, slots=True)
class OrderFile:
    """Typed data to sign, the members that must sign it, what the API said of it, signatures so far.

    `summary` is the API's word and binds nobody: what is signed is the typed data alone, and through their
    digests `documents`, those of the receipts that the order brings into being.
    """

    typed_data: Mapping[str, Any]
    signers: tuple[tuple[int, str], ...]
    """(member, account) of each, as the API gave them."""
    summary: Mapping[str, str] = field(default_factory=dict)
    signatures: Mapping[int, str] = field(default_factory=dict)
    documents: tuple[Mapping[str, Any], ...] = ()
    place: Mapping[str, str] | None = None
    """Site and lot in the WMS's words, of an order about goods on which nothing is issued yet."""

    def order(self, deployment: Deployment) -> AnyRequest:
        """The order in the typed data. Raises InvalidInput for another chain or contract, or a bad field."""
        from cli.order_words import members_to_sign
        from holdfast.chain.domains import read_typed_data

        found = read_typed_data(deployment, self.typed_data)
        members_to_sign(found)
        return found

    def signed(self, member: int, signature: str) -> OrderFile:
        """The same with one more signature."""
        return replace(self, signatures={**self.signatures, member: signature})

    def write(self, path: Path) -> None:
        """Write the file whole. Raises WrongUsage if that cannot be done."""
        content = {
            "type": TYPE,
            "version": VERSION,
            "summary": dict(self.summary),
            "signers": [{"member_id": member, "account": account} for member, account in self.signers],
            "signatures": {str(member): text for member, text in sorted(self.signatures.items())},
            "typed_data": dict(self.typed_data),
            "documents": [dict(document) for document in self.documents],
            "place": None if self.place is None else dict(self.place),
        }
        temporary = path.with_name(path.name + ".tmp")
        try:
            temporary.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
            temporary.replace(path)
        except OSError as error:
            raise WrongUsage(f"{path} cannot be written: {error.strerror}") from error


def read_order_file(name: str) -> OrderFile:
    """Read an order file. Raises WrongUsage for no such file, InvalidInput for other content."""
    found = read_json_object(name, "FILE", right=RIGHT)
    ours = found.get("type") == TYPE and found.get("version") == VERSION
    if not ours or set(found) | {"documents", "place"} != _KNOWN:
        raise InvalidInput(
            "FILE", name, f"an order file of version {VERSION}, as `holdfast order prepare` writes"
        )
    try:
        return replace(
            _answered(found, found.get("documents", ())),
            summary={str(key): str(text) for key, text in dict(found["summary"]).items()},
            signatures={int(member): str(text) for member, text in dict(found["signatures"]).items()},
        )
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise InvalidInput("FILE", name, f"an order file ({type(error).__name__}: {error})") from error


def from_answer(answer: Mapping[str, Any]) -> OrderFile:
    """The order file of the API's answer: to a preparation, or of an order that waits for signatures.

    Raises InvalidInput for another answer.
    """
    try:
        documents = [item["document"] for item in answer.get("documents") or ()]
        summary = dict(answer.get("summary") or {})
        return replace(
            _answered(answer, documents), summary={str(key): str(text) for key, text in summary.items()}
        )
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise InvalidInput("the API's answer", str(error), "a prepared order") from error


def _answered(found: Mapping[str, Any], documents: Sequence[Any]) -> OrderFile:
    place = found.get("place")
    return OrderFile(
        place=None if place is None else {"site": str(place["site"]), "lot": str(place["lot"])},
        typed_data=dict(found["typed_data"]),
        signers=tuple((int(item["member_id"]), str(item["account"])) for item in found["signers"]),
        documents=tuple(dict(document) for document in documents),
    )
