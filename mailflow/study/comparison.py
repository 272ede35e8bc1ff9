"""Two editions of a procedure compared: in words, what changes for whom.

In: the words of the old and of the new edition (procedure/telling.py).
Out: changes, each a sentence for a role, for the parties, or for everybody.
Fails: never, for procedures that were read without faults.
Limits: compares procedure files; the words of letters stand in templates and are not compared. A stage is the same
  stage if it has the same code.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields

from mailflow.procedure.definition import MachineDef, Procedure, State, Verb
from mailflow.procedure.telling import Telling
from mailflow.procedure.telling_names import joined, quoted, upper
from mailflow.study.comparison_clocks import clocks
from mailflow.study.comparison_rows import rows
from mailflow.study.comparison_words import EVERYBODY, Change, left_over, plural_lists, shown

__all__ = ["EVERYBODY", "Change", "compare", "grouped"]


def compare(old: Telling, new: Telling) -> list[Change]:
    """Every change, in the order of the file. [] for two texts that mean the same."""
    found = [*_head(old, new), *_roles(old, new), *_fields(old, new), *_settings(old, new), *_letters(old, new)]
    kinds = list(dict.fromkeys([*old.procedure.machines, *new.procedure.machines]))
    for kind in kinds:
        was, now = old.procedure.machines.get(kind), new.procedure.machines.get(kind)
        if was and now:
            found += [*_states(old, new, was, now), *clocks(old, new, was, now), *rows(old, new, was, now)]
            found += left_over(was, now, {"states", "timers", "rows"}, EVERYBODY, "part", old.machine(kind), now.title)
        else:
            title = (was or now).title  # type: ignore[union-attr]
            words = f'There is no "{title}" any more.' if was else f'There is a new kind of part: "{title}".'
            found.append(Change(EVERYBODY, "part", kind, words, title if was else "", title if now else ""))
    found += _words(old, new)
    return list(dict.fromkeys(found))


def grouped(changes: list[Change], old: Telling, new: Telling) -> list[tuple[str, list[Change]]]:
    """The changes by who is affected: ("For the Team Manager", ...), officers first, everybody last."""
    roles = dict.fromkeys([*new.procedure.roles, *old.procedure.roles])
    officers = [r for r in roles if (new if r in new.procedure.roles else old).procedure.roles[r].is_officer]
    order = [*officers, *(r for r in roles if r not in officers)]
    found = []
    for who in [*order, *sorted({c.who for c in changes} - {*order, EVERYBODY}), EVERYBODY]:
        mine = [c for c in changes if c.who == who]
        if mine:
            telling = new if who in new.procedure.roles else old
            heading = "For everybody" if who == EVERYBODY else f"For {telling.role(who)}"
            found.append((heading, mine))
    return found


# -- what everybody reads ---------------------------------------------------------------------------------------------

_HEAD = {
    "id": "The procedure's id",
    "title": "The procedure's title",
    "prefix": "The prefix of references",
    "case_word": "What a case is called",
    "main": "What the machine of the case itself is called",
    "party": "The party that stands beside the reference",
    "opened_by": "Whoever writes first is taken for",
    "date_from": "The first clock counts from",
}
_REST = {
    "acts": "Which letter serves the acts that every procedure has",
    "hold": "How a hold lapses",
    "report": "The sections of the closure report",
    "summary": "The sections of the weekly summary",
    "aliases": "The names under which letters know fields",
    "lists": "The lists of items",
    "allowed": "The values that settings may have",
}


def _head(old: Telling, new: Telling) -> Iterator[Change]:
    for name, what in _HEAD.items():
        yield from _turned(what, name, getattr(old.procedure, name), getattr(new.procedure, name))
    known = {*_HEAD, *_REST, "edition", "file", "lines", "roles", "fields", "settings", "letters", "verbs", "machines"}
    for one in fields(Procedure):
        if one.name not in known or one.name in _REST:
            what = _REST.get(one.name, f'What stands under "{one.name}"')
            yield from _parts(what, one.name, getattr(old.procedure, one.name), getattr(new.procedure, one.name))


def _parts(what: str, name: str, was: object, now: object) -> Iterator[Change]:
    """A table of the file whose lines change, each told as it stands."""
    if isinstance(was, Mapping) and isinstance(now, Mapping):
        for key in dict.fromkeys([*was, *now]):
            yield from _turned(f"{what}: {key}", name, was.get(key, ""), now.get(key, ""))
    elif was != now:
        before, after = plural_lists(was, now)
        yield Change(EVERYBODY, name, name, f"{what} are others.", before, after)


def _turned(what: str, about: str, was: object, now: object) -> Iterator[Change]:
    if was != now:
        before, after = shown(was), shown(now)
        yield Change(
            EVERYBODY, about, about, f"{what}: {before or 'nothing'} before, {after or 'nothing'} now.", before, after
        )


# -- roles, fields, settings ------------------------------------------------------------------------------------------


def _roles(old: Telling, new: Telling) -> Iterator[Change]:
    for name in dict.fromkeys([*old.procedure.roles, *new.procedure.roles]):
        was, now = old.procedure.roles.get(name), new.procedure.roles.get(name)
        if was is None or now is None:
            title = (was or now).title  # type: ignore[union-attr]
            words = f'The role "{title}" is gone.' if was else f'There is a new role: "{title}".'
            yield Change(name, "role", name, words, title if was else "", title if now else "")
            continue
        if was.title != now.title:
            yield Change(
                name, "role", name, f'The role is called "{now.title}", no more "{was.title}".', was.title, now.title
            )
        if was.above != now.above:
            before, after = (
                old.role_title(was.above) if was.above else "",
                new.role_title(now.above) if now.above else "",
            )
            words = f"When this role stays silent, {after or 'nobody'} hears of it; before it was {before or 'nobody'}."
            yield Change(name, "role", name, words, before, after)
        yield from left_over(was, now, {"name", "title", "above"}, name, "role", f'The role "{now.title}"', name)


def _fields(old: Telling, new: Telling) -> Iterator[Change]:
    for name in dict.fromkeys([*old.procedure.fields, *new.procedure.fields]):
        was, now = old.procedure.fields.get(name), new.procedure.fields.get(name)
        if was is None or now is None:
            title = (was or now).title  # type: ignore[union-attr]
            words = (
                f'"{title}" is no longer kept on the file.' if was else f'"{title}" is kept on the file from now on.'
            )
            yield Change(EVERYBODY, "field", name, words, title if was else "", title if now else "")
        else:
            yield from left_over(was, now, {"name"}, EVERYBODY, "field", f'"{was.title}" on the file', name)


def _settings(old: Telling, new: Telling) -> Iterator[Change]:
    was, now = old.procedure.settings, new.procedure.settings
    for name in dict.fromkeys([*was, *now]):
        if was.get(name) == now.get(name) and (name in was) == (name in now):
            continue
        before, after = shown(was[name]) if name in was else "", shown(now[name]) if name in now else ""
        words = f"The setting {name} is {after} unless the office says otherwise; before it was {before}."
        if name not in now:
            words = f"The setting {name} ({before}) is gone."
        elif name not in was:
            words = f"There is a new setting {name}: {after}."
        yield Change(EVERYBODY, "setting", name, words, before, after)


# -- letters ----------------------------------------------------------------------------------------------------------


def _letters(old: Telling, new: Telling) -> Iterator[Change]:
    for name in dict.fromkeys([*old.procedure.letters, *new.procedure.letters]):
        was, now = old.procedure.letters.get(name), new.procedure.letters.get(name)
        if now is None or was is None:
            letter = was or now
            telling = old if was else new
            whom = joined((telling.role(r) for r in (letter.to, letter.cc) if r), "and")  # type: ignore[union-attr]
            words = f"{upper(telling.letter(name))} to {whom} is {'gone' if was else 'new'}."
            for who in _readers(telling, letter):
                yield Change(who, "letter", name, words, whom if was else "", whom if now else "")
            continue
        readers = dict.fromkeys([*_readers(old, was), *_readers(new, now)])
        for key, what in (("to", "goes to"), ("cc", "has a copy to"), ("else_to", "goes, if nobody is found, to")):
            before, after = getattr(was, key), getattr(now, key)
            if before != after:
                a, b = (old.role(before) if before else "nobody", new.role(after) if after else "nobody")
                for who in readers:
                    yield Change(who, "letter", name, f"{upper(new.letter(name))} {what} {b}; before to {a}.", a, b)
        for who in readers:
            rest = {"name", "to", "cc", "else_to"}
            yield from left_over(was, now, rest, who, "letter", upper(new.letter(name)), name)


def _readers(telling: Telling, letter: object) -> list[str]:
    """The roles that a letter is written to; everybody, where it names none of the file's."""
    roles = [
        telling.procedure.party_of(getattr(letter, key)) for key in ("to", "cc", "else_to") if getattr(letter, key)
    ]
    return list(dict.fromkeys(r for r in roles if r in telling.procedure.roles)) or [EVERYBODY]


# -- stages -----------------------------------------------------------------------------------------------------------


def _states(old: Telling, new: Telling, was: MachineDef, now: MachineDef) -> Iterator[Change]:
    of = "" if now.kind == new.procedure.main else f" ({new.machine(now.kind)})"
    gone = [s for code, s in was.states.items() if code not in now.states]
    come = [s for code, s in now.states.items() if code not in was.states]
    for state in gone:
        twin = next((s for s in come if s.title == state.title), None)
        if twin:
            come.remove(twin)
            words = f'The stage "{state.title}"{of} has another code: {twin.code}, before {state.code}.'
            words += " Cases that stand there cannot move to the new edition."
            yield from _stage(old, state, words, state.code, twin.code)
            yield from _same_stage(old, new, state, twin, of)
            continue
        yield from _stage(old, state, f'The stage "{state.title}" ({state.code}){of} is gone.', state.title, "")
    for state in come:
        owner = f", owned by {new.role(state.owner)}" if state.owner else ""
        yield from _stage(
            new, state, f'There is a new stage: "{state.title}" ({state.code}){of}{owner}.', "", state.title
        )
    for code, state in was.states.items():
        if code in now.states:
            yield from _same_stage(old, new, state, now.states[code], of)


def _stage(telling: Telling, state: State, words: str, was: str, now: str) -> Iterator[Change]:
    for who in _at(telling, state):
        yield Change(who, "stage", state.code, words, was, now)


def _at(telling: Telling, state: State) -> list[str]:
    """Who has to do with a stage: its owner, and whoever is waited for."""
    return list(dict.fromkeys(r for r in (state.owner, state.waits_for) if r in telling.procedure.roles)) or [EVERYBODY]


def _same_stage(old: Telling, new: Telling, was: State, now: State, of: str) -> Iterator[Change]:
    everyone = dict.fromkeys([*_at(old, was), *_at(new, now)])
    name = f'The stage "{now.title}"{of}'
    told: list[tuple[str, str, str]] = []
    if was.title != now.title:
        told.append((f'The stage "{was.title}"{of} is called "{now.title}".', was.title, now.title))
    if was.stage != now.stage:
        told.append((f"{name} has number {now.stage or 'none'}; before {was.stage or 'none'}.", was.stage, now.stage))
    if was.owner != now.owner:
        a, b = old.role(was.owner) if was.owner else "nobody", new.role(now.owner) if now.owner else "nobody"
        told.append((f"{name} belongs to {b}; before to {a}.", a, b))
    if was.waits_for != now.waits_for:
        a, b = (t.role(s.waits_for) if s.waits_for else "nobody" for t, s in ((old, was), (new, now)))
        told.append((f"{name} waits for {b}; before for {a}.", a, b))
    if was.ends != now.ends:
        told.append((f"{name} {'ends the matter' if now.ends else 'is no end any more'}.", "", ""))
    for who in everyone:
        for words, before, after in told:
            yield Change(who, "stage", now.code, words, before, after)
        known = {"code", "title", "stage", "owner", "waits_for", "ends"}
        yield from left_over(was, now, known, who, "stage", name, now.code)


# -- words that may be said -------------------------------------------------------------------------------------------


def _words(old: Telling, new: Telling) -> Iterator[Change]:
    for name in dict.fromkeys([*old.procedure.verbs, *new.procedure.verbs]):
        was, now = old.procedure.verbs.get(name), new.procedure.verbs.get(name)
        if was is None or now is None:
            verb, telling = (was, old) if was else (now, new)
            forms = joined(quoted(verb.say or (verb.label,)), "or")  # type: ignore[union-attr]
            words = f"{forms} {'is no longer understood' if was else 'may be said from now on'}."
            for who in _speakers(telling, verb):
                yield Change(who, "word", name, words, forms if was else "", forms if now else "")
            continue
        if was.by != now.by:
            for who in dict.fromkeys([*_speakers(old, was), *_speakers(new, now)]):
                a, b = old.roles(was.by) or "nobody", new.roles(now.by) or "nobody"
                yield Change(who, "word", name, f"{new.word(name)} may be said by {b}; before by {a}.", a, b)
        if was.say != now.say:
            a, b = joined(quoted(was.say), "or"), joined(quoted(now.say), "or")
            for who in _speakers(new, now):
                yield Change(who, "word", name, f"{new.word(name)} is understood as {b}; before as {a}.", a, b)
        for who in _speakers(new, now):
            yield from left_over(was, now, {"name", "by", "say"}, who, "word", f"The word {new.word(name)}", name)


def _speakers(telling: Telling, verb: Verb | None) -> list[str]:
    by = verb.by if verb else ()
    return [r for r in by if r in telling.procedure.roles] or [EVERYBODY]
