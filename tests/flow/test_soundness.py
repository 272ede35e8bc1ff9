"""What is found about letters and sections: on the tiny procedure broken in one place, and on both that are shipped."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailflow.documents.letters import Letters
from mailflow.errors import Fault
from mailflow.flow.proofreading import Proofreader
from mailflow.flow.soundness import Soundness, examine
from tests.procedure import tiny
from tests.procedure.driver import ROOT, calendar
from tests.procedure.trials import SHIPPED, known, offices, trial

SECTION = '\n[[{}]]\ntitle = "Section"\nkind = "{}"\nitems = {}\n'


def examined(folder: Path, *changes: tuple[str, str], more: str = "", **letters: str) -> Soundness:
    """The tiny procedure with changes, and with some letters worded otherwise."""
    procedure, faults = tiny.parsed(tiny.broken(*changes) + more)
    found = Letters([tiny.templates(folder, **letters), ROOT / "templates"])
    return examine(procedure, calendar(), found, known=faults)


def only(found: tuple[Fault, ...], words: str) -> Fault:
    """The one finding with these words, which says what to do."""
    matching = [fault for fault in found if words in fault.what]
    assert len(matching) == 1, [str(f) for f in found]
    assert matching[0].fix
    return matching[0]


def test_the_tiny_procedure_is_sound_with_its_letters(tmp_path):
    """What the others break has no findings."""
    found = examined(tmp_path)
    assert (found.faults, found.warnings, found.played) == ((), (), True)


def test_a_letter_without_a_template(tmp_path):
    """It is found before the letter is due, with the file to write."""
    found = only(examined(tmp_path, L3="").faults, "'tiny/L3' is missing")
    assert found.line == tiny.line(tiny.TEXT, "L3 = {") and "Write tiny/L3.j2" in found.fix


def test_a_template_that_cannot_be_read(tmp_path):
    """A mistake in the template's own language, with its line."""
    assert "L3.j2, line 2" in only(examined(tmp_path, L3="{% if %}").faults, "Template 'tiny/L3'").what


def test_a_variable_that_no_stage_supplies(tmp_path):
    """Whichever way the template takes: here it stands on a way that is never taken."""
    found = examined(tmp_path, L3="{% if paused %}{{ raeson }}{% endif %}Our answer: {{ case.answer }}")
    assert 'Did you mean "reason"' in only(found.faults, "Letter L3: raeson is something that no stage can supply").fix


def test_a_misspelt_field_in_a_template(tmp_path):
    """It would be silently empty on the day: the nearest field is proposed, with the template's line."""
    found = only(
        examined(tmp_path, L3="Our answer: {{ case.anwser }}").faults, "case.anwser is something that no stage"
    )
    assert "L3.j2, line 2" in found.what and 'Did you mean "answer"' in found.fix
    assert found.line == tiny.line(tiny.TEXT, "L3 = {")


def test_a_clock_that_a_template_misspells(tmp_path):
    """The same for dates."""
    found = examined(tmp_path, L2="Reply by {% if dates.T22 %}{{ when(dates.T22) }}{% endif %}")
    assert 'Did you mean "T2"' in only(found.faults, "dates.T22").fix


def test_a_letter_that_needs_what_one_state_cannot_give(tmp_path):
    """The letter renders in one state that sends it and not in another: the state and the way to it are named."""
    found = only(examined(tmp_path, L1="{{ when(dates.T2) }}").faults, "Letter L1 cannot be written in the state NEW")
    assert "sent by row a1 (after a1)" in found.what and "{% if ... %}" in found.fix


def test_a_sentence_with_an_empty_place(tmp_path):
    """A field that may be unset on some path, in a sentence that states it: a warning with that path."""
    found = examined(tmp_path, L1="The firm is {{ case.firm }}.")
    assert found.faults == ()
    warning = only(found.warnings, "Letter L1 has an empty place in the state NEW, sent by row a1")
    assert "case.firm" in warning.what and warning.line == tiny.line(tiny.TEXT, "L1 = {")


def test_a_guarded_place_is_none(tmp_path):
    """Said only where there is something to say."""
    words = "{% if case.firm %}The firm is {{ case.firm }}.{% endif %} {{ case.firm or 'No firm' }}"
    assert examined(tmp_path, L1=words).warnings == ()


SECTIONS = [
    ("report", "fakts", "[]", 'there is no section of the kind "fakts"', "facts"),
    ("report", "facts", '["anwser"]', 'the field "anwser"', "answer"),
    ("report", "facts", '["@refrence"]', 'the item "@refrence"', "@reference"),
    ("report", "facts", '["child KK answer"]', 'the child "KK"', "K"),
    ("report", "list", '["cheks"]', 'the list "cheks"', "checks"),
    ("report", "words", '["anser"]', 'the word "anser"', "answer"),
    ("report", "answer", '["asker"]', "its items are missing", "a role and a letter"),
    ("report", "answer", '["asker", "L33"]', 'the letter "L33"', "L3"),
    ("report", "children", '["KK"]', 'the child "KK"', "K"),
    ("summary", "stagse", "[]", 'there is no section of the kind "stagse"', "stages"),
    ("summary", "arrivals", '["EDN"]', 'the state "EDN"', "END"),
    ("summary", "by", '["frim", "K"]', 'the field "frim"', "firm"),
    ("summary", "children", '["K anwser"]', 'the field "anwser"', "answer"),
    ("summary", "work", '["OVRR without answer"]', 'the state "OVRR"', "OVR"),
]


@pytest.mark.parametrize(("key", "kind", "items", "what", "near"), SECTIONS)
def test_a_section_that_could_not_be_made_on_the_day(tmp_path, key, kind, items, what, near):
    """Closure report and weekly summary: kinds and items are known before the first case is closed."""
    more = SECTION.format(key, kind, items)
    found = only(examined(tmp_path, more=more).faults, what)
    assert near in found.fix and kind in "".join((tiny.TEXT + more).splitlines()[found.line - 2 : found.line])


def test_what_cannot_be_read_is_not_played(tmp_path):
    """Names and templates are still looked at, all at once."""
    found = examined(tmp_path, ('letters = ["L3"]', 'letters = ["L33"]'), L1="")
    assert not found.played and len(found.faults) == 2


@pytest.mark.parametrize("whose", SHIPPED)
def test_both_shipped_procedures_are_sound_with_their_letters(whose: str):
    """No letter names anything that no stage supplies, none has an empty place, every section can be made."""
    office = offices()[whose]
    with known():
        found = examine(office.procedure, office.calendar, office.letters, office.settings)
    assert (
        found.played
        and [str(f) for f in found.faults] == []
        and not [w for w in found.warnings if "empty place" in w.what]
    )


@pytest.mark.parametrize("whose", SHIPPED)
def test_every_letter_renders_in_every_state_that_sends_it(whose: str):
    """Exhaustive, not random, within these bounds.

    Every place is tried in which two machines of a case, or one and what guards remember, stand together as nowhere
    before; there every event that a row listens to, each guard met and once, alone, not met (blanks, settings, people,
    staff, flags, ages, who speaks). Clocks run until the stage changes; in each stage the words of every procedure are
    said. Each (state, row, letter) met so is rendered with the real templates and the context that flow/wording.py
    hands in, once for each set of known fields and dates that the letter names.
    """
    office = offices()[whose]
    procedure, (_, occasions) = office.procedure, trial(whose)
    reader = Proofreader(procedure, office.calendar, office.letters)
    failed = [str(fault) for one in occasions.found.values() if (fault := reader.unwritable(one))]
    assert failed == []
    met = {(one.kind, one.row, one.letter) for one in occasions.found.values()}
    sent = {(m.kind, r.id, u.letter) for m in procedure.machines.values() for r in m.rows for u in r.letters}
    assert {row for _, row, _ in sent - met} <= NEVER_SENT[whose]


# Rows that no trial takes (tests/procedure/test_proof.py says why), or whose letter reaches nobody in the trial.
NEVER_SENT: dict[str, set[str]] = {"council": {"c18r"}, "insurer": set()}
