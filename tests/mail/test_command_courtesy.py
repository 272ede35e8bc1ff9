"""The polite words round a command: passed over one by one, unless a word in them turns something round."""

from __future__ import annotations

import pytest

from mailflow.mail.command_courtesy import (
    after_courtesy,
    after_request,
    behind_leads,
    behind_opening,
    explains,
    only_courtesy,
    without_courtesy,
)
from tests.mail.test_commands import _read, _verdict


@pytest.mark.parametrize("word", ["Not", "No", "Never", "If", "Only", "Partly", "Unhappily", "Undecided"])
@pytest.mark.parametrize("hello", ["Hi", "Hello", "Thanks", "Many thanks", "Cheers", "Good morning"])
def test_a_word_that_limits_is_no_first_name(hello: str, word: str):
    """ "Hi Tom accepted" accepts; "Thanks Only accepted" and "Hello No accepted" must not."""
    for said in ("accepted", "agreed", "send"):
        assert _verdict(_read(f"{hello} Tom {said}")) == said
        assert _verdict(_read(f"{hello} {word} {said}")) in ("note", "decision?", "doubt")


@pytest.mark.parametrize(
    "word", ["not", "no", "but", "cannot", "never", "however", "don't", "won\u2019t", "doesn't", "isn\u2019t"]
)
def test_an_opening_that_turns_something_round(word: str):
    """A sentence that only opens a mail is left out, but not with such a word in it: an officer is asked."""
    assert without_courtesy("Sorry about this, they came. Accepted") == "Accepted"
    for opening in (
        f"Sorry about this, they {word} came.",
        f"I hope you are {word} well.",
        f"Happy Monday {word} now.",
    ):
        assert without_courtesy(f"{opening} Accepted") == f"{opening} Accepted"
        assert _verdict(_read(f"{opening} Accepted")) == "decision?"


@pytest.mark.parametrize("thanks", ["Many thanks", "Thank you", "Thanks", "Thx", "Cheers", "Ta"])
@pytest.mark.parametrize("more", ["", " so much", " very much", " a lot", " again", " all", " both", " team", " Sam"])
def test_thanks_in_front(thanks: str, more: str):
    """Thanks with a stop behind them are passed over, and are nothing by themselves."""
    assert without_courtesy(f"{thanks}{more}, accepted") == "accepted"
    assert without_courtesy(f"{thanks}{more}.") == ""


@pytest.mark.parametrize(
    "who", ["all", "team", "both", "there", "everyone", "colleagues", "again", "Sam", "dr Lee-Roe"]
)
@pytest.mark.parametrize("stop", [",", "!", " ,", ",!"])
def test_greetings_in_front(who: str, stop: str):
    """Whoever is greeted, with one stop or two."""
    assert without_courtesy(f"Good morning {who}{stop} accepted") == "accepted"


@pytest.mark.parametrize("word", ["please", "pls", "plz", "kindly"])
def test_please_in_front(word: str):
    """One please, with whatever stands between it and the verb."""
    for joint in (" ", ", ", ": ", " - "):
        assert without_courtesy(f"{word}{joint}send") == "send"
    assert _verdict(_read(f"Yes, {word} send")) == "send"
    assert _verdict(_read(f"Ok {word}, send")) == "send"


@pytest.mark.parametrize(
    "opening",
    ["Sorry", "So sorry", "Very sorry for this", "My sincere apologies", "Apols all", "Sorry, am on leave",
     "Sorry I'm late", "Sorry im late", "Sorry from the train", "Apologies it's late", "Trust everyone is well",
     "Hope all is well",
     "Happy Thursday", "Lovely to speak to you", "Typing on my phone", "Writing from my iPhone", "Replying on my ipad",
     "See my answer below", "In reply to your letter", "External", "[EXTERNAL EMAIL]", "Official-Sensitive",
     "Sensitive"],
)  # fmt: skip
@pytest.mark.parametrize("stop", [".", "!", ",", " -", " \u2013"])
def test_sentences_that_open_a_mail(opening: str, stop: str):
    """Excuses, wishes, where it was typed, a gateway's mark: the command stands behind them and a stop."""
    assert _verdict(_read(f"{opening}{stop} Accepted")) == "accepted"
    if stop in (".", "!"):
        assert without_courtesy(f"{opening}{stop} Accepted") == "Accepted"


@pytest.mark.parametrize(
    "words",
    ["please", "thanks", "thank you very much", "many thanks again", "thanks so much", "thx a lot", "cheers all", "ta"],
)
def test_courtesy_behind(words: str):
    """Nothing of it is left, and a name may follow thanks."""
    assert after_courtesy(f", {words} Sam") == (" Sam", True)


@pytest.mark.parametrize("whom", ["you", "her", "him", "them", "Sam"])
def test_with_whom_it_was_agreed(whom: str):
    """The occasion of a command is no limit of it."""
    assert explains(f" as agreed with {whom}")
    assert not explains(" as agreed with conditions")


@pytest.mark.parametrize(
    ("line", "behind"),
    [("Hi Tom. Accepted", "Accepted"), ("Hi: Accepted", "Accepted"), ("Hi Tom -- accepted", "accepted"),
     ("Hi Tom Lee Roe. Accepted", "Accepted"), ("Hi Tom.", ""), ("Hello", ""), ("Hello Sam", ""), ("Hi Sam:", ""),
     ("Thanks Tom -- accepted", "accepted"), ("Thanks ... accepted", "accepted"), ("Thanks", "")],
)  # fmt: skip
def test_a_greeting_ends_with_its_stop(line: str, behind: str):
    """A name may stand in it; what is behind the stop is the line."""
    assert without_courtesy(line) == behind


@pytest.mark.parametrize("thanks", ["Many thanks", "Thanks", "Thank you", "Thx", "Cheers"])
def test_a_command_directly_behind_thanks(thanks: str):
    """Whoever is thanked, the command is offered; a line of thanks alone is none, whatever for."""
    for who in ("", " all", " both", " team"):
        for joint in (" ", " - ", "! "):
            assert ("", "accepted") in behind_opening(f"{thanks}{who}{joint}accepted")
    assert ("", "accepted") in behind_opening(f"{thanks} Tom accepted")
    assert without_courtesy(f"{thanks} for looking into it") == ""
    assert without_courtesy(f"{thanks} for looking into it: accepted") != ""


def _openings() -> list[str]:
    """Each word that may stand in one of the sentences that only open a mail."""
    devices = ("phone", "mobile", "telephone", "iPhone", "iPad", "tablet")
    letters = ("mail", "email", "e-mail", "message", "letter", "question", "reminder", "note")
    marks = ("External", "Caution", "Official", "Official-Sensitive", "Official Sensitive", "Unclassified",
             "In-Confidence", "In Confidence", "Sensitive")  # fmt: skip
    return [
        *(f"Sorry {word} bother you" for word in "for about this it's its to again all both am I'm Im on from".split()),
        *(f"{sorry} for that" for sorry in ("Apologies", "Apols", "So sorry", "Very sorry", "Many apologies")),
        *(f"{who}{wish} {what} well" for who in ("", "I ", "We ") for wish in ("hope", "trust")
          for what in ("you are", "this goes", "that you are", "all goes", "everyone is", "the week goes")),
        *(f"Hope {what} is well" for what in ("all", "everything")),
        *(f"Happy {day} to you" for day in "Monday Tuesday Wednesday Thursday Friday Easter Christmas".split()),
        "Happy New Year",
        *(f"{how} to {what} you" for how in ("Nice", "Good", "Lovely", "Great", "It was good")
          for what in ("speak to", "talk to", "see", "meet", "hear from")),
        *(f"{doing}on my {device}" for doing in ("", "Typing ", "Writing this ", "Sending ", "Replying ")
          for device in devices),
        *(f"Sent from my {device}, on the train" for device in devices[:1]),
        *(f"{see}my {word} below" for see in ("", "See ", "Please see ")
          for word in ("answer", "reply", "response is", "decision is", "word is", "words")),
        *(f"In {word} to your mail" for word in ("answer", "reply", "response")),
        *(f"{about} {whose} {letter}" for about in ("Re", "Regarding") for whose in ("your", "the")
          for letter in letters),
        *(f"[{mark}{what}]" for mark in marks for what in ("", " email", " e-mail", " sender", " mail")),
    ]  # fmt: skip


@pytest.mark.parametrize("opening", _openings())
def test_each_word_of_the_sentences_that_open_a_mail(opening: str):
    """None of them is the command, and none hides the one behind it."""
    assert without_courtesy(f"{opening}. Accepted") == "Accepted"
    assert without_courtesy(f"{opening}... Accepted") == "Accepted"


@pytest.mark.parametrize("mark", ["Caution", "Warning", "External"])
@pytest.mark.parametrize("word", ["is external to us", "came from outside", "originated elsewhere"])
def test_a_banner_of_a_gateway_is_passed_over_whole(mark: str, word: str):
    """It may be several sentences; a decision in the same line is asked about."""
    banner = f"{mark}: this mail {word}. Please take care"
    assert without_courtesy(banner) == ""
    assert _verdict(_read(f"{banner}\n\nAccepted")) == "accepted"
    assert _verdict(_read(f"{banner}. Accepted")) == "decision?"


@pytest.mark.parametrize("please", ["", "please ", "pls ", "can you please "])
@pytest.mark.parametrize("what", ["record this as ", "mark it down as: ", "log as "])
def test_a_command_that_shall_be_recorded(please: str, what: str):
    """What follows is offered as the command."""
    assert (f"{please}{what}", "accepted") in behind_leads(f"{please}{what}accepted")


@pytest.mark.parametrize("please", ["", "please ", "pls ", "just ", "please just ", "pls just "])
@pytest.mark.parametrize("asks", ["can you ", "could we ", "Would I ", "will you "])
def test_what_is_asked_for(asks: str, please: str):
    """The words behind the question's head; other lines ask for nothing so."""
    assert after_request(f"{asks}{please}send") == "send"
    assert after_request(f"{please}send") == ""


def test_a_question_is_no_courtesy():
    """Thanks and stops leave a command as it is, a question mark does not."""
    assert only_courtesy("") and only_courtesy(", thanks!") and not only_courtesy(", thanks Sam")
    for asked in ("?", " please?", "?? thanks"):
        assert not only_courtesy(asked)


def test_a_lead_keeps_the_letters_behind_it():
    """Only blanks, stops and quotation marks are taken off what a lead offers."""
    for yes in ("Yes ... ", "Yes - please: ", "Yes, please - ", "Right ... "):
        assert (yes, "X ray") in behind_leads(f"{yes}X ray")
    assert ("Yes, ", "X ray for Dr X") in behind_leads("Yes, 'X ray for Dr X'")
    assert ("As discussed", "X ray for Dr X") in behind_leads("As discussed - X ray for Dr X.")
