"""A bad day's morning: so many mails wait in the mailbox when the daemon starts; what it takes until all are kept.

    .venv/bin/python -m bench.days 50000 --minutes 15
    .venv/bin/python -m bench.days --outage 300          (bench/outage.py)

In: a Maildir made for the run in a folder that goes away; a submission server that keeps nothing.
Out: time until all are kept, how many are sorted, the peak of memory, how long letters waited that fell due meanwhile.
Fails: SystemExit when a mail is missing from the ledger in the end, or kept twice.
Limits: nine of ten mails are a machine's, as in a mailbox that a newsletter or a fault has filled; a person's is longer
  in the sorting (bench/steps.py). It ends after the given minutes even if sorting has not come to its end.
"""

from __future__ import annotations

import argparse
import socket
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from mailflow import logs, wiring
from mailflow.loops.daemon import Daemon
from mailflow.store import Letter, Store
from tests import installation

STARTED = datetime.now(UTC)
SPREAD = timedelta(days=5)
LETTER_EVERY = 5.0  # seconds
BODY = "The kitchen was cold again and nobody answered the telephone.\r\n" * 15


def fill(box: Path, count: int) -> None:
    """Mails of the last five days: nine of ten a machine's, one of a hundred from somebody new."""
    for part in ("new", "cur", "tmp"):
        (box / part).mkdir(parents=True)
    for n in range(count):
        at = STARTED - SPREAD + SPREAD * n / count
        person = n % 10 == 0
        who = f"person{n % 1000}@mail{n % 97}.example" if person else f"news@list{n % 50}.example"
        head = f"From: {who}\r\nTo: {installation.COUNCIL}\r\nSubject: News {n}\r\nMessage-ID: <{n}@bench.example>\r\n"
        if not person:
            head += (
                "List-Id: <news.bench.example>\r\nList-Unsubscribe: <https://bench.example/u>\r\nPrecedence: bulk\r\n"
            )
            head += "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\nAuto-Submitted: auto-generated\r\n"
        (box / "new" / f"{int(at.timestamp())}.M{n}P1.mx").write_bytes(f"{head}\r\n{n} {BODY}".encode())


def memory() -> float:
    """The peak of this process, in MB."""
    words = Path("/proc/self/status").read_text("ascii")
    return int(words.split("VmHWM:")[1].split()[0]) / 1024


def letter(store: Store, n: int) -> None:
    """A letter that may leave now."""
    now = datetime.now(UTC)
    octets = f"From: {installation.COUNCIL}\r\nSubject: bench {n}\r\n\r\nWords.\r\n".encode()
    put = Letter(
        id=f"office:council/bench-{n}", case="office:council", machine="", template="M60", party="officer",
        message_id=f"<bench-{n}@council.example>", octets=octets, mail_from=installation.COUNCIL, leave_at=now, why="",
        party_mail=False, priority=0, seq=n, recorded_at=now,
    )  # fmt: skip
    with store.unit() as unit:
        unit.outbox.put(put, [installation.ADMIN], home=installation.COUNCIL)


def counts(file: Path) -> dict[str, int]:
    """How many mails stand in which state; by a connection that reads nothing else."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
        return dict(database.execute("SELECT state, count(*) FROM inbox GROUP BY state"))


def reasons(file: Path) -> list[tuple[str, int]]:
    """The commonest reasons for what became of mails."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
        asked = (
            "SELECT state || ': ' || coalesce(reason, ''), count(*) AS n FROM inbox GROUP BY 1 ORDER BY n DESC LIMIT 6"
        )
        return database.execute(asked).fetchall()


class Sink:
    """A submission server that keeps nothing, so that the memory measured here is the daemon's."""

    def __init__(self) -> None:
        self.left: dict[str, float] = {}  # when a letter of the bench came, by its number

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """Note the bench's own letters."""
        octets = envelope.original_content or b""
        if b"Subject: bench " in octets:
            self.left[octets.split(b"Subject: bench ")[1].split(b"\r\n")[0].decode()] = time.monotonic()
        return "250 2.0.0 Ok"


@contextmanager
def listening(sink: Sink) -> Iterator[int]:
    """The port at which it listens."""
    with socket.create_server(("127.0.0.1", 0)) as free:  # the library asks for a number, and 0 is none to it
        port = free.getsockname()[1]
    anybody = {"auth_require_tls": False, "authenticator": lambda *_: AuthResult(success=True)}
    controller = Controller(sink, hostname="127.0.0.1", port=port, **anybody)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def run(count: int, minutes: float) -> None:
    """Fill, start, watch, print."""
    sink = Sink()
    with tempfile.TemporaryDirectory(prefix="mailflow-days-") as name, listening(sink) as port:
        folder = Path(name)
        fill(folder / "box", count)
        (folder / "house").mkdir()
        path = installation.write(folder / "house", 1, port, pretend=False)
        words = path.read_text("utf-8")
        words = words.replace('address = "contract', f'maildir = "{folder / "box"}"\naddress = "contract', 1)
        path.write_text(words + "[limits]\nper_address_per_hour = 1000000\nper_hour = 1000000\n", "utf-8")
        found = wiring.install(path)
        logs.configure("json", "error", wiring.wall_clock)
        store = wiring.open_store(found.settings)
        file = folder / "house" / "mailflow.sqlite3"
        daemon: Daemon = wiring.daemon(found, wiring.open_house(found, store))
        print(f"{count} mails wait; memory before {memory():.0f} MB")
        began = time.monotonic()
        daemon.start()
        try:
            put, kept_all = watch(store, file, count, began, minutes)
        finally:
            stopping = time.monotonic()
            daemon.stop()
        stopped = time.monotonic() - stopping
        ends = counts(file)
        waits = [sink.left[str(n)] - at for n, at in put.items() if str(n) in sink.left]
        print(f"all kept after {kept_all:.0f} s" if kept_all else "not all kept in time")
        print(
            f"after {stopping - began:.0f} s: {ends}; stopped within {stopped:.1f} s; peak of memory {memory():.0f} MB"
        )
        for reason, number in reasons(file):
            print(f"  {number} {reason}")
        print(f"{len(put)} letters fell due meanwhile, {len(waits)} left before the stop", end="")
        print(f": median {statistics.median(waits):.2f} s, longest {max(waits):.2f} s after" if waits else "")
        with store.read() as unit:
            known = len(unit.inbox.seen_uids(installation.COUNCIL, "INBOX", uidvalidity(folder / "box")))
        store.close()
        if kept_all and known != count:
            raise SystemExit(f"the ledger knows {known} of {count} mails")


def uidvalidity(box: Path) -> int:
    """That of the Maildir's list."""
    from mailflow.mailbox.maildir import MaildirSource

    listing = MaildirSource(box, name=installation.COUNCIL).listed("INBOX")
    return listing.uidvalidity if listing else 0


def watch(store: Store, file: Path, count: int, began: float, minutes: float) -> tuple[dict[int, float], float]:
    """Put a letter every few seconds until all is sorted or the time is over; when each was put, when all was kept."""
    put: dict[int, float] = {}
    kept_all, n = 0.0, 0
    while time.monotonic() - began < minutes * 60:
        time.sleep(LETTER_EVERY)
        n += 1
        letter(store, n)
        put[n] = time.monotonic()
        now = counts(file)
        if not kept_all and sum(now.values()) >= count:
            kept_all = time.monotonic() - began
        if kept_all and not now.get("kept"):
            break
    return put, kept_all


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="bench.days", description=__doc__.partition("\n")[0])
    parser.add_argument("mails", type=int, nargs="?", default=50_000)
    parser.add_argument("--minutes", type=float, default=15.0)
    parser.add_argument("--outage", type=int, metavar="CASES", help="so many cases due after five days away, instead")
    given = parser.parse_args()
    if given.outage:
        from bench import outage

        outage.run(given.outage)
    else:
        run(given.mails, given.minutes)
