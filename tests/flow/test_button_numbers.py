"""Buttons about one item carry its number: nobody has to fill in what the letter knows."""

from __future__ import annotations

import pytest

from mailflow.flow.understanding import forms_of
from mailflow.mail.commands import read
from tests.flow.bench import JOAN, MAYA, PRIYA, Bench, at, office, procedure

WHEN = at("2027-03-10 10:00").date()


@pytest.fixture
def evident(waiting: Bench) -> Bench:
    """Two actions agreed; the officer has been told of evidence for the second (M38)."""
    tag = f"Re: {waiting.tag()}"
    waiting.mail("2027-02-10 09:00", JOAN, tag, "We accept this.")
    waiting.mail("2027-02-10 11:00", MAYA, tag, "Accepted")
    actions = "Action: Train the staff by 15 March\nAction: Change the rota by 22 March"
    waiting.mail("2027-02-15 11:00", MAYA, tag, f"Recommend: The concern is upheld.\n{actions}\nDefault notice: no")
    waiting.mail("2027-02-18 11:00", PRIYA, tag, "Decision: agreed, no default notice")
    waiting.mail("2027-02-19 09:00", MAYA, tag, "Send")
    waiting.mail("2027-03-10 10:00", JOAN, tag, "The rota has changed, see the plan.")
    waiting.mail("2027-03-10 11:00", MAYA, tag, "Evidence for action 2")
    return waiting


def _states(bench: Bench) -> dict[int, str]:
    return {m.item: m.state for m in bench.case().machines.values() if m.kind == "RA"}


def test_the_number_stands_in_label_words_and_link(evident: Bench):
    """M38 about action 2 says "Action 2 done", not "Action (number) done"."""
    text = evident.letter("M38", MAYA).message.text
    assert "- Action 2 done\n" in text and "Or write: Action 2 done" in text and "(number)" not in text
    subject, body = evident.letter("M38", MAYA).button("Action 2 done")
    assert "Action 2 done #" in subject and body.strip() == "Action 2 done"


def test_of_two_that_wait_the_letter_offers_its_own(evident: Bench):
    """With evidence for both actions, the letter about the second still speaks of the second."""
    evident.mail("2027-03-10 12:00", MAYA, f"Re: {evident.tag()}", "Evidence for action 1")
    assert "- Action 1 done\n" in evident.letter("M38", MAYA).message.text
    evident.mail("2027-03-11 10:00", MAYA, f"Re: {evident.tag()}", "Validated 2")
    assert _states(evident) == {1: "EVD", 2: "EVD"}
    assert "- Action 2 done\n" in evident.letter("M38", MAYA).message.text


def test_the_button_speaks_of_that_action_alone(evident: Bench):
    """Pressed as it is, it closes action 2 (once confirmed, G7) and leaves action 1 as it was."""
    evident.mail("2027-03-10 12:00", MAYA, *evident.letter("M38", MAYA).button("Action 2 done"))
    evident.mail("2027-03-10 12:05", MAYA, *evident.letter("M51", MAYA).button("Confirm: Action 2 done"))
    assert _states(evident) == {1: "OPN", 2: "DON"}


def test_a_date_is_still_filled_in_below(evident: Bench):
    """What is not known stays a blank of the text; the subject does not contradict it."""
    subject, body = evident.letter("M38", MAYA).button("Action 2 not done: new date (date)")
    evident.mail("2027-03-10 12:00", MAYA, subject, body.replace("(date)", "2 April 2027"))
    assert _states(evident) == {1: "OPN", 2: "OPN"} and "2027-04-02" in {on for on, _ in evident.clocks().values()}


NUMBERED = [v for v in procedure().verbs.values() if "(number)" in v.label and ":number}" in v.say[0]]


@pytest.mark.parametrize("verb", NUMBERED, ids=lambda verb: verb.name)
def test_a_numbered_subject_never_contradicts_the_text(verb):
    """Whatever the verb, the subject up to its first open blank and the filled-in text say the same."""
    words = verb.label.replace("(number)", "2")
    text = words.replace("(date)", "2 April 2027").replace("(reason)", "the plan has changed")
    subject = f"[CC-2027-0001-AS] {words.partition('(')[0].rstrip(' :,')} #abcdefghijkl"
    reading = read(text, subject, forms_of(procedure()), WHEN, office().calendar.add_working_days)
    assert [s.verb for s in reading.sayings] == [verb.name] and not reading.doubts
    assert 2 in reading.sayings[0].blanks.values()


def test_a_letter_about_the_whole_case_names_no_number(evident: Bench):
    """Where it is not known which action is meant, the person says it (M39)."""
    evident.mail("2027-03-11 10:00", JOAN, f"Re: {evident.tag()}", "More papers.")
    assert "Evidence for action (number)" in evident.letter("M39", MAYA).message.text
