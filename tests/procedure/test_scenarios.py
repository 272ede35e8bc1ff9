"""The scenarios of the procedure (domain.md 7.1, A1 to A17), on their dates, with all parts but the mail."""

from __future__ import annotations

from datetime import date

import pytest

from tests.procedure.driver import REFERRER, Play, calendar, local, person, terms, why


def utc_clock(play: Play, name: str) -> str:
    """When the last letter of this name left, in UTC."""
    return play.left(name)[-1].strftime("%a %d %b %Y %H:%M")


def test_a1_the_straight_way_to_closed():
    """A1: accepted, agreed, concluded without actions; every date of the table, and no reminder."""
    play = Play().received(local(1, 2, clock="09:30"))
    assert play.due("T1") == date(2027, 2, 1) and play.due("T3") == date(2027, 2, 3)
    play.eligible(local(1, 2, clock="10:15"))
    play.say("cmo", local(2, 2), "send_original")
    play.mail("provider", local(10, 2, clock="09:00"))
    assert play.due("T4") == date(2027, 2, 16)
    play.say("cmo", local(10, 2, clock="11:00"), "accepted")
    assert play.due("T8") == date(2027, 2, 17) and play.timer("T4") is None
    play.say("cmo", local(15, 2), ("recommend", {"text": "Close", "default_notice": "no"}))
    assert play.left("M30") == [local(15, 2)]
    play.say("spo", local(18, 2), ("decision_agreed", {"default_notice": "no"}))
    assert play.due("T10") == date(2027, 2, 22)
    assert (play.due("T11"), play.due("T12")) == (date(2027, 2, 22), date(2027, 2, 22))
    play.say("cmo", local(19, 2), "send")
    play.run_to(local(30, 3))
    assert play.state == "CLO" and play.case.files == ("closure report",)
    assert play.case.fields["closed_on"] == "2027-02-19" and play.case.fields["dispute_until"] == "2027-03-05"
    assert "M22" not in play.letters() and not play.case.machines["concern"].timers


def test_a2_received_on_a_saturday_night():
    """A2: acknowledged at once, and the clocks count from the local date of receipt."""
    play = Play().received(local(6, 3, clock="23:10"))
    play.run_to(local(6, 3, clock="23:11"))
    assert play.left("M01") == [local(6, 3, clock="23:10")]
    assert play.due("T1") == date(2027, 3, 8) and play.due("T3") == date(2027, 3, 9)


def test_a3_the_reminder_rolls_over_easter():
    """A3: day 14 is Good Friday, so the letter says Tuesday 30 March; the reminder leaves then at 4pm summer time."""
    play = Play().dispatched(local(12, 3))
    assert (play.timer("T4").nominal, play.due("T4")) == (date(2027, 3, 26), date(2027, 3, 30))
    silent = play.copy()
    silent.run_to(local(30, 3, clock="16:30"))
    assert utc_clock(silent, "M22") == "Tue 30 Mar 2027 15:00" and silent.state == "PRM"
    play.mail("provider", local(29, 3))
    play.run_to(local(31, 3, clock="08:00"))
    assert play.state == "RSP" and "M22" not in play.letters() and play.due("T5") == date(2027, 3, 30)


@pytest.mark.parametrize(
    ("zone", "received", "due"),
    [
        ("uk-eng", (23, 12, 2026), date(2026, 12, 29)),
        ("uk-eng", (31, 12, 2026), date(2027, 1, 5)),
        ("uk-sct", (31, 12, 2026), date(2027, 1, 6)),
    ],
)
def test_a4_two_working_days_over_the_holidays(zone: str, received, due: date):
    """A4: bank holidays, substitute days and the country's own holidays do not count."""
    assert Play(zone=zone).received(local(*received)).due("T3") == due


def with_referrer(*flags: str) -> Play:
    """A5: disputed, and M27 sent to the referrer on Friday 19 March."""
    play = Play().dispatched(local(12, 3))
    play.mail("provider", local(17, 3))
    play.say("cmo", local(17, 3, clock="11:00"), "disputed")
    if flags:
        play.say("cmo", local(17, 3, clock="11:30"), *reversed(flags))
    play.say("cmo", local(19, 3), "send_original")
    play.run_to(local(19, 3, clock="12:00"))
    return play


def test_a5a_a_silent_referrer_is_reminded_with_the_manager():
    """A5 (a): on the seventh day, rolled over Easter, the reminder goes to both and the review opens all the same."""
    play = with_referrer()
    play.run_to(local(30, 3, clock="16:30"))
    letter = play.letter("M29")
    assert utc_clock(play, "M29") == "Tue 30 Mar 2027 15:00"
    assert letter.to == (REFERRER,) and letter.data["cc"] == ["referrer-manager@council.example"]
    assert play.state == "REV" and play.due("T8") == date(2027, 4, 6)


def test_a5b_comments_open_the_review():
    """A5 (b): comments in time stop the reminder; five working days of review run from them."""
    play = with_referrer()
    play.mail("referrer", local(24, 3))
    play.run_to(local(1, 4))
    assert play.state == "REV" and "M29" not in play.letters() and play.due("T8") == date(2027, 4, 2)


def test_a5c_a_protected_referrer_has_no_manager():
    """A5 (c), Q9: one who agrees is asked and reminded, and nothing about them goes to any manager."""
    play = with_referrer("protect", "referrer_agrees")
    play.run_to(local(30, 3, clock="16:30"))
    assert play.letter("M29").data["cc"] == []


def test_a5c_a_protected_referrer_is_not_shown_the_reply():
    """Q9: protected before the reply is judged, there is no step 6 and the review opens at once (c27)."""
    play = Play().dispatched(local(12, 3))
    play.say("cmo", local(15, 3), ("protect", {"value": "yes"}))
    play.mail("provider", local(17, 3))
    play.say("cmo", local(17, 3, clock="11:00"), "disputed")
    assert play.state == "REV" and not {"M27", "M29"} & set(play.letters())


SCREENING = [
    ("ground_under_investigation", "PRK", {"M05": REFERRER, "M06": "service-manager@council.example"}, {"TP1", "TP2"}),
    ("low_level", "XLO", {"M07": REFERRER}, set()),
    ("isolated", "XIS", {"M08": REFERRER}, set()),
    ("in_house", "XIH", {"M09": "inhouse-manager@council.example", "M10": REFERRER}, set()),
]


@pytest.mark.parametrize(("word", "state", "letters", "timers"), SCREENING)
def test_a6_the_five_outcomes(word: str, state: str, letters: dict, timers: set):
    """A6: each outcome has its letters to its people and nobody else, and no clock runs where nothing is awaited."""
    play = Play().received(local(1, 2))
    before = set(play.case.letters)
    play.say("cmo", local(1, 2, clock="11:00"), word)
    new = {s.name: s.to for s in play.case.letters.values() if s.id not in before and s.name != "M53"}
    assert play.state == state and new == {name: (to,) for name, to in letters.items()}
    assert set(play.case.machines["concern"].timers) == timers


def test_a6_eligible():
    """A6, the first outcome: M04 to the referrer, and stage 2."""
    play = Play().received(local(1, 2)).eligible(local(1, 2, clock="11:00"))
    assert play.state == "ELG" and play.letter("M04").to == (REFERRER,) and "M20" not in play.letters()


def test_a7_parked_while_investigated():
    """A7: chased after 28 days; the outcome's arrival starts stage 3; parking does not age a concern."""
    play = Play().received(local(7, 9, 2026))
    play.say("cmo", local(7, 9, 2026, "11:00"), ("incident_is", {"value": date(2026, 8, 20)}))
    play.say("cmo", local(7, 9, 2026, "11:05"), ("investigation_by", {"value": "lead@nhs.example"}))
    play.say("cmo", local(7, 9, 2026, "11:10"), "ground_not_investigated")
    play.run_to(local(5, 10, 2026, "16:30"))
    assert play.left("M17") == [local(5, 10, 2026, "16:00")]
    play.mail("investigator", local(18, 12, 2026), "lead@nhs.example")
    play.say("cmo", local(18, 12, 2026, "14:00"), "outcome_received")
    assert play.state == "RCV"
    play.eligible(local(18, 12, 2026, "14:10"))
    assert play.state == "ELG" and play.due("T3") == date(2026, 12, 22)


@pytest.mark.parametrize(("day", "state"), [(14, "ELG"), (15, "RCV")])
def test_a8_six_months_to_the_day(day: int, state: str):
    """A8, K14: received before the date six months on is in time; on that date it is not, and the officer is asked."""
    play = Play().received(local(day, 3))
    play.say("cmo", local(day, 3, clock="10:30"), ("incident_is", {"value": date(2026, 9, 15)}))
    facts = play.say("cmo", local(day, 3, clock="11:00"), ("provider_is", {"value": "Oak", "also": {"contract": "C"}}))
    facts = play.say("cmo", local(day, 3, clock="11:05"), "eligible")
    assert play.state == state
    if state == "RCV":
        assert "Eligible because" in why(facts) and "M51" in play.letters()
        play.say("cmo", local(day, 3, clock="11:10"), ("eligible", {"because": "it was reported late by the hospital"}))
        assert play.state == "ELG"


def test_a9_a_provider_who_never_answers():
    """A9: reminder, last date, heads-up, referral, the senior officer's five working days over a bank holiday."""
    play = Play().dispatched(local(5, 4))
    play.run_to(local(28, 4, clock="16:30"))
    assert play.left("M22") == [local(19, 4, clock="16:00")] and play.due("T4b") == date(2027, 4, 26)
    assert play.left("M24") == [local(27, 4, clock="09:00")] and play.left("M25") == [local(28, 4, clock="16:00")]
    assert play.state == "NRS" and play.due("T14b") == date(2027, 5, 6) and play.child("DN-1").state == "CSD"


def test_a10_a_holding_reply_gives_the_clock_back():
    """A10, K13: the clock stood while the reply was judged and keeps its date."""
    play = Play().dispatched(local(13, 4))
    play.mail("provider", local(15, 4))
    assert play.timer("T4").state == "standing"
    play.say("cmo", local(16, 4), "holding")
    assert play.state == "WPR" and play.due("T4") == date(2027, 4, 27) and play.timer("T4").state == "running"
    play.run_to(local(27, 4, clock="16:30"))
    assert play.left("M22") == [local(27, 4, clock="16:00")]


def test_a10_a_date_that_passed_while_it_stood_comes_at_the_next_4pm():
    """K13: the reply is judged to be a holding reply two days after the date; the reminder leaves that day at 4pm."""
    play = Play().dispatched(local(13, 4))
    play.mail("provider", local(26, 4))
    play.say("cmo", local(29, 4), "holding")
    assert play.due("T4") == date(2027, 4, 27)
    play.run_to(local(29, 4, clock="16:30"))
    assert play.left("M22") == [local(29, 4, clock="16:00")]


def test_a11_letter_1_comes_back():
    """A11: the concern returns to stage 3 with its first date, the officer is told, the reminder's clock is gone."""
    play = Play().received(local(1, 2, clock="08:30")).eligible(local(1, 2, clock="09:00"))
    play.say("cmo", local(1, 2, clock="09:30"), "send_original")
    first = play.due("T3")
    play.bounce("M20", local(2, 2))
    assert play.state == "ALC" and play.due("T3") == first == date(2027, 2, 3) and play.timer("T4") is None
    assert play.letter("M21").to == ("cmo@council.example",)


@pytest.mark.parametrize(
    ("until", "state", "on"),
    [
        (date(2027, 3, 3), "WPR", date(2027, 3, 3)),
        (date(2027, 3, 28), "RSP", date(2027, 2, 19)),
        (date(2027, 2, 3), "RSP", date(2027, 2, 19)),
    ],
)
def test_a12_more_time(until: date, state: str, on: date):
    """A12, Q20: up to 14 days beyond the date; a Sunday is rolled first; a past date changes nothing."""
    play = Play().dispatched(local(5, 2))
    play.mail("provider", local(17, 2))
    facts = play.say("cmo", local(18, 2), ("extend", {"until": until}))
    assert (play.state, play.due("T4")) == (state, on)
    assert bool(why(facts)) == (state == "RSP")
    if until == date(2027, 3, 28):
        assert "Tuesday 30 March 2027" in why(facts) and "Senior Procurement Officer" in why(facts)
        play.say("spo", local(18, 2, clock="11:00"), ("extend", {"until": until}))
        assert play.state == "WPR" and play.due("T4") == date(2027, 3, 30)


def test_a12_once_per_step():
    """Q20: the officer extends once; a second time is for the senior officer."""
    play = Play().dispatched(local(5, 2))
    play.say("cmo", local(18, 2), ("extend", {"until": date(2027, 3, 3)}))
    assert play.due("T4") == date(2027, 3, 3)
    assert "once already" in why(play.say("cmo", local(19, 2), ("extend", {"until": date(2027, 3, 5)})))
    play.say("spo", local(19, 2, clock="11:00"), ("extend", {"until": date(2027, 3, 5)}))
    assert play.due("T4") == date(2027, 3, 5) and play.letters().count("M47") == 2


def test_a13_rounds_of_more_information():
    """A13: a decision a day late, the officer's five working days, and five new ones for the senior officer."""
    play = Play().reviewed(local(20, 4))
    play.say("cmo", local(22, 4), ("recommend", {"text": "Close", "default_notice": "no"}))
    play.run_to(local(22, 4, clock="12:00"))
    assert play.state == "SPO" and play.due("T10") == date(2027, 4, 29)
    play.say("spo", local(30, 4), ("decision_information", {"text": "What did the nurse say?"}))
    assert calendar().working_days_between(play.due("T10"), date(2027, 4, 30)) == 1
    assert play.state == "INF" and play.due("T10b") == date(2027, 5, 10)
    play.say("cmo", local(7, 5), ("information", {"text": "It was late."}))
    assert play.state == "SPO" and play.due("T10") == date(2027, 5, 14)
    assert play.letters().count("M30") == 2 and play.case.fields["round"] == "1"


ACTIONS = [{"text": "Train staff"}, {"text": "New rota", "by": date(2027, 4, 30)}]


def test_a14_actions_overdue():
    """A14: a reminder on day 14 or on the agreed date, then referral two working days later, each action by itself."""
    play = Play().concluded(local(12, 4), actions=ACTIONS)
    assert play.state == "CON" and play.case.fields["closed_on"] == "2027-04-12"
    play.run_to(local(7, 5))
    assert play.left("M37") == [local(26, 4, clock="16:00"), local(30, 4, clock="16:00")]
    assert play.left("M25") == [local(28, 4, clock="16:00"), local(5, 5, clock="16:00")]
    assert play.state == "CON" and play.child("RA-1").state == play.child("RA-2").state == "WSP"
    assert [m.id for m in play.case.live("DN")] == ["DN-1"] and play.child("DN-1").state == "CSD"


def test_a14_a_recommended_action_has_a_date():
    """c36: the officer's recommendation names a date for each action; none may lie in the past."""
    play = Play().reviewed(local(20, 4))
    for by, words in ((None, "needs a date"), (date(2027, 4, 20), "needs a date")):
        said = {"text": "Close", "default_notice": "no", "actions": [{"text": "Train", "by": by}]}
        assert words in why(play.say("cmo", local(22, 4), ("recommend", said))) and play.state == "REV"


def test_a15_a_default_notice_on_its_way():
    """A15: the window to dispute, the pack to the senior officer, five working days; the machine never serves it."""
    play = Play().concluded(local(7, 5), "yes")
    assert play.child("DN-1").state == "PRP" and play.due("TW", "DN-1") == date(2027, 5, 21)
    play.run_to(local(25, 5, clock="15:59"))
    assert play.child("DN-1").state == "PAS" and play.due("T15", "DN-1") == date(2027, 5, 25)
    play.run_to(local(25, 5, clock="16:30"))
    assert play.left("M44") == [local(25, 5, clock="16:00")] and play.child("DN-1").state == "TBI"
    assert play.due("T15b", "DN-1") == date(2027, 6, 2)
    play.run_to(local(30, 7))
    assert "M45" not in play.letters() and play.child("DN-1").state == "TBI"


def test_a16_only_the_decider_decides_and_in_full():
    """A16, G7, Q25: an officer without the role is refused, "Agreed" alone is asked about, the clock runs on."""
    play = Play().recommended(local(20, 4))
    play.run_to(local(20, 4, clock="20:00"))
    before = play.timer("T10")
    facts = play.say("cmo", local(21, 4), ("decision_agreed", {"default_notice": "no"}))
    assert play.state == "SPO" and facts[0].kind == "refused"
    assert [s.to for s in play.case.letters.values() if s.name == "M52"] == [
        ("cmo@council.example",),
        ("spo@council.example",),
    ]
    facts = play.say("spo", local(21, 4, clock="11:00"), "decision_agreed")
    assert play.state == "SPO" and "default notice" in why(facts) and play.letter("M51").to == ("spo@council.example",)
    play.mail("provider", local(21, 4, clock="12:00"), subject="Accepted")
    assert play.state == "SPO" and play.timer("T10") == before


def test_the_log_alone_gives_the_case():
    """Invariant: whoever reads the log, through JSON, sees the same case."""
    play = Play().concluded(local(19, 4), "yes", actions=[{"text": "Train", "by": date(2027, 5, 10)}])
    play.say("spo", local(20, 4), "undo")
    play.run_to(local(30, 6))
    assert play.refolded() == play.case


def test_all_words_of_a_mail_or_none():
    """G11: one word that cannot be taken, and none of the mail is."""
    play = Play().received(local(1, 3))
    facts = play.say("cmo", local(1, 3, clock="10:30"), ("provider_is", {"value": "Oak"}), "eligible", "send_original")
    assert "contract" in why(facts) and "provider" not in play.case.fields and play.state == "RCV"


def test_a_deputy_speaks_for_the_holder():
    """G7, composition 14: who holds a role that includes another may say its words; the head decides for the senior."""
    play = Play().recommended(local(20, 4))
    play.run_to(local(20, 4, clock="20:00"))
    play.say("hop", local(21, 4), ("decision_agreed", {"default_notice": "no"}))
    assert play.state == "DEC" and play.case.fields["decided_by"] == person("hop").address


def test_an_outage_never_backdates():
    """G10: the clocks act late, one step at a time, and what follows counts from when they truly acted."""
    play = Play(terms()).dispatched(local(5, 4))
    _, due = play.next_due()
    while getattr(due, "timer", "") != "T4":
        play.happen(due, play.next_due()[0])
        _, due = play.next_due()
    play.happen(due, local(10, 5, clock="22:00"))
    play.run_to(local(11, 5, clock="09:00"))
    assert play.left("M22") == [local(11, 5, clock="08:00")] and play.due("T4b") == date(2027, 5, 18)
