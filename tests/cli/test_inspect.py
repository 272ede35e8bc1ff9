"""mailflow inspect: how mails are read and why, from whatever people keep mails in."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mailflow.cli import side_by_side
from mailflow.cli.inspect import INTERRUPTED
from mailflow.cli.main import main
from tests.cli.installation import Installation

KEYS = [
    "file", "kind", "reason", "recipients", "permanent", "dead_address", "original_message_id", "subject", "from",
    "reply_text", "quoted_text", "signature", "body_text", "references", "reference_tags", "attachments",
    "absent_until", "authenticity", "commands", "error", "ms",
]  # fmt: skip
CORPUS = Path(__file__).resolve().parent.parent / "corpus"


def octets(n: int = 1, text: str = "Nobody came on Sunday.", more: str = "") -> bytes:
    """One small mail."""
    head = f"From: Nora <Nora@health.example>\nTo: office@council.example\nSubject: Visit {n}\n{more}"
    return f"{head}Message-ID: <{n}@health.example>\nDate: Mon, 1 Mar 2027 10:00:00 +0000\n\n{text}\n".encode()


def run(*args: object, given: bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["inspect", *map(str, args)], input=given, catch_exceptions=False)


def records(*args: object, given: bytes | None = None) -> list[dict]:
    """What --json says, a record for each line."""
    return [json.loads(line) for line in run("--json", *args, given=given).stdout_bytes.decode().splitlines()]


def test_each_mail_is_a_line_with_every_key(tmp_path):
    """A program can rely on the keys: all are there for every mail, readable or not, in one order."""
    (tmp_path / "one.eml").write_bytes(octets())
    (tmp_path / "two.eml").write_bytes(b"\n\n")
    result = records(tmp_path / "one.eml", tmp_path / "two.eml", *sorted(CORPUS.glob("*/*.eml"))[:20])
    assert all(list(record) == KEYS for record in result)
    assert [record["file"] for record in result[:2]] == [str(tmp_path / "one.eml"), str(tmp_path / "two.eml")]
    assert (result[0]["kind"], result[0]["from"], result[0]["error"]) == ("human", "nora@health.example", None)
    assert (result[1]["kind"], result[1]["error"]) == ("unreadable", "The mail is empty.")


def test_the_standard_input_is_one_mail():
    """A mail can be piped in from a mail program."""
    (record,) = records("-", given=octets(text="hello"))
    assert (record["file"], record["body_text"]) == ("-", "hello")


def test_an_mbox_is_read_mail_by_mail(tmp_path):
    """Each mail of an mbox is a line of its own; a quoted From is unquoted, and one in running text parts nothing."""
    box = tmp_path / "box"
    text = "One\n\n>From here on it went wrong.\n>>From twice.\n\nFrom Monday on nobody came.\n"
    line = b"From nora@health.example Mon Mar  1 10:00:00 2027\n"
    box.write_bytes(b"".join(line + octets(n, text) + b"\n" for n in (1, 2, 3)))
    result = records(box)
    assert [record["file"] for record in result] == [f"{box}#{n}" for n in (1, 2, 3)]
    assert [record["subject"] for record in result] == ["Visit 1", "Visit 2", "Visit 3"]
    assert all("\nFrom here on" in r["body_text"] and "\n>From twice" in r["body_text"] for r in result)
    assert all("From Monday on" in record["body_text"] for record in result)


def test_one_mail_saved_with_the_line_of_an_mbox_stays_one(tmp_path):
    """Some programs write the mbox's line into an .eml file: it is one mail, and so is what it passes on."""
    file = tmp_path / "saved.eml"
    line = b"From nora@health.example Mon Mar  1 10:00:00 2027\n"
    file.write_bytes(line + octets(text="See below.\n\n" + (line + octets(2)).decode()))
    (record,) = records(file)
    assert record["subject"] == "Visit 1"


def test_a_maildir_and_a_folder_are_read(tmp_path):
    """A Maildir's new and cur, and the .eml files of any folder; nothing else in them."""
    for name in ("box/new", "box/cur", "box/tmp", "loose"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "box/new/1.host").write_bytes(octets(1))
    (tmp_path / "box/cur/2.host:2,S").write_bytes(octets(2))
    (tmp_path / "box/tmp/3.host").write_bytes(octets(3))
    (tmp_path / "loose/b.EML").write_bytes(octets(5))
    (tmp_path / "loose/a.eml").write_bytes(octets(4))
    (tmp_path / "loose/notes.txt").write_text("no mail")
    found = [record["subject"] for record in records(tmp_path / "box", tmp_path / "loose")]
    assert found == ["Visit 1", "Visit 2", "Visit 4", "Visit 5"]


def test_a_missing_file_is_told_and_the_others_are_read(tmp_path):
    """Nothing stops the reading of the others; the exit status tells at the end that something was not there."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "one.eml").write_bytes(octets())
    paths = [tmp_path / "gone.eml", tmp_path / "empty", tmp_path / "one.eml"]
    result = run("--json", *paths)
    told = [json.loads(line) for line in result.stdout.splitlines()]
    assert [record["error"] for record in told] == [
        "There is no such file.", "The folder is no Maildir and has no .eml files.", None,
    ]  # fmt: skip
    assert result.exit_code == 1
    assert run("--json", tmp_path / "one.eml").exit_code == 0
    assert run(tmp_path / "gone.eml").stdout.startswith(str(tmp_path / "gone.eml")[:100])


def test_many_mails_keep_their_order_in_two_processes(tmp_path):
    """Many mails are read side by side, and the answers still come in the order of the files, each once."""
    for n in range(500):
        (tmp_path / f"{n:04}.eml").write_bytes(octets(n))
    result = records("--jobs", 2, tmp_path, "-", given=octets(5_000))
    assert [record["subject"] for record in result] == [f"Visit {n}" for n in (*range(500), 5_000)]


def test_a_process_that_dies_is_said_so(tmp_path, monkeypatch):
    """A reading process that is killed in the middle ends the command with a sentence, not with silence."""
    for n in range(60):
        (tmp_path / f"{n:04}.eml").write_bytes(octets(n))
    monkeypatch.setattr(side_by_side, "_prepare", _die)
    result = run("--json", "--jobs", 2, tmp_path)
    assert result.exit_code == 1
    assert "ended in the middle" in result.stderr


def _die(_: object) -> None:
    os._exit(9)


def test_an_interrupt_ends_it_cleanly(tmp_path):
    """Ctrl-C while thousands are being read: status 130, no traceback, no process left behind."""
    for n in range(2_000):
        (tmp_path / f"{n:04}.eml").write_bytes(octets(n, "words " * 200))
    command = [sys.executable, "-m", "mailflow", "inspect", "--json", str(tmp_path)]
    # A shell that starts tests in the background lets them ignore Ctrl-C, and they their children.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
    finally:
        signal.signal(signal.SIGINT, before)
    with process:
        assert process.stdout and process.stderr
        process.stdout.readline()  # the pipe is full soon: the command cannot end before we read on
        os.killpg(process.pid, signal.SIGINT)
        _, told = process.communicate(timeout=60)
    assert process.returncode == INTERRUPTED
    assert b"Traceback" not in told


def test_no_progress_is_shown_in_a_pipe(tmp_path):
    """Standard error stays empty where nobody looks on, unless it takes a minute."""
    (tmp_path / "one.eml").write_bytes(octets())
    assert run("--json", tmp_path).stderr == ""


def test_words_for_a_person_tell_why(tmp_path):
    """Kind and reason, whose address, which tags, what counts as new, what was cut and from which line on."""
    asked = "On Mon, 1 Mar 2027 at 09:00, Office <o@council.example> wrote:\n> Is it so?\n"
    text = f"Accepted.\n\nKind regards\nNora\n\n{asked}"
    (tmp_path / "one.eml").write_bytes(octets(text=text, more="In-Reply-To: <letter@council.example>\n"))
    told = " ".join(run(tmp_path).stdout.split())
    for words in (
        "Kind human. Nothing in it says that a machine wrote it.",
        "From nora@health.example",
        "Case tags none",
        "Answers <letter@council.example>",
        "| Accepted.",
        'Quoted 2 lines cut, from the line "On Mon, 1 Mar 2027',
        'Signature 2 lines cut, from the line "Kind regards"',
        '"Accepted." is accepted',
    ):
        assert words in told, words


def test_words_for_a_person_tell_of_a_bounce(tmp_path):
    """Who was refused, for how long and why, and which letter of ours came back."""
    report = (
        "From: Mail Delivery System <MAILER-DAEMON@mx.example>\nSubject: Undelivered Mail Returned to Sender\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=cut\n\n--cut\n\nSorry.\n\n--cut\n"
        "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n"
        "Final-Recipient: rfc822; gone@provider.example\nAction: failed\nStatus: 5.1.1\n\n--cut\n"
        "Content-Type: text/rfc822-headers\n\nMessage-ID: <letter@council.example>\n\n--cut--\n"
    )
    (tmp_path / "one.eml").write_text(report)
    told = run(tmp_path).stdout
    assert "gone@provider.example refused for good, code 5.1.1; there is no such mailbox" in " ".join(told.split())
    assert "<letter@council.example>" in told


def test_a_hostile_mail_cannot_write_on_the_terminal(tmp_path):
    """Escape sequences, line ends and direction marks in a mail are written out, and lines are bounded."""
    hostile = "\x1b]0;owned\x07\x1b[2J\u202egpj.exe\u2066 \u200b" + "w" * 5_000 + "\n" + "\r\x9b31m line\n" * 500
    more = "X: y\nIn-Reply-To: <\x1b[31m@x>\nAuthentication-Results: \x1b[31m" + "a" * 3_000 + "\n"
    subject = "Subject: =?utf-8?Q?=1B[2J=E2=80=AEx?=\n"
    file = tmp_path / "one.eml"
    file.write_bytes(octets(text=hostile, more=more + subject + "Content-Type: text/plain; charset=utf-8\n"))
    told = run(file).stdout
    assert all(c == "\n" or c.isprintable() for c in told)
    assert max(map(len, told.splitlines())) <= 100
    assert len(told.splitlines()) < 60


def test_a_mail_cannot_break_a_line_of_json(tmp_path):
    """One line a mail: what some readers break lines at, and terminals obey, is escaped and not lost."""
    hostile = "one\u2028two\u2029three\x85four\x9b31m\u202ered\u2066"
    file = tmp_path / "one.eml"
    file.write_bytes(octets(text=hostile, more="Content-Type: text/plain; charset=utf-8\n"))
    told = run("--json", file).stdout_bytes.decode()
    assert told.rstrip("\n").isprintable() and len(told.splitlines()) == 1
    assert json.loads(told)["body_text"].startswith("one\u2028two\u2029three")


@pytest.mark.parametrize("junk", [b"", b"\x00\xff" * 500, b"\n" * 10, b"Subject"])
def test_junk_never_stops_it(junk):
    """Whatever is given: a line comes out."""
    (record,) = records("-", given=junk)
    assert record["kind"] in {"unreadable", "human", "receipt"} and "ms" in record


def test_json_is_utf_8_whatever_the_terminal_speaks(tmp_path):
    """A program reads UTF-8, also where the locale of the terminal knows only ASCII."""
    (tmp_path / "one.eml").write_bytes(octets(text="caf\u00e9", more="Content-Type: text/plain; charset=utf-8\n"))
    command = [sys.executable, "-X", "utf8=0", "-m", "mailflow", "inspect", "--json", str(tmp_path)]
    plain = {**os.environ, "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"}
    told = subprocess.run(command, capture_output=True, check=True, env=plain, timeout=60).stdout
    assert json.loads(told)["body_text"] == "caf\u00e9"


def test_an_installation_judges_as_the_daemon_does(tmp_path):
    """With the settings the sender is judged by our own server's word, and our own domains and words count."""
    house = Installation(tmp_path)
    settings = house.settings.read_text() + '[office.council.auth]\nauthserv_id = "mx.council.example"\n'
    house.settings.write_text(settings)
    proof = "Authentication-Results: mx.council.example; dmarc=pass header.from=council.example\n"
    (tmp_path / "form.eml").write_bytes(
        octets(text="Accepted", more=proof)
        .replace(b"office@", b"contract.concerns@")
        .replace(b"Nora@health", b"no-reply@council")
    )
    (bare,) = records(tmp_path / "form.eml")
    (judged,) = records("--config", house.settings, tmp_path / "form.eml")
    house.store.close()
    assert (bare["kind"], bare["authenticity"]["judged"]) == ("auto_reply", None)
    assert judged["kind"] == "human" and judged["authenticity"]["judged"]["passed"] is True
    assert judged["authenticity"]["found"] == bare["authenticity"]["found"]
    assert [(c["verb"], c["procedures"]) for c in judged["commands"]] == [("accepted", ["council-concerns"])]


def test_settings_that_cannot_be_used_are_named(tmp_path):
    """Every fault of the settings is told, status 78, and no mail is read."""
    (tmp_path / "mailflow.toml").write_text("[store]\n")
    result = run("--config", tmp_path / "mailflow.toml", "-", given=octets())
    assert result.exit_code == 78 and result.stdout == "" and "fault" in result.stderr


def test_a_date_is_read_on_the_writers_own_day(tmp_path):
    """Where no office is known the Date header's own clock says which day it is: it is tomorrow in Auckland first."""
    mail = octets(text="Hold until tomorrow: the coroner").replace(b"10:00:00 +0000", b"09:00:00 +1300")
    (record,) = records("-", given=mail)
    assert record["commands"][0]["blanks"]["until"] == "2027-03-02"
