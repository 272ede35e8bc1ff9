"""Everything that may happen to a case in the state it is in, made up from the rows that listen there.

In: a procedure, and a case played to some point.
Out: a make-believe office (terms), and events with their blanks filled in, each with the office it happens in.
Fails: never.
Limits: one value for each kind of blank; each guard is once met and once, alone, not met; never two at a time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from itertools import chain, product

from mailflow.procedure import deadlines
from mailflow.procedure.calendar import Calendar
from mailflow.procedure.definition import Procedure, Row, Verb
from mailflow.procedure.events import (
    Actor,
    Commands,
    Contact,
    Event,
    File,
    LetterSettled,
    MailCame,
    OwnLetter,
    Said,
    Terms,
    TimerDue,
)
from mailflow.procedure.naming_phrases import SETTING, parts_of
from mailflow.procedure.rehearsal import Rehearsal
from mailflow.procedure.standing import Machine
from mailflow.procedure.timers import FIRE

BLANK = re.compile(r"\{(\w+)\??:(\w+)\}")
COPY = File("mail", "copy.txt", 9, "copy")
OTHER_CASE = "X-2"
LONG_AGO = 1000  # days; older than any age that a guard asks for
# Guards that look at who speaks, so that each role that may say the word is tried.
ASKS_WHO = re.compile(r"not the |officer |extension ")


@dataclass(frozen=True)
class Stimulus:
    """One thing that may happen, and the office in which it does; no event: the clock runs."""

    event: Event | None
    terms: Terms
    variant: str = ""  # what is unusual about it; "" for the event as it mostly happens


def address(role: str) -> str:
    """The make-believe address of a role."""
    return f"{role.replace('_', '-')}@office.example"


def office(procedure: Procedure, calendar: Calendar, settings: Mapping[str, object] | None = None) -> Terms:
    """An office with exactly one person for each role, and with these settings."""
    people = {}
    for role in procedure.roles.values():
        for name in (role.name, *(f"{role.name}.{part}" for part in role.parts)):
            people[name] = (Contact(role.title, address(role.name)),)
    officers = {address(r.name): frozenset({r.name}) for r in procedure.roles.values() if r.is_officer}
    staff = frozenset(address(name) for name in procedure.roles)
    return Terms(settings or {}, people, calendar.name, staff=staff, officers=officers, cases={OTHER_CASE: {}})


def prepared(procedure: Procedure) -> list[str]:
    """Words that put into fields what guards ask for, so that the way on is open."""
    wanted = set()
    for machine in procedure.machines.values():
        for row in machine.rows:
            wanted |= {m[1] for phrase in row.needs if (m := re.fullmatch(r"field (\w+)", phrase))}
    verbs = [v for v in procedure.verbs.values() if v.act == "set" and v.field in wanted and not v.unlisted]
    return [v.name for v in verbs]


def speaker(play: Rehearsal, role: str) -> Actor:
    """Somebody who holds this role in the office that is played, or who is written to in it."""
    officers = (who for who, roles in play.terms.officers.items() if role in roles)
    contacts = (contact.email for contact in play.terms.people.get(role, ()))
    who = next(chain(officers, contacts), address(role))
    return Actor(who, role, play.terms.officers.get(who, frozenset({role})))


# -- words ----------------------------------------------------------------------------------------------------------


def said(
    play: Rehearsal, verb: Verb, rows: Iterable[Row] = (), machine: Machine | None = None, by: str = ""
) -> list[Event]:
    """A word in each of its variants, by the role named or the first that may say it to these rows."""
    rows = tuple(rows)
    by = by or next(iter(_speakers(verb, rows)), "")
    by = play.procedure.opened_by if by == "anyone" else by
    actor = speaker(play, by)
    phrases = [p for row in rows for p in (*row.needs, *row.needs_any)]
    copies = any(source.startswith("@copy") for row in rows for source in row.set.values())
    files = (COPY,) if copies and not verb.approves else ()
    one = Said(verb.name, actor, play.now, "mail", {}, verb.label, "note", files, confirmed=True)
    found = [replace(one, blanks=blanks) for blanks in _variants(play, verb, rows, machine)]
    if any(p.endswith("confirmed") for p in phrases):
        found.append(replace(found[0], confirmed=False))
    if any("approved " in p for p in phrases):
        found.append(replace(found[0], files=() if files else (COPY,)))
    for name in _themselves(rows):
        who = str(play.case.fields.get(name) or "")
        found += [replace(found[0], by=replace(actor, address=who))] if who else []
    return [Commands((each,)) for each in found]


def _themselves(rows: Iterable[Row]) -> list[str]:
    """Fields of people whom a row wants not to be the speaker: the word is once said by that very person."""
    phrases = [w for row in rows for w in (*row.set.values(), *row.needs)]
    found = (re.match(r"@actor unless (\w+)|not the (\w+) unless ", words) for words in phrases)
    return list(dict.fromkeys(m[1] or m[2] for m in found if m))


def _speakers(verb: Verb, rows: Iterable[Row]) -> list[str]:
    """Roles whose saying it may make a difference: the first that may, all where a guard or a value asks who."""
    heard_by = [name for row in rows for t in row.on if t.kind == "said" and verb.name in t.names for name in t.by]
    if heard_by:
        return list(dict.fromkeys(heard_by))
    asked = any(
        any(ASKS_WHO.match(p) for p in (*row.needs, *row.needs_any))
        or any(w.startswith(("@verb if", "@actor")) for w in row.set.values())
        for row in rows
    )
    return list(verb.by) if asked else list(verb.by[:1])


def _variants(
    play: Rehearsal, verb: Verb, rows: tuple[Row, ...], machine: Machine | None
) -> Iterator[dict[str, object]]:
    base = _blanks(play, verb, rows)
    if machine is not None and machine.item:
        base["n"] = machine.item
    else:
        base.pop("n", None)
    choices: dict[str, list[object]] = {}
    for detail in play.procedure.verbs.values():
        if verb.name in detail.part_of and detail.into:
            name, _, value = detail.into.partition("=")
            choices.setdefault(name, []).append(value or [_blanks(play, detail, ())])
            if not value:
                choices[name] += [None, [_blanks(play, detail, ())] * 2]
    for picked in product(*choices.values()):
        yield {**base, **{k: v for k, v in zip(choices, picked, strict=True) if v is not None}}
    # Each blank that a guard asks for is once left out.
    full = {**base, **{name: values[0] for name, values in choices.items()}}
    phrases = [p for row in rows for p in (*row.needs, *row.needs_any, *(u.condition for u in row.letters))]
    asked = {name for p in phrases for kind, name in parts_of(p) if kind in ("blank", "list")}
    for name in sorted(asked & set(full)):
        yield {k: v for k, v in full.items() if k != name}


def _blanks(play: Rehearsal, verb: Verb, rows: Iterable[Row]) -> dict[str, object]:
    """One value for each blank of the word's fullest form."""
    return {name: _value(play, name, kind, rows, n) for n, (name, kind) in enumerate(_fullest(verb.say))}


@lru_cache(maxsize=1000)
def _fullest(forms: tuple[str, ...]) -> list[tuple[str, str]]:
    """(name, kind) of each blank of the form that has most."""
    return max(map(BLANK.findall, forms), key=len, default=[])


def _value(play: Rehearsal, name: str, kind: str, rows: Iterable[Row], later: int = 0) -> object:
    today = play.calendar.local_date(play.now)
    if kind == "date":
        return today + timedelta(days=10 + later)
    if kind == "pastdate":
        return today
    if kind == "number":
        phrases = [p for row in rows for p in row.needs]
        least = [m[1] for p in phrases if (m := re.match(rf"number {name} from (\d+)", p))]
        return int(least[0]) if least else 1
    if kind == "reference":
        return OTHER_CASE
    if kind == "address":
        wanted = [m[1] for row in rows for p in row.needs if (m := re.search(r"with role (\w+)", p))]
        return speaker(play, wanted[0] if wanted else play.procedure.opened_by).address
    return "words"


# -- what may happen ------------------------------------------------------------------------------------------------


def stimuli(play: Rehearsal) -> Iterator[Stimulus]:
    """Each event that some row of a live or ended machine listens to; last of all, the clock runs."""
    seen: set[tuple[str, str, int]] = set()
    listening: list[Row] = []
    for machine in play.case.machines.values():
        rows = play.procedure.machines[machine.kind].rows_from(machine.state)
        listening += rows
        for kind, name in ((t.kind, n) for row in rows for t in row.on for n in t.names):
            key = (kind, name, machine.item)
            if key in seen:
                continue
            seen.add(key)
            hearing = tuple(r for r in rows if any(t.kind == kind and name in t.names for t in r.on))
            events = events_of(play, machine, hearing, kind, name)
            what = f"{kind} {name} {machine.item}"
            for n, event in enumerate(events):
                yield Stimulus(event, play.terms, f"{what}: {n}" if n else "")
            usual = [events[0], *(events[-1:] if kind == "said" and _themselves(hearing) else ())] if events else []
            for n, (event, terms) in enumerate(product(usual, other_offices(play, hearing) if usual else ())):
                yield Stimulus(event, terms, f"{what}: office {n}")
    for n, event in enumerate((*_facts_set(play, listening), *_come_back(play, listening))):
        yield Stimulus(event, play.terms, f"set {n}")
    yield Stimulus(None, play.terms)


def events_of(play: Rehearsal, machine: Machine, rows: tuple[Row, ...], kind: str, name: str) -> list[Event]:
    """The events to which these rows listen by this name; none for what only a clock or another machine can bring."""
    if kind == "mail" and name != "anyone":
        return [MailCame(name, play.now, f"mail {len(play.log)}", address(name), subject="words")]
    if kind == "said":
        verb = play.procedure.verbs[name]
        return [event for by in _speakers(verb, rows) for event in said(play, verb, rows, machine, by)]
    if kind == "own_letter":
        return [OwnLetter(name, play.now, f"mail {len(play.log)}", address(play.procedure.opened_by))]
    if kind == "bounced":
        letter = play.case.last_letter(name, machine.id)
        return [LetterSettled(letter.id, "bounced", play.now)] if letter else []
    return []


def _facts_set(play: Rehearsal, rows: Iterable[Row]) -> list[Event]:
    """Words that set a field which a guard here asks for: a flag, a date once recent and once long ago."""
    rows = tuple(rows)
    phrases = {p for row in rows for p in (*row.needs, *row.needs_any, *(u.condition for u in row.letters))}
    asked = {name for p in phrases for kind, name in parts_of(p) if kind == "field"}
    asked |= {_field_of(play.procedure, use.letter) for row in rows for use in row.letters}
    aged = {name for p in phrases if p.startswith("under ") for kind, name in parts_of(p) if kind == "field"}
    roles = {play.procedure.party_of(n) for p in phrases for kind, n in parts_of(p) if kind in ("address", "role")}
    asked |= {play.procedure.roles[r].unless_flag for r in roles if r in play.procedure.roles}
    found: list[Event] = []
    by_register = {n: "yes" for n in asked if n and play.procedure.fields[n].type == "publication"}
    for verb in play.procedure.verbs.values():
        if by_register and verb.act == "set" and play.procedure.fields[verb.field].type == "contract":
            one = said(play, verb)[0].sayings[0]
            found.append(Commands((replace(one, blanks={**one.blanks, "also": by_register}),)))
        if verb.act != "set" or verb.field not in asked or verb.unlisted:
            continue
        found += said(play, verb)[:1]
        if verb.field in aged:
            long_ago = play.calendar.local_date(play.now) - timedelta(days=LONG_AGO)
            old = found[-1].sayings[0]
            found.append(Commands((replace(old, blanks={**old.blanks, "value": long_ago}),)))
    return found


def _field_of(procedure: Procedure, letter: str) -> str:
    """The field that names whom a letter goes to, if one person or organisation does."""
    role = procedure.roles.get(procedure.party_of(procedure.letters[letter].to))
    return role.field if role and not role.is_officer else ""


def _come_back(play: Rehearsal, rows: Iterable[Row]) -> list[Event]:
    """Letters that rows ask about, coming back from every address."""
    named = {name for row in rows for t in row.on for name in t.tried}
    phrases = [p for row in rows for p in (*row.needs, *(u.condition for u in row.letters))]
    named |= {name for p in phrases for kind, name in parts_of(p) if kind == "letter"}
    letters = (play.case.last_letter(name) for name in sorted(named))
    return [LetterSettled(x.id, "bounced", play.now) for x in letters if x is not None and x.status == "sent"]


def other_offices(play: Rehearsal, rows: Iterable[Row]) -> list[Terms]:
    """The same office, each time with one thing otherwise that these rows ask for: a setting, a contact, the staff."""
    terms, found = play.terms, []
    for kind, name in dict.fromkeys(_asked(play.procedure, rows)):
        if kind == "setting":
            setting, _, wanted = name.partition(" = ")
            now = str(terms.settings.get(setting, play.procedure.settings.get(setting)))
            for value in dict.fromkeys((wanted, *map(str, play.procedure.allowed.get(setting, ())))):
                if value and value != now:
                    found.append(replace(terms, settings={**terms.settings, setting: value}))
        elif kind == "nobody":
            party = play.procedure.party_of(name)
            people = {r: p for r, p in terms.people.items() if play.procedure.party_of(r) != party}
            found.append(replace(terms, people=people))
        elif kind == "duty":
            found.append(replace(terms, duty={**terms.duty, name: address(name)}))
        elif kind == "stranger":
            found.append(replace(terms, staff=terms.staff - {address(name)}))
    return found


def _switched_off(procedure: Procedure, row: Row) -> Iterator[str]:
    """Settings that keep a clock of the row's next state from running."""
    for timer in procedure.machines[row.machine].timers.values():
        if row.to in timer.runs:
            yield from (n for n in SETTING.findall(timer.due) if str(procedure.settings.get(n)) == deadlines.OFF)


def _asked(procedure: Procedure, rows: Iterable[Row]) -> Iterator[tuple[str, str]]:
    first = tuple(rows)
    for row in (*first, *(after for one in first for after in _entered(procedure, one))):
        yield from (("setting", t.setting) for t in row.on if t.setting)
        yield from (("setting", f"{name} = 5 working days") for name in _switched_off(procedure, row))
        phrases = (*row.needs, *row.needs_any, *(x.condition for x in (*row.letters, *row.tells, *row.spawn)))
        for phrase in phrases:
            setting = ""
            for kind, name in parts_of(phrase):
                if kind == "setting":
                    setting = name
                elif kind == "choice":
                    yield "setting", f"{setting} = {name}"
                elif kind == "address":
                    yield "nobody", name
                elif kind == "role" and phrase.startswith("on duty "):
                    yield "duty", name
                elif kind == "role" and phrase.startswith("staff "):
                    yield "stranger", name
                elif kind == "field" and phrase.startswith(("approved ", "staff ")) and name in procedure.settings:
                    yield "setting", f"{name} = original"
        letters = (procedure.letters[use.letter] for use in row.letters)
        for role in (letter.to for letter in letters if procedure.party_of(letter.to) in procedure.roles):
            if not procedure.roles[procedure.party_of(role)].is_officer:
                yield "nobody", role


def _entered(procedure: Procedure, row: Row) -> list[Row]:
    """Rows that are asked at once when this row comes to another state."""
    hearing = procedure.machines[row.machine].rows_hearing(row.to, "signal")
    return [r for r, triggers in hearing if any("entered" in t.names for t in triggers)]


def hearing_clock(play: Rehearsal, event: Event) -> tuple[Row, ...]:
    """The rows that listen to a clock's own hour, where this event is one."""
    if not isinstance(event, TimerDue) or event.step != FIRE or event.machine not in play.case.machines:
        return ()
    machine = play.case.machines[event.machine]
    rows = play.procedure.machines[machine.kind].rows_from(machine.state)
    return tuple(r for r in rows if any(t.kind == "timer" and event.timer in t.names for t in r.on))
