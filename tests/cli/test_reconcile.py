"""mailflow reconcile: what it says, in words and as JSON, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mailflow import wiring
from mailflow.flow.collect import collect
from tests.cli.installation import Installation
from tests.cli.test_held import OCTETS
from tests.flow.digests import at

BOX = "contract.concerns@council.example"


@pytest.fixture
def house(tmp_path: Path):
    """An installation whose mailbox is a Maildir with one mail in it, read and waiting for an officer's word."""
    there = Installation(tmp_path)
    for part in ("new", "cur", "tmp"):
        (tmp_path / "Maildir" / part).mkdir(parents=True)
    settings = there.settings.read_text("ascii").replace("[office.council]", '[office.council]\nmaildir = "Maildir"', 1)
    there.settings.write_text(settings, "ascii")
    put(there, 1)
    found = wiring.install(there.settings)
    source = wiring.source_of(found.settings.offices["council"])
    collect(there.desk.house, there.desk.office, source, at("2027-03-02 09:00"))
    with there.store.unit() as unit:
        (kept,) = unit.inbox.by_state("kept")
        unit.inbox.settle(kept.identity, "held", "nobody knows the sender")
        unit.held.open("CCH-2027-0001-AA", kept.identity, "nobody knows the sender", {}, at("2027-03-02 09:00"))
    yield there
    there.store.close()


def put(house: Installation, number: int) -> Path:
    """One more mail in the Maildir."""
    path = house.folder / "Maildir" / "new" / f"18{number:08}.M1P1.mx"
    path.write_bytes(OCTETS.replace(b"we accept", b"no. %d" % number).replace(b"<a@", b"<%d@" % number))
    return path


def test_nothing_differs(house: Installation):
    """ "0 differences." and exit 0; the counts say what was compared."""
    ran = house.run("reconcile")
    assert ran.exit_code == 0, ran.output
    assert ran.output.endswith("0 differences.\n") and "1 sightings of 1 mails: 1 held" in ran.output
    told = house.told("reconcile", "--office", "council")
    assert told["differences"] == 0 and told["offices"][0]["outcomes"] == {"held": 1}


def test_what_waits_and_what_is_gone_is_counted(house: Installation):
    """A mail that nobody has read yet waits; one that was read and deleted is gone; and the list is not written."""
    index = house.folder / "Maildir" / "mailflow-uidlist"
    before = index.read_bytes()
    next((house.folder / "Maildir" / "new").iterdir()).unlink()
    put(house, 2)
    (folder,) = house.told("reconcile")["offices"][0]["folders"]
    assert (folder["listed"], folder["known"], folder["waiting"], folder["gone"]) == (1, 0, 1, 1)
    assert index.read_bytes() == before


def test_a_difference_ends_with_one(house: Installation):
    """Each with a number, its sentence and what to do; as JSON with its place."""
    with house.store.unit() as unit:
        unit.held.close("CCH-2027-0001-AA", "lost")
    ran = house.run("reconcile")
    assert ran.exit_code == 1 and ran.output.endswith("1 difference.\n")
    assert f"(UID 1 in INBOX of {BOX}) is held, but no question about it is open." in ran.output
    ran = house.run("reconcile", "--json")
    (found,) = json.loads(ran.stdout)["offices"][0]["differences"]
    assert ran.exit_code == 1 and (found["kind"], found["folder"], found["uid"]) == ("not asked", "INBOX", 1)


def test_a_mailbox_that_is_away_is_no_zero(house: Installation):
    """What could not be compared must not look like a clean answer."""
    (house.folder / "Maildir").rename(house.folder / "elsewhere")
    (house.folder / "Maildir").mkdir()
    ran = house.run("reconcile")
    assert ran.exit_code == 1 and "Not compared: the mailbox." in ran.output


def test_an_office_that_is_not_there(house: Installation):
    """Wrong use is exit 2, with the names that there are."""
    ran = house.run("reconcile", "--office", "moon")
    assert ran.exit_code == 2 and "council" in ran.output
