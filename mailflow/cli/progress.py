"""How a long command shows how far it is: a bar on a terminal, otherwise a line a minute; both on standard error.

In: things as they are done, how many there will be, a word for the bar, words for the line.
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
