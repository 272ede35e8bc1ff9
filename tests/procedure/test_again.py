"""What random walks found: clocks with nothing left to do, letters of other machines, the fate of other letters."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

from mailflow.procedure.events import Commands, Said, TimerDue
from mailflow.procedure.timers import FIRE
from tests.procedure.driver import Play, local, person, why
from tests.procedure.starts import SOON, said, start, until, wrote


def test_a_clock_whose_row_cannot_be_taken_tries_again_each_working_day():
    """Stage 9 (decisions.md): while nobody can decide it is tried every morning, and it keeps its date and ladder."""
    play = start("REC")
    known, due = play.terms, play.timer("T9").on
    play.terms = replace(known, people={r: p for r, p in known.people.items() if not r.startswith("spo")})
    play.run_to(local(22, 3, 2027))
    acted = [
        at
        for at, fact in play.log
        if fact.kind == "timer" and (fact.data["timer"], fact.data["step"]) == ("T9", "fire")
    ]
    assert len(acted) > 10 and {play.calendar.local_time(at) for at in acted} == {time(9)}
    assert all(play.calendar.is_working_day(play.calendar.local_date(at)) for at in acted)
    assert play.state == "REC" and play.timer("T9").on == due
    assert play.letters().count("M50") == 1
    play.terms = known
    until(play, "concern", "SPO", days=2)


def test_an_undo_leaves_alone_what_became_of_anothers_letter():
    """Q33: letter 3 came back after the team's word; taking that word back does not make the letter arrive."""
    play = said(start("OPN"), "ops", ("validated", {"n": 1}))
    play.bounce("M33", play.now + SOON)
    assert play.state == "DEC"
    facts = play.say("ops", play.now + SOON, "undo")
    assert "something has happened" in why(facts)
    assert play.state == "DEC" and play.child("RA-1").state == "EVD"


def test_a_late_clock_that_comes_to_another_owner_climbs_its_ladder_again():
    """Composition 13: a dispute forwarded after its last day reaches those above the reviewer too."""
    play = start("RCD")
    play.run_to(play.timer("T16.1", "D-1").steps[-1][1] + 10 * SOON)
    assert not play.timer("T16.1", "D-1").steps
    said(play, "cmo", "forward")
    due, told = play.timer("T16.1", "D-1").on, len(play.log)
    play.run_to(play.calendar.instant(play.calendar.add_working_days(play.calendar.local_date(play.now), 2), time(10)))
    letters = [f for _, f in play.log[told:] if f.kind == "letter" and f.data["timer"] == "T16.1"]
    assert [(f.data["name"], f.data["to"][0]) for f in letters] == [
        ("M49", "hop@council.example"),
        ("M50", "director@council.example"),
    ]
    assert play.timer("T16.1", "D-1").on == due


def test_evidence_for_one_action_leaves_the_reminder_for_another():
    """G5: `withdraws` takes back the letters of its own machine only."""
    actions = [{"text": "Train", "by": date(2027, 4, 30)}, {"text": "Rota", "by": date(2027, 4, 30)}]
    play = Play().concluded(local(12, 4), actions=actions)
    at = local(30, 4, clock="16:00")
    play.run_to(at - SOON)
    for machine in ("RA-1", "RA-2"):
        timer = play.timer("T13.1", machine)
        play.happen(TimerDue(machine, timer.name, FIRE, timer.set_seq, at), at)
    said_so = Said("evidence", person("cmo"), at, "m-evidence", {"n": 1})
    play.happen(Commands((said_so,)), at)  # in the same minute: the reminders still wait
    fate = {s.machine: s.status for s in play.case.letters.values() if s.name == "M37"}
    assert fate == {"RA-1": "withdrawn", "RA-2": "decided"}


def test_a_mail_that_came_since_is_still_asked_about_after_an_undo():
    """Q33: undoing the word that opened a dispute leaves a team's mail of the meantime with its clock."""
    play = said(wrote(start("CLO"), "provider"), "cmo", "dispute")
    wrote(play, "ops")
    play.say("cmo", play.now + SOON, "undo")
    assert play.state == "CLO" and set(play.case.unjudged) == {"ops", "provider"}
    assert play.timer("T39").state == "running"
    said(play, "cmo", "note")
    assert not play.case.unjudged and play.timer("T39") is None


def test_a_letter_that_could_not_be_addressed_goes_once_there_is_a_contact():
    """Q21: the outcome of a dispute waits for an address; "Send" then sends it, and the dispute comes to its end."""
    play = start("FWD")
    known = play.terms
    play.terms = replace(known, people={r: p for r, p in known.people.items() if not r.startswith("provider")})
    said(play, "hop", ("not_upheld", {"reason": "Wrong"}))
    assert play.letter("M42").status == "impossible"
    said(play, "cmo", "send")
    assert play.letters().count("M42") == 1 and play.child("D-1").state == "DET"
    play.terms = known
    said(play, "cmo", "send")
    until(play, "D-1", "COM", days=3)
    assert play.letters().count("M43") == 1
