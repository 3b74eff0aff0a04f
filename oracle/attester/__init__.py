"""The attester node: recomputes everything, then signs."""
