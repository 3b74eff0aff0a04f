"""From the inbox and the WMS to a draft of evidence: files with their names, claim, observations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from holdfast.audit.recompute import ReadFrame
from holdfast.domain.observations import FrameReading, Weighing
from holdfast.domain.policy import Policy
from holdfast.evidence.collection import (
    CLAIM_FILE,
    POLICY_FILE,
    claim_json,
    core_digest,
    frame_files,
    frame_json,
    policy_bytes,
    weighing_file,
    weighing_json,
)
from holdfast.evidence.formats import media_type_of
from holdfast.evidence.telemetry import frame_from_message, weighing_from_message
from oracle.iot.inbox import Message
from oracle.wms.port import ClaimAnswer


@dataclass(frozen=True, slots=True)
class Collection:
    """One collection as it goes into a bundle."""

    claim: dict[str, Any]
    observations: list[dict[str, Any]]
    files: dict[str, bytes] = field(repr=False)
    observed_at: int
    images: tuple[str, ...]

    def core(self) -> str:
        """The digest that new documents commit to."""
        return core_digest(self.claim, self.observations, self.files)


def gather(
    policy: Policy,
    operator: int,
    challenge: str,
    answer: ClaimAnswer,
    messages: Sequence[Message],
    read_frame: ReadFrame,
    request: tuple[str, bytes, dict[str, Any]] | None = None,
) -> Collection:
    """Read every message and lay out the bundle's files.

    `request` is (file name, bytes, manifest entry) of a depositor's request. Raises EvidenceRejected
    for a message that does not hold.
    """
    files = {CLAIM_FILE: answer.raw, POLICY_FILE: policy_bytes(policy)}
    observations: list[dict[str, Any]] = []
    times: list[int] = []
    images: list[str] = []
    if request is not None:
        files[request[0]] = request[1]
        observations.append(request[2])
    weighings = frames = 0
    for message in messages:
        found: Weighing | FrameReading
        if message.image is None:
            weighings += 1
            name = weighing_file(weighings)
            files[name] = message.raw
            found = weighing_from_message(message.raw, policy, file=name, recorded_at=message.recorded_at)
            observations.append(weighing_json(found))
        else:
            frames += 1
            envelope, name = frame_files(frames, media_type_of(message.image) or "image/jpeg")
            files[envelope], files[name] = message.raw, message.image
            found = frame_from_message(
                message.raw,
                message.image,
                policy,
                file=name,
                recorded_at=message.recorded_at,
                content=read_frame(message.image, policy.max_frame_pixels),
            )
            observations.append(frame_json(found, envelope))
            images.append(name)
        times.append(found.observed_at)
    return Collection(
        claim_json(answer.claim, operator, challenge),
        observations,
        files,
        min(times, default=0),
        tuple(images),
    )
