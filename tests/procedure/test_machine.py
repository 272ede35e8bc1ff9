"""How parent and children go together (domain.md section 4, composition 1 to 15), and what clocks do on their own."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.procedure.driver import Play, local, why
from tests.procedure.starts import SOON, said, start, until, wrote

REASON = {"reason": "because"}


def states(play: Play) -> dict[str, str]:
    """Every machine's state."""
    return {m.id: m.state for m in play.case.machines.values()}


def test_leaving_a_state_stops_its_clocks():
    """Composition 1: clocks belong to states; nothing of stage 4 runs in stage 8."""
    assert set(start("WPR").case.machines["concern"].timers) == {"T4"}
    assert set(start("REV").case.machines["concern"].timers) == {"T8"}


def test_one_default_notice_at_a_time():
    """Composition 2: a second cause joins the notice that is open."""
    play = start("PRP with actions")
    said(play, "cmo", ("evidence", {"n": 1}))
    said(play, "cmo", ("action_refer", {"n": 1}))
    assert [m.id for m in play.case.live("DN")] == ["DN-1"] and play.child("DN-1").state == "PRP"


def test_a_concern_that_ends_closes_its_children():
    """Composition 3: withdrawn while a notice is considered: the notice is declined for the same reason."""
    play = said(start("NRS"), "cmo", ("withdrawn", REASON))
    assert states(play) == {"concern": "XWD", "DN-1": "DCL"} and play.case.live() == ()


def test_children_survive_a_conclusion_that_comes_back():
    """Composition 4: after c51 the actions and the notice stay; the second conclusion makes nothing twice."""
    play = start("PRP with actions")
    first = play.due("TW", "DN-1")
    play.bounce("M33", local(13, 4))
    assert states(play) == {"concern": "DEC", "RA-1": "OPN", "RA-2": "OPN", "DN-1": "PRP"}
    play.say("cmo", local(14, 4), "send")
    play.run_to(local(15, 4))
    assert states(play) == {"concern": "CON", "RA-1": "OPN", "RA-2": "OPN", "DN-1": "PRP"}
    assert play.due("TW", "DN-1") == first + timedelta(days=2) and play.left("M34") == [local(12, 4, clock="10:15")]


def test_the_window_does_not_close_on_a_letter_that_never_arrived():
    """c51: while letter 3 has not been served, the time to dispute cannot run out."""
    play = start("PRP")
    play.bounce("M33", local(13, 4))
    play.run_to(local(30, 6))
    assert play.state == "DEC" and play.child("DN-1").state == "PRP" and "M44" not in play.letters()


def test_a_notice_that_was_declined_is_not_proposed_again():
    """Composition 4: the second conclusion creates only what is missing, not what the senior officer has refused."""
    play = said(start("PRP with actions"), "spo", ("no_notice", REASON))
    play.bounce("M33", play.now + SOON)
    until(said(play, "cmo", "send"), "concern", "CON")
    assert [m.id for m in play.case.machines.values() if m.kind == "DN"] == ["DN-1"]


def test_a_holding_reply_goes_back_to_where_it_came_from():
    """Composition 5: from NRS the senior officer's clock stands meanwhile and keeps its date."""
    play = start("NRS")
    due = play.due("T14b")
    wrote(play, "provider")
    assert play.timer("T14b").state == "standing"
    said(play, "cmo", "holding")
    assert play.state == "NRS" and play.due("T14b") == due and play.timer("T14b").state == "running"


def test_more_time_after_a_referral_ends_the_considering():
    """Composition 5: Extend from RSP goes back to the provider, and the considered notice is declined."""
    play = wrote(start("NRS"), "provider")
    said(play, "spo", ("extend", {"until": play.due("T4b") + timedelta(days=30)}))
    assert play.state == "PRM" and play.child("DN-1").state == "DCL"


def test_evidence_after_a_referral_makes_the_clock_stand():
    """Composition 6: the senior officer's clock stands until the evidence is judged, and then goes on."""
    play = start("WSP")
    due = play.due("T14b", "RA-1")
    said(play, "cmo", ("evidence", {"n": 1}))
    assert play.timer("T14b", "RA-1").state == "standing"
    said(play, "cmo", ("action_refer", {"n": 1}))
    assert play.child("RA-1").state == "WSP" and play.due("T14b", "RA-1") == due


def test_which_action_is_meant_is_asked():
    """Composition 7: with two referred and no number, nothing is guessed."""
    play = until(start("WSP"), "RA-2", "WSP")
    assert "Which remedial action" in why(play.say("spo", play.now + SOON, ("no_notice", REASON)))
    said(play, "spo", ("no_notice", {"n": 2, **REASON}))
    assert (play.child("RA-1").state, play.child("RA-2").state) == ("WSP", "CNL")
    assert play.child("DN-1").state == "CSD"  # action 1 is still with the senior officer


def test_a_dispute_before_the_conclusion_is_filed():
    """Composition 8: in DEC it is shown to the officer and opens nothing."""
    play = wrote(start("DEC"), "provider")
    assert play.state == "DEC" and play.letter("M28") and play.case.live("D") == ()


@pytest.mark.parametrize(
    ("place", "letter", "machine", "state"), [("PRM", "M22", "concern", "WPR"), ("RMD", "M37", "RA-1", "OPN")]
)
def test_a_reminder_that_came_back_was_not_sent(place: str, letter: str, machine: str, state: str):
    """Composition 9: the stage before is open again, the owner is told which letter, and it goes again at 4pm."""
    play = start(place)
    play.bounce(letter, play.now)
    assert play.child(machine).state == state and play.letter("M21").machine == machine
    until(play, machine, place)
    assert play.letters().count(letter) == 2 and f"{play.calendar.local_time(play.now):%H:%M}" == "16:00"


def test_other_letters_that_came_back_are_told_to_the_owner():
    """Composition 9: M34 does not hold up anything; the officer learns of it."""
    play = start("CLO")
    play.bounce("M34", play.now + SOON)
    assert play.state == "CLO" and play.letter("M21").data["about"] == play.letter("M34").id


def test_the_answer_to_the_referral_settles_half():
    """Composition 15: a notice in answer to M25 is recorded and the rest is asked, without a second yes or no."""
    play = said(start("NRS"), "spo", "issue_notice", confirmed=True)
    assert play.state == "NRS" and play.child("DN-1").state == "TBI" and play.letters("sent").count("M51S") == 1
    said(play, "spo", "review_information")
    assert play.state == "REV" and play.child("DN-1").state == "TBI"


DISPUTES = [("upheld", "CAN", "CNL"), ("partly_upheld", "PAS", "OPN"), ("not_upheld", "PAS", "OPN")]


@pytest.mark.parametrize(("result", "notice", "action"), DISPUTES)
def test_what_a_dispute_does_to_notice_and_actions(result: str, notice: str, action: str):
    """n4-n6, r11, d1-d6: suspended while it is reviewed; upheld cancels; otherwise the notice goes on from M42."""
    play = said(wrote(start("PRP with actions"), "provider"), "cmo", "dispute")
    assert play.child("DN-1").state == "SUS" and play.letter("M40").machine == "D-1"
    arrived = play.calendar.local_date(play.now)
    said(play, "cmo", "forward")
    assert play.due("T16.1", "D-1") == arrived + timedelta(days=14)
    until(said(play, "hop", (result, REASON)), "D-1", "COM")
    assert (play.child("DN-1").state, play.child("RA-1").state) == (notice, action)
    if notice == "PAS":
        sent = play.calendar.local_date(play.left("M42")[0])
        assert play.due("T15", "DN-1") == play.calendar.add_working_days(sent, 2)


def test_a_dispute_counts_from_the_first_letter_that_waits():
    """d1: a second mail that joins the first makes a dispute in time no later."""
    play = start("CON")
    play.mail("provider", local(23, 4))
    play.mail("provider", local(29, 4))
    play.say("cmo", local(29, 4, clock="11:00"), "dispute")
    assert play.child("D-1").fields["late"] == "no" and play.due("T16.1", "D-1") == date(2027, 5, 7)


def test_an_unjudged_letter_holds_the_chaser_and_is_not_forgotten():
    """G9, T16: until the officer has said what it is no reminder leaves; the manager hears on the second day."""
    play = wrote(start("CON"), "provider")
    play.run_to(play.now + timedelta(days=30))
    assert "M37" not in play.letters() and "tmg@council.example" in play.letter("M50").to
    said(play, "cmo", "note")
    assert play.timer("T39") is None
    play.run_to(play.now + timedelta(days=2))
    assert "M37" in play.letters()


def test_a_reply_before_the_reminder_leaves_cancels_it():
    """G5: decided in the night after an outage, the reminder waits for 8am; the reply at 7.30am takes it back."""
    play = start("WPR")
    while play.timer("T4"):
        at, due = play.next_due()
        play.happen(due, local(22, 3, clock="22:00") if getattr(due, "timer", "") == "T4" else at)
    play.mail("provider", local(23, 3, clock="07:30"))
    assert play.state == "RSP" and play.letters("withdrawn") == ["M22"]
    play.say("cmo", local(23, 3, clock="09:00"), "holding")
    assert play.state == "WPR"  # no reminder was sent, so it is stage 4 again
    play.run_to(local(23, 3, clock="16:30"))
    assert play.left("M22") == [local(23, 3, clock="16:00")]


def test_rungs_that_came_due_together_are_told_once():
    """G10: after an outage only the last rung of a ladder is told."""
    play = start("REV")
    late = play.calendar.instant(play.calendar.add_working_days(play.due("T8"), 4), play.now.time())
    while (due := play.next_due()) and due[0] <= late:
        play.happen(due[1], late)
    assert "M49" not in play.letters() and play.letters().count("M50") == 1
