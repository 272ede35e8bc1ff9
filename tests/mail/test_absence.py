"""Whether a text says that its writer is away, and until when."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from mailflow.mail.absence import absent_until, says_absent

SENT = datetime(2027, 5, 3, 9, 0, tzinfo=UTC)  # a Monday
TWELFTH = date(2027, 5, 12)


@pytest.mark.parametrize(
    "text",
    [
        "On leave", "I am on leave.",
        "currently on leave", "Derzeit im Urlaub", "zurzeit im Urlaub", "momentan im Urlaub",
        "Bin im Urlaub", "actuellement en congé", "nu afwezig", "momenteel op vakantie", "Dear Ann, I am on leave.",
        "Thank you for your email. Dear all! Hello; on leave", "Hi\nOn leave", "Jane Roe, on leave",
        "Thank you for the letter that you sent to us on Monday about the visits at Oakfield and about everything else "
        "that you wrote in it. I am on leave.",
        "The office moves to the new house on the green in May. I am on leave.", "On leave; see you",
        "Oakfield Homes\nThe Green, Oakfield\nJane Roe\nCare manager\nTel. 01632 960000\nFax 01632 960001\n"
        "Carers of the north\nand of the south\nOn leave", "(I am on leave)", "(I am away)",
    ],
)  # fmt: skip
def test_who_says_to_be_away(text: str):
    """At the beginning of a clause, or in the first person; greetings, thanks and another sentence may stand before."""
    assert says_absent(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "The carer was on leave", "Nobody is out of the office",
        "The office moves to the new house on the green in May this year. The garden gate was painted green by all of"
        " us last week. On leave",
        "See you. " * 120 + "On leave",
    ],
)  # fmt: skip
def test_who_speaks_of_others_or_of_something_else_first(text: str):
    """Somebody else's absence is none, nor what stands behind two other sentences or very far below."""
    assert not says_absent(text)


@pytest.mark.parametrize(
    "text",
    [
        "until 12 May", "until 12 May 2027", "until 12th of May", "till 12. Mai", "until 12 May. 2027", "until May 12",
        "until May 12th, 2027", "until May 12, 2027", "hasta el 12 de mayo de 2027", "hasta 12 de mayo del 2027",
        "fino al 12 di maggio", "até 12 o maio", "tan 12fed Mai", "tan 12eg Mai", "tan 12ain Mai", "tan 12af Mai",
        "jusqu'au 12er mai", "until 12/05/2027", "until 12/5", "until 12.05.27", "until 12-05-2027", "until 2027-05-12",
        "until 2027-5-12", "until 5/13/2027, no, 12/5", "until 12 may", "until and including 12 May", "back on 12 May",
        "from 3 May to 12 May", "3 May \u2013 12 May", "3 May - 12 May", "return on the 12th of May", "5\u670812\u65e5",
        "2027\u5e745\u670812\u65e5", "5\uc6d4 12\uc77c", "2027\ub144 5\uc6d4 12\uc77c", "5\u670812\u53f7",
        "until 4 May, no, until 12 May, not until 5 May", "to 4 May until 12 May",
    ],
)  # fmt: skip
def test_the_day_of_return(text: str):
    """However it is written; of several days the latest."""
    assert absent_until(text, SENT) in ({TWELFTH} if "13" not in text else {date(2027, 5, 13)})


@pytest.mark.parametrize("ordinal", ["1st", "21st", "2nd", "22nd", "3rd", "23rd", "4th"])
@pytest.mark.parametrize(
    "shape", ["until {} June", "until June {}", "until June {}, 2027", "until the {} of June 2027"]
)
def test_ordinals(ordinal: str, shape: str):
    """Ordinals in front of the month and behind it."""
    assert absent_until(shape.format(ordinal), SENT) == date(2027, 6, int(ordinal[:-2]))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("until 1 April", date(2028, 4, 1)), ("until 2 April", date(2027, 4, 2)), ("until 1/4", date(2028, 4, 1)),
        ("until 31 June", None), ("until 13/13/2027", None), ("until 5/13", date(2027, 5, 13)),
        ("until 12/12/2027", date(2027, 12, 12)), ("until 12 sausages", None),
        ("unhappyuntil 12 May", None), ("on 12 May", None), ("x" * 2_990 + " until 12 May", None),
        ("until " + "word " * 12 + "12 May", None), ("until " + "word " * 10 + "12 May", TWELFTH),
        ("until 0 May", None), ("until 12/05/2028", date(2028, 5, 12)), ("until 12.05.28", date(2028, 5, 12)),
        ("hasta el 12 de mayo de 2028", date(2028, 5, 12)), ("hasta el 12 de mayo del 2028", date(2028, 5, 12)),
        ("until 5/12/2027", date(2027, 12, 5)), ("until 12 May (and 4/5 is a holiday)", TWELFTH),
    ],
)  # fmt: skip
def test_years_limits_and_what_is_no_day(text: str, day: date | None):
    """A day without a year is the first one not more than a month ago; what is no date says nothing."""
    assert absent_until(text, SENT) == day


def test_without_the_date_of_the_mail():
    """A day without a year and a weekday can then not be told."""
    assert absent_until("until 12 May 2027", None) == TWELFTH
    assert absent_until("until 12 May", None) is None
    assert absent_until("until Wednesday", None) is None


@pytest.mark.parametrize(
    "before",
    ["until ", "back on ", "until on ", "until the ", "bis am ", "bis den ", "jusqu'au le ", "hasta el ", "tot op ",
     "until this ", "until first ", "tan dydd ", "back (", "will be back "],
)  # fmt: skip
def test_a_weekday(before: str):
    """The first day of that name after the mail, behind an article or without."""
    assert absent_until(f"I am away, {before}Wednesday).", SENT) == date(2027, 5, 5)
    assert absent_until(f"I am away, {before}Monday.", SENT) == date(2027, 5, 10)
    assert absent_until(f"I am away, {before}Sunday, late", SENT) == date(2027, 5, 9)


@pytest.mark.parametrize(
    "text",
    ["Monday until Wednesday", "from Monday, until Wednesday", "Monday to Wednesday", "until next Wednesday", "until",
     "until one fine Wednesday"],
)  # fmt: skip
def test_a_weekday_that_is_no_return(text: str):
    """A working week is none, nor a day that is named otherwise."""
    assert absent_until(text, SENT) is None


def test_a_date_beats_a_weekday():
    """Where both are named, the date counts, even if it is earlier."""
    assert absent_until("until 4 May, until Wednesday", SENT) == date(2027, 5, 4)


def test_greek_in_the_first_person():
    """ "I am out of the office", with the name of the day in front."""
    assert says_absent("Σήμερα είμαι εκτός γραφείου")


def test_punctuation_round_a_weekday():
    """Marks directly round the day do not hide it, one or several; an article and a mark may stand in front."""
    for mark in (".", ",", ";", ":", "!", "(", ")"):
        assert absent_until(f"back on {mark}Wednesday{mark}", SENT) == date(2027, 5, 5), mark
    assert absent_until("until the (Wednesday) in the week", SENT) == date(2027, 5, 5)


@pytest.mark.parametrize("mark", ["", ".", ","])
def test_a_span_of_weekdays_with_marks(mark: str):
    """ "Mon., until Wednesday" is a working week however it is pointed."""
    assert absent_until(f"I work Monday{mark} until Wednesday", SENT) is None
    assert absent_until(f"I am away. Call Ann{mark} until Wednesday", SENT) == date(2027, 5, 5)


@pytest.mark.parametrize(
    "bare", ["bin ", "currently ", "derzeit ", "zurzeit ", "momentan ", "actuellement ", "nu ", "momenteel "]
)
def test_a_note_without_a_pronoun(bare: str):
    """ "Currently at home and on leave" is the writer's; the word must begin the clause ("actuellement" need not)."""
    assert says_absent(f"{bare}quite far off and on leave")
    assert not says_absent(f"{bare}the visits are the same as ever")
    assert says_absent(f"the cook {bare}was on leave") == (bare == "actuellement ")


@pytest.mark.parametrize("word", ["bis", "tot", "t/m", "tan", "til", "até", "do", "al", "au"])
def test_a_short_word_before_a_weekday(word: str):
    """Three letters or signs are enough, two are not: "és" is "and" more often than "until"."""
    assert absent_until(f"away {word} Wednesday", SENT) == date(2027, 5, 5)
    assert absent_until("away és Wednesday", SENT) is None
    assert absent_until("away és 12/5", SENT) == TWELFTH
