"""SIGKILL in the commits of rare days: a broken template, a lost edition, a rota with a gap, a restored database.

An office in one process (tests/flow/bench.py) does one such step: once undisturbed, and once in a forked process that
dies in the step's commit and is done again, as after a restart. Every row of both databases is to be the same. None of
these steps speaks to a mail service, so its manners change nothing.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest

from mailflow.documents.letters import Letters
from mailflow.flow import editions
from mailflow.flow.calendar_watch import warn_of_calendars
from mailflow.flow.deliver import Courier
from mailflow.flow.doubt import tell_owed
from mailflow.flow.rota_watch import warn_of_gaps
from mailflow.flow.sort import sort_one
from mailflow.flow.summarise import due_digests
from mailflow.flow.unrendered import retry_unrendered
from mailflow.register.rota import Duty
from mailflow.store import Store
from mailflow.submission.verdict import Phased, Verdict
from tests.crash.forked import dies
from tests.crash.points import RARE
from tests.flow.bench import JOAN, MAYA, OLIVE, ROOT, TOM, Bench, at, procedure, write
from tests.flow.test_editions import TEXT
from tests.flow.test_rota import span

Do = Callable[[Bench], object]
Change = Callable[[Bench], None]


def as_it_is(_bench: Bench) -> None:
    """The office as it is shipped."""


@dataclass(frozen=True)
class Rare:
    """`before` comes to pass under `first`, then `step` under `then`, which passes the commit's fail points."""

    step: Do
    then: Change = as_it_is
    before: Do = as_it_is
    first: Change = as_it_is


# -- how an office is changed -----------------------------------------------------------------------------------------


@cache
def templates(folder: Path, name: str, word: str) -> Path:
    """The templates with one letter that asks for what nobody can give."""
    copy = folder / word
    shutil.copytree(ROOT / "templates", copy)
    path = next(copy.glob(f"*/{name}.j2"))
    text = path.read_text("utf-8")
    path.write_text(text.replace("{% block body %}", "{% block body %}{{ " + word + ".this }}"), "utf-8")
    return copy


def broken(name: str, word: str = "nobody_knows", also: Change = as_it_is) -> Change:
    """The letter `name` cannot be rendered."""

    def change(bench: Bench) -> None:
        also(bench)
        database = Path(str(bench.store._engine.url.database))
        folder = templates(database.parents[1], name, f"{word}_{name}")
        bench.house = replace(bench.house, letters=Letters([folder]))

    return change


def with_office(bench: Bench, **changes: object) -> None:
    bench.office = replace(bench.office, **changes)  # type: ignore[arg-type]
    bench.house = replace(bench.house, offices={"council": bench.office})


def calendar_at_its_end(bench: Bench) -> None:
    with_office(bench, calendar=replace(bench.office.calendar, last_year=2027))


def rota_with_a_gap(bench: Bench) -> None:
    duties = (Duty("cmo", TOM, span("2027-02-01", "2027-02-05")), Duty("cmo", MAYA, span("2027-02-15", "2028-12-31")))
    with_office(bench, register=replace(bench.office.register, rota=duties))


def edition_lost(bench: Bench) -> None:
    """The text under which the case began cannot be read by this version; the office runs another."""
    text = TEXT.replace('by = ["cmo"]', 'by = ["nobody"]', 1) + "\nnonsense = 1\n"
    with bench.store.unit() as unit:
        editions.keep(unit, procedure().edition, text)
    with_office(bench, procedure=replace(procedure(), edition="newer"))
    bench.house = replace(bench.house, editions=editions.Editions(bench.store))


# -- what they do -----------------------------------------------------------------------------------------------------


def reply(bench: Bench) -> None:
    bench.mail("2027-02-03 10:00", JOAN, f"Re: {bench.tag()}", "We accept this.")


def keep(bench: Bench, octets: bytes) -> None:
    with bench.store.unit() as unit:
        unit.inbox.keep(
            "the-mail",
            octets,
            mailbox=bench.office.mailbox,
            folder="INBOX",
            uidvalidity=1,
            uid=2000,
            arrived_at=bench.now,
            kept_at=bench.now,
            sender="",
        )


def unread_mail(bench: Bench) -> None:
    """A mail on the case is kept, and nobody has sorted it yet."""
    bench.to("2027-02-10 09:00")
    keep(bench, write(OLIVE, f"Re: {bench.tag()}", "Any news?"))


def until(when: str) -> Change:
    return lambda bench: bench.to(when)


def sorting(bench: Bench) -> None:
    while sort_one(bench.house, at("2027-02-10 09:00")):
        pass


def retrying(bench: Bench) -> None:
    retry_unrendered(bench.house, at("2027-02-03 11:00"))


CASES = {
    "calendars": Rare(lambda b: warn_of_calendars(b.house, at("2027-11-03 09:00")), calendar_at_its_end),
    "rota": Rare(lambda b: warn_of_gaps(b.house, at("2027-02-01 12:00")), rota_with_a_gap),
    "stranded": Rare(lambda b: editions.warn_of_stranded(b.house, at("2027-02-02 09:00")), edition_lost),
    "digest_failed": Rare(
        lambda b: due_digests(b.house, at("2027-02-16 08:00")), broken("M56"), until("2027-02-16 07:00")
    ),
    "quarantine_untold": Rare(sorting, broken("M60", also=edition_lost), unread_mail),
    "unrendered": Rare(retrying, broken("M23", "nobody_else"), reply, broken("M23")),
    "rendered": Rare(retrying, as_it_is, reply, broken("M23")),
}


# -- both ways --------------------------------------------------------------------------------------------------------


@contextmanager
def opened(path: Path, change: Change, now: datetime | None = None) -> Iterator[Bench]:
    """An office on this database, with nothing of it left open afterwards."""
    store = Store(f"sqlite:///{path}", busy_ms=500)
    try:
        bench = Bench(store)
        bench.now = now or at("2027-02-01 11:30")
        change(bench)
        yield bench
    finally:
        store.close()


def everything(path: Path) -> dict[str, list[str]]:
    """Every row of every table; but how often a mail was tried is counted also when a try ends in death."""
    found: dict[str, list[str]] = {}
    with closing(sqlite3.connect(path)) as file:
        for (table,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            columns = [row[1] for row in file.execute(f'PRAGMA table_info("{table}")') if row[1] != "tries"]
            rows = file.execute(f'SELECT {", ".join(f""""{c}" """ for c in columns)} FROM "{table}"').fetchall()
            found[table] = sorted(repr(row) for row in rows if not str(row[0]).startswith("given up:"))
    return found


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A concern that is with the provider since 1 February 2027."""
    path = tmp_path_factory.mktemp("begun") / "office.db"
    store = Store(f"sqlite:///{path}")
    store.migrate()
    Bench(store).with_provider()
    store.close()
    return path


@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize("purpose", CASES)
def test_done_again_after_its_commit_was_killed(begun: Path, tmp_path: Path, purpose: str, side: str) -> None:
    """Nobody can tell from the database that the process died there: each thing is told once, each letter is there
    once."""
    rare, killed, quiet = CASES[purpose], tmp_path / "a" / "killed.db", tmp_path / "a" / "quiet.db"
    killed.parent.mkdir()
    shutil.copy(begun, killed)
    with opened(killed, rare.first) as bench:
        rare.before(bench)
        now = bench.now
    shutil.copy(killed, quiet)
    before = everything(killed)

    def step(path: Path) -> None:
        with opened(path, rare.then, now) as bench:
            rare.step(bench)

    step(quiet)
    point = f"commit.{purpose}.{side}"
    assert dies(point, lambda: step(killed)) == point
    step(killed)
    assert everything(killed) == everything(quiet)
    assert everything(quiet) != before


# -- a letter whose case cannot hear of it ----------------------------------------------------------------------------


class Way:
    """A server that takes everything; what it has taken stays when the daemon dies."""

    def __init__(self, taken: Path) -> None:
        self._taken = taken

    def send(
        self, mail_from: str, to: Sequence[str], octets: bytes, envid: str, on_phase: Phased
    ) -> dict[str, Verdict]:
        on_phase("dot")
        with open(self._taken, "a") as taken:
            taken.write(f"{envid}\n")
        return {one: Verdict("sent", False, "250 2.0.0 Ok") for one in to}

    def close(self) -> None:
        """Nothing to hang up."""


@pytest.mark.parametrize(("side", "state"), [("before", "in_doubt"), ("after", "sent")])
def test_a_letter_has_left_whatever_its_case_makes_of_it(begun: Path, tmp_path: Path, side: str, state: str) -> None:
    """Killed while the verdict alone is stored, the case standing still: the letter leaves once, and its case hears of
    it when it goes on. A verdict that was lost is a letter in doubt, never a second copy."""
    path, taken = tmp_path / "office.db", tmp_path / "taken"
    shutil.copy(begun, path)

    def carry() -> None:
        with opened(path, edition_lost, at("2027-02-03 10:00")) as bench:
            courier = Courier(bench.house, lambda _office: Way(taken))
            courier.recover(bench.now, everyone=True)
            while courier.step(bench.now):
                pass

    with opened(path, as_it_is, at("2027-02-03 09:59")) as bench:
        octets = write(JOAN, f"Re: {bench.tag()}", "We accept this.")
        keep(bench, octets)
        assert sort_one(bench.house, at("2027-02-03 10:00"))
    point = f"commit.verdict.{side}"
    assert dies(point, carry) == point
    carry()
    letters = taken.read_text("utf-8").split()
    assert sorted(letters) == sorted(set(letters)) and any("/M23/" in letter for letter in letters)
    with opened(path, as_it_is, at("2027-02-03 11:00")) as bench:
        while tell_owed(bench.house, bench.now):
            pass
        killed_at = letters[0]
        with bench.store.read() as unit:
            _letter, envelopes = unit.outbox.get(killed_at)
            assert {one.state for one in envelopes} == {state}
            heard = {line.cause for line in unit.log.read(bench.ref())}
        assert (f"letter:{killed_at}/sent" in heard) == (state == "sent")


def test_the_table_of_points_names_those_of_this_file() -> None:
    """So that every point is known to be killed somewhere."""
    purposes = (*CASES, "verdict", "collected", "catch_up")
    assert sorted(RARE) == sorted(f"commit.{purpose}.{side}" for purpose in purposes for side in ("before", "after"))
