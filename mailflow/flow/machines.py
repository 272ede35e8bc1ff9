"""What machines write: filed, never an event, never answered; what may be a person's is put to an officer (G4).

In: a mail that is not a person's by its kind, or may not be; what names its case.
Out: the outcome for the mail.
Fails: CannotRender for the question.
Limits: bounces and delays are returning.py's matter; what kind a mail is was decided before (mail/classify.py).
"""

from __future__ import annotations

from datetime import datetime

from mailflow.flow import advance as stepping
from mailflow.flow import placing
from mailflow.flow.arrived import Mail
from mailflow.flow.listed import live_of
from mailflow.flow.people import speaker_on
from mailflow.flow.ports import House, Office
from mailflow.mail.correlate import Match
from mailflow.store import Unit


def filed(house: House, unit: Unit, office: Office, mail: Mail, match: Match, now: datetime) -> placing.Outcome:
    """G4: filed, never an event, never answered; one that may be a person holds the chaser and is asked about."""
    until = f"; away until {mail.kind.absent_until}" if mail.kind.absent_until else ""
    reason = f"{mail.kind.name}: {mail.kind.reason}{until}"
    doubtful = not mail.kind.surely and mail.kept.folder != office.sent
    if not match.case:
        live = live_of(unit, office, mail, now) if doubtful and not office.register.officer(mail.sender) else []
        if live:
            why = f"it looks automatic ({mail.kind.reason}), but a party of {', '.join(live[:3])} sent it"
            return placing.hold(
                house, unit, office, mail, why, now, case=live[0] if len(live) == 1 else "", others=tuple(live)
            )
        if mail.kind.name == "unreadable":
            return placing.hold(house, unit, office, mail, _closed(mail), now)
        return placing.Outcome("done", reason)
    case = stepping.read_case(unit, match.case)
    procedure = stepping.procedure_of(house, office, case)
    speaker = speaker_on(office, procedure, case, mail.sender, office.calendar.local_date(now))
    role = speaker.role if speaker else ""
    if mail.kind.name == "unreadable":
        return placing.hold(house, unit, office, mail, _closed(mail), now, case=case.ref, role=role)
    placing.file_mail(unit, office, mail, case.ref, role)
    awaited = {procedure.machines[m.kind].states[m.state].waits_for for m in case.live()}
    if doubtful and role in awaited and role:
        why = f"it looks automatic ({mail.kind.reason}), but it may be the answer we wait for"
        return placing.hold(house, unit, office, mail, why, now, case=case.ref, role=role)
    return placing.Outcome("done", reason, case.ref)


def _closed(mail: Mail) -> str:
    return f"we have received it but could not open it ({mail.kind.reason})"
