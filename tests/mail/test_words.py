"""The tables of words: what stands in them can be found in a casefolded text."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

import pytest

from mailflow.mail import absence_words, auto_words, machine_words, quote_words, reply_words
from mailflow.mail.parse import parse
from mailflow.mail.reply_text import split

TABLES = (absence_words, auto_words, machine_words, quote_words, reply_words)
ALPHABETS = {"LATIN", "GREEK", "CYRILLIC"}


def _words(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple | list | set | frozenset):
        for one in value:
            yield from _words(one)
    elif isinstance(value, dict):
        yield from _words(tuple(value))


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__.rpartition(".")[2])
def test_words_are_casefolded_and_of_one_alphabet(table):
    """A Greek final sigma, a sharp s or a look-alike of another alphabet would never be found."""
    said = [word for name, value in vars(table).items() if not name.startswith("__") for word in _words(value)]
    assert len(said) > 20
    assert [word for word in said if word != word.casefold()] == []
    scripts = [
        (word, {unicodedata.name(letter).partition(" ")[0] for letter in word if letter.isalpha()} & ALPHABETS)
        for text in said
        for word in text.split()
    ]
    assert [word for word, found in scripts if len(found) > 1] == []


def test_a_greek_closing_ends_what_is_said():
    """As Greek mail programs and people write it."""
    text = "Δεχόμαστε το πρώτο σημείο.\n\nΜε φιλικούς χαιρετισμούς\nΓιάννης Παπαδόπουλος\nOakfield Care\n"
    head = "From: a@b.example\nSubject: x\nContent-Type: text/plain; charset=utf-8\n\n"
    assert split(parse((head + text).encode())).new == "Δεχόμαστε το πρώτο σημείο."
