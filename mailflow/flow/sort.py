"""One kept mail: what kind it is, whose case it is, who speaks, and the event it makes, in one commit.

In: the oldest mail in state "kept", a `now`.
Out: True if there was one; the mail ends done, held or quarantined.
Fails: Conflict and Unavailable go on to the loop; anything else counts as a try and leads to quarantine in the end.
Limits: a machine's mail moves nothing and is never answered (G4); one poison mail never stops the next.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from mailflow.errors import Conflict, EditionUnreadable, Unavailable, Unreadable
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
    origin,
    oversize,
    placing,
    raising,
    returning,
    settling,
)
from mailflow.flow.arrived import Mail, held_tag, read_head, read_mail
from mailflow.flow.listed import live_of
from mailflow.flow.office_mail import tell_administrator
from mailflow.flow.people import speaker_on
from mailflow.flow.ports import House, Office
from mailflow.mail.correlate import Match, correlate
from mailflow.mail.munged import munged
from mailflow.mail.nobody import bare
from mailflow.procedure.case import Case
from mailflow.store import Unit
from mailflow.store.inbox import Kept

log = structlog.get_logger()
MOST_TRIES = 3
COPY_DAYS = 7
CONFLICTS = 5  # another loop that was first is no fault of the mail: it is sorted again within the same try


def sort_one(house: House, now: datetime, mailbox: str = "") -> bool:
    """Sort the oldest kept mail.

    mailbox: only of this one, where others sort the rest. The house's first one brings along what nobody reads any
    more.
    """
    with house.store.read() as unit:
        # What came for an office that is not served waits until its files are mended.
        served = {office.mailbox for office in house.offices.values()}
        wanted = served if house.faulty else None
        if mailbox:
            left_over = set(unit.inbox.read_through_all()) - served if house.is_first(mailbox) else set()
            wanted = {mailbox, *(() if house.faulty else left_over)}
        waiting = unit.inbox.next_kept(1, wanted)
    if not waiting:
        return False
    kept = waiting[0]
    with house.store.unit(purpose="try") as unit:
        # Counted before the try, so that a mail which ends the whole process is given up as well.
        tries = unit.inbox.tried(kept.identity) - int(unit.meta.get(_given_up(kept)) or 0)
    if tries > MOST_TRIES:
        _give_up(house, kept, f"it could not be processed in {MOST_TRIES} tries", now)
        return True
    try:
        _try(house, kept, now)
    except (Conflict, Unavailable):
        raise
    except (Unreadable, EditionUnreadable) as fault:
        _give_up(house, kept, str(fault), now)
    except Exception as fault:
        # No words of the fault: they may be words of the mail.
        place = traceback.extract_tb(fault.__traceback__)[-1]
        where = f"{place.filename.rpartition('/')[2]}:{place.lineno}"
        log.error("mail.failed", identity=kept.identity[:16], tries=tries, fault=type(fault).__name__, where=where)
    return True


def _try(house: House, kept: Kept, now: datetime) -> None:
    for left in range(CONFLICTS, 0, -1):
        try:
            with house.store.unit(purpose="sort") as unit:
                _sort(house, unit, kept, now)
            return
        except Conflict:
            if left == 1:
                raise


def _waits(unit: Unit, kept: Kept) -> bool:
    """Whether nobody has sorted it since it was read: another daemon may have had the mailbox meanwhile."""
    current = unit.inbox.get(kept.identity)
    return current is not None and current.state == "kept"


def _sort(house: House, unit: Unit, kept: Kept, now: datetime) -> None:
    if not _waits(unit, kept):
        return
    office = _office_of(house, kept)
    if office is None:
        raise Unreadable(f"No office reads the mailbox {kept.mailbox} any more.")
    large = oversize.too_large(unit, office, kept)
    mail = read_head(office, kept) if large else read_mail(office, kept)
    origin.note_stamp(unit, office, mail)
    outcome = _route(house, unit, office, mail, now, large or oversize.too_many(mail))
    read = {"kind": mail.kind.name, "sender": mail.sender, "text_digest": mail.text_digest}
    settling.settle(unit, kept.identity, outcome.state, outcome.reason, outcome.case, now=now, **read)
    if mail.message.message_id and not outcome.ours:
        # What is only suggested for a held mail is no evidence for the mails that answer it.
        case = outcome.case if outcome.state == "done" else ""
        unit.inbox.remember_message_id(mail.message.message_id, kept.identity, case)
    log.info("mail.sorted", identity=kept.identity[:16], kind=mail.kind.name, state=outcome.state, case=outcome.case)


def _office_of(house: House, kept: Kept) -> Office | None:
    return next((o for o in house.offices.values() if o.mailbox == kept.mailbox), None)


def _given_up(kept: Kept) -> str:
    return f"given up:{kept.identity}"


def _give_up(house: House, kept: Kept, why: str, now: datetime) -> None:
    """Quarantine, and tell the administrator in the same commit: a crash leaves no mail given up that nobody hears of.

    The tries so far are forgotten when an operator lets the mail be tried again.
    """
    office = _office_of(house, kept) or next(iter(house.offices.values()))
    facts = [
        ("Mail", kept.identity[:16]),
        ("Arrived", office.calendar.local_date(kept.arrived_at)),
        ("What is wrong", why),
        ("What to do", "See it with: mailflow quarantine"),
    ]
    try:
        with house.store.unit(purpose="quarantine") as unit:
            tries = _quarantine(unit, kept, why, now)
            key = f"quarantine:{kept.identity}:{tries}"
            tell_administrator(house, unit, office, key=key, facts=facts, now=now)
    except (Conflict, Unavailable):
        raise
    except Exception as fault:
        # Even if nobody can be told, this mail must not stand in the way of the next.
        log.error("quarantine.untold", identity=kept.identity[:16], fault=type(fault).__name__)
        with house.store.unit(purpose="quarantine_untold") as unit:
            _quarantine(unit, kept, why, now)
    log.warning("mail.quarantined", identity=kept.identity[:16])


def _quarantine(unit: Unit, kept: Kept, why: str, now: datetime) -> int:
    current = unit.inbox.get(kept.identity)
    tries = current.tries if current else 0
    settling.settle(unit, kept.identity, "quarantined", why, now=now)
    unit.meta.put(_given_up(kept), str(tries))
    return tries


def _route(  # noqa: PLR0911 - one way out for each kind of mail
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
