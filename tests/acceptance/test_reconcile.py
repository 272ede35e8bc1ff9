"""The books of a running office: nothing differs, whatever officers do with their mail; what is damaged is named."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mailflow.cli.main import main
from tests.acceptance.council import PROVIDER
from tests.acceptance.nasty import ADMINISTRATOR, Bed, bed
from tests.acceptance.office import words
from tests.flow.bench import write
from tests.servers import realmail


def reconcile(c: Bed) -> Result:
    """What the operator's command answers."""
    return CliRunner().invoke(main, ["reconcile", "--config", str(c.stage.config), "--json"])


def counted(c: Bed) -> dict:
    """The counts of the inbox when nothing differs."""
    ran = reconcile(c)
    assert ran.exit_code == 0, ran.output
    told = json.loads(ran.stdout)
    assert told["differences"] == 0
    return told["offices"][0]["folders"][0]


def reports(c: Bed) -> list[str]:
    """What the administrator was told of the books."""
    told = [words(mail) for mail in c.inbox(ADMINISTRATOR)]
    return [text for text in told if "nightly comparison of mailbox, ledger" in text]


def night(c: Bed) -> None:
    """Until ten the next morning."""
    c.stage.now((c.stage.time + timedelta(days=1)).replace(hour=10, minute=0))


@pytest.mark.dovecot
@pytest.mark.postfix
@pytest.mark.skipif(bool(realmail.lacking()), reason=realmail.lacking())
def test_the_books_of_an_office_on_real_servers(tmp_path: Path):
    """0 differences after a case has moved, after officers moved and deleted mail, and while mail waits to be read.

    A mail that the ledger has lost is named by its UID, one that is missing on its file by its case; the administrator
    hears of that at night, once.
    """
    with bed(tmp_path) as c:
        ref = c.waiting()
        c.replied(c.later(minutes=1), ref, "We accept this.")
        c.settle()
        before = counted(c)
        assert before["listed"] == before["known"] > 5 and before["gone"] == before["waiting"] == 0

        with c.server.client(c.box) as officer:
            officer.select_folder("INBOX")
            first, second, *_rest = officer.search("ALL")
            officer.create_folder("Done")
            officer.move([first], "Done")
            officer.delete_messages([second])
            officer.expunge()
            officer.append("INBOX", write(PROVIDER, f"Re: [{ref}]", "One more thing.", message_id="<late@x.test>"))
        after = counted(c)
        assert (after["gone"], after["waiting"], after["known"]) == (2, 1, before["known"] - 2)
        c.stage.sync()
        c.settle()
        assert counted(c)["waiting"] == 0

        night(c)
        assert reports(c) == []
        with closing(sqlite3.connect(tmp_path / "mailflow.sqlite3")) as db, db:
            (uid,) = db.execute("SELECT min(uid) FROM sightings WHERE folder = 'INBOX' AND uid > 2").fetchone()
            db.execute("UPDATE sightings SET uid = 1000000 + uid WHERE folder = 'INBOX' AND uid = ?", (uid,))
            file = "FROM correspondence WHERE direction = 'in' AND correspondent = ?"
            (mail,) = db.execute(f"SELECT identity {file}", (PROVIDER,)).fetchone()
            db.execute("DELETE FROM correspondence WHERE identity = ?", (mail,))
        ran = reconcile(c)
        found = json.loads(ran.stdout)["offices"][0]["differences"]
        assert ran.exit_code == 1 and {"not filed", "not read"} == {d["kind"] for d in found}
        assert [(d["folder"], d["uid"]) for d in found if d["kind"] == "not read"] == [("INBOX", uid)]
        assert [(d["mail"], d["case"]) for d in found if d["kind"] == "not filed"] == [(mail, ref)]

        night(c)
        (told,) = reports(c)
        assert mail[:16] in told and ref in told and "Nothing was changed" in told
        assert f"UID {uid} " not in told, "what the ledger has lost is read again at the next look"
        night(c)
        assert len(reports(c)) == 1, "not told of the same difference again"
