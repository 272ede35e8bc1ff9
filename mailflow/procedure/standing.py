"""What stands of a case: its machines, clocks, letters and acts, as frozen values.

In: nothing; case.py folds facts into them.
Out: Fact, Timer, Machine, Sent, Act and Case.
Fails: never.
Limits: holds ids, dates and short fields; people's words lie in the texts table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import TypeVar

_T = TypeVar("_T")
EMPTY: Mapping = MappingProxyType({})


def replace(value: _T, **changes: object) -> _T:
    """As dataclasses.replace for the values of this module, without setting every field one by one.

    A case is folded from hundreds of facts, so this is most of what reading it costs. Raises TypeError.
    """
    fields = value.__dict__ | changes
    if len(fields) != len(value.__dict__):
        raise TypeError(f"{type(value).__name__} has no {', '.join(changes.keys() - value.__dict__.keys())}")
    made = object.__new__(type(value))
    object.__setattr__(made, "__dict__", fields)
    return made


@dataclass(frozen=True)
class Fact:
    """One consequence, stored once and never changed. `data` is JSON (instants and dates in ISO form)."""

    kind: str
    machine: str
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Timer:
    """A running, standing or paused clock (K13). `steps` are (name, UTC instant) still to come, earliest first."""

    name: str
    state: str  # running | standing | paused
    on: date
    nominal: date
    target: date
    clause: str
    working: str
    rule: str
    soft: bool
    anchor: date
    steps: tuple[tuple[str, datetime], ...]
    set_seq: int
    left: int = 0
    promised: date | None = None
    extended: int = 0
    letter: str = ""  # the letter whose leaving makes the date firm
    firm: bool = True
    fixed: bool = False  # an agreed date, or days left after a pause: no rule to work it out by again (K12)


@dataclass(frozen=True)
class Machine:
    """The case's own machine or a child, with its clocks and the last dates of clocks that ended."""

    id: str
    kind: str
    state: str
    since: datetime
    ended: bool = False
    came_from: str = ""
    item: int = 0
    timers: Mapping[str, Timer] = field(default_factory=dict)
    past: Mapping[str, date] = field(default_factory=dict)
    fields: Mapping[str, object] = field(default_factory=dict)
    changed: tuple[int, str] = (0, "")  # (seq, kind) of the head fact that last moved it
    entered: int = 0  # the fact by which it came into its state
    cycle: int = 1
    born: int = 0  # the fact that made it


@dataclass(frozen=True)
class Sent:
    """A letter decided on this case and what became of it."""

    id: str
    name: str
    machine: str
    status: str  # decided | sent | bounced | withdrawn | impossible
    seq: int
    head: int
    cycle: int
    at: datetime
    leave_at: datetime | None = None
    to: tuple[str, ...] = ()
    role: str = ""
    withdrawn_by: int = 0  # the head fact that took it back
    posted: datetime | None = None  # when an officer put it in the post (Q15)
    posted_by: int = 0  # the head fact that said so
    settled: int = 0  # the fact that told what became of it
    unwanted: bool = False  # to be taken back, but a courier had it: it does not leave if the server puts it off
    data: Mapping[str, object] = field(default_factory=dict, repr=False)  # as decided, so that it can be decided again

    @property
    def post(self) -> str:
        """How it goes by post: "" not at all, "post" alone, "both" by email too."""
        return str(self.data.get("post", ""))


@dataclass(frozen=True)
class Act:
    """An accepted word, with the case as it stood before it, so that it can be undone (Q33)."""

    seq: int
    actor: str
    verb: str
    before: Case = field(compare=False, repr=False)  # holds the acts before it, and so on: never walked through
    undone: bool = False
    final: bool = False
    judged: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # unread mail that this word settled


@dataclass(frozen=True)
class Case:
    """Everything decide may know of a case."""

    ref: str = ""
    procedure: str = ""
    edition: str = ""
    seq: int = 0
    cycle: int = 1
    head: tuple[int, str] = (0, "")
    opened_at: datetime | None = None
    fields: Mapping[str, object] = field(default_factory=dict)
    set_by: Mapping[str, tuple[int, str]] = field(default_factory=dict)  # head by field
    written: Mapping[str, tuple[int, str]] = field(default_factory=dict)  # the same, with undoing as a writing too
    lists: Mapping[str, tuple[Mapping[str, object], ...]] = field(default_factory=dict)
    machines: Mapping[str, Machine] = field(default_factory=dict)
    letters: Mapping[str, Sent] = field(default_factory=dict)
    acts: tuple[Act, ...] = field(default=(), repr=False)
    unjudged: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    last_mail: Mapping[str, tuple[str, datetime]] = field(default_factory=dict)
    own_files: Mapping[str, tuple[Mapping[str, str], ...]] = field(default_factory=dict)  # an officer's last own letter
    hold: Mapping[str, object] = field(default_factory=dict)
    corrections: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    joined: tuple[str, ...] = ()
    restricted: tuple[str, ...] = ()  # the roles that may still see it; () is a case like any other
    calendar: str = ""  # by whose working days it runs, "" for the office's own
    held_chasers: Mapping[str, str] = field(default_factory=dict)
    put_off: Mapping[str, str] = field(default_factory=dict)  # steps that wait for another day: until which instant

    def live(self, kind: str = "") -> tuple[Machine, ...]:
        """Machines that have not ended, of one kind if named, oldest first."""
        return tuple(m for m in self.machines.values() if not m.ended and (not kind or m.kind == kind))

    def last_letter(self, name: str, machine: str = "") -> Sent | None:
        """The newest letter of that name that was not withdrawn."""
        found = None
        for s in self.letters.values():
            if s.name == name and s.status != "withdrawn" and (not machine or s.machine == machine):
                found = s if found is None or s.seq > found.seq else found
        return found
