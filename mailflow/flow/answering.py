"""An officer's answer about a held mail: the mail becomes the event it was, with its original date.

In: an officer's mail that carries the tag of a held mail.
Out: the held mail placed, opened as a new case, or set aside; the officer answered once.
Fails: KeyError if the held mail is not in the inbox (it always is).
Limits: an accepted address counts for one case only and lives in that case's log (G2).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from mailflow.flow import advance as stepping
from mailflow.flow import buttons, colleagues, hearing, registering, returning, settling
from mailflow.flow.arrived import Mail, party_event, read_again
from mailflow.flow.opening import open_new
from mailflow.flow.people import ACCEPTED, speaker_on
from mailflow.flow.placing import Outcome, ask_next, file_mail, is_sealed
from mailflow.flow.ports import House, Office
from mailflow.flow.replying import doubt_person, reply_plainly
from mailflow.mail.commands import Saying
from mailflow.mail.munged import munged
from mailflow.procedure.case import Case, Fact, instant
from mailflow.procedure.deadlines import long_date
from mailflow.procedure.definition import Procedure
from mailflow.store import Unit
from mailflow.store.held import Held

PLACING = frozenset({"attribute", "belongs", "note", "ignore", "lost"})


def answer(house: House, unit: Unit, office: Office, mail: Mail, tag: str, now: datetime) -> Outcome:
    """An officer's answer about a held mail: done once, by whoever may, and only with proof of who answers (G7, G8)."""
    held = unit.held.by_tag(tag)
    if held is None or not held.open:
        told = "This mail has been dealt with already; nothing was changed."
        return _told(house, unit, office, mail, told, "an answer about a mail that has been dealt with", now)
    reading = hearing.read_words(office, office.procedure, mail)
    proof = buttons.prove(unit, office.procedure, Case(ref=tag), reading.codes, mail.sender)
    if mail.trust.failed or not (hearing.is_proved(unit, office, mail) or proof.state == "good"):
        doubt_person(house, unit, office, mail, now)
        return Outcome("done", "an answer that is not proved to be the officer's: nothing done")
    acts = [office.procedure.verbs[s.verb].act for s in reading.sayings]
    new = acts[:1] == ["new"] and set(acts[1:]) <= {"set"}
    if reading.doubts or not (new or (len(acts) == 1 and acts[0] in PLACING)):
        told = "Please answer with one of the choices of our question, as the first line."
        return _told(house, unit, office, mail, told, "an answer that was not understood", now)
    saying = reading.sayings[0]
    verb = office.procedure.verbs[saying.verb]
    roles = everything(office.procedure, hearing.actor_of(office, mail).roles)
    asked = is_sealed(unit, held) and mail.sender in colleagues.named_readers(office)  # whatever role they hold
    if "anyone" not in verb.by and roles.isdisjoint(verb.by) and not asked:
        who = office.procedure.roles[verb.by[0]].title
        return _told(house, unit, office, mail, f'Only {who} may say "{verb.label}".', "an answer by a wrong role", now)
    case, done, receipt = _settle_held(house, unit, office, mail, held, reading.sayings, now)
    if not done:
        return _told(house, unit, office, mail, receipt, "an answer that could not be carried out", now)
    unit.held.close(tag, f"{saying.verb} by {mail.sender}")
    ask_next(house, unit, office, held, verb.act == "ignore", now)
    if proof.digest:
        unit.codes.use(proof.digest, now)
    if not _writes_to(unit, case, hearing.actor_of(office, mail).address, now):
        reply_plainly(house, unit, office, mail, receipt, now, act="recorded")
    return Outcome("done", f"an answer about {tag}", case)


def everything(procedure: Procedure, roles: frozenset[str]) -> frozenset[str]:
    """Roles with those they include."""
    found = set(roles)
    for _ in procedure.roles:
        found |= {a for r in found if r in procedure.roles for a in procedure.roles[r].also}
    return frozenset(found)


def _told(house: House, unit: Unit, office: Office, mail: Mail, words: str, reason: str, now: datetime) -> Outcome:
    reply_plainly(house, unit, office, mail, words, now)
    return Outcome("done", reason)


def _settle_held(  # noqa: PLR0911 - one way out for each answer
    house: House, unit: Unit, office: Office, mail: Mail, held: Held, sayings: Sequence[Saying], now: datetime
) -> tuple[str, bool, str]:
    """Do what was answered: the case it went to, whether it was done, and what the officer is told."""
    original = read_again(unit, office, held.identity)
    saying = sayings[0]
    verb = office.procedure.verbs[saying.verb]
    case = str(saying.blanks.get("ref") or held.suggestion.get("case") or "")
    if verb.act == "lost":
        return _lost(house, unit, office, mail, held, original, now)
    if verb.act == "ignore":
        settling.settle(unit, held.identity, "done", "an officer said: not for us", now=now)
        return "", True, "The mail is set aside. It is kept, and nothing follows from it."
    if verb.act == "new":
        at = instant(held.suggestion["at"]) if held.suggestion.get("at") else original.kept.arrived_at
        named = registering.named_sender(office, sayings)
        given, problem = registering.fields_given(office, sayings)
        if problem:
            return "", False, problem
        # The address that a list has put into From is nobody's: who raised it is named, or asked for.
        rewritten = munged(original.message) is not None
        sender = named if rewritten else registering.raised_by(office, original.sender, named, given)
        by = hearing.actor_of(office, mail).address
        since = registering.stated(office, saying, at)
        outcome = open_new(house, unit, office, original, sender, since, now, by, given)
        _place(unit, original, outcome.case, outcome.reason, now)
        return outcome.case, True, f"The mail has become the {office.procedure.case_word} {outcome.case}."
    if not office.has(case) or not unit.log.last(case):
        word = office.procedure.case_word
        return "", False, f'We do not know which {word} you mean. Answer with "Belongs to" and its reference.'
    if verb.act == "note":
        file_mail(unit, office, original, case, "")
        _place(unit, original, case, "filed as a note", now)
        return case, True, f"The mail is on the file of {case} as a note. Nothing else follows from it."
    role = verb.role
    if not role and not saying.blanks.get("ref"):
        role = str(held.suggestion.get("role") or "")
    role = accept(house, unit, office, original, case, role, mail.sender, now)
    on = long_date(office.calendar.local_date(original.kept.arrived_at))
    title = office.procedure.roles[role].title.lower() if role in office.procedure.roles else ""
    if title:
        return case, True, f"The mail counts on {case} as one of the {title}, from {on}."
    return case, True, f"The mail is on the file of {case}. Nothing else follows from it."


def _lost(
    house: House, unit: Unit, office: Office, mail: Mail, held: Held, original: Mail, now: datetime
) -> tuple[str, bool, str]:
    """A held report is true: the letter it names did not arrive."""
    about, case = str(held.suggestion.get("report_on") or ""), str(held.suggestion.get("case") or "")
    if not about:
        return "", False, "This mail does not report on a letter of ours. Please answer with one of its choices."
    returning.believe(house, unit, original, about, hearing.actor_of(office, mail).address, now)
    _place(unit, original, case, "a delivery report that an officer believes", now)
    return case, True, "The letter counts as not delivered."


def _writes_to(unit: Unit, case: str, address: str, now: datetime) -> bool:
    """Whether the case itself writes to the officer because of the answer: one mail for one act (5.2)."""
    return bool(case) and any(
        letter.recorded_at == now and any(e.recipient == address for e in envelopes)
        for letter, envelopes in unit.outbox.of_case(case)
    )


def _place(unit: Unit, original: Mail, case: str, reason: str, now: datetime) -> None:
    """The mail has its case now; mails that answer it belong there too."""
    settling.settle(unit, original.kept.identity, "done", reason, case, now=now)
    unit.inbox.remember_message_id(original.message.message_id, original.kept.identity, case)


def accept(
    house: House, unit: Unit, office: Office, original: Mail, ref: str, role: str, by: str, now: datetime
) -> str:
    """A held mail becomes the event it was: with its original date, its sender accepted for this case only (G2).

    Returns the role as which it counts, "" when it is filed for a third party.
    """
    case = stepping.read_case(unit, ref)
    procedure = stepping.procedure_of(house, office, case)
    speaker = speaker_on(office, procedure, case, original.sender, office.calendar.local_date(now))
    if not role and speaker:
        role = speaker.role
    if not role:
        file_mail(unit, office, original, ref, "")
        _place(unit, original, ref, "filed for a third party", now)
        return ""
    if speaker is None and munged(original.message) is None:  # a whole list may not be accepted for one writer
        fact = Fact("field", procedure.main, {"name": ACCEPTED + original.sender, "value": role, "by": by})
        stepping.record(
            house,
            unit,
            office,
            procedure,
            case,
            [fact],
            cause=f"accept:{original.kept.identity}",
            now=now,
            actor=by,
            at=now,
        )
    file_mail(unit, office, original, ref, role)
    event = party_event(original, role, original.kept.arrived_at, ("by_officer",))
    stepping.advance(house, unit, ref, event, cause=original.cause, now=now, actor=original.sender)
    _place(unit, original, ref, f"accepted by {by}", now)
    return role
