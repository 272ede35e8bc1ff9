"""An officer's answer about a held mail: the mail becomes the event it was, with its original date.

In: an officer's mail that carries the tag of a held mail.
Out: the held mail placed, opened as a new case, or set aside; the officer answered once.
Fails: KeyError if the held mail is not in the inbox (it always is).
Limits: an accepted address counts for one case only and lives in that case's log (G2).
"""

from __future__ import annotations

from datetime import datetime

from mailflow.flow import advance as stepping
from mailflow.flow import buttons, hearing
from mailflow.flow.arrived import Mail, party_event, read_again
from mailflow.flow.opening import open_new
from mailflow.flow.people import ACCEPTED, speaker_on
from mailflow.flow.placing import Outcome, file_mail
from mailflow.flow.ports import House, Office
from mailflow.procedure.case import Case, Fact
from mailflow.store import Unit
from mailflow.store.held import Held


def answer(house: House, unit: Unit, office: Office, mail: Mail, tag: str, now: datetime) -> Outcome:
    """An officer's answer about a held mail: done once, and only with proof of who answers (G8)."""

    held = unit.held.by_tag(tag)
    if held is None or not held.open:
        hearing.reply_plainly(
            house, unit, office, mail, "This mail has been dealt with already; nothing was changed.", now
        )
        return Outcome("done", "an answer about a mail that has been dealt with")
    reading = hearing.read_words(office, office.procedure, mail)
    proof = buttons.prove(unit, Case(ref=tag), reading.codes, mail.sender)
    if not hearing.is_proved(office, mail) and proof.state != "good":
        hearing.doubt_person(house, unit, office, mail, now)
        return Outcome("held", "an answer that is not proved to be the officer's")
    if len(reading.sayings) != 1:
        hearing.reply_plainly(
            house, unit, office, mail, "Please answer with one of the choices of our question, as the first line.", now
        )
        return Outcome("done", "an answer that was not understood")
    saying = reading.sayings[0]
    verb = office.procedure.verbs[saying.verb]
    done = _settle_held(house, unit, office, mail, held, verb.act, verb.role, str(saying.blanks.get("ref", "")), now)
    if done.startswith("?"):
        hearing.reply_plainly(house, unit, office, mail, done[1:], now)
        return Outcome("done", "an answer that could not be carried out")
    unit.held.close(tag, f"{saying.verb} by {mail.sender}")
    if proof.digest:
        unit.codes.use(proof.digest, now)
    return Outcome("done", f"an answer about {tag}", done)


def _settle_held(
    house: House, unit: Unit, office: Office, mail: Mail, held: Held, act: str, role: str, ref: str, now: datetime
) -> str:
    """Do what was answered; the case it went to, "" for none, or "?" and a sentence."""

    original = read_again(unit, office, held.identity)
    case = ref or str(held.suggestion.get("case") or "")
    if act == "ignore":
        unit.inbox.settle(held.identity, "done", "an officer said: not for us")
        return ""
    if act == "new":
        at = original.kept.arrived_at
        outcome = open_new(house, unit, office, original, original.sender, at, now)
        unit.inbox.settle(held.identity, "done", outcome.reason, outcome.case)
        return outcome.case
    if not case or not unit.log.last(case):
        return (
            f'?We do not know which {office.procedure.case_word} you mean. Answer with "Belongs to" and its reference.'
        )
    if act == "note":
        file_mail(unit, office, original, case, "")
        unit.inbox.settle(held.identity, "done", "filed as a note", case)
        return case
    role = role or str(held.suggestion.get("role") or "")
    return accept(house, unit, office, original, case, role, mail.sender, now)


def accept(
    house: House, unit: Unit, office: Office, original: Mail, ref: str, role: str, by: str, now: datetime
) -> str:
    """A held mail becomes the event it was: with its original date, its sender accepted for this case only (G2)."""

    case = stepping.read_case(unit, ref)
    procedure = stepping.procedure_of(house, office, case)
    speaker = speaker_on(office, procedure, case, original.sender, office.calendar.local_date(now))
    if not role and speaker:
        role = speaker.role
    if not role:
        file_mail(unit, office, original, ref, "")
        unit.inbox.settle(original.kept.identity, "done", "filed for a third party", ref)
        return ref
    if speaker is None:
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
    unit.inbox.settle(original.kept.identity, "done", f"accepted by {by}", ref)
    return ref
