"""Acts drawn from how things stand: most are right, and the others are wrong on purpose.

An act that is wrong everywhere at once says little: a hostile try mostly names a receipt that there is, and
has one thing or another wrong with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import hypothesis.strategies as st

wild = st.sampled_from((False, False, False, False, False, True))
"""Whether an act is a hostile try."""
slips = st.sampled_from((0, 0, -1, 1))
"""How far the order's number is from the right one, in a hostile try."""
yes = st.sampled_from((True, True, False))
"""Whether one thing is right, in a hostile try."""


class Aim:
    """What a machine draws its acts with. `hostile` tells of the act under way."""

    hostile: bool = False

    def standing(self) -> Mapping[int, Any]:
        """What there is, by id: nothing, until a machine says what."""
        return {}

    def aim(self, drawn: int, wild: bool, want: Callable[[Any], bool]) -> int:
        """An id that an act may well be about; any at all in a hostile try, or where none is apt."""
        known = sorted(self.standing())
        apt = [each for each in known if want(self.standing()[each])]
        self.hostile = wild or not apt
        if not self.hostile:
            return apt[drawn % len(apt)]
        if apt and drawn % 3:
            return apt[drawn % len(apt)]
        return known[drawn % len(known)] if known and drawn % 3 == 1 else drawn

    def slip(self, drawn: int) -> int:
        """How far from right the act's number is."""
        return drawn if self.hostile else 0

    def right(self, drawn: bool) -> bool:
        """Whether one thing in the act is right."""
        return drawn or not self.hostile

    def unused(self, ids: list[int], drawn: list[int]) -> list[int]:
        """As many ids that nothing has yet; those drawn in a hostile try, or where too few are left."""
        free = [each for each in ids if each not in self.standing()]
        if self.hostile or len(free) < len(drawn):
            self.hostile = True
            return drawn
        return free[: len(drawn)]
