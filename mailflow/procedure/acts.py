"""The acts every procedure has: note, status, undo, hold, resume, extend, correct a fact, and what a refusal says.

In: an accepted word whose verb names an act, or a refusal.
Out: facts; `received` gives back the event that the officer states.
Fails: Refused, with a sentence for the person who spoke.
Limits: the words for these acts are data; only their meaning stands here (architecture.md, "The shapes").
"""

from __future__ import annotations

from datetime import date, time, timedelta

from mailflow.procedure import breaching, by_post, dispatch, following, guards, posted, timers, values
from mailflow.procedure.answers import all_roles, head, main_of, out_of_order, receipt, refuse, speakable
from mailflow.procedure.case import Act, Machine, day, instant
from mailflow.procedure.deadlines import long_date
from mailflow.procedure.decision import Decision, Refused
from mailflow.procedure.definition import Verb
from mailflow.procedure.events import MailCame, Said, TimerDue
from mailflow.procedure.firing import judge

__all__ = [
    "IN_HOLD",
    "act",
    "all_roles",
    "head",
    "hold_step",
    "in_hold",
    "main_of",
    "out_of_order",
    "over",
    "receipt",
    "refuse",
]

LAPSE, OVERDUE = "lapse", "overdue"
IN_HOLD = frozenset("note status help undo hold resume received set weekly_on weekly_off posted".split())


def act(d: Decision, said: Said, verb: Verb) -> tuple[MailCame, ...]:  # noqa: PLR0912 - one branch an act
    """Do one of the common acts. Returns the mails to be taken up now: one that an officer states to have come (Q18),
    or those that came while the case was on hold."""
    match verb.act:
        case "note":
            head(d, said, main_of(d).id)
            judge(d, verb.judges)
        case "status" | "help":
            d.emit("noted", main_of(d).id, verb=said.verb, by=said.by.address, at=said.at.isoformat(), row="", why="")
            party = d.people_are_parties(said.by)
            if party and d.case.hold.get("breach"):
                return ()  # nothing leaves, and who is listed may be what was wrong
            dispatch.send(d, main_of(d), d.procedure.acts[verb.act], extra={"party": party, "mail": said.mail})
        case "set":
            _set(d, said, verb)
        case "hold":
            _hold(d, said)
        case "breach":
            _hold_clock(d, breaching.begin(d, said, verb))
        case "breach_closed":
            return _closed(d, said) if breaching.close(d, said, verb) else ()
        case "resume":
            return _resume(d, said)
        case "extend":
            _extend(d, said)
        case "no_extension":
            if not _extendable(d, said, ("running", "standing")):
                out_of_order(d, said)
            head(d, said, main_of(d).id)
            _to_party(d, said, d.procedure.acts["new_date"], {"refused": True})
        case "undo":
            _undo(d, said)
        case "approve_correction":
            _correct(d, said)
        case "no_correction":
            _leave_uncorrected(d, said)
        case "posted":
            posted.posted(d, said)
        case "received":
            return (_received(d, said),)
        case _:
            out_of_order(d, said)
    return ()


def _set(d: Decision, said: Said, verb: Verb) -> None:
    value = values.plain(said.blanks.get("value", verb.value or "yes"))
    old = [name for name in verb.clears if d.case.fields.get(name)]
    if following.changes(d.procedure, d.case, verb.field, value):
        if following.written_to(d.procedure, d.case, verb.field):
            gone = f"Letters have gone to {d.case.fields[verb.field]} already"
            what = f"withdraw this {d.procedure.case_word} and open a new one, or reopen it"
            raise Refused("asked", f"{gone}; {what}.", speakable(d, all_roles(d, said.by.roles)))
        told = {f.data["name"] for f in d.facts if f.kind == "field"}  # by this very mail: of the new one
        old += [n for n in following.followers(d.procedure, d.case, verb.field) if n not in told]
    head(d, said, main_of(d).id)
    d.emit("field", main_of(d).id, name=verb.field, value=value)
    for name in old:
        d.emit("field", main_of(d).id, name=name, value="")
    given = {n: v for n, v in said.blanks.items() if n in d.procedure.fields}  # such as the reason for a flag
    for name, also in {**dict(said.blanks.get("also") or {}), **given}.items():
        d.emit("field", main_of(d).id, name=name, value=values.plain(also))


def _hold(d: Decision, said: Said) -> None:
    until, most = said.blanks.get("until"), int(str(d.setting(d.procedure.hold.max_setting)))
    if not isinstance(until, date) or until <= d.today:
        raise Refused("asked", 'Give a date after today: "Hold until 3 March: reason".', (said.verb,))
    if until > d.today + timedelta(days=most):
        last = long_date(d.today + timedelta(days=most))
        raise Refused("asked", f"A hold lasts at most {most} days, so until {last}; it can be renewed.", (said.verb,))
    if not said.blanks.get("reason"):
        raise Refused("asked", 'Say why: "Hold until 3 March: reason".', (said.verb,))
    if main_of(d).ended:
        out_of_order(d, said)
    # Nothing goes to a party unless the officer picks the words that tell it (Q16).
    tells = d.procedure.verbs[said.verb].role
    written = {d.procedure.party_of(s.role) for s in d.case.letters.values() if s.status == "sent"}
    if tells and tells not in written:
        title = d.procedure.roles[tells].title
        raise Refused("asked", f"We have not written to the {title.lower()} yet: hold without telling.", (said.verb,))
    head(d, said, main_of(d).id)
    d.emit(
        "held",
        main_of(d).id,
        until=until.isoformat(),
        reason=said.blanks["reason"],
        by=said.by.address,
        at=d.at.isoformat(),
        told=bool(tells),
    )
    if tells:
        _to_party(d, said, d.procedure.acts["paused"], {})
    timers.pause_all(d)
    _hold_clock(d, d.calendar.roll(until))


def _hold_clock(d: Decision, on: date) -> None:
    steps = [(LAPSE, on), (OVERDUE, d.calendar.next_working_day(on))]
    _hold_timer(d, on, [[name, d.calendar.instant(day, time(9)).isoformat()] for name, day in steps])


def _hold_timer(d: Decision, on: date, steps: list[list[str]]) -> None:
    hold = d.procedure.hold
    d.emit(
        "timer_set",
        main_of(d).id,
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
        dispatch.send(d, main_of(d), hold.letter, to_roles=("owner",), timer=hold.timer)
        return
    dispatch.send(d, main_of(d), hold.lapse_letter, to_roles=(hold.above,), timer=hold.timer)
    again = d.calendar.roll(d.calendar.local_date(event.at) + timedelta(days=7))
    on = main_of(d).timers[hold.timer].on
    _hold_timer(d, on, [[OVERDUE, d.calendar.instant(again, time(9)).isoformat()]])


def _closed(d: Decision, said: Said) -> tuple[MailCame, ...]:
    """The breach is closed: what was on hold before it stays so."""
    until = breaching.held_before(d)
    if until is None:
        return _released(d, said)
    _hold_clock(d, d.calendar.roll(until))
    return ()


def _resume(d: Decision, said: Said) -> tuple[MailCame, ...]:
    if not d.case.hold:
        out_of_order(d, said)
    head(d, said, main_of(d).id)
    return _released(d, said)


def _released(d: Decision, said: Said) -> tuple[MailCame, ...]:
    """The hold is over: clocks run again, and the mails that came meanwhile are taken up."""
    waited = tuple(
        MailCame(str(role), instant(at), str(mail), str(sender), flags=("in hold",))
        for role, mail, sender, at in d.case.hold.get("mails", ())
    )
    told = bool(d.case.hold.get("told"))
    over(d, said)
    if told:
        _to_party(d, said, d.procedure.acts["paused"], {})
    return waited


def over(d: Decision, said: Said) -> None:
    """Nothing waits any more."""
    d.emit("released", main_of(d).id, by=said.by.address, at=d.at.isoformat())
    d.emit("timer_ended", main_of(d).id, timer=d.procedure.hold.timer, how="resumed")
    timers.resume_all(d)


def in_hold(d: Decision, said: Said) -> None:
    """A hold stops everything but the words that end or renew it and those that only keep a fact (composition 10)."""
    until = long_date(day(d.case.hold["until"]))
    words = tuple(v.name for v in d.procedure.verbs.values() if v.act in ("resume", "hold"))
    raise Refused(
        "asked",
        f"The {d.procedure.case_word} is on hold until {until}. Resume it first, in the same mail if you like.",
        words,
    )


def _extendable(d: Decision, said: Said, states: tuple[str, ...] = ("running",)) -> list[tuple[Machine, str]]:
    n = said.blanks.get("n")
    found = []
    for machine in d.case.live():
        for name, definition in d.definition(machine).timers.items():
            held = machine.timers.get(name)
            if definition.extend and held and held.state in states and (n is None or machine.item == n):
                found.append((machine, name))
    return found


def _extend(d: Decision, said: Said) -> None:
    found = _extendable(d, said)
    if not found:
        out_of_order(d, said)
    if len(found) > 1:
        which = ", ".join(str(m.item) for m, _ in found)
        raise Refused("asked", f'Which one do you mean: {which}? Say "Extend action (number) to (date)".', (said.verb,))
    machine, name = found[0]
    why = guards.extension_refusal(d, machine, name)
    if why:
        raise Refused("asked", why, (said.verb,))
    head(d, said, machine.id)
    definition = d.definition(machine).timers[name]
    timers.set_timer(d, machine, definition, explicit=said.blanks["until"], extended=True)
    _to_party(d, said, d.procedure.acts["new_date"], {"timer": name}, d.case.machines[machine.id])


def _to_party(d: Decision, said: Said, letter: str, extra: dict[str, object], machine: Machine | None = None) -> None:
    dispatch.send(d, machine or main_of(d), letter, extra={**extra, "mail": said.mail})


def _received(d: Decision, said: Said) -> MailCame:
    on = said.blanks.get("on")
    role = d.definition(main_of(d)).states[main_of(d).state].waits_for
    if not role:
        out_of_order(d, said)
    if not isinstance(on, date) or on > d.today:
        raise Refused("asked", 'Say on which day it came, not later than today: "Received 3 March: …".', (said.verb,))
    if on < d.calendar.local_date(main_of(d).since):
        began = long_date(d.calendar.local_date(main_of(d).since))
        raise Refused("asked", f"That day lies before {began}, when this stage began.", (said.verb,))
    head(d, said, main_of(d).id)
    at = d.at if on == d.today else d.calendar.instant(on, time(12))
    return MailCame(role, max(at, main_of(d).since), said.mail, "", stated_by=said.by.address, files=said.files)


# -- undo (Q33) -----------------------------------------------------------------------------------------------------


def _last_act(d: Decision, said: Said) -> Act | None:
    stays = {v.name for v in d.procedure.verbs.values() if v.stays or v.act == "note"}
    open_acts = [a for a in d.case.acts if not a.undone and a.verb not in stays]
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
        raise Refused("asked", f'"{label}" cannot be undone.', speakable(d, all_roles(d, said.by.roles)))
    moved = {m.id: m.changed for m in d.case.machines.values() if m.changed[0] >= last.seq}
    caused = [
        s
        for s in d.case.letters.values()
        if s.head == last.seq or (s.seq > last.seq and s.machine in moved and d.is_party(s.role))
    ]
    # What became of the act's own letters is its consequence; what became of another's is not.
    own = {s.settled for s in caused}
    if any(seq > last.seq and not (kind == "settled" and seq in own) for seq, kind in moved.values()):
        raise Refused("asked", f'"{label}" cannot be undone any more: something has happened on it since.')
    head(d, said, main_of(d).id)
    again = d.procedure.verbs[last.verb].act == "undo"
    held = bool(d.case.hold)
    for letter in caused:
        if letter.status == "decided" and letter.id not in d.terms.gone:
            d.emit("letter_withdrawn", letter.machine, letter=letter.id, post=letter.post)
    left = [s.id for s in caused if d.is_party(s.role) and (s.status == "sent" or s.id in d.terms.gone)]
    if d.procedure.verbs[last.verb].act in ("approve_correction", "no_correction") and not left:
        left = list(last.before.corrections)  # they wait once more
    fate = {"act": last.seq, "verb": last.verb, "corrections": left, "again": again}
    d.emit("undone", main_of(d).id, **fate, at=d.at.isoformat())
    if again:
        _decide_again(d, last.seq)
    if held and not d.case.hold:
        d.emit("released", main_of(d).id, by=said.by.address, at=d.at.isoformat())
    elif d.case.hold and not held:
        d.emit("held", main_of(d).id, **{**d.case.hold, "at": d.at.isoformat()})
    for letter in d.case.letters.values():
        if letter.status == "sent":
            timers.firm_up(d, letter.id)
    timers.after_undo(d)
    d.signal(main_of(d).id, by_post.SIGNAL)


def _decide_again(d: Decision, undoing: int) -> None:
    """An undo is undone: the letters that it took back are decided once more."""
    for letter in list(d.case.letters.values()):
        if letter.withdrawn_by != undoing:
            continue
        new = f"{d.case.ref}/{letter.machine}/{letter.name}/{d.case.seq + 1}"
        leave = d.leaves_at(d.procedure.letters[letter.name], letter.to).isoformat()
        when = {"letter": new, "at": d.now.isoformat(), "leave_at": leave, "instead_of": letter.id}
        d.emit("letter", letter.machine, **{**letter.data, **when})


def _correct(d: Decision, said: Said) -> None:
    if not d.case.corrections:
        raise Refused("asked", "No correction is waiting for approval.")
    verb, text = d.procedure.verbs[said.verb], str(said.blanks.get("text") or "").strip()
    if not text or text in (verb.form or verb.label):
        raise Refused(
            "asked",
            f'The words of the correction are missing: "{verb.label}". They go as they stand to everybody who got a '
            "letter that was wrong.",
            (said.verb,),
        )
    head(d, said, main_of(d).id)
    for letter_id in d.case.corrections:
        wrong = d.case.letters[letter_id]
        dispatch.send(
            d,
            d.case.machines.get(wrong.machine, main_of(d)),
            d.procedure.acts["correction"],
            to_roles=(wrong.role,),
            people=(wrong.to, tuple(str(a) for a in wrong.data.get("cc", ()))),
            extra={"about": letter_id, "mail": said.mail},
        )
    d.emit("corrected", main_of(d).id, at=d.at.isoformat())
    d.signal(main_of(d).id, by_post.SIGNAL)


def _leave_uncorrected(d: Decision, said: Said) -> None:
    """What has left is to stand: the officer says why, and nobody is reminded any more."""
    if not d.case.corrections:
        raise Refused("asked", "No correction is waiting.")
    text = str(said.blanks.get("text") or "").strip()
    if not text or text in d.procedure.verbs[said.verb].label:
        raise Refused("asked", "Say why none is needed; it goes on the file.", (said.verb,))
    head(d, said, main_of(d).id)
    d.emit("corrected", main_of(d).id, at=d.at.isoformat(), none=True)
    d.signal(main_of(d).id, by_post.SIGNAL)
