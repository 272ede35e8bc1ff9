"""One case played on step by step: mostly what is awaited happens, sooner or later, and now and then something else.

In: the people around a case that is played, with their habits.
Out: the case after one more step; whether it is stuck; whether good sense brings it to its end.
Fails: RuntimeError or ValueError if the procedure cannot be played any further.
Limits: one case; it knows no other.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from random import Random

from mailflow.procedure import by_post
from mailflow.procedure.events import Commands, Event, Said
from mailflow.procedure.rehearsal import Rehearsal
from mailflow.procedure.standing import Fact, Machine
from mailflow.procedure.stimuli import prepared, said, speaker
from mailflow.study.acting import Acting
from mailflow.study.habits import FIRST, Habits
from mailflow.study.mishaps import MISHAPS
from mailflow.study.ways import TOLD, Way, Ways

AWAITED = "awaited"
SILENCE = timedelta(days=90)
BEFORE_FOUR = time(15, 30)
SOON = (1, 5, 20, 60, 400)  # minutes
SOMETIME = (5, 60, 400, 1500, 4000)
ROUNDS = 60
MOVING = frozenset({"moved", "spawned", "judged", "released"})


class Walk(Acting):
    """A case among people with habits."""

    def __init__(self, play: Rehearsal, ways: Ways, dice: Random, habits: Habits):
        super().__init__(play, ways, dice, habits)
        self.steps = 0
        # Rather early than late, so that short procedures are caught in the middle too.
        self.silent_after = int(habits.goes_silent * dice.random() ** 2) if habits.goes_silent else -1

    @property
    def is_silent(self) -> bool:
        """Whether nobody answers any more."""
        return 0 <= self.silent_after <= self.steps

    def step(self) -> None:
        """Something happens."""
        self.steps += 1
        if by_post.unposted(self.play.case) and self.dice.random() < 0.3:
            self.run_to(self.play.now + timedelta(hours=1))
            self.post()
        kind = self._draw(self.habits.steps)
        if kind == AWAITED:
            self._awaited()
            return
        if kind != "pause":
            self.run_to(self.play.now + timedelta(minutes=self.dice.choice(SOON if self.habits.soon else SOMETIME)))
        MISHAPS[kind](self)

    def after_the_end(self) -> None:
        """Days or weeks after the end somebody writes, or a word opens the case again."""
        self.steps += 1
        self.run_to(self.play.now + timedelta(days=self.dice.uniform(0, 60)))
        main = self.play.case.machines[self.procedure.main]
        ways = [way for way in self.ways.of(main.kind, main.state) if way.kind != TOLD]
        if ways and self.dice.random() < 0.7:
            self._take(main, self.dice.choice(ways))
        else:
            MISHAPS["mail"](self)

    def _draw(self, weights: Mapping) -> object:
        return self.dice.choices(list(weights), list(weights.values()))[0]

    # -- what is awaited --------------------------------------------------------------------------------------------

    def _awaited(self) -> None:
        machine = self._whose_turn()
        if machine is None:
            self.wait(timedelta(days=1))
            return
        when = self._when(machine)
        way = self._way(machine)
        if when is None or (way is None and not self.play.case.hold):
            self.wait(SILENCE)
            return
        self.run_to(when)
        now = self.play.case.machines.get(machine.id)
        if self.play.case.hold:
            MISHAPS["resume"](self)
        elif way and now and (now.state, now.ended) == (machine.state, machine.ended):
            self._take(now, way)

    def _whose_turn(self) -> Machine | None:
        """A machine that waits for somebody; one that has a clock of its own rather than one that lives by others."""
        case = self.play.case
        main = case.machines[self.procedure.main]
        found = [*case.live(), *([main] if main.ended and case.unjudged else [])]
        return found[self._draw({n: 1 if m.timers else 0.2 for n, m in enumerate(found)})] if found else None

    def _way(self, machine: Machine) -> Way | None:
        ways = self.ways.of(machine.kind, machine.state)
        weights = {n: self.habits.rows[FIRST if n == 0 else way.kind] for n, way in enumerate(ways)}
        return ways[self._draw(weights)] if any(weights.values()) else None

    def _when(self, machine: Machine) -> datetime | None:
        """When somebody acts: mostly before the date, sometimes after it; None is not at all."""
        now, luck = self.play.now, self.dice.random()
        if self.habits.soon:
            return now + timedelta(minutes=self.dice.choice(SOON))
        dues = [min(t.on, t.target) for t in machine.timers.values() if t.state == "running"]
        if not dues:
            return self._at_work(now + timedelta(hours=self.dice.uniform(1, 72)))
        due = self.play.calendar.instant(min(dues), BEFORE_FOUR)
        if luck < self.habits.in_time and due > now:
            return self._at_work(now + (due - now) * self.dice.random())
        if luck < self.habits.in_time + self.habits.late:
            return self._at_work(max(due, now) + timedelta(hours=self.dice.uniform(1, 150)))
        return None

    def _at_work(self, at: datetime) -> datetime:
        """People mostly write in office hours."""
        return self.play.calendar.office_time(at) if self.dice.random() < 0.85 else at

    def _take(self, machine: Machine, way: Way) -> None:
        """Do what sets a row off: a mail, a word, or nothing until the clock does it."""
        kind, name = self.dice.choice([(t.kind, name) for t in way.row.on for name in t.names])
        if kind == "mail" and name in self.procedure.roles:
            self.write(name)
        elif kind == "own_letter":
            MISHAPS["own letter"](self)
        elif kind == "said":
            self.say(name, machine, way.row)
        elif kind == "sent" and (words := self.ways.sending(machine, (name,))) and self.dice.random() < 0.8:
            self.say(self.dice.choice(words), machine)
        else:
            self.wait(SILENCE)
        if self.play.case.unjudged and self.dice.random() < 0.5:
            judging = [v.name for v in self.procedure.verbs.values() if v.judges and v.by]
            if judging:
                self.say(self.dice.choice(judging))


# -- how it stands ----------------------------------------------------------------------------------------------------


def stuck(play: Rehearsal) -> str:
    """Why nothing will ever happen by itself any more, or "": a live machine without a clock is forgotten."""
    live = play.case.live()
    for machine in live:
        state = play.procedure.machines[machine.kind].states[machine.state]
        others = [m for m in live if m.id != machine.id and state.lives_by in ("children", m.kind)]
        clocked = [machine, *(others if state.lives_by else ())]
        if play.case.hold:
            clocked = [play.case.machines[play.procedure.main]]
        if not any(timer.state == "running" for m in clocked for timer in m.timers.values()):
            title = play.procedure.machines[machine.kind].title
            return f'No clock runs in the state {machine.state}, "{state.title}", of {title}.'
    return ""


def finish(play: Rehearsal, ways: Ways) -> bool:
    """Everybody does the next sensible thing, a working day apart; whether the case comes to its end."""
    for _ in range(ROUNDS):
        if not play.case.live():
            return True
        if play.case.hold:
            _do(play, [e for v in play.procedure.verbs.values() if v.act == "resume" for e in said(play, v)])
        if play.case.unjudged:  # what was written is judged first: chasers wait for it (G9)
            _do(play, [e for v in play.procedure.verbs.values() if v.judges for e in said(play, v)[:1]])
        for letter in by_post.unposted(play.case):
            for verb in [v for v in play.procedure.verbs.values() if v.act == "posted"][:1]:
                words = Said(verb.name, speaker(play, verb.by[0]), play.now, "mail", {"which": letter.name})
                play.happen(Commands((words,)), play.now)
        for name in prepared(play.procedure):
            verb = play.procedure.verbs[name]
            if play.case.fields.get(verb.field) in (None, ""):
                for event in said(play, verb)[:1]:
                    play.happen(event, play.now)
        for machine in reversed(play.case.live()):
            if play.case.machines[machine.id] == machine:
                _sensible(play, ways, machine)
        nine = play.calendar.office_time(play.now + timedelta(hours=14))
        play.run_to(nine + timedelta(hours=1))
    return not play.case.live()


def _sensible(play: Rehearsal, ways: Ways, machine: Machine) -> None:
    """The first way that somebody can take now; for a way that only a clock opens, to wait is sensible."""
    for way in ways.of(machine.kind, machine.state):
        events = list(ways.events(play, machine, way.row))
        if _do(play, [event for event in events if event is not None]) or None in events[:1]:
            return


def _do(play: Rehearsal, events: list[Event]) -> bool:
    """Let the first of these events happen that moves something."""
    for event in events:
        if _moves(play, play.copy().happen(event, play.now)):
            play.happen(event, play.now)
            return True
    return False


def _moves(play: Rehearsal, facts: list[Fact]) -> bool:
    """Whether a machine moved, or a letter to a party was decided."""
    parties = {role.name for role in play.procedure.roles.values() if not role.is_officer}
    letters = {play.procedure.party_of(str(f.data["role"])) for f in facts if f.kind == "letter"}
    refused = any(f.kind in ("asked", "refused") for f in facts)
    return not refused and (any(f.kind in MOVING for f in facts) or not parties.isdisjoint(letters))
