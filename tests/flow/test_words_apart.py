"""People's words lie apart from the log: none in the log, the agenda or the daemon's log; erased, the chain holds."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import structlog
from sqlalchemy import text

from mailflow.documents.letters import Letters
from mailflow.flow import advance as stepping
from mailflow.flow import sealing, unrendered, view
from mailflow.flow.ports import House
from mailflow.flow.unrendered import retry_unrendered
from mailflow.procedure.case import Fact
from tests.flow.bench import JOAN, MAYA, PRIYA, ROOT, RUTH, Bench, at

SECRETS = ("Zebracrossing", "Quagmire", "Marzipan", "Ocelot", "Tambourine", "Xylophone", "Parsnip", "Nutmeg")


def _play(bench: Bench) -> str:
    """A whole case in which every mail carries a word that nobody else uses."""
    bench.mail("2027-02-01 09:30", "anna.public@mail.example", "Zebracrossing", "Oakfield Care Ltd: Quagmire.")
    ref, tag = bench.ref(), f"Re: {bench.tag()}"
    bench.mail("2027-02-01 10:15", MAYA, tag, "Provider is Oakfield Care Ltd\nEligible\n\nMarzipan")
    bench.mail("2027-02-01 11:00", MAYA, tag, "Send", files=[("Ocelot.pdf", b"%PDF-1.4")])
    bench.to("2027-02-01 11:30")
    bench.mail("2027-02-10 09:00", f"Tambourine <{JOAN}>", tag, "Xylophone", files=[("Parsnip.pdf", b"%PDF")])
    bench.mail("2027-02-10 10:00", MAYA, tag, "Provider is Parsnip")
    bench.mail("2027-02-10 11:00", MAYA, tag, "Accepted, but Nutmeg")
    bench.mail("2027-02-10 11:30", MAYA, tag, "Accepted")
    bench.mail("2027-02-15 11:00", MAYA, tag, "Recommend: Quagmire\nAction: Marzipan by 30 April\nDefault notice: no")
    bench.mail("2027-02-18 11:00", PRIYA, tag, "Decision: agreed, no default notice")
    bench.mail("2027-02-18 12:00", MAYA, tag, "Hold until 25 February: Xylophone")
    return ref


def _rows(bench: Bench, *tables: str) -> str:
    with bench.store._engine.connect() as connection:
        found = [str(tuple(row)) for name in tables for row in connection.execute(text(f"select * from {name}"))]
    return "\n".join(found)


def test_no_word_of_a_mail_stands_in_the_log_or_the_agenda(bench: Bench):
    """Q35: the log holds ids and digests; every word a person wrote, a single one or a file's name, lies apart."""
    _play(bench)
    rows = _rows(bench, "log", "agenda", "causes")
    assert "decision_agreed" in rows and "anna.public@mail.example" in rows
    assert [word for word in SECRETS if word.lower() in rows.lower()] == []


def test_no_word_of_a_mail_stands_in_the_daemons_log(bench: Bench):
    """House rule: no message text in logs, not even in the reason why a mail was put aside."""
    with structlog.testing.capture_logs() as lines:
        _play(bench)
        bench.mail("2027-02-19 09:00", "x@mail.example", "Zebracrossing CC-2027-0009-XX", "Quagmire")
        bench.mail("2027-02-19 09:01", JOAN, "Marzipan", "Ocelot")
    assert lines
    said = json.dumps(lines, default=str).lower()
    assert [word for word in SECRETS if word.lower() in said] == []


def test_erasing_the_words_leaves_the_chain_whole(bench: Bench):
    """Q35: texts deleted, counts kept: the chain of the log verifies, the stage and the dates stay."""
    ref = _play(bench)
    before = bench.case(ref)
    with bench.store.unit() as unit:
        assert unit.texts.erase(ref) > 0
        unit.inbox.forget(ref)
    with bench.store.read() as unit:
        assert unit.log.verify(ref) == ""
    after = bench.case(ref)
    assert after.fields["summary"] == sealing.ERASED
    assert [m.state for m in after.machines.values()] == [m.state for m in before.machines.values()]
    assert after.fields["decided_at"] == before.fields["decided_at"]
    assert [word for word in SECRETS if word in repr(after)] == []


def test_a_case_whose_words_are_erased_can_still_be_spoken_to(closed: Bench):
    """After erasure a late mail and a word to the case still work: letters show what is left."""
    ref = closed.ref()
    with closed.store.unit() as unit:
        unit.texts.erase(ref)
        unit.inbox.forget(ref)
    closed.mail("2028-02-21 10:00", JOAN, f"Re: [{ref}]", "We dispute your conclusion.")
    assert closed.letters("M39", MAYA)
    closed.mail("2028-02-21 11:00", MAYA, f"Re: [{ref}]", "Status")
    assert closed.letters("M58", MAYA)
    closed.nothing_lost()


def test_replaying_the_log_gives_the_view_that_is_stored(bench: Bench):
    """Any view is derived: folding the log anew gives the same row, word for word."""
    ref = _play(bench)
    with bench.store.read() as unit:
        stored = unit.views.get(ref)
        case = stepping.read_case(unit, ref)
        rebuilt = view.summary(
            bench.office, bench.office.procedure, case, at(stored["updated_at"][:16].replace("T", " "))
        )
    rebuilt = json.loads(json.dumps(rebuilt, default=str))
    assert {k: v for k, v in stored.items() if k in rebuilt and k != "updated_at"} == {
        k: v for k, v in rebuilt.items() if k != "updated_at"
    }


@pytest.mark.parametrize("word", ["Ja", "report.pdf", "Smith", "two words"])
def test_every_word_is_sealed_and_comes_back(bench: Bench, word: str):
    """A fact's words are the same after the round through the texts table."""
    fact = Fact("said", "concern", {"line": word, "note": word, "blanks": {"text": word, "n": 1}, "verb": "note"})
    with bench.store.unit() as unit:
        [(_, _, data)] = sealing.seal(unit, bench.office.procedure, "CC-1", [fact], 1)
        assert word not in json.dumps(data)
        assert sealing.unseal(unit, data) == dict(fact.data)


@pytest.mark.parametrize("value", ["2027-02-01", "CC-2027-0001-AS", "a.b@mail.example", "0" * 64, "12"])
def test_what_is_no_word_stays_in_the_log(bench: Bench, value: str):
    """Days, references, addresses, digests and numbers are needed to read the log after an erasure."""
    fact = Fact("said", "concern", {"line": value, "verb": "note"})
    with bench.store.unit() as unit:
        [(_, _, data)] = sealing.seal(unit, bench.office.procedure, "CC-1", [fact], 1)
    assert data["line"] == value


# -- letters that cannot be rendered ----------------------------------------------------------------------------------


def _broken(bench: Bench, tmp_path: Path, name: str) -> Path:
    """The bench's letters from a copy of the templates, of which one asks for what nobody can give."""
    folder = tmp_path / "templates"
    shutil.copytree(ROOT / "templates", folder)
    path = next(folder.glob(f"*/{name}.j2"))
    path.write_text(path.read_text("utf-8") + "{{ nobody_knows.this }}", "utf-8")
    body = path.read_text("utf-8").replace("{% block body %}", "{% block body %}{{ nobody_knows.this }}")
    path.write_text(body, "utf-8")
    _use(bench, folder)
    return path


def _use(bench: Bench, folder: Path) -> None:
    house = bench.house
    bench.house = House(house.store, house.offices, Letters([folder]), house.secret)


def test_a_letter_that_cannot_be_rendered_is_shown_and_tried_again(waiting: Bench, tmp_path: Path):
    """CannotRender holds the letter, never the mail; the administrator hears, a retry sends it once."""
    _broken(waiting, tmp_path, "M23")
    waiting.mail("2027-02-03 10:00", JOAN, f"Re: {waiting.tag()}", "We accept this.")
    assert waiting.state() == "RSP" and not waiting.letters("M23") and len(waiting.letters("M60", RUTH)) == 1
    with waiting.store.read() as unit:
        [letter_id] = unrendered.letters(unit)
        assert "nobody_knows" in unrendered.why(unit, letter_id)
    assert not retry_unrendered(waiting.house, waiting.now), "still broken"
    _use(waiting, ROOT / "templates")
    assert retry_unrendered(waiting.house, waiting.now)
    waiting.settle()
    assert len(waiting.letters("M23", MAYA)) == 1 and "We accept this." in waiting.letter("M23").message.text
    assert not retry_unrendered(waiting.house, waiting.now)
    with waiting.store.read() as unit:
        assert unrendered.letters(unit) == []


def test_a_party_letter_rendered_late_leaves_in_office_hours(waiting: Bench, tmp_path: Path):
    """K10: a reminder that is mended at night leaves in the morning, and its clock runs from then (K9)."""
    _broken(waiting, tmp_path, "M22")
    waiting.to("2027-02-15 20:00")
    assert waiting.state() == "PRM" and not waiting.letters("M22")
    _use(waiting, ROOT / "templates")
    assert retry_unrendered(waiting.house, waiting.now)
    waiting.to("2027-02-15 23:00")
    assert not waiting.letters("M22")
    waiting.to("2027-02-16 09:00")
    assert len(waiting.letters("M22", JOAN)) == 1 and waiting.clocks()["concern T4b"][0] == "2027-02-23"


def test_a_letter_taken_back_meanwhile_is_not_tried_again(waiting: Bench, tmp_path: Path):
    """A reply that cancels the reminder cancels the unrendered reminder too."""
    _broken(waiting, tmp_path, "M22")
    waiting.to("2027-02-15 17:00")
    waiting.mail("2027-02-15 18:00", JOAN, f"Re: {waiting.tag()}", "Sorry for the delay: we accept this.")
    _use(waiting, ROOT / "templates")
    assert not retry_unrendered(waiting.house, waiting.now)
    waiting.to("2027-02-16 12:00")
    assert not waiting.letters("M22")


def test_with_every_template_away_nothing_is_lost(waiting: Bench, tmp_path: Path):
    """Even if nobody can be told: the mail is taken, and all its letters leave once the templates are back."""
    (tmp_path / "none").mkdir()
    shutil.copytree(ROOT / "templates" / "layouts", tmp_path / "none" / "layouts")
    _use(waiting, tmp_path / "none")
    identity = waiting.mail("2027-02-03 10:00", JOAN, f"Re: {waiting.tag()}", "We accept this.")
    assert waiting.kept(identity).state == "done" and waiting.state() == "RSP"
    _use(waiting, ROOT / "templates")
    assert retry_unrendered(waiting.house, waiting.now)
    waiting.settle()
    assert len(waiting.letters("M23", MAYA)) == 1
