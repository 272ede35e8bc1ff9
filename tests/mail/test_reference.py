"""The case reference: what its check characters see, what find() survives (domain.md G1, mail.md 9 to 12)."""

from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailflow.mail.reference import ALPHABET, find, find_any, make, tag

CC = frozenset({"CC", "CCH"})
REFERENCES = st.builds(make, st.sampled_from(["CC", "CCH"]), st.integers(2020, 2099), st.integers(1, 99999))
SAMPLES = [("CC", 2027, 42), ("CCH", 2027, 7), ("PI", 2031, 12345), ("LOIUX", 2099, 999999), ("CC", 2026, 9090)]


def test_a_reference_reads_as_the_specification_writes_it():
    """Prefix, year, number of at least four digits, two check characters (G1)."""
    assert make("CC", 2027, 42) == "CC-2027-0042-K7"
    assert make("CC", 2027, 123456).startswith("CC-2027-123456-")
    assert tag("CC-2027-0042-K7") == "[CC-2027-0042-K7]"


@pytest.mark.parametrize("prefix, year, number", [("C", 2027, 1), ("cc", 2027, 1), ("CC", 27, 1), ("CC", 2027, 0)])
def test_what_cannot_be_written_is_refused(prefix, year, number):
    """A prefix, year or number outside the form is a fault of the caller, never a strange reference."""
    with pytest.raises(ValueError):
        make(prefix, year, number)


@pytest.mark.parametrize("prefix, year, number", SAMPLES)
def test_every_single_wrong_character_is_seen(prefix, year, number):
    """Exhaustive: no change of one character of prefix, year, number or check leaves a reference that holds."""
    reference = make(prefix, year, number)
    everything = frozenset(_all_prefixes(prefix))
    for at, right in enumerate(reference):
        if right == "-":
            continue
        for wrong in string.ascii_uppercase + string.digits:
            spoilt = reference[:at] + wrong + reference[at + 1 :]
            if spoilt.translate(str.maketrans("OIL", "011")) == reference.translate(str.maketrans("OIL", "011")):
                continue
            assert not [found for found in find(spoilt, everything) if found.exact], spoilt


def _all_prefixes(prefix: str) -> set[str]:
    return {
        prefix[:at] + letter + prefix[at + 1 :] for at in range(len(prefix)) for letter in string.ascii_uppercase
    } | {prefix}


@pytest.mark.parametrize("prefix, year, number", SAMPLES)
def test_every_swap_of_neighbours_is_seen(prefix, year, number):
    """Exhaustive: two neighbouring characters exchanged, dashes aside, never give another reference that holds."""
    reference = make(prefix, year, number)
    places = [at for at, letter in enumerate(reference) if letter != "-"]
    for one, two in zip(places, places[1:], strict=False):
        letters = list(reference)
        letters[one], letters[two] = letters[two], letters[one]
        spoilt = "".join(letters)
        if spoilt != reference:
            prefixes = frozenset({prefix, spoilt.split("-")[0]} & _words())
            assert not [found for found in find(spoilt, prefixes) if found.exact], spoilt


def _words() -> set[str]:
    return {prefix for prefix, _, _ in SAMPLES} | {prefix[::-1] for prefix, _, _ in SAMPLES} | {"OLIUX", "LIOUX"}


@settings(max_examples=300, deadline=None)
@given(REFERENCES, st.data())
def test_one_wrong_character_is_never_another_case(reference, data):
    """A slip of the finger gives exact=False, and the guess, if any, is the reference that was meant (mail.md 12)."""
    at = data.draw(st.sampled_from([at for at, letter in enumerate(reference) if letter != "-" and at > 3]))
    alphabet = ALPHABET if at >= len(reference) - 2 else string.digits
    wrong = data.draw(st.sampled_from([letter for letter in alphabet if letter != reference[at]]))
    for found in find(f"Re: {reference[:at]}{wrong}{reference[at + 1 :]}", CC):
        assert not found.exact and found.reference == ""
        assert found.guess in ("", reference)


@settings(max_examples=300, deadline=None)
@given(REFERENCES, st.data())
def test_a_tag_survives_people_and_programs(reference, data):
    """Case, any dash or space instead of a dash, look-alikes, invisible characters and folding do not hide a tag."""
    dash = data.draw(
        st.sampled_from(["-", " - ", "\u2013", "\u2014", "\u2011", " ", "", "_", "\r\n ", "\u00a0", "\u2212"])
    )
    text = reference.replace("-", dash)
    if data.draw(st.booleans()):
        text = text.lower()
    if data.draw(st.booleans()):
        text = text.replace("0", data.draw(st.sampled_from(["O", "o"])))
    if data.draw(st.booleans()):
        text = text.replace("1", data.draw(st.sampled_from(["l", "I", "i", "L"])))
    at = data.draw(st.integers(0, len(text)))
    text = text[:at] + data.draw(st.sampled_from(["", "\u200b", "\ufeff", "\u200d", "\u2060"])) + text[at:]
    around = data.draw(
        st.sampled_from(
            ["{}", "[{}]", "Re: [{}] AW: your letter", "[Ticket#123] [{}]", "SV: ({}).", "[SUSPECTED SPAM][{}]"]
        )
    )
    assert [found.reference for found in find(around.format(text), CC) if found.exact] == [reference]


@pytest.mark.parametrize(
    "text",
    [
        "[CC-2027-0042-K7]",
        "Re: AW: SV: TR: [Ticket#20270042] [cc-2027-0042-k7] Your letter",
        "cc 2027 oo42 k7",
        "CC20270042K7",
        "CC-2027-00\r\n 42-K7",
        "Reference:\u00a0CC\u20112027\u20110042\u2011K7.",
        "\uff23\uff23-2027-0042-\uff2b7",
        "[CC-2027-\u200b0042-K7]",
        "INC-2027-0043-K7 / CC-2027-0042-K7",
    ],
)
def test_tags_as_they_come_back(text):
    """What mail programs and telephones make of our tag is still our tag (mail.md 5, 9, 10)."""
    assert [found.reference for found in find(text, CC) if found.exact] == ["CC-2027-0042-K7"]


@pytest.mark.parametrize(
    "text, guess",
    [
        ("CC-2027-0043-K7", "CC-2027-0042-K7"),
        ("CC-2027-0024-K7", "CC-2027-0042-K7"),
        ("CC-2027-0042-7K", "CC-2027-0042-K7"),
        ("CC-2027-042-K7", "CC-2027-0042-K7"),
        ("CC-2027-0042-K", "CC-2027-0042-K7"),
        ("CD-2027-0042-K7", "CC-2027-0042-K7"),
        ("CC-2027-0042", "CC-2027-0042-K7"),
        ("CC-2027-0042-XX", ""),
        ("CC20270042K8", "CC-2027-0042-K7"),
    ],
)
def test_a_slip_gives_at_most_a_guess(text, guess):
    """One wrong, swapped or missing character is offered for a person to confirm; what has no single mending is not."""
    (found,) = find(f"about {text}, please", CC)
    assert (found.exact, found.reference) == (False, "")
    assert guess in (found.guess, "") or found.guess == ""
    if guess and len(text.replace("-", "")) >= 12:
        assert found.guess == guess


@pytest.mark.parametrize(
    "text", ["", "cc to all", "INC-2027-00421-AB", "0161 496 0000", "AB-1234-5678-90", "in 2027 0042 people"]
)
def test_other_numbers_are_not_ours(text):
    """Telephone numbers and tags of other systems are no tags of ours, not even near ones."""
    assert find(text, CC) == ()


def test_two_cases_in_one_text_are_both_found_in_order():
    """Two references are two findings, each with its place."""
    first, second = make("CC", 2027, 42), make("CC", 2027, 43)
    found = find(f"{first} and then {second} and {first} again", CC)
    assert [one.reference for one in found] == [first, second]
    assert found[0].at < found[1].at


def test_a_prefix_never_hides_in_a_longer_one():
    """A held mail's tag (CCH) is not read as a case's (CC), nor the other way round."""
    held = make("CCH", 2027, 42)
    assert [found.reference for found in find(held, CC)] == [held]
    assert not [found for found in find(held, frozenset({"CC"})) if found.exact]


@pytest.mark.timeout(20)
def test_hostile_length_is_linear():
    """A long text of half tags is read in time proportional to its length."""
    for text in ("CC-2027-" * 20000, "CC " * 60000, "CC-2027-0042-K8 " * 20000, "C" * 300000, "1-" * 150000):
        find(text, CC)


@pytest.mark.parametrize(
    "written",
    [
        "[CC-2027-0042-K7]",
        "cc 2027 0042 k7",
        "CC20270042K7",
        "C\u200bC-2027-0042-K7",
        "x" * 900 + " CC\u20112027\u20110042-K7",
    ],
)
def test_a_tag_is_found_by_those_who_know_no_prefix(written):
    """Whatever the prefix is, a tag whose check characters hold is found as people write it, far down in a text too."""
    assert find_any(f"Re: {written}, please") == ("CC-2027-0042-K7",)


def test_figures_that_hold_by_chance_are_no_tag_of_an_unknown_prefix():
    """A tag that ends in figures must stand with its dashes: words with a date and a time hold once in a thousand."""
    reference = next(ref for n in range(1, 9999) if (ref := make("MAY", 2027, n))[-2:].isdigit())
    assert find_any(reference) == (reference,)
    assert find_any(reference.replace("-", " ")) == ()
    assert find_any("CC-2027-0042-K8 and CC-2027-0043-K7") == ()
