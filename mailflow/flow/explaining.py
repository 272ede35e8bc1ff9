"""Why a case stands where it stands: the stage in the paper's words, how it came there, who is waited for, what is due.

In: a case's log, its procedure, the office's register, now.
Out: an Explanation for officers; parties are told less (shown.party_stage and party_dates).
Fails: never.
Limits: what is foreseen supposes that nobody writes and that nothing in the register or the calendar changes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mailflow.flow import people, sealing, telling
from mailflow.flow.foreseeing import Foreseen, Look, after_mail, foresee
from mailflow.flow.history import history
from mailflow.flow.moment import Moment
from mailflow.flow.ports import House, Office
from mailflow.flow.regions import office_for
from mailflow.procedure.acts import IN_HOLD
from mailflow.procedure.case import HEADS, Case, Machine, day
from mailflow.procedure.deadlines import clock_words, long_date
from mailflow.procedure.decision import Decision
from mailflow.procedure.definition import MachineDef, Procedure
from mailflow.procedure.dispatch import owner_role
from mailflow.procedure.events import Contact, TimerDue
from mailflow.procedure.machine import sayable
from mailflow.store import Unit
from mailflow.store.log import Line

# These answer a question about one mail; they are no words for a case.
FOR_HELD_MAIL = frozenset({"belongs", "ignore", "new", "attribute", "confirm", "lost"})


@dataclass(frozen=True)
class Standing:
    """Where one machine of a case stands. title: "" for the case itself; since: local, in words; clauses: the paper's
    words that rule the stage; why: the event that brought it here, in words; awaited: the role and its people."""

    title: str
    stage: str
    state: str
    since: str
    owner: str
    clauses: tuple[str, ...]
    why: tuple[str, ...]
    awaited: str


@dataclass(frozen=True)
class MaySay:
    """What the holders of a role may say or do now: the words they write, or what their mail does."""

    who: str
    names: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Explanation:
    """Everything there is to say about a case's place in its procedure, in words; dates are local."""

    ref: str
    procedure: str
    edition: str
    newest: bool
    calendar: str
    standings: tuple[Standing, ...]
    hold: str
    dates: tuple[telling.DateWords, ...]
    foreseen: tuple[tuple[str, tuple[str, ...]], ...]
    may_say: tuple[MaySay, ...]
    always: tuple[str, ...]  # words that officers may say in every stage


def explain(
    house: House, unit: Unit, office: Office, procedure: Procedure, case: Case, lines: Sequence[Line], now: datetime
) -> Explanation:
    """The explanation of a case as it stands. `lines` is its log."""
    office = office_for(office, procedure, case)
    today = office.calendar.local_date(now)
    folk = people.people_of(office, procedure, case, today)
    live = case.live() or tuple(m for m in case.machines.values() if m.kind == procedure.main)
    shown = [m for m in live if m.kind == procedure.main] + [m for m in live if m.kind != procedure.main]
    terms = people.terms_for(house, unit, office, procedure, case, TimerDue("", "", "", 0, now), now)
    d = Decision(procedure, terms, case, now, office.calendar)
    letters = house.letters_of(office)

    def titled(letter: str) -> str:
        defined = procedure.letters.get(letter)
        return letters.title(f"{procedure.id}/{defined.template if defined else letter}")

    look = Look(procedure, terms, office.calendar, case, now, lambda address: _name(office, address), titled)
    return Explanation(
        ref=case.ref,
        procedure=procedure.title,
        edition=procedure.edition,
        newest=procedure.edition == office.procedure.edition,
        calendar=office.calendar.name,
        standings=tuple(_standing(unit, office, d, m, folk, lines) for m in shown),
        hold=_hold(case),
        dates=tuple(telling.next_dates(procedure, case)),
        foreseen=tuple((_when(office, one), one.what) for one in foresee(look)),
        may_say=tuple(_may_say(look, folk)),
        always=tuple(_always(procedure, case)),
    )


def of(moment: Moment) -> Explanation:
    """The explanation that a letter being worded may show."""
    lines = moment.unit.log.read(moment.case.ref)
    return explain(moment.house, moment.unit, moment.office, moment.procedure, moment.case, lines, moment.now)


def _standing(
    unit: Unit,
    office: Office,
    d: Decision,
    machine: Machine,
    folk: Mapping[str, tuple[Contact, ...]],
    lines: Sequence[Line],
) -> Standing:
    procedure, definition = d.procedure, d.definition(machine)
    state = definition.states[machine.state]
    title = "" if machine.kind == procedure.main else f"{definition.title} {machine.item or ''}".strip()
    owner = owner_role(d, machine)
    waits = procedure.roles.get(state.waits_for)
    return Standing(
        title=title,
        stage=state.stage,
        state=state.title,
        since=long_date(office.calendar.local_date(machine.since)),
        owner="" if state.ends else _holders(procedure, owner, folk),
        clauses=_clauses(definition, machine),
        why=_why(unit, office, procedure, machine, lines),
        awaited="" if state.ends or waits is None else _holders(procedure, waits.name, folk),
    )


def _clauses(definition: MachineDef, machine: Machine) -> tuple[str, ...]:
    """The paper's words that rule the stage: those of its clocks, without what the office has added."""
    clocks = (t for t in definition.timers.values() if machine.state in t.runs | t.stands | t.pauses and not t.extra)
    return tuple(dict.fromkeys(t.clause for t in clocks))


def _why(unit: Unit, office: Office, procedure: Procedure, machine: Machine, lines: Sequence[Line]) -> tuple[str, ...]:
    """What happened in the step that brought the machine into its state, in the words of the history."""
    moves = [
        line
        for line in lines
        if line.machine == machine.id and line.kind == "moved" and line.data["to"] == machine.state
        if line.data["from"] != line.data["to"]
    ]
    spawned = [line for line in lines if line.machine == machine.id and line.kind == "spawned"]
    brought = (moves or spawned)[-1:]
    if not brought:
        return ()
    wanted = {
        line.seq for line in lines if line.cause == brought[0].cause and line.kind in HEADS | {"timer", "settled"}
    }
    told = history(procedure, office.calendar, lines, lambda data: sealing.unseal(unit, data))
    found = []
    for entry in told:
        if entry.seq in wanted:
            who = f" ({_name(office, entry.who)})" if "@" in entry.who else ""
            found.append(f"{long_date(entry.day)}, {entry.time}: {entry.what}{who}")
    reason = str(brought[0].data.get("why") or "")
    return (*found, *([reason] if reason else []))


def _may_say(look: Look, folk: Mapping[str, tuple[Contact, ...]]) -> list[MaySay]:
    procedure, case = look.procedure, look.case
    now = {name for m in case.machines.values() for name in sayable(procedure, case, m)}
    if case.hold:  # everything else is refused until somebody resumes
        now = {name for name in now if procedure.verbs[name].in_hold}
    found = []
    for role in procedure.roles.values():
        names = _names(folk.get(role.name, ()))
        mine = {role.name, *role.also}
        words = [
            telling.plain_label(v.label)
            for v in procedure.verbs.values()
            if v.name in now and v.say and not v.part_of and not v.act and mine.intersection(v.by)
        ]
        if names and not role.is_officer and case.live() and _heard(procedure, case, role.name):
            stage = after_mail(look, role.name)
            words.append(f"any mail: the stage becomes {stage}" if stage else "any mail: the owner sees it")
        if words and names:
            found.append(MaySay(role.title, names, tuple(dict.fromkeys(words))))
    return found


def _heard(procedure: Procedure, case: Case, role: str) -> bool:
    """Whether some row of a live machine listens to mail of this role now."""
    return any(
        t.kind == "mail" and role in t.names
        for machine in case.live()
        for row in procedure.machines[machine.kind].rows_from(machine.state)
        for t in row.on
    )


def _always(procedure: Procedure, case: Case) -> list[str]:
    """What officers may say in any stage; on hold only what is heard then."""
    officers = {role.name for role in procedure.roles.values() if role.is_officer} | {"anyone"}
    verbs = [v for v in procedure.verbs.values() if v.act and v.say and officers.intersection(v.by)]
    fit = [v for v in verbs if (v.in_hold or v.act in IN_HOLD if case.hold else v.act != "resume")]
    return list(dict.fromkeys(telling.plain_label(v.label) for v in fit if v.act not in FOR_HELD_MAIL))


def _hold(case: Case) -> str:
    if not case.hold:
        return ""
    until = str(case.hold.get("until", ""))
    return f"On hold until {long_date(day(until))}." if until else "On hold."


def _when(office: Office, one: Foreseen) -> str:
    local = office.calendar.local(one.at)
    return f"{long_date(local.date())}, {clock_words(local.time().replace(second=0, microsecond=0))}"


def _holders(procedure: Procedure, role: str, folk: Mapping[str, tuple[Contact, ...]]) -> str:
    names = _names(folk.get(role, ()))
    return procedure.roles[role].title + (f" ({names})" if names else " (nobody is known)")


def _names(contacts: Sequence[Contact]) -> str:
    return ", ".join(c.name or c.email for c in contacts)


def _name(office: Office, address: str) -> str:
    known = office.register.person(address)
    return known.name if known and known.name else address
