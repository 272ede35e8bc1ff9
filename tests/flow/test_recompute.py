"""K12: a late bank holiday moves open dates; each owner hears once, in one mail; a party gets one letter at most."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from mailflow.flow.recompute import recompute_changed
from mailflow.flow.redating import begin
from tests.flow.bench import JOAN, MAYA, OLIVE, Bench, at

NOON = "2027-02-08 12:00"
SENT = {"2027-02-01": OLIVE, "2027-02-02": "beth.carrow@council.example", "2027-02-03": "femi.adeyemi@council.example"}
DAYS = (date(2027, 2, 15), date(2027, 2, 16), date(2027, 2, 17))


def _announce(bench: Bench, *days: date, **settings: object) -> None:
    """The calendar gets these holidays (and the office these settings) while the daemon is running."""
    calendar = bench.office.calendar
    calendar = replace(calendar, holidays=calendar.holidays | set(days))
    office = replace(bench.office, calendar=calendar, settings={**bench.office.settings, **settings})
    bench.office = office
    bench.house = replace(bench.house, offices={office.id: office})


def _three(bench: Bench) -> list[str]:
    """Three concerns whose answers are due on 15, 16 and 17 February, Monday to Wednesday; the calendar is known."""
    assert recompute_changed(bench.house, at("2027-02-01 08:00")) == 0
    refs = [bench.with_provider(day, sender) for day, sender in SENT.items()]
    bench.to(NOON)
    return refs


def test_the_owner_gets_one_mail_with_all_dates_and_the_party_one_letter_for_each_case(bench: Bench):
    """Three cases, holidays on their days: one mail with three lines; each promised date later; told once."""
    refs = _three(bench)
    _announce(bench, *DAYS)
    assert recompute_changed(bench.house, at(NOON)) == 3
    bench.to("2027-02-08 16:00")
    (told,) = bench.letters("dates-moved")
    assert told.to == (MAYA,)
    for ref in refs:
        assert bench.clocks(ref)["concern T4"] == ("2027-02-18", "running")
        assert ref in told.words
    assert told.words.count("Thursday 18 February 2027") >= 3 and "calendar" in told.words
    letters = bench.letters("M47")
    assert sorted(x.case for x in letters) == sorted(refs) and all(
        x.to == (JOAN, "victor.amis@oakfield.example") for x in letters
    )
    assert "Thursday 18 February 2027" in letters[0].words and "Monday 15 February 2027" in letters[0].words
    assert "agreed" not in letters[0].words
    assert recompute_changed(bench.house, at("2027-02-08 16:00")) == 0
    bench.to("2027-02-08 17:30")
    assert len(bench.letters("dates-moved")) == 1 and len(bench.letters("M47")) == 3


def test_a_promised_date_does_not_come_earlier_again(bench: Bench):
    """The holiday is called off: officers' own dates go back, the date that the party has now stays, nobody is told."""
    (ref, *_) = _three(bench)
    before = bench.office
    _announce(bench, *DAYS)
    recompute_changed(bench.house, at(NOON))
    bench.to("2027-02-08 16:00")
    bench.office = before
    bench.house = replace(bench.house, offices={before.id: before})
    assert recompute_changed(bench.house, at("2027-02-08 16:00")) == 0
    assert bench.clocks(ref)["concern T4"] == ("2027-02-18", "running")
    bench.to("2027-02-08 17:30")
    assert len(bench.letters("dates-moved")) == 1 and len(bench.letters("M47")) == 3


def test_an_officers_own_date_moves_without_a_letter_to_anybody_else(bench: Bench):
    """Only the owner is affected by a step of the office's own."""
    recompute_changed(bench.house, at("2027-02-01 08:00"))
    ref = bench.concern("2027-02-01 09:30")
    bench.to("2027-02-01 10:00")
    _announce(bench, date(2027, 2, 2))
    assert recompute_changed(bench.house, at("2027-02-01 10:00")) == 1
    bench.to("2027-02-01 11:00")
    assert bench.clocks(ref)["concern T3"] == ("2027-02-04", "running")
    assert bench.letters("dates-moved") and not bench.letters("M47")


def test_stopped_in_the_middle_it_goes_on_and_tells_everything_once(bench: Bench, monkeypatch):
    """A power cut after the first case: the next start does the rest, and the one mail still has three lines."""
    from mailflow.flow import recompute as flow

    refs, true, done = _three(bench), flow._one, []

    def dies(house, office, ref, change, now):
        if done:
            raise KeyboardInterrupt
        done.append(ref)
        return true(house, office, ref, change, now)

    _announce(bench, *DAYS)
    monkeypatch.setattr(flow, "_one", dies)
    try:
        recompute_changed(bench.house, at(NOON))
    except KeyboardInterrupt:
        pass
    monkeypatch.setattr(flow, "_one", true)
    assert not bench.letters("dates-moved")
    assert recompute_changed(bench.house, at("2027-02-08 12:30")) == 2
    bench.to("2027-02-08 16:00")
    (told,) = bench.letters("dates-moved")
    assert all(ref in told.words for ref in refs)
    assert len(bench.letters("M47")) == 3


def test_a_setting_moves_dates_like_a_holiday(bench: Bench):
    """K12 names settings too; the mail says that it was a setting."""
    (ref, *_) = _three(bench)
    bench.to("2027-02-15 17:00")  # reminded: the answer is due by the setting now
    assert bench.clocks(ref)["concern T4b"][0] == "2027-02-22"
    _announce(bench, provider_final_days=10)
    assert recompute_changed(bench.house, at("2027-02-16 09:00")) == 1
    bench.to("2027-02-16 10:00")
    assert bench.clocks(ref)["concern T4b"][0] == "2027-02-25"
    assert "setting of the office" in bench.letter("dates-moved").words
    assert "Thursday 25 February 2027" in bench.letter("M47", JOAN).words


def test_a_change_that_moves_nothing_tells_nobody(bench: Bench):
    """A holiday in years to come is no news to anybody."""
    _three(bench)
    _announce(bench, date(2030, 1, 2))
    assert recompute_changed(bench.house, at(NOON)) == 0
    bench.to("2027-02-08 16:00")
    assert not bench.letters("dates-moved")


def test_a_change_is_one_until_it_is_ended(bench: Bench):
    """The same change goes on under its first id; another one keeps the ids of what is still to be told."""
    first = begin(bench.house, bench.office, "terms", "a", at(NOON))
    again = begin(bench.house, bench.office, "terms", "a", at("2027-02-09 12:00"))
    other = begin(bench.house, bench.office, "terms", "b", at("2027-02-09 12:00"))
    assert first == again and other.ids[0] == first.ids[0] and len(other.ids) == 2
