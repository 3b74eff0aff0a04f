"""How the story is told: plain words, real units, a board anybody can read."""

from __future__ import annotations

import time
from typing import Any

from rich.console import Console
from rich.table import Table

MARKS = {"pass": "[green]pass[/]", "hold": "[yellow]HOLD[/]", "fail": "[red]FAIL[/]"}


class Teller:
    """Prints the story with the seconds it has taken."""

    def __init__(self) -> None:
        self._console = Console(highlight=False, soft_wrap=True)
        self._begun = time.monotonic()

    @property
    def seconds(self) -> float:
        """Since the story began."""
        return time.monotonic() - self._begun

    def begin(self) -> None:
        """Start the clock of the story."""
        self._begun = time.monotonic()

    def scene(self, number: int | str, title: str) -> None:
        """A heading."""
        self._console.print(f"\n[bold]{number}. {title}[/]  [dim]({self.seconds:.0f} s)[/]")

    def say(self, text: str) -> None:
        """One line."""
        self._console.print(f"   {text}")

    def step(self, text: str) -> None:
        """One line of progress before the story."""
        self._console.print(f"[dim]{text}[/]")

    def refused(self, what: str, why: str) -> None:
        """A fraud and the reason it was refused for."""
        self._console.print(f"   [bold]{what}[/]\n   [red]refused:[/] {why}")

    def board(self, board: dict[str, Any]) -> None:
        """The five-match board."""
        table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
        for match in board["matches"]:
            texts = "\n".join(check["text"] for check in match["checks"][:3])
            table.add_row("  ", match["name"], MARKS[match["outcome"]], texts)
        self._console.print(table)
        self._console.print(f"   verdict: [bold]{board['decision']}[/]")

    def plain(self, text: str) -> None:
        """A report as it is."""
        self._console.print(text, markup=False)
