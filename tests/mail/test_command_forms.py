"""Lines against typed forms: values, joints, misses, which of two forms wins (domain.md 5.2)."""

from __future__ import annotations

from datetime import date

import pytest

from mailflow.mail.command_forms import Fit, Form, Matcher, Miss, pieces, spoken_words
from mailflow.mail.reference import make
from tests.mail.test_commands import OTHER, THURSDAY, _add


def _fit(text: str, line: str, typos: bool = False):
    return Matcher(THURSDAY, _add).fit(Form("x", text, False), line, typos)


def _blanks(text: str, line: str):
    fit = _fit(text, line)
    return dict(fit.blanks) if isinstance(fit, Fit) else None


@pytest.mark.parametrize(
    "said, number",
    [
        ("2", 2),
        ("2nd", 2),
        ("1st", 1),
        ("3rd", 3),
        ("4th", 4),
        ("no 2", 2),
        ("no. 2", 2),
        ("number 2", 2),
        ("nr 2", 2),
        ("Nr. 2", 2),
        ("#2", 2),
        ("no. #2", 2),
        (": 2", 2),
        ("(2", 2),
        ("1234", 1234),
        ("one", 1),
        ("Two", 2),
        ("three", 3),
        ("four", 4),
        ("five", 5),
        ("six", 6),
        ("seven", 7),
        ("eight", 8),
        ("nine", 9),
        ("TEN", 10),
    ],
)
def test_numbers(said, number):
    """Figures, ordinals, small words, with "no." or "#" in front."""
    assert _blanks("Split {n:number}", f"Split {said}") == {"n": number}


@pytest.mark.parametrize("said", ["12345", "2a", "2/3", "2@x", "eleven", "none", "many", "x", "", "-"])
def test_what_is_no_number(said):
    """Long figures, parts of words, dates and words that count nothing."""
    assert isinstance(_fit("Split {n:number}", f"Split {said}"), Miss)


@pytest.mark.parametrize(
    "said, more",
    [
        ("1, 2", (2,)),
        ("1 & 2", (2,)),
        ("1 + 2", (2,)),
        ("1 and 2", (2,)),
        ("1, and 2", (2,)),
        ("1,2,3", (2, 3)),
        ("1, no. 2", (2,)),
        ("1 and number 2", (2,)),
        ("1 and #2", (2,)),
        ("1, 2 and 3.", (2, 3)),
        ("1 and 2, 3 March", (2, 3)),
        ("1", ()),
        ("1 and 2/3", ()),
        ("1 and 2.5", ()),
        ("1 and 2@x", ()),
        ("1 and 2-3", ()),
        ("1 and two", ()),
        ("1. 2", ()),
    ],
)
def test_lists_of_numbers(said, more):
    """Numbers joined by comma, "and", "&", "+" are one list; a figure with more behind it is none of them."""
    fit = _fit("Refer {n:number}", f"Refer {said}")
    assert fit.blanks == {"n": 1} and fit.more_numbers == (("n", more) if more else ("", ()))
    assert fit.counted
    assert _fit("Action {n:number}: {t:text} by {d:date}", "Action 1, 2: rota by 3 March").more_numbers == ("", ())
    assert _fit("Cancel {n:number}: {t:text}", "Cancel 1, 2: rota").more_numbers == ("n", (2,))


@pytest.mark.parametrize(
    "said, address",
    [
        ("jo@a.example", "jo@a.example"),
        ("<Jo.Brown@A.Example>", "jo.brown@a.example"),
        ("mailto:jo@a.example", "jo@a.example"),
        ("<mailto:jo@a.example>", "jo@a.example"),
        ("jo@a.b.example.", "jo@a.b.example"),
        ("[jo@a.example]", "jo@a.example"),
        ("jo+x@a-b.example", "jo+x@a-b.example"),
        ("o'neil@a.example, thanks", "o'neil@a.example"),
    ],
)
def test_addresses(said, address):
    """Addresses as mail programs write them, in lower case."""
    assert _blanks("Give to {who:address}", f"Give to {said}") == {"who": address}


@pytest.mark.parametrize("said", ["Jo Brown", "jo@council", "@a.example", "jo at a.example", ""])
def test_what_is_no_address(said):
    """A name is no address: a person is never guessed."""
    assert _fit("Give to {who:address}", f"Give to {said}").why == "I found no email address where one is needed."


@pytest.mark.parametrize(
    "said, word",
    [
        ("EOS-77.", "EOS-77"),
        ("2027/118,", "2027/118"),
        ("O'Neil", "O'Neil"),
        ("a.b_c-d x", "a.b_c-d"),
        ("x\u2019y", "x\u2019y"),
        (": 4711", "4711"),
    ],
)
def test_words(said, word):
    """One word with the marks inside it; stops behind it are none of it."""
    assert _blanks("Done {ref:word}", f"Done {said}") == {"ref": word}


@pytest.mark.parametrize("said", ["", ":", " - ", "!!", "..."])
def test_what_is_no_word(said):
    """Stops are none, and the end of the line is none."""
    for form in ("Done {ref:word}", "Done {ref:yes|no}", "Done {ref:address}", "Done {ref:date}"):
        assert isinstance(_fit(form, f"Done{said}"), Miss)


def test_choices():
    """A choice takes one of its words, in any case, and no other."""
    assert _blanks("Notice {a:yes|no}", "Notice: YES") == {"a": "yes"}
    assert _blanks("Notice {a:yes|no}", "Notice no, thanks") == {"a": "no"}
    assert _fit("Notice {a:yes|no}", "Notice maybe").why == "One word is missing."


@pytest.mark.parametrize(
    "said", [OTHER, OTHER.lower(), f"[{OTHER}]", OTHER.replace("-", " "), f"<{OTHER}", f"[ {OTHER} ]"]
)
def test_references(said):
    """A reference as people retype it comes canonical."""
    assert _blanks("Same as {ref:reference}", f"Same as {said}") == {"ref": OTHER}


def test_a_reference_that_does_not_hold_is_doubtful():
    """It is never mended."""
    wrong = OTHER[:-1] + ("A" if OTHER[-1] != "A" else "B")
    fit = _fit("Same as {ref:reference}", f"Same as {wrong}")
    assert fit.blanks == {} and fit.doubts == (f"The check characters of '{wrong}' do not hold.",)
    assert _fit("Same as {ref:reference}", "Same as before").why == "I found no reference where one is needed."
    assert _blanks("Same as {ref:reference}", f"Same as {make('ZZ', 2027, 12345)}") == {"ref": make("ZZ", 2027, 12345)}


@pytest.mark.parametrize("joint", [":", " :", ".", ";", ",", "!", " -", " \u2013 ", " \u2014 ", "-", "  ", ": - "])
def test_a_stop_of_the_form_may_be_any_stop_or_none(joint):
    """Where a form writes a stop, people write another one or none."""
    fit = _fit("Panel: refer", f"Panel{joint} refer")
    assert isinstance(fit, Fit) and fit.words == 2


@pytest.mark.parametrize(
    "line, fits",
    [
        ("Out of scope", True),
        ("out-of-scope", True),
        ("Out  of scope", True),
        ("Out, of scope", False),
        ("Out. Of scope", False),
        ("Outof scope", False),
        ("Out of scopes", False),
    ],
)
def test_words_of_a_form_stand_together(line, fits):
    """Between other words only spaces and hyphens may stand."""
    assert isinstance(_fit("Out of scope", line), Fit) == fits


@pytest.mark.parametrize("word", ["to", "until", "because", "by", "for"])
def test_a_stop_may_stand_before_a_preposition(word):
    """ "Extend: to 3 March"."""
    assert _blanks(f"Wait {word} {{d:date}}", f"Wait: {word} 3 March") == {"d": date(2027, 3, 3)}


@pytest.mark.parametrize("word", ["to", "until", "till", "til", "by", "for"])
def test_another_preposition_is_a_near_miss(word):
    """ "Extend by 5 working days" is not the form, but near enough to ask."""
    for meant in ("to", "until"):
        if word != meant:
            miss = _fit(f"Extend {meant} {{d:date}}", f"Extend {word} 5 working days")
            assert miss.near and miss.why == f"I expected the word '{meant}'."
    assert not _fit("Extend to {d:date}", "Extend the hall").near
    assert not _fit("Extend to {d:date}", "Extend tomorrow").near


def test_a_blank_may_be_left_out():
    """Only one with a question mark."""
    assert _blanks("Gone {d?:pastdate}", "Gone") == {}
    assert _blanks("Gone {d?:pastdate}", "Gone yesterday") == {"d": date(2027, 2, 17)}
    assert _fit("Gone {d:pastdate}", "Gone").why.startswith("I found no date where one is needed")
    assert _fit("Gone {d:date}", "Gone away").why.startswith("I found no date where one is needed")
    assert _blanks("Gone {d?:pastdate} for {n:number}", "Gone for 3") == {"n": 3}
    assert _fit("Gone {n:number}", "Gone away").why == "I found no number where one is needed."


def test_a_text_goes_to_the_end_or_to_the_next_word_of_the_form():
    """It loses the stops round it."""
    form = "Action: {t:text} by {d:date}"
    assert _blanks(form, "Action: new rota, by 3 March") == {"t": "new rota", "d": date(2027, 3, 3)}
    assert _blanks(form, "Action: ring by phone by 3 March") == {"t": "ring by phone", "d": date(2027, 3, 3)}
    assert isinstance(_fit(form, "Action: by 3 March"), Miss)
    assert _blanks("Ask: {q:text}", "Ask - which day? ") == {"q": "which day?"}
    assert _blanks("Ask: {q:text} {n:number}", "Ask: which day 3") == {"q": "which day", "n": 3}
    assert _blanks(form, "Action: X ray by Dr X by 3 March") == {"t": "X ray by Dr X", "d": date(2027, 3, 3)}
    assert _blanks("Action {n:number} done", "Action 2: done") == {"n": 2}
    assert _blanks("Action {n:number} done", "Action 2 - done") == {"n": 2}


def test_a_text_behind_a_stop_wants_one():
    """ "Ask which day" is prose; the form writes a colon."""
    miss = _fit("Ask: {q:text}", "Ask which day")
    assert (miss.why, miss.near) == ("I expected a colon before the words.", True)
    assert _blanks("Owner is {q:text}", "Owner is Oakfield") == {"q": "Oakfield"}
    for stop in (":", ".", ";", ",", " \u2013", " \u2014", " -"):
        assert _blanks("Ask: {q:text}", f"Ask{stop} which day") == {"q": "which day"}
    assert isinstance(_fit("Ask: {q:text}", "Ask! which day"), Miss)


def test_what_a_fit_says_about_its_end():
    """Whether it ends with a value, a text, a missing text; whether the form wrote a stop there."""
    text = _fit("Ask: {q:text}", "Ask: which day")
    assert (text.text_blank, text.wants_text, text.ends_open, text.stopped, text.counted) == (
        "q",
        "",
        True,
        True,
        False,
    )
    empty = _fit("Ask: {q:text}", "Ask:")
    assert (empty.text_blank, empty.wants_text, empty.ends_open) == ("", "q", False)
    assert _fit("Ask: {q:text}", "Ask").wants_text == "q"
    assert _fit("Split {n?:number}", "Split").counted is False
    optional = _fit("Got {d:pastdate}: {q?:text}", "Got yesterday")
    assert (optional.text_blank, optional.wants_text) == ("", "")
    value = _fit("Wait to {d:date}", "Wait to 3 March now")
    assert (value.ends_open, value.stopped, value.counted, value.words, value.typos) == (True, False, False, 2, 0)
    assert _fit("Sent", "Sent!").ends_open is False


@pytest.mark.parametrize(
    "line, fits",
    [
        ("Alocate now", True),
        ("Allocatte now", True),
        ("Allcoate now", True),
        ("Allocate nwo", False),
        ("Alcate now", False),
        ("allocate now", True),
    ],
)
def test_one_slip_in_a_long_word_may_be_forgiven(line, fits):
    """In words of six letters and more, and only with leave."""
    assert isinstance(_fit("Allocate now", line, typos=True), Fit) == fits
    assert isinstance(_fit("Allocate now", line), Fit) == (line == "allocate now")
    assert isinstance(_fit("Refer now", "Reffer now", typos=True), Fit) is False
    assert isinstance(_fit("Remedy now", "Remdy now", typos=True), Fit) is True
    assert _fit("Allocate matters", "Alocate mattrs", typos=True).typos == 2


def _best(line: str, *forms: tuple[str, str]):
    return Matcher(THURSDAY, _add).best([Form(verb, text, False) for verb, text in forms], line)


def test_the_longest_form_wins():
    """More words, then no text wanting, then more of the line; a tie between two verbs is doubtful."""
    fit, miss = _best("Send original", ("a", "Send"), ("b", "Send original"))
    assert fit.form.verb == "b" and miss is None
    fit, _ = _best("Send original", ("b", "Send original"), ("a", "Send"))
    assert fit.form.verb == "b" and fit.doubts == ()
    fit, _ = _best("Withdrawn", ("a", "Withdrawn: {r:text}"), ("b", "Withdrawn"))
    assert fit.form.verb == "b"
    fit, _ = _best("Wait 3 March", ("a", "Wait"), ("b", "Wait {d:date}"))
    assert fit.form.verb == "b"
    fit, _ = _best("Agreed", ("b", "Agreed"), ("a", "Agreed"))
    assert fit.doubts == ("These words can mean a or b.",)
    fit, _ = _best("Agreed", ("a", "Agreed"), ("a", "Agreed!"))
    assert fit.doubts == ()


def test_a_miss_counts_if_it_came_further_than_any_fit():
    """ "Hold until never" is a fit of "Hold" and a nearer miss of "Hold until a date"."""
    fit, miss = _best("Hold until never", ("a", "Hold"), ("b", "Hold until {d:date}"))
    assert fit.form.verb == "a" and (miss.form.verb, miss.words) == ("b", 2)
    fit, miss = _best("Hold on", ("a", "Hold"), ("b", "Hold until {d:date}"))
    assert fit.form.verb == "a" and miss is None
    near = (("b", "Hold until {d:date}"), ("a", "Hold {d:date}"))
    for forms in (near, near[::-1]):
        assert _best("Hold until never", *forms)[1].form.verb == "b"
    far = _fit("Gone {d?:pastdate} for {n:number}", "Gone yesterday for ever")
    assert (far.words, far.why) == (2, "I found no number where one is needed.")
    fit, miss = _best("Hold until never", ("b", "Hold until {d:date}"), ("c", "Hold until then {d:date}"))
    assert fit is None and miss.form.verb == "b"


@pytest.mark.parametrize(
    "form, line, near",
    [
        ("Panel: not referred", "Panel", True),
        ("Panel: not referred", "Panel:", True),
        ("Panel: not referred", "Panel: is on Thursday", True),
        ("Panel: not referred", "Panel meets", False),
        ("Panel: not referred", "Panel not sure", True),
        ("Out of scope", "Out of office", False),
        ("Out of scope", "Out, they said", False),
        ("Summary done", "Summary by Friday", False),
        ("Keep on waiting", "Keep on smiling", True),
        ("Split {n:number}", "Split the team", True),
        ("Summary done", "Summary follows", False),
    ],
)
def test_how_near_a_miss_is(form, line, near):
    """Near: it said all up to a blank or a stop, or two words that tell something, or ends there."""
    assert _fit(form, line).near is near


@pytest.mark.parametrize(
    "text", ["Extend to {until:day}", "{n:number} done", "", "Extend {until", "Extend {Until:date}", "Done}", ": -"]
)
def test_forms_that_cannot_be_read(text):
    """Each fault of a form's author has its sentence, with the form in it."""
    with pytest.raises(
        ValueError,
        match=r"^The form '.*' (has a blank (of the unknown type 'day'|that cannot be read)|must begin with a word)\.$",
    ):
        pieces(text)


def test_where_a_form_writes_a_stop():
    """It belongs to the word or blank behind it, and to no other."""
    assert [piece.parted for piece in pieces("Out of it: {n:number} by then, {t:text}")] == [
        False, False, False, True, False, False, True,
    ]  # fmt: skip
    assert Form("x", "Done", False).into == ""


def test_words_are_compared_without_what_telephones_add():
    """No case, no apostrophes, no accents."""
    assert spoken_words("they're \u2019we\u2019ve") == ("theyre", "weve")
    assert spoken_words("Don\u2019t CAF\u00c9 it's_me 3x") == ("dont", "cafe", "its", "me", "3x")
