"""Where a mail goes: what kind it is, whose case it is, who speaks, and the event that it makes.

In: a mail that has been read, the house, an open unit.
Out: the outcome with its reason; what it does to cases, and what is asked of people, is in the unit.
Fails: Unreadable, Conflict and whatever a fault of ours raises; nothing is kept of it then (sort.py).
Limits: a machine's mail moves nothing and is never answered (G4).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from mailflow.flow import advance as stepping
from mailflow.flow import (
    answering,
    arrived,
    carried,
    colleagues,
    confiding,
    flooding,
    hearing,
    machines,
    opening,
    oversize,
    placing,
    raising,
    returning,
)
from mailflow.flow.arrived import Mail, held_tag
from mailflow.flow.listed import live_of
from mailflow.flow.people import speaker_on
from mailflow.flow.ports import House, Office
from mailflow.mail.correlate import Match, correlate
from mailflow.mail.munged import munged
from mailflow.mail.nobody import bare
from mailflow.procedure.case import Case
from mailflow.store import Unit

log = structlog.get_logger()
COPY_DAYS = 7


def route(  # noqa: PLR0911 - one way out for each kind of mail
    house: House, unit: Unit, office: Office, mail: Mail, now: datetime, refused: str
) -> placing.Outcome:
    """The precedence of mail.md: own copies, reports, machines, officers, parties, strangers."""
    own = returning.own_copy(house, unit, office, mail, now)
    if own:
        return own
    if mail.kind.name in ("bounce", "delay"):
        return returning.report(house, unit, office, mail, now)
    match = match_of(unit, office, mail)
    # Each reason is a sentence of ours with references in it: no word of the mail.
    named = {"by": match.by, "case": match.case, "others": list(match.others), "guess": match.guess}
    log.info("mail.matched", identity=mail.kept.identity[:16], **named, why=match.reason)
    if mail.kind.name != "human" and not _an_officers_word(unit, office, mail):
        return machines.filed(house, unit, office, mail, match, now)
    over = flooding.excess(house, unit, office, mail, match)
    if over:
        return flooding.hold_back(house, unit, office, mail, match, over, now)
    if refused:
        told = oversize.tell_sender(house, unit, office, mail, refused, now)
        why = f"{refused}, so it has not been opened{'; the sender has been told' if told else ''}"
        return placing.hold(house, unit, office, mail, why, now, case=match.case, role=_role(house, unit, mail, match))
    if mail.kept.folder == office.junk:
        return _junk(house, unit, office, mail, match, now)
    return _from_a_person(house, unit, office, mail, match, now)


def _from_a_person(  # noqa: PLR0911 - as above
    house: House, unit: Unit, office: Office, mail: Mail, match: Match, now: datetime
) -> placing.Outcome:
    other = mail.kept.folder == office.sent and mail.sender in _other_mailboxes(house, office)
    if other:
        # Two offices may have folders of one account, which then has one folder for all that is sent.
        return placing.Outcome("done", "sent by another office of this account")
    rewritten = munged(mail.message) if mail.kept.folder != office.sent else None
    if rewritten:
        # Mail.md row 15: who is named in such a mail is proposed, and nothing is sent before somebody has confirmed it.
        senders = [a for a in rewritten.claimed if bare(a) != bare(office.address)]
        case, others = match.case, match.others
        return placing.hold(house, unit, office, mail, rewritten.reason, now, case=case, others=others, senders=senders)
    if mail.sender == office.address or mail.kept.folder == office.sent:
        return _as_the_mailbox(house, unit, office, mail, match, now)
    if not mail.sender:
        return placing.hold(house, unit, office, mail, "it does not say who wrote it", now, case=match.case)
    tag = held_tag(office, mail)
    officer = colleagues.colleague(office, mail.sender)
    if officer and tag:
        return answering.answer(house, unit, office, mail, tag, now)
    if not officer and not mail.kind.surely:
        role = _role(house, unit, mail, match)
        return carried.held(house, unit, office, mail, match, role, live_of(unit, office, mail, now), now)
    if match.by == "conflict":
        return _conflict(house, unit, office, mail, match, now)
    if match.case:
        return _on_case(house, unit, office, mail, match, now)
    if officer:
        return raising.without_case(house, unit, office, mail, match, now)
    return _no_case(house, unit, office, mail, match, now)


def _other_mailboxes(house: House, office: Office) -> set[str]:
    return {other.address for other in house.offices.values()} - {office.address}


def match_of(unit: Unit, office: Office, mail: Mail) -> Match:
    """Whose case it is; references that a command takes as its object are no evidence (G1)."""

    def case_of(message_id: str) -> str:
        # A mail that answers another office's letter is no mail of that office's case: it came to this mailbox.
        return unit.inbox.case_of_message_id(message_id, office.prefix)

    officer = office.register.officer(mail.sender)
    spoken = hearing.spoken_of(office, mail) if officer else frozenset()
    domain = office.address.rpartition("@")[2]
    match = correlate(mail.message, mail.reply, frozenset({office.prefix}), case_of, spoken, domain)
    if officer and match.by == "conflict" and len(match.others) == 1 and hearing.speaks_to_case(office, mail):
        # A forward that encloses a mail of the case, with a word about it in front (Q18).
        match = Match(match.others[0], "subject", match.reason, (), match.guess)
    if match.case and not unit.log.last(match.case):
        return Match("", "unknown", f"There is no {office.procedure.case_word} {match.case}.", (), "")
    return match


def _an_officers_word(unit: Unit, office: Office, mail: Mail) -> bool:
    """A mail that only looks automatic, from an officer who is proved and says a word of the procedure."""
    if mail.kind.surely or mail.kind.name == "unreadable" or not office.register.officer(mail.sender):
        return False
    return hearing.is_proved(unit, office, mail) and bool(hearing.read_words(office, office.procedure, mail).sayings)


def _role(house: House, unit: Unit, mail: Mail, match: Match) -> str:
    """In which role the sender is listed on the case, "" if in none."""
    if not match.case:
        return ""
    case = stepping.read_case(unit, match.case)
    office = house.office_of(match.case)
    procedure = stepping.procedure_of(house, office, case)
    speaker = speaker_on(office, procedure, case, mail.sender, office.calendar.local_date(mail.kept.arrived_at))
    return speaker.role if speaker else ""


def _follow(unit: Unit, case: Case, main: str) -> Case:
    """A case that was joined to another is spoken to there (mail.md row 24), unless it was opened again."""
    seen = {case.ref}
    while case.machines[main].ended:
        joined = next((r for r in reversed(case.joined) if r not in seen and unit.log.last(r)), "")
        if not joined:
            break
        seen.add(joined)
        case = stepping.read_case(unit, joined)
    return case


def _as_the_mailbox(
    house: House, unit: Unit, office: Office, mail: Mail, match: Match, now: datetime
) -> placing.Outcome:
    """What was sent as the shared mailbox; without a reference, but to a party of a live case, it is asked about."""
    if not match.case and not mail.trust.failed:
        for address in (*mail.message.to, *mail.message.cc):
            live = live_of(unit, office, mail, now, address.email)
            if live and not office.register.officer(address.email):
                why = f"somebody has written as the mailbox to a party of {', '.join(live[:3])} without its reference"
                case = live[0] if len(live) == 1 else ""
                return placing.hold(house, unit, office, mail, why, now, case=case, others=tuple(live))
    return hearing.as_the_mailbox(house, unit, office, mail, match.case, now)


def _junk(house: House, unit: Unit, office: Office, mail: Mail, match: Match, now: datetime) -> placing.Outcome:
    """Junk is searched for known references and awaited parties, and never acted on (mail.md)."""
    listed = bool(office.register.party_of_address(mail.sender)) or office.register.officer(mail.sender)
    live = live_of(unit, office, mail, now)
    if not (match.case or match.others or listed or live):
        return placing.Outcome("done", "junk folder, nobody we know")
    case = match.case or (live[0] if len(live) == 1 else "")
    others, sealed = match.others or tuple(live), confiding.is_confided(office, mail)
    why = "it was in the junk folder"
    return placing.hold(house, unit, office, mail, why, now, case=case, others=others, sealed=sealed)


def _conflict(house: House, unit: Unit, office: Office, mail: Mail, match: Match, now: datetime) -> placing.Outcome:
    """Two cases named: recorded on both, moves neither, the officer is asked (alaveteli#2164)."""
    if confiding.is_confided(office, mail):
        return confiding.unplaced(house, unit, office, mail, now, match.others)
    for ref in match.others:
        if unit.log.last(ref):
            placing.file_mail(unit, office, mail, ref, "")
    return placing.hold(house, unit, office, mail, match.reason, now, others=match.others)


def _on_case(house: House, unit: Unit, office: Office, mail: Mail, match: Match, now: datetime) -> placing.Outcome:
    case = stepping.read_case(unit, match.case)
    procedure = stepping.procedure_of(house, office, case)
    today = office.calendar.local_date(now)
    on_it = colleagues.colleague(office, mail.sender) and colleagues.roles_on(
        office, procedure, case, mail.sender, today
    )
    if office.register.officer(mail.sender) or on_it:
        return hearing.on_case(house, unit, office, mail, case, procedure, now)
    case = _follow(unit, case, procedure.main)
    ref, procedure = case.ref, stepping.procedure_of(house, office, case)
    speaker = speaker_on(office, procedure, case, mail.sender, today)
    if speaker is None:
        return _stranger(house, unit, office, mail, ref, now)
    if mail.trust.failed:
        why = f"our mail server could not confirm that {mail.sender} sent it ({mail.trust.why})"
        return placing.hold(house, unit, office, mail, why, now, case=ref, role=speaker.role)
    main = case.machines[procedure.main]
    since = max(main.since, now - timedelta(days=COPY_DAYS))
    if unit.inbox.copies(mail.sender, ref, mail.text_digest, since, but=mail.kept.identity):
        placing.file_mail(unit, office, mail, ref, speaker.role)
        return placing.Outcome("done", "the same words again: filed as a copy (G3)", ref)
    spoken = hearing.party_words(house, unit, office, mail, case, procedure, speaker.role, now)
    if spoken:
        return spoken
    placing.file_mail(unit, office, mail, ref, speaker.role)
    flags = (*(("new_contact",) if speaker.new else ()), f"{arrived.NAMED_BY}{match.by}")
    # A mail dragged in with a date from before the stage keeps it on the file, but fires no clock backwards (mail.md).
    at = mail.kept.arrived_at if mail.kept.arrived_at >= main.since else now
    event = arrived.party_event(mail, speaker.role, at, flags)
    stepping.advance(house, unit, ref, event, cause=mail.cause, now=now, actor=mail.sender)
    return placing.Outcome("done", match.reason, ref)


def _copied(unit: Unit, mail: Mail, refs: Iterable[str]) -> str:
    """The case on whose file the same words of the sender are already, within the window of copies (G3); "" if none."""
    since, this = mail.kept.arrived_at - timedelta(days=COPY_DAYS), mail.kept.identity
    return next((ref for ref in refs if unit.inbox.copies(mail.sender, ref, mail.text_digest, since, but=this)), "")


def _stranger(house: House, unit: Unit, office: Office, mail: Mail, ref: str, now: datetime) -> placing.Outcome:
    if confiding.is_confided(office, mail):
        return confiding.unplaced(house, unit, office, mail, now)
    why = "somebody who is not listed on it has written with its reference"
    return placing.hold(house, unit, office, mail, why, now, case=ref)


def _no_case(  # noqa: PLR0911 - one way out for each kind of writer
    house: House, unit: Unit, office: Office, mail: Mail, match: Match, now: datetime
) -> placing.Outcome:
    """Nothing names a case: a listed party is held and asked about, anybody else opens a new one (G1, c01)."""
    if match.by == "unknown" or match.guess or "check characters" in match.reason:
        held = placing.hold(house, unit, office, mail, match.reason, now, case=match.guess)
        return replace(held, case="")  # a guess is for a person to confirm
    if mail.sender in set(office.settings.get("blocked_senders", ())):
        return placing.Outcome("done", "the sender is blocked")
    if confiding.from_a_reader(office, mail):
        why = "it comes from somebody who may read restricted records, and names none"
        return placing.hold(house, unit, office, mail, why, now, sealed=True)
    theirs = live_of(unit, office, mail, now)
    copy = _copied(unit, mail, theirs)
    if copy:
        placing.file_mail(unit, office, mail, copy, _role(house, unit, mail, replace(match, case=copy)))
        return placing.Outcome("done", "the same words again: filed as a copy (G3)", copy)
    if theirs:
        why = f"a party of {', '.join(theirs[:3])} has written without its reference"
        return placing.hold(
            house, unit, office, mail, why, now, case=theirs[0] if len(theirs) == 1 else "", others=tuple(theirs)
        )
    if mail.trust.failed:
        why = f"our mail server could not confirm that {mail.sender} sent it ({mail.trust.why})"
        return placing.hold(house, unit, office, mail, why, now)
    if mail.kind.listed:
        # An acknowledgement might go to the whole list.
        return placing.hold(house, unit, office, mail, "it came through a mailing list, from nobody we know", now)
    if colleagues.raised_by_staff(office.procedure):
        why = (
            f"it raises a new {office.procedure.case_word}, as only colleagues may, or belongs to one it does not name"
        )
        return placing.hold(house, unit, office, mail, why, now)
    return opening.open_new(house, unit, office, mail, mail.sender, mail.kept.arrived_at, now)
