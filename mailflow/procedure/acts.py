"""The acts every procedure has: note, status, undo, hold, resume, extend, correct a fact, and what a refusal says.

In: an accepted word whose verb names an act, or a refusal.
Out: facts; `received` gives back the event that the officer states.
Fails: Refused, with a sentence for the person who spoke.
Limits: the words for these acts are data; only their meaning stands here (architecture.md, "The shapes").
"""

from __future__ import annotations

from datetime import date, time, timedelta

from mailflow.procedure import dispatch, guards, timers, values
from mailflow.procedure.case import Act, Machine
from mailflow.procedure.decision import Decision, Refused
from mailflow.procedure.deadlines import long_date
from mailflow.procedure.definition import Verb
from mailflow.procedure.events import MailCame, Said, TimerDue
from mailflow.procedure.firing import withdraw_waiting

LAPSE, OVERDUE = "lapse", "overdue"


def all_roles(d: Decision, roles: frozenset[str]) -> frozenset[str]:
    """Roles with those they include: a deputy's or a manager's `also`."""
    found = set(roles)
    for _ in d.procedure.roles:
        found |= {a for r in found if r in d.procedure.roles for a in d.procedure.roles[r].also}
    return frozenset(found)


def head(d: Decision, said: Said, machine: str, final: bool = False) -> None:
    """The fact that a word was said: whose, what, and in which mail (G14)."""
    d.emit(
        "said",
        machine,
        verb=said.verb,
        actor=said.by.address,
        name=said.by.name,
        roles=sorted(said.by.roles),
        line=said.line,
        note=said.note,
        mail=said.mail,
        at=said.at.isoformat(),
        blanks={k: _plain(v) for k, v in said.blanks.items()},
        files=[{"mail": f.mail, "name": f.name, "size": f.size, "digest": f.digest} for f in said.files],
        final=final,
    )


def _plain(value: object) -> object:
    if isinstance(value, list | tuple):
        return [{k: values.plain(v) for k, v in i.items()} if isinstance(i, dict) else values.plain(i) for i in value]
    return values.plain(value)


def _main(d: Decision) -> Machine:
    return d.case.machines[d.procedure.main]


def _speakable(d: Decision, roles: frozenset[str]) -> tuple[str, ...]:
    """The verbs that this person may say in the stages that are live now."""
    found: list[str] = []
    for machine in d.case.machines.values():
        for row in d.definition(machine).rows_from(machine.state):
            for name in (n for t in row.on if t.kind == "said" for n in t.names):
                verb = d.procedure.verbs[name]
                if name not in found and ("anyone" in verb.by or not roles.isdisjoint(verb.by)):
                    found.append(name)
    return tuple(found)


def out_of_order(d: Decision, said: Said) -> None:
    """G6: a word that no stage listens to now."""
    title = d.definition(_main(d)).states[_main(d).state].title
    verb = d.procedure.verbs[said.verb]
    raise Refused(
        "asked",
        f'"{verb.label}" does not fit now: the {d.procedure.case_word} stands at "{title}".',
        _speakable(d, all_roles(d, said.by.roles)),
    )


def refuse(d: Decision, said: Said, refusal: Refused) -> None:
    """Nothing was taken: the log says so, and the person (and for a wrong role its holder) hears why (G6, G7)."""
    machine = _main(d)
    letter = d.procedure.acts["refused" if refusal.kind == "refused" else "which"]
    fact = "refused" if refusal.kind == "refused" else "asked"
    d.emit(
        fact,
        machine.id,
        verb=said.verb,
        actor=said.by.address,
        mail=said.mail,
        line=said.line,
        why=refusal.why,
        kind=refusal.kind,
        at=said.at.isoformat(),
    )
    choices = refusal.choices
    if refusal.kind == "asked" and choices == (said.verb,):
        choices = (said.verb, *(v for v in _speakable(d, all_roles(d, said.by.roles)) if v != said.verb))
    extra = {"kind": refusal.kind, "said": said.line, "verb": said.verb, "mail": said.mail}
    dispatch.send(d, machine, letter, why=refusal.why, buttons=choices, extra=extra)
    if refusal.role:
        extra["to_holder"] = True
        dispatch.send(
            d, machine, d.procedure.acts["refused_holder"], why=refusal.why, to_roles=(refusal.role,), extra=extra
        )


def receipt(d: Decision, sayings: tuple[Said, ...]) -> None:
    """At most one mail answers an act: the receipt rides on a task mail that goes to the same person (5.2)."""
    last = sayings[-1]
    if all(d.procedure.verbs[s.verb].act in ("status", "help") for s in sayings):
        return
    for fact in d.facts:
        if fact.kind == "letter" and last.by.address in fact.data["to"] and not fact.data.get("missing"):
            d.emit("receipt", fact.machine, letter=fact.data["letter"], verbs=[s.verb for s in sayings])
            return
    d.event = last
    dispatch.send(
        d, _main(d), d.procedure.acts["recorded"], extra={"verbs": [s.verb for s in sayings], "mail": last.mail}
    )


def act(d: Decision, said: Said, verb: Verb) -> MailCame | None:
    """Do one of the common acts. Returns the event that an officer states to have happened (Q18)."""
    match verb.act:
        case "note":
            head(d, said, _main(d).id)
            if verb.judges:
                d.emit("judged", _main(d).id, roles=list(verb.judges))
        case "status" | "help":
            d.emit("noted", _main(d).id, verb=said.verb, by=said.by.address, at=said.at.isoformat(), row="", why="")
            party = d.people_are_parties(said.by)
            dispatch.send(d, _main(d), d.procedure.acts[verb.act], extra={"party": party, "mail": said.mail})
        case "set":
            _set(d, said, verb)
        case "hold":
            _hold(d, said)
        case "resume":
            _resume(d, said)
        case "extend":
            _extend(d, said)
        case "no_extension":
            head(d, said, _main(d).id)
            _to_party(d, said, d.procedure.acts["new_date"], {"refused": True})
        case "undo":
            _undo(d, said)
        case "approve_correction":
            _correct(d, said)
        case "received":
            return _received(d, said)
        case _:
            out_of_order(d, said)
    return None


def _set(d: Decision, said: Said, verb: Verb) -> None:
    head(d, said, _main(d).id)
    value = values.plain(said.blanks.get("value", "yes"))
    d.emit("field", _main(d).id, name=verb.field, value=value)
    for name, also in dict(said.blanks.get("also") or {}).items():
        d.emit("field", _main(d).id, name=name, value=values.plain(also))


def _hold(d: Decision, said: Said) -> None:
    until, most = said.blanks.get("until"), int(str(d.setting(d.procedure.hold.max_setting)))
    if not isinstance(until, date) or until <= d.today:
        raise Refused("asked", "Give a date after today: \"Hold until 3 March: reason\".", (said.verb,))
    if until > d.today + timedelta(days=most):
        last = long_date(d.today + timedelta(days=most))
        raise Refused("asked", f"A hold lasts at most {most} days, so until {last}; it can be renewed.", (said.verb,))
    if not said.blanks.get("reason"):
        raise Refused("asked", "Say why: \"Hold until 3 March: reason\".", (said.verb,))
    if _main(d).ended:
        out_of_order(d, said)
    head(d, said, _main(d).id)
    d.emit(
        "held", _main(d).id, until=until.isoformat(), reason=said.blanks["reason"], by=said.by.address, at=d.at.isoformat()
    )
    timers.pause_all(d)
    nine = time(9)
    on = d.calendar.roll(until)
    steps = [(LAPSE, on), (OVERDUE, d.calendar.next_working_day(on))]
    _hold_timer(d, on, [[name, d.calendar.instant(day, nine).isoformat()] for name, day in steps])


def _hold_timer(d: Decision, on: date, steps: list[list[str]]) -> None:
    hold = d.procedure.hold
    d.emit(
        "timer_set",
        _main(d).id,
        timer=hold.timer,
        on=on.isoformat(),
        nominal=on.isoformat(),
        target=on.isoformat(),
        clause=hold.clause,
        working=f"on the date given, {long_date(on)}",
        rule="on the date",
        soft=False,
        anchor=d.today.isoformat(),
        steps=steps,
    )


def hold_step(d: Decision, event: TimerDue) -> None:
    """The hold's date has come: the owner is asked; with no answer those above hear, every week (composition 10)."""
    hold = d.procedure.hold
    if event.step == LAPSE:
        dispatch.send(d, _main(d), hold.letter, to_roles=("owner",), timer=hold.timer)
        return
    dispatch.send(d, _main(d), hold.lapse_letter, to_roles=(hold.above,), timer=hold.timer)
    again = d.calendar.roll(d.calendar.local_date(event.at) + timedelta(days=7))
    on = _main(d).timers[hold.timer].on
    _hold_timer(d, on, [[OVERDUE, d.calendar.instant(again, time(9)).isoformat()]])


def _resume(d: Decision, said: Said) -> None:
    if not d.case.hold:
        out_of_order(d, said)
    head(d, said, _main(d).id)
    d.emit("released", _main(d).id, by=said.by.address, at=d.at.isoformat())
    d.emit("timer_ended", _main(d).id, timer=d.procedure.hold.timer, how="resumed")
    timers.resume_all(d)


def _extendable(d: Decision, said: Said) -> list[tuple[Machine, str]]:
    n = said.blanks.get("n")
    found = []
    for machine in d.case.live():
        for name, definition in d.definition(machine).timers.items():
            held = machine.timers.get(name)
            if definition.extend and held and held.state == "running" and (n is None or machine.item == n):
                found.append((machine, name))
    return found


def _extend(d: Decision, said: Said) -> None:
    found = _extendable(d, said)
    if not found:
        out_of_order(d, said)
    if len(found) > 1:
        which = ", ".join(str(m.item) for m, _ in found)
        raise Refused("asked", f"Which one do you mean: {which}? Say \"Extend action (number) to (date)\".", (said.verb,))
    machine, name = found[0]
    why = guards.extension_refusal(d, machine, name)
    if why:
        raise Refused("asked", why, (said.verb,))
    head(d, said, machine.id)
    definition = d.definition(machine).timers[name]
    timers.set_timer(d, machine, definition, explicit=said.blanks["until"], extended=True)
    _to_party(d, said, d.procedure.acts["new_date"], {"timer": name}, d.case.machines[machine.id])


def _to_party(
    d: Decision, said: Said, letter: str, extra: dict[str, object], machine: Machine | None = None
) -> None:
    dispatch.send(d, machine or _main(d), letter, extra={**extra, "mail": said.mail})


def _received(d: Decision, said: Said) -> MailCame:
    on = said.blanks.get("on")
    role = d.definition(_main(d)).states[_main(d).state].waits_for
    if not role:
        out_of_order(d, said)
    if not isinstance(on, date) or on > d.today:
        raise Refused("asked", "Say on which day it came, not later than today: \"Received 3 March: …\".", (said.verb,))
    if on < d.calendar.local_date(_main(d).since):
        began = long_date(d.calendar.local_date(_main(d).since))
        raise Refused("asked", f"That day lies before {began}, when this stage began.", (said.verb,))
    head(d, said, _main(d).id)
    at = d.at if on == d.today else d.calendar.instant(on, time(12))
    return MailCame(role, max(at, _main(d).since), said.mail, "", stated_by=said.by.address, files=said.files)


# -- undo (Q33) -----------------------------------------------------------------------------------------------------


def _last_act(d: Decision, said: Said) -> Act | None:
    open_acts = [a for a in d.case.acts if not a.undone and d.procedure.verbs[a.verb].act != "note"]
    own = [a for a in open_acts if a.actor == said.by.address]
    if own:
        return own[-1]
    above = {r.above for r in d.procedure.roles.values() if r.above}
    return open_acts[-1] if open_acts and not said.by.roles.isdisjoint(above) else None


def _undo(d: Decision, said: Said) -> None:
    last = _last_act(d, said)
    if last is None:
        raise Refused("asked", "There is nothing of yours to undo here.")
    label = d.procedure.verbs[last.verb].label
    if last.final:
        raise Refused("asked", f'"{label}" cannot be undone.', _speakable(d, all_roles(d, said.by.roles)))
    since = [m for m in d.case.machines.values() if m.changed[0] > last.seq and m.changed[1] != "settled"]
    touched = {m.id for m in d.case.machines.values() if m.changed[0] >= last.seq}
    if any(m.id in touched for m in since):
        raise Refused("asked", f'"{label}" cannot be undone any more: something has happened on it since.')
    head(d, said, _main(d).id)
    gone = withdraw_waiting(d, last.seq)
    left = [
        s.id
        for s in d.case.letters.values()
        if s.seq > last.seq and d.is_party(s.role) and (s.id in gone or s.status == "sent")
    ]
    d.emit("undone", _main(d).id, act=last.seq, verb=last.verb, corrections=left, at=d.at.isoformat())


def _correct(d: Decision, said: Said) -> None:
    if not d.case.corrections:
        raise Refused("asked", "No correction is waiting for approval.")
    head(d, said, _main(d).id)
    for letter_id in d.case.corrections:
        wrong = d.case.letters[letter_id]
        dispatch.send(
            d,
            d.case.machines.get(wrong.machine, _main(d)),
            d.procedure.acts["correction"],
            to_roles=(wrong.role,),
            extra={"about": letter_id, "mail": said.mail},
        )
    d.emit("corrected", _main(d).id, at=d.at.isoformat())

