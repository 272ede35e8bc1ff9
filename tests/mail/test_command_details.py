"""Details of a command: on its line, below it, in its text; said twice, unclear or alone (domain.md 5.2)."""

from __future__ import annotations

from datetime import date

import pytest

from mailflow.mail.command_details import attached
from mailflow.mail.command_forms import Fit
from mailflow.mail.commands import Form, Saying, read
from tests.mail.test_commands import THURSDAY, _add, _read, _verdict


@pytest.mark.parametrize(
    "joint", [", ", ". ", "; ", ": ", " - ", " \u2013 ", " (", " and ", " with ", " plus ", " & ", ", and "]
)
def test_a_detail_may_follow_on_the_line(joint):
    """Between a command and its detail stand a stop or a joining word."""
    (saying,) = _read(f"Agreed{joint}no default notice").sayings
    assert (saying.blanks, saying.note) == ({"default_notice": "no"}, "")


def test_what_stands_between_details_is_the_note():
    """Clauses that are no details are kept as the note, in their order and without what was taken as a detail."""
    (saying,) = _read("Agreed. Good work. No default notice. Ring me, Maya").sayings
    assert (saying.blanks, saying.note) == ({"default_notice": "no"}, "Good work. Ring me, Maya")
    (saying,) = _read("Agreed - no default notice - thank you for the long file").sayings
    assert (saying.blanks, saying.note) == ({"default_notice": "no"}, "thank you for the long file")
    (saying,) = _read("Agreed, no default notice; good work").sayings
    assert (saying.blanks, saying.note) == ({"default_notice": "no"}, "good work")
    (saying,) = _read("Agreed. Good work").sayings
    assert (saying.blanks, saying.note) == ({}, "Good work")


@pytest.mark.parametrize("stop", [".", ",", ";", ":"])
def test_a_detail_leaves_no_stop_of_its_own_in_the_note(stop):
    """A detail that is cut out between two clauses takes one of its stops with it."""
    for behind in (".", ",", ";", ": "):
        (saying,) = _read(f"Agreed, good work{stop} No default notice{behind} X may ring Dr X").sayings
        assert (saying.blanks, saying.note) == ({"default_notice": "no"}, f"good work{stop} X may ring Dr X")


@pytest.mark.parametrize("joint", [": ", " - ", " \u2013 ", " \u2014 ", ": - "])
@pytest.mark.parametrize("lead", ["Agreed, ", "Agreed. ", "Decision: alternative: a warning, "])
def test_a_detail_that_goes_on_is_not_the_shorter_one(lead: str, joint: str):
    """ "Default notice: nope" is not "Default notice"; what has no longer form may have a note behind it."""
    for words in ("nope", "nil", "as they like"):
        assert _verdict(_read(f"{lead}default notice{joint}{words}")) == "doubt"
    for answer in ("yes", "no"):
        assert _read(f"{lead}default notice{joint}{answer}").sayings[0].blanks["default_notice"] == answer
    assert _read(f"Agreed, no default notice{joint}they rang").sayings[0].blanks["default_notice"] == "no"
    assert _read("Agreed, default notice. They rang").sayings[0].blanks["default_notice"] == "yes"


def test_a_detail_that_nothing_goes_on_with_may_carry_a_note():
    """Another head, another verb's detail, or a form that goes on without a stop is no longer form of it."""
    forms = (
        *MERGED[:4],
        Form("late", "Late: {text:text}", False, ("visit",)),
        Form("urgent_by", "Urgent by {on:date}", False, ("visit",)),
        Form("urgent_talk", "Urgent: {n:number}", False, ("talk",)),
    )
    (saying,) = read("Visit, urgent: they rang", "", forms, THURSDAY, _add).sayings
    assert (saying.blanks, saying.note) == ({"urgent": True}, "they rang")


def test_a_detail_with_more_behind_it_in_a_text():
    """Whether the words behind it belong to the detail or to the text is asked: the text would swallow it."""
    for mail in ("no default notice: they rang", "no default notice as they rang", "default notice: yes they rang"):
        (doubt,) = _read(f"Decision: alternative: a warning, {mail}").doubts
        assert (doubt.verbs, doubt.why) == (("alternative",), f"I cannot read '{mail}'.")


def test_a_detail_keeps_the_letters_at_its_ends():
    """Only stops and blanks are taken off it."""
    for line in ("Agreed. Action: X ray by Dr X", "Decision: alternative: a warning. Action: X ray by Dr X."):
        (saying,) = _read(line).sayings
        assert [entry["text"] for entry in saying.blanks["actions"]] == ["X ray by Dr X"]


def test_a_detail_with_a_stop_inside_is_one_detail():
    """ "Action: rota, training by 30 April" is one action, though a comma stands in it."""
    (saying,) = _read("Agreed. Action: new rota, and training by 30 April. No default notice").sayings
    assert saying.blanks["actions"] == ({"text": "new rota, and training", "by": date(2027, 4, 30)},)
    assert saying.blanks["default_notice"] == "no"


def test_details_at_the_end_of_a_text_are_cut_off_it():
    """The text of a command ends where its details begin."""
    (saying,) = _read("Decision: alternative: a warning, and a visit, no default notice").sayings
    assert saying.blanks == {"text": "a warning, and a visit", "default_notice": "no"}
    (saying,) = _read("Decision: alternative: a warning - no default notice").sayings
    assert saying.blanks == {"text": "a warning", "default_notice": "no"}
    (saying,) = _read("Decision: alternative: a warning. No default notice. Action: new rota by 30 April.").sayings
    assert saying.blanks["text"] == "a warning"
    assert saying.blanks["actions"] == ({"text": "new rota", "by": date(2027, 4, 30)},)
    (saying,) = _read("Decision: alternative: a warning, no default notice, as in March").sayings
    assert "default_notice" not in saying.blanks and saying.blanks["text"].endswith("as in March")


@pytest.mark.parametrize(
    "mail",
    [
        "Recommend: upheld\nAction:",
        "Recommend: upheld\nDefault notice to follow",
        "Recommend: upheld\nAction 2 training",
        "Recommend: upheld\nDefault notice: maybe",
        "Decision: alternative: a warning, default notice tbc",
        "Decision: alternative: a warning, default notice: yes, default notice: no",
        "Agreed, default notice tbc",
        "Agreed, action 2 training",
        "Agreed, default notice: yes. No default notice",
        "Agreed\nAction: training by 31 April",
    ],
)
def test_a_detail_that_cannot_be_read_is_asked_about(mail):
    """What begins like a detail and is none, or says two things, holds the command up."""
    reading = _read(mail)
    assert not reading.sayings
    assert all(doubt.why.endswith(".") and doubt.line for doubt in reading.doubts)


def test_a_detail_said_twice_alike_counts_once():
    """On the line and below it, the same is the same; actions are added to each other."""
    assert _read("Agreed, no default notice\nNo default notice").sayings[0].blanks == {"default_notice": "no"}
    assert _read("Agreed. No default notice. No default notice").sayings[0].blanks == {"default_notice": "no"}
    twice = _read("Agreed\nAction: one thing by 30 April\nAction: another thing by 30 April").sayings[0]
    assert [entry["text"] for entry in twice.blanks["actions"]] == ["one thing", "another thing"]


def test_a_detail_alone_is_asked_about():
    """Without the command it is part of, nobody knows what it is a detail of: the commands are named."""
    assert _verdict(_read("Action: staff training")) == "doubt"
    (doubt,) = read("Urgent", "", MERGED, THURSDAY, _add).doubts
    assert doubt.verbs == ("visit",)
    assert _verdict(read("Urgent, thanks", "", MERGED, THURSDAY, _add)) == "doubt"
    assert _verdict(read("Urgent matters came up", "", MERGED, THURSDAY, _add)) == "note"
    assert _verdict(_read("Training is an action: good")) == "note"


MERGED = (
    Form("visit", "Visit", True),
    Form("talk", "Talk", False),
    Form("by_whom", "By {who:word}", False, ("visit",), ""),
    Form("urgent", "Urgent", False, ("visit",), ""),
    Form("lines", "Point {n:number}: {text:text}", False, ("visit",), "points"),
)


def test_details_that_go_into_the_command_itself():
    """A detail without a place of its own gives its blanks to the command, or its name if it has none."""

    def said(text):
        return read(text, "", MERGED, THURSDAY, _add)

    assert said("Visit\nBy Tom").sayings[0].blanks == {"who": "Tom"}
    assert said("Visit, urgent").sayings[0].blanks == {"urgent": True}
    assert said("Visit\nUrgent\nUrgent\nBy Tom").sayings[0].blanks == {"urgent": True, "who": "Tom"}
    assert said("Visit\nBy Tom\nBy Ann").doubts and not said("Visit\nBy Tom\nBy Ann").sayings
    assert said("Visit\nPoint 1: roof\nPoint 2: door").sayings[0].blanks == {
        "points": ({"n": 1, "text": "roof"}, {"n": 2, "text": "door"})
    }
    assert [s.verb for s in said("Visit\nTalk\nBy Tom").sayings] == ["visit", "talk"]
    assert said("Visit\nTalk\nBy Tom").sayings[0].blanks == {"who": "Tom"}
    assert said("Talk\nBy Tom").sayings[0].blanks == {}


def test_a_list_of_details_begins_with_the_first():
    """What else the command calls by the list's name is none of its entries."""
    point = Fit(MERGED[-1], 5, 1, 0, {"n": 1, "text": "roof"})
    for blanks in ({}, {"points": "door"}):
        saying, why = attached(Saying("visit", blanks, "Visit", ""), point)
        assert (saying.blanks, why) == ({"points": ({"n": 1, "text": "roof"},)}, "")


@pytest.mark.parametrize(
    "mail, verdict",
    [
        ("Ask: which day?\n# Ask: which carer?", "ask ask"),
        ("Ask: which day?\n# Ask: which day?", "ask"),
        ("Withdrawn: they rang\n# Withdrawn: they wrote", "doubt"),
        ("Withdrawn: they rang\n# Withdrawn: they rang", "withdrawn"),
        ("Cancel action 1: done already\n# Cancel action 2: not needed", "cancel_action cancel_action"),
        ("Extend to 3 March\nExtend action 2 to 3 March", "extend extend"),
        ("Hold until 3 March: police\n# Hold until 4 March: police", "doubt"),
        ("Withdrawn\n# Withdrawn: they rang", "doubt"),
    ],
)
def test_the_same_word_again(mail, verdict):
    """Alike it counts once; numbers and free words that decide nothing tell acts apart; all else is asked about."""
    assert _verdict(_read(mail)) == verdict
