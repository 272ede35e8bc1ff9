"""A case stays on the edition it began with; one whose edition cannot be read stands still, and the others go on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailflow.errors import EditionUnreadable
from mailflow.flow import editions
from mailflow.flow.remind import remind_one
from tests.flow.bench import MAYA, OLIVE, ROOT, RUTH, Bench, at, procedure

TEXT = (ROOT / "config" / "procedures" / "council-concerns.toml").read_text("utf-8")
NEWER = TEXT.replace("hold_days = { value = 28 }", "hold_days = { value = 35 }")


def _keep(bench: Bench, edition: str, text: str) -> None:
    with bench.store.unit() as unit:
        assert editions.keep(unit, edition, text)


@pytest.fixture
def stranded(waiting: Bench) -> Bench:
    """A case with the provider, begun on an edition whose text this version cannot read; the office runs another."""
    _keep(waiting, procedure().edition, TEXT.replace('by = ["cmo"]', 'by = ["nobody"]', 1) + "\nnonsense = 1\n")
    newer = replace(procedure(), edition="newer")
    waiting.office = replace(waiting.office, procedure=newer)
    waiting.house = replace(
        waiting.house, offices={"council": waiting.office}, editions=editions.Editions(waiting.store)
    )
    return waiting


def test_an_edition_kept_by_another_process_is_found_when_it_is_asked_for(bench: Bench):
    """A daemon that runs already follows a case that the command line has moved meanwhile."""
    known = editions.Editions(bench.store)
    assert "later" not in known and known.why("later") == "The edition later is not in the store."
    _keep(bench, "later", NEWER)
    assert known["later"].settings["hold_days"] == 35 and list(known) == ["later"] and len(known) == 1
    with bench.store.unit() as unit:
        assert not editions.keep(unit, "later", NEWER) and editions.text_of(unit, "later") == NEWER


def test_the_administrator_is_told_once_which_cases_stand_still(stranded: Bench):
    """The edition, the cases, what is wrong with its text, and the command that helps."""
    assert editions.warn_of_stranded(stranded.house, at("2027-02-02 09:00"))
    assert not editions.warn_of_stranded(stranded.house, at("2027-02-02 10:00"))
    stranded.to("2027-02-02 11:00")
    (told,) = stranded.letters("M60", RUTH)
    assert stranded.ref() in told.words and "nonsense" in told.words and "adopt" in told.words


def test_the_other_cases_go_on(stranded: Bench):
    """A new concern is opened, and its clocks act; the stranded one does nothing and raises nothing."""
    old = stranded.ref()
    new = stranded.concern("2027-02-15 09:00", "beth.carrow@council.example")
    stranded.to("2027-02-17 10:00")
    assert stranded.state(old) == "WPR" and not stranded.letters("M22")
    assert [x.name for x in stranded.letters(to=MAYA) if x.case == new].count("M49")
    with stranded.store.read() as unit:
        assert unit.agenda.of(old)
    assert not remind_one(stranded.house, at("2027-02-17 10:00"))


def test_mail_for_it_is_kept_aside_and_named(stranded: Bench):
    """A mail on the stranded case waits in quarantine with the reason, so that it can be tried again afterwards."""
    identity = stranded.mail("2027-02-10 09:00", OLIVE, f"Re: [{stranded.ref()}]", "Any news?")
    kept = stranded.kept(identity)
    assert kept.state == "quarantined" and "cannot be read" in kept.reason
    assert "quarantine" in stranded.letter("M60", RUTH).words


def test_an_edition_that_nobody_knows_is_never_replaced_by_todays(waiting: Bench):
    """Today's procedure would decide a case by rules under which it did not begin."""
    waiting.office = replace(waiting.office, procedure=replace(procedure(), edition="newer"))
    with pytest.raises(EditionUnreadable):
        waiting.house.procedure_of(waiting.office, procedure().edition)
