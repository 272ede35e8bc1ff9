"""The sections of a closure report, one function for each kind (the list stands in closure.py).

In: the file of a case and a section as the procedure declares it.
Out: what documents/report.py shows: facts, rows, items or a text.
Fails: KeyError for a name that the procedure does not have.
Limits: dates are local; a value nobody recorded is said to be not recorded, never left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from mailflow.flow.counting import Story
from mailflow.flow.history import local_value, value_words
from mailflow.flow.ports import Office
from mailflow.flow.revealing import HIDDEN, NOBODY
from mailflow.mail.spotting import People
from mailflow.procedure import shielding
from mailflow.procedure.case import Case, Fact, Machine, Sent, day
from mailflow.procedure.deadlines import add_months, long_date
from mailflow.procedure.definition import Procedure, Section
from mailflow.store import Correspondence

Shape = Mapping[str, object]
RETENTION = "retention_years"


@dataclass(frozen=True)
class File:
    """A case with its log and its correspondence; repeats: other cases about the same party in twelve
    months; hidden: the people whom the case protects."""

    story: Story
    correspondence: tuple[Correspondence, ...]
    repeats: int = 0
    hidden: People = NOBODY

    @property
    def case(self) -> Case:
        """The case as it stands."""
        return self.story.case

    @property
    def procedure(self) -> Procedure:
        """The edition it follows."""
        return self.story.procedure

    @property
    def office(self) -> Office:
        """Whose case it is."""
        return self.story.office

    def local(self, at: datetime) -> date:
        """The local date of an instant."""
        return self.office.calendar.local_date(at)

    def hides(self, role: str) -> bool:
        """Whether this role's people are not to be named: whoever opened a protected case, and their manager (Q9)."""
        return shielding.hides(self.procedure, self.case, role)

    def role_title(self, role: str) -> str:
        """A role as the paper calls it."""
        defined = self.procedure.roles.get(self.procedure.party_of(role))
        # Letters to whoever spoke, owns the stage or stands above go to officers.
        return defined.title if defined else "Officer" if role else ""

    def person(self, address: str) -> str:
        """The name that goes with an address, otherwise the address."""
        known = self.office.register.person(address)
        return known.name if known and known.name else address


def field_value(file: File, name: str, value: object) -> object:
    """A field as a report shows it: people by name, dates as local dates; hidden people stay hidden."""
    defined = file.procedure.fields[name]
    holders = [role.name for role in file.procedure.roles.values() if role.field == name]
    if value and any(file.hides(role) for role in holders):
        return HIDDEN
    if defined.type == "address" and value:
        return file.person(str(value))
    if defined.type == "text" and value in file.procedure.verbs:
        return file.procedure.verbs[str(value)].label
    return local_value(file.office.calendar, defined.type, value)


def _facts(file: File, section: Section) -> Shape:
    found: list[tuple[str, object]] = []
    for item in section.items:
        if item.startswith("@"):
            found.append(_special(file, item))
        elif item.startswith("child "):
            _, kind, name = item.split(" ", 2)
            found += _of_children(file, kind, name)
        else:
            title = file.procedure.fields[item].title
            found.append((title, field_value(file, item, file.case.fields.get(item))))
    return {"kind": "facts", "facts": found}


def _special(file: File, item: str) -> tuple[str, object]:  # noqa: PLR0911 - one line an item
    case = file.case
    match item:
        case "@reference":
            return "Reference", case.ref
        case "@version":
            return "Version of this report", max(1, len(case.files))
        case "@cycle":
            return "Cycle", case.cycle
        case "@opened":
            return "Received", file.local(file.story.opened)
        case "@state":
            main = file.story.main
            return "State", file.procedure.top.states[main.state].title if main else ""
        case "@repeats":
            title = file.procedure.fields[file.procedure.party].title.lower()
            return f"Other {file.procedure.case_word}s about the same {title} in the 12 months before", file.repeats
        case "@retention":
            return "To be kept until", _retention(file)
    raise KeyError(item)


def _retention(file: File) -> object:
    """The day until which the file is kept: so many years after the last thing that happened on it (Q35)."""
    years = file.office.settings.get(RETENTION, file.procedure.settings.get(RETENTION))
    if not years:
        return ""
    return add_months(file.local(file.story.at[-1]), 12 * int(str(years)))


def _of_children(file: File, kind: str, name: str) -> Iterator[tuple[str, object]]:
    machine, field = file.procedure.machines[kind], file.procedure.fields[name]
    for child in file.case.machines.values():
        if child.kind == kind:
            number = f" {child.item}" if child.item else ""
            yield f"{machine.title}{number}: {field.title.lower()}", field_value(file, name, child.fields.get(name))


def _text(file: File, section: Section) -> Shape:
    name, *instead = section.items
    if instead and file.story.protected:
        name = instead[0]  # what a protected person wrote is not shown as they wrote it
    value = file.case.fields.get(name)
    return {"kind": "text", "text": value_words(value) if value else ""}


def timeline_rows(file: File) -> list[dict[str, object]]:
    """One row for each step that had a date, as the report and the CSV file show it."""
    rows = []
    for step in file.story.steps:
        machine = file.case.machines.get(step.machine)
        number = f" {machine.item}" if machine and machine.item else ""
        child = "" if step.kind == file.procedure.main else f"{file.procedure.machines[step.kind].title}{number}: "
        late = ""
        if step.actual is not None and step.late:
            late = f"{step.late} working day{'' if step.late == 1 else 's'}" + (" (soft)" if step.soft else "")
        reasons = "; ".join(step.reasons)
        rows.append(
            {
                "stage": step.stage,
                "title": child + step.title,
                "clause": step.clause,
                "planned": step.planned,
                "actual": step.actual or "",
                "late": late,
                "reason": file.hidden.hidden(reasons, HIDDEN),
            }
        )
    return rows


def _timeline(file: File, section: Section) -> Shape:
    keys = ("stage", "title", "clause", "planned", "actual", "late", "reason")
    rows = [[row[key] for key in keys] for row in timeline_rows(file)]
    columns = ["Stage", "Step", "Timescale", "Planned", "Actual", "Late", "Reason"]
    return {"kind": "table", "columns": columns, "rows": rows}


def _list(file: File, section: Section) -> Shape:
    name = section.items[0]
    title, *keys = file.procedure.lists[name]
    made = {m.item: m for m in file.case.machines.values() if file.procedure.machines[m.kind].item == name}
    rows = []
    for item in file.case.lists.get(name, ()):
        child = made.get(int(str(item["n"])))
        values = [_dated(item.get(key)) for key in keys]
        rows.append([item["n"], *values, *_stand(file, child)])
    columns = ["Number", *(key.capitalize() for key in keys), "State", "Since"]
    return {"kind": "table", "columns": columns, "rows": rows, "note": section.note or f"Each is one {title.lower()}."}


def _dated(value: object) -> object:
    try:
        return day(value)
    except ValueError:
        return value_words(value) if value else ""


def _stand(file: File, child: Machine | None) -> tuple[object, object]:
    if child is None:
        return "", ""
    return file.procedure.machines[child.kind].states[child.state].title, file.local(child.since)


def _children(file: File, section: Section) -> Shape:
    rows = []
    for child in file.case.machines.values():
        if child.kind not in section.items:
            continue
        machine = file.procedure.machines[child.kind]
        known = ((n, v) for n, v in child.fields.items() if n in file.procedure.fields and v not in (None, ""))
        details = "; ".join(_detail(file, name, value) for name, value in known)
        number = f" {child.item}" if child.item else ""
        rows.append([machine.title + number, _way(file, child), details])
    return {"kind": "table", "columns": ["What", "What became of it", "Recorded"], "rows": rows}


def _way(file: File, child: Machine) -> str:
    """The states a child went through, with their days."""
    states = file.procedure.machines[child.kind].states
    moves = (m for m in file.story.moves if m.machine == child.id)
    return "; ".join(
        f"{states[m.state].title if m.state in states else m.state} ({long_date(file.local(m.at))})" for m in moves
    )


def _detail(file: File, name: str, value: object) -> str:
    shown = field_value(file, name, value)
    words = long_date(shown) if isinstance(shown, date) else str(shown)
    return f"{file.procedure.fields[name].title}: {words}"


def _words(file: File, section: Section) -> Shape:
    undone = {act.seq for act in file.case.acts if act.undone}
    rows = []
    for fact, line, at in _told(file):
        if fact.kind == "said" and fact.data["verb"] in section.items:
            verb = file.procedure.verbs.get(str(fact.data["verb"]))
            words = str(fact.data.get("line") or (verb.label if verb else fact.data["verb"]))
            name = str(fact.data.get("name") or file.person(str(fact.data["actor"])))
            note = " ".join(x for x in (str(fact.data.get("note") or ""), "(undone)" if line in undone else "") if x)
            rows.append([file.local(at), name, words, note])
    return {"kind": "table", "columns": ["Date", "Who", "What was said", "Note"], "rows": rows}


def _told(file: File) -> Iterator[tuple[Fact, int, datetime]]:
    seqs = (line.seq for line in file.story.lines)
    yield from zip(file.story.facts, seqs, file.story.at, strict=True)


def _answer(file: File, section: Section) -> Shape:
    role, letter = section.items
    asked = [s for s in file.case.letters.values() if s.name == letter and s.status == "sent"]
    first = min((s.seq for s in asked), default=0)
    came = [
        file.local(at)
        for fact, seq, at in _told(file)
        if fact.kind == "mail" and fact.data["role"] == role and seq > first and first
    ]
    title = file.role_title(role)
    if came:
        days = [f"{title}: mail of {long_date(on)}" for on in came]
        return {"kind": "list", "items": days}
    if asked:
        last = long_date(file.local(max(s.at for s in asked)))
        return {"kind": "list", "items": [f"{title}: none after our letter {letter} of {last}"]}
    return {"kind": "list", "items": []}


def _changes(file: File, section: Section) -> Shape:
    rows = []
    for fact, _, at in _told(file):
        told = _change(file, fact)
        if told:
            rows.append([file.local(at), *told])
    extended = [s for s in file.story.steps if s.first != s.planned and s.reasons]
    rows += [[s.planned, f"{s.title}: date moved", "; ".join(s.reasons)] for s in extended]
    return {"kind": "table", "columns": ["Date", "What", "Why"], "rows": rows}


def _change(file: File, fact: Fact) -> tuple[str, str] | None:  # noqa: PLR0911 - one line a fact
    data = fact.data
    match fact.kind:
        case "held":
            return f"On hold until {long_date(day(data['until']))}", str(data.get("reason", ""))
        case "released":
            return "Hold ended", ""
        case "undone":
            verb = file.procedure.verbs.get(str(data["verb"]))
            return f'Undone: "{verb.label if verb else data["verb"]}"', ""
        case "corrected":
            return ("No correction was sent" if data.get("none") else "A correction was sent"), ""
        case "cycle":
            return f"Reopened, cycle {data['n']}", ""
        case "joined":
            return f"Joined with {data['ref']}", ""
    return None


def _correspondence(file: File, section: Section) -> Shape:
    rows = []
    for mail in file.correspondence:
        hidden = file.hides(mail.party) if mail.party else False
        hidden = hidden or mail.correspondent in shielding.addresses(file.procedure, file.case)
        who = HIDDEN if hidden else mail.correspondent
        sent = file.case.letters.get(mail.identity)
        at = sent.at if sent else mail.at
        state = _became(file, sent) if sent else ""
        way = "In" if mail.direction == "in" else "Out"
        rows.append([file.local(at), way, file.role_title(mail.party), who, "" if hidden else mail.subject, state])
    columns = ["Date", "Way", "Party", "Correspondent", "Subject", "Remark"]
    return {"kind": "table", "columns": columns, "rows": rows}


def _became(file: File, sent: Sent) -> str:
    """What became of a letter, and when it was posted (Q15)."""
    if sent.posted:
        return f"posted on {long_date(file.local(sent.posted))}"
    if sent.post and sent.status in ("decided", "sent"):
        return "to be posted" if sent.status == "decided" else "posting not confirmed"
    return {"decided": "not sent yet", "bounced": "not delivered", "withdrawn": "withdrawn"}.get(sent.status, "")


SECTIONS: Mapping[str, Callable[[File, Section], Shape]] = {
    "facts": _facts,
    "text": _text,
    "timeline": _timeline,
    "list": _list,
    "children": _children,
    "words": _words,
    "answer": _answer,
    "changes": _changes,
    "correspondence": _correspondence,
}
