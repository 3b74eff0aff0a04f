"""How many random lives are tried, and which: always the same ones, or those of a seed."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings


def sized(examples: int, steps: int) -> settings:
    """Settings of a machine: `examples` lives of at most `steps` acts, the same on every run.

    `HOLDFAST_INVARIANT_EXAMPLES` says how many instead. With `HOLDFAST_INVARIANT_RANDOM` they are those of
    pytest's `--hypothesis-seed`, so that a long run is made of parts that differ.
    """
    return settings(
        max_examples=int(os.environ.get("HOLDFAST_INVARIANT_EXAMPLES", str(examples))),
        stateful_step_count=steps,
        deadline=None,
        derandomize="HOLDFAST_INVARIANT_RANDOM" not in os.environ,
        suppress_health_check=list(HealthCheck),
    )
