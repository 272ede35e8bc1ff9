"""The demonstration as a person starts it: from the command line, to its end."""

from __future__ import annotations

import io
import json
import re
import signal
import smtplib
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from mailflow.cli.main import main
from mailflow.demo.installation import contracts_by_email
from mailflow.demo.letterbox import read
from mailflow.demo.offices import COUNCIL, INSURER
from mailflow.demo.scripts import OUTSIDERS, QUICK, START
from mailflow.demo.show import SCRIPTS, Player, choose
from mailflow.demo.stage import Stage
from mailflow.demo.timeline import Timeline

LONGEST = 60
SERVERS = re.compile(r"IMAP 127\.0\.0\.1:\d+ +SMTP 127\.0\.0\.1:(\d+)")
BY_HAND = "From: alex.morrow@family.example\r\nSubject: A question about lunch\r\n\r\nWho cooks?\r\n"


@dataclass(frozen=True)
class Run:
    """What a run said: until its closing lines, and while it was kept open."""

    status: int
    told: str
    kept: str
    errors: str
    folder: Path


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One quick run, kept open: a mail is sent by hand, then the clock is moved from the keyboard."""
    folder = tmp_path_factory.mktemp("demo") / "new"
    words = [sys.executable, "-m", "mailflow", "demo", "--quick", "--keep", "--folder", str(folder)]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as running:
        # A line that never comes must fail the test, not hang it.
        watchdog = threading.Timer(3 * LONGEST, running.kill)
        watchdog.start()
        told, kept, passwords, port = [], [], {}, 0
        for line in running.stdout:
            (kept if port else told).append(line)
            port = int(found[1]) if (found := SERVERS.match(line)) else port
            if port and "@" in line:
                passwords[line.split()[0]] = line.split()[1]
            if line.startswith("ENTER for the next"):
                with smtplib.SMTP("127.0.0.1", port, timeout=30) as client:
                    client.login("alex.morrow@family.example", passwords["alex.morrow@family.example"])
                    client.sendmail("alex.morrow@family.example", ["contract.concerns@council.example"], BY_HAND)
            if "M02 Please screen" in line and kept:
                break
        rest, errors = running.communicate("\n2027-03-19 16:30\n2020-01-01\nsoon\nquit\n", timeout=LONGEST)
        watchdog.cancel()
    return Run(running.returncode, "".join(told), "".join(kept) + rest, errors, folder)


def commands() -> list[str]:
    """The command lines of all processes; a slim machine has no ps."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # it has ended meanwhile
            found.append(path.read_text("utf-8", "replace"))
    return found


def test_every_concern_ends_where_its_script_says(played):
    """Exit 0, and the closing lines name each case with the state it had to reach."""
    assert played.status == 0, played.told[-3000:] + played.errors[-3000:]
    closing = played.told.splitlines()[-16:]
    for script in choose(QUICK):
        start = f"{script.key} {script.office.table['prefix']}-2027-"
        assert any(line.startswith(start) and script.ends in line for line in closing)
    assert "NOT as written" not in played.told


def test_the_timeline_can_be_read_on_a_narrow_terminal(played):
    """80 columns, no colours into a pipe, and the four things one wants to see: who, what, to whom, what next."""
    lines = played.told.splitlines()
    assert [line for line in lines if len(line) > 80 and str(played.folder) not in line] == []
    assert "\x1b" not in played.told
    assert "09:30 A  Beth Carrow writes: Missed calls, Oakfield Care Ltd" in lines
    assert any(line.startswith("11:15 A    M20") and line.endswith("-> Joan Pell, Victor Amis") for line in lines)
    assert any(line.strip().startswith("next: Provider's response") for line in lines)
    assert any("daily list -> " in line for line in lines)
    assert any("weekly summary -> " in line for line in lines)
    assert "20:30 P  [Tue 09:30 NZ] Aroha Tane writes: Report unclear, claim 204-118" in lines


def test_the_folder_holds_everything_that_was_said(played):
    """Each person's mails as .eml, each letter as a page, closure reports, the database."""
    folder = played.folder
    mails = [read(path.read_bytes()) for path in (folder / "mail" / "joan.pell@oakfield.example").glob("*.eml")]
    assert {mail.template for mail in mails} == {"M20", "M33"}
    assert all(mail.from_ == "contract.concerns@council.example" for mail in mails)
    letters = folder / "letters"
    assert len([path for path in letters.iterdir() if path.name.startswith(("CC-2027-", "PP-2027-"))]) == len(QUICK)
    assert list((folder / "reports").rglob("*.html"))
    assert (folder / "mailflow.sqlite3").stat().st_size > 0


def compared(folder: Path) -> None:
    """Every night the daemon compared the books of both offices, and nothing differed."""
    said = [json.loads(line) for line in (folder / "daemon.log").read_text("utf-8").splitlines() if line[:1] == "{"]
    nights = [line for line in said if line["event"] == "accounts.compared"]
    assert {line["office"] for line in nights} >= {"council"} and len(nights) > 10
    assert {(line["differences"], line["away"]) for line in nights} == {(0, False)}
    assert not [line for line in said if line["event"] == "step.failed" and ".accounts" in line["step"]]


def test_the_books_agreed_every_night(played):
    """Mailbox, ledger, log, outbox and home copies: 0 differences is the normal answer."""
    compared(played.folder)


def test_provider_and_referrer_are_never_on_one_mail(played):
    """G12, seen from outside: nobody of a provider's is in To or Cc of a mail that a referrer is in."""
    folder = played.folder
    providers = ("oakfield.example", "riverside.example", "mail.example")
    for path in (folder / "mail").rglob("*.eml"):
        mail = read(path.read_bytes())
        domains = {address.rpartition("@")[2] for address in (*mail.to, *mail.cc)}
        assert not (domains & set(providers) and domains - set(providers)), mail.subject


def test_possible_fraud_reaches_nobody_but_those_who_look_into_it(played):
    """Q45, seen from outside: nobody has a word of the third issue but who wrote it and Integrity Services."""
    told = [read(path.read_bytes()) for path in (played.folder / "mail").rglob("*.eml")]
    ref = next(m.ref for m in told if m.template == "N05")
    about = [m for m in told if m.ref == ref]
    readers = {a for m in about for a in (*m.to, *m.cc)}
    assert readers == {"aroha.tane@insurer.example", "integrity@insurer.example"}
    assert not any(
        "invoice" in m.text.lower() for m in told if m.to != ("integrity@insurer.example",) and m.template != "N01"
    )


def test_a_person_can_play_on_by_hand(played):
    """--keep: a mail from a mail program is answered at once; the clock moves to the next deadline or to a date."""
    assert "A question about lunch" not in played.told
    assert "M01 We have received your concern -> Alex Morrow" in played.kept
    assert "It is Friday, 19 March 2027, 16:30." in played.kept
    assert "the clock goes forward only" in played.kept
    assert '"soon" is no date' in played.kept
    assert not re.search(r"@\S+ +\S{20}", played.told)


def test_the_longer_scripts_end_as_written_too(tmp_path):
    """What --quick leaves out is played as well: nobody else would notice a script that has come to a halt."""
    scripts = choose({script.key for script in SCRIPTS} - set(QUICK))
    broken = [address for script in scripts for address in script.broken]
    with Stage(
        tmp_path,
        start=START,
        offices=(COUNCIL, INSURER),
        registers=contracts_by_email(),
        strangers=OUTSIDERS,
        bounce_later=broken,
    ) as stage:
        player = Player(stage, scripts, Timeline(io.StringIO(), 1))
        outcome = player.play()
        player.close()
        stage.sync()
        books = CliRunner().invoke(main, ["reconcile", "--config", str(stage.config)])
    assert outcome.faults == [] and outcome.states == {script.key: script.ends for script in scripts}
    assert books.exit_code == 0 and books.output.endswith("\n0 differences.\n"), books.output
    compared(tmp_path)


def test_a_folder_that_is_not_ours_is_left_alone(tmp_path):
    """A folder with something else in it is refused, not emptied."""
    (tmp_path / "precious").write_text("mine")
    words = [sys.executable, "-m", "mailflow", "demo", "--folder", str(tmp_path)]
    done = subprocess.run(words, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert [path.name for path in tmp_path.iterdir()] == ["precious"]


def test_the_daemon_does_not_outlive_its_demonstration(tmp_path):
    """A demonstration that is stopped by SIGTERM takes its daemon with it."""
    folder = tmp_path / "demo"
    words = [sys.executable, "-m", "mailflow", "demo", "--quick", "--folder", str(folder)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as running:
        assert any("Beth Carrow writes" in line for line in running.stdout)
        running.send_signal(signal.SIGTERM)
        running.communicate(timeout=60)
    assert running.returncode == 128 + signal.SIGTERM
    assert not any(str(folder) in command for command in commands())


def test_scripts_keep_to_office_hours_and_to_their_order():
    """Steps stand in the order of the calendar, on working days: a script that does not would prove less."""
    for script in SCRIPTS:
        instants = [step.at for step in script.steps]
        assert instants == sorted(instants)
        assert all(at.weekday() < 5 and 8 <= at.hour < 18 for at in instants)
        assert instants[-1] - instants[0] < timedelta(days=100)
