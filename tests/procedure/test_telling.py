"""The file's own grammar in plain words: every shape has some, and none of the grammar shows through."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mailflow.procedure.definition import Trigger
from mailflow.procedure.telling import Telling, untold
from mailflow.procedure.telling_names import in_sentence, joined, mid_sentence
from tests.procedure.driver import ROOT, council

TITLES = {"M20": "Please respond", "M22": "Reminder"}
T = Telling(council(), TITLES)
DOCS = (ROOT / "docs" / "procedure-file.md").read_text("utf-8")
GUARDS = re.findall(r"^\| `([^`]+)`", DOCS.split("## Guards")[1].split("## Values")[0], re.MULTILINE)
SOURCES = re.findall(r"`(@[^`]+)`", DOCS.split("## Values")[1])
GRAMMAR = re.compile(r"\b(blank|flag|bounced|unless waiting|or at|children|no items|never sent|needs)\b|[={}@]|_")


def test_every_shape_has_words() -> None:
    """A new guard or value is told in words before anybody can write it."""
    assert untold() == []


@pytest.mark.parametrize("phrase", GUARDS)
def test_a_guard_is_told_in_words(phrase: str) -> None:
    """What a contract officer reads of a guard shows nothing of how the file writes it, settings' names aside."""
    words = re.sub(r"the setting \w+", "the setting", T.guard(phrase))
    assert not GRAMMAR.search(words), words
    assert len(words.split()) >= 3 and (words[0] == '"' or words[0].islower())


@pytest.mark.parametrize("source", SOURCES)
def test_a_value_is_told_in_words(source: str) -> None:
    """The same for what is put into a field."""
    words = re.sub(r"the setting \w+", "the setting", T.value(source))
    assert words and not GRAMMAR.search(words), words


def test_every_phrase_of_the_shipped_files_is_told() -> None:
    """No guard, value or event of a shipped procedure is without words."""
    for procedure in _shipped():
        t = Telling(procedure)
        for machine in procedure.machines.values():
            for row in machine.rows:
                assert all(t.guard(p, machine.kind) for p in (*row.needs, *row.needs_any))
                assert all(t.guard(u.condition, machine.kind) for u in row.letters if u.condition)
                assert all(t.value(v) for v in row.set.values())
                assert all(t.event(trigger, machine.kind) for trigger in row.on)
            assert all(t.rule(timer) and t.start(timer) for timer in machine.timers.values())


def _shipped():
    from mailflow.procedure.reading import read

    for path in sorted(Path(ROOT / "config" / "procedures").glob("*.toml")):
        procedure, faults = read(path.read_text("utf-8"), path.name)
        assert procedure is not None and not faults, faults
        yield procedure


SENTENCES = {
    "field provider": "the provider is known",
    "contact provider.concerns": "the service provider (concerns) can be written to",
    "never sent M20": '"Please respond" (M20) has not left yet',
    "came from WPR PRM": 'it came here from "With the provider" or "Provider reminded"',
    "blank default_notice = yes": 'the line "Default notice: yes" is given',
    "blank reason": "a reason is given",
    "count round >= {information_rounds}": '"Rounds of more information" is 3 or more',
    "no mail from ops": "the operational team has not written since",
    "items actions": "there is a remedial action to follow up",
    "officer who with role cmo": "the person named is a Contract Management Officer",
}


@pytest.mark.parametrize(("phrase", "words"), SENTENCES.items())
def test_guards_read_like_sentences(phrase: str, words: str) -> None:
    """Each goes after "if"."""
    assert T.guard(phrase) == words


def test_the_guards_of_a_row_make_one_clause() -> None:
    """All of some, and one of others."""
    some = T.condition(["blank reason"], ["flag protected", "no contact referrer"])
    assert some == ('a reason is given; and either "Protected referrer" is noted or the referrer cannot be written to')
    assert T.condition([]) == ""


def test_an_office_hears_its_own_settings() -> None:
    """What an office has set beats what the file says."""
    own = Telling(council(), settings={"age_months": 9})
    guard = "under {age_months} months from investigation_end or incident_date to received_at unless because"
    assert "less than 9 months" in own.guard(guard) and "less than 6 months" in T.guard(guard)


EVENTS = {
    Trigger("mail", ("provider",)): "mail comes from the service provider",
    Trigger("mail", ("anyone",)): "mail comes from anyone",
    Trigger("said", ("accepted",)): 'the Contract Management Officer says "Accepted"',
    Trigger("timer", ("T4",)): 'the time for "Provider\'s response" is over',
    Trigger("sent", ("M20",), tried=("M22",)): (
        '"Please respond" (M20) has left (and "Reminder" (M22), as far as there is anybody to write to)'
    ),
    Trigger("bounced", ("M20",)): '"Please respond" (M20) reached nobody',
    Trigger("signal", ("entered",)): "at once",
    Trigger("signal", ("upheld",)): 'it is told "upheld"',
    Trigger("children", ("ended",)): "everything that was opened from here has ended",
    Trigger("own_letter", ("provider",)): "an officer writes to the service provider with the mailbox in copy",
}


@pytest.mark.parametrize(("trigger", "words"), EVENTS.items(), ids=lambda x: getattr(x, "kind", ""))
def test_events_read_like_sentences(trigger: Trigger, words: str) -> None:
    """Each goes after "when"."""
    assert T.event(trigger) == words


def test_clocks_are_told_with_their_hours() -> None:
    """The rule with the settings filled in, the hour, and what it counts from."""
    timers = council().top.timers
    assert T.rule(timers["T4"]) == "14 days, at 4pm on that day"
    assert T.rule(timers["T4b"]) == "7 days, at 9am on the next working day"
    assert T.start(timers["T4"]) == 'the day on which "Please respond" (M20) left'
    assert T.start(timers["T14"]) == 'the end of "Provider\'s response after the reminder"'


def test_only_names_keep_their_capitals() -> None:
    """A title within a sentence."""
    titles = ("Service provider", "Service Manager", "In-house Service Manager", "Director", "CMT", "Eos note")
    assert [in_sentence(t) for t in titles] == [
        *("service provider", "Service Manager", "In-house Service Manager", "director", "CMT", "eos note"),
    ]


def test_a_step_within_a_sentence_begins_small() -> None:
    """Unless it begins with a name; names further on in it stay as they are."""
    steps = ("Refer to the Senior Procurement Officer", "Provider's response", "Senior Officer's answer", "CMT decides")
    assert [mid_sentence(s) for s in steps] == [
        *("refer to the Senior Procurement Officer", "provider's response", "Senior Officer's answer", "CMT decides"),
    ]
    assert mid_sentence("") == ""


def test_words_are_joined_as_people_do() -> None:
    """a, b or c."""
    assert [joined(x, "or") for x in ([], ["a"], ["a", "b"], ["a", "", "b", "c"])] == ["", "a", "a or b", "a, b or c"]
