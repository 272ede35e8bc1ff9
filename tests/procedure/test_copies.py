"""Where the copy for a party comes from: the word's own files, an officer's own letter, or nowhere (Q14)."""

from __future__ import annotations

from mailflow.procedure.events import OwnLetter
from tests.procedure.driver import FILE
from tests.procedure.starts import SOON, start

NAMED = [{"mail": FILE.mail, "name": FILE.name, "digest": FILE.digest}]


def test_dispatched_leaves_the_copy_open():
    """c19d: a word without a file approves no copy."""
    play = start("ALC")
    play.say("cmo", play.now + SOON, "dispatched")
    assert play.state == "WPR" and "provider_copy" not in play.case.fields


def test_the_words_own_file_comes_first():
    """c19d: a file of the mail itself, otherwise those of the last own letter to that party; undoing takes it back."""
    play = start("ALC")
    play.happen(OwnLetter("provider", play.now, "m-own", "cmo@council.example", (FILE,)), play.now)
    other = play.copy()
    play.say("cmo", play.now + SOON, "dispatched")
    assert play.case.fields["provider_copy"] == NAMED
    assert play.refolded() == play.case
    play.say("cmo", play.now, "undo")
    assert "provider_copy" not in play.case.fields
    mine = type(FILE)("m-new", "new.pdf", 10, "e" * 64)
    other.say("cmo", other.now + SOON, "dispatched", files=[mine])
    assert other.case.fields["provider_copy"][0]["name"] == "new.pdf"


def test_an_own_letter_without_files_is_no_copy():
    """Only the last letter counts: an older one may have been about something else."""
    play = start("ALC")
    for files in ((FILE,), ()):
        play.happen(OwnLetter("provider", play.now, "m-own", "cmo@council.example", files), play.now)
    play.say("cmo", play.now + SOON, "dispatched")
    assert "provider_copy" not in play.case.fields


def test_a_setting_may_approve_the_original_once_for_all():
    """Q14: provider_copy = "original" is the office's own word, also for a letter that an officer wrote."""
    play = start("ALC")
    play.terms = type(play.terms)(**{**vars(play.terms), "settings": {"provider_copy": "original"}})
    play.say("cmo", play.now + SOON, "dispatched")
    assert play.case.fields["provider_copy"] == "original"
