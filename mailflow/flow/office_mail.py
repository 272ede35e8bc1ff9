"""Mails that belong to no case: daily lists, weekly summaries, questions about a mail, reports on our own health.

In: an office, a letter's name, addresses, the letter's context and a key that says what it is for.
Out: a line on the office's own stream in the log and a letter in the outbox, once per key.
Fails: errors.CannotRender; errors.Conflict when the stream moved on (leave the unit and begin again).
Limits: decides nothing; who gets such a mail, and when, is decided by its callers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime

from mailflow.flow.moment import office_words
from mailflow.flow.ports import House, Office
from mailflow.mail.compose import Draft, compose, letter_header, message_id_for
from mailflow.mail.message import Address, Attachment
from mailflow.store import Letter, Unit

MACHINE = "office"
# Of two letters that are due, one about a case goes first.
PRIORITY = 7


def put_office_letter(
    house: House,
    unit: Unit,
    office: Office,
    template: str,
    to: Sequence[str],
    context: Mapping[str, object],
    *,
    key: str,
    now: datetime,
    leave_at: datetime | None = None,
    attachments: Sequence[Attachment] = (),
    auto_submitted: str = "auto-generated",
    in_reply_to: str = "",
    references: Sequence[str] = (),
    unsubscribe: str = "",
    why: str = "",
) -> str:
    """Put a mail that belongs to no case in the outbox, once per key; returns the id of its letter.

    The key is the cause on `office.stream`, for example "daily/2027-03-12/name@council.example". `unsubscribe` are the
    words of a mail that ends a subscription: they become List-Unsubscribe (RFC 2369) and stand on summaries only.
    Instants are UTC. Raises CannotRender, or ValueError when there is no address.
    """
    letter_id = f"{office.stream}/{hashlib.sha256(key.encode()).hexdigest()[:24]}"
    if unit.log.knows(office.stream, key):
        return letter_id
    if not to:
        raise ValueError(f"the mail {key} has no address")
    words = {**base_context(office, to, now), **context}
    rendered = house.letters_of(office).render(f"{office.procedure.id}/{template}", words)
    addresses = tuple(dict.fromkeys(a.lower() for a in to))
    domain = office.address.rpartition("@")[2]
    draft = Draft(
        message_id=message_id_for(letter_id, house.secret, domain),
        from_=Address(f"{office.team}, {office.name}" if office.team else office.name, office.address),
        to=tuple(Address(_name(office, a), a) for a in addresses),
        cc=(),
        reply_to=Address("", office.address),
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        date=now,
        auto_submitted=auto_submitted,
        references=tuple(references),
        in_reply_to=in_reply_to,
        letter_id=letter_header(letter_id, house.secret),
        loop=office.address,
        attachments=tuple(attachments),
        list_unsubscribe=_unsubscribe(office, unsubscribe),
    )
    leaves = leave_at or now
    data = {
        "letter": letter_id,
        "name": template,
        "to": list(addresses),
        "at": now.isoformat(),
        "leave_at": leaves.isoformat(),
        "why": why,
    }
    seq = note(unit, office, [("letter", data)], cause=key, now=now)
    letter = Letter(
        id=letter_id,
        case=office.stream,
        machine=MACHINE,
        template=template,
        party=" ".join(addresses),
        message_id=draft.message_id,
        octets=compose(draft),
        mail_from=office.address,
        leave_at=leaves,
        why=why or key.partition("/")[0],
        party_mail=False,
        priority=PRIORITY,
        seq=seq,
        recorded_at=now,
    )
    unit.outbox.put(letter, addresses, home=office.address)
    return letter_id


def tell_administrator(
    house: House,
    unit: Unit,
    office: Office,
    *,
    key: str,
    facts: Sequence[tuple[str, object]],
    now: datetime,
    reason: str = "",
    state_words: str = "",
    also: str = "",
) -> str:
    """A report on our own health to the office's administrator (M60), once per key; facts hold no words of a mail.

    also: a further administrator's address, for news of an office that cannot write itself.
    """
    template = letter_for(office, "health")
    context: dict[str, object] = {"facts": list(facts), "reason": reason}
    if state_words:
        context["state_words"] = state_words
    to = dict.fromkeys(filter(None, (office.administrator or office.address, also)))
    return put_office_letter(house, unit, office, template, list(to), context, key=key, now=now)


def letter_for(office: Office, act: str) -> str:
    """The template by which the procedure does one of the acts that all procedures have ("daily", "health")."""
    name = office.procedure.acts[act]
    letter = office.procedure.letters.get(name)
    return letter.template if letter else name


def note(
    unit: Unit, office: Office, entries: Sequence[tuple[str, Mapping[str, object]]], *, cause: str, now: datetime
) -> int:
    """Append to the office's own stream; with no entries only the cause is remembered. Returns the last line's number.

    Raises Conflict when the cause is known already: ask `unit.log.knows` first.
    """
    return unit.log.append(
        office.stream,
        unit.log.last(office.stream),
        [(kind, MACHINE, data) for kind, data in entries],
        cause=cause,
        actor="",
        happened_at=now,
        recorded_at=now,
        edition=office.procedure.edition,
        calendar_edition=office.calendar.edition,
    )


def base_context(office: Office, to: Sequence[str], now: datetime) -> dict[str, object]:
    """What every mail of an office may say, whatever it is about; dates are local."""
    return {
        "office": office_words(office),
        "procedure": {"title": office.procedure.title, "case_word": office.procedure.case_word},
        "party": {"title": office.procedure.party_title, "name": ""},
        "breach": "",
        "to": {"name": _name(office, to[0]), "role_title": "", "role": ""},
        "today": office.calendar.local_date(now),
        "tag": "",
        "ref": "",
        "buttons": [],
        "reason": "",
    }


def _name(office: Office, address: str) -> str:
    known = office.register.person(address)
    return known.name if known else ""


def _unsubscribe(office: Office, words: str) -> str:
    if not words:
        return ""
    quoted = "".join(c if c.isascii() and c.isalnum() else "".join(f"%{b:02X}" for b in c.encode()) for c in words)
    return f"<mailto:{office.address}?subject={quoted}>"
