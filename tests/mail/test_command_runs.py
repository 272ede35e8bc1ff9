"""Which lines a mail's commands take in, and what is left of it as the note (domain.md 5.2)."""

from __future__ import annotations

import pytest

from mailflow.mail.commands import Form, read
from tests.mail.test_commands import THURSDAY, _add, _read, _verdict


@pytest.mark.parametrize(
    ("mail", "verdict", "note"),
    [
        ("Resume\nExtend to 3 March\nForward", "resume extend forward", ""),
        ("# Resume\nForward\nExtend to 3 March", "resume forward extend", ""),
        ("Resume\nIt rained.\nForward", "resume", "It rained.\nForward"),
        ("Agreed\nFine.\nNo default notice\nForward", "agreed forward", "Fine."),
        ("Resume\nPlease forward", "resume forward", ""),
        ("Resume\nThanks, forward", "resume forward", ""),
        ("Resume\nHi Tom forward", "resume", "Hi Tom forward"),
        ("Alocate to me\nForward", "allocate_me forward", ""),
        ("Resume\n# Let us talk\nForward", "resume", "# Let us talk\nForward"),
        ("Resume\nProvider is Oakfield\nForward", "resume provider_is forward", ""),
        ("Resume\nExtend to 3 March as you like\nForward", "resume extend forward", ""),
        ("Accepted\nhold until 3 March", "accepted hold", ""),
        ("# Acepted\n# Disputd", "doubt", ""),
        ("Ask:\n# hello there", "doubt", "# hello there"),
        ("Hi,\nAsk: which day?\n\nMore", "ask", "Hi,\n\nMore"),
        ("Recommend: upheld\nAction 2 done", "recommend action_done", ""),
        ("Agreed\nDefault notice tbc\nForward", "doubt", ""),
        ("Agreed\nAction:\nForward", "doubt", ""),
        ("Can you send?\nThe home rang\nMore", "doubt", "The home rang\nMore"),
        ("Acepted\nThe home rang\nMore", "doubt", "The home rang\nMore"),
        ("Extend\nThe home rang\nMore", "doubt", "The home rang\nMore"),
        ("Action: training\nThe home rang\nMore", "doubt", "The home rang\nMore"),
        ("Accepted, but not all\nResume", "doubt", ""),
    ],
)
def test_commands_directly_under_commands(mail: str, verdict: str, note: str):
    """Any number of them; a line that is none ends it, and stays in the note with all below it."""
    reading = _read(mail)
    assert (_verdict(reading), reading.note) == (verdict, note)


@pytest.mark.parametrize(
    "line",
    ["Note is taken", "Information nurse rang", "Recommend", "Extend it as you like", "Dispatched if they like",
     "Send it", "Send it if you can", "Action: training", "Provider is oakfield"],
)  # fmt: skip
def test_prose_under_a_command_that_begins_like_one(line: str):
    """It is neither done nor asked about: first lines are meant for us, lines below them may be a note."""
    reading = _read(f"Resume\n{line}\nForward")
    assert (_verdict(reading), reading.note) == ("resume", f"{line}\nForward")


@pytest.mark.parametrize(
    "line",
    ["Hold until the cows", "Extend to never", "Extend to 3 March, if they like", "Accepted, if so",
     "Information, they wrote", "Extend to 31 February the latest", "Accepted?"],
)  # fmt: skip
def test_a_doubtful_command_under_a_command(line: str):
    """Two words of a command and no date, a limit, a question: asked about, and then nothing is done."""
    reading = _read(f"Resume\n{line}\nForward")
    assert (_verdict(reading), reading.note) == ("doubt", "")
    assert [doubt.line for doubt in reading.doubts] == [line]


@pytest.mark.parametrize(
    "line",
    ["Can you send?", "Acepted", "Extend", "Extend to 31 February", "Hold until never", "Action: training", "Ask:",
     "Accepted if they agree", "No default notice: maybe not"],
)  # fmt: skip
def test_a_doubt_takes_its_own_line_only(line: str):
    """What stands below is in the note, and a further # line of prose too."""
    reading = _read(f"{line}\n\nThe home rang\n# hello there")
    if not line.endswith(":") and "maybe" not in line:
        assert (_verdict(reading), reading.note) == ("doubt", "The home rang\n# hello there")
        assert [doubt.line for doubt in reading.doubts] == [line]
    assert "# hello there" in reading.note


@pytest.mark.parametrize("line", ["Can you send X?", "Can you reopen?", "Can you reopen", "Can you send the letter?"])
def test_a_request_for_something_else(line: str):
    """A question that is no whole command is a note."""
    assert _verdict(_read(line)) == "note"


@pytest.mark.parametrize(
    ("mail", "words", "note"),
    [
        ("Ask:\n\nwhich day?\n\n\nThe home rang", "which day?", "The home rang"),
        ("Ask:\nWhich day?\nAnd which carer?\n\nMore", "Which day? And which carer?", "More"),
        ("Ask: which day\nand which carer?\nAnd what?", "which day and which carer?", "And what?"),
        ("Ask: which day?\n\nand which carer?", "which day?", "and which carer?"),
        ("Ask: which day\nresume\nand more", "which day", "and more"),
        ("Ask: which day?\n# Resume\nMore", "which day?", "More"),
        ("Ask:\nwhich day?\n# Resume\nMore", "which day?", "More"),
        ("Ask:\nWhich day?\nThanks\nAnd where?", "Which day? Thanks And where?", ""),
        ("Ask: which day?\nAnd what?\nand more", "which day?", "And what?\nand more"),
        (
            "Ask: on which of the days of January was the visit of the\nMaya-Louise-Annabel missed?\nMore",
            "on which of the days of January was the visit of the Maya-Louise-Annabel missed?",
            "More",
        ),
        ("Ask:\nSend?\nMore", "Send? More", ""),
        ("Ask:\nSend it to me\nMore", "Send it to me More", ""),
        ("Ask: which day\nsend it to me\nMore", "which day send it to me", "More"),
    ],
)
def test_which_lines_a_text_takes_in(mail: str, words: str, note: str):
    """The rest of its line and what was broken off it; or the next paragraph, to an empty line or a command."""
    reading = _read(mail)
    assert (reading.sayings[0].blanks, reading.sayings[0].note) == ({"question": words}, "")
    assert reading.note.strip() == note


@pytest.mark.parametrize("stop", [".", "!", ";"])
def test_a_sentence_that_has_ended_is_not_limited_by_the_next_line(stop: str):
    """Without its stop the next line may go on with it, if it begins small or turns."""
    assert _verdict(_read(f"Accepted, good work{stop}\nring me, point 1 is pending")) == "accepted"
    assert _verdict(_read("Accepted, good work\nring me, point 1 is pending")) == "doubt"
    assert _verdict(_read("Accepted, good work\nRing me, point 1 is pending")) == "accepted"
    assert _verdict(_read("Accepted, good work\nmostly")) == "doubt"
    assert _verdict(_read("Accepted, good work\n\nring me, point 1 is pending")) == "accepted"


@pytest.mark.parametrize(
    "turn", ["But not all", "However they rang", "On reflection wait", "Hold off", "Please add a line"]
)
def test_a_line_below_that_turns(turn: str):
    """Directly below a decision it may turn it, whatever stands between on the decision's own line."""
    for line in ("Accepted", "Accepted.", "Accepted, good work.", "Accepted. Good work.", "Accepted. Thanks\n"):
        assert _verdict(_read(f"{line}\n{turn}")) == "doubt"
    assert _verdict(_read(f"Extend to 3 March. Good work.\n{turn}")) == "extend"


@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_a_text_swallows_no_detail(gap: str):
    """A detail ends the paragraph of a text, as a command does."""
    said = ("No default notice", "Default notice: no")
    for mail in (f"Recommend:{gap}It is upheld.\n{last}" for last in said):
        assert _read(mail).sayings[0].blanks == {"text": "It is upheld.", "default_notice": "no"}
    for mail in (f"Recommend: it is upheld.{gap}{last.lower()}" for last in said):
        assert _read(mail).sayings[0].blanks["default_notice"] == "no"
        assert _read(mail).sayings[0].blanks["text"].lower() == "it is upheld."


OWN = (
    Form("keep", "Keep {n:number}", False),
    Form("keep_until", "Keep {n:number} until {d:date}", False),
    Form("days", "Keep on", False),
    Form("answer", "Answer: {t:text}", False),
    Form("take", "Take it", True),
    Form("one", "Allocate now", False),
    Form("two", "Allocate now", False),
    Form("three", "Allocate", False),
)


@pytest.mark.parametrize(
    ("mail", "verdict", "verbs"),
    [
        ("Keep 2", "keep", ()),
        ("Keep 2 until never", "doubt", ("keep_until",)),
        ("Answer: fine\nKeep 2 until never", "doubt", ("keep_until",)),
        ("Keep away", "doubt", ("keep", "keep_until")),
        ("Answer: take it", "answer", ()),
        ("Yes, take it", "take", ()),
        ("Allocate now", "doubt", ("one", "two")),
        ("Alocate now", "doubt", ("one", "two")),
        ("Allocate", "three", ()),
    ],
)
def test_which_of_several_forms_is_meant(mail: str, verdict: str, verbs: tuple[str, ...]):
    """A form that was nearly said to its end is asked about, not a shorter one done; so are two that fit alike."""
    reading = read(mail, "", OWN, THURSDAY, _add)
    assert _verdict(reading) == verdict
    assert tuple(verb for doubt in reading.doubts for verb in doubt.verbs) == verbs


@pytest.mark.parametrize(
    ("line", "verb"),
    [("Hold until 31 February: police", "hold"), ("Phone 31 February: she rang", "phone"),
     ("Extned to 31 February", "extend")],
)  # fmt: skip
def test_a_day_that_does_not_exist(line: str, verb: str):
    """It is asked about, whatever words follow and however the verb is spelt."""
    (doubt,) = _read(line).doubts
    assert doubt.verbs == (verb,)


@pytest.mark.parametrize(
    "line", ["Can you send", "Could we send?", "would you please send", "Will you just send?", "can I send"]
)
def test_a_request_is_asked_about(line):
    """ "Can you send?" asks; whoever may decide says it."""
    assert _verdict(_read(line)) == "doubt"
    assert _verdict(_read("Can you send me the file?")) == "note"


@pytest.mark.parametrize(
    "prefix", ["Re: ", "RE : ", "AW: ", "SV: ", "Fwd: ", "FW: ", "WG: ", "TR: ", "Antw: ", "Re: AW: ", ""]
)
def test_a_buttons_subject_may_have_been_answered(prefix):
    """The prefixes of mail programs stand in front of a button's words."""
    assert _verdict(_read("", f"{prefix}[CC-2027-0042-K7] Accepted #k7q9m2x4tb")) == "accepted"
