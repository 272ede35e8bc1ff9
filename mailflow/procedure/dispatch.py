"""Deciding that a letter goes: to whom, when it may leave, and what to do when nobody can be written to.

In: a decision in the making, the machine it concerns and the letter's name.
Out: a `letter` fact (status decided, sent or impossible) and, where a contact is missing, a question to the owner.
Fails: KeyError for a letter that the procedure does not declare (the reader refuses such files).
Limits: decides facts only; the words are rendered by flow/ in the same commit.
"""

from __future__ import annotations

from datetime import datetime

from mailflow.procedure import by_post, seeing, shielding
from mailflow.procedure.case import Machine
from mailflow.procedure.decision import Decision
from mailflow.procedure.definition import LetterDef
from mailflow.procedure.events import Contact, OwnLetter, Said

MOST_RUNGS_UP = 6
JOINED = "joined:people"  # the field that lists whose cases were joined to this one


def owner_role(d: Decision, machine: Machine) -> str:
    """The role that owns the machine's stage; for one without an owner, the case's own machine's."""
    states = d.definition(machine).states
    owner = states[machine.state].owner
    if owner:
        return owner
    main = d.case.machines.get(d.procedure.main)
    if main is not None and main.id != machine.id:
        return owner_role(d, main)
    return next(s.owner for s in states.values() if s.owner)


def owners(d: Decision, machine: Machine) -> tuple[Contact, ...]:
    """The people who own the stage today; nobody there: the next above (G13)."""
    return climb(d, owner_role(d, machine))


def climb(d: Decision, role: str) -> tuple[Contact, ...]:
    """The people of a role, or of the first role above it that somebody holds."""
    for _ in range(MOST_RUNGS_UP):
        people = d.people(role)
        if people or not role:
            return people
        role = d.procedure.roles[role].above
    return ()


def resolve(d: Decision, machine: Machine, role: str) -> tuple[Contact, ...]:
    """People of a role as letters name it: also `owner`, `deputy`, `above`, `actor`."""
    if role == "actor":
        return _actor(d, machine)
    if role == "owner":
        return owners(d, machine)
    if role == "deputy":
        return d.people(owner_role(d, machine) + ".deputy")
    if role == "above":
        return climb(d, d.procedure.roles[owner_role(d, machine)].above)
    if role in d.procedure.roles and d.procedure.roles[role].is_officer:
        return climb(d, role)
    return d.people(role)


def send(
    d: Decision,
    machine: Machine,
    name: str,
    *,
    why: str = "",
    buttons: tuple[str, ...] = (),
    row: str = "",
    to_roles: tuple[str, ...] = (),
    timer: str = "",
    recorded_at: datetime | None = None,
    extra: dict[str, object] | None = None,
    people: tuple[tuple[str, ...], tuple[str, ...]] | None = None,
) -> None:
    """Decide one letter. `recorded_at`: an officer sent it by hand then, so it counts as sent and is not sent by us.

    people: To and Cc by address, for those who got an earlier letter, whoever holds the role now.
    """
    letter = d.procedure.letters[name]
    to, cc = _addressees(d, machine, letter, to_roles)
    if people:
        to, cc = (tuple(Contact("", address) for address in group) for group in people)
    if d.case.restricted and name != d.procedure.acts["received_only"]:
        told, to = to, _seers(d, to) or _alone(d, name, to)
        cc = _seers(d, cc)
        if told and not to:
            _unseen(d, machine, letter, name, extra)
            return
    if letter.also and not people and not d.case.restricted:
        _also(d, machine, letter, (*to, *cc), {"why": why, "row": row, "timer": timer, **(extra or {})})
    data: dict[str, object] = {
        "letter": f"{d.case.ref}/{machine.id}/{name}/{d.case.seq + 1}",
        "name": name,
        "role": to_roles[0] if to_roles else letter.to,
        "to": [c.email for c in to],
        "cc": [c.email for c in cc],
        "at": d.now.isoformat(),
        "why": why,
        "buttons": list(buttons),
        "row": row,
        "timer": timer,
        **(extra or {}),
    }
    if recorded_at is not None:
        d.emit("letter", machine.id, **{**data, "status": "sent", "at": recorded_at.isoformat()})
        return
    if not to:
        d.emit("letter", machine.id, **{**data, "status": "impossible"})
        _ask_for_contact(d, machine, letter.to, name)
        return
    post = by_post.method(d, letter, str(data["role"]))
    if post:
        data |= {"post": post, "post_until": by_post.until(d, machine, letter).isoformat()}
    leave_at = (
        d.calendar.office_time(d.now) if post == by_post.ONLY else d.leaves_at(letter, [c.email for c in (*to, *cc)])
    )
    d.emit("letter", machine.id, **data, leave_at=leave_at.isoformat())
    if post:
        send(d, machine, d.procedure.acts[by_post.PRINT], row=row, extra={"about": data["letter"]})
        d.signal(d.procedure.main, by_post.SIGNAL)
    if letter.cc and not cc and not people and _ought_to_be_known(d, letter.cc):
        _ask_for_contact(d, machine, letter.cc, name)


def _seers(d: Decision, people: tuple[Contact, ...]) -> tuple[Contact, ...]:
    return tuple(c for c in people if d.may_see(c.email))


def _alone(d: Decision, name: str, people: tuple[Contact, ...]) -> tuple[Contact, ...]:
    """The administrator, where the office has named no readers and a letter has not arrived: otherwise nobody at all
    would hear of it."""
    if name != d.procedure.acts["undelivered"] or seeing.named(d.setting(seeing.READERS)):
        return ()
    known = {c.email for c in d.people("administrator")}
    return tuple(c for c in people if c.email in known)


def _unseen(d: Decision, machine: Machine, letter: LetterDef, name: str, extra: dict[str, object] | None) -> None:
    """A letter about a restricted case whose addressees may not see it: the officers it is restricted to, and the
    readers named by the office, get what is meant for officers; an officer who wrote hears that the mail has come and
    nothing else; a party hears nothing (Q45)."""
    received = d.procedure.acts["received_only"]
    if letter.to == "actor":
        officer = isinstance(d.event, Said) and not d.people_are_parties(d.event.by)
        if officer and not any(f.kind == "letter" and f.data["name"] == received for f in d.facts):
            send(d, machine, received, extra={"mail": (extra or {}).get("mail", "")})
    elif not d.is_party(letter.to):
        officers = {c.email for r in d.case.restricted if d.procedure.roles[r].is_officer for c in d.people(r)}
        named = tuple(sorted(officers | seeing.named(d.setting(seeing.READERS))))
        if not named and name == d.procedure.acts["undelivered"]:
            named = tuple(c.email for c in d.people("administrator"))
        if named:
            send(d, machine, name, extra=extra, people=(named, ()))


def _also(
    d: Decision, machine: Machine, letter: LetterDef, told: tuple[Contact, ...], words: dict[str, object]
) -> None:
    """A letter of its own to each whose case was joined to this one: none of them sees another (Q12)."""
    joined = d.case.fields.get(JOINED)
    for address in joined if isinstance(joined, list) else ():
        if not any(c.email == address for c in told):
            also_to(d, machine, letter, address, words, d.leaves_at(letter, [address]))


def also_to(
    d: Decision, machine: Machine, letter: LetterDef, address: str, words: dict[str, object], leave_at: datetime
) -> None:
    """The same letter by itself to one who joined."""
    data = {**words, "name": letter.name, "role": letter.to, "to": [address], "cc": [], "buttons": []}
    number = f"{d.case.ref}/{machine.id}/{letter.name}/{d.case.seq + 1}"
    when = {"at": d.now.isoformat(), "leave_at": leave_at.isoformat()}
    d.emit("letter", machine.id, letter=number, **data, **when, also=letter.also)


def _addressees(
    d: Decision, machine: Machine, letter: LetterDef, to_roles: tuple[str, ...]
) -> tuple[tuple[Contact, ...], tuple[Contact, ...]]:
    found: dict[str, Contact] = {}
    for role in to_roles or (letter.to,):
        for contact in resolve(d, machine, role):
            found.setdefault(contact.email, contact)
    if not found and letter.else_to:
        found = {c.email: c for c in resolve(d, machine, letter.else_to)}
    cc = resolve(d, machine, letter.cc) if letter.cc else ()
    return tuple(found.values()), tuple(c for c in cc if c.email not in found)


def _actor(d: Decision, machine: Machine) -> tuple[Contact, ...]:
    """Whoever said the word, or wrote to a party themselves; for a letter sent as the mailbox, the owner."""
    if isinstance(d.event, Said):
        return (Contact(d.event.by.name, d.event.by.address),)
    if isinstance(d.event, OwnLetter):
        return (Contact("", d.event.by),) if d.event.by in d.terms.officers else owners(d, machine)
    return ()


def _ought_to_be_known(d: Decision, role: str) -> bool:
    """A missing copy is asked for only where somebody should exist: a manager of a member of staff (Q21)."""
    defined = d.procedure.roles.get(d.procedure.party_of(role))
    if defined is None or defined.who != "manager":
        return False
    if shielding.is_set(d.case, defined.unless_flag):
        return False
    of = d.people(defined.of)
    return bool(of) and (not defined.staff_only or all(c.email in d.terms.staff for c in of))


def _ask_for_contact(d: Decision, machine: Machine, role: str, letter: str) -> None:
    """Q21: what can be sent is sent on time, and the owner is asked for the missing one."""
    asking = d.procedure.acts["who"]
    if letter == asking or role in ("actor", "owner", "above", "deputy"):
        return
    defined = d.procedure.roles.get(d.procedure.party_of(role))
    if defined and shielding.is_set(d.case, defined.may_lack):
        return  # nobody knows them, and nobody is to look for them (Q9)
    title = defined.title if defined else role
    people = _seers(d, owners(d, machine))
    if not people:  # a restricted case is not its owner's any more
        readers = seeing.named(d.setting(seeing.READERS)) if d.case.restricted else ()
        people = tuple(Contact("", address) for address in sorted(readers)) or d.people("administrator")
    d.emit(
        "letter",
        machine.id,
        letter=f"{d.case.ref}/{machine.id}/{asking}/{d.case.seq + 1}",
        name=asking,
        role="owner",
        to=[c.email for c in people],
        cc=[],
        at=d.now.isoformat(),
        why=f"No address is on file for: {title}. Letter {letter} could not be sent to them.",
        buttons=[],
        row="",
        timer="",
        missing=role,
        leave_at=d.now.isoformat(),
        **({} if people else {"status": "impossible"}),
    )
