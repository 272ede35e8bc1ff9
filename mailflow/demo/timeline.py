"""The timeline of the demonstration on a terminal: date, who wrote, what was decided, what left, what comes next.

In: steps of scripts, letters that people got, the next date.
Out: lines of at most 80 columns; colours only on a terminal.
Fails: never.
Limits: English; the letters of one instant that go to many are one line; times are London's, the insurer's beside.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import TextIO

from mailflow.demo.cast import News
from mailflow.demo.offices import INSURER
from mailflow.demo.scripts import ZONE, Script, Step

WIDTH = 80
BOLD, DIM, GREEN, CYAN, RED = "1", "2", "32", "36", "31"
NEXT = re.compile(r"What comes next, and by when\n-+\n\n(.+?(?:\d{4}|[ap]m))\.", re.DOTALL)
DIGESTS = {
    "Your concerns today": "daily list",
    "Contract concerns: week": "weekly summary",
    "Your issues today": "insurer's daily list",
    "Performance issues: week": "insurer's weekly summary",
}


class Timeline:
    """Writes what happens as it happens. total: how many steps there are."""

    def __init__(self, out: TextIO, total: int) -> None:
        self._out, self._total, self._done = out, total, 0
        self._colour = out.isatty()
        self._day: date | None = None

    def line(self, words: str = "", colour: str = "") -> None:
        """One line, cut to the width."""
        words = words if len(words) <= WIDTH else words[: WIDTH - 3].rstrip() + "..."
        if self._colour and colour:
            words = f"\x1b[{colour}m{words}\x1b[0m"
        self._out.write(words + "\n")
        self._out.flush()

    def moment(self, when: datetime) -> str:
        """The time of day; a new day gets a heading first, with how far we are."""
        local = when.astimezone(ZONE)
        if local.date() != self._day:
            self._day = local.date()
            words = f"{local:%A} {local.day} {local:%B %Y} "
            far = f" {100 * self._done // max(self._total, 1)}%"
            self.line()
            self.line(words + "-" * (WIDTH - len(words) - len(far)) + far, BOLD)
        return f"{local:%H:%M}"

    def step(self, step: Step, script: Script, name: str) -> None:
        """What somebody does."""
        self._done += 1
        words = " / ".join(step.words.split("\n\n")[0].splitlines())
        said = {
            "write": f"{name} writes: {step.label}",
            "press": f'{name} presses "{step.label}"' + (f": {words}" if words else ""),
            "answer": f"{name} answers: {words}",
            "away": f"{name} is out; the mail program answers: {words}",
            "mend": f"The mailbox of {name} works again",
        }[step.act]
        there = _there(step.at) if script.office is INSURER else ""
        self.line(f"{self.moment(step.at)} {script.key}  {there}{said}", CYAN)

    def news(self, news: Iterable[News], key_of: dict[str, str]) -> None:
        """What arrived; digests of one instant are one line."""
        digests: dict[tuple[datetime, str], list[str]] = {}
        for one in news:
            mail, readers = one.mail, [person.name for person in one.readers]
            kind = next((words for start, words in DIGESTS.items() if mail.subject.startswith(start)), "")
            if kind:
                digests.setdefault((mail.arrived, kind), []).extend(readers)
                continue
            self._digests(digests)
            title = mail.subject.partition("] ")[2] or mail.subject
            what = f"{mail.template} {title}" if mail.template else title
            who = ", ".join(readers)
            there = _there(mail.arrived) if mail.from_ == INSURER.address else ""
            key = key_of.get(mail.ref, " ")
            self.line(f"{self.moment(mail.arrived)} {key}    {there}{self._fitted(what, who, len(there))}")
            if found := NEXT.search(mail.text):
                self.line(f"          next: {' '.join(found[1].split())}", GREEN)
        self._digests(digests)

    def _digests(self, digests: dict[tuple[datetime, str], list[str]]) -> None:
        for (when, kind), readers in digests.items():
            self.line(f"{self.moment(when)}      {self._fitted(kind, ', '.join(sorted(readers)))}", DIM)
        digests.clear()

    @staticmethod
    def _fitted(what: str, who: str, taken: int = 0) -> str:
        """What and to whom, both to be seen: the longer one gives way."""
        room = WIDTH - 12 - len(" -> ") - taken
        if len(what) + len(who) > room:
            names = max(room - len(what), min(len(who), 30))
            who = who if len(who) <= names else who[: names - 3].rstrip(", ") + "..."
            left = room - len(who)
            what = what if len(what) <= left else what[: left - 3].rstrip() + "..."
        return f"{what} -> {who}"

    def waits(self, until: datetime | None) -> None:
        """When the daemon will act next by itself."""
        if until is not None:
            local = until.astimezone(ZONE)
            self.line(f"          the next deadline is at {local:%H:%M} on {local:%a} {local.day} {local:%B}", DIM)


def _there(when: datetime) -> str:
    """The day and time of an office far away."""
    return f"[{when.astimezone(INSURER.zone):%a %H:%M} NZ] "
