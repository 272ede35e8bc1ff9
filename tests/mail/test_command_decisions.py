"""Words that were not read as a command and sound like a decision: asked about, not filed (M51)."""

from __future__ import annotations

import pytest

from mailflow.mail.command_decisions import looks_like_decision, sounds_like_decision
from mailflow.mail.command_forms import Form, Matcher
from mailflow.mail.command_lines import clean_lines
from tests.mail.test_commands import THURSDAY, _add, _read, _verdict

FORMS = (
    Form("drop", "Drop the case", True),
    Form("shelve", "Shelve the case", True),
    Form("met", "Met", True),
    Form("done", "Done", True),
    Form("late", "Visit: late: twice", True),
    Form("point", "Point {n:number}: granted", True),
)


def _looks(mail: str, forms: tuple[Form, ...] = FORMS) -> bool:
    return looks_like_decision(clean_lines(mail), forms, Matcher(THURSDAY, _add))


@pytest.mark.parametrize(
    ("mail", "looks"),
    [
        ("", False),
        ("Shelve it for me", True),  # the first word of a decision, if it is long enough to be telling
        ("Drop in on Monday", False),
        ("Dine", True),  # a letter away from a decision of one word
        ("Meet", False),  # ... of four letters and more
        ("Shelves", False),  # ... not from the first word of several
        ("Twice", True),  # the words behind the last stop
        ("Late: twice", False),
        ("Granted", False),  # ... of a form without blanks
    ],
)
def test_which_words_sound_like_one_of_these_decisions(mail: str, looks: bool):
    """The first word of a decision, a slip of its only word, or the name of its choice."""
    assert _looks(mail) is looks


@pytest.mark.parametrize(
    "no", ["no", "No, leave it", "No. Leave it", "no!", "No thanks", "No I cannot", "No we cannot"]
)
def test_a_refusal(no: str):
    """ "No" by itself or before what goes on with it; "no problem" refuses nothing."""
    assert sounds_like_decision(no)
    assert not sounds_like_decision("No problem")


def test_a_decision_word_for_word_where_it_is_not_heard():
    """In the last line of a mail a whole decision is asked about, the mere first word of one is not."""
    assert _verdict(_read("I have read it all.\nNothing to add.\nReopen: it is new")) == "decision?"
    assert _verdict(_read("I have read it all.\nNothing to add.\nReopen")) == "note"
