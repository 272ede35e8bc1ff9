"""mailflow verify: proves the record, names what was done to it, and knows the head that a manager's mail names."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from email.message import EmailMessage

import pytest

from mailflow.flow import verifying
from tests.cli.installation import Installation


@pytest.fixture
def house(tmp_path):
    """An installation in which one concern has come as far as the review."""
    there = Installation(tmp_path)
    there.desk.home = there.desk.to_review()
    yield there
    there.store.close()


def head(house: Installation) -> str:
    """The head as a weekly summary would name it now."""
    with house.store.read() as unit:
        return f"Record up to {unit.chain.head()}"


def tamper(house: Installation, *statements: str) -> None:
    """Change rows behind the triggers' back."""
    with closing(sqlite3.connect(house.folder / "mailflow.db")) as raw:
        for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            raw.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            assert raw.execute(statement).rowcount, statement
        raw.commit()


def test_what_is_whole_is_said_to_be(house):
    """Exit 0, up to which entry, and no fault; as JSON too."""
    result = house.run("verify")
    assert result.exit_code == 0 and "The record is whole up to entry " in result.output, result.output
    told = house.told("verify")
    assert told["good"] and told["faults"] == [] and told["head"] in head(house)


def test_an_empty_record_is_whole(tmp_path):
    """Before anything has happened there is nothing to be wrong."""
    there = Installation(tmp_path)
    assert there.run("verify").output == "The record is empty.\n"
    there.store.close()


def test_each_fault_is_one_sentence_with_case_and_line(house):
    """Exit 1, and what was changed, removed or cut off."""
    ref = house.desk.home
    tamper(house, f"UPDATE log SET actor = 'x' WHERE \"case\" = '{ref}' AND seq = 2")
    result = house.run("verify")
    assert result.exit_code == 1
    assert f"Case {ref}, line 2: it is not what was written.\n" in result.output and "1 fault." in result.output
    answer = json.loads(house.run("verify", "--json").stdout)
    assert not answer["good"]
    assert answer["faults"] == [{"case": ref, "line": 2, "what": "it is not what was written."}]


def test_a_case_gone_without_a_trace_is_missed_by_its_number(house):
    """Numbers run without gaps: a case whose every row was taken out, of the record too, is named."""
    ref = house.desk.home
    tables = ("log", "causes", "chain", "views", "agenda", "letters", "texts", "salts")
    tamper(house, *(f"DELETE FROM {table} WHERE \"case\" = '{ref}'" for table in tables))
    with house.store.read() as unit:
        offices = house.desk.house.offices.values()
        found = [str(flaw) for flaws in verifying.prove(unit, offices) for flaw in flaws]
    assert f"Case {ref}: its number was given out, and nothing of the case is left." in found


def test_the_head_of_a_mail_is_found_on_the_record(house):
    """Typed or as the saved mail: at which entry it stands, also after the record has grown."""
    words = head(house)
    house.desk.to_review("2027-03-09 09:00")
    result = house.run("verify", "--head", words)
    assert result.exit_code == 0 and "The head that the mail names is on the record: entry " in result.output
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "contract.concerns@council.example", "week to Sunday"
    mail.set_content(f"This is the weekly summary.\n\n{words}\n\nPlease keep this mail.")
    saved = house.folder / "weekly.eml"
    saved.write_bytes(mail.as_bytes())
    told = house.told("verify", "--mail", str(saved))
    assert told["mail"]["good"] and f"case {house.desk.home}, line " in told["mail"]["words"]


def test_a_record_cut_off_and_one_made_anew_are_shown_by_the_mail(house):
    """Who cuts off everything newer, or makes another chain, meets what the managers hold."""
    words = head(house)
    number = int(words.split()[4].rstrip(":").replace(",", ""))
    other = words.replace(words[-4:], "0000" if words[-4:] != "0000" else "1111")
    result = house.run("verify", "--head", other)
    assert result.exit_code == 1 and "is not the one that the mail names" in result.output
    tamper(house, f"DELETE FROM chain WHERE number = {number}")
    result = house.run("verify", "--head", words)
    assert result.exit_code == 1 and f"names entry {number}, but the record ends at entry {number - 1}" in result.output


def test_words_without_a_head_are_refused(house):
    """A slip of the hand is not taken for a witness."""
    result = house.run("verify", "--head", "7f3a 91c2")
    assert result.exit_code == 2 and "There is no head in it" in result.output


def test_it_can_be_stopped(house, monkeypatch):
    """Ctrl-C: what was found until then, and exit 130."""

    def prove(unit, offices):
        yield []
        raise KeyboardInterrupt

    monkeypatch.setattr(verifying, "prove", prove)
    result = house.run("verify")
    assert result.exit_code == 130 and "Stopped before everything was proved; no fault until then." in result.output
