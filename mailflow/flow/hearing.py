"""Hearing officers: whose word it is, what was said, and the event it makes; and the few words parties may say.

In: a mail of an officer (or of a party with words of its own), its case if one is known.
Out: commands for the case, a note, or a question back; at most one mail answers an act (5.2).
Fails: Conflict when another loop was first.
Limits: a word counts only with proof of who speaks (G8): our server's verdict, internal origin, or a fresh code.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mailflow.flow import advance as stepping
from mailflow.flow import buttons, colleagues, origin, registering, revealing, unanswered
from mailflow.flow.arrived import Mail
from mailflow.flow.office_mail import letter_for, note, put_office_letter
from mailflow.flow.opening import open_new
from mailflow.flow.people import people_of, terms_for
from mailflow.flow.placing import Outcome, file_mail, hold
from mailflow.flow.ports import House, Office
from mailflow.flow.replying import alert, doubt_person, reply_plainly
from mailflow.flow.understanding import read_words
from mailflow.mail import commands
from mailflow.mail.correlate import Match
from mailflow.mail.spotting import People
from mailflow.procedure.case import Case
from mailflow.procedure.decision import Refused
from mailflow.procedure.definition import Procedure, Verb
from mailflow.procedure.events import Actor, Commands, Event, OwnLetter, Said
from mailflow.procedure.machine import question
from mailflow.store import Unit

SUBSCRIBING = {"weekly_on": True, "weekly_off": False}
MOST_ASKING = 4  # words, "Status please" with a name under it


@dataclass(frozen=True)
class Heard:
    """An officer's mail on a case, with everything read from it."""

    house: House
    unit: Unit
    office: Office
    mail: Mail
    case: Case
    procedure: Procedure
    actor: Actor
    now: datetime
    reading: commands.Reading
    cause: str = ""  # of the words of a mail that has opened the case as well

    def advance(self, event: Event) -> None:
        """Make the event happen on the case, once for this mail."""
        cause, actor = self.cause or self.mail.cause, self.actor.address
        stepping.advance(self.house, self.unit, self.case.ref, event, cause=cause, now=self.now, actor=actor)

    def done(self, reason: str) -> Outcome:
        """The mail is dealt with."""
        return Outcome("done", reason, self.case.ref)


def spoken_of(office: Office, mail: Mail) -> frozenset[str]:
    """References that a command in this mail takes as its object ("Duplicate of ...")."""
    reading = read_words(office, office.procedure, mail)
    return frozenset(str(s.blanks["ref"]) for s in reading.sayings if s.blanks.get("ref"))


def speaks_to_case(office: Office, mail: Mail) -> bool:
    """Whether an officer's mail says a word to a case that exists, and does not bring a new one."""
    acts = [office.procedure.verbs[s.verb].act for s in read_words(office, office.procedure, mail).sayings]
    return bool(acts) and not {"new", "help", "status", "note"} & set(acts)


def is_proved(unit: Unit, office: Office, mail: Mail) -> bool:
    """G8: our own server confirmed the sender, or the mail is of internal origin and no server said anything of it."""
    return mail.trust.passed or origin.is_internal(unit, office, mail)


def actor_of(office: Office, mail: Mail, case: Case | None = None, procedure: Procedure | None = None) -> Actor:
    """The colleague who wrote, with the roles held on the day of the mail, on this case if one is named."""
    person = colleagues.colleague(office, mail.sender)
    on = office.calendar.local_date(mail.kept.arrived_at)
    if case is None or procedure is None:
        return Actor(person.email, person.name, office.register.roles_of(mail.sender, on))
    return Actor(person.email, person.name, colleagues.roles_on(office, procedure, case, person.email, on))


# -- on a case ------------------------------------------------------------------------------------------------------


def on_case(  # noqa: PLR0911 - one way out for each way to be heard
    house: House, unit: Unit, office: Office, mail: Mail, case: Case, procedure: Procedure, now: datetime
) -> Outcome:
    """An officer's mail on a case: commands, a letter of their own in copy, or a note."""
    reading = read_words(office, procedure, mail)
    heard = Heard(house, unit, office, mail, case, procedure, actor_of(office, mail, case, procedure), now, reading)
    proof = buttons.prove(unit, procedure, case, reading.codes, mail.sender)
    if mail.trust.failed:
        # Kept, but not on the file: nobody should read it there as the officer's word.
        why = "our mail server could not confirm that the mail in your name came from you"
        _ask(heard, why, kind="refused")
        alert(house, unit, office, mail, now)
        return heard.done(f"refused, not confirmed to be the officer's: {mail.trust.why}")
    file_mail(unit, office, mail, case.ref, "")
    if proof.state in ("stale", "foreign"):
        why = "this has moved on since the button was made" if proof.state == "stale" else "the code is not yours"
        _ask(heard, f"Nothing was done, because {why}.")
        return heard.done(f"a {proof.state} code: asked")
    if reading.doubts:
        _ask(heard, reading.doubts[0].why, reading.doubts[0].verbs, reading.doubts[0].line)
        return heard.done("doubtful words: asked")
    if not is_proved(unit, office, mail) and proof.state != "good":
        return _prove_first(heard)
    if not reading.sayings:
        return _no_words(heard)
    said, problem = _sayings(heard, proof.verb if proof.state == "good" else "")
    if problem:
        _ask(heard, problem, (reading.sayings[0].verb,))
        return heard.done("words that name nobody we know: asked")
    heard.advance(Commands(said))
    if proof.digest:
        unit.codes.use(proof.digest, now)
    return heard.done("an officer's words")


def _sayings(heard: Heard, proved: str) -> tuple[tuple[Said, ...], str]:
    """The words as events, names resolved by the register; or a sentence about what could not be resolved."""
    said = []
    mail = heard.mail
    who = revealing.whom(heard.unit, heard.office, heard.procedure, heard.case)
    for saying in heard.reading.sayings:
        verb = heard.procedure.verbs[saying.verb]
        blanks = dict(saying.blanks)
        # The other acts say themselves what is missing.
        problem = registering.left_open(verb, blanks) if verb.act in ("", "set", "hold") else ""
        if verb.act == "set" and not problem:
            blanks, problem = registering.resolve(heard.office, heard.procedure, heard.case, verb, blanks)
        problem = problem or _names_protected(who, heard, verb, blanks)
        if problem:
            return (), problem
        said.append(
            Said(
                verb=saying.verb,
                by=heard.actor,
                at=mail.kept.arrived_at,
                mail=mail.kept.identity,
                blanks=blanks,
                line=saying.line,
                note=saying.note or heard.reading.note,
                files=mail.copies,
                confirmed=proved == buttons.CONFIRM + saying.verb,
            )
        )
    return tuple(said), ""


def _names_protected(who: People, heard: Heard, verb: Verb, blanks: Mapping[str, object]) -> str:
    """A sentence where words that may go into letters name a person whom the case protects (Q9), "" otherwise."""
    own = verb.act == "set" and heard.procedure.fields[verb.field].type != "text"
    if own or verb.act not in ("", "set", "approve_correction"):
        return ""
    found = revealing.of_words(who, blanks)
    if not found:
        return ""
    return f'Your words name a person who is protected here ("{found}"). Letters may quote them. Write them without.'


def _no_words(heard: Heard) -> Outcome:
    """A letter of the officer's own in copy, something that looks like a decision, or a note (5.2)."""
    mail = heard.mail
    role = _written_to(heard.office, heard.procedure, heard.case, mail, heard.now)
    if role:
        heard.advance(OwnLetter(role, mail.kept.arrived_at, mail.kept.identity, heard.actor.address, mail.copies))
        return heard.done("an officer's own letter to a party")
    if heard.reading.looks_like_decision:
        _ask(heard, "Your words look like a decision, but none of the words we know stands at the beginning.")
        return heard.done("words that look like a decision: asked")
    verb = next(v.name for v in heard.procedure.verbs.values() if v.act == "note")
    note_said = Said(
        verb, heard.actor, mail.kept.arrived_at, mail.kept.identity, {}, "", heard.reading.note, mail.files
    )
    who = heard.actor.address
    quiet = unanswered.is_silent(heard.unit, heard.office, heard.procedure, heard.case.ref, mail, verb, who, heard.now)
    heard.advance(Commands((note_said,), quiet))
    return heard.done("an officer's note")


def _written_to(office: Office, procedure: Procedure, case: Case, mail: Mail, now: datetime) -> str:
    """The party's role to which an officer wrote with the mailbox in copy, "" if none."""
    people = people_of(office, procedure, case, office.calendar.local_date(now))
    addressed = {a.email for a in (*mail.message.to, *mail.message.cc)}
    for role in procedure.roles.values():
        if not role.is_officer and any(c.email in addressed for c in people.get(role.name, ())):
            return role.name
    return ""


def _ask(heard: Heard, why: str, verbs: Sequence[str] = (), line: str = "", kind: str = "asked") -> None:
    """One question back; nothing moves (M51), or a refusal (M52)."""
    mail, sayings = heard.mail, heard.reading.sayings
    verb = (*verbs, *(s.verb for s in sayings), next(iter(heard.procedure.verbs)))[0]
    words = line or (sayings[0].line if sayings else mail.reply.new.strip()[:500])
    said = Said(verb, heard.actor, mail.kept.arrived_at, mail.kept.identity, {}, words)
    office, case = heard.office, heard.case
    terms = terms_for(heard.house, heard.unit, office, heard.procedure, case, Commands((said,)), heard.now)
    refusal = Refused(kind, why, tuple(verbs) or (verb,))
    facts = question(heard.procedure, terms, case, said, refusal, heard.now, office.all_calendars)
    stepping.record(
        heard.house,
        heard.unit,
        office,
        heard.procedure,
        case,
        facts,
        cause=heard.cause or mail.cause,
        now=heard.now,
        actor=heard.actor.address,
        at=mail.kept.arrived_at,
    )


def _prove_first(heard: Heard) -> Outcome:
    """Where our server says nothing, a fresh code sent to the registered address proves the person (G8)."""
    sayings = heard.reading.sayings
    if not sayings:
        return heard.done("an officer's mail without proof and without words: filed")
    why = "We cannot tell whether this mail came from you. To confirm it, answer with the button below."
    # All lines of the mail, so that what is confirmed is what was said, all or none (G11).
    _ask(heard, why, (sayings[0].verb,), "\n".join(s.line for s in sayings), kind="confirm")
    return heard.done("asked for proof of who speaks")


def first_words(house: House, unit: Unit, office: Office, mail: Mail, ref: str, now: datetime) -> None:
    """The words of a colleague's mail that has just opened the case (i02 to i05)."""
    case = stepping.read_case(unit, ref)
    reading, actor = read_words(office, office.procedure, mail), actor_of(office, mail, case, office.procedure)
    heard = Heard(house, unit, office, mail, case, office.procedure, actor, now, reading, f"{mail.cause}/words")
    said, problem = _sayings(heard, "")
    if problem:
        _ask(heard, problem, (reading.sayings[0].verb,))
    else:
        heard.advance(Commands(said))


# -- without a case --------------------------------------------------------------------------------------------------


def without_case(  # noqa: PLR0911 - as on_case
    house: House, unit: Unit, office: Office, mail: Mail, match: Match, now: datetime
) -> Outcome:
    """An officer's mail that names no case: a new concern they received, a subscription, help, or a question back."""
    reading = read_words(office, office.procedure, mail)
    if mail.trust.failed:
        doubt_person(house, unit, office, mail, now)
        return Outcome("done", f"refused, not confirmed to be the officer's: {mail.trust.why}")
    inner = registering.forwarded_senders(mail, office)
    if not is_proved(unit, office, mail):
        why = f"nothing shows that {mail.sender} really sent it"
        return hold(house, unit, office, mail, why, now, case=match.guess, senders=inner)
    acts = [office.procedure.verbs[s.verb].act for s in reading.sayings]
    if acts and acts[0] == "new":
        named = registering.named_sender(office, reading.sayings)
        given, problem = registering.fields_given(office, reading.sayings)
        if problem:
            reply_plainly(house, unit, office, mail, problem, now)
            return Outcome("done", "a new case with a name that nobody knows: asked")
        raised_by = registering.raised_by(office, mail.sender, named, given)
        at = registering.stated(office, reading.sayings[0], mail.kept.arrived_at)
        from_outside = not colleagues.raised_by_staff(office.procedure)
        if inner and raised_by and not named and set(inner) != {mail.sender} and from_outside:
            why = "the concern seems to come from somebody else, and nothing is sent to them before you confirm it"
            officer = actor_of(office, mail).address
            return hold(house, unit, office, mail, why, now, senders=inner, to=[officer], at=at)
        by = actor_of(office, mail).address
        return open_new(house, unit, office, mail, raised_by, at, now, by, given)
    if acts and acts[0] in SUBSCRIBING:
        data = {"address": actor_of(office, mail).address, "on": SUBSCRIBING[acts[0]]}
        note(unit, office, [("subscription", data)], cause=mail.cause, now=now)
        words = "You will get" if data["on"] else "You will no longer get"
        reply_plainly(house, unit, office, mail, f"{words} the weekly summary.", now, act="recorded")
        return Outcome("done", "a subscription changed")
    if acts and acts[0] in ("help", "status"):
        _help(house, unit, office, mail, now)
        return Outcome("done", "help sent")
    if reading.sayings:
        word = office.procedure.case_word
        reply_plainly(
            house, unit, office, mail, f"We cannot see which {word} you mean. Put its reference in the subject.", now
        )
        return Outcome("done", "words without a case: asked")
    why = "an officer has written without a reference"
    return hold(house, unit, office, mail, why, now, case=match.guess, senders=inner)


def as_the_mailbox(house: House, unit: Unit, office: Office, mail: Mail, ref: str, now: datetime) -> Outcome:
    """A letter that somebody sent as the shared mailbox: filed; the owner is asked if it looks like a step."""
    if mail.trust.failed:
        why = f"it bears our own address, but our mail server could not confirm that ({mail.trust.why})"
        return hold(house, unit, office, mail, why, now, case=ref)
    if not ref:
        return Outcome("done", "sent as the mailbox, without a reference")
    case = stepping.read_case(unit, ref)
    procedure = stepping.procedure_of(house, office, case)
    file_mail(unit, office, mail, ref, "")
    role = _written_to(office, procedure, case, mail, now)
    if role:
        who = mail.message.sender.email if mail.message.sender else office.address
        event = OwnLetter(role, mail.kept.arrived_at, mail.kept.identity, who, mail.copies)
        stepping.advance(house, unit, ref, event, cause=mail.cause, now=now, actor=who)
    return Outcome("done", "sent as the mailbox", ref)


def _help(house: House, unit: Unit, office: Office, mail: Mail, now: datetime) -> None:
    verbs = [v for v in office.procedure.verbs.values() if v.say and not v.part_of]
    context = {
        "commands": [{"words": v.label, "meaning": ""} for v in verbs],
        "choices": [v.label for v in verbs],
        "stage": None,
        "case": None,
        "said": None,
        "mail": None,
    }
    put_office_letter(
        house,
        unit,
        office,
        letter_for(office, "help"),
        [mail.sender],
        context,
        key=f"help:{mail.kept.identity}",
        now=now,
        auto_submitted="auto-replied",
    )


# -- parties' own words -----------------------------------------------------------------------------------------------


def party_words(
    house: House,
    unit: Unit,
    office: Office,
    mail: Mail,
    case: Case,
    procedure: Procedure,
    role: str,
    now: datetime,
) -> Outcome | None:
    """The few words a party may say (validated, status, help); None if the mail is simply their mail (G7)."""
    own = [
        v.name for v in procedure.verbs.values() if role in v.by or (v.act in ("status", "help") and "anyone" in v.by)
    ]
    reading = read_words(office, procedure, mail, own)
    if not reading.sayings or reading.doubts:
        return None
    asking = {procedure.verbs[s.verb].act for s in reading.sayings} <= {"status", "help"}
    if asking and (reading.note or len(mail.reply.new.split()) > MOST_ASKING or mail.message.attachments):
        return None  # "Status: we have changed the rota" is an answer, not a question
    name = mail.message.from_.name if mail.message.from_ else ""
    actor = Actor(mail.sender, name, frozenset({role}))
    heard = Heard(house, unit, office, mail, case, procedure, actor, now, reading)
    said, _ = _sayings(heard, "")
    file_mail(unit, office, mail, case.ref, role)
    heard.advance(Commands(said))
    return heard.done("a party's own words")
