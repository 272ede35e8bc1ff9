"""A case in words: its dates with their working, its file in order, what was recorded, what comes next.

In: a case, its procedure, the office's calendar, the log and the correspondence.
Out: small values that templates and the operator's commands show.
Fails: never.
Limits: titles come from the procedure file; dates are local dates.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, time

from mailflow.flow.ports import Office
from mailflow.procedure import deadlines
from mailflow.procedure.case import Case, Fact, Machine, Timer, instant
from mailflow.procedure.decision import Decision
from mailflow.procedure.definition import MachineDef, Procedure, TimerDef
from mailflow.procedure.dispatch import owner_role
from mailflow.store import Unit

BLANKS = re.compile(r"\s*\([^)]*\)")


@dataclass(frozen=True)
class DateWords:
    """A deadline as letters state it: the day, the hour, the rule in the paper's words, and how it was worked out."""

    label: str
    day: date
    nominal: date
    target: date
    at: str
    clause: str
    working: str
    soft: bool
    timer: str = ""
    machine: str = ""


class Dates(dict):
    """Deadlines by timer; a name that has none is None."""

    def __missing__(self, name: str) -> None:
        return None

    def __getattr__(self, name: str) -> DateWords | None:
        return self[name]


def hour(definition: TimerDef | None) -> str:
    """The hour at which the clock acts on its day, in words; "" for the end of the day."""
    if definition is None or not definition.at:
        return ""
    return deadlines.clock_words(time.fromisoformat(definition.at))


def of_timer(machine: Machine, timer: Timer, definition: TimerDef | None) -> DateWords:
    """A running clock in words."""
    return DateWords(
        definition.step if definition else "On hold until",
        timer.on,
        timer.nominal,
        timer.target,
        hour(definition),
        timer.clause,
        timer.working,
        timer.soft,
        timer.name,
        machine.id,
    )


def _past(name: str, on: date, definition: TimerDef) -> DateWords:
    return DateWords(definition.step, on, on, on, hour(definition), definition.clause, "", False, name)


def dates_of(procedure: Procedure, case: Case, first: str) -> Dates:
    """Every deadline of a case by timer: those of machine `first` win over the case's own, those over the rest."""
    found = Dates()
    order = [m for m in case.machines.values() if m.id != first]
    order.sort(key=lambda m: (m.kind == procedure.main, m.id))
    machines = [*order, *(m for m in case.machines.values() if m.id == first)]
    for machine in machines:
        definitions = procedure.machines[machine.kind].timers
        for name, on in machine.past.items():
            if name in definitions:
                found[name] = _past(name, on, definitions[name])
    for machine in machines:
        definitions = procedure.machines[machine.kind].timers
        for name, timer in machine.timers.items():
            found[name] = of_timer(machine, timer, definitions.get(name))
    return found


def next_dates(procedure: Procedure, case: Case) -> list[DateWords]:
    """What comes next: every running clock, earliest first (a shared one is told once)."""
    found = []
    for machine in case.machines.values():
        definitions = procedure.machines[machine.kind].timers
        for name, timer in machine.timers.items():
            definition = definitions.get(name)
            if timer.state == "running" and not (definition and definition.shared):
                found.append(of_timer(machine, timer, definition))
    return sorted(found, key=lambda w: (w.day, w.label))


def provisional(d: Decision, machine_def: MachineDef, letter: str, dates: Dates) -> None:
    """Dates that a letter still to be sent states: worked out from its planned leaving day (K9)."""
    leaving = d.calendar.local_date(d.now)
    for name, definition in machine_def.timers.items():
        if f"letter {letter}" in definition.start and dates[name] is None:
            rule = deadlines.read_rule(d.fill(definition.due))
            due = deadlines.compute(rule, leaving, d.calendar)
            dates[name] = DateWords(
                definition.step,
                due.on,
                due.nominal,
                due.target,
                hour(definition),
                definition.clause,
                due.working,
                due.soft,
                name,
            )


@dataclass(frozen=True)
class Entry:
    """One line of the file: when, who, what, and the words if they are shown."""

    day: date
    who: str
    what: str
    text: str


def file_of(unit: Unit, office: Office, procedure: Procedure, case: Case, facts: list[Fact]) -> list[Entry]:
    """The whole file in order: mails in, letters that left, and what officers decided."""
    local = office.calendar.local_date
    entries: list[tuple[object, Entry]] = []
    words_of: dict[str, str] = {}
    spoken = {str(f.data["mail"]) for f in facts if f.kind == "said"}
    for row in unit.inbox.correspondence(case.ref):
        if row.direction == "out":
            sent = case.letters.get(row.identity)
            role = procedure.roles.get(procedure.party_of(sent.role)) if sent else None
            if sent and role and not role.is_officer and sent.status in ("sent", "bounced"):
                way = "wrote by post to" if sent.post else "wrote to"
                what = f"{way}: {role.title} ({untagged(row.subject)})"
                entries.append((sent.at, Entry(local(sent.at), office.team, what, "")))
            continue
        words_of[row.identity] = unit.texts.get(row.text_id) or ""
        if row.identity in spoken:
            continue  # an officer's words are shown where they were said
        person = office.register.person(row.correspondent)
        who = (person.name if person else "") or row.correspondent
        if row.party:
            who = f"{_role_title(procedure, row.party)} ({who})"
        count = len(row.attachments)
        files = f", with {count} file{'s' if count > 1 else ''}" if count else ""
        entries.append((row.at, Entry(local(row.at), who, f"wrote{files}", words_of[row.identity])))
    spoken_words: dict[str, list[str]] = {}
    for fact in facts:
        if fact.kind == "said":
            label = procedure.verbs[str(fact.data["verb"])].label if fact.data["verb"] in procedure.verbs else ""
            spoken_words.setdefault(str(fact.data["mail"]), []).append(f'"{plain_label(label)}"')
    for fact in facts:
        # The words of one mail are one entry, however many there are.
        words = spoken_words.pop(str(fact.data["mail"]), None) if fact.kind == "said" else None
        if words:
            at, mail = instant(fact.data["at"]), str(fact.data["mail"])
            who = str(fact.data["name"] or fact.data["actor"])
            text = words_of.get(mail, str(fact.data["line"]))
            entries.append((at, Entry(local(at), who, f"said {', '.join(dict.fromkeys(words))}", text)))
    return [e for _, e in sorted(entries, key=lambda pair: pair[0])]


def spoken(label: str) -> str:
    """A verb's label without the blanks that a person fills in: "Action (number) done" is said as "Action done"."""
    return " ".join(BLANKS.sub("", label).split()).rstrip(":")


def untagged(subject: str) -> str:
    return subject.partition("] ")[2] or subject


def _role_title(procedure: Procedure, role: str) -> str:
    found = procedure.roles.get(procedure.party_of(role))
    return found.title if found else role


def plain_label(label: str) -> str:
    """A verb's label without its blanks: "Extend to (date)" is said "Extend to"."""
    return " ".join(re.sub(r"\([^)]*\)", "", label).split()).rstrip(" :,")


def recorded(office: Office, procedure: Procedure, facts: list[Fact]) -> list[str]:  # noqa: PLR0912 - one branch a fact
    """What one decision recorded, a sentence each (M53)."""
    lines = []
    for fact in facts:
        data = fact.data
        match fact.kind:
            case "said":
                verb = procedure.verbs.get(str(data["verb"]))
                if verb and verb.act not in ("undo",):
                    who = f", said by {data['name'] or data['actor']}"
                    filed = verb.act == "note" and not data["line"]
                    done = "Your mail is filed as a note; nothing else has changed" if filed else verb.label
                    lines.append(f"{plain_label(done)}{'' if filed else who}.")
            case "moved" if data["from"] != data["to"]:
                definition = _definition(procedure, fact.machine)
                state = definition.states[str(data["to"])]
                what = "" if definition.kind == procedure.main else f"{_named(procedure, fact.machine)}: "
                lines.append(f"{what}The stage is now {state.stage}, {state.title}.")
            case "spawned" if fact.machine != procedure.main:
                lines.append(f"{_named(procedure, fact.machine)} is open now.")
            case "split":
                refs = ", ".join(data["refs"])
                lines.append(f"Split: {refs} begin with the same mail and day of receipt. This one goes on too.")
            case "undone":
                verb = procedure.verbs.get(str(data["verb"]))
                said = plain_label(verb.label) if verb else data["verb"]
                lines.append(f'"{said}" is undone; everything stands as before it.')
                if data.get("corrections"):
                    lines.append("Something had left already and can only be corrected; see below.")
            case "held":
                lines.append(f"Everything waits until {deadlines.long_date(date.fromisoformat(str(data['until'])))}.")
            case "released":
                lines.append("The hold is over; the dates run again with the days they had left.")
            case "letter_withdrawn":
                by_hand = (
                    "was to be posted is withdrawn: do not post it" if data.get("post") else "had not left is withdrawn"
                )
                lines.append(f"A letter that {by_hand}.")
            case "letter_unwanted":
                lines.append("A letter is leaving at this moment; it is taken back if nothing of it has left.")
            case "posted":
                on = deadlines.long_date(date.fromisoformat(str(data["on"])))
                lines.append(f"Letter {data['name']} is recorded as posted on {on}.")
            case "field" if isinstance(data["value"], list) and str(data["name"]) in procedure.fields:
                lines.append(_files_that_go(procedure, str(data["name"]), data["value"]))
            case "field" if str(data["name"]) in procedure.fields and _plain(data["value"]):
                known = office.register.person(str(data["value"])) if "@" in str(data["value"]) else None
                value = (known.name if known else "") or _plain(data["value"])
                lines.append(f"{procedure.fields[str(data['name'])].title}: {value.rstrip('.')}.")
    return list(dict.fromkeys(lines))


def _files_that_go(procedure: Procedure, name: str, files: list[dict[str, str]]) -> str:
    """Which files an officer has approved, and for whom (Q14): a field "x_copy" is for the role "x"."""
    role = name.removesuffix("_copy")
    who = f"The {role.replace('_', ' ')} gets" if role in procedure.roles else procedure.fields[name].title
    return f"{who}: {', '.join(str(f['name']) for f in files)}."


def _plain(value: object) -> str:
    words = str(value)
    if isinstance(value, list) or "T" in words and words[:4].isdigit():
        return ""
    if len(words) == 10 and words[4:5] == "-" and words[:4].isdigit():
        return deadlines.long_date(date.fromisoformat(words))
    return words if words and len(words) <= 200 else ""


def _definition(procedure: Procedure, machine_id: str) -> MachineDef:
    return procedure.machines[machine_id if machine_id == procedure.main else machine_id.rpartition("-")[0]]


def _named(procedure: Procedure, machine_id: str) -> str:
    return f"{_definition(procedure, machine_id).title} {machine_id.rpartition('-')[2]}"


def owner_title(d: Decision, machine: Machine) -> str:
    """The title of the role that owns the machine's stage."""
    return d.procedure.roles[owner_role(d, machine)].title
