"""A case as the fold of its log: what stands after each fact.

In: facts (kind, machine, data) in the order of the log.
Out: a frozen Case; `apply` needs no clock, no calendar and no procedure.
Fails: ValueError on a fact kind that does not exist.
Limits: holds ids, dates and short fields; people's words lie in the texts table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from types import MappingProxyType

EMPTY: Mapping = MappingProxyType({})
HEADS = frozenset({"opened", "mail", "said", "timer", "settled", "own_letter"})


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


@dataclass(frozen=True)
class Act:
    """An accepted word, with the case as it stood before it, so that it can be undone (Q33)."""

    seq: int
    actor: str
    verb: str
    before: Case
    undone: bool = False
    final: bool = False


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
    set_by: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    lists: Mapping[str, tuple[Mapping[str, object], ...]] = field(default_factory=dict)
    machines: Mapping[str, Machine] = field(default_factory=dict)
    letters: Mapping[str, Sent] = field(default_factory=dict)
    acts: tuple[Act, ...] = field(default=(), repr=False)
    unjudged: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    last_mail: Mapping[str, tuple[str, datetime]] = field(default_factory=dict)
    hold: Mapping[str, object] = field(default_factory=dict)
    corrections: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    joined: tuple[str, ...] = ()
    held_chasers: Mapping[str, str] = field(default_factory=dict)

    def live(self, kind: str = "") -> tuple[Machine, ...]:
        """Machines that have not ended, of one kind if named, oldest first."""
        return tuple(m for m in self.machines.values() if not m.ended and (not kind or m.kind == kind))

    def last_letter(self, name: str, machine: str = "") -> Sent | None:
        """The newest letter of that name that was not withdrawn."""
        found = [
            s
            for s in self.letters.values()
            if s.name == name and s.status != "withdrawn" and (not machine or s.machine == machine)
        ]
        return max(found, key=lambda s: s.seq) if found else None


def _put(mapping: Mapping, key: object, value: object) -> Mapping:
    return MappingProxyType({**mapping, key: value})


def _drop(mapping: Mapping, key: object) -> Mapping:
    return MappingProxyType({k: v for k, v in mapping.items() if k != key})


def instant(value: object) -> datetime:
    """An ISO instant of a fact as an aware UTC datetime."""
    return datetime.fromisoformat(str(value))


def day(value: object) -> date:
    """An ISO date of a fact."""
    return date.fromisoformat(str(value))


def _timer(data: Mapping, seq: int) -> Timer:
    return Timer(
        name=str(data["timer"]),
        state="running",
        on=day(data["on"]),
        nominal=day(data["nominal"]),
        target=day(data["target"]),
        clause=str(data["clause"]),
        working=str(data["working"]),
        rule=str(data["rule"]),
        soft=bool(data["soft"]),
        anchor=day(data["anchor"]),
        steps=tuple((str(n), instant(i)) for n, i in data["steps"]),
        set_seq=seq,
        promised=day(data["promised"]) if data.get("promised") else None,
        extended=int(data.get("extended", 0)),
        letter=str(data.get("letter", "")),
        firm=bool(data.get("firm", True)),
    )


def _machine(case: Case, fact: Fact, **changes: object) -> Case:
    machine = replace(case.machines[fact.machine], **changes)
    return replace(case, machines=_put(case.machines, fact.machine, machine))


def _apply_timer(case: Case, fact: Fact) -> Case:
    data, machine = fact.data, case.machines[fact.machine]
    name = str(data["timer"])
    if fact.kind == "timer_set":
        timers = _put(machine.timers, name, _timer(data, case.seq))
        changed = machine.changed if data.get("firming") else case.head
        return _machine(case, fact, timers=timers, past=_put(machine.past, name, day(data["on"])), changed=changed)
    timer = machine.timers.get(name)
    if timer is None:
        return case
    if fact.kind == "timer_ended":
        return _machine(case, fact, timers=_drop(machine.timers, name))
    if fact.kind == "timer_stepped":
        return _machine(case, fact, timers=_put(machine.timers, name, replace(timer, steps=timer.steps[1:])))
    if fact.kind == "timer_stood":
        return _machine(case, fact, timers=_put(machine.timers, name, replace(timer, state="standing")))
    if fact.kind == "timer_ran":
        steps = tuple((str(n), instant(i)) for n, i in data["steps"])
        return _machine(case, fact, timers=_put(machine.timers, name, replace(timer, state="running", steps=steps)))
    left = int(data["left"])  # timer_paused
    return _machine(case, fact, timers=_put(machine.timers, name, replace(timer, state="paused", left=left)))


def _apply_letter(case: Case, fact: Fact) -> Case:
    data = fact.data
    if fact.kind == "letter":
        sent = Sent(
            id=str(data["letter"]),
            name=str(data["name"]),
            machine=fact.machine,
            status=str(data.get("status", "decided")),
            seq=case.seq,
            head=case.head[0],
            cycle=case.cycle,
            at=instant(data["at"]),
            leave_at=instant(data["leave_at"]) if data.get("leave_at") else None,
            to=tuple(str(a) for a in data.get("to", ())),
            role=str(data.get("role", "")),
        )
        return replace(case, letters=_put(case.letters, sent.id, sent))
    letter = case.letters.get(str(data["letter"]))
    if letter is None:
        return case
    if fact.kind == "letter_withdrawn":
        return replace(case, letters=_put(case.letters, letter.id, replace(letter, status="withdrawn")))
    result = str(data["result"])  # settled
    status = {"sent": "sent", "bounced": "bounced", "withdrawn": "withdrawn"}[result]
    at = instant(data["at"]) if result == "sent" else letter.at
    return replace(case, letters=_put(case.letters, letter.id, replace(letter, status=status, at=at)))


def _apply_undo(case: Case, fact: Fact) -> Case:
    act = next(a for a in case.acts if a.seq == int(fact.data["act"]))
    before = act.before
    machines = {}
    for name, machine in case.machines.items():
        touched = machine.changed[0] >= act.seq
        if not touched:
            machines[name] = machine
        elif name in before.machines:
            machines[name] = replace(before.machines[name], changed=case.head)
    fields, set_by = dict(case.fields), dict(case.set_by)
    for name, (seq, kind) in case.set_by.items():
        if seq == act.seq or (seq > act.seq and kind == "settled"):
            if name in before.fields:
                fields[name], set_by[name] = before.fields[name], before.set_by.get(name, (0, ""))
            else:
                del fields[name], set_by[name]
    acts = tuple(replace(a, undone=True) if a.seq == act.seq else a for a in case.acts)
    return replace(
        case,
        machines=MappingProxyType(machines),
        fields=MappingProxyType(fields),
        set_by=MappingProxyType(set_by),
        lists=before.lists,
        unjudged=before.unjudged,
        hold=before.hold,
        cycle=before.cycle,
        acts=acts,
        corrections=(*case.corrections, *(str(x) for x in fact.data.get("corrections", ()))),
    )


def _apply_head(case: Case, fact: Fact) -> Case:
    data = fact.data
    before = case
    case = replace(case, head=(case.seq, fact.kind))
    if fact.kind == "opened":
        return replace(
            case,
            ref=str(data["ref"]),
            procedure=str(data["procedure"]),
            edition=str(data["edition"]),
            opened_at=instant(data["at"]),
        )
    if fact.kind == "mail":
        return replace(
            case, last_mail=_put(case.last_mail, str(data["role"]), (str(data["mail"]), instant(data["at"])))
        )
    if fact.kind == "said":
        act = Act(case.seq, str(data["actor"]), str(data["verb"]), before, final=bool(data.get("final")))
        return replace(case, acts=(*case.acts, act))
    if fact.kind == "timer":
        return _apply_timer(case, Fact("timer_stepped", fact.machine, data))
    if fact.kind == "settled":
        return _apply_letter(case, fact)
    return case


def _apply_item(case: Case, fact: Fact) -> Case:
    name = str(fact.data["list"])
    items = case.lists.get(name, ())
    if fact.kind == "items":
        items = tuple(dict(i) for i in fact.data["items"])
    else:
        n = int(fact.data["n"])
        items = tuple({**i, **fact.data["values"]} if i["n"] == n else i for i in items)
    return replace(case, lists=_put(case.lists, name, items))


def _apply_simple(case: Case, fact: Fact) -> Case:  # noqa: PLR0911 - one line a fact
    data = fact.data
    match fact.kind:
        case "field":
            fields = _put(case.fields, str(data["name"]), data["value"])
            return replace(case, fields=fields, set_by=_put(case.set_by, str(data["name"]), case.head))
        case "child_field":
            machine = case.machines[fact.machine]
            return _machine(case, fact, fields=_put(machine.fields, str(data["name"]), data["value"]))
        case "spawned":
            machine = Machine(
                fact.machine,
                str(data["kind"]),
                str(data["state"]),
                instant(data["at"]),
                item=int(data.get("item", 0)),
                changed=case.head,
                entered=case.seq,
                cycle=case.cycle,
            )
            return replace(case, machines=_put(case.machines, fact.machine, machine))
        case "moved":
            old = case.machines[fact.machine]
            came = str(data["from"]) if data.get("remember") else old.came_from
            return _machine(
                case,
                fact,
                state=str(data["to"]),
                since=instant(data["at"]),
                ended=bool(data["ends"]),
                came_from=came,
                changed=case.head,
                entered=case.seq if data["to"] != old.state else old.entered,
            )
        case "unjudged":
            role = str(data["role"])
            return replace(
                case, unjudged=_put(case.unjudged, role, (*case.unjudged.get(role, ()), str(data["mail"])))
            )
        case "judged":
            return replace(
                case, unjudged=MappingProxyType({k: v for k, v in case.unjudged.items() if k not in data["roles"]})
            )
        case "cycle":
            return replace(case, cycle=int(data["n"]))
        case "held":
            return replace(case, hold=MappingProxyType(dict(data)))
        case "released":
            return replace(case, hold=EMPTY)
        case "corrected":
            return replace(case, corrections=())
        case "file":
            return replace(case, files=(*case.files, str(data["what"])))
        case "joined":
            return replace(case, joined=(*case.joined, str(data["ref"])))
        case "chaser_held":
            return replace(case, held_chasers=_put(case.held_chasers, str(data["key"]), str(data["why"])))
        case "refused" | "asked" | "filed" | "receipt" | "copied" | "erased" | "noted":
            return case
    raise ValueError(f"unknown fact {fact.kind!r}")


def apply(case: Case, fact: Fact) -> Case:
    """The case after one more fact."""
    case = replace(case, seq=case.seq + 1)
    if fact.kind in HEADS:
        return _apply_head(case, fact)
    if fact.kind.startswith("timer_"):
        return _apply_timer(case, fact)
    if fact.kind in ("letter", "letter_withdrawn"):
        return _apply_letter(case, fact)
    if fact.kind in ("items", "item"):
        return _apply_item(case, fact)
    if fact.kind == "undone":
        return _apply_undo(case, fact)
    return _apply_simple(case, fact)


def fold(facts: Iterable[Fact]) -> Case:
    """The case that a log tells: the same log always gives the same case."""
    case = Case()
    for fact in facts:
        case = apply(case, fact)
    return case
