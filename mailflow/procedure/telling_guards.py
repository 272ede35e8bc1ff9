"""The words of each shape of guard, as they stand after "if".

In: the words of a procedure (telling_names.py), the parts of a phrase, and the machine whose row asks.
Out: a clause in plain English.
Fails: never.
Limits: one entry for each shape of guards_case.py and guards_said.py, under the same pattern; a test keeps both equal.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from mailflow.procedure.telling_names import Names, article, joined, plain

Words = Callable[[Names, re.Match[str], str], str]
GUARDS: dict[str, Words] = {}


def _told(pattern: str) -> Callable[[Words], Words]:
    def keep(words: Words) -> Words:
        GUARDS[pattern] = words
        return words

    return keep


# -- what stands on the file ------------------------------------------------------------------------------------------


@_told(r"field (\w+) = (\w+) or (\w+)")
def _field_one_of(t: Names, m: re.Match[str], machine: str) -> str:
    return f'{t.field(m[1])} is "{plain(m[2])}" or "{plain(m[3])}"'


@_told(r"field (\w+) = (\w+) and no new (\w+)")
def _field_is_and_no_child(t: Names, m: re.Match[str], machine: str) -> str:
    return f'{t.field(m[1])} is "{plain(m[2])}" and no {t.machine(m[3])} has been opened since'


@_told(r"field (\w+) = (\w+)")
def _field_is(t: Names, m: re.Match[str], machine: str) -> str:
    return f'{t.field(m[1])} is "{plain(m[2])}"'


@_told(r"field (\w+)")
def _field(t: Names, m: re.Match[str], machine: str) -> str:
    noun = t.noun(m[1])
    return f"{noun} is {'on file' if noun == t.field(m[1]) else 'known'}"


@_told(r"field (\w+) or confirmed")
def _field_or_confirmed(t: Names, m: re.Match[str], machine: str) -> str:
    return f"{_field(t, m, machine)} or the word is confirmed by code"


@_told(r"field (\w+) is field (\w+)")
def _same_field(t: Names, m: re.Match[str], machine: str) -> str:
    return f"{t.field(m[1])} and {t.field(m[2])} are the same"


@_told(r"date (\w+) after (?!today)(\w+)")
def _after_blank(t: Names, m: re.Match[str], machine: str) -> str:
    return f"the {plain(m[1])} given lies after the {plain(m[2])} given"


@_told(r"note given")
def _note_given(t: Names, m: re.Match[str], machine: str) -> str:
    return "more words stand below the word, or a file came with it"


@_told(r"no words in the mail")
def _wordless(t: Names, m: re.Match[str], machine: str) -> str:
    return "the first mail says no word itself"


@_told(r"flag (\w+)")
def _flag(t: Names, m: re.Match[str], machine: str) -> str:
    return f"{t.field(m[1])} is noted"


@_told(r"not flag (\w+)")
def _not_flag(t: Names, m: re.Match[str], machine: str) -> str:
    return f"{t.field(m[1])} is not noted"


@_told(r"setting (\w+) = (.+)")
def _setting(t: Names, m: re.Match[str], machine: str) -> str:
    return f'the setting {m[1]} is "{m[2]}"'


@_told(r"count (\w+) (<|>=) (\d+)")
def _count(t: Names, m: re.Match[str], machine: str) -> str:
    return f"{t.field(m[1])} is {f'less than {m[3]}' if m[2] == '<' else f'{m[3]} or more'}"


@_told(r"items (\w+)")
def _items(t: Names, m: re.Match[str], machine: str) -> str:
    return f"there is {article(t.items(m[1]))} to follow up"


@_told(r"no items (\w+)")
def _no_items(t: Names, m: re.Match[str], machine: str) -> str:
    return f"there is no {t.items(m[1])} to follow up"


@_told(r"under (\d+) months from (\w+) or (\w+) to (\w+) unless (\w+)")
def _under(t: Names, m: re.Match[str], machine: str) -> str:
    span = f"less than {m[1]} months lie between {t.field(m[2])} (or else {t.field(m[3])}) and {t.field(m[4])}"
    return f"{span}, or {t.given(m[5])}"


# -- where it stands --------------------------------------------------------------------------------------------------


@_told(r"came from ([\w ]+)")
def _came_from(t: Names, m: re.Match[str], machine: str) -> str:
    return f"it came here from {t.stages(m[1].split(), machine)}"


@_told(r"was in ([\w ]+)")
def _was_in(t: Names, m: re.Match[str], machine: str) -> str:
    return f"it stood at {t.stages(m[1].split(), machine)}"


@_told(r"no other in (\w+)")
def _no_other_in(t: Names, m: re.Match[str], machine: str) -> str:
    return f"no other {t.machine(machine)} stands at {t.stages([m[1]], machine)}"


@_told(r"children open")
def _children(t: Names, m: re.Match[str], machine: str) -> str:
    return f"{article(_children_words(t))} is open"


@_told(r"no children open")
def _no_children(t: Names, m: re.Match[str], machine: str) -> str:
    return f"no {_children_words(t)} is open"


@_told(r"child (\w+) none")
def _child_none(t: Names, m: re.Match[str], machine: str) -> str:
    return f"no {t.machine(m[1])} is open"


@_told(r"child (\w+) open")
def _child_open(t: Names, m: re.Match[str], machine: str) -> str:
    return f"{article(t.machine(m[1]))} is open"


# -- letters and mails ------------------------------------------------------------------------------------------------


@_told(r"no mail from (\w+)")
def _no_mail(t: Names, m: re.Match[str], machine: str) -> str:
    return f"{t.role(m[1])} has not written since"


@_told(r"sent (\w+)")
def _sent(t: Names, m: re.Match[str], machine: str) -> str:
    return f"{t.letter(m[1])} has left"


@_told(r"number (\w+) from (\d+) to (\d+)")
def _number(t: Names, m: re.Match[str], machine: str) -> str:
    return f"the number given is from {m[2]} to {m[3]}"


@_told(r"waiting (\w+)")
def _waiting(t: Names, m: re.Match[str], machine: str) -> str:
    return f"{t.letter(m[1])} waits to leave"


@_told(r"safe (\w+) while (\w+) with (\w+)")
def _safe(t: Names, m: re.Match[str], machine: str) -> str:
    return f"while somebody is protected, {t.field(m[1])} does not show who"


@_told(r"never sent (\w+)")
def _never_sent(t: Names, m: re.Match[str], machine: str) -> str:
    return f"{t.letter(m[1])} has not left yet"


@_told(r"sent (\w+) after (\w+)")
def _sent_after(t: Names, m: re.Match[str], machine: str) -> str:
    return f"{t.letter(m[1])} has left since {t.letter(m[2])}"


@_told(r"not sent (\w+) after (\w+)")
def _not_sent_after(t: Names, m: re.Match[str], machine: str) -> str:
    return f"{t.letter(m[1])} has not left since {t.letter(m[2])}"


@_told(r"not in hand (\w+) since (\w+)")
def _not_in_hand(t: Names, m: re.Match[str], machine: str) -> str:
    return f"{t.letter(m[1])} is not on its way yet"


@_told(r"not left (\w+) since (\w+)")
def _not_left(t: Names, m: re.Match[str], machine: str) -> str:
    return f"{t.letter(m[1])} has not left since {t.field(m[2])}"


@_told(r"not bounced (\w+)")
def _not_bounced(t: Names, m: re.Match[str], machine: str) -> str:
    return f"{t.letter(m[1])} has not come back"


# -- people -----------------------------------------------------------------------------------------------------------


@_told(r"contact ([\w.]+)")
def _contact(t: Names, m: re.Match[str], machine: str) -> str:
    return f"{t.role(m[1])} can be written to"


@_told(r"no contact ([\w.]+)")
def _no_contact(t: Names, m: re.Match[str], machine: str) -> str:
    return f"{t.role(m[1])} cannot be written to"


@_told(r"contact ([\w.]+) or blank (\w+)")
def _contact_or_blank(t: Names, m: re.Match[str], machine: str) -> str:
    return f"{t.role(m[1])} is known, or named with the word"


@_told(r"on duty (\w+) other than (\w+)")
def _on_duty(t: Names, m: re.Match[str], machine: str) -> str:
    return f"the rota names {t.role(m[1])}, and not the person in {t.field(m[2])}"


@_told(r"staff (\w+)")
def _staff(t: Names, m: re.Match[str], machine: str) -> str:
    return f"{t.role(m[1])} is one of the office's own staff"


@_told(r"staff (\w+) or approved (\w+)")
def _staff_or_approved(t: Names, m: re.Match[str], machine: str) -> str:
    return f"{_staff(t, m, machine)}, or {t.field(m[2])} is on file or enclosed"


@_told(r"approved (\w+)")
def _approved(t: Names, m: re.Match[str], machine: str) -> str:
    return f"{t.field(m[1])} is on file or enclosed"


@_told(r"officer (\w+) with role (\w+)")
def _officer(t: Names, m: re.Match[str], machine: str) -> str:
    title = t.role(m[2]).removeprefix("the ")
    return f"the person named is {article(title)}"


@_told(r"not the (\w+) unless (\w+)")
def _not_the(t: Names, m: re.Match[str], machine: str) -> str:
    return f"that person is not {t.noun(m[1])}, or {t.given(m[2])}"


@_told(r"not the person who (\w+)")
def _not_person(t: Names, m: re.Match[str], machine: str) -> str:
    return f"it is somebody else than {t.field(m[1])}"


@_told(r"not the person who (\w+) unless setting (\w+) = (\w+)")
def _not_person_unless(t: Names, m: re.Match[str], machine: str) -> str:
    return f'{_not_person(t, m, machine)} (unless the setting {m[2]} is "{m[3]}")'


# -- what the word says -----------------------------------------------------------------------------------------------


@_told(r"blank (\w+)")
def _blank(t: Names, m: re.Match[str], machine: str) -> str:
    return t.given(m[1])


@_told(r"blank (\w+) = (\w+)")
def _blank_is(t: Names, m: re.Match[str], machine: str) -> str:
    return t.given(m[1], m[2])


@_told(r"blank (\w+) or signal")
def _blank_or_signal(t: Names, m: re.Match[str], machine: str) -> str:
    return f"{t.given(m[1])} where a person says it"


@_told(r"said (\w+)")
def _said(t: Names, m: re.Match[str], machine: str) -> str:
    return f"the word was {t.word(m[1])}"


@_told(r"confirmed")
def _confirmed(t: Names, m: re.Match[str], machine: str) -> str:
    return "the word is confirmed by code"


@_told(r"date (\w+) after today")
def _after_today(t: Names, m: re.Match[str], machine: str) -> str:
    return "the date lies after today"


@_told(r"dates of (\w+)( if given)?")
def _dates(t: Names, m: re.Match[str], machine: str) -> str:
    if m[2]:
        return f"each date given for {article(t.items(m[1]))} lies after today"
    return f"each {t.items(m[1])} has a date after today"


@_told(r"extension (\S+)")
def _extension(t: Names, m: re.Match[str], machine: str) -> str:
    return "the new date is later than the one that stands and within what the speaker may grant"


@_told(r"other case (\w+)")
def _other_case(t: Names, m: re.Match[str], machine: str) -> str:
    return f"there is another {t.procedure.case_word} of that reference"


@_told(r"same (\w+) as (\w+)")
def _same(t: Names, m: re.Match[str], machine: str) -> str:
    return f"both name the same {t.noun(m[1]).removeprefix('the ')}, or one names none"


def _children_words(t: Names) -> str:
    return joined((t.machine(kind) for kind in t.procedure.machines if kind != t.procedure.main), "or") or "part"
