"""The insurer's office as it is shipped: New Zealand's days and hours, its regions, its own way to greet (A18, K1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest

from mailflow.documents.letters import Letters
from mailflow.flow.moment import CaseWords, office_words
from mailflow.flow.ports import House, Office
from mailflow.flow.summarise import next_digest
from mailflow.installation import examine
from mailflow.store import Store
from tests.flow.bench import MX, ROOT, Bench, at, letters_of, office
from tests.tree import ROOT as TREE

AROHA, SHAH = "aroha.tane@insurer.example", "anil.shah@harbour.example"
BOX = "provider.issues@insurer.example"


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """The office as wiring makes it of the shipped files."""
    folder = tmp_path_factory.mktemp("credentials")
    for name in ("message-id-secret", "imap-password", "smtp-password", "issues-password"):
        (folder / name).write_text("x" * 48)
        (folder / name).chmod(0o600)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("CREDENTIALS_DIRECTORY", str(folder))
        found = examine(TREE / "config" / "mailflow.toml")
    assert not found.faults
    return replace(found.offices["insurer"], trust=replace(found.offices["insurer"].trust, authserv_id=MX))


class Issues(Bench):
    """The insurer's mailbox on a pretended clock; instants are UTC, thirteen hours behind in summer."""

    def __init__(self, store: Store, of: Office):
        super().__init__(store)
        self.office = of
        self.house = House(store, {of.id: of}, letters_of(ROOT / "templates"), b"x" * 32)

    def issue(self, when: str, *words: str) -> str:
        """A case owner writes about a report's content; returns the reference."""
        known = set(self.refs())
        self.mail(when, AROHA, "A report by Harbour Rehab", "\n".join(words), to=BOX)
        return (set(self.refs()) - known).pop()


@pytest.fixture
def issues(bench: Bench, shipped: Office) -> Issues:
    return Issues(bench.store, shipped)


def routed(issues: Issues, when: str, service: str) -> str:
    """U2 of an issue about a report's content, routed at this instant."""
    ref = issues.issue(when, "Provider is Harbour Rehab Ltd")
    issues.mail(when, AROHA, issues.tag(ref), f"Service is {service}\nKind: content", to=BOX)
    assert issues.state(ref) == "A2P", [x.words for x in issues.letters()]
    return issues.clocks(ref)["issue U2"][0]


WELLINGTON, AUCKLAND = "Vocational rehabilitation", "Vocational rehabilitation Auckland"


@pytest.mark.parametrize(
    ("when", "service", "due"),
    [
        ("2027-01-20 21:30", WELLINGTON, "2027-01-29"),
        ("2027-01-20 21:30", AUCKLAND, "2027-01-28"),
        ("2027-01-27 21:30", AUCKLAND, "2027-02-05"),
        ("2027-01-27 21:30", WELLINGTON, "2027-02-04"),
        ("2027-02-02 21:30", WELLINGTON, "2027-02-11"),
        ("2027-02-02 21:30", AUCKLAND, "2027-02-11"),
    ],
)
def test_a18_by_region(issues: Issues, when: str, service: str, due: str):
    """A18 (a) to (e): five working days over two regional anniversary days and Waitangi Day observed."""
    assert routed(issues, when, service) == due


def test_a_contract_may_count_by_another_calendar_still(issues: Issues):
    """SC-3377 counts by the statutes' working day, which knows no anniversary day of Wellington or Canterbury."""
    ref = issues.issue("2027-01-20 21:30", "Provider is Harbour Rehab Ltd", "Supplier is Kauri Housing Ltd")
    issues.mail("2027-01-20 22:00", AROHA, issues.tag(ref), "Kind: content", to=BOX)
    assert issues.case(ref).calendar == "nz-statute"
    assert issues.clocks(ref)["issue U2"][0] == "2027-01-28"


def test_parties_are_greeted_in_the_local_way(shipped: Office, tmp_path: Path):
    """Domain.md 6.1: what the office sets stands in each letter to a party, without a word in the letter itself."""
    body = (
        '{% extends "party.j2" %}{% block subject %}Hello{% endblock %}{% block body %}{{ lines(["x"]) }}{% endblock %}'
    )
    (tmp_path / "hello.j2").write_text(body, "utf-8")
    context = {"case": CaseWords({"officer_name": "Sione Fale"}), "to": {"name": "Fiona Reid"}, "tag": ""}
    letters = Letters([tmp_path, ROOT / "templates"])
    here = letters.render("hello", {**context, "office": office_words(shipped)})
    assert "Kia ora Fiona Reid," in here.text and "Ng\u0101 mihi," in here.text and 'lang="en-NZ"' in here.html
    there = letters.render("hello", {**context, "office": office_words(office())})
    assert "Dear Fiona Reid," in there.text and "Yours sincerely," in there.text and 'lang="en-GB"' in there.html


# -- two countries on one clock -----------------------------------------------------------------------------------


@cache
def _council() -> Office:
    return office()


@pytest.mark.parametrize(
    ("after", "insurer", "council"),
    [
        # New Zealand goes back to standard time on Sunday 4 April 2027, Easter is over on Tuesday 30 March.
        ("2027-04-01 12:00", "2027-04-01 19:00", "2027-04-02 07:00"),
        ("2027-04-04 12:00", "2027-04-04 20:00", "2027-04-05 07:00"),
        # Britain goes forward on Sunday 28 March 2027, in the Easter holidays of both.
        ("2027-03-25 12:00", "2027-03-29 19:00", "2027-03-30 07:00"),
        ("2027-03-24 12:00", "2027-03-24 19:00", "2027-03-25 08:00"),
        # New Zealand goes forward on Sunday 26 September, Britain back on Sunday 31 October (Labour Day on the 25th).
        ("2027-09-24 12:00", "2027-09-26 19:00", "2027-09-27 07:00"),
        ("2027-10-29 12:00", "2027-10-31 19:00", "2027-11-01 08:00"),
    ],
)
def test_eight_in_the_morning_is_each_offices_own(shipped: Office, after: str, insurer: str, council: str):
    """K10, K11: digests at 8am local time of a working day, before and after each country's change of the clocks."""
    assert next_digest(shipped, at(after)) == at(insurer)
    assert next_digest(_council(), at(after)) == at(council)


def test_one_daemon_makes_each_offices_lists_at_its_own_eight(bench: Bench, shipped: Office):
    """The clock of the loops stops at both, over the night in which New Zealand changes its clocks."""
    from mailflow.loops.clock import Clock

    house = replace(bench.house, offices={"council": _council(), "insurer": shipped})
    clock, now, stops = Clock(house), at("2027-04-01 12:00"), []
    while now < at("2027-04-06 12:00"):
        now = clock.next_digest(now)
        stops.append(f"{now:%d %H:%M}")
    assert stops == ["01 19:00", "02 07:00", "04 20:00", "05 07:00", "05 20:00", "06 07:00", "06 20:00"]


def test_nine_in_the_morning_is_the_offices_own_on_either_side_of_the_change(issues: Issues):
    """The ladder of U2 asks the owner at 9am of New Zealand's next working day, on either side of the change."""
    ref = issues.issue("2027-03-24 21:30", "Provider is Harbour Rehab Ltd", "Kind: content")
    due = issues.clocks(ref)["issue U2"][0]
    assert due == "2027-04-05", "Good Friday, Easter Monday apart"
    with issues.store.read() as unit:
        rungs = [due.due_at for due in unit.agenda.of(ref) if due.timer == "U2"]
    assert rungs == [at("2027-04-05 21:00")], "9am on Tuesday 6 April, twelve hours ahead again"
    assert rungs[0] - at("2027-04-01 20:00") == timedelta(days=4, hours=1)
