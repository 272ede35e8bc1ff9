"""What stands of a case after an act is taken back (Q33).

In: a case and the fact that an act of it is undone.
Out: the case, with what the act wrote written back as it was; what others did since stays.
Fails: StopIteration for an act that the case does not know (acts.py names only those it does).
Limits: part of the fold of case.py; needs no clock, no calendar and no procedure.
"""

from __future__ import annotations

from types import MappingProxyType

from mailflow.procedure.standing import Act, Case, Fact, Machine, replace


def undo(case: Case, fact: Fact) -> Case:
    """The case after an act is taken back, with the letters that can only be corrected now."""
    act = next(a for a in case.acts if a.seq == int(fact.data["act"]))
    before = act.before
    machines = {}
    unposted = {letter.id for letter in case.letters.values() if letter.posted_by == act.seq}
    for name, machine in case.machines.items():
        if machine.changed[0] < act.seq:
            machines[name] = _timers_before(machine, before.machines.get(name), unposted)
        elif name in before.machines:
            machines[name] = replace(before.machines[name], changed=case.head)
    acts = tuple(replace(a, undone=True) if a.seq == act.seq else a for a in case.acts)
    letters = {n: before.letters[n] if n in unposted else letter for n, letter in case.letters.items()}
    case = replace(case, machines=MappingProxyType(machines), letters=MappingProxyType(letters), acts=acts)
    case = _fields_before(case, act)
    waiting = {role: (*mails, *case.unjudged.get(role, ())) for role, mails in act.judged.items()}
    drafts = before.corrections if fact.data.get("again") else case.corrections
    return replace(
        case,
        unjudged=MappingProxyType({**case.unjudged, **waiting}),
        corrections=(*drafts, *(str(x) for x in fact.data.get("corrections", ()))),
    )


def _timers_before(machine: Machine, before: Machine | None, letters: set[str]) -> Machine:
    """The machine, its clocks that count from these letters as they were: the letters are not in the post after all."""
    known = before.timers if before else {}
    back = {name: known[name] for name, timer in machine.timers.items() if timer.letter in letters and name in known}
    return replace(machine, timers=MappingProxyType({**machine.timers, **back})) if back else machine


def _fields_before(case: Case, act: Act) -> Case:
    """What the act (or a letter's leaving after it) wrote is written back as it was."""
    before, fields, lists = act.before, dict(case.fields), dict(case.lists)
    set_by, written = dict(case.set_by), dict(case.written)
    hold, cycle, joined = case.hold, case.cycle, case.joined
    for name, (seq, kind) in case.written.items():
        if seq != act.seq and not (seq > act.seq and kind == "settled"):
            continue
        special, _, key = name.partition(" ")
        if special == "#hold":
            hold = before.hold
        elif special == "#cycle":
            cycle = before.cycle
        elif special == "#joined":
            joined = before.joined
        elif special == "#list":
            lists[key] = before.lists.get(key, ())
        elif name in before.fields:
            fields[name] = before.fields[name]
        else:
            fields.pop(name, None)
        set_by[name], written[name] = before.set_by.get(name, (0, "")), case.head
    return replace(
        case,
        fields=MappingProxyType(fields),
        set_by=MappingProxyType(set_by),
        written=MappingProxyType(written),
        lists=MappingProxyType(lists),
        hold=hold,
        cycle=cycle,
        joined=joined,
    )
