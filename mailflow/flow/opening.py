"""A new case from a mail: its number, its file, its first letters, in one commit.

In: a mail, whose it is, and from when it counts (K8).
Out: the outcome for the mail, with the new reference.
Fails: Conflict when another loop was first.
Limits: who may open a case is decided before (sort.py, hearing.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from mailflow.flow import advance as stepping
from mailflow.flow.arrived import Mail, plain_subject
from mailflow.flow.placing import Outcome, file_mail
from mailflow.flow.ports import House, Office
from mailflow.procedure.events import MailCame
from mailflow.store import Unit


def open_new(
    house: House,
    unit: Unit,
    office: Office,
    mail: Mail,
    sender: str,
    at: datetime,
    now: datetime,
    stated_by: str = "",
    stated: Mapping[str, object] | None = None,
    flags: tuple[str, ...] = (),
) -> Outcome:
    """A new case from this mail (c01); `stated_by` is the officer who says when and from whom it came (K8), and
    `stated` what else is known of it."""
    name = mail.message.from_.name if mail.message.from_ and mail.sender == sender else ""
    subject = plain_subject(mail.message.subject) or "(no subject)"
    of = (mail.kept.identity, sender, name, subject, mail.files, flags, stated_by, stated or {})
    event = MailCame("anyone", at, *of)
    # The mail is on the file before the letters that quote it are written.
    ref = stepping.open_case(
        house,
        unit,
        office,
        event,
        cause=mail.cause,
        now=now,
        first=lambda ref: file_mail(unit, office, mail, ref, office.procedure.opened_by),
    )
    return Outcome("done", reason(office), ref)


def reason(office: Office) -> str:
    """Why such a mail is done; by it, flooding.py counts how many cases mails have opened."""
    return f"a new {office.procedure.case_word}"
