"""Five days away with many cases due: what leaves afterwards, when, how often, and what it says.

    .venv/bin/python -m bench.days --outage 300

In: an office of its own in a folder that goes away (tests/flow), with the limits as shipped.
Out: how many reminders left, on which days and between which hours, the fullest hour, and how many say what they must.
Fails: SystemExit when a case got none or more than one, or one at night, over a limit, with untrue dates, or one that
  does not say why it is late.
Limits: a pretended clock and no network; the figures of time are the program's own work.
"""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from mailflow import logs, wiring
from mailflow.flow.ports import Limits
from mailflow.store import Store
from tests.flow.bench import JOAN, at
from tests.flow.test_five_days import AWAY, BACK, many_waiting
from tests.flow.war import Front, fight

HOUR = timedelta(hours=1)
UNTIL = "2027-02-26 18:00"
LATE = "This should have been sent on Monday 15 February 2027. It is late"


def run(count: int) -> None:
    """Let the cases come to where the provider's answers are due, be away, come back, print."""
    logs.configure("json", "error", wiring.wall_clock)
    with tempfile.TemporaryDirectory(prefix="mailflow-outage-") as name:
        store = Store(f"sqlite:///{Path(name) / 'mailflow.db'}")
        store.migrate()
        front = Front(store)
        most = front.most_steps = 10 * count + 500
        # Every budget, but not undo_minutes: the letters are to leave on the day itself.
        wide = dict.fromkeys((name for name in Limits.__dataclass_fields__ if "per_" in name), most)
        front.limit(**wide)
        began = time.process_time()
        refs = many_waiting(front, count)
        print(f"{len(refs)} cases wait for the provider's answer ({time.process_time() - began:.0f} s of CPU)")
        front.house = replace(front.house, limits=Limits())
        front.courier.renew(front.house)
        fight(front, until=at(AWAY))
        front.left.clear()
        began = time.process_time()
        front.at(at(BACK))
        fight(front, until=at(UNTIL))
        spent = time.process_time() - began
        faults = _told(front, refs)
        front.nothing_lost()
        store.close()
    print(f"{spent:.1f} s of CPU from {BACK} to {UNTIL} UTC")
    if faults:
        raise SystemExit("; ".join(faults))


def _fullest(instants: list[datetime]) -> int:
    """The most within any hour."""
    return max((sum(first <= x < first + HOUR for x in instants[n:]) for n, first in enumerate(instants)), default=0)


def _told(front: Front, refs: list[str]) -> list[str]:
    """Print what left; answers what is wrong with it."""
    reminders = front.letters("M22", JOAN)
    times = sorted(x.at for x in reminders)
    each = Counter(x.case for x in reminders)
    days = Counter((x.case, x.at.date()) for x in front.letters("M22"))
    fullest, whole = _fullest(times), _fullest(sorted(x.at for x in front.left))
    said = sum(LATE in x.words for x in reminders)
    dated = sum(f"Date: {x.at:%A} {x.at.day} {x.at:%B %Y}" in x.words for x in reminders)
    night = [x for x in times if x.weekday() > 4 or not 8 <= x.hour < 17]
    for day, number in sorted(Counter(x.date().isoformat() for x in times).items()):
        ours = [x for x in times if x.date().isoformat() == day]
        print(f"  {day}: {number} reminders to the provider, {ours[0]:%H:%M} to {ours[-1]:%H:%M} UTC")
    print(f"{len(reminders)} reminders for {len(each)} cases; most for one case {max(each.values(), default=0)}")
    print(f"fullest hour: {fullest} to the provider, {whole} in all; {len(night)} outside office hours")
    print(f"{said} say that they are late and since when, {dated} bear the day on which they left")
    limits = Limits()
    checks = {
        "a case got no reminder or more than one": each != dict.fromkeys(refs, 1),
        "a case got two in a day": max(days.values(), default=0) > 1,
        "reminders left outside office hours": bool(night),
        "the hourly limits were exceeded": fullest > limits.per_address_per_hour or whole > limits.per_hour,
        "a reminder does not say that it is late": said != len(reminders),
        "a reminder bears another day": dated != len(reminders),
    }
    return [words for words, wrong in checks.items() if wrong]
