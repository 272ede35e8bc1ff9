"""Whether something that is to leave shows a person whom its case protects (Q9): files, words and whole letters.

In: a case, the file of its mails, what is to leave.
Out: sentences for the officer, "" where nothing was found; texts with the names taken out.
Fails: NamesProtected for a letter that would show such a person.
Limits: finds names and addresses that we know and that are written in letters (mail/spotting.py); the rest is for the
officer, who is asked to look and to say so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mailflow.errors import CannotRender, Unreadable
from mailflow.flow import sealing
from mailflow.flow.arrived import read_again
from mailflow.flow.ports import House, Office
from mailflow.flow.registering import forwarded_senders
from mailflow.mail.message import Attachment
from mailflow.mail.spotting import People, in_file, people
from mailflow.procedure import shielding
from mailflow.procedure.case import Case, fold
from mailflow.procedure.definition import Procedure
from mailflow.procedure.events import File
from mailflow.store import Correspondence, Unit

NOBODY = people((), ())
HIDDEN = "protected"


class NamesProtected(CannotRender):
    """A letter would show a person whom its case protects; it does not leave as it stands."""


def whom(unit: Unit, office: Office, procedure: Procedure, case: Case) -> People:
    """The people whom the case protects, by every address and name that we know of them."""
    addresses = list(shielding.addresses(procedure, case))
    guarded = shielding.protected(procedure, case)
    if not guarded and not addresses:
        return NOBODY
    names = []
    for row in (*unit.inbox.correspondence(case.ref), *_of_joined(unit, case)):
        mine = row.correspondent in addresses or (guarded and row.party == procedure.opened_by)
        if row.direction == "in" and mine:
            names += _writer(unit, office, row.identity, addresses)
    known = (office.register.person(a) for a in addresses)
    names += [p.name for p in known if p and p.name]
    return people(dict.fromkeys(addresses), dict.fromkeys(names))


def _of_joined(unit: Unit, case: Case) -> Iterator[Correspondence]:
    """The mails of protected people on the cases that were joined to this one: their names stand there."""
    theirs = shielding.joined(case)
    for view in unit.views.list() if theirs else ():
        if view["case"] != case.ref and case.ref in view.get("fields", {}).values():
            yield from (row for row in unit.inbox.correspondence(str(view["case"])) if row.correspondent in theirs)


def _writer(unit: Unit, office: Office, identity: str, addresses: list[str]) -> Iterator[str]:
    """The name of whoever wrote a mail; of one that an officer brought, the address of whoever wrote it first."""
    try:
        mail = read_again(unit, office, identity)
    except (KeyError, Unreadable):
        return
    if office.register.officer(mail.sender) and mail.sender not in addresses:
        addresses += forwarded_senders(mail, office)
    elif mail.message.from_:
        addresses += [mail.sender] if mail.sender not in addresses else []
        yield mail.message.from_.name


def of_files(unit: Unit, office: Office, who: People, files: Iterable[File]) -> Mapping[str, tuple[str, bool]]:
    """For each file that is not clean, by digest: why, and whether no word of an officer can make it good."""
    found: dict[str, tuple[str, bool]] = {}
    for file in files:
        mail = read_again(unit, office, file.mail)
        for one in mail.message.attachments:
            if one.digest != file.digest:
                continue
            seen = in_file(who, one)
            if seen.sure:
                why = f'The file "{one.name}" shows who raised it: "{seen.sure}" stands in its name, its text or what '
                found[file.digest] = (f"{why}a program wrote about it. Attach a copy without that.", True)
            elif seen.perhaps or not seen.read:
                found[file.digest] = (_look(one.name, seen.perhaps), False)
    return found


def _look(name: str, perhaps: str) -> str:
    what = f'The word "{perhaps}" stands in the file "{name}"' if perhaps else f'We cannot read all of "{name}"'
    return (
        f"{what}, so only you can say that it does not show who raised it. Look through it: names, job, team, "
        "telephone, handwriting, what only one person could know; comments, tracked changes, and the author in its "
        'properties. Then attach it again, with "Checked" on a line of its own under your word.'
    )


def of_words(who: People, blanks: Mapping[str, object]) -> str:
    """What a word's own text shows of a protected person, "" if nothing."""
    for value in blanks.values():
        if isinstance(value, list | tuple):
            for item in value:
                found = of_words(who, item) if isinstance(item, Mapping) else ""
                if found:
                    return found
        elif isinstance(value, str) and who.in_text(value):
            return who.in_text(value)
    return ""


def on_case(house: House, unit: Unit, ref: str) -> People:
    """Whom this case protects, for what is shown of it outside the mails to its officers."""
    office = house.office_of(ref)
    case = fold(sealing.facts_of(unit, unit.log.read(ref)))
    return whom(unit, office, house.procedure_of(office, case.edition), case)


def without(who: People, value: Any) -> Any:
    """A value with every text in it rid of these people."""
    if isinstance(value, str):
        return who.hidden(value, HIDDEN)
    if isinstance(value, Mapping):
        return {key: without(who, one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [without(who, one) for one in value]
    return value


def refuse(who: People, letter: str, texts: Iterable[str], files: Iterable[Attachment]) -> None:
    """Stop a letter that would show a protected person to anybody else. Raises NamesProtected."""
    if any(who.in_text(text) for text in texts):
        raise NamesProtected(f"{letter} names a person who is protected here. Say it in other words.")
    for file in files if who.sure else ():
        if in_file(who, file).sure:
            raise NamesProtected(f"{letter}: a file with it names a person who is protected here. Approve another.")
