"""Open cases move to another edition all or none, once, beside a running daemon; their owners hear of moved dates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from mailflow.errors import Conflict
from mailflow.flow import adopting, editions
from mailflow.flow import advance as stepping
from mailflow.procedure.definition import Procedure
from mailflow.procedure.reading import read
from tests.flow.bench import JOAN, MAYA, OLIVE, PRIYA, ROOT, Bench, at, procedure

TEXT = (ROOT / "config" / "procedures" / "council-concerns.toml").read_text("utf-8")
STEP_4 = '"On the 14th day after step 3", from = "letter M20", due = "14 days"'
LONGER = (STEP_4, '"On the 21st day after step 3", from = "letter M20", due = "21 days"')
NOON = "2027-02-08 12:00"
SENT = {"2027-02-01": OLIVE, "2027-02-02": "beth.carrow@council.example"}


def edition(bench: Bench, *swaps: tuple[str, str]) -> Procedure:
    """Another edition of the council's procedure, kept in the store as the command line keeps it."""
    text = TEXT
    for old, new in swaps:
        assert old in text
        text = text.replace(old, new)
    found, faults = read(text + "\n# another\n", "council-concerns.toml")
    assert found is not None and not faults, faults
    with bench.store.unit() as unit:
        editions.keep(unit, procedure().edition, TEXT)
        editions.keep(unit, found.edition, text + "\n# another\n")
    bench.house = replace(bench.house, editions=editions.Editions(bench.store))
    return found


def _begin(bench: Bench) -> None:
    for day, sender in SENT.items():
        bench.with_provider(day, sender)
    ref = bench.with_provider("2027-02-03", "femi.adeyemi@council.example")
    bench.mail("2027-02-05 09:00", JOAN, f"Re: [{ref}]", "We accept that calls were missed.")
    bench.mail("2027-02-05 11:00", MAYA, f"Re: [{ref}]", "Accepted")
    bench.to(NOON)


@pytest.fixture
def two(after: Callable[[Callable[[Bench], None]], Bench]) -> Bench:
    """Two concerns with the provider, and one under review."""
    return after(_begin)


def test_the_plan_changes_nothing(two: Bench):
    """It says of each open case where it stands and what becomes of its clocks; nothing is written."""
    new = edition(two, LONGER)
    before = [two.case(ref) for ref in two.refs()]
    found = adopting.plans(two.house, two.office, new, at(NOON))
    assert [p.stages[0].code for p in found] == ["WPR", "WPR", "REV"] and not any(p.obstacles for p in found)
    (fate,) = found[0].moves
    assert (fate.timer, fate.what, f"{fate.old}", f"{fate.new}") == ("T4", "moves", "2027-02-15", "2027-02-22")
    assert found[0].letters == ("provider.concerns",) and not found[2].moves
    assert [two.case(ref) for ref in two.refs()] == before


def test_every_case_moves_and_each_owner_gets_one_mail(two: Bench):
    """The log names both editions; the party has one letter, the owner one mail; run again nothing happens."""
    new = edition(two, LONGER)
    assert adopting.move(two.house, two.office, new, at(NOON)) == []
    assert {two.case(ref).edition for ref in two.refs()} == {new.edition}
    assert two.clocks(two.refs()[0])["concern T4"] == ("2027-02-22", "running")
    two.to("2027-02-08 16:00")
    (told,) = two.letters("dates-moved")
    assert told.to == (MAYA,) and "procedure has changed" in told.words and told.words.count("22 February 2027")
    assert sorted(x.case for x in two.letters("M47")) == two.refs()[:2]
    before = {ref: two.case(ref).seq for ref in two.refs()}
    assert adopting.move(two.house, two.office, new, at("2027-02-08 16:00")) == []
    two.to("2027-02-08 17:00")
    assert {ref: two.case(ref).seq for ref in two.refs()} == before
    assert len(two.letters("dates-moved")) == 1 and len(two.letters("M47")) == 2


def test_the_moved_case_goes_on_by_the_new_rules_and_its_buttons_still_work(two: Bench):
    """The reminder comes on the new date; a button of a mail from before is no older than it was."""
    ref = two.refs()[0]
    new = edition(two, LONGER)
    two.mail("2027-02-08 12:30", JOAN, f"Re: [{ref}]", "We dispute this.")
    button = two.letter("M23", MAYA).button("Disputed")
    adopting.move(two.house, two.office, new, at("2027-02-08 13:00"))
    two.mail("2027-02-08 14:00", MAYA, *button)
    assert two.state(ref) == "TRF"
    other = two.refs()[1]
    two.to("2027-02-22 17:00")
    assert two.state(other) == "WPR" and not [x for x in two.letters("M22") if x.case == other]
    two.to("2027-02-23 17:00")
    assert [x.case for x in two.letters("M22")].count(other) == 1


def test_one_that_does_not_fit_keeps_all_where_they_are(two: Bench):
    """A stage that the new edition lacks: named, and nothing is moved, told or written."""
    new = edition(two, ('"REV"', '"RVW"'), ("\nREV = ", "\nRVW = "))
    stuck = adopting.move(two.house, two.office, new, at(NOON))
    assert [p.ref for p in stuck] == [two.refs()[2]] and '"Under review" (REV)' in stuck[0].obstacles[0]
    assert {two.case(ref).edition for ref in two.refs()} == {procedure().edition}
    two.to("2027-02-08 16:00")
    assert not two.letters("dates-moved") and not two.letters("M47")


def test_stopped_in_the_middle_the_next_run_does_the_rest(two: Bench, monkeypatch):
    """The first case has moved when the power goes: the rest moves later, and one mail tells of all of them."""
    new, true, times = edition(two, LONGER), stepping.record, []

    def dies(*args, **more):
        times.append(1)
        if len(times) == 2:
            raise KeyboardInterrupt
        return true(*args, **more)

    monkeypatch.setattr(stepping, "record", dies)
    with pytest.raises(KeyboardInterrupt):
        adopting.move(two.house, two.office, new, at(NOON))
    monkeypatch.setattr(stepping, "record", true)
    assert [two.case(ref).edition == new.edition for ref in two.refs()] == [True, False, False]
    assert adopting.move(two.house, two.office, new, at("2027-02-08 12:30")) == []
    two.to("2027-02-08 16:00")
    (told,) = two.letters("dates-moved")
    assert two.refs()[0] in told.words and two.refs()[1] in told.words and len(two.letters("M47")) == 2


def test_a_daemon_that_is_first_makes_it_look_again(two: Bench, monkeypatch):
    """A mail that comes between reading and writing: the case moves as it then stands, and nothing is lost."""
    new, true, ref = edition(two, LONGER), stepping.record, two.refs()[0]
    once: list[int] = []

    def late(*args, **more):
        if not once:
            once.append(1)
            raise Conflict("another loop was first")
        return true(*args, **more)

    monkeypatch.setattr(stepping, "record", late)
    assert adopting.move(two.house, two.office, new, at(NOON)) == []
    assert two.case(ref).edition == new.edition


def test_a_case_that_moves_into_a_missing_stage_meanwhile_stays(two: Bench, monkeypatch):
    """Judged again at its own turn: it is named, the others have moved, and it goes on by its own edition."""
    new = edition(two, ('"SPO"', '"SPX"'), ("\nSPO = ", "\nSPX = "))
    ref, true = two.refs()[2], adopting._move

    def first(house, office, edition, one, change, now):
        if one == ref:
            two.mail("2027-02-08 12:10", MAYA, f"Re: [{ref}]", "Recommend: The concern is upheld.\nDefault notice: no")
        return true(house, office, edition, one, change, now)

    monkeypatch.setattr(adopting, "_move", first)
    (stuck,) = adopting.move(two.house, two.office, new, at(NOON))
    assert stuck.ref == ref and two.state(ref) == "SPO"
    assert [two.case(x).edition == new.edition for x in two.refs()] == [True, True, False]
    two.mail("2027-02-09 10:00", PRIYA, f"Re: [{ref}]", "Decision: agreed, no default notice")
    assert two.state(ref) == "DEC"


def test_cases_of_an_edition_past_reading_are_moved_out_of_it(two: Bench):
    """An upgrade dropped a shape of their edition: the new one takes them up, as far as it knows what they have."""
    new = edition(two, LONGER)
    two.office = replace(two.office, procedure=new)
    two.house = replace(two.house, offices={"council": two.office}, editions={new.edition: new})
    ref = two.refs()[0]
    two.to("2027-02-16 10:00")
    assert two.state(ref) == "WPR"
    (plan, *_) = adopting.plans(two.house, two.office, new, at("2027-02-16 10:00"))
    assert plan.stages[0].title == "WPR" and not plan.obstacles
    assert adopting.move(two.house, two.office, new, at("2027-02-16 10:00")) == []
    two.to("2027-02-22 17:00")
    assert two.state(ref) == "PRM"


def test_replayed_from_its_log_it_is_the_same_case(two: Bench):
    """Agenda and view are what the log says, after the move as before."""
    new = edition(two, LONGER)
    adopting.move(two.house, two.office, new, at(NOON))
    for ref in two.refs():
        with two.store.read() as unit:
            assert unit.log.verify(ref) == ""
            case = stepping.read_case(unit, ref)
            wanted = {
                (m.id, t.name, t.steps[0][1])
                for m in case.machines.values()
                for t in m.timers.values()
                if t.state == "running" and t.steps
            }
            assert {(d.machine, d.timer, d.due_at) for d in unit.agenda.of(ref)} == wanted
            assert unit.views.get(ref)["edition"] == new.edition
