"""Reading a procedure file: every fault at once, each with file, line and what to do."""

from __future__ import annotations

import pytest

from mailflow.errors import Fault
from mailflow.procedure.reading import read
from tests.procedure.driver import COUNCIL, ROOT

TEXT = (ROOT / COUNCIL).read_text("utf-8")
# what is broken, how, and what the fault says; the fault stands on the line that was broken (or its row's)
BROKEN = {
    "state": ('to = "TRF"', 'to = "TRFF"', 'the state "TRFF" is not declared'),
    "from": ('from = ["INF"]', 'from = ["INFO"]', 'the state "INFO" is not declared'),
    "timer of a row": ('on = [{ timer = "T7" }]', 'on = [{ timer = "T77" }]', 'the timer "T77" is not declared'),
    "state of a timer": ('runs = ["WRF"]', 'runs = ["WRG"]', 'The state "WRG" is not declared'),
    "letter": ('letters = ["M24"]', 'letters = ["M240"]', 'the letter "M240" is not declared'),
    "verb": ('on = [{ said = "holding" }]', 'on = [{ said = "holdin" }]', 'the said "holdin" is not declared'),
    "guard": ('"came from WPR PRM", "not sent', '"comes from WPR", "not sent', 'is not a guard'),
    "condition": ('if = "sent M20"', 'if = "posted M20"', 'is not a guard'),
    "role of a state": ('title = "Under review", owner = "cmo"', 'title = "Under review", owner = "cmoo"', '"cmoo"'),
    "role of a mail": ('on = [{ mail = "investigator" }, {', 'on = [{ mail = "inspector" }, {', '"inspector"'),
    "role of a letter": ('M09 = { to = "inhouse_manager"', 'M09 = { to = "house_manager"', '"house_manager"'),
    "button": ('buttons = ["recommend"] }', 'buttons = ["recommends"] }', '"recommends"'),
    "field": ('set = { determination = "accepted" }', 'set = { determinaton = "accepted" }', '"determinaton"'),
    "value": ('"@blank question", asked', '"@blanks question", asked', 'is no value for question'),
    "timescale": ('due = "7 days", at', 'due = "7 dayz", at', 'is not a timescale'),
    "hour": ('at = "16:00", runs = ["TRF"]', 'at = "25:00", runs = ["TRF"]', 'is no time of day'),
    "ladder": ('runs = ["INF"], ladder = "esc"', 'runs = ["INF"], ladder = "escc"', '"escc"'),
    "day of a ladder": ('{ on = "+1", at = "09:00"', '{ on = "+one", at = "09:00"', 'is no day of a ladder'),
    "hour of a ladder": ('{ on = "+1", at = "09:00"', '{ on = "+1", at = "29:00"', 'is no time of day'),
    "letter of a row": ('letters = ["M24"]', 'letters = [24]', 'neither a name nor a table'),
    "id": ('id = "council-concerns"', 'id = "../council"', 'is no name for a procedure'),
    "child": ('{ child = "DN", signal = "issue" }]', '{ child = "DM", signal = "issue" }]', 'the child "DM"'),
    "key": ('ends = true, count = "refused" }', 'ends = true, cuont = "refused" }', 'is not known'),
    "event": ('on = [{ said = "no_breach" }]', 'on = [{ says = "no_breach" }]', 'needs exactly one of'),
    "act": ('filed = "M28"\n', '', 'The act filed has no letter'),
}  # fmt: skip


def faults_of(text: str) -> list[Fault]:
    """All faults of a text."""
    return read(text, COUNCIL)[1]


def test_the_councils_file_reads_without_a_fault():
    """The shipped procedure is whole, and its edition is a digest of its text."""
    procedure, faults = read(TEXT, COUNCIL)
    assert faults == [] and procedure is not None
    assert procedure.edition != read(TEXT + "\n", COUNCIL)[0].edition


@pytest.mark.parametrize("what", BROKEN)
def test_a_fault_names_file_and_line(what: str):
    """A name that nothing declares, or a word that is no shape, is said with its place and a way to mend it."""
    old, new, says = BROKEN[what]
    assert old in TEXT
    text = TEXT.replace(old, new, 1)
    faults = faults_of(text)
    assert len(faults) >= 1 and all(f.file == COUNCIL for f in faults)
    fault = next(f for f in faults if says in f.what)
    if new:
        at = 1 + text[: text.index(new)].count("\n")
        assert at - 14 <= fault.line <= at, f"{fault.line} for {at}"


def test_several_faults_are_found_in_one_go():
    """Nobody mends one fault only to be told of the next."""
    names = [name for name in BROKEN if name in ("state", "letter", "verb", "role of a state", "field", "child")]
    text = TEXT
    for name in names:
        text = text.replace(BROKEN[name][0], BROKEN[name][1], 1)
    said = " ".join(f.what for f in faults_of(text))
    assert all(BROKEN[name][2] in said for name in names)
    lines = [f.line for f in faults_of(text)]
    assert len(set(lines)) >= len(names)


def test_something_close_is_suggested():
    """A slip of the pen is answered with the name that was probably meant."""
    (fault,) = faults_of(TEXT.replace('on = [{ said = "holding" }]', 'on = [{ said = "holdin" }]', 1))
    assert fault.fix == 'Did you mean "holding"?'


def test_two_rows_of_one_name():
    """A row's id names it in the log, so it is given once."""
    (fault,) = faults_of(TEXT.replace('id = "c26"', 'id = "c25"', 1))
    assert "two rows c25" in fault.what


@pytest.mark.parametrize(
    "text",
    ["", "a = " + "[" * 3000 + "]" * 3000, "[procedure", 'a = 1\n[[row]]\nid = "x"\n', "\x00", "[states]\nA = 3\n"],
)
def test_a_strange_file_gives_faults_and_no_surprise(text: str):
    """Whatever stands in the file, reading it ends with faults that can be read."""
    faults = faults_of(text)
    assert faults and all(f.what and f.file == COUNCIL for f in faults)
