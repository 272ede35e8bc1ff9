"""Guards about what was said, by whom, and who can be written to.

In: a decision in the making, the scene and the phrase's parts.
Out: "" if the guard holds, otherwise a plain sentence for the person who spoke.
Fails: never.
Limits: asks `terms` and the case; knows no role or word by name.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

from mailflow.procedure import deadlines, shielding
from mailflow.procedure.decision import Decision
from mailflow.procedure.events import WORDS, Said
from mailflow.procedure.guard_shapes import Scene, filled, shape
from mailflow.procedure.standing import Machine


@shape(r"blank (\w+) or signal", "blank")
def _blank_or_signal(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    return "" if scene.signal else _blank(d, scene, m)


@shape(r"blank (\w+) = (\w+)", "blank")
def _blank_is(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    return "" if str(d.blank(m[1]) or "") == m[2] else f"{m[1]} is not {m[2]}"


@shape(r"blank (\w+)", "blank")
def _blank(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    return "" if d.blank(m[1]) not in (None, "") else f"Something is missing after the word: {m[1].replace('_', ' ')}."


@shape(r"contact ([\w.]+) or blank (\w+)", "address blank")
def _contact_or_blank(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    return "" if d.people(m[1]) or d.blank(m[2]) else f"Nobody is on file as {m[1]}."


@shape(r"no contact ([\w.]+)", "address")
def _no_contact(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    return "" if not d.people(m[1]) else f"{m[1]} can be written to."


@shape(r"contact ([\w.]+)", "address")
def _contact(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    return "" if d.people(m[1]) else f"Nobody is on file as {m[1]}."


@shape(r"staff (\w+) or approved (\w+)", "role field")
def _staff_or_approved(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    return "" if _staff(d, scene, m) == "" else _approved_field(d, scene, m[2])


@shape(r"staff (\w+)", "role")
def _staff(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    people = d.people(m[1])
    if people and all(c.email in d.terms.staff for c in people):
        return ""
    return f"The {m[1]} is not one of the office's own staff."


def _approved_field(d: Decision, scene: Scene, name: str) -> str:
    said = d.event if isinstance(d.event, Said) else None
    if filled(d, scene, name) or (said and (said.files or d.procedure.verbs[said.verb].approves)):
        return ""
    return (
        "" if d.procedure.settings.get(name) and d.setting(name) == "original" else "No approved copy is on the file."
    )


@shape(r"approved (\w+)", "field")
def _approved(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    return _approved_field(d, scene, m[1])


@shape(r"safe (\w+) while (\w+) with (\w+)", "field field blank")
def _safe(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    """What is approved as a copy shows nobody whom the case protects, as far as that can be known (Q9)."""
    if not (shielding.is_set(d.case, m[2]) or shielding.joined(d.case)):
        return ""
    said, held = d.event if isinstance(d.event, Said) else None, d.field(scene.machine, m[1])
    if said and said.files:
        digests = [f.digest for f in said.files]
    elif (said and d.procedure.verbs[said.verb].approves) or "original" in (held, d.setting(m[1])):
        return "The mail as it came shows who raised it, and that person is protected. Attach a redacted copy."
    else:
        digests = [str(f["digest"]) for f in held] if isinstance(held, list) else []
    looked = bool(d.blank(m[3])) or not (said and said.files)  # what is on file was looked at when it was approved
    found = (d.terms.reveals[digest] for digest in digests if digest in d.terms.reveals)
    return next((why for why, certain in found if certain or not looked), "")


@shape(r"field (\w+) or confirmed", "field")
def _field_or_confirmed(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    return "" if filled(d, scene, m[1]) else _confirmed(d, scene, m)


@shape(r"confirmed")
def _confirmed(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    ok = isinstance(d.event, Said) and d.event.confirmed
    return "" if ok else "This needs a confirmation by code."


@shape(r"date (\w+) after (?!today)(\w+)", "blank blank")
def _after_blank(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    first, second = d.blank(m[2]), d.blank(m[1])
    ordered = isinstance(first, date) and isinstance(second, date) and first < second
    return "" if ordered else f"The date of the {m[1]} must lie after that of the {m[2]}."


@shape(r"note given")
def _note_given(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    """The word came with something to read: more words below it, or a file."""
    said = d.event
    given = isinstance(said, Said) and (said.note.strip() or said.files)
    return "" if given else "Nothing stands below the words, and no file came with them."


@shape(r"no words in the mail")
def _wordless(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    """The mail that opens a case says no word of the procedure itself; one that does is heard in the same commit."""
    return "It says what is to be done itself." if WORDS in getattr(d.event, "flags", ()) else ""


@shape(r"date (\w+) after today", "blank")
def _after_today(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    value = d.blank(m[1])
    if isinstance(value, date) and value > d.today:
        return ""
    return "The date must lie after today."


@shape(r"number (\w+) from (\d+) to (\d+)", "blank")
def _number(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    value = d.blank(m[1])
    ok = isinstance(value, int) and int(m[2]) <= value <= int(m[3])
    return "" if ok else f"Give a number from {m[2]} to {m[3]}."


@shape(r"dates of (\w+)( if given)?", "list")
def _dates(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    items = d.blank(m[1]) or ()
    if any(isinstance(i.get("by"), date) and i["by"] <= d.today for i in items):
        return "The date of an action must lie after today."
    return "Each action needs a date." if not m[2] and any(not i.get("by") for i in items) else ""


@shape(r"extension (\S+)", "timer")
def _extension(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    return extension_refusal(d, scene.machine, m[1]) if scene.machine else "There is nothing to extend."


def extension_refusal(d: Decision, machine: Machine, timer: str) -> str:
    """Why an extension may not be given, or "" (Q20: after today, at most so many days beyond the date, once)."""
    until = d.blank("until")
    held = machine.timers.get(timer)
    current = held.on if held else machine.past.get(timer)
    if not isinstance(until, date) or until <= d.today:
        return "The new date must lie after today."
    if current is None:
        return "Nothing is running here that could be extended."
    rolled = d.calendar.roll(until)
    if rolled <= current:
        return f"The new date must lie after {deadlines.long_date(current)}, the date that stands now."
    said = d.event
    if isinstance(said, Said) and not said.by.roles.isdisjoint(_senior_roles(d, machine)):
        return ""
    most_days = d.setting("extension_days")  # a procedure without this setting sets no limit
    last = current + timedelta(days=int(str(most_days))) if most_days is not None else rolled
    above = d.procedure.roles[_above(d, machine)].title
    if rolled > last:
        most = (last - current).days
        return (
            f"{deadlines.long_date(rolled)} is more than {most} days after {deadlines.long_date(current)}. "
            f"Up to {deadlines.long_date(last)} you can extend yourself; for longer ask {above}."
        )
    return f"This date has been extended once already; for longer ask {above}." if held and held.extended else ""


def _owner(d: Decision, machine: Machine) -> str:
    return d.definition(machine).states[machine.state].owner


def _extenders(d: Decision) -> tuple[str, ...]:
    """Who may extend, in the file's order."""
    return next((verb.by for verb in d.procedure.verbs.values() if verb.act == "extend"), ())


def _above(d: Decision, machine: Machine) -> str:
    extenders = [r for r in _extenders(d) if r != _owner(d, machine)]
    return extenders[0] if extenders else d.procedure.roles[_owner(d, machine)].above


def _senior_roles(d: Decision, machine: Machine) -> set[str]:
    """Those who may extend and are not merely the owner: they may go further (Q20)."""
    return set(_extenders(d)[1:])


@shape(r"not the person who (\w+) unless setting (\w+) = (\w+)", "field setting choice")
def _not_person_unless(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    return "" if str(d.setting(m[2])) == m[3] else _not_person(d, scene, m)


@shape(r"not the person who (\w+)", "field")
def _not_person(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    said = d.event
    same = isinstance(said, Said) and said.by.address == d.case.fields.get(m[1])
    return "The same person may not do both." if same else ""


@shape(r"not the (\w+) unless (\w+)", "field blank")
def _not_the(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    if d.blank(m[2]):
        return ""
    who = str(d.blank("who") or d.sender)
    return "That person raised it." if who == d.case.fields.get(m[1]) else ""


@shape(r"officer (\w+) with role (\w+)", "blank role")
def _officer(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    who = str(d.blank(m[1]) or d.sender)
    return "" if m[2] in d.terms.officers.get(who, frozenset()) else "That is not an active officer."


@shape(r"on duty (\w+) other than (\w+)", "role field")
def _on_duty(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    """Somebody is on duty, and it is not the person in that field (Q5)."""
    who = d.terms.duty.get(m[1], "")
    if not who:
        return f"The rota names no {d.procedure.roles[m[1]].title}."
    return "Whoever is on duty raised it." if who == d.case.fields.get(m[2]) else ""


@shape(r"other case (\w+)", "blank")
def _other_case(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    ref = str(d.blank(m[1]) or "")
    return "" if ref in d.terms.cases and ref != d.case.ref else f"There is no other {d.procedure.case_word} {ref}."


@shape(r"same (\w+) as (\w+)", "field blank")
def _same(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    other = d.terms.cases.get(str(d.blank(m[2]) or ""), {})
    mine, theirs = d.case.fields.get(m[1]), other.get(m[1])
    return "" if not mine or not theirs or mine == theirs else f"The two have different {m[1]}s on file."


@shape(r"said (\w+)", "verb")
def _said(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    return "" if isinstance(d.event, Said) and d.event.verb == m[1] else "Another word was said."
