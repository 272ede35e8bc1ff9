"""Many cases played through a procedure by people who act at random: how they end, how long they take, what gets stuck.

In: a procedure, a calendar, habits; a seed and how many cases.
Out: for each case its outcome; together a tally. The same seed gives the same counts, in however many processes.
Fails: never; a case that cannot be played on is an outcome too, with the reason.
Limits: cases do not know each other; letters always leave; nobody reads what is written.
"""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import islice
from random import Random

from mailflow.procedure import by_post
from mailflow.procedure.calendar import Calendar
from mailflow.procedure.definition import Procedure
from mailflow.procedure.events import Contact, Terms
from mailflow.procedure.rehearsal import Rehearsal
from mailflow.procedure.silence import listen
from mailflow.procedure.stimuli import address, office
from mailflow.procedure.timers import FIRE
from mailflow.study.habits import Habits
from mailflow.study.walk import Walk, finish, stuck
from mailflow.study.ways import Ways

YEAR = 2027
MOST_YEARS = 5
MOST_STEPS = 400
MOST_LIVES = 3
SILENT_DAYS = 400
BATCH = 25
OUTSIDER = "somebody@elsewhere.example"


@dataclass(frozen=True)
class Study:
    """What is simulated: a procedure under a calendar, with people of these habits."""

    procedure: Procedure
    calendar: Calendar
    habits: Habits


@dataclass(frozen=True)
class Outcome:
    """What became of one case. `end` is the state of the case itself; `days` working days from opening to the end."""

    number: int
    end: str
    ended: bool
    days: int
    stuck: str
    rows: Counter[tuple[str, str]]
    timers: Counter[tuple[str, str]]
    letters: Counter[str]
    counts: Counter[str]
    children: Counter[str]


# -- one case ---------------------------------------------------------------------------------------------------------


def play_case(study: Study, ways: Ways, seed: int, number: int) -> tuple[Walk, Outcome]:
    """One case from its first mail to its end; the same seed and number give the same case."""
    dice = Random(f"{seed}:{number}")
    terms = _office(study, dice)
    walk = Walk(Rehearsal(study.procedure, terms, study.calendar, f"X-{number}"), ways, dice, study.habits)
    ended: datetime | None = None
    try:
        walk.begin(_start(study.calendar, dice), _sender(study, dice))
        why, ended = _lived(walk, dice)
    except (RuntimeError, ValueError) as error:
        why = f"It cannot be played on: {error}"
    return walk, _outcome(study, walk, number, why, ended)


def _lived(walk: Walk, dice: Random) -> tuple[str, datetime | None]:
    """Play to the end, and now and then on from there; why it is stuck, or "", and when it ended last."""
    play, ended = walk.play, None
    limit = play.now + timedelta(days=366 * MOST_YEARS)
    lives = 1
    while True:
        while (play.case.live() or play.case.unjudged or by_post.unposted(play.case)) and not walk.is_silent:
            walk.step()
            if why := stuck(play):
                return why, None
            if walk.steps >= MOST_STEPS or play.now >= limit:
                play.terms = walk.whole_office
                if not finish(play, walk.ways):
                    return f"It has not ended after {MOST_YEARS} years though everybody acted.", None
        if walk.is_silent and play.case.live():
            play.terms = walk.whole_office
            return _unheard(play), None
        ended = play.now
        if lives >= MOST_LIVES or dice.random() >= walk.habits.after_end:
            return "", ended
        lives += 1
        walk.after_the_end()


def _unheard(play: Rehearsal) -> str:
    """With everybody silent from now on: whom nobody above hears of, or ""."""
    heard = listen(play.procedure, play, SILENT_DAYS)
    silent = [m for m in play.case.live() if m.id not in heard]
    play.run_to(play.now + timedelta(days=SILENT_DAYS))
    if not silent:
        return stuck(play)
    where = play.procedure.machines[silent[0].kind]
    return f"With everybody silent, nobody above the owner hears of {where.title} in the state {silent[0].state}."


def _office(study: Study, dice: Random) -> Terms:
    """A make-believe office: two officers for each role and a deputy; settings as
    shipped, or otherwise allowed; now and then a contract that wants its letters by post."""
    terms = office(study.procedure, study.calendar)
    officers, people = dict(terms.officers), dict(terms.people)
    for role in study.procedure.roles.values():
        if role.is_officer:
            officers[f"second-{address(role.name)}"] = frozenset({role.name})
            officers[f"deputy-{address(role.name)}"] = frozenset({role.name})
            people[f"{role.name}.deputy"] = (Contact("Deputy", f"deputy-{address(role.name)}"),)
    settings = {
        name: dice.choice(allowed)
        for name, allowed in study.procedure.allowed.items()
        if allowed and dice.random() < 0.3
    }
    contacts = [r.name for r in study.procedure.roles.values() if r.who == "contacts"]
    post = {role: dice.choice((by_post.ONLY, by_post.BOTH)) for role in contacts if dice.random() < 0.1}
    return replace(terms, settings=settings, people=people, officers=officers, post=post)


def _start(calendar: Calendar, dice: Random) -> datetime:
    """Any minute of a year whose holidays are known; most mails come by day."""
    year = min(max(calendar.first_year, YEAR), calendar.last_year)
    day = date(year, 1, 1) + timedelta(days=dice.randrange(365))
    hour = dice.randrange(7, 19) if dice.random() < 0.85 else dice.randrange(24)
    return calendar.instant(day, time(hour, dice.randrange(60)))


def _sender(study: Study, dice: Random) -> str:
    """Whoever opens it: one of the office's own people, or now and then somebody from outside."""
    own = address(study.procedure.opened_by)
    officer = study.procedure.roles[study.procedure.opened_by].is_officer
    return own if officer or dice.random() < 0.75 else OUTSIDER


# -- what became of it ------------------------------------------------------------------------------------------------


def _outcome(study: Study, walk: Walk, number: int, why: str, ended: datetime | None) -> Outcome:
    procedure, case = study.procedure, walk.play.case
    main = case.machines.get(procedure.main)
    rows, timers, counts, children = Counter(), Counter(), Counter(), Counter()
    for _, fact in walk.play.log:
        kind = case.machines[fact.machine].kind if fact.machine in case.machines else fact.machine.partition("-")[0]
        if fact.kind in ("moved", "noted") and fact.data.get("row"):
            rows[kind, str(fact.data["row"])] += 1
        elif fact.kind == "timer" and fact.data["step"] == FIRE:
            timers[kind, str(fact.data["timer"])] += 1
        elif fact.kind in ("asked", "refused", "undone", "held", "corrected"):
            counts[fact.kind] += 1
        elif fact.kind == "spawned" and fact.machine != procedure.main:
            children[kind] += 1
        elif fact.kind == "timer_set" and int(fact.data.get("extended", 0)):
            counts["extended"] += 1
        elif fact.kind == "settled" and fact.data["result"] == "bounced":
            counts["bounced"] += 1
    letters: Counter[str] = Counter()
    for letter in case.letters.values():
        if letter.status in ("sent", "bounced"):
            letters[letter.name] += 1
            counts[_sort_of(procedure, letter.role, letter.name, str(letter.data.get("timer", "")))] += 1
    opened = study.calendar.local_date(case.opened_at) if case.opened_at else None
    last = study.calendar.local_date(ended) if ended else opened
    days = study.calendar.working_days_between(opened, last) if opened and last else 0
    state = main.state if main else ""
    return Outcome(number, state, ended is not None, days, why, rows, timers, letters, counts, children)


def _sort_of(procedure: Procedure, role: str, name: str, timer: str) -> str:
    """What kind of letter this was: to a party, a chaser, a reminder to an owner, an escalation, or a task."""
    party = procedure.roles.get(procedure.party_of(role))
    if party and not party.is_officer:
        return "chasers" if procedure.letters[name].auto == "generated" else "letters"
    if not timer:
        return "tasks and answers"
    above = role == "above" or (timer == procedure.hold.timer and name == procedure.hold.lapse_letter)
    return "escalations" if above else "reminders"


# -- many cases -------------------------------------------------------------------------------------------------------


def simulate(study: Study, seed: int, cases: int, jobs: int = 1) -> Iterator[Outcome]:
    """The outcomes of cases 1 to `cases`, as they come; in so many processes."""
    if jobs <= 1:
        ways = Ways(study.procedure)
        for number in range(1, cases + 1):
            yield play_case(study, ways, seed, number)[1]
        return
    batches = iter(range(1, cases + 1, BATCH))
    with ProcessPoolExecutor(jobs, initializer=_prepare, initargs=(study, seed)) as pool:
        try:
            running = {_submit(pool, first, cases) for first in islice(batches, 2 * jobs)}
            while running:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                running |= {_submit(pool, first, cases) for first in islice(batches, len(done))}
                for future in done:
                    yield from future.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _submit(pool: ProcessPoolExecutor, first: int, cases: int) -> Future[list[Outcome]]:
    return pool.submit(_batch, range(first, min(first + BATCH, cases + 1)))


_PREPARED: list[tuple[Study, Ways, int]] = []


def _prepare(study: Study, seed: int) -> None:
    """In a process of its own: what every batch of it needs. An interrupt is the first process's affair."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _PREPARED[:] = [(study, Ways(study.procedure), seed)]


def _batch(numbers: range) -> list[Outcome]:
    study, ways, seed = _PREPARED[0]
    return [play_case(study, ways, seed, number)[1] for number in numbers]
