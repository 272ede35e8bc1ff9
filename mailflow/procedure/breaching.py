"""A breach: something went to the wrong person. It is written down, everything stops, and a named officer hears (Q34).

In: a decision in the making and an officer's word.
Out: facts: what was said, the breach on the case, a hold over all machines, the alert; or that it is closed.
Fails: Refused, with a sentence for the person who spoke.
Limits: stops what has not left; what has left cannot be called back. Resuming lets letters leave again, and leaves the
breach open until it is closed by a word of its own.
"""

from __future__ import annotations

from datetime import date, timedelta

from mailflow.procedure import dispatch, timers
from mailflow.procedure.answers import head, main_of, out_of_order
from mailflow.procedure.case import day
from mailflow.procedure.decision import Decision, Refused
from mailflow.procedure.definition import Verb
from mailflow.procedure.events import Said

BREACH, CLOSED = "breach", "breach_closed"


def begin(d: Decision, said: Said, verb: Verb) -> date:
    """Record it, alert, and hold the case; returns until when, so that the hold's clock can be set by the caller."""
    text = _text(said, verb)
    before = str(d.case.fields.get(verb.field) or "")
    main = main_of(d)
    head(d, said, main.id)
    d.emit("field", main.id, name=verb.field, value=f"{before} {text}".strip())
    days = int(str(d.setting(d.procedure.hold.breach_setting or d.procedure.hold.max_setting)))
    until = d.calendar.roll(d.today + timedelta(days=days))
    if d.case.hold:
        until = max(until, day(d.case.hold["until"]))
    told = bool(d.case.hold.get("told"))
    held = {"until": until.isoformat(), "reason": text, "by": said.by.address, "at": d.at.isoformat()}
    d.emit("held", main.id, **held, told=told, breach=True, **_before(d))
    timers.pause_all(d)
    dispatch.send(d, main, d.procedure.acts[BREACH], extra={"mail": said.mail})
    return until


def _before(d: Decision) -> dict[str, object]:
    """The hold that was there already and goes on when the breach is closed: it has reasons of its own."""
    hold = d.case.hold
    if not hold or hold.get("breach"):
        return {"before": hold["before"]} if hold.get("before") else {}
    return {"before": {key: hold[key] for key in ("until", "reason", "by", "at", "told") if key in hold}}


def held_before(d: Decision) -> date | None:
    """Put the hold from before the breach in force again, as long as its date has not come; until when, or None."""
    before = d.case.hold.get("before")
    if not before or day(before["until"]) <= d.today:
        return None
    d.emit("held", main_of(d).id, **before)
    return day(before["until"])


def close(d: Decision, said: Said, verb: Verb) -> bool:
    """The breach is dealt with; True if the case is still held because of it."""
    if not d.case.fields.get(verb.field):
        out_of_order(d, said)
    _text(said, verb)
    head(d, said, main_of(d).id)
    d.emit("field", main_of(d).id, name=verb.field, value="")
    return bool(d.case.hold.get("breach"))


def _text(said: Said, verb: Verb) -> str:
    text = str(said.blanks.get("text") or "").strip()
    if not text or text in verb.label:
        raise Refused("asked", f'Say what happened: "{verb.label}".', (said.verb,))
    return text
