"""Whether every name in a procedure is declared: states, timers, letters, verbs, roles, fields, settings, children.

In: a Procedure as read.
Out: faults with file and line, each with what may have been meant.
Fails: never.
Limits: looks at names, one by one (inside phrases: naming_phrases.py); paths are proof.py's matter.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from mailflow.errors import Fault
from mailflow.procedure.definition import ANYTHING, MachineDef, Procedure, Row, Verb
from mailflow.procedure.firing import BACK, SAME
from mailflow.procedure.naming_phrases import ENCLOSED, Phrases
from mailflow.procedure.toml_lines import suggest

SPECIAL_ROLES = ("owner", "deputy", "above", "actor", "officers", "managers", "administrator", "anyone")
NEEDED_ACTS = (
    *("recorded", "which", "refused", "refused_holder", "who", "status", "help", "correction"),
    *("undelivered", "filed", "daily", "weekly", "health"),
)
# Acts that only some procedures have words for need their letters only there.
ACTS_WITH_LETTERS = {"extend": "new_date", "no_extension": "new_date", "hold": "paused", "breach": "breach"}


class _Checker:
    def __init__(self, procedure: Procedure, faults: list[Fault]):
        self.p, self.faults = procedure, faults
        self.roles = {*procedure.roles, *(f"{r.name}.{x}" for r in procedure.roles.values() for x in r.parts)}

    def line(self, *path: object) -> int:
        while path and path not in self.p.lines:
            path = path[:-1]
        return self.p.lines.get(path, 0)

    def want(self, name: str, known: Collection[str], what: str, *path: object) -> None:
        if name and name not in known:
            self.faults.append(
                Fault(self.p.file, self.line(*path), f'{what} "{name}" is not declared.', suggest(name, known))
            )

    def all(self, names: Iterable[str], known: Collection[str], what: str, *path: object) -> None:
        for name in names:
            self.want(name, known, what, *path)


def _tells(verb: Verb) -> bool:
    """Whether this act writes to a party: a hold only if its word says so (Q16)."""
    return verb.act != "hold" or bool(verb.role)


def _leads_back(procedure: Procedure, name: str) -> bool:
    """Whether going from role to role by `of` comes round to this one."""
    below, seen = procedure.roles[name].of, set()
    while below in procedure.roles and below not in seen:
        if below == name:
            return True
        seen.add(below)
        below = procedure.roles[below].of
    return False


def check_names(procedure: Procedure, faults: list[Fault]) -> None:
    """Add a fault for every name that nothing declares."""
    c = _Checker(procedure, faults)
    p = procedure
    phrases = Phrases(p, c.want)
    c.want(p.opened_by, p.roles, "The role", "procedure", "opened_by")
    c.want(p.party, p.fields, "The field", "procedure", "party")
    c.want(p.date_from, p.fields, "The field", "procedure", "date_from")
    c.all(p.aliases.values(), {*p.fields, *p.lists}, "The field", "aliases")
    told = {ACTS_WITH_LETTERS[v.act] for v in p.verbs.values() if v.act in ACTS_WITH_LETTERS and _tells(v)}
    restricts = {"received_only" for m in p.machines.values() for r in m.rows if r.restrict}
    for act in (*NEEDED_ACTS, *sorted(told | restricts)):
        if act not in p.acts:
            faults.append(Fault(p.file, c.line("acts"), f"The act {act} has no letter.", f'Add {act} = "..."'))
    c.all(p.acts.values(), p.letters, "The letter", "acts")
    for role in p.roles.values():
        c.want(role.above, p.roles, "The role", "roles", role.name)
        c.want(role.of, p.roles, "The role", "roles", role.name)
        if _leads_back(p, role.name):
            what = f'The role {role.name} is found by the role "{role.of}", and that one by {role.name} again.'
            faults.append(Fault(p.file, c.line("roles", role.name), what, "Take one of them away from `of`."))
        c.want(role.counts_as, p.roles, "The role", "roles", role.name)
        c.all(role.also, p.roles, "The role", "roles", role.name)
        c.all((role.field, role.unless_flag, role.may_lack), p.fields, "The field", "roles", role.name)
        c.want(role.setting, p.settings, "The setting", "roles", role.name)
    for field in p.fields.values():
        c.want(field.of, p.fields, "The field", "fields", field.name)
    for letter in p.letters.values():
        for role in (letter.to, letter.cc, letter.else_to):
            c.want(role, {*c.roles, *SPECIAL_ROLES}, "The role", "letters", letter.name)
        c.all(letter.buttons, p.verbs, "The word", "letters", letter.name)
        c.all(letter.drafts, p.letters, "The letter", "letters", letter.name)
        c.want(letter.until, {n for m in p.machines.values() for n in m.timers}, "The timer", "letters", letter.name)
        c.want(letter.since, p.letters, "The letter", "letters", letter.name)
        c.want(letter.mail, p.roles, "The role", "letters", letter.name)
        enclosed = {*ENCLOSED, *(f.name for f in p.fields.values() if f.type == "file")}
        c.all(letter.attach, enclosed, "What is to be enclosed,", "letters", letter.name)
    for verb in p.verbs.values():
        c.all((r for r in verb.by if r != "anyone"), p.roles, "The role", "verbs", verb.name)
        c.all(verb.part_of, p.verbs, "The word", "verbs", verb.name)
        c.want(verb.button_for, p.verbs, "The word", "verbs", verb.name)
        c.all(verb.beats, {*p.verbs, ANYTHING}, "The word", "verbs", verb.name)
        c.all((verb.field, *verb.clears), p.fields, "The field", "verbs", verb.name)
        c.all((verb.role, *verb.judges), p.roles, "The role", "verbs", verb.name)
        c.want("" if "=" in verb.into else verb.into, p.lists, "The list", "verbs", verb.name)
    c.all((p.hold.max_setting, p.hold.breach_setting), p.settings, "The setting", "hold")
    c.want(p.hold.above, p.roles, "The role", "hold")
    c.all((p.hold.letter, p.hold.lapse_letter), p.letters, "The letter", "hold")
    for machine in p.machines.values():
        _machine(c, machine)
        phrases.machine(machine, () if machine.kind == p.main else ("child", machine.kind))


def _machine(c: _Checker, machine: MachineDef) -> None:
    top = () if machine.kind == c.p.main else ("child", machine.kind)
    c.want(machine.start, machine.states, "The state", *top, "start")
    c.want(machine.closed_as, machine.states, "The state", *top, "closed_as")
    for state in machine.states.values():
        c.want(state.owner, c.p.roles, "The role", *top, "states", state.code)
        c.want(state.waits_for, c.p.roles, "The role", *top, "states", state.code)
    for timer in machine.timers.values():
        c.all(timer.runs | timer.stands | timer.pauses, machine.states, "The state", *top, "timers", timer.name)
        c.all(timer.asked, c.p.roles, "The role", *top, "timers", timer.name)
        c.all(timer.chases, c.p.roles, "The role", *top, "timers", timer.name)
        c.all((s.letter for s in timer.ladder), c.p.letters, "The letter", *top, "timers", timer.name)
    ids: set[str] = set()
    for n, row in enumerate(machine.rows):
        place = (*top, "row", n)
        if row.id in ids:
            c.faults.append(Fault(c.p.file, c.line(*place), f"There are two rows {row.id}.", "Give one another id."))
        ids.add(row.id)
        _row(c, machine, row, place)


def _row(c: _Checker, machine: MachineDef, row: Row, place: tuple) -> None:
    p = c.p
    known = {
        "mail": {*p.roles, "anyone"},
        "own_letter": p.roles,
        "said": p.verbs,
        "timer": machine.timers,
        "sent": p.letters,
        "bounced": p.letters,
    }
    c.all(row.sources, machine.states, f"Row {row.id}: the state", *place, "from")
    if row.to not in (SAME, BACK):
        c.want(row.to, machine.states, f"Row {row.id}: the state", *place, "to")
    for trigger in row.on:
        if trigger.kind in known:
            c.all(trigger.names, known[trigger.kind], f"Row {row.id}: the {trigger.kind}", *place, "on")
        c.all(trigger.by, p.roles, f"Row {row.id}: the role", *place, "on")
        c.all(trigger.tried, p.letters, f"Row {row.id}: the letter", *place, "on")
        c.want(trigger.since, p.fields, f"Row {row.id}: the field", *place, "on")
        c.want(trigger.setting.partition(" = ")[0], p.settings, f"Row {row.id}: the setting", *place, "on")
    c.all((u.letter for u in row.letters), p.letters, f"Row {row.id}: the letter", *place, "letters")
    c.all(row.withdraws, p.letters, f"Row {row.id}: the letter", *place, "withdraws")
    c.all(row.records, p.letters, f"Row {row.id}: the letter", *place, "records")
    c.all(row.buttons, p.verbs, f"Row {row.id}: the word", *place, "buttons")
    split = [*row.split.get("keeps", "").split(), row.split.get("field", "")]
    c.all(split, p.fields, f"Row {row.id}: the field", *place, "split")
    c.all(row.restrict, p.roles, f"Row {row.id}: the role", *place, "restrict")
    c.all((*row.restart, *row.sets_timer), machine.timers, f"Row {row.id}: the timer", *place)
    c.all((*row.set, *row.date_field, row.count), p.fields, f"Row {row.id}: the field", *place, "set")
    children = set(p.machines) - {p.main}
    c.all((s.child for s in row.spawn), children, f"Row {row.id}: the child", *place, "spawn")
    c.all((t.child for t in row.tells), children, f"Row {row.id}: the child", *place, "tells")
    c.all((x for x in (row.items, row.items_if_given) if x), p.lists, f"Row {row.id}: the list", *place, "items")
