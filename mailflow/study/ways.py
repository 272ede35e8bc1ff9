"""Which rows lead on from a stage, read from the file alone: the paper's own way first, side ways after it.

In: a procedure; for events, a case played to some point.
Out: for each stage its rows, best first, each with the kind of way it is; the events that set a row off.
Fails: never.
Limits: a procedure whose stages are not numbered in the paper's order is read in the order of its file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mailflow.procedure.definition import MachineDef, Procedure, Row, State
from mailflow.procedure.events import Commands, Event, MailCame, OwnLetter
from mailflow.procedure.firing import BACK, SAME
from mailflow.procedure.rehearsal import Rehearsal
from mailflow.procedure.standing import Machine
from mailflow.procedure.stimuli import events_of, said

NUMBERED = re.compile(r"([A-Za-z]?)(\d+(?:\.\d+)*)")

LATER, END, NEXT, OWNED, BACKWARD = "later", "end", "next", "owned", "backward"
ASIDE, EXIT, STAY, TOLD = "aside", "exit", "stay", "told"
"""Kinds of ways: to a later stage; to an end of this stage; further in this stage; to an earlier one by a word of the
stage's owner, or otherwise; to an end of an earlier stage or one that two stages share; to an end that many stages
share; staying; what only another machine or a bounce sets off."""

RANK = (LATER, END, NEXT, OWNED, BACKWARD, ASIDE, EXIT, STAY, TOLD)
MANY_STAGES = 3


@dataclass(frozen=True)
class Way:
    """A row that may be taken from a stage, and what kind of way it is."""

    row: Row
    kind: str


class Ways:
    """The ways of one procedure."""

    def __init__(self, procedure: Procedure):
        self.procedure = procedure
        self.order = stage_order(procedure)
        self._from: dict[tuple[str, str], tuple[Way, ...]] = {}
        for machine in procedure.machines.values():
            for state in machine.states:
                self._from[machine.kind, state] = self._ranked(machine, state)

    def of(self, kind: str, state: str) -> tuple[Way, ...]:
        """The ways out of a state of this kind of machine, the main one first."""
        return self._from[kind, state]

    def _ranked(self, machine: MachineDef, state: str) -> tuple[Way, ...]:
        found = [Way(row, self._kind(machine, machine.states[state], row)) for row in machine.rows_from(state)]
        forward = (LATER, END) if any(way.kind == LATER for way in found) else (NEXT, END)
        return tuple(sorted(found, key=lambda way: 0 if way.kind in forward else 1 + RANK.index(way.kind)))

    def _kind(self, machine: MachineDef, here: State, row: Row) -> str:
        if all(t.kind == "bounced" or (t.kind == "signal" and t.names != ("entered",)) for t in row.on):
            return TOLD
        if row.to in (SAME, here.code):
            return STAY
        if row.to != BACK:
            there = machine.states[row.to]
            onward = self._end_kind(machine, here, there, row) if there.ends else self._onward(machine, here, there)
            if onward:
                return onward
        words = [name for trigger in row.on if trigger.kind == "said" for name in trigger.names]
        return OWNED if any(self.procedure.verbs[name].by[:1] == (here.owner,) for name in words) else BACKWARD

    def _end_kind(self, machine: MachineDef, here: State, there: State, row: Row) -> str:
        sharing = len({machine.states[source].stage for source in row.sources})
        before, after = self.order[here.stage], self.order[there.stage]
        if sharing >= MANY_STAGES:
            return EXIT
        if sharing > 1 or after < before:
            return ASIDE
        return LATER if after > before else END

    def _onward(self, machine: MachineDef, here: State, there: State) -> str:
        before, after = self.order[here.stage], self.order[there.stage]
        if after > before:
            return LATER
        codes = list(machine.states)
        return NEXT if after == before and codes.index(there.code) > codes.index(here.code) else ""

    # -- what sets a row off ----------------------------------------------------------------------------------------

    def events(self, play: Rehearsal, machine: Machine, row: Row) -> Iterator[Event | None]:
        """What may set the row off: mails, words by each role that may say them; None is to let the clock run."""
        for trigger in row.on:
            if trigger.kind == "said":
                for name in trigger.names:
                    yield from self._said(play, machine, row, name, trigger.by)
            elif trigger.kind == "sent":
                for name in self.sending(machine, (*trigger.names, *trigger.tried)):
                    yield from self._said(play, machine, row, name)
                yield None
            elif trigger.kind == "mail":
                for name in trigger.names:
                    yield from events_of(play, machine, (row,), trigger.kind, name)
            elif trigger.kind in ("timer", "signal", "children"):
                yield None

    def _said(
        self, play: Rehearsal, machine: Machine, row: Row, name: str, by: tuple[str, ...] = ()
    ) -> Iterator[Event]:
        verb = self.procedure.verbs[name]
        for role in by or verb.by:
            yield from plainest(self.procedure, said(play, verb, (row,), machine, role))

    def sending(self, machine: Machine, letters: tuple[str, ...]) -> list[str]:
        """Words that send some of these letters from where the machine is, without leaving it."""
        found: list[str] = []
        for way in self.of(machine.kind, machine.state):
            if way.kind == STAY and any(use.letter in letters for use in way.row.letters):
                found += [name for trigger in way.row.on if trigger.kind == "said" for name in trigger.names]
        return found


def stage_order(procedure: Procedure) -> dict[str, int]:
    """The paper's order of the stages: by their numbers, or as the file has them if some have none."""
    stages = list(dict.fromkeys(s.stage for m in procedure.machines.values() for s in m.states.values()))
    if all(NUMBERED.fullmatch(stage) for stage in stages):
        stages.sort(key=_number)
    return {stage: n for n, stage in enumerate(stages)}


def _number(stage: str) -> tuple[str, tuple[int, ...]]:
    found = NUMBERED.fullmatch(stage)
    assert found is not None
    return found[1].upper(), tuple(int(n) for n in found[2].split("."))


def plainest(procedure: Procedure, variants: list[Event]) -> list[Event]:
    """The variants of a word as people would sooner say them: confirmed, by the usual speaker, every blank filled in,
    nothing in its lists, and of several answers the one that the file names last."""
    verb = variants[0].sayings[-1].verb
    parts = [d.into.partition("=") for d in procedure.verbs.values() if verb in d.part_of and d.into]
    answers = [(name, value) for name, _, value in parts if value]

    def rank(event: Event) -> tuple[bool, bool, int, int, int]:
        word = event.sayings[-1]
        lists = [v for v in word.blanks.values() if isinstance(v, list)]
        unusual = word.by.address != variants[0].sayings[-1].by.address
        given = sum(n for n, (name, value) in enumerate(answers) if word.blanks.get(name) == value)
        return not word.confirmed, unusual, len(lists) - len(word.blanks), sum(map(len, lists)), -given

    return sorted(variants, key=rank)


def told(procedure: Procedure, event: Event | None) -> str:
    """An event in words, as an officer would say it: whose mail or word it is."""
    if isinstance(event, MailCame):
        return f"mail from the {procedure.roles[event.role].title}" if event.role in procedure.roles else "a mail"
    if isinstance(event, Commands):
        words = event.sayings[-1]
        title = next(procedure.roles[r].title for r in (words.by.name, *sorted(words.by.roles)) if r in procedure.roles)
        return f'{title}: "{procedure.verbs[words.verb].label}"{_chosen(procedure, words.verb, words.blanks)}'
    if isinstance(event, OwnLetter):
        return "an officer's own letter"
    return "nothing comes"


def _chosen(procedure: Procedure, verb: str, blanks) -> str:
    """Which of the detail lines were given with the word."""
    found = []
    for detail in procedure.verbs.values():
        if verb in detail.part_of and detail.into:
            name, _, value = detail.into.partition("=")
            given = blanks.get(name)
            if (value and given == value and name) or (not value and given):
                found.append(f'"{min(detail.say, key=len).partition("{")[0].strip(": ")}"')
    return f", {', '.join(found)}" if found else ""
