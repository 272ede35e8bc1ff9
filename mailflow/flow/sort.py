"""One kept mail: what kind it is, whose case it is, who speaks, and the event it makes, in one commit.

In: the oldest mail in state "kept", a `now`.
Out: True if there was one; the mail ends done, held or quarantined.
Fails: Conflict and Unavailable go on to the loop; anything else counts as a try and leads to quarantine in the end.
Limits: a machine's mail moves nothing and is never answered (G4); one poison mail never stops the next.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from mailflow.errors import Conflict, Unavailable, Unreadable
from mailflow.flow import advance as stepping
from mailflow.flow import answering, arrived, hearing, opening, placing, returning
from mailflow.flow.arrived import Mail, held_tag, read_mail
from mailflow.flow.office_mail import tell_administrator
from mailflow.flow.people import live_cases_of, speaker_on
from mailflow.flow.ports import House, Office
from mailflow.mail.correlate import Match, correlate
from mailflow.procedure.case import Case
from mailflow.store import Unit
from mailflow.store.inbox import Kept

log = structlog.get_logger()
MOST_TRIES = 3
COPY_DAYS = 7


def sort_one(house: House, now: datetime) -> bool:
    """Sort the oldest kept mail."""
    with house.store.read() as unit:
        waiting = unit.inbox.next_kept(1)
    if not waiting:
        return False
    kept = waiting[0]
    with house.store.unit() as unit:
        tries = unit.inbox.tried(kept.identity)
    try:
        with house.store.unit() as unit:
            if tries > MOST_TRIES:
                _quarantine(house, unit, kept, "it could not be processed in three tries", now)
            else:
                _sort(house, unit, kept, now)
    except (Conflict, Unavailable):
        raise
    except Exception as fault:
        log.error("mail.failed", identity=kept.identity[:16], tries=tries, fault=type(fault).__name__, exc_info=True)
        if house.pretend_time and tries > MOST_TRIES:
            raise
    return True


def _sort(house: House, unit: Unit, kept: Kept, now: datetime) -> None:
    office = next(o for o in house.offices.values() if o.mailbox == kept.mailbox)
    try:
        mail = read_mail(office, kept)
    except Unreadable as fault:
        _quarantine(house, unit, kept, str(fault), now)
        return
    outcome = _route(house, unit, office, mail, now)
    unit.inbox.settle(
        kept.identity, outcome.state, outcome.reason, outcome.case, mail.kind.name, mail.sender, mail.text_digest
    )
    if mail.message.message_id and not outcome.ours:
        unit.inbox.remember_message_id(mail.message.message_id, kept.identity, outcome.case)
    log.info(
        "mail.sorted",
        identity=kept.identity[:16],
        kind=mail.kind.name,
        state=outcome.state,
        case=outcome.case,
        why=outcome.reason,
    )


def _quarantine(house: House, unit: Unit, kept: Kept, why: str, now: datetime) -> None:
    unit.inbox.settle(kept.identity, "quarantined", why)
    office = next(o for o in house.offices.values() if o.mailbox == kept.mailbox)
    facts = [
        ("Mail", kept.identity[:16]),
        ("Arrived", office.calendar.local_date(kept.arrived_at)),
        ("What is wrong", why),
        ("What to do", "See it with: mailflow quarantine list"),
    ]
    tell_administrator(house, unit, office, key=f"quarantine:{kept.identity}", facts=facts, now=now)
    log.warning("mail.quarantined", identity=kept.identity[:16], why=why)


def _route(  # noqa: PLR0911 - one way out for each kind of mail
    house: House, unit: Unit, office: Office, mail: Mail, now: datetime
) -> placing.Outcome:
    """The precedence of mail.md: own copies, reports, machines, officers, parties, strangers."""
    own = returning.own_copy(house, unit, office, mail, now)
    if own:
        return own
    if mail.kind.name in ("bounce", "delay"):
        return returning.report(house, unit, office, mail, now)
    match = _match(unit, office, mail)
    if mail.kind.name != "human":
        return _machine_mail(house, unit, office, mail, match, now)
    if mail.kept.folder == office.junk:
        return _junk(house, unit, office, mail, match, now)
    if mail.sender in ("", office.address) or mail.kept.folder == office.sent:
        return hearing.as_the_mailbox(house, unit, office, mail, match.case, now)
    tag = held_tag(office, mail)
    officer = office.register.officer(mail.sender)
    if officer and tag:
        return answering.answer(house, unit, office, mail, tag, now)
    if match.by == "conflict":
        return _conflict(house, unit, office, mail, match, now)
    if match.case:
        return _on_case(house, unit, office, mail, match, now)
    if officer:
        return hearing.without_case(house, unit, office, mail, match, now)
    return _no_case(house, unit, office, mail, match, now)


def _match(unit: Unit, office: Office, mail: Mail) -> Match:
    """Whose case it is; references that a command takes as its object are no evidence (G1)."""

    def case_of(message_id: str) -> str:
        case = unit.inbox.case_of_message_id(message_id)
        return "" if case.startswith("office:") else case

    spoken = hearing.spoken_of(office, mail) if office.register.officer(mail.sender) else frozenset()
    match = correlate(mail.message, mail.reply, frozenset({office.prefix}), case_of, spoken)
    if match.case and not unit.log.last(match.case):
        return Match("", "none", f"There is no {office.procedure.case_word} {match.case}.", (), "")
    return match


def _follow(unit: Unit, case: Case) -> str:
    """A case that was joined to another is spoken to there (mail.md row 24)."""
    for ref in reversed(case.joined):
        if unit.log.last(ref):
            return ref
    return case.ref


def _machine_mail(house: House, unit: Unit, office: Office, mail: Mail, match: Match, now: datetime) -> placing.Outcome:
    """G4: filed, never an event, never answered; one that may be a person holds the chaser and is asked about."""
    if not match.case:
        return placing.Outcome("done", f"{mail.kind.name}: {mail.kind.reason}")
    case = stepping.read_case(unit, match.case)
    procedure = stepping.procedure_of(house, office, case)
    speaker = speaker_on(office, procedure, case, mail.sender, office.calendar.local_date(now))
    placing.file_mail(unit, office, mail, case.ref, speaker.role if speaker else "")
    awaited = {procedure.machines[m.kind].states[m.state].waits_for for m in case.live()}
    if not mail.kind.surely and speaker and speaker.role in awaited:
        why = f"it looks automatic ({mail.kind.reason}), but it may be the answer we wait for"
        return placing.hold(house, unit, office, mail, why, now, case=case.ref, role=speaker.role)
    return placing.Outcome("done", f"{mail.kind.name}: {mail.kind.reason}", case.ref)


def _junk(house: House, unit: Unit, office: Office, mail: Mail, match: Match, now: datetime) -> placing.Outcome:
    """Junk is searched for known references and awaited parties, and never acted on (mail.md)."""
    known = (
        bool(match.case) or bool(office.register.party_of_address(mail.sender)) or office.register.officer(mail.sender)
    )
    if not known:
        return placing.Outcome("done", "junk folder, nobody we know")
    return placing.hold(house, unit, office, mail, "it was in the junk folder", now, case=match.case)


def _conflict(house: House, unit: Unit, office: Office, mail: Mail, match: Match, now: datetime) -> placing.Outcome:
    """Two cases named: recorded on both, moves neither, the officer is asked (alaveteli#2164)."""
    for ref in match.others:
        if unit.log.last(ref):
            placing.file_mail(unit, office, mail, ref, "")
    return placing.hold(house, unit, office, mail, match.reason, now, others=match.others)


def _on_case(house: House, unit: Unit, office: Office, mail: Mail, match: Match, now: datetime) -> placing.Outcome:
    ref = match.case
    case = stepping.read_case(unit, ref)
    joined = _follow(unit, case)
    if joined != ref:
        ref, case = joined, stepping.read_case(unit, joined)
    procedure = stepping.procedure_of(house, office, case)
    if office.register.officer(mail.sender):
        return hearing.on_case(house, unit, office, mail, case, procedure, now)
    today = office.calendar.local_date(now)
    speaker = speaker_on(office, procedure, case, mail.sender, today)
    if speaker is None:
        why = "somebody who is not listed on it has written with its reference"
        return placing.hold(house, unit, office, mail, why, now, case=ref)
    if mail.trust.known and not mail.trust.passed:
        why = f"our mail server could not confirm that {mail.sender} sent it ({mail.trust.why})"
        return placing.hold(house, unit, office, mail, why, now, case=ref, role=speaker.role)
    main = case.machines[procedure.main]
    since = max(main.since, now - timedelta(days=COPY_DAYS))
    if unit.inbox.copies(mail.sender, ref, mail.text_digest, since, but=mail.kept.identity):
        placing.file_mail(unit, office, mail, ref, speaker.role)
        return placing.Outcome("done", "the same words again: filed as a copy (G3)", ref)
    spoken = hearing.party_words(house, unit, office, mail, case, procedure, speaker.role, now)
    placing.file_mail(unit, office, mail, ref, speaker.role)
    if spoken:
        return spoken
    flags = ("new_contact",) if speaker.new else ()
    # A mail dragged in with an older date keeps that date, but never fires a clock backwards (mail.md).
    event = arrived.party_event(mail, speaker.role, max(mail.kept.arrived_at, main.since), flags)
    stepping.advance(house, unit, ref, event, cause=mail.cause, now=now, actor=mail.sender)
    return placing.Outcome("done", match.reason, ref)


def _no_case(house: House, unit: Unit, office: Office, mail: Mail, match: Match, now: datetime) -> placing.Outcome:
    """Nothing names a case: a listed party is held and asked about, anybody else opens a new one (G1, c01)."""
    if match.guess or "check characters" in match.reason:
        return placing.hold(house, unit, office, mail, match.reason, now, case=match.guess)
    if mail.sender in set(office.settings.get("blocked_senders", ())):
        return placing.Outcome("done", "the sender is blocked")
    today = office.calendar.local_date(now)
    views = unit.views.list(office.procedure.id, live_only=True)
    theirs = live_cases_of(unit, office, office.procedure, mail.sender, today, views)
    if theirs:
        why = f"a party of {', '.join(theirs[:3])} has written without its reference"
        return placing.hold(
            house, unit, office, mail, why, now, case=theirs[0] if len(theirs) == 1 else "", others=tuple(theirs)
        )
    if mail.trust.known and not mail.trust.passed:
        why = f"our mail server could not confirm that {mail.sender} sent it ({mail.trust.why})"
        return placing.hold(house, unit, office, mail, why, now)
    return opening.open_new(house, unit, office, mail, mail.sender, mail.kept.arrived_at, now)
