"""What rows put into fields: a closed list of sources written with @, or a plain word.

In: a source such as "@at", "@blank reason", "@actor if empty", "@copy", or a literal.
Out: a JSON value, or None where there is nothing to put.
Fails: ValueError for a source of no known shape (reported by the reader with file and line).
Limits: no expression language: a new source needs a line in docs/decisions.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

from mailflow.procedure import deadlines
from mailflow.procedure.case import Machine, day, instant
from mailflow.procedure.decision import Decision
from mailflow.procedure.events import MailCame, OwnLetter, Said

Source = Callable[[Decision, Machine, str, re.Match[str]], object]
SOURCES: list[tuple[re.Pattern[str], Source]] = []
NAMES: dict[str, str] = {}  # what the groups of each shape name, by its pattern (naming_phrases.py)


def _source(pattern: str, names: str = "") -> Callable[[Source], Source]:
    def keep(source: Source) -> Source:
        SOURCES.append((re.compile(pattern), source))
        NAMES[pattern] = names
        return source

    return keep


def known(words: str) -> bool:
    """Whether these words are a literal or a known source."""
    return not words.startswith("@") or any(shape.fullmatch(words) for shape, _ in SOURCES)


def value(d: Decision, machine: Machine, field: str, words: str) -> object:
    """The value for a field, or None."""
    if not words.startswith("@"):
        return words
    for shape, source in SOURCES:
        found = shape.fullmatch(words)
        if found:
            return plain(source(d, machine, field, found))
    raise ValueError(f"no value is called {words!r}")


def plain(item: object) -> object:
    """JSON form of a blank: dates in ISO form."""
    return item.isoformat() if isinstance(item, date) else item


@_source(r"@at")
def _at(d: Decision, machine: Machine, field: str, m: re.Match[str]) -> object:
    return d.at.isoformat()


@_source(r"@at unless waiting (\w+)", "role")
def _first_at(d: Decision, machine: Machine, field: str, m: re.Match[str]) -> object:
    """When the first mail came that an officer has yet to judge, not the last that joined it."""
    if d.case.unjudged.get(m[1]):
        return None
    return (d.event.at if isinstance(d.event, MailCame) else d.at).isoformat()


@_source(r"@date")
def _date(d: Decision, machine: Machine, field: str, m: re.Match[str]) -> object:
    return d.today.isoformat()


@_source(r"@sender")
def _sender(d: Decision, machine: Machine, field: str, m: re.Match[str]) -> object:
    return d.sender or None


@_source(r"@subject")
def _subject(d: Decision, machine: Machine, field: str, m: re.Match[str]) -> object:
    return d.event.subject if isinstance(d.event, MailCame) else None


@_source(r"@actor( if empty| unless (\w+))?", "- field")
def _actor(d: Decision, machine: Machine, field: str, m: re.Match[str]) -> object:
    if not isinstance(d.event, Said):
        return None
    if m[1] == " if empty" and d.field(machine, field):
        return None
    if m[2] and d.case.fields.get(m[2]) == d.event.by.address:
        return None
    return d.event.by.address


@_source(r"@blank (\w+)( or (date|actor|last mail date))?", "blank")
def _blank(d: Decision, machine: Machine, field: str, m: re.Match[str]) -> object:
    given = d.blank(m[1])
    if given not in (None, ""):
        return given
    if m[3] == "date":
        return d.today
    if m[3] == "actor":
        return d.sender or None
    if m[3] == "last mail date":
        return d.calendar.local_date(_newest(d, machine))
    return None


@_source(r"@last mail")
def _last_mail(d: Decision, machine: Machine, field: str, m: re.Match[str]) -> object:
    return _newest(d, machine).isoformat()


@_source(r"@since if setting (\w+) = (\w+)", "setting choice")
def _since(d: Decision, machine: Machine, field: str, m: re.Match[str]) -> object:
    return machine.since.isoformat() if str(d.setting(m[1])) == m[2] else None


def _newest(d: Decision, machine: Machine) -> datetime:
    """When the last mail came since the stage began, otherwise now."""
    since = [at for _, at in d.case.last_mail.values() if at > machine.since]
    return max(since) if since else d.at


@_source(r"@verb( if (\w+))?", "- role")
def _verb(d: Decision, machine: Machine, field: str, m: re.Match[str]) -> object:
    if not isinstance(d.event, Said):
        return None
    if m[2] and m[2] not in d.event.by.roles:
        return None
    return d.procedure.verbs[d.event.verb].value or d.event.verb


@_source(r"@field (\w+)( if empty)?", "field")
def _field(d: Decision, machine: Machine, field: str, m: re.Match[str]) -> object:
    if m[2] and d.field(machine, field):
        return None
    return d.field(machine, m[1])


@_source(r"@on duty (\w+)", "role")
def _on_duty(d: Decision, machine: Machine, field: str, m: re.Match[str]) -> object:
    return d.terms.duty.get(m[1])


@_source(r"@(date|field (\w+)) plus setting (\w+)", "- field setting")
def _days_on(d: Decision, machine: Machine, field: str, m: re.Match[str]) -> object:
    """So many calendar days after today, or after the date in a field; never rolled: the law counts it, not we."""
    start = d.field(machine, m[2]) if m[2] else d.today.isoformat()
    return day(start) + timedelta(days=int(str(d.setting(m[3])))) if start else None


@_source(r"@parent (\w+) or at", "field")
def _parent(d: Decision, machine: Machine, field: str, m: re.Match[str]) -> object:
    return d.case.fields.get(m[1]) or d.at.isoformat()


@_source(r"@note")
def _note(d: Decision, machine: Machine, field: str, m: re.Match[str]) -> object:
    return (d.blank("note") or d.event.note or None) if isinstance(d.event, Said) else None


@_source(r"@copy( or own letter to (\w+))?", "- role")
def _copy(d: Decision, machine: Machine, field: str, m: re.Match[str]) -> object:
    """Nothing is approved by silence: without a file, a word that approves or the setting the field stays as it is."""
    said = d.event if isinstance(d.event, Said) else None
    if said and said.files:
        return [f.named for f in said.files]
    if m[2] and d.case.own_files.get(m[2]):
        return [dict(f) for f in d.case.own_files[m[2]]]
    by_setting = bool(d.procedure.settings.get(field)) and d.setting(field) == "original"
    if by_setting or (said and d.procedure.verbs[said.verb].approves):
        return "original"
    return None


@_source(r"@yes if (\w+) after (\w+)", "field field")
def _later(d: Decision, machine: Machine, field: str, m: re.Match[str]) -> object:
    first, second = d.field(machine, m[1]), d.field(machine, m[2])
    if not first or not second:
        return "no"
    return "yes" if d.calendar.local_date(instant(first)) > day(second) else "no"


@_source(r"@own letter")
def _own(d: Decision, machine: Machine, field: str, m: re.Match[str]) -> object:
    return d.event.mail if isinstance(d.event, OwnLetter) else None


def date_from_rule(d: Decision, words: str) -> str | None:
    """ "14 days from letter M33": the effective date, counted from when that letter left."""
    rule_words, _, source = d.fill(words).partition(" from letter ")
    letter = d.case.last_letter(source)
    if letter is None:
        return None
    return deadlines.compute(deadlines.read_rule(rule_words), letter.at, d.calendar).on.isoformat()
