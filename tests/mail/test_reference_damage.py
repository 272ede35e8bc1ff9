"""What people and programs do to a reference: found, or held with a guess, and never another case (mail.md 12)."""

from __future__ import annotations

import random
import string
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailflow.mail.decode import header
from mailflow.mail.reference import ALPHABET, find, make

CC = frozenset({"CC", "CCH"})
NUMBERS = st.one_of(st.integers(1, 9999), st.integers(10_000, 999_999))
REFERENCES = st.builds(make, st.sampled_from(["CC", "CCH"]), st.integers(2024, 2099), NUMBERS)
SAMPLES = [
    make("CC", 2027, 42), make("CC", 2027, 1042), make("CCH", 2031, 9), make("CC", 2030, 9999), make("CC", 2027, 12345),
    make("CC", 2110, 101010), make("CC", 2099, 654321),
]  # fmt: skip


def slips(reference: str) -> Iterator[str]:
    """Every change by one slip of the finger: a character wrong, lost, added, or swapped with its neighbour."""
    letters = string.ascii_uppercase + string.digits
    for at, right in enumerate(reference):
        yield reference[:at] + reference[at + 1 :]
        yield from (reference[:at] + wrong + reference[at + 1 :] for wrong in letters if wrong != right)
        yield reference[:at] + reference[at + 1 : at + 2] + right + reference[at + 2 :]
        yield from (reference[:at] + added + reference[at:] for added in letters)
    yield from (reference + added for added in letters)


@pytest.mark.parametrize("reference", SAMPLES)
def test_no_single_slip_is_another_case(reference: str):
    """Exhaustive: one character wrong, lost, added or swapped, dashes too: what holds is the same reference, always.

    Behind the prefix a slip is at least seen, so that the mail is held.
    """
    for text in slips(reference):
        told = find(f"Re: [{text}]", CC)
        for found in told:
            assert found.reference in ("", reference), text
            assert found.exact == bool(found.reference)
        behind = text.startswith(reference[: reference.index("-") + 1]) and text.count("-") == 3
        assert told or not behind, text


def test_no_single_slip_is_another_case_whatever_the_number():
    """The same over many references by chance, with numbers that an added or lost character could lead to."""
    dice = random.Random(3834)
    for _ in range(25):
        reference = make(
            "CC", dice.randint(2024, 2099), dice.choice((dice.randint(1000, 9999), dice.randint(1, 999999)))
        )
        every = list(slips(reference))
        for text in dice.sample(every, 40):
            assert {found.reference for found in find(text, CC)} <= {"", reference}, text


@pytest.mark.parametrize("reference", SAMPLES[:4])
def test_two_wrong_characters_are_never_mapped(reference: str):
    """Any two wrong characters of year, number and check show: what holds is never another reference (G1)."""
    places = [at for at, letter in enumerate(reference) if letter != "-" and at >= reference.index("-")]
    dice = random.Random(reference)
    for one in places:
        for two in (at for at in places if at > one):
            for _ in range(5):
                letters = list(reference)
                for at in (one, two):
                    letters[at] = dice.choice([c for c in ALPHABET if c != reference[at]])
                assert not [found for found in find("".join(letters), CC) if found.exact], "".join(letters)


TRANSPORT = [
    ("as it is", lambda t, _: t),
    ("lower case", lambda t, _: t.lower()),
    ("another dash", lambda t, d: t.replace("-", d.choice("\u2010\u2011\u2012\u2013\u2014\u2212\ufe63\uff0d\u00ad"))),
    ("spaces for dashes", lambda t, _: t.replace("-", " ")),
    ("no dashes", lambda t, _: t.replace("-", "")),
    ("dots", lambda t, _: t.replace("-", ".")),
    ("slashes", lambda t, _: t.replace("-", "/")),
    ("folded at a dash", lambda t, d: _at(t, d.choice([i + 1 for i, c in enumerate(t) if c == "-"]), "\r\n\t")),
    ("folded anywhere behind the prefix", lambda t, d: _at(t, d.randrange(t.index("-"), len(t)), "\r\n ")),
    ("an invisible character", lambda t, d: _at(t, d.randrange(len(t) + 1), d.choice("\u200b\u200d\ufeff\u2060"))),
    ("a soft hyphen", lambda t, d: _at(t, d.choice([i for i, c in enumerate(t) if c == "-"]), "\u00ad")),
    ("full width", lambda t, _: "".join(chr(ord(c) + 0xFEE0) for c in t)),
    ("o for 0", lambda t, _: t.replace("0", "o")),
    ("l and I for 1", lambda t, _: t.replace("1", "l", 1).replace("1", "I")),
    ("a space that does not break", lambda t, _: t.replace("-", "-\u00a0", 1)),
]  # fmt: skip
AROUND = [
    "{}", "[{}]", "Re: [{}] Your letter", "RE: AW: SV: TR: [Ticket#2027020110000042] [{}]", "(ref {}).",
    "Ref.:{}, thanks",
    "[EXTERNAL] [SUSPECTED SPAM][{}]", "{}: rota", "concern_{}_copy.pdf", '"{}"', "<b>{}</b>", "{}'s answer",
    "Reference:\u00a0[{}]", "Your ref: {} Our ref: AB/2027/0042/K7",
]  # fmt: skip


def _at(text: str, at: int, what: str) -> str:
    return text[:at] + what + text[at:]


@settings(max_examples=200, deadline=None)
@given(REFERENCES, st.sampled_from(TRANSPORT), st.sampled_from(AROUND), st.randoms(use_true_random=False))
def test_what_programs_do_hides_no_reference(reference, damage, around, dice):
    """Case, dashes, folding, invisible and wide characters, look-alikes, other systems' tags: found, exactly once."""
    text = around.format(damage[1](reference, dice))
    assert [found.reference for found in find(text, CC) if found.exact] == [reference], (damage[0], text)


@settings(max_examples=200, deadline=None)
@given(REFERENCES, st.sampled_from(TRANSPORT), st.sampled_from(AROUND), st.randoms(use_true_random=False))
def test_a_slip_on_top_of_it_is_held_and_never_another_case(reference, damage, around, dice):
    """One slip of the finger and then a program's damage: the same case or a guess for a person, never another."""
    slip = dice.choice([text for text in slips(reference) if text.index("-") >= 2 if text.count("-") == 3])
    found = find(around.format(damage[1](slip, dice)), CC)
    assert {one.reference for one in found} <= {"", reference}, (damage[0], slip)


@pytest.mark.parametrize(
    ("text", "guess"),
    [
        ("CC-2027-42", "CC-2027-0042-K7"),
        ("CC/2027/42", "CC-2027-0042-K7"),
        ("CC-2027-42-K7", "CC-2027-0042-K7"),
        ("CC-2027-0042", "CC-2027-0042-K7"),
        ("CC-2027-43-K7", ""),
    ],
)
def test_a_shortened_reference_is_a_guess(text: str, guess: str):
    """Noughts or check characters left out: seen, proposed, never taken (mail.md 12)."""
    (found,) = find(f"about {text}, please", CC)
    assert (found.exact, found.guess) == (False, guess)


def test_the_words_behind_a_tag_never_complete_it():
    """A mistyped tag does not hold together with the words that follow, however many are tried."""
    for day in range(10, 100):
        for check in ("K8", "47", "12"):
            assert not [
                f for f in find(f"CC-2027-1042-{check} {day} March", CC) if f.exact and f.reference[8:12] != "1042"
            ]


def test_encoded_words_cut_inside_the_tag():
    """RFC 2047: a subject cut into encoded-words anywhere, glued or not, still names the case (mail.md 10)."""
    import base64

    reference = make("CC", 2027, 42)
    subject = f"Re: [{reference}] Antwort \u00fc"
    for cut in range(1, len(subject)):
        parts = [base64.b64encode(part.encode()).decode() for part in (subject[:cut], subject[cut:])]
        raw = "[SPAM]" + "\r\n ".join(f"=?utf-8?B?{part}?=" for part in parts)
        assert [f.reference for f in find(header(raw), CC) if f.exact] == [reference], cut


HOSTILE = {
    "many references": lambda n: " ".join(make("CC", 2027, i + 1) for i in range(n)),
    "one reference again and again": lambda n: (make("CC", 2027, 42) + " ") * n,
    "near misses": lambda n: "CC-2027-0042-K8 " * n,
    "near misses of a near prefix": lambda n: "CD-2027-0042-K8 " * n,
    "other systems' tags": lambda n: "AB-2027-0042-K8 " * n,
    "heads without an end": lambda n: "CC-2027-" * (2 * n),
    "heads and figures": lambda n: ("CC " + "1 " * 17) * (n // 2),
    "short heads": lambda n: "CC 1 " * (3 * n),
    "letters in lines": lambda n: "C\n" * (8 * n),
    "gaps": lambda n: ("CC" + " " * 24 + "2") * (n // 2),
    "shortened": lambda n: "CC-2027-42 " * n,
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.timeout(60)
def test_near_misses_come_to_an_end(name: str):
    """400 kB of near misses are read to their end: a search that looked back at what it has read would need hours."""
    find(HOSTILE[name](24_000), CC)
