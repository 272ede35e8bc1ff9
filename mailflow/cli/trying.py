"""Says that a trial of a procedure goes on: on a terminal a figure that grows, otherwise a line a minute.

In: the name of what is tried; a call for each step of the trial.
Out: words on standard error, so that an answer on standard output stays whole.
Fails: never.
Limits: how many steps a procedure takes is not known before; half a minute is usual for one of a hundred rows.
"""

from __future__ import annotations

import sys
import time

import click

A_MINUTE = 60.0
A_MOMENT = 0.2


class Trying:
    """Counts steps, as a context manager; calling it is one more."""

    def __init__(self, what: str) -> None:
        self._what, self._steps = what, 0
        self._terminal = sys.stderr.isatty()
        self._last = time.monotonic()

    def __enter__(self) -> Trying:
        return self

    def __call__(self) -> None:
        self._steps += 1
        if time.monotonic() - self._last >= (A_MOMENT if self._terminal else A_MINUTE):
            self._last = time.monotonic()
            click.echo("\r" * self._terminal + self._said(), nl=not self._terminal, err=True)

    def __exit__(self, *exc: object) -> None:
        if self._terminal:
            click.echo(f"\r{' ' * len(self._said())}\r", nl=False, err=True)

    def _said(self) -> str:
        return f"Trying {self._what}: {self._steps:,} steps"
