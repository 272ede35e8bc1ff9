"""What officers type, mostly on telephones and in haste, and what it may be taken for (domain.md 5.1, 5.2)."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mailflow.mail.commands import Form, read
from mailflow.mail.reference import make

THURSDAY = date(2027, 2, 18)
REF = make("CC", 2027, 42)
OTHER = make("CC", 2027, 7)
PARENTS = ("recommend", "agreed", "alternative", "review_information")

HERE = Path(__file__).parent


def _rows(name: str) -> list[str]:
    rows = (HERE / name).read_text(encoding="utf-8").splitlines()
    return [row for row in rows if row and not row.startswith("# ")]


VOCABULARY = _rows("officer_vocabulary.txt")

DETAILS = (
    Form("action_line", "Action {k:number}: {text:text} by {by:date}", False, PARENTS, "actions"),
    Form("action_line", "Action: {text:text} by {by:date}", False, PARENTS, "actions"),
    Form("action_line", "Action: {text:text}", False, PARENTS, "actions"),
    Form("notice_yes", "Default notice: yes", False, PARENTS, "default_notice=yes"),
    Form("notice_yes", "Default notice", False, PARENTS, "default_notice=yes"),
    Form("notice_no", "Default notice: no", False, PARENTS, "default_notice=no"),
    Form("notice_no", "No default notice", False, PARENTS, "default_notice=no"),
)


def _forms() -> tuple[Form, ...]:
    forms = []
    for row in VOCABULARY:
        verb, says = row.split(": ", 1)
        forms += [Form(verb.rstrip("*"), say.strip(), verb.endswith("*")) for say in says.split(" | ")]
    return (*forms, *DETAILS)


FORMS = _forms()


def _add(day: date, count: int) -> date:
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < 5
    return day


def _read(text: str, subject: str = ""):
    return read(text, subject, FORMS, THURSDAY, _add)


def _verdict(reading) -> str:
    if reading.doubts:
        return "doubt"
    if reading.sayings:
        return " ".join(saying.verb for saying in reading.sayings)
    return "decision?" if reading.looks_like_decision else "note"


ROWS = [tuple(part.strip() for part in row.split("|", 1)) for row in _rows("officer_mails.txt")]


@pytest.mark.parametrize("verdict, mail", ROWS)
def test_officer_mails(verdict, mail):
    """Each mail is taken for what it says; what may mean two things is asked, never done."""
    text = mail.replace("{OTHER}", OTHER).replace("0161 496 0000", "01614960000").replace("/", "\n")
    if any(mark in mail for mark in ("3/3/27", "3/2/27", "17/2")):
        text = mail
    assert _verdict(_read(text)) == verdict


def test_the_table_is_large_enough():
    """At least 120 mails stand in the table, and at least 60 of them must do nothing at all."""
    assert len(ROWS) >= 120
    assert sum(verdict in ("doubt", "note", "decision?") for verdict, _ in ROWS) >= 60


def test_blanks_come_typed():
    """Dates are dates, numbers numbers, addresses lower case, references canonical."""
    assert _read("Extend action 2 to 3/3/27").sayings[0].blanks == {"n": 2, "until": date(2027, 3, 3)}
    assert _read("Allocate to <Sam.Lee@Council.example>").sayings[0].blanks == {"who": "sam.lee@council.example"}
    assert _read(f"Duplicate of {OTHER.lower()}").sayings[0].blanks == {"ref": OTHER}
    assert _read("Hold until 10 working days: police").sayings[0].blanks == {
        "until": date(2027, 3, 4),
        "reason": "police",
    }
    assert _read("Kind: Content").sayings[0].blanks == {"kind": "content"}
    assert _read("Dispatched").sayings[0].blanks == {}
    assert _read("Phone Tuesday: she will send it").sayings[0].blanks == {
        "on": date(2027, 2, 16),
        "text": "she will send it",
    }


def test_several_numbers_are_several_acts():
    """ "Validated 1, 2 and 3" is said three times, once for each action."""
    assert [saying.blanks["n"] for saying in _read("Validated 1, 2 and 3").sayings] == [1, 2, 3]


def test_details_belong_to_the_command_above():
    """Action lines and the default notice go into the recommendation, wherever they stand below it (C51, C55)."""
    reading = _read(
        "Recommend: substantiated in part\n\nAction: staff training by 30 April\n"
        "I have talked to the nurse.\nAction 2: new rota by Friday\nDefault notice: yes\n"
    )
    (saying,) = reading.sayings
    assert saying.blanks["text"] == "substantiated in part"
    assert saying.blanks["default_notice"] == "yes"
    assert saying.blanks["actions"] == (
        {"text": "staff training", "by": date(2027, 4, 30)},
        {"k": 2, "text": "new rota", "by": date(2027, 2, 19)},
    )
    assert reading.note == "I have talked to the nurse."


def test_details_may_stand_on_the_same_line():
    """What follows on the line of the command is read for details, and what is left is the note."""
    agreed = _read("Decision: agreed, no default notice. Good work, thank you").sayings[0]
    assert (agreed.blanks, agreed.note) == ({"default_notice": "no"}, "Good work, thank you")
    other = _read("Decision: alternative: a final warning, no default notice").sayings[0]
    assert other.blanks == {"text": "a final warning", "default_notice": "no"}
    one_line = _read("Recommend: upheld. Action: training by 30 April. Default notice: no").sayings[0]
    assert one_line.blanks["text"] == "upheld"
    assert one_line.blanks["actions"] == ({"text": "training", "by": date(2027, 4, 30)},)
    assert one_line.blanks["default_notice"] == "no"


def test_text_takes_the_line_or_the_next_paragraph():
    """A text blank is the rest of the line; if that is empty, the following paragraph; broken lines are joined."""
    assert _read("Ask: which day?\nAnd which carer?").sayings[0].blanks == {"question": "which day?"}
    reading = _read("Recommend:\n\nThe concern is upheld.\nThree calls were missed.\n\nMore about that later\n")
    assert reading.sayings[0].blanks == {"text": "The concern is upheld. Three calls were missed."}
    assert reading.note.strip() == "More about that later"
    long = "Ask: Could you please tell us on which of the days in January the visit\nwas missed?"
    assert _read(long).sayings[0].blanks["question"].endswith("the visit was missed?")


def test_the_rest_is_the_note():
    """What is no command is kept as a note, on the line and below it."""
    reading = _read("Accepted. Ring me if you need me\n\nThe rotas are attached.")
    assert reading.sayings[0].note == "Ring me if you need me"
    assert reading.note == "The rotas are attached."


def test_doubt_means_that_nothing_is_said():
    """All or none: one doubtful line and the mail has no sayings (G11), but names the verbs it may mean."""
    reading = _read("Action 1 done\nAction 2 done?\n# Extend to never")
    assert reading.sayings == ()
    assert reading.doubts and all(doubt.why.endswith(".") for doubt in reading.doubts)
    assert _read("Acepted").doubts[0].verbs == ("accepted",)
    assert set(_read("Not eligible").doubts[0].verbs) == {
        "under_investigation", "not_investigated", "low_level", "isolated",
    }  # fmt: skip


def test_prose_below_a_command_is_not_a_command():
    """Only a whole command line directly under another counts; a sentence that begins like one does not."""
    reading = _read("Accepted\nSend me the file when you can\nDisputed")
    assert [saying.verb for saying in reading.sayings] == ["accepted"]
    assert "Send me the file" in reading.note


def test_a_tie_between_verbs_is_asked():
    """If the same words are two verbs' words, nobody guesses."""
    forms = (Form("one", "Agreed", True), Form("two", "Agreed", True))
    reading = read("Agreed", "", forms, THURSDAY, _add)
    assert reading.sayings == () and set(reading.doubts[0].verbs) == {"one", "two"}


def test_said_twice_with_different_details_is_asked():
    """The same verb with other blanks is a doubt, alike it counts once; numbers tell acts apart."""
    assert _verdict(_read("Extend to 3 March\nExtend to 4 March")) == "doubt"
    assert _verdict(_read("Extend to 3 March\nExtend to 3 March")) == "extend"
    assert _verdict(_read("Extend action 1 to 3 March\nExtend action 2 to 4 March")) == "extend extend"


CODE = "k7q9m2x4tb"


@pytest.mark.parametrize(
    "subject, body, verdict",
    [
        (f"[{REF}] Accepted #{CODE}", "", "accepted"),
        (f"[{REF}] Accepted #{CODE}", "Accepted", "accepted"),
        (f"Re: [{REF}] Accepted #{CODE}", "\n\nSent from my iPhone", "accepted"),
        (f"[{REF}] Accepted #{CODE}", "Ring me if you need me.", "doubt"),
        (f"[{REF}] Accepted #{CODE}", "See attached.", "accepted"),
        (f"[{REF}] Accepted #{CODE}", "Disputed", "doubt"),
        (f"[{REF}] Accepted #{CODE}", "but only the first point", "doubt"),
        (f"[{REF}] Accepted #{CODE}", "Actually no, hold off", "doubt"),
        (f"[{REF}] Accepted #{CODE}", "Is that right?", "doubt"),
        (f"[{REF}] Extend to 3 March #{CODE}", "Is that right?", "doubt"),
        (f"[{REF}] Extend to 3 March #{CODE}", "Fine by me", "extend"),
        (f"[{REF}] Accepted #{CODE}", "Accepted but not point 2", "doubt"),
        (f"[{REF}] Accepted", "", "note"),
        (f"[{REF}] Accepted", "thanks", "note"),
        (f"[{REF}] Extend to #{CODE}", "Extend to 3 March", "extend"),
        (f"[{REF}] Extend to 3 March #{CODE}", "Extend to 5 March", "doubt"),
        (f"Re: [{REF}] Please confirm that it is you #{CODE}", "Accepted", "accepted"),
        (f"[{REF}] Decision: agreed, no default notice #{CODE}", "", "agreed"),
        (f"[{REF}] Decision: agreed #{CODE}", "Decision: agreed\nDefault notice: no", "agreed"),
    ],
)
def test_button_subjects(subject, body, verdict):
    """A button's words count only beside its code; the body beats them; if they differ the officer is asked."""
    reading = _read(body, subject)
    assert _verdict(reading) == verdict
    assert (CODE in reading.codes) == (f"#{CODE}" in subject)


def test_codes_count_in_subject_and_new_text():
    """Codes are found in either place, once each, and a `#` in front of a verb is none (G8)."""
    reading = _read(f"Accepted #{CODE}\n#recommend: upheld, no more\nhttps://x.example/#abcdefghjkm", f"Re: #{CODE}")
    assert reading.codes == (CODE,)
    assert _read("# dispatched 17 February", "").codes == ()
    assert _read(f"Accepted\n#{CODE}").sayings[0].verb == "accepted"


def test_forms_that_cannot_be_read_are_refused():
    """A form with an unknown blank type or without a word in front is a fault of its author."""
    for text in ("Extend to {until:day}", "{n:number} done", "", "Extend {until"):
        with pytest.raises(ValueError):
            read("hello", "", (Form("x", text, False),), THURSDAY, _add)


WORDS = sorted({word for row in " ".join(VOCABULARY).split() for word in [row.strip(":|*{}")] if word.isalpha()})
SMALL_TALK = st.sampled_from(
    [
        "thanks",
        "the",
        "provider",
        "has",
        "sent",
        "3",
        "March",
        "if",
        "but",
        ".",
        ",",
        "?",
        "\n",
        "\n\n",
        "#",
        ":",
        "-",
        "hi",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(WORDS), SMALL_TALK), max_size=14))
def test_word_salad_never_breaks_the_reader_nor_hides_a_doubt(words):
    """Any mixture of command words gives sayings or doubts, never both, and never an error."""
    reading = _read(" ".join(words))
    assert not (reading.sayings and reading.doubts)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([form for form in FORMS if form.decision and "{" not in form.text]), st.data())
def test_a_hedged_decision_is_never_a_command(form, data):
    """Whatever hedge follows a decision in its sentence, nothing is decided (domain.md 5.2, A16)."""
    hedge = data.draw(st.sampled_from(["but", "except", "if", "unless", "subject to", "partly", "not", "however"]))
    joint = data.draw(st.sampled_from([" ", ", ", " - ", ": ", "\n", " (", "... "]))
    talk = data.draw(st.sampled_from(["the second point", "they agree", "sure yet", "what you think"]))
    reasoned = any(other.verb == form.verb and other.text.endswith(":text}") for other in FORMS)
    assume(not (reasoned and hedge == "not" and joint == ": "))  # "Out of scope: not a council contract" is a reason
    assert _read(f"{form.text}{joint}{hedge} {talk}").sayings == ()


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([form for form in FORMS if form.decision and "{" not in form.text]), st.data())
def test_a_mistyped_decision_is_never_a_command(form, data):
    """One slip in a decision's own letters, and it is asked or filed: decisions need their exact words."""
    at = data.draw(st.integers(0, len(form.text) - 1).filter(lambda at: form.text[at].isalpha()))
    letter = data.draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz"))
    typed = form.text[:at] + letter + form.text[at + 1 :]
    reading = _read(typed)
    same = typed.casefold() == form.text.casefold()
    assert same or form.verb not in [saying.verb for saying in reading.sayings]


@pytest.mark.timeout(30)
def test_hostile_length_is_bounded():
    """A huge or strange mail is read in bounded time."""
    for text in ("Accepted " * 50_000, "#" * 100_000, "Action: x by " * 20_000, "\n".join(["# Recommend: x"] * 5_000)):
        _read(text)
    _read("Recommend: x\n" + "Action: by by by by by " * 2_000)


def test_a_word_may_be_the_number_of_a_file():
    """A blank for one word takes what files are called: marks inside belong to it, a full stop behind it does not."""
    forms = [Form("done", text, True) for text in ("Summary done {ref:word}", "Summary done")]
    for said, ref in {"Summary done EOS-77.": "EOS-77", "Summary done 2027/118": "2027/118"}.items():
        reading = read(said, "", forms, date(2027, 5, 5), lambda day, n: day)
        assert [s.blanks["ref"] for s in reading.sayings] == [ref] and not reading.doubts


def test_every_line_that_is_no_command_is_in_the_note():
    """Greetings, prose, empty lines and what follows: the note is the mail without its commands, as typed."""
    assert _read("Let us talk.\nSecond line\n\n*Third* line").note == "Let us talk.\nSecond line\n\n*Third* line"
    assert (
        _read("Hi Sam,\n\nAccepted\n\nThe rotas come.\nMore of it").note == "Hi Sam,\n\n\nThe rotas come.\nMore of it"
    )
    assert _read("Accepted\nThe rotas come.\nExtend to 3 March").note == "The rotas come.\nExtend to 3 March"
    assert _read("Acepted\nThe home rang").note == "The home rang"
    assert _read("Ask:\n\n# Accepted").note == ""
    assert _read("Accepted\nAsk:").note == "Ask:"
    assert _read("Ask:\nwhich day?\n\nThe home rang").note.strip() == "The home rang"


def test_only_what_says_nothing_can_sound_like_a_decision():
    """What is said or asked about is not asked about a second time."""
    assert _read("Agreed, I accept").sayings and not _read("Agreed, I accept").looks_like_decision
    assert _read("Accepted?").doubts and not _read("Accepted?").looks_like_decision
    assert _read("I accept").looks_like_decision and not _read("I accept").doubts


@pytest.mark.parametrize(
    "mail, verdict",
    [
        ("Agreed\nNo default notice\nExtend to 3 March", "agreed extend"),
        ("Agreed\n\nNo default notice\n\nExtend to 3 March", "agreed extend"),
        ("Agreed\nFine work.\nExtend to 3 March", "agreed"),
        ("Let us talk\n# Extend", "doubt"),
        ("Let us talk\n# Acepted", "doubt"),
        ("Let us talk\n# please note this", "doubt"),
        ("# Let us talk\nAccepted", "accepted"),
        ("# Accepted\nDisputed", "accepted disputed"),
        ("Accepted\nand extend to 3 March", "accepted extend"),
        ("Extend to 3 March\nand accepted", "extend accepted"),
        ("Ask: which day?\nAccepted", "ask accepted"),
        ("Ask:\nwhich day?\nAccepted", "ask accepted"),
        ("Ask:\n\n\nwhich day?", "ask"),
        ("Ask:\n# which day?", "doubt"),
        ("Ask:\nThanks\nSam", "doubt"),
        ("Ask:\nAccepted", "doubt"),
        ("# Accepted\nExtend", "accepted"),
        ("Accepted\nExtned to 3 March", "accepted"),
        ("Accepted\nring me if you need me", "doubt"),
        ("Accepted\nRing me if you need me", "accepted"),
        ("Agreed\nFine.\nDefault notice tbc", "agreed"),
        ("Agreed\nFine.\nDefault notice: tbc", "doubt"),
        ("Accepted\nHold until never", "doubt"),
        ("Accepted\nExtend to 3 March, if they ask", "doubt"),
        ("Accepted\nExtend to 31 February the latest", "doubt"),
        ("Accepted\nExtend the hall if you can", "accepted"),
    ],
)
def test_lines_below_a_command(mail, verdict):
    """Whole command lines directly under a command are commands; a line of prose ends that; # is heard always."""
    assert _verdict(_read(mail)) == verdict
