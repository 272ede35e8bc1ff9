"""A procedure in the words of its readers: what guards, values, events and clocks of its file mean.

In: a procedure, perhaps the titles of its letters and an office's settings; a phrase of the file.
Out: plain words that fit into a sentence: guards after "if", events after "when".
Fails: ValueError for a phrase of no known shape (the reader refuses such files).
Limits: the words of each shape stand once, in telling_guards.py and telling_values.py; a test finds one without.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mailflow.procedure import guards, values
from mailflow.procedure.deadlines import OFF
from mailflow.procedure.definition import TimerDef, Trigger
from mailflow.procedure.reading_rows import TRIGGERS
from mailflow.procedure.telling_guards import GUARDS
from mailflow.procedure.telling_names import Names, hour, joined, quoted
from mailflow.procedure.telling_values import VALUES

AT_ONCE = frozenset({"entered", "spawned"})
"""Signals that a machine gives itself: nobody has to do anything."""


@dataclass(frozen=True)
class Telling(Names):
    """The words of one procedure. `titles` are those of its letters, `settings` an office's own values."""

    # -- phrases ----------------------------------------------------------------------------------------------------

    def guard(self, phrase: str, machine: str = "") -> str:
        """A guard as it stands after "if": "the contract is known". Raises ValueError for no known shape."""
        words = self.fill(phrase)
        for shape, _ in guards.SHAPES:
            found = shape.fullmatch(words)
            if found:
                return GUARDS[shape.pattern](self, found, machine or self.procedure.main)
        raise ValueError(f"no guard has the shape {phrase!r}")

    def condition(self, needs: Iterable[str], needs_any: Iterable[str] = (), machine: str = "") -> str:
        """All guards of a row in one clause after "if"; "" if it has none."""
        every = [self.guard(p, machine) for p in needs]
        some = [self.guard(p, machine) for p in needs_any]
        either = joined(some, "or")
        if every and len(some) > 1:
            either = f"either {either}"
        clauses = [*every, *([either] if some else [])]
        return "; and ".join(clauses) if any(", " in c or " or " in c for c in clauses) else joined(clauses, "and")

    def value(self, source: str) -> str:
        """What a row puts into a field. Raises ValueError for no known shape."""
        if not source.startswith("@"):
            return f'"{source}"' if source else "nothing"
        for shape, _ in values.SOURCES:
            found = shape.fullmatch(source)
            if found:
                return VALUES[shape.pattern](self, found)
        raise ValueError(f"no value has the shape {source!r}")

    def event(self, trigger: Trigger, machine: str = "") -> str:
        """What sets a row off, as it stands after "when": "mail comes from the manager"."""
        words = EVENTS[trigger.kind](self, trigger, machine or self.procedure.main)
        name, _, value = trigger.setting.partition(" = ")
        return words + (f' (only while the setting {name} is "{value}")' if name else "")

    # -- clocks -----------------------------------------------------------------------------------------------------

    def rule(self, timer: TimerDef) -> str:
        """The timescale as it is counted: "14 days, at 4pm on that day"."""
        words = self.fill(timer.due).removeprefix("limit ")
        if self.off(timer):
            return f"switched off by the setting {timer.due.strip('{}')}"
        words += " at the latest" if timer.due.startswith("limit ") else ""
        if timer.at:
            words += f", at {hour(timer.at)} on that day"
        if timer.next:
            words += f", at {hour(timer.next)} on the next working day"
        return words

    def off(self, timer: TimerDef) -> bool:
        """Whether a setting has switched the clock off."""
        return self.fill(timer.due).strip().casefold() == OFF

    def start(self, timer: TimerDef) -> str:
        """What a clock counts from: the first of these that is known."""
        return joined([self._anchor(source) for source in timer.start], "or else")

    def _anchor(self, source: str) -> str:
        kind, _, name = source.partition(" ")
        if kind == "field":
            return self.field(name)
        if kind == "letter":
            return f"the day on which {self.letter(name)} left"
        if kind == "timer":
            found = next((m.timers[name] for m in self.procedure.machines.values() if name in m.timers), None)
            return f'the end of "{found.step}"' if found else f"the end of {name}"
        return "the start of the stage"


def _mail(t: Telling, trigger: Trigger, machine: str) -> str:
    return f"mail comes from {t.roles(trigger.names)}"


def _said(t: Telling, trigger: Trigger, machine: str) -> str:
    verbs = [t.procedure.verbs[n] for n in trigger.names if n in t.procedure.verbs]
    by = dict.fromkeys(trigger.by or (role for verb in verbs for role in verb.by))
    return f"{t.roles(by) or 'somebody'} says {joined((t.word(n) for n in trigger.names), 'or')}"


def _timer(t: Telling, trigger: Trigger, machine: str) -> str:
    timers = t.procedure.machines[machine].timers
    steps = quoted(timers[n].step if n in timers else n for n in trigger.names)
    return f"the time for {joined(steps, 'or')} is over"


def _sent(t: Telling, trigger: Trigger, machine: str) -> str:
    left = "has left" if len(trigger.names) == 1 else "have left"
    words = f"{joined((t.letter(n) for n in trigger.names), 'and')} {left}"
    tried = joined((t.letter(n) for n in trigger.tried), "and")
    return words + (f" (and {tried}, as far as there is anybody to write to)" if tried else "")


def _bounced(t: Telling, trigger: Trigger, machine: str) -> str:
    return f"{joined((t.letter(n) for n in trigger.names), 'or')} reached nobody"


def _own_letter(t: Telling, trigger: Trigger, machine: str) -> str:
    return f"an officer writes to {t.roles(trigger.names)} with the mailbox in copy"


def _children(t: Telling, trigger: Trigger, machine: str) -> str:
    return "everything that was opened from here has ended"


def _signal(t: Telling, trigger: Trigger, machine: str) -> str:
    return "at once" if AT_ONCE.issuperset(trigger.names) else f"it is told {joined(quoted(trigger.names), 'or')}"


EVENTS = {
    "mail": _mail,
    "said": _said,
    "timer": _timer,
    "sent": _sent,
    "bounced": _bounced,
    "own_letter": _own_letter,
    "children": _children,
    "signal": _signal,
}


def untold() -> list[str]:
    """Shapes of the file that have no words yet; a test keeps this empty."""
    missing = [shape.pattern for shape, _ in guards.SHAPES if shape.pattern not in GUARDS]
    missing += [shape.pattern for shape, _ in values.SOURCES if shape.pattern not in VALUES]
    return missing + [kind for kind in TRIGGERS if kind not in EVENTS]
