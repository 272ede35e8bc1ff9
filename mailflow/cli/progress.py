"""How a long command shows how far it is: a bar on a terminal, otherwise a line a minute; both on standard error.

In: things as they are done, or calls with how much is done; how many there will be; words for the bar and the line.
Out: the same things.
Fails: as what it passes on does.
Limits: measures how far, not how long.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from typing import TypeVar

import click

A_MINUTE = 60
A_MOMENT = 0.2  # on a terminal, in seconds
BAR = 36
INTERRUPTED = 130  # 128 and the number of SIGINT, as shells have it

Thing = TypeVar("Thing")


def shown(things: Iterator[Thing], length: int, label: str, done: str) -> Iterator[Thing]:
    """The things; meanwhile the bar "label" or, each minute, "N of LENGTH done"."""
    if sys.stderr.isatty():
        with click.progressbar(things, length=length, label=label, file=sys.stderr) as bar:
            yield from bar
        return
    last = time.monotonic()
    for n, thing in enumerate(things, 1):
        if time.monotonic() - last >= A_MINUTE:
            click.echo(f"{n} of {length} {done}", err=True)
            last = time.monotonic()
        yield thing


class Progress:
    """The same for work that calls back, as a context manager: call it with (done, total)."""

    def __init__(self, label: str) -> None:
        self._label, self._said = label, ""
        self._terminal = sys.stderr.isatty()
        self._last = time.monotonic()

    def __enter__(self) -> Progress:
        return self

    def __call__(self, done: int, total: int) -> None:
        if time.monotonic() - self._last < (A_MOMENT if self._terminal else A_MINUTE):
            return
        self._last = time.monotonic()
        percent = 100 * done // total if total else 100
        bar = f"  [{'#' * (percent * BAR // 100):-<{BAR}}]" if self._terminal else ":"
        self._said = f"{self._label}{bar} {percent} %"
        click.echo("\r" * self._terminal + self._said, nl=not self._terminal, err=True)

    def __exit__(self, *exc: object) -> None:
        if self._terminal and self._said:
            click.echo(f"\r{' ' * len(self._said)}\r", nl=False, err=True)
