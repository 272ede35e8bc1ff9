"""The nastiest mails of mail.md at once, over IMAP, with the daemon as it runs: nothing moves, nothing is lost.

Each has a test of its own in tests/flow/test_nasty_*.py, and on Dovecot in test_nasty_dovecot*.py; here they lie in one
mailbox behind one another.
"""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from mailflow.cli.main import main
from mailflow.demo.stage import MAILBOX
from tests.acceptance.council import CMO, FORGER, OUTSIDER, PROVIDER, RECEIVED, REPLIED, Council, council
from tests.flow.bench import write
from tests.flow.test_nasty_forms import BROKEN


def _heap(ref: str, subject: str, message_id: str) -> list[tuple[str, bytes]]:
    """(who submits it, octets): mails none of which may move the concern."""
    auto = [("Auto-Submitted", "auto-replied"), ("In-Reply-To", message_id)]
    tagged = f"Re: [{ref}]"
    mails = [
        (PROVIDER, f"Automatic reply: {subject}", "I am away until 12 February. Accepted.", auto),
        (PROVIDER, f"Abwesenheitsnotiz: {subject}", "Ich bin nicht im Haus.\n\nAccepted", auto),
        (PROVIDER, f"Recall: {subject}", "Joan Pell would like to recall the message.", []),
        (PROVIDER, "Read: your letter", "Your message was read on Monday.", auto),
        (OUTSIDER, tagged, "We accept everything.", []),
        (OUTSIDER, f"Re: [{ref[:-1]}]", "Is this still open?", []),
        (FORGER, "Delivery Status Notification (Delay)", "Delivery to somebody is delayed.", auto),
    ]
    heap = []
    for n, (who, said, body, headers) in enumerate(mails):
        heap.append((who, write(who, said, body, auth="", message_id=f"<heap{n}@mail.test>", headers=headers)))
    forged = write(CMO, tagged, "Withdrawn: not needed", auth="pass", message_id="<forged@elsewhere.example>")
    broken = ("\r\n".join([f"To: {MAILBOX}", f"Subject: {tagged}", *BROKEN["to with an open quote"]])).encode()
    bare = b"Subject: =?utf-8?B?" + b"A" * 5000 + b"\r\n\r\n\xff\xfe"
    return [*heap, (FORGER, forged), (FORGER, broken), (FORGER, bare)]


def _asked(c: Council, command: str) -> list[dict]:
    ran = CliRunner().invoke(main, [command, "list", "--config", str(c.stage.config), "--json"])
    assert ran.exit_code == 0, ran.output
    return json.loads(ran.stdout)


def test_none_of_them_moves_what_it_must_not(tmp_path: Path):
    """All at once over IMAP: the stage and the clock stay, the daemon lives, the real reply after them is read."""
    with council(tmp_path, "2027-02-01 09:00") as c:
        ref = c.dispatched("2027-02-01 09:30", "2027-02-02 10:15")
        letter = c.inbox(PROVIDER)[-1]
        before = (c.state(ref), c.clocks(ref))
        people = {reader: len(c.inbox(reader)) for reader in (PROVIDER, OUTSIDER, FORGER)}
        c.go("2027-02-03 09:00")
        for who, octets in _heap(ref, letter.subject, letter.message_id):
            c.stage.mail.post(who, [MAILBOX], octets, c.stage.time)
        c.stage.sync()
        assert (c.state(ref), c.clocks(ref)) == before
        assert {reader: len(c.inbox(reader)) for reader in people} == people, "nobody outside is answered"
        held = _asked(c, "held")
        assert held and all(row["reason"] for row in held)
        assert all(row["reason"] for row in _asked(c, "quarantine"))
        c.replied("2027-02-03 10:00", ref)
        c.one(CMO, REPLIED)
        assert not c.all(OUTSIDER, RECEIVED)


@pytest.mark.parametrize("where,form", [("flow", r"test_(\d\d)_"), ("acceptance", r"test_row_(\d\d)_")])
def test_each_of_the_25_has_a_test_of_its_own(where: str, form: str):
    """The table of mail.md: rows 1 to 25, each with a test that bears its number, in the flow and through a daemon."""
    folder = Path(__file__).resolve().parents[1] / where
    trees = [ast.parse(path.read_text("utf-8")) for path in sorted(folder.glob("test_nasty_*.py"))]
    names = [node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    rows = {int(found[1]) for name in names if (found := re.match(form, name))}
    assert rows == set(range(1, 26))
