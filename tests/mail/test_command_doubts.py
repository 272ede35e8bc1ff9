"""Words that forbid to act on a command: each by itself, for a word too few would be an act that was not meant."""

from __future__ import annotations

import pytest

from mailflow.mail.command_decisions import sounds_like_decision
from mailflow.mail.command_doubts import mends, sentence, takes_back, turns
from tests.mail.test_commands import _read, _verdict

NEGATED = ("is", "was", "are", "do", "does", "did", "has", "have", "had")


@pytest.mark.parametrize("verb", NEGATED)
def test_a_negation_without_its_apostrophe(verb: str):
    """Telephones leave it out: "arent" limits what was said as "aren't" does."""
    for word in (f"{verb}nt", f"{verb}n't", f"{verb}n\u2019t"):
        assert takes_back(f"we {word} sure", False) == word
        assert _verdict(_read(f"Accepted, they {word} what I thought")) != "accepted"
    assert takes_back(f"we {verb} sure", True) == ""


@pytest.mark.parametrize(
    "lead", ["and", "also", "please", "pls", "just", "can you", "could you", "and also", "and please"]
)
@pytest.mark.parametrize("verb", ["add", "remove", "delete", "replace", "amend", "swap", "shorten", "make it"])
def test_a_next_sentence_that_wants_a_change(lead: str, verb: str):
    """The letter would go without it; what is only put on the file changes nothing."""
    assert turns(f"{lead} {verb} the second line")
    for place in ("file", "record", "folder", "diary", "list", "log"):
        for whose in ("the", "our", "my"):
            assert not turns(f"{lead} {verb} this to {whose} {place}")
            assert takes_back(f"and {verb} this to {whose} {place}", True) == ""


@pytest.mark.parametrize("verb", ["undo", "ignore", "approve_correction", "no_correction"])
def test_verbs_that_take_back(verb: str):
    """Beside them "wrong one, sorry" is a reason and no doubt."""
    assert mends(verb)
    assert not mends("send")


@pytest.mark.parametrize(
    "words",
    ["that's what Sam said", "that was what Sam said", "was what Sam said", "this is what Sam said", "so Sam said",
     "or so Sam said", "at least so Sam said", "at least so Sam says", "says Sam", "according to Sam"],
)  # fmt: skip
def test_what_somebody_else_said(words: str):
    """An officer passes on words: no decision of theirs."""
    for behind in (f", {words}", f" - {words}", f" ({words})"):
        assert _verdict(_read(f"Accepted{behind}")) != "accepted"


@pytest.mark.parametrize("end", ["?", "? x"])
def test_a_question_mark_ends_a_sentence(end: str):
    """It belongs to the sentence that it ends, and nothing of the next does."""
    assert sentence(f" x{end}") == (" x?", end[1:])


@pytest.mark.parametrize("thanks", ["thanks", "thank you", "thx", "cheers", "ta", "many thanks"])
@pytest.mark.parametrize("assent", ["ok", "okay", "fine"])
def test_thanks_with_an_assent_are_no_decision(assent: str, thanks: str):
    """ "Ok thanks" is asked nothing; "ok" and more may be a decision that was not read."""
    assert not sounds_like_decision(f"{assent}, {thanks} Sam")
    assert sounds_like_decision(f"{assent} by me")


@pytest.mark.parametrize(
    "lead",
    ["I hope you are well but I am not sure,", "Hope you don't mind -", "As discussed only in part,",
     "As agreed in principle:"],
)  # fmt: skip
def test_an_opening_that_limits_what_follows(lead: str):
    """Words that are passed over in front of a command may limit it: the officer is asked."""
    assert _verdict(_read(f"{lead} accepted")) == "decision?"
    assert _verdict(_read("As discussed: accepted")) == "accepted"
