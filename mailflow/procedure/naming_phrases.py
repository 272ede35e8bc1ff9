"""Whether the names inside phrases are declared: in guards, in values, in where a clock counts from, in signals.

In: a Procedure as read, and a function that takes a name, what is known, what it is and where it stands.
Out: faults with file and line, each with what may have been meant.
Fails: never.
Limits: a phrase of no known shape is reported by reading_rows.py; what a phrase means together is proof.py's matter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from functools import lru_cache

from mailflow.procedure import guard_shapes, guards, values
from mailflow.procedure.definition import MachineDef, Procedure, Row, TimerDef

BLANK = re.compile(r"\{(\w+)\??:\w+\}")
SETTING = re.compile(r"\{(\w+)\}")
ANCHORS = {"field": "field", "letter": "letter", "timer": "timer"}
OF_EVERY_CASE = ("spawned", "entered")  # signals that the engine sends itself
ENCLOSED = ("concern", "report", "response")  # what a letter can enclose besides a field of files

Want = Callable[..., None]
_SHAPES = [(p, guard_shapes.NAMES[p.pattern]) for p, _ in guard_shapes.SHAPES]
_SOURCES = [(p, values.NAMES[p.pattern]) for p, _ in values.SOURCES]
assert guards.known("children open")  # the shapes register themselves when guards.py is read


def blanks_of(procedure: Procedure, verbs: Collection[str]) -> frozenset[str]:
    """Every blank that one of these words can give: its own, those of its detail lines and of words it outranks."""
    found = {"note"} if verbs else set()
    verbs = {*verbs, *(name for v in verbs if v in procedure.verbs for name in procedure.verbs[v].beats)}
    for verb in procedure.verbs.values():
        if verb.name in verbs:
            found |= {name for say in verb.say for name in BLANK.findall(say)}
        if verb.into and not set(verb.part_of).isdisjoint(verbs):
            found.add(verb.into.partition("=")[0])
    return frozenset(found)


@lru_cache(maxsize=5000)
def parts_of(phrase: str, value: bool = False) -> tuple[tuple[str, str], ...]:
    """What a guard, or a value, names: (kind, name) such as ("field", "late") or ("letter", "L1")."""
    words = SETTING.sub("1", phrase)
    for pattern, kinds in _SOURCES if value else _SHAPES:
        found = pattern.fullmatch(words)
        if found:
            named = zip(kinds.split(), found.groups(), strict=False)
            return tuple((k, one) for k, name in named if k != "-" and name for one in name.split())
    return ()


class Phrases:
    """Checks the phrases of a procedure; `want(name, known, what, *place)` reports what is not known."""

    def __init__(self, procedure: Procedure, want: Want):
        self.p, self.want = procedure, want
        parts = {f"{r.name}.{x}" for r in procedure.roles.values() for x in r.parts}
        self.known: dict[str, tuple[str, Collection[str]]] = {
            "field": ("field", procedure.fields),
            "letter": ("letter", procedure.letters),
            "child": ("child", set(procedure.machines) - {procedure.main}),
            "setting": ("setting", procedure.settings),
            "role": ("role", procedure.roles),
            "address": ("role", {*procedure.roles, *parts}),
            "list": ("list", procedure.lists),
            "verb": ("word", procedure.verbs),
        }

    def fill(self, words: str, what: str, *place: object) -> None:
        """The settings that stand in braces."""
        for name in SETTING.findall(words):
            self.want(name, self.p.settings, f"{what}: the setting", *place)

    def machine(self, machine: MachineDef, top: tuple[object, ...]) -> None:
        """Every phrase of one state table."""
        for state in machine.states.values():
            children = {"children", *self.known["child"][1]}
            self.want(state.lives_by, children, "The child", *top, "states", state.code)
        self.want(machine.item, self.p.lists, "The list", *top, "item")
        for timer in machine.timers.values():
            self._timer(machine, timer, (*top, "timers", timer.name))
        heard = {n for r in machine.rows for t in r.on if t.kind == "signal" for n in t.names}
        told = {x.signal for m in self.p.machines.values() for r in m.rows for x in (*r.tells, *r.spawn)}
        for n, row in enumerate(machine.rows):
            self._row(machine, row, (*top, "row", n))
            for name in (n for t in row.on if t.kind == "signal" for n in t.names):
                self.want(name, {*told, *OF_EVERY_CASE}, f"Row {row.id}: the signal", *top, "row", n, "on")
        for other in self.p.machines.values():
            place = () if other.kind == self.p.main else ("child", other.kind)
            for n, row in enumerate(other.rows):
                for key, told_to in (("tells", row.tells), ("spawn", row.spawn)):
                    for one in (x for x in told_to if x.child == machine.kind):
                        self.want(one.signal, heard, f"Row {row.id}: the signal", *place, "row", n, key)

    def _timer(self, machine: MachineDef, timer: TimerDef, place: tuple[object, ...]) -> None:
        what = f"The clock {timer.name}"
        for source in timer.start:
            kind, _, name = source.partition(" ")
            if kind in ANCHORS:
                known = machine.timers if kind == "timer" else self.known[kind][1]
                self.want(name, known, f"{what}: the {kind}", *place, "from")
            elif source != "entry":
                known = {"entry", "field ...", "letter ...", "timer ..."}
                self.want(source, known, f"{what}: the beginning", *place, "from")
        kind, _, name = timer.date.partition(" ")
        if kind == "item":
            parts = self.p.lists.get(machine.item, ("",))[1:]
            self.want(name, parts, f"{what}: the part of an item", *place, "date")
        elif kind:
            self.want(name or kind, self.p.fields, f"{what}: the field", *place, "date")
        self.want(timer.plus_setting, self.p.settings, f"{what}: the setting", *place, "plus_setting")
        self.fill(timer.due, what, *place, "due")
        for rung in timer.ladder:
            for role in rung.to:
                known = {*self.p.roles, "owner", "deputy", "above"}
                self.want(role, known, f"{what}: its ladder's role", *place, "ladder")

    def _row(self, machine: MachineDef, row: Row, place: tuple[object, ...]) -> None:
        conditions = [u.condition for u in (*row.letters, *row.spawn, *row.tells) if u.condition]
        said = {n for t in row.on if t.kind == "said" for n in t.names}
        blanks = blanks_of(self.p, said)
        for key, phrases in (("needs", row.needs), ("needs_any", row.needs_any), ("", conditions)):
            for phrase in phrases:
                self._phrase(machine, row, phrase, blanks if said else None, (*place, key) if key else place)
        for name, words in row.set.items():
            for kind, one in parts_of(words, value=True):
                self._name(machine, row, kind, one, words, blanks if said else None, (*place, "set", name))
        for words in row.date_field.values():
            _, _, letter = words.partition(" from letter ")
            self.want(letter, self.p.letters, f"Row {row.id}: the letter", *place, "date_field")
            self.fill(words, f"Row {row.id}", *place, "date_field")
        self.want(row.extends, machine.timers, f"Row {row.id}: the clock", *place, "extends")
        for role in (row.asks, *row.judges):
            self.want(role, self.p.roles, f"Row {row.id}: the role", *place, "asks" if role == row.asks else "judges")
        for blank in (*row.sets_timer.values(), *row.set_item.values(), row.join):
            self.want(blank, blanks, f"Row {row.id}: the blank", *place)
        for spawn in row.spawn:
            self.want(spawn.each, self.p.lists, f"Row {row.id}: the list", *place, "spawn")

    def _phrase(self, machine: MachineDef, row: Row, phrase: str, blanks, place: tuple[object, ...]) -> None:
        self.fill(phrase, f"Row {row.id}", *place)
        setting = ""
        for kind, name in parts_of(phrase):
            if kind == "setting":
                setting = name
            if kind == "choice":
                allowed = {str(v) for v in self.p.allowed.get(setting, ())}
                if allowed:
                    self.want(name, allowed, f'Row {row.id}: "{phrase}": the value', *place)
            else:
                self._name(machine, row, kind, name, phrase, blanks, place)

    def _name(
        self, machine: MachineDef, row: Row, kind: str, name: str, phrase: str, blanks, place: tuple[object, ...]
    ) -> None:
        """One name in a phrase; a blank is known if a word of this very row gives it (any word, for a row by mail)."""
        told = f'Row {row.id}: "{phrase}": the'
        if kind in self.known:
            what, known = self.known[kind]
            self.want(name, known, f"{told} {what}", *place)
        elif kind == "states":
            self.want(name, machine.states, f"{told} state", *place)
        elif kind == "timer":
            self.want(name, machine.timers, f"{told} clock", *place)
        elif kind == "blank" and blanks is not None:
            self.want(name, blanks, f"{told} blank", *place)
