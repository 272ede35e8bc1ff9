"""Acts that every stage listens to: holds (c49, c50, TH, composition 10), and what an officer states (Q18)."""

from __future__ import annotations

from datetime import date, timedelta

from tests.procedure.driver import OAK, Play, local, why
from tests.procedure.starts import SOON, said, start, wrote

UNTIL = ("hold", {"until": date(2027, 3, 17), "reason": "safeguarding"})


def held() -> Play:
    """Letter 1 left on Monday 1 March, so its clock ends on 15 March; on hold from Wednesday 3 March."""
    play = start("WPR")
    play.run_to(local(3, 3))
    return said(play, "cmo", UNTIL)


def test_a_hold_pauses_every_clock_and_keeps_the_stage():
    """c49, K13: nothing is due while it lasts, no reminder leaves, and the concern stays where it is."""
    play = held()
    assert {t.state for t in play.case.machines["concern"].timers.values() if t.name != "TH"} == {"paused"}
    play.run_to(local(16, 3))
    assert play.state == "WPR" and "M22" not in [s.name for s in play.case.letters.values()]


def test_resuming_gives_the_days_back_that_were_left():
    """c50, K13: twelve days were left on 3 March; from 10 March they end on Monday 22 March."""
    play = held()
    play.run_to(local(10, 3))
    said(play, "cmo", "resume")
    timer = play.case.machines["concern"].timers["T4"]
    assert not play.case.hold and (timer.state, timer.on) == ("running", date(2027, 3, 22))


def test_mail_in_a_hold_is_filed_shown_and_taken_up_at_its_end():
    """Composition 10: the provider's reply moves nothing while the hold lasts; with `Resume` it is to be judged."""
    play = wrote(held(), "provider")
    assert play.state == "WPR" and "M28" in [s.name for s in play.case.letters.values()]
    assert said(play, "cmo", "resume").state == "RSP"


def test_a_hold_that_lapses_is_told_above_every_week_and_restarts_nothing():
    """TH: on the date the owner is asked; a working day later the manager hears, then weekly; clocks stay."""
    play = held()
    play.run_to(local(17, 3, clock="09:30"))
    assert [s.name for s in play.case.letters.values()][-1] == "M49"
    play.run_to(local(8, 4))
    told = [s for s in play.case.letters.values() if s.name == "M50"]
    weeks = [date(2027, 3, 18), date(2027, 3, 25), date(2027, 4, 1), date(2027, 4, 8)]
    assert [play.calendar.local_date(s.at) for s in told] == weeks
    assert all("tmg@council.example" in s.data["to"] for s in told)
    assert play.case.machines["concern"].timers["T4"].state == "paused"


def test_a_hold_lasts_at_most_four_weeks_and_needs_a_reason():
    """TH: at most 28 days, and never without saying why."""
    play = start("WPR")
    long = ("hold", {"until": play.calendar.local_date(play.now + timedelta(days=60)), "reason": "x"})
    for words in (long, ("hold", {"until": date(2027, 3, 10)})):
        assert why(play.say("cmo", play.now + SOON, words)) and not play.case.hold


def test_other_words_wait_for_the_end_of_a_hold():
    """Composition 10: a word that would move the concern is refused with the words that end the hold."""
    play = start("RSP")
    said(play, "cmo", UNTIL)
    assert "on hold" in why(play.say("cmo", play.now + SOON, "accepted")) and play.state == "RSP"


def test_what_came_by_telephone_counts_from_the_day_stated():
    """Q18: `Received 4 March` is the provider's answer of that day, in the log as stated by the officer."""
    play = start("WPR")
    play.run_to(local(5, 3))
    said(play, "cmo", ("received", {"on": date(2027, 3, 4), "text": "they accept by phone"}))
    mail = next(f for _, f in reversed(play.log) if f.kind == "mail")
    assert play.state == "RSP" and mail.data["stated_by"] == "cmo@council.example"
    assert mail.data["role"] == "provider" and OAK.email and str(mail.data["at"]).startswith("2027-03-04")


def test_nothing_is_received_tomorrow_or_before_the_letter():
    """Q18: a date in the future or before the stage began changes nothing."""
    play = start("WPR")
    play.run_to(local(5, 3))
    for on in (date(2027, 3, 6), date(2027, 2, 26)):
        assert why(play.say("cmo", play.now + SOON, ("received", {"on": on, "text": "x"}))) and play.state == "WPR"
