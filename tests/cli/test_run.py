"""mailflow run: refusals in sentences, --once, the clock socket, SIGTERM."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mailflow import wiring
from mailflow.cli.main import COMMANDS, main
from mailflow.demo.server import EmbeddedMail
from tests import installation
from tests.installation import COUNCIL, REFERRER, mail, subjects
from tests.tree import ROOT

NOON = "2027-02-01T12:00:00Z"


@pytest.fixture
def server() -> Iterator[EmbeddedMail]:
    with installation.running_mail() as running:
        yield running


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def process(path: Path, *words: object, ready: Path) -> subprocess.Popen:
    """The program itself, after it has told the socket `ready` that it is up (sd_notify)."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notified:
        notified.bind(str(ready))
        notified.settimeout(60)
        environment = {**os.environ, "NOTIFY_SOCKET": str(ready), "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "mailflow", "run", "--config", str(path), *map(str, words)]
        started = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert notified.recv(100) == b"READY=1"
    return started


def ended(started: subprocess.Popen) -> tuple[int, str]:
    """Exit status and standard error after SIGTERM."""
    started.send_signal(signal.SIGTERM)
    _, err = started.communicate(timeout=60)
    return started.returncode, err


def test_help_lists_only_commands_that_are_there():
    """Each listed command can be loaded and says what it does."""
    result = run("--help")
    assert result.exit_code == 0
    listed = [name for name in COMMANDS if f"\n  {name} " in result.output]
    assert {"run", "check", "version"} <= set(listed)
    for name in listed:
        assert run(name, "--help").exit_code == 0


def test_help_loads_no_library_of_the_daemon():
    """`mailflow --help` is quick: no database, no template engine, no mail library is imported."""
    code = (
        "import sys; from mailflow.cli.main import main\n"
        "try: main(['--help'], prog_name='mailflow')\n"
        "except SystemExit: pass\n"
        "print([m for m in ('sqlalchemy', 'jinja2', 'imapclient', 'mailparser') if m in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert shown.stdout.endswith("[]\n")


@pytest.mark.parametrize("words", [["--once", "--now", NOON], ["--clock-socket", "clock"]])
def test_time_is_not_pretended_in_a_real_installation(tmp_path, words):
    """Exit 78 in plain words: letters with invented dates would reach real people."""
    result = run("run", "--config", installation.write(tmp_path, pretend=False), *words)
    assert result.exit_code == 78
    assert "pretended only in a test installation" in result.output and "Traceback" not in result.output


def test_faults_of_the_configuration_are_printed_and_nothing_starts(tmp_path):
    """Exit 78 (EX_CONFIG), which systemd does not restart."""
    path = installation.write(tmp_path, more="[office.council.settings]\nnonsense = 1\n")
    result = run("run", "--config", path, "--once")
    assert result.exit_code == 78 and "nonsense" in result.output and "1 fault." in result.output
    assert not (tmp_path / "mailflow.sqlite3").exists()


@pytest.mark.parametrize("words", [["clock", "--once"], ["--now", NOON], ["--once", "--now", "noon"], ["sideways"]])
def test_words_that_do_not_go_together_are_refused(tmp_path, words):
    """Exit 2 with the reason."""
    result = run("run", "--config", installation.write(tmp_path), *words)
    assert result.exit_code == 2 and "Error: " in result.output


def test_a_second_daemon_is_refused(tmp_path):
    """Exit 75 with a sentence: it may be over soon."""
    path = installation.write(tmp_path)
    held = wiring.only_one(wiring.install(path).settings)
    result = run("run", "--config", path, "--once", "--now", NOON)
    for lock in held:
        lock.close()
    assert result.exit_code == 75 and "Another mailflow already runs" in result.output


def test_once_does_what_is_due_and_ends(server, tmp_path):
    """A mail is read and answered; run again, nothing is done twice; time does not go back."""
    path = installation.write(tmp_path, server.imap_port, server.smtp_port)
    server.post(REFERRER, [COUNCIL], mail(REFERRER, "Missed calls"))
    for _ in range(2):
        assert run("run", "--config", path, "--once", "--now", NOON).exit_code == 0
        assert len(subjects(server, REFERRER)) == 1
    back = run("run", "--config", path, "--once", "--now", "2027-02-01T11:00:00Z")
    assert back.exit_code == 78 and "cannot be set back" in back.output


def test_a_daemon_on_a_socket_and_sigterm(server, tmp_path):
    """The process answers on its socket, finishes on SIGTERM with status 0 and takes the socket away."""
    path, clock = installation.write(tmp_path, server.imap_port, server.smtp_port), tmp_path / "clock"
    server.post(REFERRER, [COUNCIL], mail(REFERRER, "Missed calls"))
    started = process(path, "--clock-socket", clock, ready=tmp_path / "ready")
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(clock))
        with client.makefile("rw", encoding="utf-8") as talk:
            for line, answer in (
                ("sync", "error: The clock has not been set"),
                (f"now {NOON}", f"idle {NOON}"),
                ("next", "next 2027-02-0"),
            ):
                talk.write(line + "\n")
                talk.flush()
                assert talk.readline().startswith(answer)
    assert len(subjects(server, REFERRER)) == 1
    status, err = ended(started)
    assert status == 0 and "Traceback" not in err and not clock.exists()


def test_a_daemon_on_the_wall_clock_and_sigterm(server, tmp_path):
    """All loops in one process: a mail is answered, and SIGTERM ends it with status 0."""
    answered = threading.Event()
    server.on_delivery = lambda user, octets, folder: answered.set() if user == REFERRER else None
    path = installation.write(tmp_path, server.imap_port, server.smtp_port, pretend=False)
    started = process(path, ready=tmp_path / "ready")
    server.post(REFERRER, [COUNCIL], mail(REFERRER, "Missed calls"))
    assert answered.wait(30)
    status, err = ended(started)
    assert status == 0 and "Traceback" not in err


def test_a_process_for_each_loop(server, tmp_path):
    """Intake, clock and courier apart meet in the database only."""
    answered = threading.Event()
    server.on_delivery = lambda user, octets, folder: answered.set() if user == REFERRER else None
    path = installation.write(tmp_path, server.imap_port, server.smtp_port, pretend=False)
    loops = [process(path, loop, ready=tmp_path / loop) for loop in ("intake", "clock", "courier")]
    server.post(REFERRER, [COUNCIL], mail(REFERRER, "Missed calls"))
    assert answered.wait(30)
    assert [ended(loop)[0] for loop in loops] == [0, 0, 0]


def test_sighup_takes_changed_files_in(server, tmp_path):
    """systemctl reload: the daemon goes on and says what it has read; SIGTERM still ends it."""
    path = installation.write(tmp_path, server.imap_port, server.smtp_port, pretend=False)
    started = process(path, ready=tmp_path / "ready")
    officers = tmp_path / "register" / "officers.csv"
    officers.write_text(officers.read_text("utf-8") + "New Person,new@council.example,,cmo,,,,,,\n", "utf-8")
    started.send_signal(signal.SIGHUP)
    assert started.stderr is not None
    line = next(line for line in started.stderr if "configuration." in line)
    assert "configuration.reloaded" in line and '"offices":["council"]' in line.replace(" ", "")
    status, err = ended(started)
    assert status == 0 and "Traceback" not in err


def two_offices(folder: Path) -> Path:
    """The council, and an office whose register is faulty."""
    path = installation.write(folder)
    text = path.read_text("utf-8")
    own = text[text.index("[office.council]") :].replace("office.council", "office.south").replace('"CC"', '"SO"')
    path.write_text(text + own.replace('"register"', '"south"').replace(COUNCIL, "concerns@south.example"), "utf-8")
    (folder / "south").mkdir()
    for file in (folder / "register").glob("*.csv"):
        (folder / "south" / file.name).write_bytes(file.read_bytes())
    (folder / "south" / "contacts.csv").write_text("nonsense\n", "utf-8")
    return path


def test_the_tools_work_for_the_offices_that_are_good(tmp_path, untried):
    """What is wrong with the other stands on standard error; check alone refuses everything, and names it all."""
    path = two_offices(tmp_path)
    listed = run("list", "--config", path, "--json")
    assert listed.exit_code == 0 and listed.stdout.strip() == "[]"
    assert "the office south is not served" in listed.stderr and "contacts.csv" in listed.stderr
    officers = tmp_path / "south" / "officers.csv"
    officers.write_text(officers.read_text("utf-8") + "x\n,,,,,,,,,,,,,\n", "utf-8")
    checked = run("check", "--config", path)
    assert checked.exit_code == 78 and "contacts.csv" in checked.output
    assert untried, "the procedure of the good one is tried all the same"
    unknown = run("list", "--config", path, "--office", "south")
    assert unknown.exit_code == 2 and "council" in unknown.output
