"""Settings and words for gaps of the paper: telling the provider of a hold, a silent team, where step 6 counts from."""

from __future__ import annotations

from datetime import date

from tests.procedure.driver import Play, local, terms
from tests.procedure.starts import said, start

TELLING = ("hold_telling", {"until": date(2027, 3, 17), "reason": "police"})


def _names(play: Play) -> list[str]:
    return [s.name for s in play.case.letters.values() if s.status in ("sent", "decided")]


def test_a_hold_tells_the_provider_only_when_the_officer_picks_that_word():
    """Q16: nothing goes to the provider by a plain hold; the telling word sends the neutral letter, also at the end."""
    plain = said(start("WPR"), "cmo", ("hold", TELLING[1]))
    assert "M48" not in _names(plain)
    telling = said(start("WPR"), "cmo", TELLING)
    assert _names(telling).count("M48") == 1
    said(telling, "cmo", "resume")
    assert _names(telling).count("M48") == 2


def test_a_provider_who_has_not_been_written_to_is_not_told_of_a_hold():
    """A neutral letter would be the first the provider hears of the concern: it is refused, and nothing is held."""
    play = said(start("ALC"), "cmo", TELLING)
    assert not play.case.hold and "M48" not in _names(play) and _names(play)[-1] == "M51"


def test_a_silent_team_is_asked_once_and_its_silence_confirms_nothing():
    """Q21: one chaser 7 days after the actions were sent to the team; the action stays open."""
    play = start("CON")
    asked = play.case.last_letter("M35").at
    play.run_to(local(30, 4))
    again = [s for s in play.case.letters.values() if s.name == "M35R"]
    assert len(again) == 1 and (play.calendar.local_date(again[0].at) - play.calendar.local_date(asked)).days >= 7
    assert not play.case.machines["RA-1"].fields.get("validated")


def test_a_team_that_has_written_is_not_chased():
    """Q21: the chaser is for silence only."""
    play = start("CON")
    play.mail("ops", local(24, 3))
    play.run_to(local(30, 4))
    assert "M35R" not in _names(play)


def test_step_6_counts_from_the_determination_or_from_the_arrival():
    """Q50: the reply came on Thu 11 March and was judged on Mon 15; with "arrival" step 6 was due on Mon 15 March."""
    for anchor, due in (("determination", date(2027, 3, 17)), ("arrival", date(2027, 3, 15))):
        play = Play(terms(settings={"step5_anchor": anchor})).dispatched(local(8, 3))
        play.mail("provider", local(11, 3))
        play.say("cmo", local(15, 3), "disputed")
        assert play.case.machines["concern"].timers["T6"].on == due


def test_the_head_hears_from_the_round_that_the_setting_names():
    """Q24: with the setting at 1 the Head of Procurement gets the recommendation in the first repeated round."""
    play = Play(terms(settings={"information_rounds": 1})).recommended(local(8, 3))
    play.say("spo", local(9, 3), ("decision_information", {"text": "Who?"}))
    play.say("cmo", local(10, 3), ("information", {"text": "The night staff."}))
    assert "M30H" in _names(play)


def test_a_referrer_who_is_left_out_is_not_asked_for_comments():
    """Q31, Q52: after "Go on without the referrer" a disputed reply goes straight to review."""
    play = said(start("RSP"), "cmo", ("without_referrer", {"value": "yes"}))
    said(play, "cmo", "disputed")
    assert play.state == "REV"
