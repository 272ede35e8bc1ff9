"""Whether the sections of the closure report and of the weekly summary can be made as the procedure declares them.

In: a procedure as read.
Out: faults with file and line: kinds that nobody knows, items that the kind cannot show.
Fails: never.
Limits: the kinds and what their items are stand at the top of closure.py and weekly.py.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from mailflow.errors import Fault
from mailflow.flow import closure, weekly
from mailflow.procedure.definition import Procedure, Section
from mailflow.procedure.toml_lines import suggest

SPECIAL = frozenset("@reference @version @cycle @opened @state @repeats @retention".split())
PAIR = 2


def faults_of(procedure: Procedure) -> Iterator[Fault]:
    """Every section that could not be made on the day."""
    for key, sections, known, names in (
        ("report", procedure.report, closure.known_section, closure.SECTIONS),
        ("summary", procedure.summary, weekly.known_section, (weekly.TITLE, *weekly.TABLES)),
    ):
        for n, section in enumerate(sections):
            place = _Place(procedure, key, n, section)
            if not known(section.kind):
                yield place.fault(
                    "kind", f'there is no section of the kind "{section.kind}".', suggest(section.kind, names)
                )
            else:
                yield from _items(procedure, key, section, place)


class _Place:
    def __init__(self, procedure: Procedure, key: str, n: int, section: Section):
        self.procedure, self.path, self.section = procedure, (key, n), section

    def fault(self, key: str, what: str, fix: str) -> Fault:
        lines = self.procedure.lines
        line = lines.get((*self.path, key)) or lines.get(self.path, 0)
        return Fault(self.procedure.file, line, f'"{self.section.title}": {what}', fix)

    def want(self, name: str, known: Collection[str], what: str) -> Iterator[Fault]:
        if name not in known:
            yield self.fault("items", f'{what} "{name}" is not declared.', suggest(name, known))


def _items(procedure: Procedure, key: str, section: Section, place: _Place) -> Iterator[Fault]:
    children = set(procedure.machines) - {procedure.main}
    first = {
        "answer": (PAIR, "a role and a letter"),
        "list": (1, "a list"),
        "text": (1, "a field"),
        "by": (1, "a field first"),
    }
    least, words = first.get(section.kind, (0, ""))
    if len(section.items) < least:
        yield place.fault("items", "its items are missing.", f"Name {words}.")
        return
    for n, item in enumerate(section.items):
        match section.kind:
            case "facts":
                yield from _fact(procedure, item, children, place)
            case "text":
                yield from place.want(item, procedure.fields, "the field") if n == 0 else ()
            case "list":
                yield from place.want(item, procedure.lists, "the list")
            case "words":
                yield from place.want(item, procedure.verbs, "the word")
            case "answer":
                known, what = (procedure.roles, "the role") if n == 0 else (procedure.letters, "the letter")
                yield from place.want(item, known, what)
            case "arrivals" | "standing":
                yield from place.want(item, procedure.top.states, "the state")
            case "by" if n == 0:
                yield from place.want(item, procedure.fields, "the field")
            case "counts":
                yield from place.want(item, procedure.fields, "the field")
            case "by" | "trend" | "children" | "work":
                yield from _child(procedure, item, children, place, report=key == "report")


def _fact(procedure: Procedure, item: str, children: Collection[str], place: _Place) -> Iterator[Fault]:
    if item.startswith("@"):
        yield from place.want(item, SPECIAL, "the item")
    elif item.startswith("child "):
        _, kind, *field = item.split(" ", 2)
        yield from place.want(kind, children, "the child")
        yield from place.want(" ".join(field), procedure.fields, "the field")
    else:
        yield from place.want(item, procedure.fields, "the field")


def _child(procedure: Procedure, item: str, children: Collection[str], place: _Place, report: bool) -> Iterator[Fault]:
    """KIND, and in the summary "KIND FIELD", "KIND STATE if FIELD" or "STATE without FIELD"."""
    counted, _, flag = item.partition(" if ")
    kind, _, more = counted.partition(" ")
    if not report and more.startswith("without "):
        states = {s for m in procedure.machines.values() for s in m.states}
        yield from place.want(kind, states, "the state")
        yield from place.want(more.removeprefix("without "), procedure.fields, "the field")
        return
    yield from place.want(kind, children, "the child")
    if report or kind not in children:
        return
    if flag:
        yield from place.want(flag, procedure.fields, "the field")
        yield from place.want(more, procedure.machines[kind].states, "the state")
    elif more:
        yield from place.want(more, procedure.fields, "the field")
