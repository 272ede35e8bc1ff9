"""Two offices on the daemon's real loops: one that is dead or faulty never stops the other; changes are taken in."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from mailflow import wiring
from mailflow.demo.server import EmbeddedMail
from mailflow.loops.daemon import Daemon
from mailflow.loops.pretended import Rounds
from mailflow.reloading import Watch
from mailflow.store import Store
from tests import installation
from tests.installation import ADMIN, COUNCIL, MORNING, REFERRER, mail, subjects

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
STRANGER = "sam@stranger.example"
SOUTH, ADA = "concerns@south.example", "ada.lind@south.example"
OFFICE = """
[office.south]
procedure = "south.toml"
address = "concerns@south.example"
name = "South Council"
team = "Contracts South"
prefix = "SO"
calendar = "uk-sct"
register = "south"
templates = "{templates}"
reports = "reports"
administrator = "ada.lind@south.example"
[office.south.auth]
authserv_id = "mx.demo.example"
"""


class Pair:
    """A daemon that serves two offices on a pretended clock; `start` reads the files as they then are."""

    def __init__(self, folder: Path, server: EmbeddedMail):
        self.folder, self.server = folder, server
        more = OFFICE.format(templates=installation.ROOT / "templates")
        self.path = installation.write(folder, server.imap_port, server.smtp_port, more=more)
        shutil.copytree(folder / "register", folder / "south")
        shutil.copyfile(folder / "procedures" / "council-concerns.toml", folder / "south.toml")
        self.store: Store | None = None
        self.daemon: Daemon | None = None
        self.rounds: Rounds | None = None

    def start(self) -> Rounds:
        self.stop()
        found = wiring.install(self.path)
        self.store = wiring.open_store(found.settings)
        self.daemon = wiring.daemon(found, wiring.open_house(found, self.store))
        self.rounds = self.daemon.rounds(self.daemon.pretended_clock())
        return self.rounds

    def stop(self) -> None:
        if self.daemon is not None and self.store is not None:
            self.daemon.stop()
            self.store.close()

    def edit(self, name: str, old: str, new: str) -> None:
        """Change a file as its owner would."""
        file = self.folder / name
        text = file.read_text("utf-8")
        assert old in text, f"{old!r} is not in {name}"
        file.write_text(text.replace(old, new), "utf-8")

    def concern(self, to: str, subject: str, sender: str = REFERRER) -> None:
        self.server.post(sender, [to], mail(sender, subject))

    def cases(self) -> list[str]:
        assert self.store is not None
        with self.store.read() as unit:
            return [view["case"][:3] for view in unit.views.list()]


@pytest.fixture
def server() -> Iterator[EmbeddedMail]:
    users = dict.fromkeys((*installation.people(), SOUTH, ADA), "secret")
    with EmbeddedMail(users) as running:
        yield running


@pytest.fixture
def pair(server: EmbeddedMail, tmp_path: Path) -> Iterator[Pair]:
    made = Pair(tmp_path, server)
    yield made
    made.stop()


def health(server: EmbeddedMail, administrator: str) -> list[str]:
    return [subject for subject in subjects(server, administrator) if subject.startswith("Health")]


# -- two offices ------------------------------------------------------------------------------------------------------


def test_both_are_served_by_one_daemon(pair: Pair, server):
    """Each mailbox is read, and each answers for its own office."""
    rounds = pair.start()
    pair.concern(COUNCIL, "Missed calls at Oakfield")
    pair.concern(SOUTH, "Missed calls at Oakfield too")
    rounds.move(MORNING)
    assert pair.cases() == ["CC-", "SO-"]
    assert sum("received your concern" in subject for subject in subjects(server, REFERRER)) == 2


def test_a_dead_mailbox_of_one_does_not_stop_the_other(pair: Pair, server):
    """The south's server is away: its own administrator hears of it, and the council works on."""
    pair.path.write_text(pair.path.read_text("utf-8") + "[office.south.imap]\nport = 1\n", "utf-8")
    rounds = pair.start()
    rounds.move(MORNING)
    pair.concern(COUNCIL, "Missed calls at Oakfield")
    rounds.move(MORNING + HOUR)
    assert pair.cases() == ["CC-"]
    assert len(health(server, ADA)) == 1 and health(server, ADMIN) == []


# -- at the start -----------------------------------------------------------------------------------------------------


def test_a_faulty_office_is_not_served_and_the_others_are(pair: Pair, server):
    """Its administrator and one of a served office hear of it once, with the line; nothing of it is lost."""
    rounds = pair.start()
    pair.concern(SOUTH, "Before the file was broken")
    rounds.move(MORNING)
    pair.edit("south.toml", 'title = "', 'titel = "')
    rounds = pair.start()
    pair.concern(COUNCIL, "Missed calls at Oakfield")
    pair.concern(SOUTH, "While it is broken", STRANGER)
    with capture_logs() as told:
        rounds.move(MORNING + timedelta(days=4))
    assert pair.cases() == ["CC-", "SO-"] and _due(pair, "T1", "SO") == "2027-02-01", "its clocks stand"
    assert told and not [line for line in told if line["event"] == "step.failed"]
    told = [x for x in health(server, ADA) if "south is not served" in x]
    assert told == [x for x in health(server, ADMIN) if "south is not served" in x] and len(told) == 1
    pair.edit("south.toml", 'titel = "', 'title = "')
    rounds.move(MORNING + timedelta(days=4, minutes=2))
    rounds.move(MORNING + timedelta(days=4, minutes=4))
    assert pair.cases() == ["CC-", "SO-", "SO-"], "what came meanwhile is read without a restart"
    assert sum("south are mended" in x for x in health(server, ADA)) == 1


def test_a_kept_mail_of_an_office_that_is_not_served_is_not_given_up(pair: Pair, server, monkeypatch):
    """Kept but not sorted when the file broke: it waits, and is sorted when the file is mended."""
    from mailflow.flow import sort

    rounds = pair.start()
    with monkeypatch.context() as broken:
        broken.setattr(sort, "sort_one", lambda house, now: False)
        pair.concern(SOUTH, "Kept, not sorted")
        rounds.move(MORNING)
    pair.edit("south/officers.csv", "@", "(at)")
    rounds = pair.start()
    rounds.move(MORNING + HOUR)
    assert pair.store is not None
    with pair.store.read() as unit:
        assert [kept.mailbox for kept in unit.inbox.by_state("kept")] == [SOUTH]
    pair.edit("south/officers.csv", "(at)", "@")
    pair.start().move(MORNING + 2 * HOUR)
    assert pair.cases() == ["SO-"]
    assert sum("south are mended" in x for x in health(server, ADA)) == 1, "a restart mends it, too"


def test_a_mail_to_both_is_each_ones_own_though_one_is_not_served(pair: Pair):
    """Somebody writes the same mail to both: what the other one has read before must not swallow it here."""
    rounds = pair.start()
    pair.concern(SOUTH, "Missed calls at Oakfield")
    rounds.move(MORNING)
    pair.edit("south/officers.csv", "@", "(at)")
    rounds = pair.start()
    pair.concern(COUNCIL, "Missed calls at Oakfield")
    rounds.move(MORNING + HOUR)
    assert pair.cases() == ["CC-", "SO-"]


# -- while it runs ----------------------------------------------------------------------------------------------------


def officer(pair: Pair, address: str) -> bool:
    assert pair.daemon is not None
    return pair.daemon.house.offices["south"].register.officer(address) is not None


def test_a_changed_register_is_taken_in_once_two_looks_have_seen_it(pair: Pair):
    """A minute apart, so that a file that is being copied is not taken in half."""
    rounds = pair.start()
    rounds.move(MORNING)
    file = pair.folder / "south" / "officers.csv"
    file.write_text(file.read_text("utf-8") + "New Person,new@south.example,,cmo,,,,,,\n", "utf-8")
    rounds.move(MORNING + MINUTE)
    assert not officer(pair, "new@south.example")
    rounds.move(MORNING + 2 * MINUTE)
    assert officer(pair, "new@south.example")


def test_asked_for_it_is_taken_in_at_once(pair: Pair):
    """SIGHUP: who asks has finished writing."""
    rounds = pair.start()
    rounds.move(MORNING)
    file = pair.folder / "south" / "officers.csv"
    file.write_text(file.read_text("utf-8") + "New Person,new@south.example,,cmo,,,,,,\n", "utf-8")
    assert pair.daemon is not None
    pair.daemon.ask_reload()
    rounds.run_until_idle(MORNING)
    assert officer(pair, "new@south.example")


def test_a_file_that_breaks_keeps_the_last_good_one(pair: Pair, server):
    """The office goes on with it; its administrator alone hears of it once, and once when it is mended."""
    rounds = pair.start()
    rounds.move(MORNING)
    pair.edit("south/officers.csv", "@", "(at)")
    for minutes in (2, 4, 60, 120):
        rounds.move(MORNING + minutes * MINUTE)
    pair.concern(SOUTH, "Missed calls at Oakfield")
    rounds.move(MORNING + 3 * HOUR)
    assert pair.cases() == ["SO-"] and officer(pair, "maya.okafor@council.example")
    assert [("files of the office south are faulty" in x) for x in health(server, ADA)] == [True]
    assert health(server, ADMIN) == []
    pair.edit("south/officers.csv", "(at)", "@")
    for minutes in (2, 4, 60):
        rounds.move(MORNING + 3 * HOUR + minutes * MINUTE)
    assert ["mended" in x for x in health(server, ADA)] == [False, True]


def test_of_several_daemons_one_tells_of_files_that_break_and_are_mended(pair: Pair):
    """All of them look at the same instant: another one that told first, in the middle, is not repeated."""
    pair.start()
    assert pair.daemon is not None and pair.store is not None
    found, house, store = wiring.install(pair.path), pair.daemon.house, pair.store
    one, two = (Watch(found, lambda fresh: wiring.open_house(fresh, store), house, tells=True) for _ in range(2))
    for watch in (one, two):
        watch.look(MORNING)
    alone = one._write

    def told(now: datetime) -> int:
        def beside(*words: object) -> None:
            two.ask()
            two.look(now + timedelta(seconds=1))
            alone(*words)

        one._write = beside  # type: ignore[method-assign, assignment]
        one.ask()
        one.look(now)
        with store.read() as unit:
            return len(unit.outbox.of_case("office:south"))

    pair.edit("south/officers.csv", "@", "(at)")
    assert told(MORNING + HOUR) == 1
    pair.edit("south/officers.csv", "(at)", "@")
    assert told(MORNING + 2 * HOUR) == 2


def test_settings_that_are_no_toml_change_nothing(pair: Pair, server):
    """Both offices go on, and both administrators hear of it."""
    rounds = pair.start()
    rounds.move(MORNING)
    good = pair.path.read_text("utf-8")
    pair.path.write_text(good + "\n[office.third\n", "utf-8")
    for minutes in (1, 2, 3):
        rounds.move(MORNING + minutes * MINUTE)
    pair.concern(SOUTH, "Missed calls at Oakfield")
    rounds.move(MORNING + HOUR)
    assert pair.cases() == ["SO-"]
    assert len(health(server, ADA)) == len(health(server, ADMIN)) == 1
    pair.path.write_text(good, "utf-8")
    for minutes in (1, 2, 3):
        rounds.move(MORNING + HOUR + minutes * MINUTE)
    assert len(health(server, ADA)) == len(health(server, ADMIN)) == 2


def test_an_office_that_is_not_served_stays_so_when_the_settings_break(pair: Pair):
    """What came for it goes on waiting; it is not taken for an office that was removed."""
    pair.edit("south/officers.csv", "@", "(at)")
    rounds = pair.start()
    rounds.move(MORNING)
    pair.path.write_text(pair.path.read_text("utf-8") + "\n[office.third\n", "utf-8")
    rounds.move(MORNING + MINUTE)
    rounds.move(MORNING + 2 * MINUTE)
    assert pair.daemon is not None and pair.daemon.house.faulty == {"south"}


def test_a_new_edition_is_for_new_cases_only(pair: Pair):
    """Open cases stay on the edition they began with."""
    rounds = pair.start()
    pair.concern(SOUTH, "The first")
    rounds.move(MORNING)
    pair.edit("south.toml", "hold_days = { value = 28 }", "hold_days = { value = 35 }")
    rounds.move(MORNING + MINUTE)
    rounds.move(MORNING + 2 * MINUTE)
    pair.concern(SOUTH, "The second", STRANGER)
    rounds.move(MORNING + 3 * MINUTE)
    assert pair.store is not None and pair.daemon is not None
    house = pair.daemon.house
    with pair.store.read() as unit:
        editions = [view["edition"] for view in unit.views.list("SO")]
    days = [house.procedure_of(house.offices["south"], edition).settings["hold_days"] for edition in editions]
    assert days == [28, 35]


def test_a_closure_declared_while_it_runs_moves_open_dates(pair: Pair):
    """K12 without a restart: the settings' closures and the calendars' files count from the second look."""
    rounds = pair.start()
    pair.concern(SOUTH, "Missed calls at Oakfield")
    rounds.move(MORNING)
    before = _due(pair, "T3")
    pair.edit("mailflow.toml", 'calendar = "uk-sct"', f'calendar = "uk-sct"\nclosures = ["{before}"]')
    rounds.move(MORNING + MINUTE)
    rounds.move(MORNING + 2 * MINUTE)
    assert _due(pair, "T3") > before


def _due(pair: Pair, timer: str, prefix: str = "") -> str:
    assert pair.store is not None
    with pair.store.read() as unit:
        (view,) = unit.views.list(prefix)
    return next(t["on"] for t in view["timers"] if t["timer"] == timer)


def test_what_only_a_start_can_change_stays(pair: Pair):
    """An address or a server that changed under a running daemon is not half taken in; the log asks for a restart."""
    rounds = pair.start()
    rounds.move(MORNING)
    pair.edit("mailflow.toml", SOUTH, "other@south.example")
    with capture_logs() as told:
        rounds.move(MORNING + MINUTE)
        rounds.move(MORNING + 2 * MINUTE)
    assert pair.daemon is not None and pair.daemon.house.offices["south"].address == SOUTH
    assert "address" in [line["key"] for line in told if line["event"] == "configuration.restart"]
    pair.edit("mailflow.toml", f"port = {pair.server.smtp_port}", "port = 1")
    rounds.move(MORNING + 3 * MINUTE)
    rounds.move(MORNING + 4 * MINUTE)
    pair.concern(SOUTH, "Missed calls at Oakfield")
    rounds.move(MORNING + 5 * MINUTE)
    assert len(subjects(pair.server, REFERRER)) == 1, "the first letter leaves by the server of the start"


def test_an_office_added_while_it_runs_is_served(pair: Pair):
    """A new table in mailflow.toml needs no restart."""
    whole = pair.path.read_text("utf-8")
    pair.path.write_text(whole[: whole.index("[office.south]")], "utf-8")
    rounds = pair.start()
    rounds.move(MORNING)
    pair.path.write_text(whole, "utf-8")
    rounds.move(MORNING + MINUTE)
    rounds.move(MORNING + 2 * MINUTE)
    pair.concern(SOUTH, "Missed calls at Oakfield")
    rounds.move(MORNING + 3 * MINUTE)
    assert pair.cases() == ["SO-"]
