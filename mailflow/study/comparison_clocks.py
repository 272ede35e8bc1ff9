"""The timescales of two editions compared, in the paper's words and in days, with who hears when one is not kept.

In: the words of both editions and the same machine of each.
Out: changes for those who own the stages in which a clock runs, and for those it waits for.
Fails: never.
Limits: days are those of the file's settings, or of the office's where the words were given them.
"""

from __future__ import annotations

from collections.abc import Iterator

from mailflow.procedure.definition import LadderStep, MachineDef, TimerDef
from mailflow.procedure.telling import Telling
from mailflow.procedure.telling_names import hour, joined
from mailflow.study.comparison_words import EVERYBODY, Change, left_over

TOLD = {"name", "clause", "due", "at", "next", "start", "runs", "stands", "pauses", "ladder", "step", "chases"}


def clocks(old: Telling, new: Telling, was: MachineDef, now: MachineDef) -> Iterator[Change]:
    """Every clock that is new, gone, or counts otherwise."""
    for name in dict.fromkeys([*was.timers, *now.timers]):
        a, b = was.timers.get(name), now.timers.get(name)
        if a is None or b is None:
            telling, machine, timer = (old, was, a) if a else (new, now, b)
            assert timer is not None
            counted = f'"{timer.clause}" ({telling.rule(timer)}, from {telling.start(timer)})'
            words = f'The timescale for "{timer.step}" is {"gone" if a else "new"}: {counted}.'
            for who in _minding(telling, machine, timer):
                yield Change(who, "timescale", name, words, counted if a else "", counted if b else "")
        elif a != b or old.rule(a) != new.rule(b):
            whom = dict.fromkeys([*_minding(old, was, a), *_minding(new, now, b)])
            for words, before, after in _turned(old, new, was, now, a, b):
                for who in whom:
                    yield Change(who, "timescale", name, words, before, after)
            for words, before, after in _ladder(old, new, a, b):
                for who in dict.fromkeys([*whom, *_told(old, new, a, b)]):
                    yield Change(who, "ladder", name, words, before, after)
            for who in whom:
                yield from left_over(a, b, TOLD, who, "timescale", f'The timescale for "{b.step}"', name)


def _minding(telling: Telling, machine: MachineDef, timer: TimerDef) -> list[str]:
    """The roles whose work a clock times: owners of its stages, and parties whose silence it measures."""
    states = [machine.states[code] for code in machine.states if code in timer.runs]
    roles = [r for s in states for r in (s.owner, s.waits_for if timer.chases else "")] + list(timer.chases)
    return list(dict.fromkeys(r for r in roles if r in telling.procedure.roles)) or [EVERYBODY]


def _turned(
    old: Telling, new: Telling, was: MachineDef, now: MachineDef, a: TimerDef, b: TimerDef
) -> Iterator[tuple[str, str, str]]:
    name = f'The timescale for "{b.step}"'
    before, after = f'"{a.clause}" ({old.rule(a)})', f'"{b.clause}" ({new.rule(b)})'
    if a.step != b.step:
        yield f'The step "{a.step}" is called "{b.step}".', a.step, b.step
    if before != after:
        yield f"{name} is {after}; before {before}.", before, after
    if a.start != b.start:
        x, y = old.start(a), new.start(b)
        yield f"{name} counts from {y}; before from {x}.", x, y
    for key, what in (("runs", "runs"), ("stands", "stands still"), ("pauses", "pauses")):
        x, y = getattr(a, key), getattr(b, key)
        if x != y:
            left = old.stages(sorted(x), was.kind) or "no stage"
            right = new.stages(sorted(y), now.kind) or "no stage"
            yield f"{name} {what} in {right}; before in {left}.", left, right
    if a.chases != b.chases:
        x, y = (t.roles(timer.chases, "and") or "nobody" for t, timer in ((old, a), (new, b)))
        yield f"{name} first waits for unread mail of {y}; before of {x}.", x, y


def _ladder(old: Telling, new: Telling, a: TimerDef, b: TimerDef) -> Iterator[tuple[str, str, str]]:
    if a.ladder != b.ladder:
        x, y = _rungs(old, a.ladder), _rungs(new, b.ladder)
        yield f'When "{b.step}" is not done in time: {y}. Before: {x}.', x, y


def _rungs(telling: Telling, ladder: tuple[LadderStep, ...]) -> str:
    return "; ".join(_rung(telling, rung) for rung in ladder) or "nobody is told"


def _rung(telling: Telling, rung: LadderStep) -> str:
    days = f"{rung.offset} working day{'' if rung.offset == 1 else 's'} after it"
    when = days if rung.offset else "on the day itself"
    to = joined((telling.role(r) for r in rung.to), "and")
    return f"{telling.letter(rung.letter)} to {to} {when}, at {hour(rung.at)}"


def _told(old: Telling, new: Telling, a: TimerDef, b: TimerDef) -> list[str]:
    """Roles of the file that the ladders name."""
    both = ((old, a), (new, b))
    return [r for telling, timer in both for rung in timer.ladder for r in rung.to if r in telling.procedure.roles]
