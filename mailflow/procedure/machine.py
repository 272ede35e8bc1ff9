"""The decision: what follows from an event, as facts. Pure: same case, event, now and terms, same facts.

In: procedure, terms, case, event, now, calendars.
Out: facts (a refused word is a fact too).
Fails: ValueError if the procedure file contradicts itself in a way the reader could not see.
Limits: one case at a time; flow/advance.py makes the transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from mailflow.procedure import acts, by_post, dispatch, guards, ranking
from mailflow.procedure.calendar import Calendar
from mailflow.procedure.case import Case, Fact, Machine
from mailflow.procedure.decision import Decision, Refused, Signal
from mailflow.procedure.definition import Procedure, Row, Trigger
from mailflow.procedure.events import Commands, Event, LetterSettled, MailCame, OwnLetter, Said, Terms, TimerDue
from mailflow.procedure.firing import end_children_if_done, fire
from mailflow.procedure.timers import FIRE, act_again, firm_up, settle_timers


def decide(
    procedure: Procedure, terms: Terms, case: Case, event: Event, now: datetime, calendars: Mapping[str, Calendar]
) -> list[Fact]:
    """The facts that follow. [] means: nothing to do (an event that came too late to mean anything)."""
    return decided(procedure, terms, case, event, now, calendars).facts


def decided(
    procedure: Procedure, terms: Terms, case: Case, event: Event, now: datetime, calendars: Mapping[str, Calendar]
) -> Decision:
    """The same with the case as it then stands: `facts` are what follows, `case` has them applied."""
    calendar = calendars[terms.calendar]
    if isinstance(event, Commands):
        return _all_or_none(procedure, terms, case, event, now, calendar)
    d = Decision(procedure, terms, case, now, calendar)
    _take(d, event)
    return d


def question(
    procedure: Procedure,
    terms: Terms,
    case: Case,
    said: Said,
    refusal: Refused,
    now: datetime,
    calendars: Mapping[str, Calendar],
) -> list[Fact]:
    """Facts for words that were not understood or not proved: nothing moves, the person is asked (M51, M52)."""
    d = Decision(procedure, terms, case, now, calendars[terms.calendar])
    d.event, d.at = said, said.at
    acts.refuse(d, said, refusal)
    return d.facts


def _all_or_none(
    procedure: Procedure, terms: Terms, case: Case, event: Commands, now: datetime, calendar: Calendar
) -> Decision:
    """G11: the words of one mail in order, all or none; a refusal says why and what may be said."""
    d = Decision(procedure, terms, case, now, calendar)
    sayings = ranking.heard(procedure, event.sayings)
    said = sayings[0]
    try:
        for said in sayings:
            _take(d, said)
    except Refused as refusal:
        d = Decision(procedure, terms, case, now, calendar)
        d.event, d.at = said, said.at
        acts.refuse(d, said, refusal)
        return d
    if d.facts and not event.quiet:
        acts.receipt(d, sayings)
    return d


def _take(d: Decision, event: Event) -> None:
    """One event: its head fact, the row it sets off, and every signal that follows."""
    # Dates run from when a clock truly acted, however late: never back-dated (G10).
    d.event, d.at = event, d.now if isinstance(event, TimerDue) else event.at
    match event:
        case MailCame():
            _mail(d, event)
        case Said():
            _said(d, event)
        case OwnLetter():
            told = {"role": event.role, "mail": event.mail, "by": event.by, "files": [f.named for f in event.files]}
            d.emit("own_letter", d.procedure.main, **told, at=event.at.isoformat())
            _first_row(d, "own_letter", event.role)
        case TimerDue():
            _timer(d, event)
        case LetterSettled():
            _settled(d, event)
    _run_signals(d)


def _matching(d: Decision, machine: Machine, kind: str, *names: str) -> list[Row]:
    return [
        row
        for row, triggers in d.definition(machine).rows_hearing(machine.state, kind)
        if any(any(n in t.names for n in names) and _under_setting(d, t) for t in triggers)
    ]


def _under_setting(d: Decision, trigger: Trigger) -> bool:
    if not trigger.setting:
        return True
    name, _, wanted = trigger.setting.partition(" = ")
    return str(d.setting(name)) == wanted


def failing(d: Decision, machine: Machine | None, row: Row, signal: Signal | None = None) -> tuple[str, str]:
    """(guard, why) of the first guard that does not hold, or ("", "")."""
    scene = guards.Scene(machine, row, signal, machine.state if machine else "")
    for phrase in row.needs:
        why = guards.check(d, scene, phrase)
        if why:
            return phrase, why
    if row.needs_any:
        reasons = [guards.check(d, scene, phrase) for phrase in row.needs_any]
        if all(reasons):
            return row.needs_any[0], reasons[0]
    return "", ""


def _first_row(d: Decision, kind: str, *names: str, machine: Machine | None = None) -> bool:
    """Fire the first row that this event sets off, case first, then its children."""
    candidates = [machine] if machine else list(d.case.machines.values())
    for one in candidates:
        for row in _matching(d, one, kind, *names):
            if not failing(d, one, row)[0]:
                fire(d, row, one.id)
                return True
    return False


# -- mail ---------------------------------------------------------------------------------------------------------


def _mail(d: Decision, event: MailCame) -> None:
    main = d.procedure.main
    if not d.case.machines:
        of = {"ref": d.case.ref, "procedure": d.procedure.id, "edition": d.procedure.edition}
        d.emit("opened", main, **of, at=event.at.isoformat())
        for name, value in event.stated.items():
            d.emit("field", main, name=name, value=value)
    role = d.procedure.roles.get(event.role)
    counts_as = role.counts_as if role and role.counts_as else event.role
    d.emit(
        "mail",
        main,
        role=d.procedure.opened_by if event.role == "anyone" else counts_as,
        mail=event.mail,
        sender=event.sender,
        at=event.at.isoformat(),
        flags=list(event.flags),
        stated_by=event.stated_by,
        files=[{"name": f.name, "size": f.size, "digest": f.digest} for f in event.files],
    )
    if not d.case.machines:
        row = next(r for r in d.procedure.top.rows if any(t.kind == "mail" and "anyone" in t.names for t in r.on))
        d.emit("spawned", main, kind=main, state=row.to, at=d.at.isoformat())
        fire(d, row, main)
    elif d.case.hold:
        # Composition 10: filed, the owner told, no clock moved; it is taken up when the hold ends.
        kept = {"role": counts_as, "mail": event.mail, "sender": event.sender, "held": True}
        d.emit("filed", main, **kept, at=event.at.isoformat())
        dispatch.send(d, d.case.machines[main], d.procedure.acts["filed"])
    else:
        _take_up(d, counts_as)


def _take_up(d: Decision, role: str) -> None:
    """The first row that waits for mail of this role; none: it is filed and the owner sees it (G6)."""
    if not _first_row(d, "mail", role):
        d.emit("filed", d.procedure.main, mail=d.event.mail, role=role)
        dispatch.send(d, d.case.machines[d.procedure.main], d.procedure.acts["filed"])


# -- words --------------------------------------------------------------------------------------------------------


def _said(d: Decision, said: Said) -> None:
    verb = d.procedure.verbs[said.verb]
    roles = acts.all_roles(d, said.by.roles)
    if not d.may_see(said.by.address):
        raise Refused("refused", "This person may not see the case.")
    # A restricted case has no officers left but its readers, who must be able to close what is open on it.
    reads = bool(d.case.restricted and verb.act and not d.people_are_parties(said.by))
    if "anyone" not in verb.by and roles.isdisjoint(verb.by) and not reads:
        holder = next((r for r in verb.by if d.procedure.roles[r].is_officer), "")
        title = d.procedure.roles[holder or verb.by[0]].title
        raise Refused("refused", f'Only {title} may say "{verb.label}".', role=holder)
    if d.case.hold and verb.act not in acts.IN_HOLD and not verb.in_hold:
        acts.in_hold(d, said)
    if _rows_for(d, said) and (verb.act != "set" or _passing(d, said)):
        _say_row(d, said)
    elif verb.act:
        for mail in acts.act(d, said, verb):
            d.event = mail
            if "in hold" in mail.flags:
                _take_up(d, mail.role)
            else:
                d.at = mail.at
                _mail(d, mail)
        d.event = said
    else:
        acts.out_of_order(d, said)
    _run_signals(d)


def _rows_for(d: Decision, said: Said) -> list[tuple[Machine, list[Row]]]:
    n = said.blanks.get("n")
    found = []
    for machine in d.case.machines.values():
        rows = _matching(d, machine, "said", said.verb)
        if rows and (n is None or not d.definition(machine).item or machine.item == n):
            found.append((machine, rows))
    if n is not None and any(m.item for m, _ in found):
        found = [(m, rows) for m, rows in found if m.item]
    return found


def _passing(d: Decision, said: Said) -> bool:
    """Whether a row answers to the word now; a word that only sets a field is otherwise taken as that."""
    return any(not failing(d, machine, row)[0] for machine, rows in _rows_for(d, said) for row in rows)


def _say_row(d: Decision, said: Said) -> None:
    found = _rows_for(d, said)
    order = list(d.procedure.machines)
    found.sort(key=lambda pair: order.index(pair[0].kind))
    found = [pair for pair in found if pair[0].kind == found[0][0].kind]
    refusal: tuple[Row, str, str] | None = None
    passing: list[tuple[Machine, Row]] = []
    for machine, rows in found:
        for row in ranking.sayable_by(d.procedure, rows, said):
            phrase, why = failing(d, machine, row)
            if not phrase:
                passing.append((machine, row))
                break
            refusal = refusal or (row, phrase, why)
    if len(passing) > 1:
        which = ", ".join(str(m.item) for m, _ in passing)
        title = d.definition(passing[0][0]).title.lower()
        raise Refused("asked", f"Which {title} do you mean: {which}? Say the number.", (said.verb,))
    if not passing:
        row, phrase, why = refusal
        words = next((w for start, w in row.otherwise.items() if phrase.startswith(start)), why)
        kind = "confirm" if phrase.endswith("confirmed") and _confirmable(d, row) else "asked"
        raise Refused(kind, words, (said.verb,))
    machine, row = passing[0]
    acts.head(d, said, machine.id, final=row.no_undo)
    fire(d, row, machine.id)
    if d.case.hold and acts.main_of(d).ended and not d.case.hold.get("breach"):
        acts.over(d, said)  # a word that is heard in a hold has ended the case; a breach waits until it is closed


def _confirmable(d: Decision, row: Row) -> bool:
    """Whether only the confirmation is missing (G7), so that a fresh code is all that is asked for."""
    return not d.event.confirmed and all(
        p.endswith("confirmed") or not guards.check(d, guards.Scene(None, row), p)
        for p in row.needs
        if not p.startswith(("field", "came", "was"))
    )


# -- clocks and letters --------------------------------------------------------------------------------------------


def _timer(d: Decision, event: TimerDue) -> None:
    machine = d.case.machines.get(event.machine)
    timer = machine.timers.get(event.timer) if machine else None
    if timer is None or timer.set_seq != event.set_seq or timer.state != "running":
        return
    if not timer.steps or timer.steps[0][0] != event.step:
        return
    d.emit("timer", machine.id, timer=event.timer, step=event.step, at=event.at.isoformat())
    if event.timer == d.procedure.hold.timer:
        acts.hold_step(d, event)
        return
    if event.step == FIRE:
        fired = _first_row(d, "timer", event.timer, machine=d.case.machines[machine.id])
        held, definition = (
            d.case.machines[machine.id].timers.get(event.timer),
            d.definition(machine).timers[event.timer],
        )
        if held and held.set_seq == event.set_seq and definition.once:
            d.emit("timer_ended", machine.id, timer=event.timer, how="done")
        elif definition.again and not fired and _matching(d, machine, "timer", event.timer):
            act_again(d, machine.id, definition)
        return
    later = timer.steps[1:]
    if later and later[0][0] != FIRE and later[0][1] <= d.now:
        return  # after an outage only the last rung that has come due is told (G10)
    definition = d.definition(machine).timers[event.timer]
    rung = definition.ladder[int(event.step.split()[1])]
    if not definition.shared:
        dispatch.send(d, machine, rung.letter, to_roles=rung.to, timer=event.timer, extra={"rung": rung.offset})


def _settled(d: Decision, event: LetterSettled) -> None:
    letter = d.case.letters.get(event.letter)
    if letter is None or letter.status in (event.result, "withdrawn", "bounced"):
        return
    d.emit(
        "settled",
        letter.machine if letter.machine in d.case.machines else d.procedure.main,
        letter=event.letter,
        result=event.result,
        at=event.at.isoformat(),
        detail=event.detail,
    )
    if event.result == "sent":
        firm_up(d, event.letter)
    # A letter of the case's own may be awaited by the case, a child's letter by that child.
    machine = d.case.machines.get(letter.machine)
    if machine is None:
        return
    if event.result == "bounced" and letter.name != d.procedure.acts["undelivered"]:
        if not _first_row(d, "bounced", letter.name, machine=machine):
            dispatch.send(d, machine, d.procedure.acts["undelivered"], extra={"about": event.letter})
    check_sent(d, machine.id)


def check_sent(d: Decision, machine_id: str) -> None:
    """Fire a row that waited for several letters, once all have left or cannot (c43, d6)."""
    machine = d.case.machines[machine_id]
    for row in d.definition(machine).rows_from(machine.state):
        for trigger in row.on:
            if trigger.kind == "sent" and _all_sent(d, machine, trigger) and not failing(d, machine, row)[0]:
                fire(d, row, machine.id)
                return


def _all_sent(d: Decision, machine: Machine, trigger: Trigger) -> bool:
    since = d.case.set_by.get(trigger.since, (0, ""))[0] if trigger.since else machine.entered
    for name in (*trigger.names, *trigger.tried):
        letter = d.case.last_letter(name, machine.id)
        done = ("sent", "impossible", "bounced") if name in trigger.tried else ("sent",)
        if letter is None or letter.seq < since or letter.status not in done:
            return False
    return True


# -- signals ------------------------------------------------------------------------------------------------------


def _run_signals(d: Decision) -> None:
    """Run spawned, told and ended signals to completion, in order (bounded by Decision.signal)."""
    while d.signals:
        signal = d.signals.popleft()
        if signal.name == "check sent":
            check_sent(d, signal.machine)
            continue
        if signal.name == by_post.SIGNAL:
            settle_timers(d, signal.machine)
            continue
        machine = d.case.machines.get(signal.machine)
        if machine is None:
            continue
        kind = "children" if signal.name == "ended" else "signal"
        for row in _matching(d, machine, kind, signal.name):
            if not failing(d, machine, row, signal)[0]:
                fire(d, row, machine.id, signal)
                break
    end_children_if_done(d)
    if d.signals:
        _run_signals(d)


def sayable(procedure: Procedure, case: Case, machine: Machine) -> list[str]:
    """Verbs that a row of the machine's state listens to, in the file's order."""
    rows = procedure.machines[machine.kind].rows_from(machine.state)
    return list(dict.fromkeys(n for r in rows for t in r.on if t.kind == "said" for n in t.names))
