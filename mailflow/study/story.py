"""The story of one case that was played: who wrote, what was said, which clock acted, where it led, line by line.

In: a case that was played.
Out: lines of plain text, each with the local day and time.
Fails: never.
Limits: tells what the log holds; letters to officers are told only where they remind or escalate.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, time

from mailflow.procedure.case import Fact
from mailflow.procedure.deadlines import clock_words, short_date
from mailflow.procedure.rehearsal import Rehearsal
from mailflow.procedure.timers import FIRE


def story(play: Rehearsal) -> Iterator[str]:
    """The whole case; what happened at one moment stands together."""
    teller, before = _Teller(play), ""
    for at, fact in play.log:
        words = teller.told(fact)
        if words:
            wall = play.calendar.local(at)
            when = f"{short_date(wall.date())} {wall:%H:%M}"
            yield f"{when if when != before else '':22}{words}"
            before = when


class _Teller:
    """Puts the facts of one case into words; "" for what a reader of the story does not need."""

    def __init__(self, play: Rehearsal):
        self.play, self.procedure = play, play.procedure

    def told(self, fact: Fact) -> str:
        """One fact in words."""
        tell = getattr(self, f"_{fact.kind}", None)
        return tell(fact, fact.data) if tell else ""

    def _mail(self, fact: Fact, data: Mapping) -> str:
        return f"Mail from {data['sender'] or data['role']} ({self._role(data['role'])})"

    def _own_letter(self, fact: Fact, data: Mapping) -> str:
        return f"{data['by']} writes to {self._role(data['role'])} with the mailbox in copy"

    def _said(self, fact: Fact, data: Mapping) -> str:
        blanks = {k: v for k, v in data["blanks"].items() if v not in (None, "", [])}
        return f'{data["actor"]} says "{self._label(data)}" {blanks or ""}'.rstrip()

    def _asked(self, fact: Fact, data: Mapping) -> str:
        return f'{data["actor"]} says "{self._label(data)}": not taken. {data["why"]}'

    _refused = _asked

    def _timer(self, fact: Fact, data: Mapping) -> str:
        return f"Clock {data['timer']} of {fact.machine} {'acts' if data['step'] == FIRE else 'reminds'}"

    def _spawned(self, fact: Fact, data: Mapping) -> str:
        return f"  {fact.machine} begins: {self._state(fact.machine, data['state'])}"

    def _moved(self, fact: Fact, data: Mapping) -> str:
        row = f" (row {data['row']})" if data.get("row") else ""
        return f"  {fact.machine}: {self._state(fact.machine, data['to'])}{row}"

    def _noted(self, fact: Fact, data: Mapping) -> str:
        return f"  {fact.machine} stays (row {data['row']})" if data.get("row") else ""

    def _timer_set(self, fact: Fact, data: Mapping) -> str:
        if data.get("firming"):
            return ""
        timer = self.procedure.machines[self._kind(fact.machine)].timers.get(str(data["timer"]))
        hour = f" {clock_words(time.fromisoformat(timer.at))}" if timer and timer.at else ""
        return f"  {data['timer']} of {fact.machine}: {_day(data['on'])}{hour}, {data['working']}"

    def _letter(self, fact: Fact, data: Mapping) -> str:
        nobody = data.get("status") == "impossible"
        return f"  Letter {data['name']}: nobody to write to as {data['role']}" if nobody else ""

    def _settled(self, fact: Fact, data: Mapping) -> str:
        """A letter's fate; of letters to officers only those that remind or escalate."""
        letter = self.play.case.letters[str(data["letter"])]
        what = {"sent": "leaves", "bounced": "comes back"}.get(str(data["result"]), str(data["result"]))
        party = self.procedure.roles.get(self.procedure.party_of(letter.role))
        shown = (party and not party.is_officer) or letter.data.get("timer") or data["result"] != "sent"
        return f"Letter {letter.name} to {letter.role} ({', '.join(letter.to)}) {what}" if shown else ""

    def _letter_withdrawn(self, fact: Fact, data: Mapping) -> str:
        return f"  Letter {self.play.case.letters[str(data['letter'])].name} is taken back"

    def _held(self, fact: Fact, data: Mapping) -> str:
        return f"  On hold until {_day(data['until'])}"

    def _released(self, fact: Fact, data: Mapping) -> str:
        return "  The hold ends"

    def _undone(self, fact: Fact, data: Mapping) -> str:
        return f'  "{self._label(data)}" is undone'

    def _label(self, data: Mapping) -> str:
        return self.procedure.verbs[str(data["verb"])].label

    def _role(self, role: object) -> str:
        found = self.procedure.roles.get(str(role))
        return found.title if found else str(role)

    def _kind(self, machine: str) -> str:
        found = self.play.case.machines.get(machine)
        return found.kind if found else machine.rpartition("-")[0] or machine

    def _state(self, machine: str, code: object) -> str:
        return f"{code}, {self.procedure.machines[self._kind(machine)].states[str(code)].title}"


def _day(words: object) -> str:
    return short_date(date.fromisoformat(str(words)))
