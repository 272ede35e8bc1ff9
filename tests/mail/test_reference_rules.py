"""The rules about references one by one, with a few mails each; the other files try very many."""

from __future__ import annotations

import itertools

import pytest

from mailflow.mail.reference import ALPHABET, find, find_any, make

CC = frozenset({"CC"})
ONE, TWO = make("CC", 2027, 42), make("CC", 2027, 43)


def _found(text: str, prefixes: frozenset[str] = CC) -> list[tuple[str, str, int]]:
    return [(found.reference, found.guess, found.at) for found in find(text, prefixes)]


def test_how_a_reference_is_written():
    """Prefix, year, four digits or more of even number, two check characters (domain.md G1); these never change."""
    assert ONE == "CC-2027-0042-K7"
    made = [make("CC", 1000, 1), make("CC", 2999, 10**12 - 1), make("CC", 2027, 10042), make("ABCDE", 2027, 1234567)]
    assert [one[:-3] for one in made] == [
        "CC-1000-0001", "CC-2999-999999999999", "CC-2027-010042", "ABCDE-2027-01234567",
    ]  # fmt: skip
    assert [one for one in made if find_any(f"See {one}.") != (one,)] == []


@pytest.mark.parametrize(
    ("prefix", "year", "number", "why"),
    [
        ("C", 2027, 1, "2 to 5 capital letters, not 'C'"), ("ABCDEF", 2027, 1, "2 to 5 capital letters"),
        ("cc", 2027, 1, "2 to 5 capital letters"), ("CC", 999, 1, "4 digits, not 999"),
        ("CC", 10000, 1, "4 digits, not 10000"), ("CC", 2027, 0, "between 1 and 12 digits long, not 0"),
        ("CC", 2027, 10**12, "between 1 and 12 digits long"),
    ],
)  # fmt: skip
def test_what_cannot_be_written(prefix: str, year: int, number: int, why: str):
    """It is refused, with the reason."""
    with pytest.raises(ValueError, match=why):
        make(prefix, year, number)


@pytest.mark.parametrize("dash", "-\u2010\u2011\u2012\u2013\u2014\u2015\u00ad\u2043\u2212\u02d7\ufe63\uff0d_./: ")
def test_every_dash(dash: str):
    """Whatever a program makes of a dash."""
    assert _found(f"\u00e9 {ONE.replace('-', dash)}") == [(ONE, "", 2)]


@pytest.mark.parametrize("hidden", ["\u200b", "\u200d", "\u2060", "\ufeff", "\u0301", "\u202a"])
def test_every_hidden_character(hidden: str):
    """Zero-width and combining characters between the letters are not read; places are those of the text."""
    assert _found(f"ab{hidden} {hidden.join(ONE)}") == [(ONE, "", 4)]


def test_letters_of_other_widths():
    """Full-width letters are letters; one that has two capitals is none of ours, and moves no place."""
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in ONE)
    assert _found(f"\u00df {wide}") == [(ONE, "", 2)]
    assert _found(f"stra\u00dfe {ONE.lower()}") == [(ONE, "", 7)]


@pytest.mark.parametrize("prefix", ["LO", "OIL", "IO", "CC"])
def test_look_alikes_in_a_prefix(prefix: str):
    """O and nought, I, L and one are the same to the eye, in prefix and figures."""
    tag = make(prefix, 2027, 1042)
    for table in (str.maketrans("OIL", "011"), str.maketrans("IL", "LI"), str.maketrans("O01", "0OI")):
        assert _found(f"see {tag.translate(table)}", frozenset({prefix})) == [(tag, "", 4)]


def test_several_in_one_text():
    """Each once, in order of place; what holds is no near miss as well."""
    assert _found(f"{TWO} and {ONE}, {TWO}") == [(TWO, "", 0), (ONE, "", len(TWO) + 5)]
    assert _found(f"{ONE} CC-2027-0043-XX {TWO}")[0] == (ONE, "", 0)
    assert [reference for reference, _, _ in _found(f"{ONE} CC-2027-0043-XX {TWO}")] == [ONE, "", TWO]
    assert find_any(f"{'x' * 500} {ONE} {'y' * 500} {TWO} {'z' * 500} {ONE}") == (ONE, TWO)
    assert find_any(f"7{'x ' * 100}{ONE}{' x' * 100}7") == (ONE,)
    assert find_any("no figure at all") == ()


@pytest.mark.parametrize(
    "written",
    ["CC-2027-42", "CC-2027-042", "CC-2027-0042", "CC/2027/42", "CC-2027-42-K7", "CC-2027-0042-7K", "CC-2027-0042-K",
     "CC-2027-0042-K7Z", "CC-2027-0042-J7", "CC-2072-0042-K7", "CC-227-0042-K7", "CD-2027-0042-K7", "C-2027-0042-K7",
     "CCC-2027-0042-K7", "CC-2027-OO42-J7"],
)  # fmt: skip
def test_what_is_nearly_one(written: str):
    """One slip, noughts or check left out: a guess for a person, never a match."""
    assert _found(f"about {written} please") == [("", ONE, 6)]


@pytest.mark.parametrize(
    "text", ["cc 2027 42", "CC of 2027", "XX-2027-0042-K7", "DD-2027-0042-K7", "CC-20A7-00B2-K7", "CC"]
)
def test_what_is_not_even_nearly_one(text: str):
    """Words and figures that may be anything, and two slips in the prefix."""
    assert _found(text) == []


@pytest.mark.parametrize(
    "shape",
    ["CC-2027-42-", "CC-2027-042-", "CC-2027-10425-", "CC-2027-001042-", "CC-2027-00104256-", "CC-2027-0000-",
     "CC-2027-000000-", "CC-2027-12345678901234-", "PA-2027-001042-", "PA-2027-42-"],
)  # fmt: skip
def test_what_is_never_written(shape: str):
    """Too few figures, an odd number, noughts too many, no number: none of 1,024 checks makes it a reference."""
    prefixes = frozenset({shape[:2]})
    for check in map("".join, itertools.product(ALPHABET, repeat=2)):
        assert find_any(shape + check) == ()
    for check in ("K7", "00", "ZZ", "1A"):
        assert not any(found.exact for found in find(shape + check, prefixes))


@pytest.mark.parametrize("end", ["-XY", "-X", "-2", "-XYZ"])
@pytest.mark.parametrize("number", [1009, 1039, 1044, 1045])
def test_a_number_that_holds_as_a_shorter_reference(number: int, end: str):
    """A mistyped SC-2027-100982-XY is not SC-2027-1009-82, though its number ends as that one's check characters."""
    whole = make("SC", 2027, number)
    assert whole[-2:].isdigit()
    run_together = f"{whole[:-3]}{whole[-2:]}"
    assert _found(run_together, frozenset({"SC"})) == [(whole, "", 0)]
    assert not any(found.exact for found in find(run_together + end, frozenset({"SC"})))
    assert find_any(run_together + end) == ()


@pytest.mark.parametrize("number", [104256, 104299, 123456, 987654])
def test_nothing_is_added_to_a_whole_tag(number: int):
    """Year, number and two characters are a tag, right or mistyped: the next word never completes it to another."""
    long = make("CC", 2027, number)
    year, figures, check = long[3:].split("-")
    for joint in (" ", "-", ": ", "/", "_", "."):
        mistyped = f"CC-{year}-{figures[:4]}-{figures[4:]}{joint}{check}"
        assert not any(found.exact for found in find(mistyped, CC)), mistyped
        assert not any(found.exact for found in find(mistyped.replace("-", " "), CC)) or joint == "-", mistyped
    for whole in (
        f"CC {year} {figures[:4]} {figures[4:]}-{check}",
        f"CC-{year}-{figures[:2]}-{figures[2:]}-{check}",
        f"CC-{year}-{figures[:3]}-{figures[3:5]}-{figures[5:]}{check}",
        f"CC-{year}-{figures[:2]}-{figures[2:4]}-{figures[4:]}-{check}",
        f"CC-{year}-{figures[:4]}-{figures[4:5]}-{figures[5:]}{check}",
    ):
        assert _found(whole) == [(long, "", 0)], whole


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (("C", 2027, 1), "A prefix is 2 to 5 capital letters, not 'C'."),
        (("CC", 999, 1), "A year has 4 digits, not 999."),
        (("CC", 2027, 0), "A number is between 1 and 12 digits long, not 0."),
    ],
)
def test_what_is_said_of_what_cannot_be_written(call: tuple[str, int, int], said: str):
    """The fault and what was given."""
    with pytest.raises(ValueError) as refused:
        make(*call)
    assert str(refused.value) == said
    assert make("CC", 9999, 1).startswith("CC-9999-0001-")


def test_without_a_prefix_nothing_is_ours():
    """An installation that knows no prefix finds nothing."""
    assert find(f"about {ONE}", frozenset()) == ()


def test_an_x_is_no_dash():
    """Beside letters that are not ASCII each letter stays what it is."""
    tags = [made for n in range(1, 99) if "X" in (made := make("CC", 2027, n))]
    assert tags and [_found(f"\u00e9 {one}") for one in tags] == [[(one, "", 2)] for one in tags]


@pytest.mark.parametrize("at", range(3, len(ONE)))
def test_a_tag_folded_anywhere(at: int):
    """Behind the prefix a line may end at any place, and inside the prefix too."""
    for fold in ("\r\n ", " ", "\n"):
        assert _found(f"x {ONE[:at]}{fold}{ONE[at:]}")[0] == (ONE, "", 2)
        assert _found(f"x {ONE[:1]}{fold}{ONE[1:]}") == [(ONE, "", 2)]


@pytest.mark.parametrize("number", [1000, 2000, 9000, 10_000, 100_000, 1_000_000])
def test_a_number_of_noughts_behind_its_first_figure(number: int):
    """The thousandth case of a year is one."""
    made = make("CC", 2027, number)
    assert _found(made) == [(made, "", 0)] and find_any(made) == (made,)


@pytest.mark.parametrize("behind", ["-Smith.pdf", "-2", "-copy", "-K7", " -Smith"])
def test_a_tag_goes_on_behind_a_dash(behind: str):
    """A file's name often does: two check characters end a tag all the same."""
    assert [reference for reference, _, _ in _found(ONE + behind)] == [ONE]
    assert find_any(ONE + behind) == (ONE,)


def test_a_tag_inside_a_tag_is_none():
    """What is read as the check characters of one is not the prefix of the next as well; later tags are still found."""
    first = make("CC", 2027, 196)
    assert first.endswith("-PA")
    text = f"{first}{make('PA', 2027, 5)[2:]} and {ONE}"
    assert find_any(text) == (first, ONE)
    assert [found.reference for found in find(text, frozenset({"CC", "PA"}))] == [first, ONE]


@pytest.mark.parametrize(
    ("written", "guess"),
    [
        ("CC-2027-00042-K7", ONE), ("CC-2027-00A2-K7", ONE), ("CC-20A7-0042-K7", ONE), ("CC-20277-0042-K7", ONE),
        ("CC 2027 042", ONE), ("CC-2027-0196-AP", make("CC", 2027, 196)), ("CC-1000-42", make("CC", 1000, 42)),
        ("CC-2027-1", make("CC", 2027, 1)), ("CC-2027-500000000000", make("CC", 2027, 5 * 10**11)),
        ("CC-2027-1234567890123", ""), ("CC-0999-0042", ""), ("CC-0999-0042-XX", ""), ("CC-2027-0", ""),
        ("CC-2027-004-EH", ""), ("CC-2027-016-FK", ""), ("CC-0227-0042-9X", ""),
    ],
)  # fmt: skip
def test_what_is_guessed(written: str, guess: str):
    """One mending or noughts left out; what no reference could be is seen, without a guess."""
    assert _found(f"about {written} please") == [("", guess, 6)]


@pytest.mark.parametrize("number", [9, 19, 96, 109, 395])
def test_every_figure_is_tried(number: int):
    """A nine that was mistyped is guessed as well as any other figure."""
    made = make("CC", 2027, number)
    at = made.index("9", 8)
    for wrong in "0345":
        assert _found(f"{made[:at]}{wrong}{made[at + 1 :]}") == [("", made, 0)]


@pytest.mark.parametrize(
    ("prefix", "near"),
    [
        ("ABXD", True), ("XBCD", True), ("ABCX", True), ("BACD", True), ("ACBD", True), ("ABDC", True), ("ABC", True),
        ("BCD", True), ("ABXCD", True), ("ABCDX", True), ("XABCD", True), ("AXXD", False), ("ADCB", False),
        ("CBAD", False), ("BXCD", False), ("XBCX", False), ("AB", False), ("ABCDXY", False), ("AXC", False),
        ("ABXXD", False), ("XAB", False),
    ],
)  # fmt: skip
def test_a_slip_in_the_prefix(prefix: str, near: bool):
    """One letter wrong, lost, added or swapped with its neighbour, and everything else as it should be."""
    made = make("ABCD", 2027, 42)
    known = frozenset({"ABCD"})
    assert _found(f"about {prefix}{made[4:]}", known) == ([("", made, 6)] if near else [])
    wrong = made[:-2] + ("ZZ" if made[-2:] != "ZZ" else "00")
    assert _found(f"about {prefix}{wrong[4:]}, {made}", known) == [(made, "", 8 + len(prefix + wrong[4:]))]
    assert _found(f"about {prefix}{wrong[4:]}, ABCD-2027-42", known)[0][1] == made


def test_how_much_is_told():
    """200 references of a text, 20 that are nearly one."""
    tags = [make("CC", 2027, n) for n in range(1, 203)]
    assert [found.reference for found in find(" ".join(tags), CC) if found.exact] == tags[:200]
    assert [guess for _, guess, _ in _found("CC-2027-42, " * 25)] == [ONE] * 20


def test_how_many_words_before_figures_are_looked_at():
    """2,000 that could be a prefix, wherever in the text they stand."""
    heads = "AB 20, "
    assert find_any(heads * 1999 + ONE) == (ONE,)
    assert find_any(heads * 2000 + ONE) == ()
    assert find_any(heads * 1500 + "x " * 200 + heads * 499 + ONE) == (ONE,)
    assert find_any(heads * 1500 + "x " * 200 + heads * 500 + ONE) == ()
