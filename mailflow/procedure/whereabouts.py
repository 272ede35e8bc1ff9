"""Where a case is, as far as it matters for what may come: its stages, what guards answer there, what they will ask.

In: a procedure, and a case played to some point.
Out: places that can be compared, and their parts two by two.
Fails: never.
Limits: a text counts by its first words; a list by whether it holds none, one or several.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from mailflow.procedure import guards
from mailflow.procedure.calendar import Calendar
from mailflow.procedure.decision import Decision
from mailflow.procedure.definition import Procedure, Row
from mailflow.procedure.events import Terms
from mailflow.procedure.firing import BACK
from mailflow.procedure.naming_phrases import parts_of
from mailflow.procedure.rehearsal import Rehearsal
from mailflow.procedure.standing import Case

SHORT = 40
MOST_KNOWN = 1000  # of the places last asked for: many things are tried at each
MOST_ALIKE = 2  # a third child in the same state is like the second
Part = tuple[str, str]
Pair = tuple[Part, Part]
Question = tuple[Row, Callable[[Decision, guards.Scene], str]]
# Guards whose answer lies in the case alone, whatever happens.
STANDS = re.compile(
    r"(not )?(field|flag|sent|in hand|left|bounced) |never sent |waiting |count |came from |(no )?items "
    r"|(no )?children open$|child |no other in |under |no mail from "
)


@dataclass(frozen=True)
class Place:
    """Where a case is; `parts` are (machine kind, state), the case's own first; `memory` is what guards will ask of."""

    parts: tuple[Part, ...]
    ended: bool
    back: str
    asked: str
    flags: tuple[Part, ...]
    guards: tuple[Part, ...]
    memory: tuple[Part, ...]
    kinds: tuple[str, ...]

    @property
    def core(self) -> tuple[object, ...]:
        """Its stages and what waits there, without what guards and memory know of it."""
        return self.parts, self.ended, self.back, self.asked

    @property
    def live(self) -> tuple[Part, ...]:
        """The parts that have not ended."""
        return self.parts[1:] if self.ended else self.parts


class Whereabouts:
    """Says where cases of one procedure are."""

    def __init__(self, procedure: Procedure, calendar: Calendar, terms: Terms):
        self.procedure, self.calendar, self.terms = procedure, calendar, terms
        self.asked_for = _fields_asked_for(procedure)
        self.remembered = _remembered(procedure)
        self._counts = _counts(procedure)
        self._questions: dict[Part, tuple[list[Question], list[int]]] = {}
        short = ("flag", "yesno", "text")
        self._worded = [(n, n not in self._counts and procedure.fields[n].type in short) for n in self.remembered]
        awaited = {n for p in _phrases(_rows(procedure)) for k, n in parts_of(p) if k == "letter"}
        self._awaited = [(name, f"letter {name}") for name in sorted(awaited)]
        self._lists = [(name, f"list {name}") for name in procedure.lists]
        self._optional = {t.name for m in procedure.machines.values() for t in m.timers.values() if "{" in t.due}
        self._known: dict[int, tuple[Case, Place]] = {}  # by the case itself, which is kept so that none takes its id

    def place_of(self, play: Rehearsal) -> Place:
        """Where a case is: states, where it would go back to, what waits to be judged, and what guards can tell."""
        known = self._known.get(id(play.case))
        if known is None:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            known = self._known[id(play.case)] = play.case, self._place_of(play)
        return known[1]

    def _place_of(self, play: Rehearsal) -> Place:
        procedure, case = self.procedure, play.case
        main = case.machines[procedure.main]
        rows = procedure.machines[main.kind].rows_from(main.state)
        back = main.came_from if any(r.to == BACK for r in rows) else ""
        asked = " ".join(sorted(case.unjudged))
        standing = [(m.kind, m.state) for m in case.machines.values() if m.id != main.id and not m.ended]
        parts = [part for part in sorted(set(standing)) for _ in range(min(standing.count(part), MOST_ALIKE))]
        flags = {(n, str(v)) for m in case.live() for n, v in m.fields.items() if n in self.asked_for}
        return Place(
            ((main.kind, main.state), *parts),
            main.ended,
            back,
            asked,
            tuple(sorted(flags)),
            tuple(sorted(set(self._answers(play)))),
            (*self._switched_on(play), *(self._memory(play) if case.live() or self._switched_on(play) else ())),
            tuple(k for k in procedure.machines if k != procedure.main),
        )

    def _answers(self, play: Rehearsal) -> Iterable[Part]:
        """For each machine the answers of all guards that its rows ask of the case alone, together."""
        d = Decision(self.procedure, self.terms, play.case, play.now, self.calendar)
        for machine in (play.case.machines[self.procedure.main], *play.case.live()):
            questions, places = self._standing(d, machine.kind, machine.state)
            if places:
                answers = [
                    "-" if ask(d, guards.Scene(machine, row, None, machine.state)) else "+" for row, ask in questions
                ]
                yield f"guards {machine.kind} {machine.state}", "".join([answers[n] for n in places])

    def _standing(self, d: Decision, kind: str, state: str) -> tuple[list[Question], list[int]]:
        """The guards of a state that the case alone can answer; for each place in its rows, which stands there.

        Many rows share a guard, and none of these looks at the row.
        """
        if (kind, state) not in self._questions:
            rows = self.procedure.machines[kind].rows_from(state)
            asked = [(r, p) for r in rows for p in _phrases([r]) if STANDS.match(p)]
            first = {phrase: row for row, phrase in reversed(asked)}
            order = {phrase: n for n, phrase in enumerate(first)}
            questions = [(row, guards.asking(d, phrase)) for phrase, row in first.items()]
            self._questions[kind, state] = questions, [order[phrase] for _, phrase in asked]
        return self._questions[kind, state]

    def _switched_on(self, play: Rehearsal) -> Iterable[Part]:
        """Clocks that an office may switch off and that run."""
        running = (name for machine in play.case.machines.values() for name in machine.timers)
        return [(f"clock {name}", "runs") for name in running if name in self._optional]

    def _memory(self, play: Rehearsal) -> Iterable[Part]:
        """What guards of later stages will ask: counts up to their highest mark, fields, lists, letters."""
        case = play.case
        fields, lists = dict(case.fields), case.lists
        found = []
        for name, short in self._worded:
            value = fields.get(name)
            if short and isinstance(value, str):
                found.append((name, value[:SHORT]))
            elif name in self._counts:
                most = self._counts[name](play)
                found.append((name, str(min(int(str(value or 0)), most))))
            else:
                found.append((name, "known" if value else ""))
        found += [(words, str(min(len(lists.get(name, ())), 2))) for name, words in self._lists]
        statuses = {x.name: x.status for x in case.letters.values() if x.status != "withdrawn"}
        found += [(words, statuses.get(name, "")) for name, words in self._awaited]
        return found


def pairs_of(place: Place, memory: bool = True) -> set[Pair]:
    """What stands together at this place, two by two; guards' answers and memory stand beside the stages only."""
    # All children of a kind are one part, so that two of them are seen beside none of another kind.
    kinds = ((kind, " ".join(s for k, s in place.parts[1:] if k == kind)) for kind in place.kinds)
    parts = [place.parts[0], *kinds, ("back", place.back), ("asked", place.asked), *place.flags]
    found = {(a, b) for n, a in enumerate(parts) for b in parts[n:]}
    if not memory:
        return found
    many = [(name, value) for name, value in place.memory if name.startswith("list ")]
    found |= {(answer, answer) for answer in place.guards}
    # What a decision said is also seen beside each child that may stand open meanwhile.
    open_now = parts[1 : 1 + len(place.kinds)]
    found |= {(part, kind) for part in place.memory if part[1] in ("yes", "no") for kind in open_now}
    return found | {(part, other) for part in place.memory for other in (place.parts[0], *many)}


def _rows(procedure: Procedure) -> list[Row]:
    return [row for machine in procedure.machines.values() for row in machine.rows]


def _phrases(rows: Iterable[Row]) -> list[str]:
    found = []
    for r in rows:
        found += [*r.needs, *r.needs_any, *(x.condition for x in (*r.letters, *r.tells, *r.spawn) if x.condition)]
    return found


def _fields_asked_for(procedure: Procedure) -> frozenset[str]:
    """Fields whose value a guard of a child asks for: two children that differ in one may go different ways."""
    children = [m for m in procedure.machines.values() if m.kind != procedure.main]
    phrases = [p for m in children for r in m.rows for p in (*r.needs, *r.needs_any)]
    named = [f for phrase in phrases for f in re.findall(r"^(?:field|flag) (\w+)(?= =|$)", phrase)]
    kinds = ("flag", "yesno", "text")
    return frozenset(f for f in named if f in procedure.fields and procedure.fields[f].type in kinds)


def _remembered(procedure: Procedure) -> tuple[str, ...]:
    """Fields of the case that some guard asks for, or that name whom a letter of a row goes to."""
    asked = {name for p in _phrases(_rows(procedure)) for kind, name in parts_of(p) if kind == "field"}
    letters = {procedure.letters[use.letter].to for row in _rows(procedure) for use in row.letters}
    written_to = (procedure.roles.get(procedure.party_of(name)) for name in letters)
    asked |= {role.field for role in written_to if role and not role.is_officer}
    return tuple(sorted(asked & set(procedure.fields)))


def _counts(procedure: Procedure) -> dict[str, Callable[[Rehearsal], int]]:
    """For each count that a guard asks for, the highest number that it asks about."""
    marks: dict[str, list[str]] = {}
    for phrase in _phrases(_rows(procedure)):
        found = re.fullmatch(r"count (\w+) (?:<|>=) (.+)", phrase)
        if found:
            marks.setdefault(found[1], []).append(found[2])

    def highest(words: list[str]) -> Callable[[Rehearsal], int]:
        def read(play: Rehearsal) -> int:
            d = Decision(procedure, play.terms, play.case, play.now, play.calendar)
            return max(int(d.fill(w)) for w in words)

        return read

    return {name: highest(words) for name, words in marks.items()}
