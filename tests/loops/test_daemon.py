"""The whole daemon over the embedded mail server: in rounds on a pretended clock, and as threads."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from mailflow import wiring
from mailflow.demo.server import EmbeddedMail
from mailflow.loops.daemon import Daemon
from mailflow.loops.pretended import Rounds, show
from tests import installation
from tests.installation import ADMIN, COUNCIL, MORNING, REFERRER, mail, subjects

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def server() -> Iterator[EmbeddedMail]:
    with installation.running_mail() as running:
        yield running


@pytest.fixture
def daemon(server: EmbeddedMail, tmp_path: Path) -> Iterator[Daemon]:
    """A daemon on a pretended clock."""
    found = wiring.install(installation.write(tmp_path, server.imap_port, server.smtp_port))
    store = wiring.open_store(found.settings)
    made = wiring.daemon(found, wiring.open_house(found, store))
    yield made
    made.stop()
    store.close()


@pytest.fixture
def rounds(daemon: Daemon) -> Rounds:
    return daemon.rounds(daemon.pretended_clock())


def concern(server: EmbeddedMail, subject: str = "Missed calls at Oakfield") -> None:
    server.post(REFERRER, [COUNCIL], mail(REFERRER, subject))


def read_through(daemon: Daemon):
    with daemon.house.store.read() as unit:
        return unit.inbox.read_through(COUNCIL)


def test_a_mail_is_read_sorted_and_answered_at_one_instant(server, rounds, daemon):
    """From the mailbox to the acknowledgement in one `now`; and the copy that came home is not a new concern."""
    concern(server)
    rounds.move(MORNING)
    assert len(subjects(server, REFERRER)) == 1
    rounds.run_until_idle(MORNING)
    assert len(subjects(server, REFERRER)) == 1
    with daemon.house.store.read() as unit:
        assert len(unit.log.cases()) == 1
        assert unit.outbox.all_states().keys() == {"sent"}
        assert unit.inbox.next_kept() == []


def test_a_deadline_on_the_way_fires_at_its_own_instant(server, rounds, daemon):
    """The log says when it was due and when it was recorded, and the two are the same."""
    concern(server)
    rounds.move(MORNING)
    due = rounds.next()
    assert due is not None and due > MORNING
    rounds.move(due + 3 * DAY)
    with daemon.house.store.read() as unit:
        (case,) = unit.log.cases()
        fired = [line for line in unit.log.read(case) if line.cause.startswith("deadline:")]
    assert fired and all(line.happened_at == line.recorded_at for line in fired)
    assert fired[0].happened_at == due


def test_a_mailbox_that_is_away_holds_read_through_and_is_told_once(server, rounds, daemon):
    """G9: what is not read cannot be relied on; the administrator hears of the outage and of its end."""
    rounds.move(MORNING)
    assert read_through(daemon) == MORNING
    server.imap_off = True
    rounds.move(MORNING + HOUR)
    rounds.move(MORNING + 2 * HOUR)
    assert read_through(daemon) == MORNING
    assert len(subjects(server, ADMIN)) == 1
    server.imap_off = False
    rounds.move(MORNING + 3 * HOUR)
    assert read_through(daemon) == MORNING + 3 * HOUR
    assert len(subjects(server, ADMIN)) == 2


def test_a_mail_that_is_not_sorted_holds_read_through(server, rounds, daemon, monkeypatch):
    """Kept is not enough: chasers wait until it is sorted too."""
    from mailflow.flow import sort

    rounds.move(MORNING)
    concern(server)

    def fails(house, now):
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr(sort, "sort_one", fails)
        rounds.move(MORNING + HOUR)
    assert read_through(daemon) == MORNING
    rounds.move(MORNING + 2 * HOUR)
    assert read_through(daemon) == MORNING + 2 * HOUR


def test_a_letter_that_is_deferred_leaves_on_the_way(server, rounds):
    """SMTP retries are instants like any other."""
    server.hold_smtp = True
    concern(server)
    rounds.move(MORNING)
    assert subjects(server, REFERRER) == []
    server.hold_smtp = False
    retry = rounds.next()
    assert retry is not None and retry < MORNING + 5 * MINUTE
    rounds.move(MORNING + 5 * MINUTE)
    assert len(subjects(server, REFERRER)) == 1


@pytest.mark.parametrize("fate", ["delivered", "lost"])
def test_a_lost_answer_after_the_dot_is_settled_by_evidence(server, rounds, daemon, fate):
    """Delivered: the copy that came home proves it, nothing is sent twice. Lost: nobody is sent anything by a guess."""
    server.drop_after_dot = fate
    concern(server)
    rounds.move(MORNING)
    server.drop_after_dot = ""
    rounds.move(MORNING + HOUR)
    delivered = [subject for subject in subjects(server, REFERRER) if "received" in subject]
    with daemon.house.store.read() as unit:
        doubts = unit.outbox.in_doubt()
        asked = unit.held.all_open()
    if fate == "delivered":
        assert len(delivered) == 1 and doubts == [] and asked == []
    else:
        assert delivered == [] and doubts and asked


def test_a_restart_goes_on_where_the_clock_stood(server, rounds, daemon):
    """The pretended now lies in the store; it is not set back by a restart either."""
    rounds.move(MORNING)
    again = daemon.rounds(daemon.pretended_clock())
    assert again.answer("sync") == f"idle {show(MORNING)}"
    with pytest.raises(ValueError, match="cannot be set back"):
        daemon.pretended_clock(MORNING - HOUR)


def test_threads_read_answer_and_stop(server, tmp_path):
    """On the wall clock: a mail is answered without anybody moving anything, and a stop ends every loop."""
    answered = threading.Event()
    server.on_delivery = lambda user, octets, folder: answered.set() if user == REFERRER else None
    (tmp_path / "real").mkdir()
    path = installation.write(tmp_path / "real", server.imap_port, server.smtp_port, pretend=False)
    found = wiring.install(path)
    store = wiring.open_store(found.settings)
    daemon = wiring.daemon(found, wiring.open_house(found, store))
    daemon.start()
    try:
        assert daemon.alive
        concern(server)
        assert answered.wait(30)
    finally:
        daemon.stop()
    assert not daemon.alive
    store.close()


def test_a_maildir_serves_instead_of_an_imap_server(server, tmp_path):
    """A mail that was delivered into the Maildir is answered by SMTP, once, also after a restart."""
    box = tmp_path / "box"
    for part in ("new", "cur", "tmp"):
        (box / part).mkdir(parents=True)
    (tmp_path / "house").mkdir()
    path = installation.write(tmp_path / "house", 1, server.smtp_port)
    said = path.read_text("utf-8")
    path.write_text(said.replace('address = "contract', f'maildir = "{box}"\naddress = "contract', 1), "utf-8")
    found = wiring.install(path)
    store = wiring.open_store(found.settings)
    (box / "new" / "1801474200.M1P1.mx").write_bytes(mail(REFERRER, "Missed calls at Oakfield"))
    for moment in (MORNING, MORNING + MINUTE):
        daemon = wiring.daemon(found, wiring.open_house(found, store))
        daemon.rounds(daemon.pretended_clock()).move(moment)
        daemon.stop()
        if moment == MORNING:
            (box / "new" / "1801474200.M1P1.mx").rename(box / "cur" / "1801474200.M1P1.mx:2,S")
    assert len(subjects(server, REFERRER)) == 1
    with store.read() as unit:
        assert len(unit.log.cases()) == 1
        assert unit.inbox.read_through(COUNCIL) is not None
    store.close()
