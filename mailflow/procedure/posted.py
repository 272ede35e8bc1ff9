"""The word that a letter is in the post (Q15): from that day the step counts as done (K9, as for an own letter).

In: a decision in the making and the word, with the day and perhaps the letter's name.
Out: facts: the letter is posted, the clocks that count from it are firm, the stage that waited for it goes on.
Fails: Refused, with a sentence for the person who spoke.
Limits: the day is what the officer states; the log says who stated it.
"""

from __future__ import annotations

from datetime import date, time

from mailflow.procedure import by_post, timers
from mailflow.procedure.answers import head, main_of
from mailflow.procedure.deadlines import long_date
from mailflow.procedure.decision import Decision, Refused
from mailflow.procedure.events import Said
from mailflow.procedure.standing import Sent


def posted(d: Decision, said: Said) -> None:
    """One letter has been posted on the day given, or today."""
    letter = _meant(d, said)
    on = said.blanks.get("on") or d.today
    decided = d.calendar.local_date(letter.at)
    if not isinstance(on, date) or on > d.today:
        raise Refused("asked", 'Say on which day it was posted, not later than today: "Posted 3 March".', (said.verb,))
    if on < decided:
        why = f"That day lies before {long_date(decided)}, when letter {letter.name} was decided."
        raise Refused("asked", why, (said.verb,))
    head(d, said, main_of(d).id)
    at = d.at if on == d.today else max(d.calendar.instant(on, time(12)), letter.at)
    machine = letter.machine if letter.machine in d.case.machines else main_of(d).id
    d.emit("posted", machine, letter=letter.id, name=letter.name, on=on.isoformat(), at=at.isoformat())
    if letter.post == by_post.ONLY:
        timers.firm_up(d, letter.id)
        d.signal(machine, "check sent")
    d.signal(main_of(d).id, by_post.SIGNAL)


def _meant(d: Decision, said: Said) -> Sent:
    waiting = by_post.unposted(d.case)
    which = str(said.blanks.get("which") or "").upper()
    found = [s for s in waiting if not which or s.name.upper() == which]
    if not found:
        known = ", ".join(dict.fromkeys(s.name for s in waiting))
        what = f"No letter {which} waits" if which else "No letter waits"
        raise Refused("asked", f"{what} to be posted.{f' These do: {known}.' if known else ''}", (said.verb,))
    if len({s.name for s in found}) > 1:
        names = ", ".join(f"{s.name} of {long_date(d.calendar.local_date(s.at))}" for s in found)
        words = f'Which letter do you mean: {names}? Say for example "Posted letter {found[0].name} 3 March".'
        raise Refused("asked", words, (said.verb,))
    return found[-1]
