"""What people are shown of a decision: board, evidence list, small copies of frames, stored title proofs."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from holdfast.domain.orders import Attestation, interested_members, receipt_ids
from holdfast.domain.receipts import receipt_hex
from holdfast.domain.units import show_time
from holdfast.domain.verdict import Verdict, verdict_to_json
from holdfast.store.records import Records
from holdfast.store.records_types import AttesterSeat, DecisionRecord, EvidenceFile, FrameView
from oracle.workflow.bundle import Decided
from oracle.workflow.quorum import Answer

VIEW_WIDTH = 960
VIEWS = 8
"""How many frames are shown; all of them stay in the evidence."""


class Decisions:
    """Keeps records of decisions. `titles` is the folder stored title proofs go to."""

    def __init__(self, records: Records, titles: Path, clock: Callable[[], int]) -> None:
        self._records = records
        self._titles = titles
        self._clock = clock

    def keep(self, order_id: str, decided: Decided, verdict: Verdict, images: Sequence[str]) -> None:
        """Record a decision as made, accepted or not."""
        opened, found = decided.opened, decided.found
        lot = found.claim
        self._records.set_lot_label(
            "0x" + found.lot_id.hex(), label=lot.lot, site=lot.site, bay=lot.location, product=lot.product
        )
        reasons = verdict.reasons()
        record = DecisionRecord(
            id=order_id,
            order_id=order_id,
            purpose=opened.manifest.purpose,
            receipt_ids=tuple(receipt_hex(receipt_id) for receipt_id in receipt_ids(found.order)),
            lot_id="0x" + found.lot_id.hex(),
            order_hash="0x" + found.order_hash.hex(),
            evidence_digest="0x" + opened.digest.hex(),
            evidence_location="0x" + opened.location.hex(),
            evidence_cid=decided.cid,
            policy_digest="0x" + opened.manifest.policy_digest.hex(),
            verdict=verdict_to_json(verdict),
            observed_at=opened.manifest.observed_at,
            decided_at=self._clock(),
            entitled=tuple({found.operator, *interested_members(found.order)}),
            files=tuple(
                EvidenceFile(
                    name=file.name,
                    what=describe_file(file.name),
                    sha256="0x" + file.sha256.hex(),
                    cid=file.location,
                    media_type=file.media_type,
                    size_bytes=file.size_bytes,
                )
                for file in opened.manifest.files
            ),
            reason="verdict" if reasons else None,
            detail="; ".join(reasons) or None,
        )
        self._records.record_decision(record, self._views(decided, images))

    def attested(
        self,
        order_id: str,
        decided: Decided,
        answers: Sequence[Answer],
        signatures: Sequence[bytes],
        attestation: Attestation,
    ) -> None:
        """Add who signed, and until when the attestation holds."""
        seats = tuple(AttesterSeat(a.member, a.account) for a in answers if a.signature in signatures)
        kept = self._records.decision(order_id)
        self._records.record_decision(replace(kept, attesters=seats, valid_until=attestation.valid_until), ())

    def final(self, order_id: str, tx_hash: str) -> None:
        """Add the transaction that wrote the decision on-chain."""
        kept = self._records.decision(order_id)
        self._records.record_decision(replace(kept, tx_hash=tx_hash), ())

    def keep_title(self, receipt_id: int, bundle: dict[str, Any]) -> Path:
        """Store a title proof as it stands now: nodes keep only recent state."""
        self._titles.mkdir(parents=True, exist_ok=True)
        path = self._titles / f"{receipt_hex(receipt_id)}.json"
        temporary = path.with_suffix(".tmp")
        temporary.write_text(json.dumps(bundle, separators=(",", ":")) + "\n", encoding="utf-8")
        temporary.rename(path)
        return path

    def _views(self, decided: Decided, images: Sequence[str]) -> list[FrameView]:
        readings = {frame.file: frame for frame in decided.found.observations.frames}
        views = []
        for name in images[:VIEWS]:
            frame = readings[name]
            caption = (
                f"{frame.device}, bay {frame.bay or 'unknown'}, {show_time(frame.observed_at)}: "
                f"{len(frame.values)} labels read"
            )
            views.append(FrameView(caption, small_copy(decided.opened.files[name])))
        return views


def small_copy(image: bytes) -> bytes:
    """A JPEG at most 960 pixels wide, for people to look at."""
    with Image.open(BytesIO(image)) as opened:
        picture = opened.convert("RGB")
        picture.thumbnail((VIEW_WIDTH, VIEW_WIDTH))
        out = BytesIO()
        picture.save(out, "JPEG", quality=72, optimize=True)
    return out.getvalue()


def describe_file(name: str) -> str:
    """In words, what a file of a bundle is."""
    stem = name.rpartition(".")[0]
    number = stem.rpartition("-")[2].lstrip("0")
    if name.startswith("weighing-"):
        return f"signed weighing of load {number}"
    if name.startswith("frame-"):
        return f"signature of frame {number}" if name.endswith(".cose") else f"camera frame {number}"
    if name.startswith("receipt-"):
        return f"receipt document {number}"
    known = {"claim": "the WMS's own answer", "policy": "the policy", "request": "the depositor's request"}
    return known.get(stem, name)
