"""One event, one transaction: read the log, fold, decide, render, append, agenda, outbox, views.

In: a unit of work, the case and the event, with the cause that makes it happen once.
Out: the facts decided; everything else is in the unit.
Fails: Conflict when another loop was first; never because of a letter's template (the case is then held visibly).
Limits: the only module that appends to the log of a case (architecture.md, invariant 6).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import reduce

from mailflow.errors import CannotRender
from mailflow.flow import (
    budget_news,
    closure,
    joining,
    people,
    posting,
    restored,
    running,
    sealing,
    shown,
    splitting,
    unrendered,
    view,
)
from mailflow.flow.moment import Moment
from mailflow.flow.office_mail import letter_for, put_office_letter, tell_administrator
from mailflow.flow.placing import askable
from mailflow.flow.ports import House, Office
from mailflow.flow.regions import calendar_of, office_for
from mailflow.flow.revealing import NamesProtected
from mailflow.mail import reference
from mailflow.procedure.case import Case, Fact, Sent, apply, fold
from mailflow.procedure.decision import Decision
from mailflow.procedure.definition import Procedure
from mailflow.procedure.events import Event, MailCame, TimerDue
from mailflow.procedure.joined import taken_back, told_late
from mailflow.procedure.machine import decide
from mailflow.procedure.recompute import recompute
from mailflow.store import Unit


def read_facts(unit: Unit, ref: str) -> list[Fact]:
    """The facts of a case as its log tells them, words included."""
    return sealing.facts_of(unit, unit.log.read(ref))


def read_case(unit: Unit, ref: str) -> Case:
    """The case as its log tells it."""
    return fold(read_facts(unit, ref))


def procedure_of(house: House, office: Office, case: Case) -> Procedure:
    """The edition that the case began with (or today's for a new one)."""
    return house.procedure_of(office, case.edition) if case.edition else office.procedure


def open_case(
    house: House,
    unit: Unit,
    office: Office,
    event: MailCame,
    *,
    cause: str,
    now: datetime,
    first: Callable[[str], None] = lambda ref: None,
) -> str:
    """A new case: its number is given out in this very transaction (G1); `first` is done before its letters."""
    year = office.calendar.local_date(event.at).year
    ref = restored.reference_for(unit, office, event.mail)
    ref = ref or reference.make(office.prefix, year, unit.numbers.next(office.prefix, year))
    first(ref)
    advance(house, unit, ref, event, cause=cause, now=now, actor=event.sender)
    return ref


def advance(
    house: House, unit: Unit, ref: str, event: Event, *, cause: str, now: datetime, actor: str = ""
) -> list[Fact]:
    """Decide and store what follows from an event. [] if this cause has been applied already."""
    if unit.log.knows(ref, cause):
        return []
    office = house.office_of(ref)
    told = read_facts(unit, ref)
    case = fold(told) if told else Case(ref=ref)
    procedure = procedure_of(house, office, case)
    terms = people.terms_for(house, unit, office, procedure, case, event, now)
    facts = decide(procedure, terms, case, event, now, office.all_calendars)
    facts = splitting.numbered(unit, office, case, facts)
    facts += _by_its_calendar(house, unit, office, procedure, case, facts, now)
    at = getattr(event, "at", now)
    record(house, unit, office, procedure, case, facts, cause=cause, now=now, actor=actor, at=at, told=told)
    budget_news.tell_of_planned(house, unit, office, terms, facts, now)
    return facts


def _by_its_calendar(
    house: House, unit: Unit, office: Office, procedure: Procedure, before: Case, facts: list[Fact], now: datetime
) -> list[Fact]:
    """K12: what was decided may have brought the case under another calendar; then its other dates follow."""
    case = reduce(apply, facts, before)
    calendar, why = calendar_of(office, procedure, case)
    if not facts or (calendar.name if why else "") == case.calendar:
        return []
    terms = people.terms_for(house, unit, office, procedure, case, TimerDue("", "", "", 0, now), now)
    return recompute(procedure, terms, case, now, office.all_calendars)


def record(
    house: House,
    unit: Unit,
    office: Office,
    procedure: Procedure,
    before: Case,
    facts: list[Fact],
    *,
    cause: str,
    now: datetime,
    actor: str,
    at: datetime,
    told: Sequence[Fact] | None = None,
) -> Case:
    """Append the facts and do what they say: letters, withdrawals, files, agenda, view.

    told: the facts that `before` is folded from, if they are at hand; they are read otherwise.
    """
    ref = before.ref
    office = office_for(office, procedure, reduce(apply, facts, before))
    unit.log.append(
        ref,
        before.seq,
        sealing.seal(unit, procedure, ref, facts, before.seq + 1),
        cause=cause,
        actor=actor,
        happened_at=at,
        recorded_at=now,
        edition=procedure.edition,
        calendar_edition=office.calendar.edition,
    )
    if not facts:
        return before
    if told is None:
        history = read_facts(unit, ref)
        after = fold(history)
    else:
        fresh = sealing.facts_of(unit, unit.log.read(ref, after=before.seq))
        history, after = [*told, *fresh], reduce(apply, fresh, before)
    moment = Moment(house, unit, office, procedure, after, facts, history, now)
    for fact in sorted(facts, key=lambda fact: _turn(procedure, fact)):
        _do(moment, fact)
    if after.hold and any(fact.kind == "letter" for fact in facts):
        _hold_letters(unit, office, procedure, after, now, True)
    for target, came in joining.changes(before, after):
        _join(house, unit, office, after, target, came, now)
    running.put(unit, procedure, after)
    unit.views.put(ref, procedure.id, view.state_of(procedure, after), view.summary(office, procedure, after, now))
    return after


def _join(house: House, unit: Unit, office: Office, source: Case, target: str, came: bool, now: datetime) -> None:
    """Tell the other case who joined it, or that an undo has parted the two; once for each."""
    case = joining.standing(target, lambda ref: read_case(unit, ref) if unit.log.last(ref) else None)
    cause = f"joined:{source.ref}/{source.seq}"
    if case is None or unit.log.knows(case.ref, cause):
        return
    procedure = procedure_of(house, office, case)
    facts = joining.facts(office, procedure, source, case, came, office.calendar.local_date(now))
    if not facts:
        return
    event = TimerDue("", "", "", 0, now)
    terms = people.terms_for(house, unit, office, procedure, case, event, now)
    d = Decision(procedure, terms, case, now, office.calendar)
    for fact in facts:
        d.emit(fact.kind, fact.machine, **fact.data)
    if came and not case.restricted:
        told_late(d, joining.newcomers(case, facts))
    taken_back(d, joining.gone(case, facts))
    record(house, unit, office, procedure, case, d.facts, cause=cause, now=now, actor="", at=now)


def _turn(procedure: Procedure, fact: Fact) -> int:
    """Files first: a letter may enclose the report that the same step asks for. Letters to officers last: they name
    what goes to the parties."""
    if fact.kind == "file":
        return 0
    role = procedure.roles.get(procedure.party_of(str(fact.data.get("role", ""))))
    return 2 if fact.kind == "letter" and (role is None or role.is_officer) else 1


def _do(moment: Moment, fact: Fact) -> None:
    unit, case, now = moment.unit, moment.case, moment.now
    match fact.kind:
        case "letter" if fact.data.get("status", "decided") == "decided":
            _put_letter(moment, fact)
        case "letter_withdrawn":
            unit.outbox.withdraw(str(fact.data["letter"]))
        case "held" | "released":
            _hold_letters(unit, moment.office, moment.procedure, case, now, bool(fact.kind == "held"))
        case "file":
            what = str(fact.data["what"])
            path, octets = closure.closure_file(moment.house, unit, moment.office, moment.procedure, case, what, now)
            unit.files.put(case.ref, path, octets, case.seq)
        case "split":
            first = shown.first_mail(moment)
            splitting.begin(moment.house, unit, moment.office, moment.procedure, case, first, fact, now, advance)


def _put_letter(moment: Moment, fact: Fact) -> None:
    """Render and compose a decided letter and put it in the outbox; one that cannot be rendered is shown, not lost."""
    unit, letter_id = moment.unit, str(fact.data["letter"])
    try:
        posting.put(moment, fact)
        unrendered.forget(unit, letter_id)
    except CannotRender as fault:
        unrendered.remember(unit, letter_id, str(fault))
        about = [("Case", moment.case.ref), ("Letter", str(fact.data["name"])), ("What is wrong", str(fault))]
        if isinstance(fault, NamesProtected):  # the officer's own words are for the officer to mend
            _tell_owner(moment, fact, about)
        with suppress(CannotRender):  # with all templates away the list of waiting letters is all that can be shown
            key = f"unrendered:{letter_id}"
            tell_administrator(moment.house, unit, moment.office, key=key, facts=about, now=moment.now)


def _tell_owner(moment: Moment, fact: Fact, about: list[tuple[str, object]]) -> None:
    """A letter waits because it would show a person who is protected: its owner hears at once."""
    to = askable(moment.unit, moment.office, moment.case.ref, moment.now)
    context = {"facts": about, "state_words": "a letter waits for your words"}
    key, template = f"protected:{fact.data['letter']}", letter_for(moment.office, "health")
    put_office_letter(moment.house, moment.unit, moment.office, template, to, context, key=key, now=moment.now)


def _waits_on_hold(procedure: Procedure, sent: Sent) -> bool:
    role = procedure.roles.get(procedure.party_of(sent.role))
    return role is not None and not role.is_officer and sent.name != procedure.acts.get("paused")


def keeps_back(procedure: Procedure, case: Case, letter_id: str) -> bool:
    """Whether the case is on hold and this letter of it waits for its end."""
    sent = case.letters.get(letter_id)
    if not case.hold or case.restricted or sent is None or sent.status != "decided":
        return False
    return _waits_on_hold(procedure, sent)


def _hold_letters(unit: Unit, office: Office, procedure: Procedure, case: Case, now: datetime, hold: bool) -> None:
    """Composition 10: letters to parties that nobody has claimed wait while the case is on hold. What a restricted
    case sends goes to those who may see it, and does not wait."""
    for sent in case.letters.values():
        if sent.status != "decided" or not _waits_on_hold(procedure, sent) or (hold and case.restricted):
            continue
        due = office.calendar.office_time(max(now, sent.leave_at) if sent.leave_at else now)
        unit.outbox.set_leave(sent.id, now + timedelta(days=unrendered.FAR) if hold else due)
