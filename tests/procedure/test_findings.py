"""Each finding of the check on a tiny procedure that is broken in one place: line, what is wrong, what to do."""

from __future__ import annotations

import re

import pytest

from mailflow.errors import Fault
from mailflow.procedure import guard_shapes, values
from mailflow.procedure.proof_rows import clashes
from tests.procedure import tiny

A_ROW = '\n[[row]]\nid = "{}"\nfrom = ["NEW"]\non = [{{ {} }}]\nto = "{}"\n'
ROLES = "\n[fields]\n"


def row(name: str, on: str, to: str = "NEW", more: str = "") -> tuple[str, str]:
    """One more row, after the others of the case."""
    return "\n[child.K]\n", A_ROW.format(name, on, to) + more + "\n[child.K]\n"


def only(found: tuple[Fault, ...] | list[Fault], words: str) -> Fault:
    """The one finding with these words; it names the file and says what to do."""
    matching = [fault for fault in found if words in fault.what]
    assert len(matching) == 1, [str(f) for f in found]
    assert matching[0].file == tiny.FILE and len(matching[0].fix) > 5
    return matching[0]


def test_the_tiny_procedure_is_sound():
    """What the others break has no findings, and silence ends in each of its stages."""
    found = tiny.proved()
    assert (found.faults, found.warnings) == ((), ())
    assert set(found.silence) == {("request", "NEW"), ("request", "FRM"), ("request", "CHK"), ("K", "OPN")}


FORGOTTEN = [
    ((', owner = "clerk" }\nFRM', " }\nFRM"), "NEW = {", "has no owner: a request would be forgotten here", "owner"),
    (('runs = ["NEW"]', 'runs = ["FRM"]'), "NEW = {", "No clock runs in the state NEW", "runs"),
    (
        ('runs = ["NEW"], ladder = "up"', 'runs = ["NEW"]'),
        "NEW = {",
        "runs in the state NEW of request (New), but nothing follows when it is due: a request would be forgotten here",
        "ladder",
    ),
    (
        ("days = { value = 5 }\nauto", 'days = { value = "off" }\nauto'),
        "NEW = {",
        "The only clock of the state NEW of request (New) is switched off by the setting days",
        "timescale",
    ),
    (
        ('{ on = "+2", letter = "L9", to = ["above"] }', '{ on = "+2", letter = "L9", to = ["owner"] }'),
        "NEW = {",
        "With everyone silent in the state NEW of request (New), nobody above its owner hears",
        "ladder that goes up",
    ),
]


@pytest.mark.parametrize(("change", "at", "what", "fix"), FORGOTTEN)
def test_a_stage_in_which_a_case_would_be_forgotten(change: tuple[str, str], at: str, what: str, fix: str):
    """Composition 13: each live stage has an owner and a clock that does something and in the end goes up."""
    changes = [change]
    if "switched off" in what:
        changes.append(('due = "{days} working days"', 'due = "{days}"'))
    found = only(tiny.proved(*changes).faults, what)
    assert found.line == tiny.line(tiny.broken(*changes), at) and fix in found.fix
    assert "would be forgotten here" in found.what


def test_a_clock_that_an_office_switches_off_is_a_warning():
    """The insurer's timescales may be off (Q40): the office's own choice forbids nothing, but it is said."""
    changes = (
        ("days = { value = 5 }\nauto", 'days = { value = "5 working days" }\nauto'),
        ('due = "{days} working days"', 'due = "{days}"'),
    )
    assert tiny.proved(*changes).faults == ()
    found = tiny.proved(*changes, days="off")
    assert found.faults == ()
    warning = only(found.warnings, "switched off by the setting days: a request would be forgotten here")
    assert only(found.warnings, "silent in the state FRM")  # which the other clock leaves for NEW
    assert warning.line == tiny.line(tiny.TEXT, "NEW = {")


def test_a_stage_that_is_kept_only_under_one_setting():
    """A clock that a row takes under one setting only leaves the stage alone under the other."""
    changes = (
        ('runs = ["NEW"], ladder = "up"', 'at = "16:00", runs = ["NEW"]'),
        row("a7", 'timer = "T1", if_setting = "auto = yes"', "END"),
    )
    found = only(
        tiny.proved(*changes).faults, "does something only while auto = yes: a request would be forgotten here"
    )
    assert "other setting" in found.fix


def test_silence_is_also_listened_to_under_the_other_setting():
    """With a second row under the other setting something happens, but nobody above hears."""
    changes = (
        ('runs = ["NEW"], ladder = "up"', 'at = "16:00", runs = ["NEW"]'),
        row("a7", 'timer = "T1", if_setting = "auto = yes"', "END"),
        ("\n[child.K]\n", A_ROW.format("a8", 'timer = "T1", if_setting = "auto = no"', "NEW") + "\n[child.K]\n"),
    )
    found = tiny.proved(*changes)
    assert only(found.faults, "silent in the state NEW of request (New) under auto = no, nobody above").fix


def test_a_stage_that_nothing_leads_to():
    """Unreachable stages."""
    changes = [('END = { stage = "4"', 'LOST = { stage = "4", title = "Lost", ends = true }\nEND = { stage = "4"')]
    found = only(tiny.proved(*changes).faults, "The state LOST of request cannot be reached")
    assert found.line == tiny.line(tiny.broken(*changes), "LOST = {") and "row that leads to it" in found.fix


def test_a_stage_that_cannot_end():
    """A stage that nothing leads out of, though it has an owner and a clock."""
    stuck = ('END = { stage = "4"', 'STK = { stage = "4", title = "Stuck", owner = "clerk" }\nEND = { stage = "4"')
    changes = (stuck, ('runs = ["NEW"]', 'runs = ["NEW", "STK"]'), row("a7", 'mail = "firm"', "STK"))
    found = only(
        tiny.proved(*changes).faults, "From the state STK of request the request can come to where it never ends"
    )
    assert found.line == tiny.line(tiny.broken(*changes), "STK = {") and "Add a row" in found.fix


def test_rows_that_set_each_other_off_for_ever():
    """A circle of signals cannot be played, and that is said in place of a traceback."""
    change = ('on = [{ children = "ended" }]\nto = "NEW"', 'on = [{ children = "ended" }]\nto = "CHK"')
    assert only(tiny.proved(change).faults, "cannot be played: rows keep setting each other off")


def test_a_child_that_cannot_end():
    """A child from whose stages no row leads to an end."""
    change = ('on = [{ said = "checked" }]\nto = "OVR"', 'on = [{ said = "checked" }]\nto = "OPN"')
    found = only(tiny.proved(change).faults, "From the state OPN of Check (To be checked) no row leads to an end")
    assert found.line == tiny.line(tiny.TEXT, "OPN = {") and "ends" in found.fix


def test_a_case_that_lives_by_children_and_never_hears_of_their_end():
    """Children whose end nobody waits for."""
    change = ('on = [{ children = "ended" }]', 'on = [{ said = "answer" }]')
    found = tiny.proved(change).faults
    assert only(found, "CHK lives by its children, but no row listens").line == tiny.line(tiny.TEXT, "CHK = {")
    assert only(found, "Nobody waits for the end of check").line == tiny.line(tiny.TEXT, "[child.K]")


def test_a_row_that_is_hidden_by_an_earlier_one():
    """Rows that can never be taken."""
    change = row("a9", 'said = "answer"', "END", 'needs = ["blank text", "flag urgent"]\n')
    change = (change[0], change[1] + "")
    set_urgent = (
        "firm_is = {",
        'rush = { by = ["clerk"], act = "set", field = "urgent", say = ["Rush"] }\nfirm_is = {',
    )
    found = only(tiny.proved(change, set_urgent).faults, "Row a9 never fires on said answer in NEW: row a4 always")
    assert found.line == tiny.line(tiny.broken(change, set_urgent), 'id = "a9"') - 1 and "guards" in found.fix


def test_two_rows_that_may_both_be_taken():
    """Same state, same event, guards that may hold together: the file's order decides, which is doubtful."""
    change = row("a9", 'said = "send_on"', "END", 'needs = ["flag urgent"]\n')
    set_urgent = (
        "firm_is = {",
        'rush = { by = ["clerk"], act = "set", field = "urgent", say = ["Rush"] }\nfirm_is = {',
    )
    found = only(tiny.proved(change, set_urgent).warnings, "On said send_on in NEW row a2 and row a9 may both be taken")
    assert found.line == tiny.line(tiny.broken(change, set_urgent), 'id = "a9"') - 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("flag urgent", "not flag urgent"),
        ("contact firm", "no contact firm"),
        ("field answer = a", "field answer = b"),
        ("blank text = yes", "blank text = no"),
    ],
)
def test_guards_that_exclude_each_other_are_no_clash(one: str, other: str):
    """Guards that say opposite things tell two rows apart."""
    procedure, _ = tiny.parsed(
        tiny.broken(
            row("a8", 'mail = "firm"', "END", f'needs = ["{one}"]\n'),
            row("a9", 'mail = "firm"', "END", f'needs = ["{other}"]\n'),
        )
    )
    assert clashes(procedure) == ([], [])


def test_a_row_that_no_trial_ever_takes():
    """A guard that nothing can meet."""
    change = row("a9", 'said = "check"', "END", 'needs = ["came from END", "blank text"]\n')
    changes = (
        (
            '\n[[row]]\nid = "a5"',
            A_ROW.format("a9", 'mail = "firm"', "END") + 'needs = ["came from FRM"]\n\n[[row]]\nid = "a5"',
        ),
    )
    found = only(tiny.proved(*changes).warnings, "Row a9 was never taken in any trial, from NEW")
    assert found.line == tiny.line(tiny.broken(*changes), 'id = "a9"') - 1 and change


HOLES = [
    ('from = "letter L2 or entry"', 'from = "letter L3"', "T2 (Firm's reply)", "letter L3"),
    (
        'T1 = { clause = "Within five days", from = "entry"',
        'T1 = { clause = "x", from = "field answer"',
        "T1 (Answer)",
        "field",
    ),
]


@pytest.mark.parametrize(("old", "new", "clock", "source"), HOLES)
def test_a_timescale_without_a_starting_point(old: str, new: str, clock: str, source: str):
    """A clock that counts from what, on some path, has not happened is named with that path."""
    kind = "at" if source == "field" else "when"
    change = (old, new)
    if source == "field":  # nothing to count from: the day of the answer
        change = (old, new)
    found = only(tiny.proved(change).faults, f"The timescale {clock} has no starting point on some path")
    assert source in found.what and "entered by the rows a1" in found.what and kind
    assert found.line == tiny.line(tiny.TEXT, clock.split(maxsplit=1)[0] + " = {") and 'or entry"' in found.fix


LETTERS = [
    (
        'L2 = { to = "firm" }',
        'L2 = { to = "firm", cc = "asker" }',
        "L2",
        "reach two parties at once: Firm (firm) and Asker",
    ),
    ('L3 = { to = "asker" }', 'L3 = { to = "asker", else_to = "firm" }', "L3", "could reach another party"),
]


@pytest.mark.parametrize(("old", "new", "letter", "what"), LETTERS)
def test_a_letter_that_could_reach_two_parties(old: str, new: str, letter: str, what: str):
    """G12: one party never learns from a letter who the other is."""
    found = only(tiny.proved((old, new)).faults, what)
    assert found.line == tiny.line(tiny.TEXT, f"{letter} = {{") and "letter of its own" in found.fix


def test_a_party_on_a_ladder_is_told_with_others():
    """Ladders tell officers."""
    change = ('to = ["above"] }', 'to = ["above", "firm"] }')
    found = tiny.proved(change).faults
    assert any("could tell several at once, a party among them" in f.what for f in found)


def test_a_colleague_of_a_party_may_have_a_copy():
    """A manager on the staff counts as the party whose manager they are (M29)."""
    boss = 'boss = { title = "Boss", who = "manager", of = "asker", staff_only = true, counts_as = "asker" }\n'
    found = tiny.proved((ROLES, "\n" + boss + ROLES), ('L3 = { to = "asker" }', 'L3 = { to = "asker", cc = "boss" }'))
    assert found.faults == ()


WORDS = [
    (
        ("firm_is = {", 'wave = { by = ["clerk"], label = "Wave", say = ["Wave"] }\nfirm_is = {'),
        "wave = {",
        'Nothing accepts the word "Wave" (wave)',
        "Name it in a row",
    ),
    (
        ('answer = { by = ["clerk"], decision', "answer = { decision"),
        "answer = { decision",
        'Nobody can say the word "Answer: (words)" (answer), though it decides',
        "by = ",
    ),
    (
        ('on = [{ said = "check" }]', 'on = [{ said = "check", by = ["board"] }]'),
        'said = "check"',
        "Row a5 waits for check by board, who may not say it",
        "Add the role",
    ),
]


@pytest.mark.parametrize(("change", "at", "what", "fix"), WORDS)
def test_words_that_lead_nowhere(change: tuple[str, str], at: str, what: str, fix: str):
    """Words that nothing accepts or nobody may say."""
    found = only(tiny.proved(change).faults, what)
    assert found.line == tiny.line(tiny.broken(change), at) and fix in found.fix


def test_a_button_that_nothing_accepts_there():
    """A button of a letter or of a row that is refused wherever the letter goes."""
    change = ('buttons = ["send_on", "answer"]', 'buttons = ["send_on", "checked"]')
    found = only(tiny.proved(change).warnings, 'Letter L1 has a button "Checked" that nothing accepts where it goes')
    assert found.line == tiny.line(tiny.TEXT, "L1 = {") and "take the button out" in found.fix
    change = ('letters = ["L1"]\n\n[[row]]\nid = "a4"', 'letters = ["L1"]\nbuttons = ["checked"]\n\n[[row]]\nid = "a4"')
    found = only(tiny.proved(change).warnings, 'Row a3 offers a button "Checked" that nothing accepts after it')
    assert found.line == tiny.line(tiny.broken(change), 'buttons = ["checked"]')


def test_a_button_for_somebody_who_may_not_press_it():
    """The reader of the letter is not among those who may say the word."""
    change = ('L1 = { to = "clerk"', 'L1 = { to = "board"')
    found = [f for f in tiny.proved(change).warnings if "who may not say it" in f.what]
    assert len(found) == 2 and found[0].line == tiny.line(tiny.TEXT, "L1 = {")


def test_a_field_that_nothing_fills():
    """A guard about a field that is never set."""
    change = ('needs = ["blank text"]', 'needs = ["blank text", "field because"]')
    found = only(tiny.proved(change).faults, 'Row a4: "field because" asks for a field that nothing ever fills')
    assert (
        found.line == tiny.line(tiny.broken(change), "field because") and "Let a row or a word set because" in found.fix
    )


def test_a_role_that_nobody_can_fill():
    """A party whose address or organisation nothing ever names."""
    change = ('set = { asker = "@sender" }\n', "")
    found = only(tiny.proved(change).faults, "Nobody can ever be found as Asker (asker): nothing ever fills the field")
    assert found.line == tiny.line(tiny.TEXT, "asker = {")


def test_lists_that_come_to_nothing():
    """A list that no row fills, and children that no row makes of it."""
    found = only(tiny.proved(('items = "checks"\n', "")).warnings, "No row fills the list checks")
    assert found.line == tiny.line(tiny.TEXT, "checks = {")
    change = ('{ child = "K", each = "checks" }', '{ child = "K" }')
    assert only(tiny.proved(change).warnings, "No row makes the children that the list checks is for")


def test_clocks_without_work():
    """A clock that runs nowhere, and a row that waits for the hour of a clock that has none."""
    idle = 'T3 = { clause = "x", from = "entry", due = "1 working day", runs = [], step = "Idle" }\n\n[hold]'
    found = only(tiny.proved(("\n[hold]", idle)).warnings, "The clock T3 runs in no state")
    assert "done_by" in found.fix
    assert only(
        tiny.proved(('due = "14 days", at = "16:00"', 'due = "14 days"')).warnings, "has no hour"
    ).line == tiny.line(tiny.TEXT, "T2 = {")


def test_a_ladder_that_ends_with_the_owner():
    """It is named at the clock too, not only by the silence it leaves."""
    change = ('to = ["above"] }', 'to = ["owner", "deputy"] }')
    found = [f for f in tiny.proved(change).warnings if "ends with the owner" in f.what]
    assert [f.line for f in found] == [tiny.line(tiny.TEXT, name) for name in ("T1 = {", "TK = {")]
    assert all('to = ["above"]' in f.fix for f in found)


def test_a_letter_that_nothing_sends():
    """Written, but for nobody."""
    change = ("L7 = {", 'L4 = { to = "asker" }\nL7 = {')
    assert only(tiny.proved(change).warnings, "Nothing sends the letter L4").line == tiny.line(
        tiny.broken(change), "L4 ="
    )


MISSPELT = [
    ('needs = ["field firm", "contact firm"]', 'needs = ["field frim", "contact firm"]', 'the field "frim"', "firm"),
    ('"contact firm"]', '"contact frm"]', 'the role "frm"', "firm"),
    ('needs = ["blank text"]', 'needs = ["blank texd"]', 'the blank "texd"', "text"),
    ('needs = ["blank text"]', 'needs = ["blank text", "sent L22"]', 'the letter "L22"', "L2"),
    ('needs = ["blank text"]', 'needs = ["blank text", "child KK open"]', 'the child "KK"', "K"),
    ('needs = ["blank text"]', 'needs = ["blank text", "came from NEU"]', 'the state "NEU"', "NEW"),
    ('needs = ["blank text"]', 'needs = ["blank text", "setting auto = yess"]', 'the value "yess"', "yes"),
    ('needs = ["blank text"]', 'needs = ["blank text", "items check"]', 'the list "check"', "checks"),
    ('set = { answer = "@blank text" }', 'set = { answer = "@field answr" }', 'the field "answr"', "answer"),
    ('from = "letter L2 or entry"', 'from = "letter L22 or entry"', 'the letter "L22"', "L2"),
    ('from = "letter L2 or entry"', 'from = "lettre L2 or entry"', 'the beginning "lettre L2"', "letter ..."),
    ('due = "{days} working days"', 'due = "{dais} working days"', 'the setting "dais"', "days"),
    ('to = ["above"] }', 'to = ["abov"] }', 'role "abov"', "above"),
    ('lives_by = "children"', 'lives_by = "childen"', '"childen"', "children"),
    ('each = "checks"', 'each = "chekcs"', 'the list "chekcs"', "checks"),
    ('on = [{ signal = "spawned" }]', 'on = [{ signal = "spawnd" }]', 'the signal "spawnd"', "spawned"),
    ('type = "organisation"', 'type = "organization"', '"organization"', "organisation"),
    ('waits_for = "firm"', 'waits_for = "frim"', '"frim"', "firm"),
    ('owner = "clerk" }\nFRM', 'owner = "clark" }\nFRM', '"clark"', "clerk"),
    ('letters = ["L3"]', 'letters = ["L33"]', '"L33"', "L3"),
    ('on = [{ said = "answer" }]', 'on = [{ said = "anwser" }]', '"anwser"', "answer"),
    ('to = "END"', 'to = "EDN"', '"EDN"', "END"),
    ('into = "checks"', 'into = "cheks"', '"cheks"', "checks"),
    ('field = "firm" }\n', 'field = "firn" }\n', '"firn"', "firm"),
]


@pytest.mark.parametrize(("old", "new", "what", "near"), MISSPELT)
def test_a_misspelt_name_suggests_the_nearest(old: str, new: str, what: str, near: str):
    """Unknown roles, letters, clocks, fields, lists, settings, words, states and signals, also inside phrases."""
    text = tiny.broken((old, new))
    _, faults = tiny.parsed(text)
    found = [f for f in faults if what in f.what]
    assert found and f'"{near}"' in found[0].fix, faults
    misspelt = re.search(r'"([^"]*)"$', what)
    there = text.splitlines()[found[0].line - 1]
    assert misspelt and (misspelt[1] in there or "ladder = " in there)  # a rung is named where its ladder is used


@pytest.mark.parametrize("names", [guard_shapes.NAMES, values.NAMES], ids=["guards", "values"])
def test_each_shape_says_what_its_parts_name(names: dict[str, str]):
    """A shape whose parts were not said would let a misspelt field pass into a running procedure."""
    silent = {pattern for pattern, said in names.items() if re.compile(pattern).groups and not said}
    assert silent == set()


def test_all_misspelt_names_come_at_once_with_what_is_no_shape():
    """A wrong key does not hide a wrong name."""
    text = tiny.broken(('title = "New"', 'titel = "New"'), ('letters = ["L3"]', 'letters = ["L33"]'))
    _, faults = tiny.parsed(text)
    words = " ".join(f.what for f in faults)
    assert "titel is not known" in words and '"L33" is not declared' in words
    assert [f.line for f in faults] == sorted(f.line for f in faults)
