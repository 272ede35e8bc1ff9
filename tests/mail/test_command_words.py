"""The words round a command, one by one: what is passed over, what limits, turns, reports or takes back (5.2)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mail.test_commands import _read, _verdict

CODE = "k7q9m2x4tb"


def _tables() -> dict[str, list[str]]:
    """The rows of command_words.txt under their headings; a "/" in a row is a new line."""
    tables: dict[str, list[str]] = {}
    for line in (Path(__file__).parent / "command_words.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            rows = tables.setdefault(line[3:], [])
        elif line and not line.startswith("# "):
            rows.append(line.replace("/", "\n"))
    return tables


WORDS = _tables()


@pytest.mark.parametrize("sign_off", WORDS["sign-offs"])
def test_nothing_is_read_below_a_sign_off(sign_off):
    """Below a sign-off or a rule stands the signature, whatever its words; even a # in it is no command."""
    assert _verdict(_read(f"Let us talk about it.\n{sign_off}\n# Accepted")) == "note"
    assert _verdict(_read(f"Accepted\n{sign_off}\nDisputed")) == "accepted"


@pytest.mark.parametrize(
    "near", ["Best practice is this.", "A kr is a coin.", "Broken again.", "Hyphens - - - all over", "____"]
)
def test_words_that_only_begin_like_a_sign_off_end_nothing(near):
    """Below any other line a # is heard."""
    assert _verdict(_read(f"{near}\n# Accepted")) == "accepted"


@pytest.mark.parametrize("opening", WORDS["passed over"])
def test_what_only_opens_a_mail_is_passed_over(opening):
    """Greetings, thanks, excuses, wishes and labels say nothing: the command is the first line after them."""
    assert _verdict(_read(f"{opening}\n\nAccepted")) == "accepted"


@pytest.mark.parametrize("first", WORDS["not passed over"])
def test_a_sentence_that_says_something_is_not_passed_over(first):
    """A first line with words of its own is the first line: no command is taken from the next one."""
    assert _read(f"{first}\nAccepted").sayings == ()


@pytest.mark.parametrize("line", WORDS["leads"])
def test_words_that_lead_to_a_command(line):
    """What says yes, by what occasion, or what is asked of us, may stand in front of a whole command."""
    assert _verdict(_read(line)) == "accepted"


@pytest.mark.parametrize("line", WORDS["no leads"])
def test_words_that_lead_nowhere(line):
    """Other words in front of a command make it no command."""
    assert _read(line).sayings == ()


@pytest.mark.parametrize("hedge", WORDS["hedges"] + WORDS["limits"])
@pytest.mark.parametrize("joint", [", ", " - ", " (", "... "])
def test_a_limit_in_the_sentence_of_a_decision_is_asked_about(hedge, joint):
    """A decision says all or nothing: any of these words in its sentence may limit it (domain.md 5.2)."""
    assert _verdict(_read(f"Accepted{joint}{hedge}")) == "doubt"


@pytest.mark.parametrize("hedge", WORDS["hedges"])
def test_what_takes_back_is_asked_about_at_every_command(hedge):
    """The stronger ones count behind words that are no decision, too."""
    assert _verdict(_read(f"Extend to 3 March, {hedge}")) == "doubt"


@pytest.mark.parametrize(
    "note",
    [
        "only the second letter is missing",
        "rather late",
        "I think they will ring",
        "some of it is new",
        "add it to the file",
    ],
)
def test_an_act_that_decides_nothing_may_carry_such_words(note):
    """The weaker ones are a note behind words that are no decision."""
    assert _verdict(_read(f"Extend to 3 March, {note}")) == "extend"


@pytest.mark.parametrize("turn", WORDS["turns"])
def test_a_next_sentence_that_turns_is_asked_about(turn):
    """The next sentence, on the line or below it, may turn a decision round."""
    assert _verdict(_read(f"Accepted. {turn}")) == "doubt"
    assert _verdict(_read(f"Accepted.\n\n{turn}")) == "doubt"


@pytest.mark.parametrize("following", WORDS["following sentences"])
def test_a_next_sentence_that_only_follows_is_a_note(following):
    """Excuses and requests about the file leave a decision as it is."""
    assert _verdict(_read(f"Accepted. {following}")) == "accepted"


@pytest.mark.parametrize("words", WORDS["taken back"] + WORDS["mistaken"])
def test_a_mail_that_takes_itself_back_is_asked_about(words):
    """Wherever it stands, in a later paragraph or in a postscript below the signature."""
    assert _verdict(_read(f"Accepted\n\nI have rung them.\n\n{words}")) == "doubt"
    assert _verdict(_read(f"Extend to 3 March\n\nRegards\nMaya\n\nPS {words}")) == "doubt"


@pytest.mark.parametrize("sign", ["PS ", "P.S. ", "p.s. ", "PPS: ", "ps - ", "P S "])
def test_a_postscript_is_the_writers_word(sign):
    """A postscript below the signature counts against a command, never as one."""
    assert _verdict(_read(f"Accepted\nRegards\nMaya\n{sign}please ignore")) == "doubt"
    assert _verdict(_read(f"Talk soon\nRegards\nMaya\n{sign}Accepted")) == "note"


@pytest.mark.parametrize("words", WORDS["other words about mistakes"])
def test_other_words_about_mistakes_take_nothing_back(words):
    """Prose about mistakes, footers of lawyers, signatures and quotes take nothing back."""
    assert _verdict(_read(f"Accepted\n\nI have rung them.\n\n{words}")) == "accepted"


@pytest.mark.parametrize("words", WORDS["mistaken"])
def test_a_word_that_mends_may_say_what_was_wrong(words):
    """ "Undo: wrong one" says why; "Undo, please ignore this" does not say what is meant."""
    assert _verdict(_read(f"Undo\n\n{words}")) == "undo"
    assert _verdict(_read("Undo\n\nPlease ignore this")) == "doubt"


@pytest.mark.parametrize("words", WORDS["some points only"])
def test_a_mail_that_speaks_of_some_points_only_is_asked_about(words):
    """A decision that stands alone speaks of all points; a word for some of them contradicts it."""
    assert _verdict(_read(f"Accepted\n\nI have rung them.\n\n{words}")) == "doubt"


@pytest.mark.parametrize(
    "words",
    ["The second carer left", "Point 2 was new to me", "Not only the rota", "The first\nDisputed is a strong word"],
)
def test_points_that_are_only_spoken_of_change_nothing(words):
    """A point named without a word that decides is a note, and so are points of words that carry text."""
    assert _verdict(_read(f"Accepted\n\nI have rung them.\n\n{words}")) == "accepted"
    assert _verdict(_read("Withdrawn: they rang\n\nNot the second")) == "withdrawn"
    assert _verdict(_read("Extend to 3 March\n\nNot the second")) == "extend"


@pytest.mark.parametrize("report", WORDS["reported"])
@pytest.mark.parametrize("joint", [", ", " - ", '", '])
def test_what_somebody_else_said_is_asked_about(report, joint):
    """A decision that is reported is not made."""
    assert _verdict(_read(f"Accepted{joint}{report}")) == "doubt"


@pytest.mark.parametrize("note", ["they say sorry in it", "Jane said that it was late", "as I said to Jane on Monday"])
def test_what_is_told_beside_a_decision_is_a_note(note):
    """Somebody's words about something else are the note of a decision."""
    assert _verdict(_read(f"Accepted, {note}")) == "accepted"


@pytest.mark.parametrize("words", WORDS["elsewhere"])
def test_a_decision_for_another_day_or_person_is_asked_about(words):
    """What is said now is done now, to whom it goes: anything else is not this command."""
    for joint in (", ", " - ", " ("):
        assert _verdict(_read(f"Send{joint}{words}")) == "doubt"
    assert _verdict(_read(f"Accepted. Ring me {words}")) == "accepted"


@pytest.mark.parametrize("words", WORDS["directly behind, taken"])
def test_words_directly_behind_a_decision_that_leave_it_as_it_is(words):
    """Courtesy, "in full", a reason or an occasion may follow without a stop."""
    assert _verdict(_read(f"Accepted {words}")) == "accepted"


@pytest.mark.parametrize("words", WORDS["directly behind, asked"])
def test_other_words_directly_behind_a_decision_are_asked_about(words):
    """Anything else that follows without a stop makes it prose."""
    assert _verdict(_read(f"Accepted {words}")) == "doubt"


@pytest.mark.parametrize("time", WORDS["times of day"])
def test_a_time_of_day_behind_a_date_is_a_note(time):
    """A date may carry its hour; the day counts."""
    assert _verdict(_read(f"Chase again to 3 March {time}")) == "chase_again"
    assert _verdict(_read(f"Chase again to 3 March {time} if need be")) == "doubt"


@pytest.mark.parametrize(
    "verb",
    "is are was were has have had will would can could should may might must need needs seems looks"
    " sounds does did do".split()
    + ["still is", "never was", "always will", "also has", "only is", "just was"],
)
def test_a_command_that_is_the_subject_of_a_sentence_is_asked_about(verb):
    """ "Extend to 3 March is too long" speaks of it and does not say it."""
    assert _verdict(_read(f"Extend to 3 March {verb} too long")) == "doubt"


@pytest.mark.parametrize("words", WORDS["beside words that decide nothing"])
def test_a_few_words_may_stand_beside_words_that_decide_nothing(words):
    """How and when something came may follow without a stop; anything else is asked about."""
    assert _verdict(_read(f"Comments received {words}")) == "comments"
    assert _verdict(_read("Comments received nothing but praise")) == "doubt"
    assert _verdict(_read("Comments received again and again")) == "doubt"
    assert _verdict(_read("Comments received by which date")) == "doubt"


@pytest.mark.parametrize(
    "words",
    [
        ", 2",
        "-3",
        "\u20133",
        "/2",
        " & 2",
        " + the last",
        " and the second",
        " or 2",
        " to 4",
        " and others",
        " and the other",
        " and both",
        " and all",
        " and two",
        " and the third",
        " and the rest",
        " or fourth",
        " and fifth",
        " and the first",
        " or three",
        " & four",
        ", five",
        " and six",
    ],
)
def test_more_numbers_than_were_read_are_asked_about(words):
    """ "Refer action 1 or 2" may not become an act on the first alone."""
    reading = _read(f"Refer action 1{words}")
    assert [saying.blanks["n"] for saying in reading.sayings] in ([], [1, 2])
    if words not in (", 2", " & 2"):
        assert _verdict(reading) == "doubt"


@pytest.mark.parametrize("words", WORDS["undecided"])
def test_a_decision_whose_words_leave_it_open_is_asked_about(words):
    """The words behind a decision's colon may be no words of a decision."""
    assert _verdict(_read(f"Decision: alternative: {words}")) == "doubt"


@pytest.mark.parametrize("subject", WORDS["subjects of a sentence"])
def test_a_sentence_behind_a_comma_is_asked_about(subject):
    """ "Information, they wrote" is how a sentence begins; a colon makes it a command."""
    assert _verdict(_read(f"Information, {subject} asked for more")) == "doubt"
    assert _verdict(_read(f"Information: {subject} asked for more")) == "information"
    assert _verdict(_read("Information, nurse rang on Tuesday")) == "information"
    assert _verdict(_read(f"Withdrawn, {subject} rang")) == "withdrawn"


@pytest.mark.parametrize("word", WORDS["conditions"])
def test_a_condition_in_place_of_reasons_is_asked_about(word):
    """Reasons may hold such words, but if they begin with one they are a condition."""
    assert _verdict(_read(f"Withdrawn: {word} they agree")) == "doubt"
    assert _verdict(_read("Withdrawn: they rang, if late, and said so")) == "withdrawn"


@pytest.mark.parametrize("words", WORDS["assent"])
def test_words_that_sound_like_a_decision_are_asked_about(words):
    """They decide nothing, but a note would lose them (M51)."""
    assert _verdict(_read(words)) in ("decision?", "doubt")


@pytest.mark.parametrize("words", WORDS["only thanks"])
def test_words_that_only_thank_are_a_note(words):
    """Thanks are no decision, whatever stands in front of them."""
    assert _verdict(_read(words)) == "note"


@pytest.mark.parametrize(
    "choice", ["Low level", "Operational", "Isolated", "under investigation", "Low level, thanks", "Upheld"]
)
def test_a_choice_named_alone_sounds_like_a_decision(choice):
    """Who answers a question with the name of a choice means it, but has not said the words."""
    assert _verdict(_read(choice)) == "decision?"
