"""Guards about what stands: fields, settings, counts, letters, ages, lists and children.

In: a decision in the making, the scene and the phrase's parts.
Out: "" if the guard holds, otherwise a plain sentence.
Fails: never.
Limits: knows no state, letter or field by name.
"""

from __future__ import annotations

import re

from mailflow.procedure import deadlines
from mailflow.procedure.case import day, instant
from mailflow.procedure.decision import Decision
from mailflow.procedure.guard_shapes import Scene, filled, shape


@shape(r"field (\w+) = (\w+) or (\w+)", "field value value")
def _field_one_of(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    return "" if str(d.field(scene.machine, m[1])) in (m[2], m[3]) else f"{m[1]} is neither."


@shape(r"field (\w+) = (\w+) and no new (\w+)", "field value child")
def _field_is_and_no_child(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    """The field says so, and no such child has been made since it was set, whatever became of that child."""
    since = d.case.set_by.get(m[1], (0, ""))[0]
    made = any(x.kind == m[3] and x.born > since for x in d.case.machines.values())
    return "That has been done." if made else _field_is(d, scene, m)


@shape(r"field (\w+) = (\w+)", "field value")
def _field_is(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    return "" if str(d.field(scene.machine, m[1])) == m[2] else f"{m[1]} is not {m[2]}."


@shape(r"field (\w+) is field (\w+)", "field field")
def _same_field(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    first, second = (str(d.field(scene.machine, m[n]) or "").casefold() for n in (1, 2))
    return "" if first and first == second else f"{m[1]} and {m[2]} are not the same."


@shape(r"field (\w+)", "field")
def _field(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    return "" if filled(d, scene, m[1]) else f"{d.procedure.fields[m[1]].title} is not known."


@shape(r"not flag (\w+)", "field")
def _not_flag(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    return f"{d.procedure.fields[m[1]].title}." if filled(d, scene, m[1]) else ""


@shape(r"flag (\w+)", "field")
def _flag(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    return "" if filled(d, scene, m[1]) else f"Not so: {d.procedure.fields[m[1]].title.lower()}."


@shape(r"no mail from (\w+)", "role")
def _no_mail(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    """That role has not written since the machine came into its state."""
    last = d.case.last_mail.get(m[1])
    heard = last is not None and scene.machine is not None and last[1] >= scene.machine.since
    return "They have written." if heard else ""


@shape(r"setting (\w+) = (.+)", "setting choice")
def _setting(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    return "" if str(d.setting(m[1])) == m[2] else f"The setting {m[1]} is not {m[2]}."


@shape(r"count (\w+) (<|>=) (\d+)", "field")
def _count(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    n = int(str(d.field(scene.machine, m[1]) or 0))
    holds = n < int(m[3]) if m[2] == "<" else n >= int(m[3])
    return "" if holds else f"{m[1]} is {n}."


@shape(r"came from ([\w ]+)", "states")
def _came_from(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    return "" if scene.machine and scene.machine.came_from in m[1].split() else "It did not come from there."


@shape(r"was in ([\w ]+)", "states")
def _was_in(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    return "" if scene.came_from in m[1].split() else "It was not there."


@shape(r"sent (\w+)", "letter")
def _sent(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    letter = d.case.last_letter(m[1])
    # A letter that is still being withdrawn in this very decision no longer counts.
    return "" if letter and letter.status == "sent" else "That letter has not been sent."


@shape(r"waiting (\w+)", "letter")
def _waiting(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    letter = d.case.last_letter(m[1])
    waits = letter is not None and letter.status == "decided" and letter.id not in d.terms.gone
    return "" if waits else "No such letter waits to leave."


@shape(r"never sent (\w+)", "letter")
def _never_sent(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    return "That letter has already been sent." if _sent(d, scene, m) == "" else ""


@shape(r"not in hand (\w+) since (\w+)", "letter field")
def _not_in_hand(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    letter = d.case.last_letter(m[1])
    since = d.case.set_by.get(m[2], (0, ""))[0]
    if letter is None or letter.seq <= since:
        return ""
    # One that could not be addressed is tried again as soon as there is somebody to write to.
    still = letter.status == "impossible" and not d.letter_people(d.procedure.letters[m[1]])[0]
    return "That letter is already on its way." if still or letter.status in ("decided", "sent") else ""


@shape(r"under (\d+) months from (\w+) or (\w+) to (\w+) unless (\w+)", "- field field field blank")
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


@shape(r"items (\w+)", "list")
def _items(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    return "" if open_items(d, m[1]) else f"No {m[1]}."


@shape(r"no items (\w+)", "list")
def _no_items(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    return f"There are {m[1]}." if open_items(d, m[1]) else ""


def open_items(d: Decision, name: str) -> list:
    """Items of a list that no child has been made for yet."""
    taken = {x.item for x in d.case.machines.values() if d.definition(x).item == name}
    return [i for i in d.case.lists.get(name, ()) if i["n"] not in taken]


@shape(r"children open")
def _children(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    return "" if any(x.kind != d.procedure.main for x in d.case.live()) else "Nothing is open."


@shape(r"no children open")
def _no_children(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    return "Something is still open." if any(x.kind != d.procedure.main for x in d.case.live()) else ""


@shape(r"child (\w+) none", "child")
def _child_none(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    return f"A {d.procedure.machines[m[1]].title.lower()} is open." if d.case.live(m[1]) else ""


@shape(r"child (\w+) open", "child")
def _child_open(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    return "" if d.case.live(m[1]) else f"No {d.procedure.machines[m[1]].title.lower()} is open."


@shape(r"not left (\w+) since (\w+)", "letter field")
def _not_left(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    letter, since = d.case.last_letter(m[1]), d.case.set_by.get(m[2], (0, ""))[0]
    return "That letter has already left." if letter and letter.status == "sent" and letter.seq > since else ""


@shape(r"sent (\w+) after (\w+)", "letter letter")
def _sent_after(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    letter, other = d.case.last_letter(m[1]), d.case.last_letter(m[2])
    after = letter and letter.status == "sent" and (other is None or letter.seq > other.seq)
    return "" if after else "That letter has not been sent."


@shape(r"not sent (\w+) after (\w+)", "letter letter")
def _not_sent_after(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    return "That letter has already been sent." if _sent_after(d, scene, m) == "" else ""


@shape(r"not bounced (\w+)", "letter")
def _not_bounced(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    letter = d.case.last_letter(m[1])
    return "That letter came back." if letter and letter.status == "bounced" else ""


@shape(r"no other in (\w+)", "states")
def _no_other_in(d: Decision, scene: Scene, m: re.Match[str]) -> str:
    me = scene.machine
    others = [x for x in d.case.live(me.kind) if x.id != me.id and x.state == m[1]] if me else []
    return f"{others[0].id} is there too." if others else ""
