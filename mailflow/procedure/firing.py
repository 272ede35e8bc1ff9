"""Firing one row: fields, state, letters, clocks, children, files, in that order.

In: a decision in the making, the row, the machine and perhaps the signal that set it off.
Out: the facts of that row, and signals for the machines it tells.
Fails: KeyError where the procedure file names what it does not declare (the reader refuses such files).
Limits: knows no state, role or letter by name.
"""

from __future__ import annotations

from datetime import date, datetime

from mailflow.procedure import by_post, dispatch, guards, timers, values
from mailflow.procedure.case import Machine
from mailflow.procedure.decision import Decision, Signal
from mailflow.procedure.definition import Row, Spawn, Tell
from mailflow.procedure.events import MailCame, Said
from mailflow.procedure.standing import Sent

SAME, BACK = "(same)", "(came from)"


def fire(d: Decision, row: Row, machine_id: str, signal: Signal | None = None) -> None:
    """Do what the row says."""
    machine = d.case.machines[machine_id]
    scene = guards.Scene(machine, row, signal, machine.state)
    told = [t for t in row.tells if _holds(d, scene, t.condition)]
    spawned = [s for s in row.spawn if _holds(d, scene, s.condition)]
    letters = [u for u in row.letters if _holds(d, scene, u.condition)]
    _marks(d, row, machine_id)
    _fields(d, row, machine_id)
    _items(d, row, machine)
    if row.withdraw or row.withdraws:
        withdraw_waiting(d, row.withdraws, machine_id)
    _move(d, row, machine_id)
    for name in row.records:
        dispatch.send(d, d.case.machines[machine_id], name, row=row.id, recorded_at=_stated(d, "on"))
    for use in letters:
        buttons = row.buttons
        dispatch.send(d, d.case.machines[machine_id], use.letter, why=use.why or row.why, buttons=buttons, row=row.id)
    _judging(d, row)
    _clocks(d, row, machine_id, machine.state)
    for what in row.files:
        d.emit("file", machine_id, what=what, at=d.at.isoformat())
    for name, words in row.date_field.items():
        found = values.date_from_rule(d, words)
        if found:
            d.emit("field", machine_id, name=name, value=found)
    if row.join:
        d.emit("joined", machine_id, ref=str(d.blank(row.join)))
    if row.split:
        split = {"field": row.split["field"], "keeps": row.split["keeps"].split(), "by": d.sender}
        d.emit("split", machine_id, parts=d.blank(row.split["blank"]), **split)
    for tell in told:  # before the new ones are made, so that only those that were there hear it
        _tell(d, tell, machine_id)
    for spawn in spawned:
        _spawn(d, spawn)
    if row.close_children:
        _close(d, row.close_children)
    if row.letters or row.records:
        d.signal(machine_id, "check sent")


def _marks(d: Decision, row: Row, machine_id: str) -> None:
    """What the row says of the case as a whole: that it begins again, and who may see it from now on."""
    if row.new_cycle:
        d.emit("cycle", machine_id, n=d.case.cycle + 1)
    if row.restrict:
        d.emit("restricted", machine_id, roles=list(row.restrict), at=d.at.isoformat())


def _holds(d: Decision, scene: guards.Scene, condition: str) -> bool:
    return not condition or not guards.check(d, scene, condition)


def _fields(d: Decision, row: Row, machine_id: str) -> None:
    kind = "field" if d.case.machines[machine_id].kind == d.procedure.main else "child_field"
    for name, words in row.set.items():
        found = values.value(d, d.case.machines[machine_id], name, words)
        if found is not None:
            d.emit(kind, machine_id, name=name, value=found)
    if row.count:
        now = int(str(d.case.fields.get(row.count) or 0))
        d.emit("field", machine_id, name=row.count, value=str(now + 1))


def _items(d: Decision, row: Row, machine: Machine) -> None:
    name = row.items or row.items_if_given
    given = d.blank(name) if name else None
    if name and (given or row.items):
        kinds = {k for k, m in d.procedure.machines.items() if m.item == name}
        taken = {m.item for m in d.case.machines.values() if m.kind in kinds}
        kept = [dict(i) for i in d.case.lists.get(name, ()) if i["n"] in taken]
        first = max((int(i["n"]) for i in kept), default=0)
        new = [{"n": first + n, **{k: values.plain(v) for k, v in i.items()}} for n, i in enumerate(given or (), 1)]
        d.emit("items", machine.id, list=name, items=kept + new)
    if row.set_item and machine.item:
        name = d.definition(machine).item
        new_values = {k: values.plain(d.blank(blank)) for k, blank in row.set_item.items()}
        d.emit("item", machine.id, list=name, n=machine.item, values=new_values)


def _move(d: Decision, row: Row, machine_id: str) -> None:
    machine = d.case.machines[machine_id]
    to = {SAME: machine.state, BACK: machine.came_from}.get(row.to, row.to)
    state = d.definition(machine).states[to]
    # Mail that only joins the file leaves the stage as it is, and is no move that an undo would trip over.
    if to == machine.state and row.to == SAME:
        d.emit("noted", machine_id, row=row.id, at=d.at.isoformat(), why=row.why)
        return
    d.emit(
        "moved",
        machine_id,
        **{"from": machine.state},
        to=to,
        row=row.id,
        at=d.at.isoformat(),
        ends=state.ends,
        remember=row.remember_from and to != machine.state,
        why=row.why,
    )
    if to != machine.state:
        d.signal(machine_id, "entered")
    if state.ends and machine.kind == d.procedure.main:
        _close(d, state.title.lower())


def _clocks(d: Decision, row: Row, machine_id: str, was: str) -> None:
    given = {name: d.blank(blank) for name, blank in row.sets_timer.items()}
    if row.extends:
        given[row.extends] = d.blank("until")
    for name, until in given.items():
        if isinstance(until, date):
            machine = d.case.machines[machine_id]
            definition = d.definition(machine).timers[name]
            if machine.state in definition.runs:
                timers.set_timer(d, machine, definition, explicit=until, extended=True)
    restart = tuple(n for n in row.restart if n not in given)
    timers.settle_timers(d, machine_id, restart, was)


def _judging(d: Decision, row: Row) -> None:
    if row.asks and isinstance(d.event, MailCame):
        d.emit("unjudged", d.procedure.main, role=row.asks, mail=d.event.mail)
    if row.judges:
        judge(d, row.judges)


def judge(d: Decision, roles: tuple[str, ...]) -> None:
    """An officer has said what the waiting mails of these roles were; the clock that asked for it may stop."""
    if any(role in d.case.unjudged for role in roles):
        d.emit("judged", d.procedure.main, roles=list(roles))
        timers.settle_timers(d, d.procedure.main)


def _spawn(d: Decision, spawn: Spawn) -> None:
    definition = d.procedure.machines[spawn.child]
    if definition.one_open and d.case.live(spawn.child):
        return  # composition 2: at most one is open; a new cause joins it (the row's `tells`)
    if not spawn.each:
        new_child(d, spawn.child, spawn.signal)
        return
    taken = {m.item for m in d.case.machines.values() if m.kind == spawn.child}
    for item in d.case.lists.get(spawn.each, ()):
        if item["n"] not in taken:  # composition 4: a second conclusion makes only what is missing
            new_child(d, spawn.child, spawn.signal, item=int(str(item["n"])))


def new_child(d: Decision, kind: str, signal: str, item: int = 0) -> None:
    """Make a child machine and let the row without a source that listens to the signal begin it."""
    definition = d.procedure.machines[kind]
    row = next(r for r in definition.rows if not r.sources and any(signal in t.names for t in r.on))
    n = 1 + sum(1 for m in d.case.machines.values() if m.kind == kind)
    child = f"{kind}-{item or n}"
    d.emit("spawned", child, kind=kind, state=row.to, at=d.at.isoformat(), item=item)
    fire(d, row, child, Signal(child, signal))


def _tell(d: Decision, tell: Tell, teller: str) -> None:
    live = [m for m in d.case.live(tell.child) if m.id != teller]
    if not live and tell.open:
        new_child(d, tell.child, tell.signal)
    for machine in live:
        d.signal(machine.id, tell.signal)


def _close(d: Decision, reason: str) -> None:
    """Composition 3: a case that ends closes its children with the same reason, without letters of their own."""
    for child in d.case.live():
        if child.kind == d.procedure.main:
            continue
        to = d.definition(child).closed_as
        moved = {"from": child.state, "to": to, "row": "", "ends": True, "why": reason}
        d.emit("moved", child.id, **moved, at=d.at.isoformat())
        timers.settle_timers(d, child.id)


def end_children_if_done(d: Decision) -> None:
    """All children ended: the case is told, if a row of its stage waits for that (c45)."""
    main = d.case.machines.get(d.procedure.main)
    if main is None or main.ended or d.case.live() != (main,):
        return
    waits = any(t.kind == "children" for r in d.definition(main).rows_from(main.state) for t in r.on)
    if waits:
        d.signal(main.id, "ended")


def withdraw_waiting(d: Decision, names: tuple[str, ...] = (), machine_id: str = "") -> None:
    """Take back parties' letters that have not left: those named that this machine decided, or all."""
    for letter in d.case.letters.values():
        if letter.status != "decided" or not d.is_party(letter.role):
            continue
        if not names or (letter.name in names and letter.machine == machine_id):
            if take_back(d, letter):
                d.signal(d.procedure.main, by_post.SIGNAL)


def take_back(d: Decision, letter: Sent) -> bool:
    """A letter is not wanted any more: it is withdrawn, or, if a courier has it now, should the server put it off."""
    if letter.id not in d.terms.gone:
        d.emit("letter_withdrawn", letter.machine, letter=letter.id, post=letter.post)
        return True
    if not letter.unwanted:
        d.emit("letter_unwanted", letter.machine, letter=letter.id)
    return False


def _stated(d: Decision, blank: str) -> datetime:
    """The instant an officer states: noon of the day given, otherwise when the word came."""
    given = d.blank(blank)
    if isinstance(given, date) and isinstance(d.event, Said) and given != d.today:
        return d.calendar.instant(given, datetime.min.time().replace(hour=12))
    return d.at
