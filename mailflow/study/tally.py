"""Counting what became of simulated cases, and saying it: in a table, or as JSON.

In: outcomes of cases, one by one; the procedure they were played through.
Out: lines of at most 100 columns; a value for JSON whose keys stay as they are (docs/trying.md).
Fails: never.
Limits: counts only; the story of one case stands in story.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from textwrap import wrap

from mailflow.procedure.definition import Procedure
from mailflow.study.simulation import Outcome

WIDTH = 100
SENT = {
    "letters": "letters to parties",
    "chasers": "chasers to parties",
    "tasks and answers": "tasks and answers to officers",
    "reminders": "reminders to owners",
    "escalations": "escalations to those above",
}
HAPPENED = {
    "asked": "words not taken, with a question back",
    "refused": "words refused for the role",
    "undone": "words undone",
    "corrected": "corrections approved",
    "extended": "dates extended",
    "held": "holds",
    "bounced": "letters that came back",
}


@dataclass
class Tally:
    """The counts of all cases so far."""

    procedure: Procedure
    cases: int = 0
    days: dict[str, list[int]] = field(default_factory=dict)  # working days of the cases that ended, by state
    open: Counter[str] = field(default_factory=Counter)
    rows: Counter[tuple[str, str]] = field(default_factory=Counter)
    timers: Counter[tuple[str, str]] = field(default_factory=Counter)
    letters: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    children: Counter[str] = field(default_factory=Counter)
    stuck: list[tuple[int, str]] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        """Count one more case."""
        self.cases += 1
        if outcome.stuck:
            self.stuck.append((outcome.number, outcome.stuck))
        elif outcome.ended:
            self.days.setdefault(outcome.end, []).append(outcome.days)
        else:
            self.open[outcome.end] += 1
        self.rows += outcome.rows
        self.timers += outcome.timers
        self.letters += outcome.letters
        self.counts += outcome.counts
        self.children += outcome.children

    @property
    def ends(self) -> list[tuple[str, list[int]]]:
        """The states in which cases ended with the working days that each took, most cases first."""
        found = [(state, sorted(days)) for state, days in self.days.items()]
        return sorted(found, key=lambda end: (-len(end[1]), end[0]))

    def never_taken(self) -> dict[str, list[str]]:
        """Rows that no case took, by machine, in the file's order."""
        machines = self.procedure.machines.values()
        found = {m.kind: [row.id for row in m.rows if not self.rows[m.kind, row.id]] for m in machines}
        return {kind: rows for kind, rows in found.items() if rows}

    def never_acted(self) -> dict[str, list[str]]:
        """Clocks with an hour of their own that never acted, by machine."""
        machines = self.procedure.machines.values()
        found = {
            m.kind: [t.name for t in m.timers.values() if (t.at or t.next) and not self.timers[m.kind, t.name]]
            for m in machines
        }
        return {kind: timers for kind, timers in found.items() if timers}


def middle(days: list[int], share: float) -> int:
    """The value that so large a share of the sorted values does not exceed."""
    return days[max(0, -(-int(share * 1000) * len(days) // 1000) - 1)] if days else 0


def as_json(tally: Tally, about: dict[str, object]) -> dict[str, object]:
    """All counts; `about` says what was simulated."""
    top = tally.procedure.top.states
    everything = sorted(day for days in tally.days.values() for day in days)
    return {
        **about,
        "cases": tally.cases,
        "ended": len(everything),
        "working_days": _days(everything),
        "ends": [
            {"state": state, "title": top[state].title, "cases": len(days), "working_days": _days(days)}
            for state, days in tally.ends
        ],
        "open": dict(sorted(tally.open.items())),
        "children": dict(sorted(tally.children.items())),
        "sent": {name: tally.counts[name] for name in SENT},
        "happened": {name: tally.counts[name] for name in HAPPENED},
        "letters": dict(sorted(tally.letters.items())),
        "rows": _by_machine(tally.procedure, tally.rows),
        "timers": _by_machine(tally.procedure, tally.timers),
        "rows_never_taken": tally.never_taken(),
        "timers_never_acted": tally.never_acted(),
        "stuck": [{"case": f"{about['seed']}:{number}", "why": why} for number, why in sorted(tally.stuck)],
    }


def _days(days: list[int]) -> dict[str, int]:
    return {"median": middle(days, 0.5), "p90": middle(days, 0.9), "longest": days[-1] if days else 0}


def _by_machine(procedure: Procedure, counts: Counter[tuple[str, str]]) -> dict[str, dict[str, int]]:
    return {kind: {name: n for (of, name), n in sorted(counts.items()) if of == kind} for kind in procedure.machines}


def lines(tally: Tally) -> Iterator[str]:
    """The same for people."""
    top, word = tally.procedure.top.states, tally.procedure.case_word
    everything = sorted(day for days in tally.days.values() for day in days)
    yield f"{'How they ended':52}{'cases':>8}{'share':>8}{'median':>9}{'9 of 10':>9}{'longest':>9}"
    yield f"{'':68}{'working days until the end':>27}"
    for state, days in [*tally.ends, ("", everything)]:
        name = f"{top[state].title} ({state})" if state else "all that ended"
        share = f"{100 * len(days) / max(1, tally.cases):.1f}%"
        times = f"{middle(days, 0.5):9}{middle(days, 0.9):9}{days[-1] if days else 0:9}"
        yield f"{name[:51]:52}{len(days):8}{share:>8}{times}"
    if tally.open:
        yield ""
        words = (f"{top[s].title} ({s}) {n}" if s else f"not begun {n}" for s, n in tally.open.most_common())
        yield from _wrapped("Still open, with everybody silent", words)
    yield ""
    yield from _wrapped(f"A {word} on average", (_average(tally, name, said) for name, said in SENT.items()))
    yield from _wrapped("What else happened", (f"{tally.counts[name]} {said}" for name, said in HAPPENED.items()))
    titles = {m.kind: m.title.lower() for m in tally.procedure.machines.values()}
    if tally.children:
        yield from _wrapped(
            "Beside the main line", (f"{n} x {titles[kind]}" for kind, n in tally.children.most_common())
        )
    yield ""
    for kind, counts in _by_machine(tally.procedure, tally.rows).items():
        yield from _wrapped(f"Rows taken, {titles[kind]}", (f"{name} {n}" for name, n in counts.items()))
    for kind, counts in _by_machine(tally.procedure, tally.timers).items():
        if counts:
            yield from _wrapped(f"Clocks that acted, {titles[kind]}", (f"{name} {n}" for name, n in counts.items()))
    for kind, rows in tally.never_taken().items():
        yield from _wrapped(f"Rows never taken, {titles[kind]}", rows)
    for kind, timers in tally.never_acted().items():
        yield from _wrapped(f"Clocks that never acted, {titles[kind]}", timers)


def _average(tally: Tally, name: str, said: str) -> str:
    return f"{tally.counts[name] / max(1, tally.cases):.1f} {said}"


def _wrapped(head: str, words) -> list[str]:
    return wrap(f"{head}: {', '.join(words)}", WIDTH, subsequent_indent="  ", break_on_hyphens=False)
