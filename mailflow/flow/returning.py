"""What comes back of our own: home copies that prove a letter left, and reports that it did not arrive.

In: a mail that is a copy of a letter of ours, or a delivery report.
Out: doubts settled, envelopes marked, `LetterSettled` for the case when a letter reached nobody.
Fails: never.
Limits: a report counts only if it names a letter of ours by letter id or Message-ID; a delay is no failure.
"""

from __future__ import annotations

from datetime import datetime

from mailflow.flow import advance as stepping
from mailflow.flow.arrived import Mail
from mailflow.flow.placing import Outcome, file_mail
from mailflow.flow.ports import House, Office
from mailflow.mail.dsn import Bounce, read_bounce
from mailflow.procedure.events import LetterSettled
from mailflow.store import Unit
from mailflow.store.outbox import Envelope, Letter

LETTER_HEADER, LOOP_HEADER = "x-mailflow-letter", "x-mailflow-loop"
REACHED = ("waiting", "claimed", "deferred", "sent", "served", "in_doubt")


def own_copy(house: House, unit: Unit, office: Office, mail: Mail, now: datetime) -> Outcome | None:
    """A letter of ours coming home: settles what was in doubt, and is never our own correspondent (mail.md row 6)."""
    if mail.sender != office.address:
        return None  # somebody who resends our letter, or borrows its Message-ID
    letter = unit.outbox.by_message_id(mail.message.message_id) if mail.message.message_id else None
    if letter is None or mail.message.header(LETTER_HEADER) not in ("", letter.id):
        if mail.message.header(LOOP_HEADER):
            return Outcome("done", "it carries our own loop header", ours=True)
        return None
    if mail.trust.failed:
        return Outcome("done", "a copy of our letter that our mail server did not confirm proves nothing", ours=True)
    if unit.outbox.came_home(letter.id, mail.kept.arrived_at) and not letter.case.startswith("office:"):
        event = LetterSettled(letter.id, "sent", now, "its copy came home")
        stepping.advance(house, unit, letter.case, event, cause=f"letter:{letter.id}/sent", now=now, actor="courier")
    return Outcome(
        "done", "a copy of our own letter", letter.case if not letter.case.startswith("office:") else "", True
    )


def report(house: House, unit: Unit, office: Office, mail: Mail, now: datetime) -> Outcome:
    """A bounce or a delay (RFC 3464 and the many that are not)."""
    bounce = read_bounce(mail.message)
    letter = _letter_of(unit, bounce) if bounce else None
    if bounce is None or letter is None:
        return Outcome("done", f"{mail.kind.name}: it names no letter of ours")
    case = "" if letter.case.startswith("office:") else letter.case
    if case:
        file_mail(unit, office, mail, case, "")
    if bounce.delayed or not any(f.permanent for f in bounce.failures):
        return Outcome("done", "delayed, not failed", case)
    _mark(unit, letter, bounce, now)
    bundle = unit.outbox.get(letter.id)
    left = [e for e in bundle[1] if not e.home and e.state in REACHED] if bundle else []
    if case and not left:
        words = "; ".join(f"{f.recipient}: {f.diagnostic or f.status}" for f in bounce.failures if f.permanent)
        event = LetterSettled(letter.id, "bounced", mail.kept.arrived_at, words)
        stepping.advance(house, unit, case, event, cause=f"letter:{letter.id}/bounced", now=now, actor="courier")
    return Outcome("done", "a letter did not arrive", case)


def _letter_of(unit: Unit, bounce: Bounce) -> Letter | None:
    if bounce.original_letter_id:
        bundle = unit.outbox.get(bounce.original_letter_id)
        if bundle:
            return bundle[0]
    return unit.outbox.by_message_id(bounce.original_message_id) if bounce.original_message_id else None


def _mark(unit: Unit, letter: Letter, bounce: Bounce, now: datetime) -> None:
    bundle = unit.outbox.get(letter.id)
    envelopes: list[Envelope] = [e for e in bundle[1] if not e.home] if bundle else []
    for failure in bounce.failures:
        if not failure.permanent:
            continue
        named = [e for e in envelopes if e.recipient.lower() == failure.recipient.lower()]
        # A forwarding server may name the address behind the one we wrote to; with one recipient there is no doubt.
        for envelope in named or (envelopes if len(envelopes) == 1 else []):
            unit.outbox.settle(letter.id, envelope.recipient, "bounced", failure.diagnostic or failure.status, at=now)
