"""One sentence back about a mail that belongs to no case: what was done with it, or why nothing was.

In: a mail and a sentence.
Out: one letter in the outbox, once for each mail.
Fails: CannotRender.
Limits: goes to the registered address of an officer, whatever address the mail named.
"""

from __future__ import annotations

from datetime import datetime

from mailflow.flow.arrived import Mail
from mailflow.flow.colleagues import colleague
from mailflow.flow.office_mail import letter_for, put_office_letter, tell_administrator
from mailflow.flow.ports import House, Office
from mailflow.store import Unit


def reply_plainly(
    house: House, unit: Unit, office: Office, mail: Mail, sentence: str, now: datetime, act: str = "refused"
) -> None:
    """One sentence back (M52, or with act "recorded" M53)."""
    officer = colleague(office, mail.sender)
    context: dict[str, object] = {
        "reason": sentence,
        "said": None,
        "mail": None,
        "stage": None,
        "case": None,
        "choices": [],
        "buttons": [],
        "recorded": [],
        "leaves": [],
        "next_dates": [],
    }
    if act == "recorded":
        context |= {"reason": "", "recorded": [sentence]}
    put_office_letter(
        house,
        unit,
        office,
        letter_for(office, act),
        [officer.email if officer else mail.sender],
        context,
        key=f"reply:{mail.kept.identity}",
        now=now,
        auto_submitted="auto-replied",
        in_reply_to=mail.message.message_id,
        references=[mail.message.message_id] if mail.message.message_id else [],
    )


def doubt_person(house: House, unit: Unit, office: Office, mail: Mail, now: datetime) -> None:
    """The real officer hears that a mail in their name was not acted on (G8)."""
    why = "our mail server could not confirm that the mail in your name came from you, so nothing was done"
    reply_plainly(house, unit, office, mail, why, now)
    if mail.trust.failed:
        alert(house, unit, office, mail, now)


def alert(house: House, unit: Unit, office: Office, mail: Mail, now: datetime) -> None:
    """The administrator hears that somebody writes in an officer's name; once for each name and day (mail.md row 16).

    The mail's own words are never shown.
    """
    today = office.calendar.local_date(now)
    facts = [
        ("In the name of", mail.sender),
        ("Arrived", office.calendar.local_date(mail.kept.arrived_at)),
        ("What our mail server says", mail.trust.why),
        ("Mail", mail.kept.identity[:16]),
    ]
    words = "a mail in an officer's name that our server could not confirm"
    key = f"forged:{mail.sender}:{today}"
    tell_administrator(house, unit, office, key=key, facts=facts, now=now, state_words=words)
