"""A case as the fold of its log: what stands after each fact.

In: facts (kind, machine, data) in the order of the log.
Out: a frozen Case; `apply` needs no clock, no calendar and no procedure.
Fails: ValueError on a fact kind that does not exist.
Limits: holds ids, dates and short fields; people's words lie in the texts table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from types import MappingProxyType

from mailflow.procedure import undoing
from mailflow.procedure.standing import EMPTY, Act, Case, Fact, Machine, Sent, Timer, replace

__all__ = ["EMPTY", "HEADS", "Act", "Case", "Fact", "Machine", "Sent", "Timer", "apply", "day", "fold", "instant"]

HEADS = frozenset({"opened", "mail", "said", "timer", "settled", "own_letter", "adopted"})
SILENT = frozenset("recomputed refused asked receipt copied erased noted split".split())


def _put(mapping: Mapping, key: object, value: object) -> Mapping:
    return MappingProxyType(mapping | {key: value})  # type: ignore[operator]  # a dict or a proxy of one


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
        steps=_steps(data),
        set_seq=seq,
        promised=day(data["promised"]) if data.get("promised") else None,
        extended=int(data.get("extended", 0)),
        letter=str(data.get("letter", "")),
        firm=bool(data.get("firm", True)),
        fixed=bool(data.get("fixed", False)),
    )


def _steps(data: Mapping) -> tuple[tuple[str, datetime], ...]:
    return tuple((str(name), instant(at)) for name, at in data["steps"])


def _machine(case: Case, fact: Fact, **changes: object) -> Case:
    machine = replace(case.machines[fact.machine], **changes)
    return replace(case, machines=_put(case.machines, fact.machine, machine))


def _apply_timer(case: Case, fact: Fact) -> Case:
    data, machine = fact.data, case.machines[fact.machine]
    name = str(data["timer"])
    # A date that becomes firm, and a clock that only watches for an answer, are no moves that an undo would trip over.
    changed = machine.changed if data.get("firming") or data.get("aside") else case.head
    if fact.kind == "timer_set":
        timers = _put(machine.timers, name, _timer(data, case.seq))
        return _machine(case, fact, timers=timers, past=_put(machine.past, name, day(data["on"])), changed=changed)
    timer = machine.timers.get(name)
    if timer is None:
        return case
    if fact.kind == "timer_ended":
        return _machine(case, fact, timers=_drop(machine.timers, name), changed=changed)
    if fact.kind == "timer_stepped":
        return _machine(case, fact, timers=_put(machine.timers, name, replace(timer, steps=timer.steps[1:])))
    if fact.kind == "timer_stood":
        timer = replace(timer, state="standing")
    elif fact.kind == "timer_ran":
        timer = replace(timer, state="running", steps=_steps(data))
    else:
        timer = replace(timer, state="paused", left=int(data["left"]))
    return _machine(case, fact, timers=_put(machine.timers, name, timer), changed=changed)


def _apply_letter(case: Case, fact: Fact) -> Case:
    data = fact.data
    if fact.kind == "letter":
        return _again(_decided(case, fact), str(data.get("instead_of", "")), str(data["letter"]))
    letter = case.letters.get(str(data["letter"]))
    if letter is None:
        return case
    if fact.kind == "letter_withdrawn":
        letter = replace(letter, status="withdrawn", withdrawn_by=case.head[0])
        return replace(case, letters=_put(case.letters, letter.id, letter))
    if fact.kind == "letter_unwanted":
        return replace(case, letters=_put(case.letters, letter.id, replace(letter, unwanted=True)))
    if fact.kind == "posted":
        left = {"status": "sent", "at": instant(data["at"])} if letter.post == "post" else {}
        letter = replace(letter, posted=instant(data["at"]), posted_by=case.head[0], **left)
        return replace(case, letters=_put(case.letters, letter.id, letter))
    result = str(data["result"])  # settled
    status = {"sent": "sent", "bounced": "bounced", "withdrawn": "withdrawn"}[result]
    at = instant(data["at"]) if result == "sent" else letter.at
    return replace(case, letters=_put(case.letters, letter.id, replace(letter, status=status, at=at, settled=case.seq)))


def _decided(case: Case, fact: Fact) -> Case:
    data = fact.data
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
        data=MappingProxyType(dict(data)),
    )
    return replace(case, letters=_put(case.letters, sent.id, sent))


def _again(case: Case, old: str, new: str) -> Case:
    """Clocks that count from a letter taken back count from the one decided in its place."""
    if not old:
        return case
    machines = {}
    for name, machine in case.machines.items():
        timers = {n: replace(t, letter=new) if t.letter == old else t for n, t in machine.timers.items()}
        machines[name] = replace(machine, timers=MappingProxyType(timers))
    return replace(case, machines=MappingProxyType(machines))


def _mark(case: Case, name: str) -> Case:
    """Remember which head fact wrote this, so that an undo can tell."""
    return replace(case, set_by=_put(case.set_by, name, case.head), written=_put(case.written, name, case.head))


# -- facts ----------------------------------------------------------------------------------------------------------


def _apply_head(case: Case, fact: Fact) -> Case:  # noqa: PLR0911 - one branch a fact
    data, before = fact.data, case
    case = replace(case, head=(case.seq, fact.kind))
    match fact.kind:
        case "opened":
            return replace(
                case,
                ref=str(data["ref"]),
                procedure=str(data["procedure"]),
                edition=str(data["edition"]),
                opened_at=instant(data["at"]),
            )
        case "mail":
            last = _put(case.last_mail, str(data["role"]), (str(data["mail"]), instant(data["at"])))
            return replace(case, last_mail=last)
        case "own_letter":
            case = replace(case, own_files=_put(case.own_files, str(data["role"]), tuple(data.get("files", ()))))
        case "said":
            act = Act(case.seq, str(data["actor"]), str(data["verb"]), before, final=bool(data.get("final")))
            return replace(case, acts=(*case.acts, act))
        case "timer":
            return _apply_timer(case, Fact("timer_stepped", fact.machine, data))
        case "settled":
            return _apply_letter(case, fact)
        case "adopted":
            # What was said before was said under other rules: it cannot be undone under these.
            return replace(case, edition=str(data["edition"]), acts=())
    return case


def _apply_item(case: Case, fact: Fact) -> Case:
    name = str(fact.data["list"])
    items = case.lists.get(name, ())
    if fact.kind == "items":
        items = tuple(dict(i) for i in fact.data["items"])
    else:
        n = int(fact.data["n"])
        items = tuple({**i, **fact.data["values"]} if i["n"] == n else i for i in items)
    return _mark(replace(case, lists=_put(case.lists, name, items)), f"#list {name}")


def _spawned(case: Case, fact: Fact) -> Case:
    machine = Machine(
        fact.machine,
        str(fact.data["kind"]),
        str(fact.data["state"]),
        instant(fact.data["at"]),
        item=int(fact.data.get("item", 0)),
        changed=case.head,
        entered=case.seq,
        cycle=case.cycle,
        born=case.seq,
    )
    return replace(case, machines=_put(case.machines, fact.machine, machine))


def _moved(case: Case, fact: Fact) -> Case:
    data, old = fact.data, case.machines[fact.machine]
    stays = data["to"] == old.state
    return _machine(
        case,
        fact,
        state=str(data["to"]),
        since=old.since if stays else instant(data["at"]),
        ended=bool(data["ends"]),
        came_from=str(data["from"]) if data.get("remember") else old.came_from,
        changed=old.changed if stays else case.head,
        entered=old.entered if stays else case.seq,
    )


def _judged(case: Case, fact: Fact) -> Case:
    settled = MappingProxyType({k: v for k, v in case.unjudged.items() if k in fact.data["roles"]})
    acts = tuple(replace(a, judged=settled) if a.seq == case.head[0] else a for a in case.acts)
    waiting = {k: v for k, v in case.unjudged.items() if k not in settled}
    return replace(case, unjudged=MappingProxyType(waiting), acts=acts)


def _filed(case: Case, fact: Fact) -> Case:
    if not fact.data.get("held"):
        return case
    # Mail that comes in a hold is taken up when the hold ends (composition 10).
    kept = [*case.hold.get("mails", ()), [fact.data["role"], fact.data["mail"], fact.data["sender"], fact.data["at"]]]
    return replace(case, hold=_put(case.hold, "mails", kept))


def _apply_simple(case: Case, fact: Fact) -> Case:  # noqa: PLR0911, PLR0912 - one branch a fact
    data = fact.data
    match fact.kind:
        case "field":
            name = str(data["name"])
            return _mark(replace(case, fields=_put(case.fields, name, data["value"])), name)
        case "child_field":
            old = case.machines[fact.machine]
            changed = case.head if case.head[1] == "said" else old.changed
            return _machine(case, fact, fields=_put(old.fields, str(data["name"]), data["value"]), changed=changed)
        case "spawned":
            return _spawned(case, fact)
        case "moved":
            return _moved(case, fact)
        case "unjudged":
            role = str(data["role"])
            waiting = (*case.unjudged.get(role, ()), str(data["mail"]))
            return replace(case, unjudged=_put(case.unjudged, role, waiting))
        case "judged":
            return _judged(case, fact)
        case "filed":
            return _filed(case, fact)
        case "cycle":
            return _mark(replace(case, cycle=int(data["n"])), "#cycle")
        case "held":
            mails = {"mails": case.hold["mails"]} if "mails" in case.hold else {}
            return _mark(replace(case, hold=MappingProxyType({**data, **mails})), "#hold")
        case "released":
            return _mark(replace(case, hold=EMPTY), "#hold") if case.hold else case
        case "corrected":
            return replace(case, corrections=())
        case "file":
            return replace(case, files=(*case.files, str(data["what"])))
        case "restricted":
            return replace(case, restricted=tuple(str(r) for r in data["roles"]))
        case "joined":
            return _mark(replace(case, joined=(*case.joined, str(data["ref"]))), "#joined")
        case "joined_by":
            return replace(case, fields=MappingProxyType({**case.fields, **data["fields"]}))
        case "calendar":
            return replace(case, calendar=str(data["name"]))
        case "chaser_held":
            return replace(case, held_chasers=_put(case.held_chasers, str(data["key"]), str(data["why"])))
        case "put_off":
            return replace(case, put_off=_put(case.put_off, str(data["key"]), str(data["until"])))
    if fact.kind in SILENT:
        return case
    raise ValueError(f"unknown fact {fact.kind!r}")


def apply(case: Case, fact: Fact) -> Case:
    """The case after one more fact."""
    case = replace(case, seq=case.seq + 1)
    if fact.kind in HEADS:
        return _apply_head(case, fact)
    if fact.kind.startswith("timer_"):
        return _apply_timer(case, fact)
    if fact.kind in ("letter", "letter_withdrawn", "letter_unwanted", "posted"):
        return _apply_letter(case, fact)
    if fact.kind in ("items", "item"):
        return _apply_item(case, fact)
    if fact.kind == "undone":
        return undoing.undo(case, fact)
    return _apply_simple(case, fact)


def fold(facts: Iterable[Fact]) -> Case:
    """The case that a log tells: the same log always gives the same case."""
    case = Case()
    for fact in facts:
        case = apply(case, fact)
    return case
