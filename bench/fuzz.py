"""Mutated mails through every reader: nothing may raise, take a second, or take much memory.

In: --messages, --seed, --jobs, --out (a folder for offending mails); or --replay SEED:NUMBER --out FOLDER.
Out: figures, the seed and every finding on the standard output; offending mails as files.
Fails: exit 1 on any finding.
Limits: message K of a seed is always the same as long as the corpus is; what is found depends on luck and patience.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from bench import inspect as made
from bench.mutations import mutated
from mailflow.cli.surroundings import shipped
from mailflow.mail import authenticity, commands, correlate, dsn, html_text, inspection

CORPUS = Path(__file__).resolve().parent.parent / "tests" / "corpus"
MESSAGES, SEED, JOBS = 20_000, 1, 2
MOST_SECONDS, MOST_MEGABYTES, ABANDON_AFTER = 1.0, 300, 20.0
BATCH = 100
MADE = 40
PREFIXES = frozenset({"CC", "ISS"})
NAMES = ("subject", "body_text", "reply_text", "quoted_text", "signature")


class TooLong(BaseException):
    """Given up: raised by the timer wherever the reading stands; no reader may catch it."""


@dataclass
class Tally:
    """What became of some messages. `slowest` is (seconds, number); a finding is (number, what)."""

    messages: int = 0
    octets: int = 0
    seconds: float = 0.0
    kinds: Counter[str] = field(default_factory=Counter)
    slowest: tuple[float, int] = (0.0, 0)
    megabytes: int = 0
    findings: list[tuple[int, str]] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Take in another tally."""
        self.messages += other.messages
        self.octets += other.octets
        self.seconds += other.seconds
        self.kinds += other.kinds
        self.slowest = max(self.slowest, other.slowest)
        self.megabytes = max(self.megabytes, other.megabytes)
        self.findings += other.findings


@cache
def originals() -> tuple[bytes, ...]:
    """The mails that are mutated: the whole corpus, and some made ones with files and HTML."""
    dice = random.Random(made.SEED)
    written = [path.read_bytes() for path in sorted(CORPUS.glob("*/*.eml"))]
    return (*written, *(made.mail(dice, n) for n in range(MADE)))


def message(seed: int, number: int) -> bytes:
    """Message `number` of a seed, always the same."""
    return mutated(random.Random(f"{seed}:{number}"), originals())


def read(octets: bytes) -> str:
    """Let every reader look at one mail and check what must always hold; the kind it was given."""
    offices = shipped()
    seen = inspection.inspect(octets, offices)
    told = json.dumps(inspection.as_record(seen), ensure_ascii=False).encode("utf-8")
    record = json.loads(told)
    mail = seen.message
    if mail is None:
        return "unreadable"
    assert all("\x00" not in record[name] for name in NAMES), "a NUL in a text"
    assert "\n" not in record["subject"] and len(record["subject"]) <= 1_000, "a subject that is no line"
    assert all("/" not in a.name and "\n" not in a.name for a in mail.attachments), "a file name that is a path"
    # Whatever kind it is taken for: the readers of the other kinds must bear it as well.
    dsn.read_bounce(mail)
    correlate.correlate(
        mail, seen.reply, PREFIXES, lambda message_id: "CC-2027-0042-K7" if "letter" in message_id else ""
    )
    authenticity.judge(mail, "mx.council.example")
    html_text.safe_html(mail.html)
    on = inspection.UNDATED
    for known in offices[0].vocabularies:
        said = commands.read(seen.reply.new, mail.subject, known.forms, on, inspection.add_weekdays)
        assert not (said.sayings and said.doubts), "words that are acted on and doubtful"
    return seen.kind.name


def tried(seed: int, numbers: range) -> Tally:
    """Read these messages of a seed, each within bounds."""
    tally = Tally()
    # A process that has run other tests may have been as large before.
    allowed = max(MOST_MEGABYTES, _most_used() + MOST_MEGABYTES // 2)
    for number in numbers:
        octets = message(seed, number)
        tally.messages += 1
        tally.octets += len(octets)
        began = time.process_time()
        signal.signal(signal.SIGVTALRM, _give_up)
        signal.setitimer(signal.ITIMER_VIRTUAL, ABANDON_AFTER)
        try:
            tally.kinds[read(octets)] += 1
        except TooLong:
            tally.findings.append((number, f"given up after {ABANDON_AFTER} s"))
        except Exception as error:
            place = error.__traceback__
            while place and place.tb_next:
                place = place.tb_next
            where = f"{Path(place.tb_frame.f_code.co_filename).name}:{place.tb_lineno}" if place else ""
            tally.findings.append((number, f"{type(error).__name__}: {str(error)[:100]} at {where}"))
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        took = time.process_time() - began
        tally.seconds += took
        tally.slowest = max(tally.slowest, (took, number))
        if took > MOST_SECONDS:
            tally.findings.append((number, f"took {took:.2f} s"))
        used = _most_used()
        if used > allowed >= tally.megabytes:
            tally.findings.append((number, f"{used} MB used"))
        tally.megabytes = max(tally.megabytes, used)
    return tally


def _most_used() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _give_up(_signal: int, _frame: object) -> None:
    raise TooLong


def batches(seed: int, count: int, jobs: int) -> Iterator[Tally]:
    """Tallies of all messages, from so many processes."""
    spans = [range(first, min(first + BATCH, count)) for first in range(0, count, BATCH)]
    if jobs <= 1:
        yield from (tried(seed, span) for span in spans)
        return
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(tried, [seed] * len(spans), spans)


def main() -> int:
    """Read, print, write what was found; the exit status."""
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--messages", type=int, default=MESSAGES)
    options.add_argument("--seed", type=int, default=SEED)
    options.add_argument("--jobs", type=int, default=JOBS)
    options.add_argument("--out", type=Path, default=Path("build/fuzz"))
    options.add_argument("--replay", metavar="SEED:NUMBER")
    asked = options.parse_args()
    if asked.replay:
        seed, number = map(int, asked.replay.split(":"))
        kept(asked.out, seed, number)
        tally = tried(seed, range(number, number + 1))
    else:
        tally, last = Tally(), time.monotonic()
        for one in batches(asked.seed, asked.messages, asked.jobs):
            tally.add(one)
            if time.monotonic() - last > 60:
                print(f"{tally.messages} read, {len(tally.findings)} findings", file=sys.stderr)
                last = time.monotonic()
        seed = asked.seed
    seconds, number = tally.slowest
    print(
        f"{tally.messages} messages of seed {seed}, {tally.octets / 1e6:.0f} MB, {tally.seconds:.0f} s of a processor"
    )
    print("kinds: " + ", ".join(f"{kind} {count}" for kind, count in tally.kinds.most_common()))
    print(f"slowest {seconds:.2f} s ({seed}:{number}), most memory {tally.megabytes} MB")
    for number, what in sorted(tally.findings):
        print(f"{seed}:{number}: {what} -> {kept(asked.out, seed, number)}")
    print(f"{len(tally.findings)} findings")
    return int(bool(tally.findings) or tally.megabytes > MOST_MEGABYTES)


def kept(folder: Path, seed: int, number: int) -> Path:
    """The message as a file."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{seed}-{number}.eml"
    path.write_bytes(message(seed, number))
    return path


if __name__ == "__main__":
    sys.exit(main())
