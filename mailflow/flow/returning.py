"""What comes back of our own: home copies that prove a letter left, and reports that it did not arrive.

In: a mail that is a copy of a letter of ours, or a delivery report.
Out: doubts settled, envelopes marked, `LetterSettled` for the case when a letter reached nobody; or a question.
Fails: CannotRender for the question.
Limits: a report counts only if it names a letter of ours by our token or Message-ID, which whoever got the letter has
seen: so only soon after the letter left, and while its recipient is silent. A delay is no failure.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from mailflow.flow import advance as stepping
from mailflow.flow import doubt
from mailflow.flow.arrived import Mail
from mailflow.flow.placing import Outcome, file_mail, hold
from mailflow.flow.ports import House, Office
from mailflow.mail.compose import letter_named
from mailflow.mail.dsn import Bounce, read_bounce
from mailflow.procedure.events import LetterSettled
from mailflow.store import Unit
from mailflow.store.outbox import Envelope, Letter

LETTER_HEADER, LOOP_HEADER = "x-mailflow-letter", "x-mailflow-loop"
SOON = timedelta(days=7)  # servers give up within five days (RFC 5321 section 4.5.4.1)
OWN_COPY, OWN_LOOP = "a copy of our own letter", "it carries our own loop header"
REACHED = ("waiting", "claimed", "deferred", "sent", "served", "in_doubt")


def own_copy(house: House, unit: Unit, office: Office, mail: Mail, now: datetime) -> Outcome | None:
    """A letter of ours coming home: settles what was in doubt, and is never our own correspondent (mail.md row 6)."""
    if mail.sender != office.address:
        return None  # somebody who resends our letter, or borrows its Message-ID
    message_id, said = mail.message.message_id, mail.message.header(LETTER_HEADER)
    letter = unit.outbox.by_message_id(message_id) if message_id else None
    named = letter_named(said, house.secret)
    if letter is None and named:
        # Some servers (Amazon SES, some Exchange) give a letter a Message-ID of their own: answers will name that one.
        bundle = unit.outbox.get(named)
        letter = bundle[0] if bundle else None
    if letter is None or (said and named != letter.id):
        if mail.message.header(LOOP_HEADER):
            return Outcome("done", OWN_LOOP, ours=True)
        return None
    if mail.trust.failed:
        return Outcome("done", "a copy of our letter that our mail server did not confirm proves nothing", ours=True)
    if message_id != letter.message_id and not letter.case.startswith("office:"):
        unit.inbox.remember_message_id(message_id, letter.id, letter.case)
    if unit.outbox.came_home(letter.id, mail.kept.arrived_at):
        # Nothing of it may have gone to anybody but us: the case is told what became of its readers.
        doubt.tell_case(house, unit, letter.id, now)
        doubt.close_question(unit, letter.id, "its copy came home")
    return Outcome("done", OWN_COPY, letter.case if not letter.case.startswith("office:") else "", True)


def report(house: House, unit: Unit, office: Office, mail: Mail, now: datetime) -> Outcome:
    """A bounce or a delay (RFC 3464 and the many that are not)."""
    bounce = read_bounce(mail.message)
    letter = _letter_of(house, unit, bounce) if bounce else None
    if bounce is None or letter is None:
        return Outcome("done", f"{mail.kind.name}: it names no letter of ours")
    case = "" if letter.case.startswith("office:") else letter.case
    if case:
        file_mail(unit, office, mail, case, "")
    if bounce.delayed or not any(f.permanent for f in bounce.failures):
        return Outcome("done", "delayed, not failed", case)
    if _ours_alone(unit, letter, bounce):
        return Outcome("done", "our own copy of a letter did not arrive", case)
    why = _doubt(unit, mail, letter, bounce)
    if why:
        return _ask(house, unit, office, mail, letter, why, now)
    _lost(house, unit, mail, letter, bounce, "courier", now)
    return Outcome("done", "a letter did not arrive", case)


def _lost(house: House, unit: Unit, mail: Mail, letter: Letter, bounce: Bounce, actor: str, now: datetime) -> None:
    """The report is true: its recipients were not reached, and the case is told when nobody was.

    A letter that was in doubt and is to leave again to them does not: what came of the first try is known now.
    """
    for envelope, words in _named(unit, letter, bounce) or _all(unit, letter, bounce):
        if envelope.left_at is not None or envelope.state not in ("waiting", "deferred"):  # else it has never left
            unit.outbox.settle(letter.id, envelope.recipient, "bounced", words, at=now)
    doubt.close_question(unit, letter.id, "a report says that it did not arrive")
    bundle = unit.outbox.get(letter.id)
    left = [e for e in bundle[1] if not e.home and e.state in REACHED] if bundle else []
    if not left and not letter.case.startswith("office:"):
        words = "; ".join(f"{f.recipient}: {f.diagnostic or f.status}" for f in bounce.failures if f.permanent)
        event = LetterSettled(letter.id, "bounced", mail.kept.arrived_at, words)
        stepping.advance(house, unit, letter.case, event, cause=f"letter:{letter.id}/bounced", now=now, actor=actor)


def believe(house: House, unit: Unit, mail: Mail, letter_id: str, actor: str, now: datetime) -> None:
    """A person says that a held report is true: its letter did not arrive."""
    bounce, bundle = read_bounce(mail.message), unit.outbox.get(letter_id)
    if bounce is not None and bundle is not None:
        _lost(house, unit, mail, bundle[0], bounce, actor, now)


def _letter_of(house: House, unit: Unit, bounce: Bounce) -> Letter | None:
    letter_id = letter_named(bounce.original_letter_id, house.secret)
    if letter_id:
        bundle = unit.outbox.get(letter_id)
        if bundle:
            return bundle[0]
    if not bounce.original_message_id:
        return None
    known = unit.outbox.by_message_id(bounce.original_message_id)
    if known is None:  # the Message-ID that a server wrote in place of ours, learned from the copy that came home
        letters = map(unit.outbox.get, unit.inbox.by_message_id(bounce.original_message_id))
        known = next((bundle[0] for bundle in letters if bundle), None)
    return known


def _named(unit: Unit, letter: Letter, bounce: Bounce) -> list[tuple[Envelope, str]]:
    """The envelopes that the report says were not reached, and its words."""
    envelopes, ours = _parted(unit, letter)
    found = []
    for failure in bounce.failures:
        if not failure.permanent or failure.recipient.lower() in ours:
            continue
        named = [e for e in envelopes if e.recipient.lower() == failure.recipient.lower()]
        # A forwarding server may name the address behind the one we wrote to; with one recipient there is no doubt.
        words = failure.diagnostic or failure.status
        found += [(e, words) for e in named or (envelopes if len(envelopes) == 1 else [])]
    return found


def _all(unit: Unit, letter: Letter, bounce: Bounce) -> list[tuple[Envelope, str]]:
    """The envelopes of a letter that a person says did not arrive, by a report that names nobody."""
    words = "; ".join(f.diagnostic or f.status for f in bounce.failures if f.permanent)
    return [(envelope, words) for envelope in _parted(unit, letter)[0]]


def _parted(unit: Unit, letter: Letter) -> tuple[list[Envelope], set[str]]:
    """The envelopes of a letter's readers, and our own addresses to which a copy goes."""
    bundle = unit.outbox.get(letter.id)
    envelopes = bundle[1] if bundle else []
    return [e for e in envelopes if not e.home], {e.recipient.lower() for e in envelopes if e.home}


def _ours_alone(unit: Unit, letter: Letter, bounce: Bounce) -> bool:
    """Whether the report is about the shared mailbox's own copy: that says nothing of the letter's readers."""
    lost = {failure.recipient.lower() for failure in bounce.failures if failure.permanent}
    return lost <= _parted(unit, letter)[1]


def _doubt(unit: Unit, mail: Mail, letter: Letter, bounce: Bounce) -> str:
    """Why the report is not acted on without asking, "" if it may be: who got the letter can write such a report."""
    if mail.trust.failed:
        return f"our mail server could not confirm who sent it ({mail.trust.why})"
    left = max((a.started_at for a in unit.outbox.attempts(letter.id)), default=letter.leave_at)
    if mail.kept.arrived_at - left > SOON:
        return "it came long after the letter left"
    named = {e.recipient.lower() for e, _ in _named(unit, letter, bounce)}
    if not named:
        return "it does not say to whom"
    file = () if letter.case.startswith("office:") else unit.inbox.correspondence(letter.case)
    if any(x.direction == "in" and x.kind == "human" and x.at > left and x.correspondent in named for x in file):
        return "they have written to us since the letter left"
    return ""


def _ask(house: House, unit: Unit, office: Office, mail: Mail, letter: Letter, doubted: str, now: datetime) -> Outcome:
    """Hold a doubtful report and ask the case's owner, once for each letter; nothing moves by it."""
    key, case = f"doubted report:{letter.id}", letter.case
    if case.startswith("office:") or unit.meta.get(key):
        case = "" if case.startswith("office:") else case
        return Outcome("done", f"a doubtful delivery report, not acted on: {doubted}", case)
    unit.meta.put(key, mail.kept.identity)
    bundle = unit.outbox.get(letter.id)
    to = ", ".join(e.recipient for e in bundle[1] if not e.home) if bundle else ""
    why = f"it says that our letter to {to} did not arrive, but {doubted}; the letter still counts as delivered"
    return hold(house, unit, office, mail, why, now, case=case, report_on=letter.id)
