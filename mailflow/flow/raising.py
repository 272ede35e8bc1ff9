"""The first mail of a colleague, where colleagues raise cases themselves: it opens one and may say what kind it is.

In: a colleague's mail that names no case.
Out: the outcome for the mail: a new case with the words heard, or what hearing.py makes of other words.
Fails: Conflict when another loop was first.
Limits: only words that the first letter of a case offers, notes and names are heard in a first mail; any other word
asks which case.
"""

from __future__ import annotations

from datetime import datetime

from mailflow.flow import hearing
from mailflow.flow.arrived import Mail
from mailflow.flow.colleagues import raised_by_staff
from mailflow.flow.opening import open_new
from mailflow.flow.placing import Outcome, hold
from mailflow.flow.ports import House, Office
from mailflow.flow.replying import doubt_person
from mailflow.mail.correlate import Match
from mailflow.procedure.definition import Procedure
from mailflow.procedure.events import WORDS
from mailflow.store import Unit


def without_case(house: House, unit: Unit, office: Office, mail: Mail, match: Match, now: datetime) -> Outcome:
    """A new case from a proved colleague's mail (i01), with the words that it says, if colleagues raise cases."""
    if not raised_by_staff(office.procedure):
        return hearing.without_case(house, unit, office, mail, match, now)
    reading = hearing.read_words(office, office.procedure, mail)
    said = {s.verb for s in reading.sayings}
    doubted = {v for doubt in reading.doubts for v in doubt.verbs}
    if match.by == "unknown" or match.guess or not (said | doubted) <= offered_first(office.procedure):
        return hearing.without_case(house, unit, office, mail, match, now)
    if mail.trust.failed:
        doubt_person(house, unit, office, mail, now)
        return Outcome("done", f"refused, not confirmed to be the colleague's: {mail.trust.why}")
    who = hearing.actor_of(office, mail).address
    if not hearing.is_proved(unit, office, mail):
        # G8: the question goes to the colleague's own address, and its button is the proof.
        why = f"nothing shows that {mail.sender} really sent it"
        return hold(house, unit, office, mail, why, now, to=[who])
    moves = any(not office.procedure.verbs[name].act for name in said)
    flags = (WORDS,) if moves and not reading.doubts else ()
    opened = open_new(house, unit, office, mail, who, mail.kept.arrived_at, now, flags=flags)
    if said and not reading.doubts:
        hearing.first_words(house, unit, office, mail, opened.case, now)
    return opened


def offered_first(procedure: Procedure) -> frozenset[str]:
    """The words that the letters of an opening row offer, and those that only keep a note or name something."""
    rows = [r for r in procedure.top.rows if any(t.kind == "mail" and "anyone" in t.names for t in r.on)]
    offered = {b for r in rows for use in r.letters for b in procedure.letters[use.letter].buttons}
    return frozenset(offered | {v.name for v in procedure.verbs.values() if v.act in ("note", "set") and v.say})
