"""Undo (domain.md A17, Q33): what was said is taken back as far as it can be, and nothing leaves unseen."""

from __future__ import annotations

from datetime import date

from tests.procedure.driver import Play, local, why


def test_a17a_undo_before_anything_left():
    """A17 (a): the reply is to be judged again; what was recorded and its undoing both stand in the log."""
    play = Play().dispatched(local(1, 3))
    play.mail("provider", local(9, 3, clock="09:00"))
    clocks = {n: (t.on, t.state) for n, t in play.case.machines["concern"].timers.items()}
    play.say("cmo", local(9, 3), "accepted")
    play.say("cmo", local(9, 3, clock="10:05"), "undo")
    assert play.state == "RSP" and "determination" not in play.case.fields
    assert {n: (t.on, t.state) for n, t in play.case.machines["concern"].timers.items()} == clocks
    assert [f.data["verb"] for _, f in play.log if f.kind == "said"][-2:] == ["accepted", "undo"]
    play.say("cmo", local(9, 3, clock="10:10"), "holding")
    assert play.state == "WPR"


def test_a17b_undo_after_the_conclusion_left():
    """A17 (b): the decision is open again with its own clock, and the correction waits to be seen."""
    play = Play().concluded(local(19, 4), actions=[{"text": "Train", "by": date(2027, 5, 10)}])
    assert play.state == "CON" and "RA-1" in play.case.machines
    ten = play.case.machines["concern"].past["T10"]
    play.say("spo", local(20, 4), "undo")
    assert play.state == "SPO" and play.timer("T10").on == ten and "RA-1" not in play.case.machines
    assert "decided_at" not in play.case.fields and "dispute_until" not in play.case.fields
    names = [play.case.letters[x].name for x in play.case.corrections]
    assert names == ["M33", "M34", "M35"] and "M54" not in play.letters()
    play.say("cmo", local(20, 4, clock="11:00"), ("approve_correction", {"text": "It left too soon."}))
    assert play.letters().count("M54") == 3 and play.case.corrections == ()
    play.say("spo", local(21, 4), ("decision_agreed", {"default_notice": "no"}))
    play.say("cmo", local(21, 4, clock="11:00"), "send")
    play.run_to(local(22, 4))
    assert len(play.left("M33")) == 2 and play.state == "CLO" and "RA-1" not in play.case.machines


def test_a17_undo_of_an_undo_sends_the_letter_after_all():
    """Undo of an undo is allowed: the letter that was taken back is decided again, and its clock counts from it."""
    play = Play().received(local(1, 3)).eligible(local(1, 3, clock="10:30"))
    play.say("cmo", local(1, 3, clock="11:00"), "send_original")
    play.say("cmo", local(1, 3, clock="11:05"), "undo")
    assert play.state == "ELG" and play.letters("withdrawn") == ["M20"]
    play.say("cmo", local(1, 3, clock="11:10"), "undo")
    assert play.state == "WPR" and not play.timer("T4").firm
    play.run_to(local(2, 3))
    assert play.left("M20") == [local(1, 3, clock="11:25")] and play.timer("T4").firm
    assert play.due("T4") == date(2027, 3, 15)


def test_a17_undo_is_the_speakers_own():
    """G7: an officer takes back their own word only; the team's manager may take back anyone's."""
    play = Play().dispatched(local(1, 3))
    play.mail("provider", local(9, 3, clock="09:00"))
    play.say("cmo", local(9, 3), "accepted")
    assert "nothing of yours" in why(play.say("cmo2", local(9, 3, clock="10:05"), "undo"))
    assert play.state == "REV"
    play.say("tmg", local(9, 3, clock="10:06"), "undo")
    assert play.state == "RSP"


def test_a17_no_undo_once_something_happened():
    """Q33: the next event on the machine closes the door; the words say so."""
    play = Play().received(local(1, 3))
    play.say("cmo", local(1, 3, clock="10:30"), ("ask", {"question": "Which day?"}))
    play.mail("referrer", local(1, 3, clock="11:00"))
    assert "has happened" in why(play.say("cmo", local(1, 3, clock="11:05"), "undo")) and play.state == "RCV"


def test_a_late_undo_of_an_undo_counts_from_the_letter_it_sends():
    """K9: weeks later the letter leaves after all; its reply date counts from then, and no reminder leaves with it."""
    play = Play().received(local(1, 3)).eligible(local(1, 3, clock="10:30"))
    play.say("cmo", local(1, 3, clock="10:45"), "allocate_me")
    play.say("cmo", local(1, 3, clock="11:00"), "send_original")
    play.say("cmo", local(1, 3, clock="11:05"), "undo")
    play.say("cmo", local(23, 3), "undo")
    play.run_to(local(24, 3))
    assert play.state == "WPR" and play.left("M20") == [local(23, 3, clock="10:15")] and "M22" not in play.letters()
    assert play.due("T4") == date(2027, 4, 6)


def test_a_clock_brought_back_late_acts_at_its_hour():
    """K13: a stage opened again after its day sends its reminder at the next 4pm, not at the moment of the undo."""
    play = Play().dispatched(local(1, 3))
    play.say("cmo", local(12, 3), ("withdrawn", {"reason": "asked to"}))
    play.say("cmo", local(17, 3), "undo")
    assert play.state == "WPR" and play.due("T4") == date(2027, 3, 15)
    play.run_to(local(17, 3, clock="15:59"))
    assert "M22" not in play.letters()
    play.run_to(local(17, 3, clock="16:01"))
    assert play.left("M22") == [local(17, 3, clock="16:00")]
