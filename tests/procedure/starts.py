"""Places from which a row can be tried: a concern, or one of its children, in each of its stages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache

from tests.procedure.driver import Play, local, terms

SOON = timedelta(minutes=30)
ACTIONS = [{"text": "Train staff", "by": None}, {"text": "New rota", "by": date(2027, 5, 28)}]
RECOMMENDED = {"text": "Close", "default_notice": "no"}
OTHERS = {"cases": {"CC-2027-0002-BB": {"provider": "Oakfield"}, "CC-2027-0003-CC": {"provider": "Elm"}}}


def until(play: Play, machine: str, *states: str, days: int = 400) -> Play:
    """Let the clock run until a machine is in one of these states."""
    end = play.now + timedelta(days=days)
    while machine not in play.case.machines or play.case.machines[machine].state not in states:
        due = play.next_due()
        assert due is not None and due[0] <= end, f"{machine} never comes to {states}"
        play.happen(due[1], due[0])
    return play


def said(play: Play, who: str, *words: object, confirmed: bool = False) -> Play:
    """Half an hour later somebody says this."""
    play.say(who, play.now + SOON, *words, confirmed=confirmed)
    return play


def wrote(play: Play, role: str) -> Play:
    """Half an hour later somebody's mail comes."""
    play.mail(role, play.now + SOON)
    return play


def _received() -> Play:
    return Play(terms(**OTHERS)).received(local(1, 3))


def _concluded(**more: object) -> Play:
    return Play(terms(**OTHERS)).concluded(local(12, 4), **more)


def _after(play: Play) -> Play:
    """Past the next leaving of letters, which may be tomorrow morning."""
    play.run_to(play.calendar.office_time(play.now + timedelta(minutes=20)))
    return play


def _at(play: Play, when: datetime) -> Play:
    play.run_to(when)
    return play


def _recommended_unsent() -> Play:
    """Recommended while nobody holds the senior officer's role."""
    play = start("REV")
    known = play.terms
    nobody = {role: people for role, people in known.people.items() if not role.startswith("spo")}
    play.terms = replace(known, people=nobody)
    said(play, "cmo", ("recommend", RECOMMENDED))
    play.terms = known
    return play


def _considered() -> Play:
    """The provider answered after the referral; a default notice is still being considered at stage 10."""
    play = said(wrote(start("NRS"), "provider"), "cmo", "accepted")
    return said(play, "cmo", ("recommend", RECOMMENDED))


def _issued_early() -> Play:
    """The senior officer wants a notice for the silence; the review goes on and comes to a decision."""
    play = said(start("NRS"), "spo", ("review_information", {"default_notice": "yes"}))
    return said(play, "cmo", ("recommend", RECOMMENDED))


STARTS: dict[str, Callable[[], Play]] = {
    "RCV": _received,
    "CLR": lambda: said(_received(), "cmo", ("ask", {"question": "Which day?"})),
    "PRK": lambda: said(_received(), "cmo", "ground_under_investigation"),
    "ELG": lambda: _received().eligible(local(1, 3, clock="10:30")),
    "ALC": lambda: said(start("ELG"), "cmo", "allocate_me"),
    "WPR": lambda: Play().dispatched(local(1, 3)),
    "PRM": lambda: _after(until(start("WPR"), "concern", "PRM")),
    "NRR": lambda: until(start("PRM"), "concern", "NRR"),
    "NRS": lambda: until(start("NRR"), "concern", "NRS"),
    "RSP": lambda: wrote(start("WPR"), "provider"),
    "RSP after PRM": lambda: wrote(start("PRM"), "provider"),
    "TRF": lambda: said(start("RSP"), "cmo", "disputed"),
    "WRF": lambda: _after(said(start("TRF"), "cmo", "send_original")),
    "REV": lambda: said(start("RSP"), "cmo", "accepted"),
    "REC": _recommended_unsent,
    "SPO": lambda: said(start("REV"), "cmo", ("recommend", RECOMMENDED)),
    "INF": lambda: said(start("SPO"), "spo", ("decision_information", {"text": "Who?"})),
    "DEC": lambda: said(start("SPO"), "spo", ("decision_agreed", {"default_notice": "no"})),
    "DEC with actions": lambda: said(
        start("SPO"), "spo", ("decision_alternative", {**RECOMMENDED, "actions": ACTIONS})
    ),
    "CLO": _concluded,
    "CON": lambda: _concluded(actions=ACTIONS),
    "CON asked": lambda: wrote(start("CON"), "provider"),
    "CLO asked": lambda: wrote(start("CLO"), "provider"),
    "XLO": lambda: said(_received(), "cmo", "low_level"),
    "OPN": lambda: start("CON"),
    "RMD": lambda: _after(until(start("CON"), "RA-1", "RMD")),
    "EVD": lambda: said(start("CON"), "cmo", ("evidence", {"n": 1})),
    "EVD validated": lambda: said(start("CON"), "ops", ("validated", {"n": 1})),
    "EVD of the last": lambda: said(said(start("EVD validated"), "cmo", ("action_done", {"n": 1})), "ops", "validated"),
    "WSP": lambda: until(start("RMD"), "RA-1", "WSP"),
    "PRP": lambda: _concluded(notice="yes"),
    "PAS": lambda: until(start("PRP"), "DN-1", "PAS"),
    "TBI": lambda: until(start("PAS"), "DN-1", "TBI"),
    "SUS": lambda: said(wrote(start("PRP"), "provider"), "cmo", "dispute"),
    "ISS": lambda: said(start("TBI"), "spo", ("notice_issued", {"on": date(2027, 4, 29)}), confirmed=True),
    "CSD": lambda: start("WSP"),
    "CSD in SPO": _considered,
    "RCD": lambda: said(start("CON asked"), "cmo", "dispute"),
    "RCD late": lambda: said(wrote(_at(start("CON"), local(28, 4)), "provider"), "cmo", "dispute"),
    "FWD": lambda: said(start("RCD"), "cmo", "forward"),
    "DET": lambda: said(start("FWD"), "hop", ("upheld", {"reason": "Right"})),
    "DET in part": lambda: said(start("FWD"), "hop", ("partly_upheld", {"reason": "Right"})),
    "PRP with actions": lambda: _concluded(notice="yes", actions=ACTIONS),
    "TBI in SPO": _issued_early,
}


@cache
def _made(name: str) -> Play:
    return STARTS[name]()


def start(name: str) -> Play:
    """A fresh copy of the play at this place."""
    return _made(name).copy()
