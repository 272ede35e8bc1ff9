"""Words that forbid to act on a command: each by itself, for a word too few would be an act that was not meant."""

from __future__ import annotations

import pytest

from mailflow.mail.command_decisions import sounds_like_decision
from mailflow.mail.command_doubts import follows_directly, mends, sentence, takes_back, turns
from mailflow.mail.commands import Form, read
from tests.mail.test_commands import OTHER, REF, THURSDAY, _add, _read, _verdict

NEGATED = ("is", "was", "are", "do", "does", "did", "has", "have", "had")


@pytest.mark.parametrize("verb", NEGATED)
def test_a_negation_without_its_apostrophe(verb: str):
    """Telephones leave it out: "arent" limits what was said as "aren't" does."""
    for word in (f"{verb}nt", f"{verb}n't", f"{verb}n\u2019t"):
        assert takes_back(f"we {word} sure", False) == word
        assert _verdict(_read(f"Accepted, they {word} what I thought")) != "accepted"
    assert takes_back(f"we {verb} sure", True) == ""


@pytest.mark.parametrize(
    "lead", ["and", "also", "please", "pls", "just", "can you", "could you", "and also", "and please"]
)
@pytest.mark.parametrize("verb", ["add", "remove", "delete", "replace", "amend", "swap", "shorten", "make it"])
def test_a_next_sentence_that_wants_a_change(lead: str, verb: str):
    """The letter would go without it; what is only put on the file changes nothing."""
    assert turns(f"{lead} {verb} the second line")
    assert _verdict(_read(f"Accepted. {lead} {verb} the second line")) == "doubt"
    assert _verdict(_read(f"Extend to 3 March. {lead} {verb} the second line")) == "extend"  # no letter goes
    for place in ("file", "record", "folder", "diary", "list", "log"):
        for whose in ("the", "our", "my"):
            assert not turns(f"{lead} {verb} this to {whose} {place}")
            assert takes_back(f"and {verb} this to {whose} {place}", True) == ""


@pytest.mark.parametrize("verb", ["undo", "ignore", "approve_correction", "no_correction"])
def test_verbs_that_take_back(verb: str):
    """Beside them "wrong one, sorry" is a reason and no doubt."""
    assert mends(verb)
    assert not mends("send")


@pytest.mark.parametrize(
    "words",
    ["that's what Sam said", "that was what Sam said", "was what Sam said", "this is what Sam said", "so Sam said",
     "that's what Sam meant", "thats what Sam meant", "that was what Sam meant", "was what Sam meant",
     "so Sam said yesterday", "or so Sam said yesterday", "at least so Sam said yesterday", "they write", "Sam writes",
     "or so Sam said", "at least so Sam said", "at least so Sam says", "says Sam", "according to Sam"],
)  # fmt: skip
def test_what_somebody_else_said(words: str):
    """An officer passes on words: no decision of theirs."""
    for behind in (f", {words}", f" - {words}", f" ({words})"):
        assert _verdict(_read(f"Accepted{behind}")) != "accepted"
        assert _verdict(_read(f"Extend to 3 March{behind}")) == "extend"  # it decides nothing


@pytest.mark.parametrize(
    "no",
    ["no", "No.", "nope", "nah", "n", "nil", "none", "false", "negative", "no, thanks", "No!", "n/a", "N/A.", "na",
     "unknown", "wrong", "yes/no", "Yes / No", "Y/N"],
)  # fmt: skip
@pytest.mark.parametrize(
    "joint", [": ", " - ", " \u2013 ", " \u2014 ", ", ", "; ", " (", "... ", "! ", ": '", "\n", "\n\n"]
)
def test_a_command_that_is_answered_with_no(joint: str, no: str):
    """Who fills in a form writes "Resolved: no": nothing is resolved."""
    for verb in ("Resolved", "Send", "Extend to 3 March", "Validated 1") if joint in (": ", "\n") else ("Resolved",):
        assert _verdict(_read(f"{verb}{joint}{no}")) == "doubt"


@pytest.mark.parametrize(
    "no", ["no", "No.", "nope", "nah", "n", "nil", "none", "false", "negative", "n/a", "na", "yes/no", "Y / N"]
)
def test_words_of_a_command_that_are_only_no(no: str):
    """The same where a decision wants words; what decides nothing may be just that."""
    for verb in ("Withdrawn", "Out of scope", "Dispute upheld", "Decision: alternative"):
        assert _verdict(_read(f"{verb}: {no}")) == "doubt"
    assert _verdict(_read(f"Answered: {no}")) == "answered"


@pytest.mark.parametrize(
    "words",
    [": no comment", ", no further letters", "\nNo problem", ", none of it came late", " - nobody rang", ": yes",
     ", 4 March", ", jo@council.example", "\n\nOtherwise all is well", "\n\nOr so it seems"],
)  # fmt: skip
def test_words_that_only_begin_like_it(words: str):
    """They are the note."""
    assert _verdict(_read(f"Accepted{words}")) == "accepted"


@pytest.mark.parametrize(
    "other",
    ["or disputed", "and/or disputed", "otherwise disputed", "else disputed", "alternatively Monday", "or 4 March"],
)
@pytest.mark.parametrize("joint", [", ", " - ", " (", ": ", "; ", " ", "\n"])
def test_something_else_in_its_place(joint: str, other: str):
    """An alternative leaves open what is meant, whatever the command is."""
    for command in ("Accepted", "Extend to 3 March", "Validated 1"):
        assert _verdict(_read(f"{command}{joint}{other}")) == "doubt"


@pytest.mark.parametrize("mark", ["/", "|", ">", "->", "- >", "\\", "\u2192"])
def test_a_mark_between_two_commands(mark: str):
    """Two choices of a form, of which neither was crossed out."""
    assert _verdict(_read(f"Accepted {mark} Disputed")) == "doubt"


@pytest.mark.parametrize("joint", [", ", " - ", " \u2013 ", " (", ": ", "; ", ". ", "! "])
@pytest.mark.parametrize("other", ["disputed", "Withdrawn: they rang", "send", "out of time"])
def test_another_decision_on_the_same_line(joint: str, other: str):
    """One of the two would be a note: which is meant is asked. On lines of their own both are taken."""
    assert _verdict(_read(f"Accepted{joint}{other}")) == "doubt"
    assert _verdict(_read(f"Accepted{joint}accepted")) == "accepted"
    assert _verdict(_read(f"Extend to 3 March{joint}{other}")) == "extend"
    assert _verdict(_read(f"Accepted{joint}resume")) == "accepted"
    assert _verdict(_read(f"Accepted\n{other.capitalize()}")).startswith("accepted ")


@pytest.mark.parametrize(
    ("command", "another"),
    [
        ("Allocate to sam@council.example", "jo@council.example"),
        ("Allocate to sam@council.example", "<jo@council.example>"),
        ("Extend to 3 March", "4 March"),
        ("Extend to 3 March", "4th of march"),
        (f"Duplicate of {OTHER}", REF),
        ("Validated 1", "2"),
        *(
            ("Extend to 3 March", f"{day} {month}")
            for day, month in zip(
                ("1st", "2nd", "3rd", "4th", "5", "6", "7", "8", "9", "10", "11 of", "12"),
                ("January", "Feb", "Mar", "april", "May", "June", "July", "Aug", "Sept", "oct", "November", "Dec"),
                strict=True,
            )
        ),
    ],
)
def test_another_value_behind_a_value(command: str, another: str):
    """An act on the first alone is not meant; a list of numbers that is sure is read whole."""
    for joint in (", ", "; ", " ", " (", " & ", " + ", ", and "):
        assert _verdict(_read(f"{command}{joint}{another}")) in ("doubt", "validated validated")
    assert _verdict(_read(f"{command}, see my mail of {another}")) not in ("doubt", "note")


@pytest.mark.parametrize("joint", [":", " -", " \u2013", " \u2014"])
def test_a_stop_announces_words_that_begin_small(joint: str):
    """ "Provider is oakfield" may be the beginning of a sentence; with a stop in front the words are a name."""
    assert _verdict(_read(f"Provider is{joint} oakfield")) == "provider_is"
    assert _verdict(_read("Provider is oakfield")) == "doubt"


@pytest.mark.parametrize(
    "time", ["3pm", "at 3pm", "10:30", "at noon", "by midday", "by close of business", "cob", "eod"]
)
def test_a_time_of_day_without_a_date(time: str):
    """ "Send at noon" is not "send": only behind a date a time is left for the note."""
    for verb in ("Send", "Accepted", "Resume"):
        assert _verdict(_read(f"{verb} {time}")) == "doubt"
    assert _verdict(_read(f"Extend to 3 March {time}")) == "extend"
    assert _verdict(_read("Extend to 3 March as you like")) == "extend"


@pytest.mark.parametrize("tail", ["-ish", "'s", "\u2019s", " it", "it", "/x", " & x", "+1", " = x", " @ x"])
def test_what_follows_without_a_stop(tail: str):
    """Words, marks and a hyphen or an apostrophe with a letter behind it; not a dash or a stop."""
    assert follows_directly(tail)
    assert _verdict(_read(f"Accepted{tail}")) != "accepted"
    for stop in (" - it", "- it", "'", ", it", ". It", ": it", " (it", ""):
        assert not follows_directly(stop)


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ("Withdrawn: Sam said", "withdrawn"),
        ("Withdrawn, Sam said", "doubt"),
        ("Withdrawn: they rang, but late", "withdrawn"),
        ("Withdrawn, they rang, but late", "doubt"),
        ("Withdrawn, they only rang", "withdrawn"),
        ("Eligible because they rang, but late", "eligible"),
        ("Provider is\nOakfield", "provider_is"),
        ("Provider is\n\nOakfield", "provider_is"),
    ],
)
def test_the_words_of_a_command(line: str, verdict: str):
    """Announced as reasons they may tell of limits and of what was said; behind a comma they go on with a sentence."""
    assert _verdict(_read(line)) == verdict


def test_a_form_may_be_a_question_itself():
    """Its own question mark is no doubt, unless it decides something."""
    forms = (Form("day", "Which day?", False), Form("take", "Take it?", True), Form("go", "Go", False))
    said = {
        line: _verdict(read(line, "", forms, THURSDAY, _add)) for line in ("Which day?", "Take it?", "Take it", "Go?")
    }
    assert said == {"Which day?": "day", "Take it?": "doubt", "Take it": "take", "Go?": "doubt"}


@pytest.mark.parametrize("end", ["?", "? x"])
def test_a_question_mark_ends_a_sentence(end: str):
    """It belongs to the sentence that it ends, and nothing of the next does."""
    assert sentence(f" x{end}") == (" x?", end[1:])


@pytest.mark.parametrize("thanks", ["thanks", "thank you", "thx", "cheers", "ta", "many thanks"])
@pytest.mark.parametrize("assent", ["ok", "okay", "fine"])
def test_thanks_with_an_assent_are_no_decision(assent: str, thanks: str):
    """ "Ok thanks" is asked nothing; "ok" and more may be a decision that was not read."""
    assert not sounds_like_decision(f"{assent}, {thanks} Sam")
    assert sounds_like_decision(f"{assent} by me")


@pytest.mark.parametrize(
    "lead",
    ["I hope you are well but I am not sure,", "Hope you don't mind -", "As discussed only in part,",
     "As agreed in principle:"],
)  # fmt: skip
def test_an_opening_that_limits_what_follows(lead: str):
    """Words that are passed over in front of a command may limit it: the officer is asked."""
    assert _verdict(_read(f"{lead} accepted")) == "decision?"
    assert _verdict(_read("As discussed: accepted")) == "accepted"


@pytest.mark.parametrize("word", ["which", "whom", "what", "now"])
@pytest.mark.parametrize("joint", ["from", "by", "via", "on", "at", "per"])
def test_a_question_that_begins_like_a_command(joint: str, word: str):
    """ "Comments received from Sam" says more of what happened; "from whom" asks, with or without its question mark."""
    assert _verdict(_read(f"Comments received {joint} Sam")) == "comments"
    for more in ("", " they came"):
        assert _verdict(_read(f"Comments received {joint} {word}{more}")) == "doubt"


@pytest.mark.parametrize("word", ["whom", "what"])
@pytest.mark.parametrize("joint", ["from", "by", "via", "to", "for", "at", "per"])
def test_a_question_behind_a_value(joint: str, word: str):
    """ "Evidence for action 2 from whom" asks, though a number shows that it is a command."""
    for command in ("Evidence for action 2", "Extend to 3 March", "Allocate to sam@council.example"):
        assert _verdict(_read(f"{command} {joint} {word}")) == "doubt"
        assert _verdict(_read(f"{command} {joint} Sam")) not in ("doubt", "note")


@pytest.mark.parametrize(
    "more",
    ["2", "number 2", "no. 2", "no 2", "the 2", "the first", "second", "the third", "fourth", "fifth", "the last",
     "other", "others", "the rest", "both", "all", "two", "three", "four", "five", "six"],
)  # fmt: skip
@pytest.mark.parametrize("joint", [" or ", " to ", " / ", "/", " - ", " \u2013 "])
def test_more_numbers_than_can_be_read(joint: str, more: str):
    """ "1 or number 2" is not "1": which are meant is asked. A sure list is read whole, or asked too."""
    assert _verdict(_read(f"Refer action 1{joint}{more}")) == "doubt"
    for sure in (f"Refer action 1 and {more}", f"Refer action 1, {more}", f"Refer action 1 & {more}"):
        assert _verdict(_read(sure)) in ("refer refer", "doubt")


@pytest.mark.parametrize("verb", ["Resume", "Forward", "Refer"])
@pytest.mark.parametrize(
    "words",
    ["from Monday", "yesterday", "below", "attached", "enclosed", "herewith", "above", "by Friday", "via Sam",
     "on paper", "at Oakfield", "per Sam", "again", "this morning", "this week"],
)  # fmt: skip
def test_words_directly_behind_a_single_word(verb: str, words: str):
    """One common word may begin any sentence: with more words behind it the officer is asked, whatever they are."""
    assert _verdict(_read(verb)) == verb.lower()
    assert _verdict(_read(f"{verb} {words}")) == "doubt"


@pytest.mark.parametrize("lead", ["As discussed,", "Yes,", "Hi Tom", "Sorry for the delay,", "Thanks Tom"])
@pytest.mark.parametrize("verb", ["reopen", "recommend", "out of scope"])
def test_a_command_without_its_words_behind_an_opening(lead: str, verb: str):
    """ "As discussed, reopen" says nothing yet: what stands in the next paragraph are not its words."""
    for gap in ("\n", "\n\n"):
        assert _verdict(_read(f"{lead} {verb}{gap}The file is with Sam.")) in ("note", "decision?", "doubt")
    assert _verdict(_read(f"{lead} {verb}: it is new")) == verb.replace(" ", "_")


@pytest.mark.parametrize("lead", ["As discussed,", "Hi Tom", "Sorry for the delay,", "Thanks Tom"])
@pytest.mark.parametrize(
    "line", ["send it when ready", "send the letter to Sam", "accepted by Sam", "resume what we said", "agreed to meet"]
)
def test_a_sentence_behind_an_opening(lead: str, line: str):
    """Words directly behind the verb make it a sentence; behind an opening it is no command and no question either."""
    assert _verdict(_read(f"{lead} {line}")) in ("note", "decision?")


@pytest.mark.parametrize(
    ("button", "body"),
    [("Send", words) for words in (
        "Hang on, I must look", "Hold fire", "Hold off", "Please add a line", "Scrap it", "Sorry, add a line",
        "On reflection add a line", "Correction: Monday", "Actually add a line",
    )] + [("Accepted", words) for words in ("Ok by me", "Rejected", "We refuse", "Approved")]
    + [("Keep waiting", words) for words in ("Hang on, I must look", "Hold fire", "Scrap it", "Please add a line")]
    + [("Extend to 31 June", words) for words in ("", "Hi Tom", "See you")] + [("Extend action 2", "")],
)  # fmt: skip
def test_a_button_and_other_words(button: str, body: str):
    """Words that turn back or sound like another decision, and a button's own words that cannot be read, are asked."""
    subject = f"[CC-2027-0042-K7] {button} #k7q9m2x4tb"
    reading = _read(body, subject)
    assert (_verdict(reading), reading.sayings) == ("doubt", ())
    if "2" not in button and "31" not in button:
        assert _verdict(_read("See you", subject)) == button.lower().replace(" ", "_")


@pytest.mark.parametrize("button", ["Send", "Accepted", "Extend to 3 March"])
@pytest.mark.parametrize("turn", ["But not now", "However they rang", "On reflection hold off", "Please add a line"])
def test_a_button_and_words_below_that_turn(button: str, turn: str):
    """Whichever line of the mail turns against its button, the officer is asked."""
    subject = f"[CC-2027-0042-K7] {button} #k7q9m2x4tb"
    for body in (
        turn,
        f"Hi Tom,\n{turn}",
        f"See below. {turn}",
        f"See below.\n{turn}",
        f"See below.\n\nIt rained.\n{turn}",
    ):
        assert _verdict(_read(body, subject)) == "doubt"
    assert _verdict(_read("See below.\n\nIt rained.", subject)) == button.partition(" ")[0].lower()


@pytest.mark.parametrize(
    ("button", "body", "verdict"),
    [
        ("Accepted", "Extend to 3 March\nAccepted", "extend accepted"),
        ("Extend to 3 March", "Accepted\nExtend to 3 March", "accepted extend"),
        ("Extend to 3 March", "Accepted\nExtend to 4 March", "doubt"),
        ("Extend to 3 March", "Extend action 2 to 3 March", "extend"),
        ("Extend to 3 March", "I accept", "extend"),
        ("Extend to 3 March", "Nope", "doubt"),
        ("Extend to 3 March", "nah, later", "doubt"),
        ("Extend to 3 March", "No, leave it", "doubt"),
        ("Extend to 3 March", "No problem", "extend"),
        ("Accepted", "I accept", "doubt"),
        ("Action: rota", "See below", "note"),
        ("", "See below", "note"),
        ("Best wishes", "See below", "note"),
        ("______", "", "note"),
        ("No default notice", "See below", "no_notice"),
    ],
)
def test_a_button_and_the_same_in_the_text(button: str, body: str, verdict: str):
    """The text may say more than the button, on whichever of its lines, but nothing else of the same."""
    assert _verdict(_read(body, f"[CC-2027-0042-K7] {button} #k7q9m2x4tb")) == verdict


@pytest.mark.parametrize(
    ("body", "subject"), [("#investigated", ""), ("hello #investigated", ""), ("", "#investigated")]
)
def test_a_word_of_the_procedure_is_no_code(body: str, subject: str):
    """A # before it is one in front of a command, in the text as in the subject (G8)."""
    assert _read(body, subject).codes == ()
    assert _read(body.replace("ted", "tor"), subject.replace("ted", "tor")).codes == ("investigator",)


@pytest.mark.parametrize(
    ("mail", "verdict"),
    [
        ("Note: it was sent by mistake", "note"),
        ("Note: the letter of the home was\nsent by mistake to us", "note"),
        ("Note:\n\nThe letter was\nsent by mistake.", "note"),
        ("Note: mistake\n\nI sent this by mistake", "doubt"),
        ("Note: it was sent by mistake\n\nI sent this by mistake", "doubt"),
        ("Note: sent by mistake\n\nsent by mistake", "doubt"),
        ("Provider is Oakfield\n\nsent by mistake", "doubt"),
        ("Wrong case\n# Note: case", "doubt"),
        ("Accepted\n\nPoint 2 we forward tomorrow", "accepted"),
        ("Accepted\n\nPoint 2 stays disputed", "doubt"),
        ("Recommend: it stands\n\nnot point 2", "recommend"),
        ("Extend to 3 March\n\nnot the second", "extend"),
        ("Accepted\nWithdrawn: they rang\n\nnot the second", "doubt"),
    ],
)
def test_a_mistake_that_a_command_tells_of(mail: str, verdict: str):
    """In its own words a mistake is the matter, on one line or broken into two; anywhere else it takes back."""
    assert _verdict(_read(mail)) == verdict
