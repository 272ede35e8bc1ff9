"""What happened on a case, line by line, in words that a person understands.

In: the lines of a case's log with their words, its procedure and its calendar.
Out: entries: the local day and time, who, what, and why.
Fails: never; an unknown kind of line is named as it is.
Limits: one entry for each line that means something to a reader; clocks that merely followed a move are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from mailflow.flow.arrived import NAMED_BY
from mailflow.flow.timeline import moments
from mailflow.mail.correlate import REASONS
from mailflow.procedure.calendar import Calendar
from mailflow.procedure.case import day, instant
from mailflow.procedure.deadlines import clock_words, long_date
from mailflow.procedure.definition import Procedure
from mailflow.store.log import Line


@dataclass(frozen=True)
class Entry:
    """One thing that happened: `day` and `time` are local, `who` an address or "", `why` a reason in words or ""."""

    seq: int
    kind: str
    day: date
    time: str
    who: str
    what: str
    why: str


def history(
    procedure: Procedure, calendar: Calendar, lines: Sequence[Line], words: Callable[[object], object]
) -> list[Entry]:
    """The entries of a log, oldest first. `words` puts people's words back in their place (flow/sealing.unseal)."""
    teller = _Teller(procedure, calendar)
    found = []
    for line, at in zip(lines, moments(lines), strict=True):
        data = words(line.data)
        said = teller.tell(line.kind, line.machine, data if isinstance(data, Mapping) else {})
        if said:
            who = str(line.data.get("actor") or line.data.get("by") or line.data.get("sender") or "")
            local = calendar.local(at)
            time = clock_words(local.time().replace(second=0, microsecond=0))
            found.append(Entry(line.seq, line.kind, local.date(), time, who, *said))
    return found


class _Teller:
    """Knows the names of things while the log goes by."""

    def __init__(self, procedure: Procedure, calendar: Calendar):
        self.procedure, self.calendar = procedure, calendar
        self.kinds = {procedure.main: procedure.main}
        self.items: dict[str, int] = {}
        self.letters: dict[str, str] = {}
        self.dates: dict[tuple[str, str], str] = {}

    def tell(self, kind: str, machine: str, data: Mapping) -> tuple[str, str] | None:
        """What happened and why, or None for a line that only keeps the books."""
        told: Callable[[str, Mapping], tuple[str, str] | None] | None = getattr(self, f"_{kind}", None)
        return told(machine, data) if told else None

    def _thing(self, machine: str) -> str:
        kind = self.kinds.get(machine, machine)
        if kind == self.procedure.main or kind not in self.procedure.machines:
            return ""
        number = f" {self.items[machine]}" if self.items.get(machine) else ""
        return f"{self.procedure.machines[kind].title}{number}: "

    def _state(self, machine: str, code: str) -> str:
        defined = self.procedure.machines.get(self.kinds.get(machine, machine))
        state = defined.states.get(code) if defined else None
        return state.title if state else code

    def _clock(self, machine: str, name: str) -> str:
        defined = self.procedure.machines.get(self.kinds.get(machine, machine))
        timer = defined.timers.get(name) if defined else None
        return timer.step if timer else self.procedure.hold.clause

    def _role(self, name: str) -> str:
        role = self.procedure.roles.get(self.procedure.party_of(name))
        return role.title if role else name

    def _verb(self, name: str) -> str:
        verb = self.procedure.verbs.get(name)
        return verb.label if verb else name

    # -- one method for each kind of fact ------------------------------------------------------------------------

    def _opened(self, machine: str, data: Mapping) -> tuple[str, str]:
        return f"Opened as {data['ref']}", ""

    def _mail(self, machine: str, data: Mapping) -> tuple[str, str]:
        flags = [str(flag) for flag in data.get("flags", ())]
        keys = [REASONS.get(flag.removeprefix(NAMED_BY), "") for flag in flags if flag.startswith(NAMED_BY)]
        why = [f"stated by {data['stated_by']}" if data.get("stated_by") else "", *keys]
        why.append("An officer said where it belongs." if "by_officer" in flags else "")
        return f"Mail from: {self._role(str(data['role']))}", " ".join(filter(None, why))

    def _own_letter(self, machine: str, data: Mapping) -> tuple[str, str]:
        return f"An officer wrote to: {self._role(str(data['role']))}", ""

    def _filed(self, machine: str, data: Mapping) -> tuple[str, str]:
        return "The mail was filed; nothing follows from it in this stage", ""

    def _said(self, machine: str, data: Mapping) -> tuple[str, str]:
        return f'Said: "{data.get("line") or self._verb(str(data["verb"]))}"', str(data.get("note") or "")

    def _refused(self, machine: str, data: Mapping) -> tuple[str, str]:
        return f'Not done: "{data.get("line") or self._verb(str(data["verb"]))}"', str(data.get("why", ""))

    _asked = _refused

    def _timer(self, machine: str, data: Mapping) -> tuple[str, str]:
        return f"{self._thing(machine)}the time had come for: {self._clock(machine, str(data['timer']))}", ""

    def _spawned(self, machine: str, data: Mapping) -> None:
        # Told by the move into its first stage, which follows with the row that made it.
        self.kinds[machine] = str(data["kind"])
        self.items[machine] = int(data.get("item", 0))

    def _moved(self, machine: str, data: Mapping) -> tuple[str, str]:
        row = f"row {data['row']} of the procedure" if data.get("row") else ""
        why = ". ".join(x for x in (str(data.get("why") or "").rstrip("."), row) if x)
        return f"{self._thing(machine)}{self._state(machine, str(data['to']))}", why

    def _timer_set(self, machine: str, data: Mapping) -> tuple[str, str] | None:
        key, on = (machine, str(data["timer"])), str(data["on"])
        known, self.dates[key] = self.dates.get(key), on
        if data.get("firming") and known == on:
            return None
        clock = self._clock(machine, str(data["timer"]))
        return (
            f"{self._thing(machine)}{clock}: due {long_date(day(data['on']))}",
            f"{data['clause']}: {data['working']}",
        )

    def _recomputed(self, machine: str, data: Mapping) -> tuple[str, str]:
        old, new = (long_date(day(data[name])) if data.get(name) else "no date" for name in ("old", "new"))
        return f"{self._thing(machine)}{self._clock(machine, str(data['timer']))}: moved from {old} to {new}", ""

    def _adopted(self, machine: str, data: Mapping) -> tuple[str, str]:
        return f"Moved to another edition of the procedure ({data['old']} before, {data['edition']} now)", ""

    def _letter(self, machine: str, data: Mapping) -> tuple[str, str]:
        name, to = str(data["name"]), ", ".join(str(a) for a in data.get("to", ()))
        self.letters[str(data["letter"])] = name
        if data.get("status") == "impossible":
            return f"Letter {name} could not be written: no address for {self._role(str(data.get('role', '')))}", ""
        if data.get("status") == "sent":
            return f"Letter {name} was sent by hand", str(data.get("why") or "")
        way = {"post": "by post ", "both": "by email and by post "}.get(str(data.get("post", "")), "")
        return f"Letter {name} {way}to {to}", str(data.get("why") or "")

    def _letter_withdrawn(self, machine: str, data: Mapping) -> tuple[str, str]:
        return f"Letter {self.letters.get(str(data['letter']), '')} was withdrawn before it left", ""

    def _letter_unwanted(self, machine: str, data: Mapping) -> tuple[str, str]:
        name = self.letters.get(str(data["letter"]), "")
        return f"Letter {name} was leaving at that moment; it is taken back if nothing of it has left", ""

    def _settled(self, machine: str, data: Mapping) -> tuple[str, str]:
        became = {"sent": "left", "bounced": "could not be delivered", "withdrawn": "was withdrawn"}
        name = self.letters.get(str(data["letter"]), "")
        return f"Letter {name} {became.get(str(data['result']), data['result'])}", str(data.get("detail") or "")

    def _posted(self, machine: str, data: Mapping) -> tuple[str, str]:
        return f"Letter {self.letters.get(str(data['letter']), '')} was posted on {long_date(day(data['on']))}", ""

    def _field(self, machine: str, data: Mapping) -> tuple[str, str] | None:
        defined = self.procedure.fields.get(str(data["name"]))
        if defined is None:
            return None
        return f"{self._thing(machine)}{defined.title}: {said_value(self.calendar, defined.type, data['value'])}", ""

    _child_field = _field

    def _calendar(self, machine: str, data: Mapping) -> tuple[str, str]:
        if not data["name"]:
            return "The working days are the office's own again", ""
        return f"The working days are those of the calendar {data['name']}", f"because of {data['why']}"

    def _held(self, machine: str, data: Mapping) -> tuple[str, str]:
        return f"On hold until {long_date(day(data['until']))}", str(data.get("reason", ""))

    def _released(self, machine: str, data: Mapping) -> tuple[str, str]:
        return "No longer on hold", ""

    def _undone(self, machine: str, data: Mapping) -> tuple[str, str]:
        return f'Undone: "{self._verb(str(data["verb"]))}"', ""

    def _corrected(self, machine: str, data: Mapping) -> tuple[str, str]:
        return ("What had left stands without a correction" if data.get("none") else "A correction was approved"), ""

    def _chaser_held(self, machine: str, data: Mapping) -> tuple[str, str]:
        return "A reminder was held back", str(data.get("why", ""))

    def _put_off(self, machine: str, data: Mapping) -> tuple[str, str]:
        on = long_date(self.calendar.local_date(instant(data["until"])))
        return f"A reminder waits until {on}", "the party was reminded of something else today"

    def _file(self, machine: str, data: Mapping) -> tuple[str, str]:
        return f"To be saved: {data['what']}", ""

    def _split(self, machine: str, data: Mapping) -> tuple[str, str]:
        return f"Split: {', '.join(data['refs'])} began with the same mail", ""

    def _joined(self, machine: str, data: Mapping) -> tuple[str, str]:
        return f"Joined with {data['ref']}", ""

    def _joined_by(self, machine: str, data: Mapping) -> tuple[str, str]:
        return f"{data['ref']} was joined to this" if data["came"] else f"{data['ref']} stands by itself again", ""

    def _cycle(self, machine: str, data: Mapping) -> tuple[str, str]:
        return f"Cycle {data['n']} began", ""

    def _noted(self, machine: str, data: Mapping) -> tuple[str, str] | None:
        return (str(data["why"]), "") if data.get("why") else None

    def _erased(self, machine: str, data: Mapping) -> tuple[str, str]:
        return "The words of this file were erased", str(data.get("why", ""))


def value_words(value: object) -> str:
    """A field's value as text: an instant as its ISO text, a list one after the other, nothing as "none"."""
    if isinstance(value, Mapping):
        return str(value.get("name") or "; ".join(f"{k}: {value_words(v)}" for k, v in value.items()))
    if isinstance(value, list | tuple):
        return "; ".join(value_words(v) for v in value)
    return str(value) if value not in (None, "") else "none"


def local_value(calendar: Calendar, kind: str, value: object) -> object:
    """A field's value by its type, for a document: dates as dates, instants as local dates, all else as words."""
    if value in (None, ""):
        return ""
    if kind == "date":
        return day(value)
    if kind == "instant":
        return calendar.local_date(instant(value)) if "T" in str(value) else day(value)
    return value_words(value)


def said_value(calendar: Calendar, kind: str, value: object) -> str:
    """The same on one line for a list: dates with their weekday."""
    shown = local_value(calendar, kind, value)
    return long_date(shown) if isinstance(shown, date) else value_words(shown)
