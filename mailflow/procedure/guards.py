"""The guards of rows: a closed list of shapes, each a short phrase that an officer can read.

In: a phrase of the procedure file ("contact x.part", "blank reason", "under 6 months from a or b to c unless because").
Out: "" if it holds, otherwise a plain sentence saying what is missing.
Fails: ValueError for a phrase of no known shape (reported by the reader with file and line).
Limits: no expression language: a new shape needs a line in docs/decisions.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from mailflow.procedure import deadlines
from mailflow.procedure.case import Machine, day, instant
from mailflow.procedure.decision import Decision, Signal
from mailflow.procedure.definition import Row
from mailflow.procedure.events import Said


@dataclass(frozen=True)
class Scene:
    """What a guard looks at besides the decision: the machine, the row and the signal that set it off."""

    machine: Machine | None
    row: Row
    signal: Signal | None = None
    came_from: str = ""


Guard = Callable[[Decision, Scene, re.Match[str]], str]
SHAPES: list[tuple[re.Pattern[str], Guard]] = []


def _shape(pattern: str) -> Callable[[Guard], Guard]:
    def keep(guard: Guard) -> Guard:
        SHAPES.append((re.compile(pattern), guard))
        return guard

    return keep


def known(phrase: str) -> bool:
    """Whether the phrase has one of the known shapes."""
    return any(shape.fullmatch(phrase) for shape, _ in SHAPES)


def check(d: Decision, scene: Scene, phrase: str) -> str:
    """"" if the guard holds; otherwise why not."""
    words = d.fill(phrase)
    for shape, guard in SHAPES:
        found = shape.fullmatch(words)
        if found:
            return guard(d, scene, found)
    raise ValueError(f"no guard has the shape {phrase!r}")


def _filled(d: Decision, scene: Scene, name: str) -> bool:
    return d.field(scene.machine, name) not in (None, "", "no")


@_shape(r"blank (\w+) or signal")
def _blank_or_signal(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    return "" if scene.signal else _blank(d, scene, m)


@_shape(r"blank (\w+) = (\w+)")
def _blank_is(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    return "" if str(d.blank(m[1]) or "") == m[2] else f"{m[1]} is not {m[2]}"


@_shape(r"blank (\w+)")
def _blank(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    return "" if d.blank(m[1]) not in (None, "") else f"Something is missing after the word: {m[1].replace('_', ' ')}."


@_shape(r"contact ([\w.]+) or blank (\w+)")
def _contact_or_blank(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    return "" if d.people(m[1]) or d.blank(m[2]) else f"Nobody is on file as {m[1]}."


@_shape(r"no contact ([\w.]+)")
def _no_contact(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    return "" if not d.people(m[1]) else f"{m[1]} can be written to."


@_shape(r"contact ([\w.]+)")
def _contact(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    return "" if d.people(m[1]) else f"Nobody is on file as {m[1]}."


@_shape(r"staff (\w+) or approved (\w+)")
def _staff_or_approved(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    return "" if _staff(d, scene, m) == "" else _approved_field(d, scene, m[2])


@_shape(r"staff (\w+)")
def _staff(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    people = d.people(m[1])
    if people and all(c.email in d.terms.staff for c in people):
        return ""
    return f"The {m[1]} is not one of the office's own staff."


def _approved_field(d: Decision, scene: Scene, name: str) -> str:
    said = d.event if isinstance(d.event, Said) else None
    if _filled(d, scene, name) or (said and (said.files or d.procedure.verbs[said.verb].approves)):
        return ""
    return "" if d.procedure.settings.get(name) and d.setting(name) == "original" else "No approved copy is on the file."


@_shape(r"approved (\w+)")
def _approved(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    return _approved_field(d, scene, m[1])


@_shape(r"field (\w+) or confirmed")
def _field_or_confirmed(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    return "" if _filled(d, scene, m[1]) else _confirmed(d, scene, m)


@_shape(r"confirmed")
def _confirmed(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    ok = isinstance(d.event, Said) and d.event.confirmed
    return "" if ok else "This needs a confirmation by code."


@_shape(r"field (\w+) = (\w+) or (\w+)")
def _field_one_of(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    return "" if str(d.field(scene.machine, m[1])) in (m[2], m[3]) else f"{m[1]} is neither."


@_shape(r"field (\w+) = (\w+)")
def _field_is(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    return "" if str(d.field(scene.machine, m[1])) == m[2] else f"{m[1]} is not {m[2]}."


@_shape(r"field (\w+)")
def _field(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    return "" if _filled(d, scene, m[1]) else f"{d.procedure.fields[m[1]].title} is not known."


@_shape(r"not flag (\w+)")
def _not_flag(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    return f"{d.procedure.fields[m[1]].title}." if _filled(d, scene, m[1]) else ""


@_shape(r"flag (\w+)")
def _flag(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    return "" if _filled(d, scene, m[1]) else f"Not so: {d.procedure.fields[m[1]].title.lower()}."


@_shape(r"setting (\w+) = (.+)")
def _setting(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    return "" if str(d.setting(m[1])) == m[2] else f"The setting {m[1]} is not {m[2]}."


@_shape(r"count (\w+) (<|>=) (\d+)")
def _count(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    n = int(str(d.field(scene.machine, m[1]) or 0))
    holds = n < int(m[3]) if m[2] == "<" else n >= int(m[3])
    return "" if holds else f"{m[1]} is {n}."


@_shape(r"came from ([\w ]+)")
def _came_from(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    return "" if scene.machine and scene.machine.came_from in m[1].split() else "It did not come from there."


@_shape(r"was in ([\w ]+)")
def _was_in(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    return "" if scene.came_from in m[1].split() else "It was not there."


@_shape(r"sent (\w+)")
def _sent(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    letter = d.case.last_letter(m[1])
    # A letter that is still being withdrawn in this very decision no longer counts.
    return "" if letter and letter.status == "sent" else "That letter has not been sent."


@_shape(r"never sent (\w+)")
def _never_sent(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    return "That letter has already been sent." if _sent(d, scene, m) == "" else ""


@_shape(r"not in hand (\w+) since (\w+)")
def _not_in_hand(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    letter = d.case.last_letter(m[1])
    since = d.case.set_by.get(m[2], (0, ""))[0]
    on_its_way = letter is not None and letter.status in ("decided", "sent", "impossible") and letter.seq > since
    return "That letter is already on its way." if on_its_way else ""


@_shape(r"date (\w+) after today")
def _after_today(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    value = d.blank(m[1])
    if isinstance(value, date) and value > d.today:
        return ""
    return "The date must lie after today."


@_shape(r"dates of (\w+)")
def _dates(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    items = d.blank(m[1]) or ()
    undated = [i for i in items if not i.get("by")]
    past = [i for i in items if isinstance(i.get("by"), date) and i["by"] <= d.today]
    if past:
        return "The date of an action must lie after today."
    return "Each action needs a date." if undated else ""


@_shape(r"extension (\S+)")
def _extension(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    return extension_refusal(d, scene.machine, m[1]) if scene.machine else "There is nothing to extend."


def extension_refusal(d: Decision, machine: Machine, timer: str) -> str:
    """Why an extension may not be given, or "" (Q20: after today, at most so many days beyond the date, once)."""
    until = d.blank("until")
    if not isinstance(until, date) or until <= d.today:
        return "The new date must lie after today."
    held = machine.timers.get(timer)
    current = held.on if held else machine.past.get(timer)
    if current is None:
        return "Nothing is running here that could be extended."
    rolled = d.calendar.roll(until)
    if rolled <= current:
        return f"The new date must lie after {deadlines.long_date(current)}, the date that stands now."
    said = d.event
    senior = isinstance(said, Said) and not said.by.roles.isdisjoint(_senior_roles(d, machine))
    most = int(str(d.setting("extension_days")))
    if senior:
        return ""
    if rolled > current + timedelta(days=most):
        last = current + timedelta(days=most)
        return (
            f"{deadlines.long_date(rolled)} is more than {most} days after {deadlines.long_date(current)}. "
            f"Up to {deadlines.long_date(last)} you can extend yourself; for longer ask "
            f"{d.procedure.roles[_above(d, machine)].title}."
        )
    if held and held.extended:
        return f"This date has been extended once already; for longer ask {d.procedure.roles[_above(d, machine)].title}."
    return ""


def _owner(d: Decision, machine: Machine) -> str:
    return d.definition(machine).states[machine.state].owner


def _above(d: Decision, machine: Machine) -> str:
    extenders = [r for r in d.procedure.verbs["extend"].by if r != _owner(d, machine)]
    return extenders[0] if extenders else d.procedure.roles[_owner(d, machine)].above


def _senior_roles(d: Decision, machine: Machine) -> set[str]:
    """Those who may extend and are not merely the owner: they may go further (Q20)."""
    first = d.procedure.verbs["extend"].by[0]
    return {r for r in d.procedure.verbs["extend"].by if r != first}


@_shape(r"under (\d+) months from (\w+) or (\w+) to (\w+) unless (\w+)")
def _under(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    if d.blank(m[5]):
        return ""
    start = d.case.fields.get(m[2]) or d.case.fields.get(m[3])
    received = instant(d.case.fields[m[4]])
    if not start:
        return ""  # Q6: no incident date: the receipt itself counts, which is no months old
    if deadlines.age_under_months(day(str(start)[:10]), d.calendar.local_date(received), int(m[1])):
        return ""
    return f"It is {m[1]} months old or older."


@_shape(r"not the person who (\w+) unless setting (\w+) = (\w+)")
def _not_person_unless(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    return "" if str(d.setting(m[2])) == m[3] else _not_person(d, scene, m)


@_shape(r"not the person who (\w+)")
def _not_person(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    said = d.event
    same = isinstance(said, Said) and said.by.address == d.case.fields.get(m[1])
    return "The same person may not do both." if same else ""


@_shape(r"not the (\w+) unless (\w+)")
def _not_the(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    if d.blank(m[2]):
        return ""
    who = str(d.blank("who") or d.sender)
    return "That person raised it." if who == d.case.fields.get(m[1]) else ""


@_shape(r"officer (\w+) with role (\w+)")
def _officer(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    who = str(d.blank(m[1]) or d.sender)
    return "" if m[2] in d.terms.officers.get(who, frozenset()) else "That is not an active officer."


@_shape(r"other case (\w+)")
def _other_case(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    ref = str(d.blank(m[1]) or "")
    return "" if ref in d.terms.cases and ref != d.case.ref else f"There is no other {d.procedure.case_word} {ref}."


@_shape(r"same (\w+) as (\w+)")
def _same(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    other = d.terms.cases.get(str(d.blank(m[2]) or ""), {})
    mine, theirs = d.case.fields.get(m[1]), other.get(m[1])
    return "" if not mine or not theirs or mine == theirs else f"The two have different {m[1]}s on file."


@_shape(r"items (\w+)")
def _items(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    return "" if open_items(d, m[1]) else f"No {m[1]}."


@_shape(r"no items (\w+)")
def _no_items(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    return f"There are {m[1]}." if open_items(d, m[1]) else ""


def open_items(d: Decision, name: str) -> list:
    """Items of a list that no child has been made for yet."""
    taken = {x.item for x in d.case.machines.values() if d.definition(x).item == name}
    return [i for i in d.case.lists.get(name, ()) if i["n"] not in taken]


@_shape(r"children open")
def _children(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    return "" if any(x.kind != d.procedure.main for x in d.case.live()) else "Nothing is open."


@_shape(r"no children open")
def _no_children(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    return "Something is still open." if any(x.kind != d.procedure.main for x in d.case.live()) else ""


@_shape(r"child (\w+) none")
def _child_none(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    return f"A {d.procedure.machines[m[1]].title.lower()} is open." if d.case.live(m[1]) else ""


@_shape(r"child (\w+) open")
def _child_open(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    return "" if d.case.live(m[1]) else f"No {d.procedure.machines[m[1]].title.lower()} is open."


@_shape(r"said (\w+)")
def _said(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    return "" if isinstance(d.event, Said) and d.event.verb == m[1] else "Another word was said."
