"""Reading the rows of a state table: events, guards, letters, children.

In: a [[row]] table of the procedure file.
Out: a Row; what is wrong with it goes to the table's faults, with file and line.
Fails: never.
Limits: reads one row at a time; names are checked in naming.py.
"""

from __future__ import annotations

import re

from mailflow.procedure import guards, values
from mailflow.procedure.definition import LetterUse, Row, Spawn, Tell, Trigger
from mailflow.procedure.firing import BACK, SAME
from mailflow.procedure.toml_lines import Table

TRIGGERS = ("mail", "said", "timer", "sent", "bounced", "signal", "children", "own_letter")
LISTED = "The guards are listed in docs/decisions.md."


def done(table: Table, value):
    """The value, once every key of its table has been asked for."""
    table.done()
    return value


def listed(parent: Table, key: str) -> list[Table]:
    """The tables of a list: [[row]] or an inline list."""
    items = parent._take(key, [], list, "a list of tables")
    found = []
    for n, item in enumerate(items):
        if isinstance(item, dict):
            found.append(Table(item, parent.file, parent.lines, parent.faults, (*parent.path, key, n)))
        else:
            parent.fault(key, f"{parent.name(key)} holds something that is not a table.")
    return found


def words(table: Table, key: str) -> dict[str, str]:
    """A small table of texts."""
    inner = table.table(key)
    return {name: inner.text(name) for name in inner.data}


def _trigger(t: Table) -> Trigger:
    kinds = [k for k in TRIGGERS if t.has(k)]
    if len(kinds) != 1:
        t.fault("", f"An event of a row needs exactly one of: {', '.join(TRIGGERS)}.")
        return done(t, Trigger("said", ()))
    kind = kinds[0]
    names = t.texts(kind) if isinstance(t.data[kind], list) else (t.text(kind),)
    return done(t, Trigger(kind, names, t.text("if_setting", ""), t.text("since", ""), t.texts("tried"), t.texts("by")))


def _use(t: Table, item: object, n: int) -> LetterUse:
    if isinstance(item, str):
        return LetterUse(item)
    if not isinstance(item, dict):
        t.fault("letters", f"Letter {n + 1} of this row is neither a name nor a table.", 'Write "M20".')
        return LetterUse("")
    inner = Table(item, t.file, t.lines, t.faults, (*t.path, "letters", n))
    return done(inner, LetterUse(inner.text("letter"), inner.text("if", ""), inner.text("why", "")))


def row_of(t: Table, kind: str) -> Row:
    """One row of a state table."""
    row = Row(
        id=t.text("id"),
        machine=kind,
        sources=t.texts("from"),
        on=tuple(_trigger(x) for x in listed(t, "on")),
        to=t.text("to"),
        needs=t.texts("needs"),
        needs_any=t.texts("needs_any"),
        otherwise=words(t, "otherwise"),
        set=words(t, "set"),
        date_field=words(t, "date_field"),
        letters=tuple(_use(t, x, n) for n, x in enumerate(t._take("letters", [], list, "a list of letters"))),
        buttons=t.texts("buttons"),
        why=t.text("why", ""),
        count=t.text("count", ""),
        restart=t.texts("restart"),
        sets_timer=words(t, "sets_timer"),
        set_item=words(t, "set_item"),
        extends=t.text("extends", ""),
        records=t.texts("records"),
        items=t.text("items", ""),
        items_if_given=t.text("items_if_given", ""),
        spawn=tuple(
            done(s, Spawn(s.text("child"), s.text("each", ""), s.text("signal", "spawned"), s.text("if", "")))
            for s in listed(t, "spawn")
        ),
        tells=tuple(
            done(s, Tell(s.text("child"), s.text("signal"), s.flag("open"), s.flag("all"), s.text("if", "")))
            for s in listed(t, "tells")
        ),
        files=t.texts("files"),
        remember_from=t.flag("remember_from"),
        withdraw=t.flag("withdraw"),
        withdraws=t.texts("withdraws"),
        close_children=t.text("close_children", ""),
        new_cycle=t.flag("new_cycle"),
        asks=t.text("asks", ""),
        judges=tuple(t.text("judges", "").split()),
        join=t.text("join", ""),
        split=words(t, "split"),
        no_undo=t.flag("no_undo"),
        restrict=t.texts("restrict"),
    )
    for key, phrases in (("needs", row.needs), ("needs_any", row.needs_any)):
        for phrase in phrases:
            if not guards.known(re.sub(r"\{\w+\}", "1", phrase)):
                t.fault(key, f'Row {row.id}: "{phrase}" is not a guard.', LISTED)
    for use in (*row.letters, *row.spawn, *row.tells):
        if use.condition and not guards.known(re.sub(r"\{\w+\}", "1", use.condition)):
            t.fault("", f'Row {row.id}: "{use.condition}" is not a guard.', LISTED)
    for name, source in row.set.items():
        if not values.known(source):
            t.fault("set", f'Row {row.id}: "{source}" is no value for {name}.')
    if not row.on:
        t.fault("", f"Row {row.id} has no event.", "Add on = [{ said = ... }] or another event.")
    if row.to in (SAME, BACK) and not row.sources:
        t.fault("to", f"Row {row.id} has no state to stay in or to go back to.")
    return done(t, row)
