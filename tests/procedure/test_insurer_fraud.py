"""Possible fraud (i05, Q45): Integrity Services gets the original, the sender hears "received", others nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.procedure.insurer import CO, LIVE, READER, Issue, start, terms

SOON = timedelta(minutes=5)


def fraud(state: str, who: str = "co", **settings: object) -> Issue:
    """The word is said while the issue stands there."""
    play = start(state)
    play.terms = replace(play.terms, settings=settings)
    play.say(who, play.now + SOON, "kind_fraud")
    return play


def after(play: Issue, count: int) -> list[tuple[str, tuple[str, ...]]]:
    return [(s.name, s.to) for s in list(play.case.letters.values())[count:]]


@pytest.mark.parametrize("state", LIVE)
@pytest.mark.parametrize("who", ["co", "tm", "sm"])
def test_from_every_stage_by_everybody_who_works_on_it(state, who):
    """One letter to Integrity Services, one bare receipt to whoever said it, no clock left, the record restricted."""
    play = start(state)
    count = len(play.case.letters)
    play.say(who, play.now + SOON, "kind_fraud")
    expected = [("N05", ("integrity@insurer.example",)), ("M53R", (f"{who}@insurer.example",))]
    assert after(play, count) == expected
    assert play.case.restricted == ("integrity",) and not play.case.machines["issue"].timers
    assert play.letter("N05").status == "sent"  # at once, without the time for an undo
    play.run_to(play.now + timedelta(days=365))
    assert after(play, count) == expected and play.refolded() == play.case


def test_letters_of_parties_that_wait_are_withdrawn():
    """An invitation that has not left stays here."""
    play = start("CMT")
    waiting = play.letter("N12")
    play.say("sm", play.now, "kind_fraud")
    assert waiting.status == "decided" and play.case.letters[waiting.id].status == "withdrawn"


def test_it_beats_a_hold():
    """At any step: a hold does not stop it, and ends with the issue."""
    play = start("B1")
    play.say("tm", play.now, ("hold", {"until": play.calendar.local_date(play.now) + SOON * 300, "reason": "leave"}))
    play.say("co", play.now + SOON, "kind_fraud")
    assert play.state == "XIN" and not play.case.hold and not play.case.machines["issue"].timers


@pytest.mark.parametrize("word", ["status", "undo", "help", ("note", {"text": "x"}), ("reopen", {"reason": "again"})])
def test_whatever_an_officer_says_then_is_answered_received_only(word):
    """No answer repeats anything: not the stage, not the word, not that it is restricted."""
    for who in ("co", "tm", "sm", "co2"):
        play = fraud("A2P")
        count = len(play.case.letters)
        play.say(who, play.now + SOON, word)
        assert [name for name, _ in after(play, count)] == ["M53R"] and play.state == "XIN"


def test_a_partys_mail_is_filed_and_nobody_is_told():
    """Provider and supplier get no answer, and the former owner does not hear of their mail."""
    for role in ("provider", "supplier", "expert"):
        play = fraud("C1")
        count = len(play.case.letters)
        play.mail(role, play.now + SOON)
        assert after(play, count) == []


def test_those_named_in_the_settings_may_see_it():
    """Q45: by name in config; they hear of later mail, and only they may ask."""
    play = fraud("C1", restricted_readers=[READER])
    count = len(play.case.letters)
    play.mail("supplier", play.now + SOON)
    assert after(play, count) == [("M28", (READER,))]
    assert play.letter("M28").data["cc"] == []
    play.say(READER, play.now + SOON, "status")
    assert after(play, count)[1:] == [("M58", (READER,))]


def test_a_missing_address_is_asked_for_where_nothing_is_told():
    """Integrity Services on no list: the administrator hears that a letter could not go, and not what it said."""
    known = terms().people
    play = start("A2P")
    play.terms = replace(play.terms, people={**known, "integrity": ()})
    count = len(play.case.letters)
    play.say("co", play.now + SOON, "kind_fraud")
    assert ("M57", ("admin@insurer.example",)) in after(play, count)
    assert CO not in [a for name, to in after(play, count) if name != "M53R" for a in to]


def test_it_is_a_decision_and_cannot_be_undone():
    """What Integrity Services have is not taken back by a word."""
    play = fraud("A2P")
    play.say("co", play.now + SOON, "undo")
    assert play.state == "XIN" and play.case.restricted
