"""How many cases of each shipped procedure are played in a second, on one core.

In: the number of cases of each (first argument; 200 if left out).
Out: a line for each procedure on the standard output.
Fails: never of its own accord.
Limits: decisions, clocks and letters as facts; no letter is rendered and nothing is stored.
"""

from __future__ import annotations

import sys
import time

from bench.house import ROOT
from mailflow.procedure.reading import read
from mailflow.register import holiday_calendars
from mailflow.study.habits import USUAL
from mailflow.study.simulation import Study, simulate

CASES = 200


def main(cases: int) -> None:
    """Play each procedure and say how fast."""
    calendar = holiday_calendars.load(ROOT / "config" / "calendars", "uk-eng")
    for path in sorted((ROOT / "config" / "procedures").glob("*.toml")):
        procedure, faults = read(path.read_text("utf-8"), path.name)
        assert procedure is not None, faults
        start = time.process_time()
        facts = sum(sum(outcome.rows.values()) for outcome in simulate(Study(procedure, calendar, USUAL), 1, cases))
        used = time.process_time() - start
        print(f"{procedure.id:24} {cases / used:6.0f} cases a second, {facts / cases:4.0f} rows a case")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else CASES)
