"""The rows of two editions compared: what may happen in a stage, under which condition, and where it leads.

In: the words of both editions and the same machine of each.
Out: changes for those who may set a row off, and for the owners of the stages it starts from.
Fails: never.
Limits: a row is the same row if it has the same id.
"""

from __future__ import annotations

from collections.abc import Iterator

from mailflow.procedure.definition import MachineDef, Row
from mailflow.procedure.firing import BACK, SAME
from mailflow.procedure.telling import Telling
from mailflow.procedure.telling_names import joined
from mailflow.study.comparison_words import EVERYBODY, Change, left_over
from mailflow.study.effects import follows, noted

PLAIN = {"id", "machine", "sources", "on", "to", "needs", "needs_any"}
FOLLOWS = (
    *("letters", "records", "withdraw", "withdraws", "spawn", "tells", "close_children", "restart", "sets_timer"),
    *("extends", "files", "asks", "judges", "join", "split", "new_cycle", "remember_from", "restrict", "no_undo"),
)
NOTED = ("set", "date_field", "set_item", "count", "items", "items_if_given")


def rows(old: Telling, new: Telling, was: MachineDef, now: MachineDef) -> Iterator[Change]:
    """Every row that is new, gone, or leads or asks for something else; and rows that are tried in another order."""
    before, after = {r.id: r for r in was.rows}, {r.id: r for r in now.rows}
    for name in dict.fromkeys([*before, *after]):
        a, b = before.get(name), after.get(name)
        if a is None or b is None:
            telling, machine, row = (old, was, a) if a else (new, now, b)
            assert row is not None
            told = _told(telling, machine, row)
            words = f"{'No longer' if a else 'New'}: {told} (row {name})."
            for who in _concerned(telling, machine, row):
                yield Change(who, "row", name, words, told if a else "", told if b else "")
        elif a != b:
            whom = dict.fromkeys([*_concerned(old, was, a), *_concerned(new, now, b)])
            for words, x, y in _turned(old, new, was, now, a, b):
                for who in whom:
                    yield Change(who, "row", name, words, x, y)
    kept = [n for n in before if n in after]
    if kept != [n for n in after if n in before]:
        title = new.machine(now.kind)
        words = f"The rows of the {title} are tried in another order; of several that fit, the first is taken."
        yield Change(EVERYBODY, "row", now.kind, words, " ".join(kept), " ".join(n for n in after if n in before))


def _turned(
    old: Telling, new: Telling, was: MachineDef, now: MachineDef, a: Row, b: Row
) -> Iterator[tuple[str, str, str]]:
    what = f"When {_events(new, now, b)}{_where(new, now, b)} (row {b.id})"
    if a.sources != b.sources:
        x, y = old.stages(a.sources, was.kind) or "the beginning", new.stages(b.sources, now.kind) or "the beginning"
        yield f"Row {b.id} counts at {y}; before at {x}.", x, y
    if a.on != b.on:
        x, y = _events(old, was, a), _events(new, now, b)
        yield f"Row {b.id} is set off when {y}; before when {x}.", x, y
    if a.to != b.to:
        x, y = _to(old, was, a), _to(new, now, b)
        yield f"{what}, it leads to {y}; before to {x}.", x, y
    if (a.needs, a.needs_any) != (b.needs, b.needs_any):
        x = old.condition(a.needs, a.needs_any, was.kind) or "no condition"
        y = new.condition(b.needs, b.needs_any, now.kind) or "no condition"
        yield f"{what}, the condition is: {y}. Before: {x}.", x, y
    for keys, tell, verb in ((FOLLOWS, follows, "follows"), (NOTED, noted, "goes on file")):
        if any(getattr(a, key) != getattr(b, key) for key in keys):
            x, y = (list(_effects(t, m, r, tell)) for t, m, r in ((old, was, a), (new, now, b)))
            less, more = [w for w in x if w not in y], [w for w in y if w not in x]
            if less or more:
                yield f"{what}, {verb}: {_list(more, y)}. Before: {_list(less, x)}.", "; ".join(x), "; ".join(y)
            else:
                yield from _rest(a, b, set(PLAIN), what, keys)
    yield from _rest(a, b, {*PLAIN, *FOLLOWS, *NOTED}, what, ())


def _effects(telling: Telling, machine: MachineDef, row: Row, tell: object) -> Iterator[str]:
    if tell is follows:
        return follows(telling, machine, row)
    return noted(telling, row)


def _list(some: list[str], every: list[str]) -> str:
    return "; ".join(some) or ("the same without that" if every else "nothing")


def _rest(a: Row, b: Row, told: set[str], what: str, only: tuple[str, ...]) -> Iterator[tuple[str, str, str]]:
    for change in left_over(a, b, told, EVERYBODY, "row", what, b.id):
        if not only or any(f'"{key}"' in change.words for key in only):
            yield change.words, change.old, change.new


def _told(telling: Telling, machine: MachineDef, row: Row) -> str:
    when = f"when {_events(telling, machine, row)}{_where(telling, machine, row)}"
    return f"{when}, it leads to {_to(telling, machine, row)}"


def _events(telling: Telling, machine: MachineDef, row: Row) -> str:
    return joined((telling.event(t, machine.kind) for t in row.on), "or")


def _where(telling: Telling, machine: MachineDef, row: Row) -> str:
    return f" at {telling.stages(row.sources, machine.kind)}" if row.sources else ""


def _to(telling: Telling, machine: MachineDef, row: Row) -> str:
    words = {SAME: "the same stage", BACK: "the stage it came from"}
    return words.get(row.to) or telling.stages([row.to], machine.kind)


def _concerned(telling: Telling, machine: MachineDef, row: Row) -> list[str]:
    """Who may set a row off, and who owns the stages it starts from; where nobody does, everybody."""
    known = telling.procedure
    by = [r for t in row.on if t.kind == "said" for n in t.names if n in known.verbs for r in known.verbs[n].by]
    by += [name for t in row.on if t.kind in ("mail", "own_letter") for name in t.names]
    by += [machine.states[code].owner for code in row.sources if code in machine.states]
    return list(dict.fromkeys(r for r in by if r in known.roles)) or [EVERYBODY]
