"""What one event costs: a mail sorted, a word taken, a letter claimed, with few and with many cases in the store.

In: the number of cases to fill the store with (first argument; 200 if left out).
Out: a table of milliseconds on the standard output.
Fails: never of its own accord.
Limits: one process, one thread, one disk, mails of a few hundred octets; see bench/README.md.
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime

from bench.house import HEAD, NOW, house, timed, told
from mailflow import logs
from mailflow.flow.advance import advance
from mailflow.flow.collect import identity_of
from mailflow.flow.ports import House
from mailflow.flow.sort import sort_one
from mailflow.procedure.events import Actor, Commands, LetterSettled, Said

CASES, STEPS, LONG = 200, 60, 150
OFFICER = Actor("maya.okafor@council.example", "Maya Okafor", frozenset({"cmo"}))


def octets(n: int, folder: str) -> bytes:
    """A stranger's concern, different each time."""
    mail = EmailMessage()
    mail["From"] = f"Nora Nurse <nurse{folder}{n}@health.example>"
    mail["To"] = "contract.concerns@council.example"
    mail["Subject"] = f"Missed visits {n}"
    mail["Date"] = format_datetime(NOW)
    mail["Message-ID"] = f"<{folder}{n}@health.example>"
    mail.set_content(f"Carers did not come on {n} occasions. I am worried about the residents.\n" * 5)
    return mail.as_bytes()


def keep(home: House, n: int, folder: str) -> None:
    """One mail into the inbox, as the intake loop does it."""
    raw = octets(n, folder)
    box = next(iter(home.offices.values())).mailbox
    arrived = NOW + timedelta(seconds=n)
    with home.store.unit() as unit:
        place = {"mailbox": box, "folder": folder, "uidvalidity": 1, "uid": n + 1}
        sender = f"nurse{folder}{n}@health.example"
        unit.inbox.keep(identity_of(raw)[0], raw, **place, arrived_at=arrived, kept_at=arrived, sender=sender)


def note(home: House, ref: str, n: int) -> None:
    """The cheapest word there is: one commit that moves nothing but answers the officer."""
    said = Said("note", OFFICER, NOW + timedelta(hours=1), f"mail-{n}", {"text": "seen"}, line="Note: seen")
    with home.store.unit() as unit:
        advance(home, unit, ref, Commands((said,)), cause=f"bench:note:{n}", now=NOW + timedelta(hours=1))


def screen(home: House, ref: str, n: int) -> None:
    """A word that moves a case, ends its clocks and writes a letter to the referrer."""
    said = Said("low_level", OFFICER, NOW + timedelta(hours=2), f"mail-{n}", {}, line="Not eligible: low level")
    with home.store.unit() as unit:
        advance(home, unit, ref, Commands((said,)), cause=f"bench:screen:{n}", now=NOW + timedelta(hours=2))


def carry(home: House, n: int) -> None:
    """Claim one letter and settle it as sent, with what its case makes of that; no server is asked."""
    now = NOW + timedelta(days=1, seconds=n)
    with home.store.unit() as unit:
        claimed = unit.outbox.claim(now, lease_seconds=60)
    for letter, envelopes in claimed:
        with home.store.unit() as unit:
            for envelope in envelopes:
                unit.outbox.settle(letter.id, envelope.recipient, "sent", "250 ok", at=now)
            event = LetterSettled(letter.id, "sent", now)
            advance(home, unit, letter.case, event, cause=f"letter:{letter.id}/sent", now=now)


def bare_commits(steps: int) -> list[tuple[float, float]]:
    """The floor under everything: one row and one commit with the standard library alone, same settings."""
    with tempfile.TemporaryDirectory(prefix="mailflow-bench-") as folder:
        db = sqlite3.connect(f"{folder}/bare.sqlite3", isolation_level=None)
        db.execute("pragma journal_mode=wal")
        db.execute("pragma synchronous=full")
        db.execute("create table t (n integer primary key, words text)")

        def one(n: int) -> None:
            db.execute("begin immediate")
            db.execute("insert into t values (?, ?)", (n, "x" * 500))
            db.execute("commit")

        found = timed(steps, one)
        db.close()
        return found


def measure(home: House, filled: int, start: int) -> list[str]:
    """One block of the table: every step with so many cases in the store."""
    folder = f"INBOX{start}"
    lines = [f"with {filled} cases in the store"]
    lines.append(told("  keep one mail (commit 1)", timed(STEPS, lambda n: keep(home, start + n, folder))))
    lines.append(told("  sort it: a new case, two letters (commit 2)", timed(STEPS, lambda n: sort_one(home, NOW))))
    with home.store.read() as unit:
        refs = unit.log.cases()[-STEPS:]
    lines.append(told("  advance: a note", timed(STEPS, lambda n: note(home, refs[n % len(refs)], start + n))))
    lines.append(told("  advance: screened out, one letter", timed(STEPS, lambda n: screen(home, refs[n], start + n))))
    lines.append(told("  claim, settle, tell the case (3 and 4)", timed(STEPS, lambda n: carry(home, start + n))))
    return lines


def main(cases: int) -> None:
    """Measure on an empty store, fill it, measure again."""
    logs.configure("json", "error", lambda: NOW)
    print(HEAD)
    print(told("one bare commit (sqlite3, WAL, synchronous FULL)", bare_commits(200)))
    with house() as home:
        print("\n".join(measure(home, 0, 0)))
        for n in range(STEPS, STEPS + cases):
            keep(home, n, "FILL")
        while sort_one(home, NOW):
            pass
        print("\n".join(measure(home, STEPS + cases, STEPS + cases)))
        with home.store.read() as unit:
            ref = unit.log.cases()[-1]
        long = timed(LONG, lambda n: note(home, ref, 10_000_000 + n))
        print(told(f"  advance: a note, one case with {LONG} of them", long[-20:]))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else CASES)
