"""Lines as commands are read from them: bold, bullets, quotes, invisible letters, bounds (domain.md 5.2)."""

from __future__ import annotations

import unicodedata

import pytest

from mailflow.mail import command_lines as lines
from tests.mail.test_commands import _read, _verdict

DRESSED = [
    "* Accepted",
    "  * Accepted",
    "*Accepted*",
    "**Accepted**",
    "** Accepted **",
    "- Accepted",
    "- - Accepted",
    "-- Accepted",
    "\u2022 Accepted",
    "\u00b7  Accepted",
    "\u25aa Accepted",
    "\u25cf Accepted",
    "\u2013 Accepted",
    "\u2014 Accepted",
    "_Accepted_",
    "__Accepted__",
    "`Accepted`",
    '"Accepted"',
    "'Accepted'",
    "\u201cAccepted\u201d",
    "\u2018Accepted\u2019",
    "\tAccepted\t",
    "Acc\u200bepted",
    "\ufeffAccepted",
    "Acc\u00adepted",
    "\x07Accepted",
    "Accepted\u00a0please",
    "\u00a0\u2003Accepted",
    "- please Accepted",
    "'please' Accepted",
    "Please, Accepted",
    "kindly Accepted",
    "Plz: Accepted",
    "PLS Accepted",
]


@pytest.mark.parametrize("line", DRESSED)
def test_a_command_may_be_dressed(line):
    """Bold, bullets, quotation marks, invisible letters and hard spaces of mail programs are no words."""
    assert _verdict(_read(line)) == "accepted"
    assert _verdict(_read(f"Extend to 3 March\n{line}")) == "extend accepted"


@pytest.mark.parametrize(
    "line",
    [
        "Extend\u00a0to\u00a03\u00a0March",
        "Extend\tto\t3 March",
        "*Extend* to *3* March",
        "_Extend to_ 3 March",
        "Extend `to` 3 March",
    ],
)
def test_dress_inside_a_command_is_no_word_either(line):
    """The same in the middle of a line."""
    assert _verdict(_read(line)) == "extend"


@pytest.mark.parametrize("word", ["please", "pls", "plz", "kindly", "Please,", "KINDLY -"])
def test_a_please_in_front_is_taken_off(word):
    """One of it; what is behind it stays as it was typed, letters at the ends too."""
    assert lines.tidy(f"{word} send X") == "send X"
    assert lines.tidy(f"- {word} X ray") == "X ray"
    assert lines.tidy("__pleased__ Plz") == "pleased Plz"
    assert lines.clean_lines(f"# {word} X ray")[0].clean == lines.clean_lines("# X ray")[0].clean == "X ray"


def test_a_name_with_an_underscore_keeps_it():
    """Only the underscores round words are dress; in an address they belong to it."""
    assert _read("Allocate to sam_lee@council.example").sayings[0].blanks == {"who": "sam_lee@council.example"}


@pytest.mark.parametrize(
    "line",
    ["#Accepted", "# Accepted", "## Accepted", "# # Accepted", "- # Accepted", "# *Accepted*", "#  please Accepted"],
)
def test_a_line_with_a_hash_is_heard_anywhere(line):
    """A # in front of a line makes it a command wherever it stands in the new text."""
    assert _verdict(_read(f"The home rang.\n\n{line}")) == "accepted"
    assert lines.clean_lines(line)[0].hashed


def test_quoted_lines_are_nobodys_words():
    """A line with ">" in front is empty here, even if its quote was not cut off before."""
    assert lines.clean_lines("> Accepted\n  > # Accepted\nyes") == [
        lines.Line("", ""),
        lines.Line("", ""),
        lines.Line("yes", "yes"),
    ]
    assert _verdict(_read("> Accepted\nDisputed")) == "disputed"
    assert _verdict(_read("Let us talk\n> # Accepted")) == "note"


def test_a_line_keeps_what_was_typed():
    """The file shows the words as they were written."""
    assert lines.clean_lines("  *Accepted*  ")[0] == lines.Line("*Accepted*", "Accepted")
    assert not lines.clean_lines("Accepted")[0].hashed


def test_a_long_mail_is_read_to_a_bound():
    """150 lines of 2,000 characters are looked at; what stands behind them is on the file only."""
    assert _verdict(_read("It rained.\n" * 149 + "# Accepted")) == "accepted"
    assert _verdict(_read("It rained.\n" * 150 + "# Accepted")) == "note"
    assert len(lines.clean_lines("x" * 3_000)[0].clean) == 2_000
    assert _verdict(_read("Accepted\n" + "It rained.\n" * 148 + "Please ignore this")) == "doubt"
    assert _verdict(_read("Accepted\n" + "It rained.\n" * 149 + "Please ignore this")) == "accepted"


@pytest.mark.parametrize("rule", ["_____", "=====", "  __________  ", "----------", "--------------"])
def test_nothing_is_read_below_a_rule(rule):
    """A rule parts what is said from what is below it."""
    assert _verdict(_read(f"Let us talk.\n{rule}\n# Accepted")) == "note"


@pytest.mark.parametrize("rule", ["____", "====", "---------", "_____ x", "- - -"])
def test_a_short_rule_parts_nothing(rule):
    """Short ones are dress."""
    assert _verdict(_read(f"Let us talk.\n{rule}\n# Accepted")) == "accepted"


def test_a_line_that_was_only_broken_goes_on():
    """A long line goes on below if the next word would not have fitted, or begins small."""
    assert lines.goes_on("short", "small letters follow")
    assert not lines.goes_on("short", "Capital letters follow")
    assert not lines.goes_on("x" * 60, "")
    assert lines.goes_on("x" * 60, "Sixletters and more")
    assert not lines.goes_on("x" * 60, "Short and more")
    assert lines.goes_on("x" * 50, "F" * 16)
    assert not lines.goes_on("x" * 50, "F" * 15)
    assert not lines.goes_on("x" * 49, "F" * 40)


def test_the_note_of_a_command_is_more_than_courtesy():
    """Stops and thanks behind a command are no note; words are, without the stop before them."""
    assert lines.note_of(". Thanks, please!") == ""
    assert lines.note_of(" \u2013 ring me, Sam. ") == "ring me, Sam"
    assert lines.note_of(": thanks Sam") == "thanks Sam"
    assert lines.note_of(": X may ring Dr X") == "X may ring Dr X"


@pytest.mark.parametrize(
    "text, found",
    [
        ("#abcdefghjk", ("abcdefghjk",)),
        ("#abcdefghj", ()),
        ("Accepted #abcdefghjk #abcdefghjk #bcdefghjk2a", ("abcdefghjk", "bcdefghjk2a")),
        ("x#abcdefghjk", ()),
        ("##abcdefghjk", ()),
        ("/#abcdefghjk", ()),
        (".#abcdefghjk", ()),
        ("&#abcdefghjk", ()),
        ("=#abcdefghjk", ()),
        ("#abcdefghjk-x", ()),
        ("#abcdefghjk1", ()),
        ("#" + "a" * 64, ("a" * 64,)),
        ("#" + "a" * 65, ()),
        ("#abcde\u200bfghjk", ("abcdefghjk",)),
        ("#investigating", ()),
    ],
)
def test_codes(text, found):
    """Ten to 64 letters behind a # of their own, and no word of the procedure (G8)."""
    assert lines.codes(text, frozenset({"investigating"})) == found


def test_a_postscript_stands_with_the_writers_words():
    """All that its writer says: not quotes, footers, signatures; but what is added below the signature."""
    said = lines.whole_words("Accepted\n> no\nConfidential: x\nRegards\nMaya\nPS *ring* me\u200b\n  please ")
    assert said == "Accepted\nPS *ring* me\nplease"


@pytest.mark.parametrize("mail", ["mail", "email", "e-mail"])
def test_a_footer_is_nobodys_words(mail):
    """What a lawyer's footer asks of strangers takes nothing back, whatever it calls a mail."""
    for footer in (f"If this {mail} came to you by mistake, please ignore it", "For the addressee; please ignore"):
        assert lines.whole_words(f"Accepted\n{footer}\nMaya") == "Accepted\nMaya"
        assert _verdict(_read(f"Accepted\n\n{footer}.")) == "accepted"


def test_a_code_ends_where_its_line_ends():
    """A code alone on its line is found whatever the next line begins with, and invisible letters do not hide it."""
    assert lines.codes("#abcdefgh2345\nSam", frozenset()) == ("abcdefgh2345",)
    assert lines.codes("caf\u00e9 #abcd\u200befgh2345\u00a0ok", frozenset()) == ("abcdefgh2345",)


def test_what_nobody_sees_is_what_unicode_says():
    """Categories Cc and Cf are taken out, tabs and line ends apart; each kind of space (Zs) is a space."""
    for at in range(0x110000):
        letter = chr(at)
        category = unicodedata.category(letter)
        if category in ("Cc", "Cf") and letter not in "\t\n":
            assert lines.clean_lines(f"a{letter}b")[0].clean == "ab", hex(at)
        elif category == "Zs":
            assert lines.clean_lines(f"a{letter}b")[0].clean == "a b", hex(at)
