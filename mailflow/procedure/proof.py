"""Proving a procedure by playing it: nothing unreachable, nothing without an end, nothing silently forgotten.

In: a procedure without faults of reading, a calendar, and the settings of an office.
Out: faults and warnings with file and line, and for each state the working days until somebody above its owner hears.
Fails: never; a procedure that goes round in circles gives a fault.
Limits: one value for each blank; what is tried stands in stimuli.py, which places are kept in exploring.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from mailflow.errors import Fault
from mailflow.procedure import proof_clocks, proof_letters, proof_rows, proof_words
from mailflow.procedure.calendar import Calendar
from mailflow.procedure.deadlines import read_rule
from mailflow.procedure.definition import Procedure
from mailflow.procedure.exploring import Exploration, Step
from mailflow.procedure.machine import sayable
from mailflow.procedure.proof_clocks import FORGOTTEN, at_state, line_of, named, off_by, who_is_forgotten
from mailflow.procedure.silence import listen
from mailflow.procedure.whereabouts import Pair, Part, Place, pairs_of

MOST_DAYS = 400


@dataclass(frozen=True)
class Findings:
    """What is wrong and what is doubtful.

    silence: how long it lasts, in working days by (machine kind, state), the longest that was met. taken: the rows that
    were taken in each state, with a way to the first time.
    """

    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]
    silence: Mapping[Part, int]
    places: int
    taken: Mapping[tuple[str, str, str], str]


def prove(
    procedure: Procedure,
    calendar: Calendar,
    settings: Mapping[str, object] | None = None,
    watch: Callable[[Step], None] | None = None,
) -> Findings:
    """All that can be known of a procedure by playing it through (domain.md section 4, composition 13).

    settings: those of an office; otherwise the file's own. watch sees every step that is tried.
    """
    settings = settings or {}
    faults, warnings = looked_through(procedure, settings)
    seen = _Offered(procedure)

    def both(step: Step) -> None:
        seen.note(step)
        if watch:
            watch(step)

    found = Exploration(procedure, calendar, both, settings)
    try:
        found.explore()
        silence, silent = _silences(found, settings)
        faults += [*_unreached(found), *_endless(found), *hollow(found)]
    except (RuntimeError, ValueError) as error:
        why = "rows keep setting each other off." if isinstance(error, RecursionError) else str(error)
        told = f"The procedure cannot be played: {why}"
        faults.append(Fault(procedure.file, 0, told, "Look at the rows that fire there."))
        return Findings(tuple(faults), tuple(warnings), {}, len(found.plays), found.taken)
    forgotten = {(f.file, f.line) for f in (*faults, *warnings) if FORGOTTEN in f.what}
    silent = [f for f in silent if (f.file, f.line) not in forgotten]
    # Where the office itself has switched a clock off, what follows from it is its own choice too.
    chosen = any(
        off_by(procedure, t, settings) in settings for m in procedure.machines.values() for t in m.timers.values()
    )
    (warnings if chosen else faults).extend(silent)
    warnings += [*proof_words.buttons(procedure, seen.offered), *proof_rows.untaken(procedure, found.taken, faults)]
    return Findings(_sorted(faults), _sorted(warnings), silence, len(found.plays), found.taken)


def _sorted(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    return tuple(sorted(dict.fromkeys(faults), key=lambda f: (f.line, f.what)))


def looked_through(
    procedure: Procedure, settings: Mapping[str, object] | None = None
) -> tuple[list[Fault], list[Fault]]:
    """What is wrong, and what is doubtful, without playing."""
    faults, warnings = proof_clocks.stages(procedure, settings or {})
    hidden, doubtful = proof_rows.clashes(procedure)
    faults += [
        *hidden,
        *proof_clocks.children(procedure),
        *proof_letters.two_parties(procedure),
        *proof_words.words(procedure),
        *proof_words.fields(procedure),
        *proof_words.roles(procedure),
    ]
    warnings += [
        *doubtful,
        *proof_clocks.clocks(procedure),
        *proof_letters.unsent(procedure),
        *proof_words.lists(procedure),
    ]
    return faults, warnings


class _Offered:
    """The buttons of each letter as it goes, and the words that could be said then."""

    def __init__(self, procedure: Procedure):
        self.procedure = procedure
        self.offered: dict[tuple[str, str, str], tuple[set[str], set[str]]] = {}

    def note(self, step: Step) -> None:
        """Look at the letters of one step."""
        case = step.after.case
        for fact in step.facts:
            if fact.kind != "letter" or fact.machine not in case.machines or not fact.data.get("row"):
                continue
            letter = self.procedure.letters[str(fact.data["name"])]
            given = fact.data.get("buttons")
            names = {str(n) for n in given} if isinstance(given, list) and given else set(letter.buttons)
            key = (case.machines[fact.machine].kind, str(fact.data["row"]), letter.name)
            both = self.offered.setdefault(key, (set(), set()))
            both[0].update(names)
            if not names <= both[1]:
                both[1].update(n for m in case.machines.values() for n in sayable(self.procedure, case, m))


# -- what shows only in play ----------------------------------------------------------------------------------------


def _unreached(found: Exploration) -> Iterable[Fault]:
    """States that no way leads to."""
    for machine in found.procedure.machines.values():
        for state in machine.states:
            if (machine.kind, state) not in found.seen:
                what = f"The state {state} of {machine.title} cannot be reached."
                fix = "Add a row that leads to it, or remove it."
                yield at_state(found.procedure, machine.kind, state, what, fix)


def _endless(found: Exploration) -> Iterable[Fault]:
    """Live states from which no way leads to an end of the whole case."""
    ends = {place for place, play in found.plays.items() if not play.case.live()}
    covered: set[Pair] = set()
    grown = True
    while grown:
        grown = False
        for place in ends:
            covered |= pairs_of(place, memory=False)
        for here, ways in found.ways.items():
            if here not in ends and any(w in ends or _covered(found, w, covered) for w in ways):
                ends.add(here)
                grown = True
    stuck = [place for place in found.plays if place not in ends and not found.ends(found.plays[place])]
    for kind, state in sorted({part for place in stuck for part in place.live}):
        title, word = found.procedure.machines[kind].title, found.procedure.case_word
        what = f"From the state {state} of {title} the {word} can come to where it never ends."
        yield at_state(found.procedure, kind, state, what, "Add a row by which it ends.")


def _covered(found: Exploration, place: Place, covered: set[Pair]) -> bool:
    """A place that was not kept ends if its parts do, two by two."""
    return place not in found.plays and pairs_of(place, memory=False) <= covered


def hollow(found: Exploration) -> Iterable[Fault]:
    """Clocks that count from something that, on some path, has not happened when their state is entered."""
    for (kind, name), (state, way) in sorted(found.hollow.items()):
        timer = found.procedure.machines[kind].timers[name]
        where = named(found.procedure, kind, state)
        what = (
            f"The timescale {name} ({timer.step}) has no starting point on some path: it counts from "
            f"{' or '.join(timer.start)}, which has not happened when {where} is entered by the rows {_short(way)}."
        )
        fix = f'Add a beginning that is always known: from = "{" or ".join(timer.start)} or entry".'
        yield Fault(found.procedure.file, line_of(found.procedure, kind, "timers", name), what, fix)


def _short(way: str, most: int = 8) -> str:
    rows = way.split(", ")
    return ", ".join(rows if len(rows) <= most else ["...", *rows[-most:]])


# -- silence --------------------------------------------------------------------------------------------------------


def _silences(found: Exploration, settings: Mapping[str, object]) -> tuple[dict[Part, int], list[Fault]]:
    """With everyone silent: working days until a person above the owner is written to (composition 13).

    Played under the office's settings, and again under every other value that a row asks for.
    """
    days: dict[Part, int] = {}
    faults: dict[Part, Fault] = {}
    for other in _other_settings(found.procedure, settings):
        for play in found.plays.values():
            quiet = play.copy()
            quiet.terms = replace(found.terms, settings={**settings, **other})
            heard = listen(found.procedure, quiet, MOST_DAYS)
            for machine in play.case.live():
                key = machine.kind, machine.state
                if machine.id in heard:
                    if not other:
                        worked = _working_days(found.calendar, play.now, heard[machine.id])
                        days[key] = max(days.get(key, 0), worked)
                elif key not in faults:
                    faults[key] = _unheard(found.procedure, key, other)
    for kind, state in sorted(found.seen - set(days) - set(faults)):
        bound = _by_its_ladder(found.procedure, kind, state)
        if bound is not None:
            days[kind, state] = bound
    return days, list(faults.values())


def _other_settings(procedure: Procedure, settings: Mapping[str, object]) -> list[dict[str, object]]:
    """The office as it is, and once for every other value that the event of a row asks for."""
    found: list[dict[str, object]] = [{}]
    for row in (r for m in procedure.machines.values() for r in m.rows):
        for name in (t.setting.partition(" = ")[0] for t in row.on if t.setting):
            now = settings.get(name, procedure.settings.get(name))
            found += [{name: v} for v in procedure.allowed.get(name, ()) if v != now and {name: v} not in found]
    return found


def _unheard(procedure: Procedure, key: Part, other: Mapping[str, object]) -> Fault:
    where = named(procedure, *key)
    under = "".join(f" under {name} = {value}" for name, value in other.items())
    lost = who_is_forgotten(procedure, key[0])
    what = f"With everyone silent in {where}{under}, nobody above its owner hears: {lost} {FORGOTTEN}."
    return at_state(procedure, *key, what, "Give one of its timers a ladder that goes up.")


def _by_its_ladder(procedure: Procedure, kind: str, state: str) -> int | None:
    """The same for a state that is left in the step that enters it, unless nobody is there: by its own ladder.

    None where it ends, or where no ladder of it goes up. The day of entry may be over (K7), hence one day more.
    """
    machine = procedure.machines[kind]
    if machine.states[state].ends:
        return None
    found = []
    for timer in machine.timers.values():
        up = [rung.offset for rung in timer.ladder if "above" in rung.to]
        if state not in timer.runs or timer.aside or not up or "{" in timer.due:
            continue
        rule = read_rule(timer.due)
        days = {"same_day": 1, "working": rule.n}.get(rule.kind)
        if days is not None:
            found.append(days + min(up))
    return min(found, default=None)


def _working_days(calendar: Calendar, start: datetime, end: datetime) -> int:
    return calendar.working_days_between(calendar.local_date(start), calendar.local_date(end))
