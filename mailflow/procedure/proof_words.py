"""Words that nothing accepts or nobody may say, buttons that lead nowhere, fields and roles that nothing fills.

In: a procedure without faults of reading; the buttons that a trial saw offered and what could be said then.
Out: faults and warnings with file and line.
Fails: never.
Limits: whether the register names somebody for a role is `mailflow check`'s matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from mailflow.errors import Fault
from mailflow.procedure.definition import Procedure, Role, Row, Verb
from mailflow.procedure.naming_phrases import parts_of
from mailflow.procedure.proof_clocks import line_of
from mailflow.procedure.ranking import roles_with

FROM_REGISTER = (
    "contract",
    "service",
    "purchaser",
    "publication",
)  # these follow from an organisation or a contract that is named


def words(procedure: Procedure) -> Iterable[Fault]:
    """Faults: words that no row accepts, that nobody may say, or that a row expects of somebody who may not."""
    heard = {n for m in procedure.machines.values() for r in m.rows for t in r.on if t.kind == "said" for n in t.names}
    for verb in procedure.verbs.values():
        line = procedure.lines.get(("verbs", verb.name), 0)
        if verb.part_of or verb.button_for:
            continue
        if not verb.act and verb.name not in heard:
            what = f'Nothing accepts the word "{verb.label}" ({verb.name}): whoever says it is always refused.'
            yield Fault(procedure.file, line, what, "Name it in a row, give it an act, or remove it.")
        if not verb.by or not verb.say:
            what = f'Nobody can say the word "{verb.label}" ({verb.name})'
            lacks = 'by = ["..."] with a role' if not verb.by else 'say = ["..."] with the words people write'
            yield Fault(
                procedure.file, line, f"{what}{', though it decides' if verb.decision else ''}.", f"Add {lacks}."
            )
    for machine in procedure.machines.values():
        for n, row in enumerate(machine.rows):
            for trigger in row.on:
                for name in trigger.names if trigger.kind == "said" and trigger.by else ():
                    if "anyone" not in procedure.verbs[name].by and not _may(
                        procedure, trigger.by, procedure.verbs[name]
                    ):
                        what = f"Row {row.id} waits for {name} by {', '.join(trigger.by)}, who may not say it."
                        line = line_of(procedure, machine.kind, "row", n, "on")
                        yield Fault(procedure.file, line, what, f"Add the role to by of [verbs] {name}.")


def _may(procedure: Procedure, roles: Iterable[str], verb: Verb) -> bool:
    return not roles_with(procedure, frozenset(roles)).isdisjoint(verb.by)


def buttons(procedure: Procedure, offered: Mapping[tuple[str, str, str], tuple[set[str], set[str]]]) -> Iterable[Fault]:
    """Warnings: a button that no row accepts in any stage in which its letter goes, or that its reader may not press.

    offered: by (machine kind, row, letter) the buttons, and all words that could be said at some such time.
    """
    by_letter: dict[str, tuple[set[str], set[str]]] = {}
    for (_, _, letter), (names, sayable) in offered.items():
        both = by_letter.setdefault(letter, (set(), set()))
        both[0].update(names & set(procedure.letters[letter].buttons))
        both[1].update(sayable)
    for letter, (names, sayable) in sorted(by_letter.items()):
        line = procedure.lines.get(("letters", letter), 0)
        for name in sorted(names):
            verb = _said(procedure, name)
            if verb.name not in sayable and not verb.act:
                what = (
                    f'Letter {letter} has a button "{procedure.verbs[name].label}" that nothing accepts where it goes.'
                )
                yield Fault(
                    procedure.file, line, what, "Add a row that accepts the word there, or take the button out."
                )
    for (kind, row, letter), (names, sayable) in sorted(offered.items()):
        for name in sorted(names - set(procedure.letters[letter].buttons)):
            verb = _said(procedure, name)
            if verb.name not in sayable and not verb.act:
                numbers = {r.id: n for n, r in enumerate(procedure.machines[kind].rows)}
                line = line_of(procedure, kind, "row", numbers.get(row, 0), "buttons")
                what = f'Row {row} offers a button "{procedure.verbs[name].label}" that nothing accepts after it.'
                yield Fault(
                    procedure.file, line, what, "Add a row that accepts the word there, or take the button out."
                )
    yield from _not_theirs(procedure)


def _said(procedure: Procedure, name: str) -> Verb:
    verb = procedure.verbs[name]
    return procedure.verbs[verb.button_for] if verb.button_for else verb


def _not_theirs(procedure: Procedure) -> Iterator[Fault]:
    for letter in procedure.letters.values():
        role = procedure.roles.get(letter.to)
        copied = procedure.roles.get(letter.cc)
        if role is None or not role.is_officer or (letter.cc and copied is None):
            continue  # the owner, or whoever stands above, is known only when the letter goes
        readers = {role.name, *([copied.name] if copied and copied.is_officer else [])}
        for name in letter.buttons:
            verb = _said(procedure, name)
            if "anyone" not in verb.by and not _may(procedure, readers, verb):
                line = procedure.lines.get(("letters", letter.name), 0)
                what = (
                    f'Letter {letter.name} offers "{procedure.verbs[name].label}" to {role.title}, who may not say it.'
                )
                yield Fault(
                    procedure.file, line, what, f"Add {role.name} to by of [verbs] {verb.name}, or take it out."
                )


def filled(procedure: Procedure) -> frozenset[str]:
    """Fields that something fills: a row, a count, a word that sets it, or the register."""
    rows = [r for m in procedure.machines.values() for r in m.rows]
    found = {n for r in rows for n in (*r.set, *r.date_field, r.count) if n}
    setters = [v for v in procedure.verbs.values() if v.act == "set" and v.field]
    found |= {v.field for v in setters}
    if any(procedure.fields[v.field].type in ("organisation", "contract") for v in setters):
        found |= {f.name for f in procedure.fields.values() if f.type in FROM_REGISTER}
    return frozenset(found)


def fields(procedure: Procedure) -> Iterable[Fault]:
    """Faults: guards about fields that nothing ever fills."""
    known = filled(procedure)
    for machine in procedure.machines.values():
        for n, row in enumerate(machine.rows):
            for key, phrase in _phrases(row):
                for kind, name in parts_of(phrase):
                    # What nobody fills may be asked for in the negative: it then always holds, which is as bad.
                    if (
                        kind == "field"
                        and name not in known
                        and not phrase.startswith(("under ", "approved ", "staff "))
                    ):
                        line = line_of(procedure, machine.kind, "row", n, key)
                        what = f'Row {row.id}: "{phrase}" asks for a field that nothing ever fills.'
                        yield Fault(
                            procedure.file, line, what, f"Let a row or a word set {name}, or take the guard out."
                        )


def _phrases(row: Row) -> Iterator[tuple[str, str]]:
    yield from (("needs", p) for p in row.needs)
    yield from (("needs_any", p) for p in row.needs_any)
    for key, uses in (("letters", row.letters), ("spawn", row.spawn), ("tells", row.tells)):
        yield from ((key, u.condition) for u in uses if u.condition)


def roles(procedure: Procedure) -> Iterable[Fault]:
    """Faults: roles in which nobody can ever be found."""
    known = filled(procedure)
    for role in procedure.roles.values():
        what = _unfillable(role, known)
        if what:
            line = procedure.lines.get(("roles", role.name), 0)
            yield Fault(
                procedure.file, line, f"Nobody can ever be found as {role.title} ({role.name}): {what[0]}.", what[1]
            )


def _unfillable(role: Role, known: frozenset[str]) -> tuple[str, str] | None:
    by_field = bool(role.field) and role.field in known
    if role.who in ("contacts", "person") and not by_field and not role.setting:
        said = f"nothing ever fills the field {role.field}" if role.field else "it names no field"
        return said, "Name a field in the role, and let a row or a word fill it."
    if role.who == "manager" and not role.of and not by_field:
        return "it does not say whose manager", 'Add of = "..." with a role.'
    if role.who == "service" and not role.column and not by_field:
        return "it names no column of services.csv", 'Add column = "...".'
    return None


def lists(procedure: Procedure) -> Iterable[Fault]:
    """Warnings: lists that no row fills, and lists whose children no row makes."""
    rows = [r for m in procedure.machines.values() for r in m.rows]
    filled_by = {x for r in rows for x in (r.items, r.items_if_given) if x}
    made = {(s.child, s.each) for r in rows for s in r.spawn}
    for name in procedure.lists:
        line = procedure.lines.get(("lists", name), 0)
        if name not in filled_by:
            yield Fault(
                procedure.file, line, f"No row fills the list {name}.", 'Add items = "..." to a row, or remove it.'
            )
        kinds = [m.kind for m in procedure.machines.values() if m.item == name]
        if kinds and not any((kind, name) in made for kind in kinds):
            what = f"No row makes the children that the list {name} is for: its items are nobody's work."
            yield Fault(
                procedure.file, line, what, f'Add spawn = [{{ child = "{kinds[0]}", each = "{name}" }}] to a row.'
            )
