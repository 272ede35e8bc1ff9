"""Every letter of a procedure, worded as it would be in each state and by each row that sends it.

In: the steps of a trial (procedure/exploring.py), the letters of an office.
Out: faults and warnings: letters missing, names that no stage supplies, letters that cannot be written, empty places.
Fails: never.
Limits: nobody is in the register, and one mail of each writer is on file; a letter is worded once for each row and
    state with the same known of the fields and dates that it names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import cast

from mailflow.documents.letters import Letters
from mailflow.documents.words import Unset
from mailflow.errors import CannotRender, Fault
from mailflow.flow import wording
from mailflow.flow.moment import FROM_CONTRACT, CaseWords, Moment, all_words
from mailflow.flow.ports import House, Office
from mailflow.procedure.calendar import Calendar
from mailflow.procedure.case import Case, Fact
from mailflow.procedure.decision import Decision
from mailflow.procedure.definition import LetterDef, Procedure
from mailflow.procedure.events import Terms
from mailflow.procedure.exploring import Step
from mailflow.procedure.toml_lines import suggest
from mailflow.register.register import Register
from mailflow.store import Store, Unit
from mailflow.store.inbox import Kept
from mailflow.store.log import Line

ADDRESS = "office@office.example"
MAIL = (
    "From: Somebody <{who}>\r\nTo: " + ADDRESS + "\r\nSubject: Words\r\nMessage-ID: <{name}@office.example>\r\n"
    "Date: Mon, 01 Mar 2027 10:00:00 +0000\r\n\r\nSome words.\r\n"
)
OFFICE_MAILS = ("daily", "weekly", "health", "who")  # worded for the office too, and not from a case alone


@dataclass(frozen=True)
class Rehearsed(Moment):
    """A moment of a trial: the people and settings are those of the trial, not of a register."""

    terms: Terms

    def decision(self) -> Decision:
        """As in the trial."""
        return Decision(self.procedure, self.terms, self.case, self.now, self.office.calendar)


@dataclass(frozen=True)
class Occasion:
    """One letter that was decided in a trial: by which row, in which state, and all that it may speak of."""

    letter: str
    kind: str
    state: str
    row: str
    fact: Fact
    case: Case
    facts: tuple[Fact, ...]
    history: tuple[Fact, ...]
    now: datetime
    terms: Terms
    way: str


class Occasions:
    """Collects the letters of a trial; `watch` is for Exploration."""

    def __init__(self, procedure: Procedure, letters: Letters):
        self.procedure = procedure
        self._named = {name: _named(procedure, letters, name) for name in procedure.letters}
        self.found: dict[tuple[object, ...], Occasion] = {}

    @property
    def named(self) -> str:
        """What the letters name, in short: with other letters other occasions count."""
        return repr(sorted((name, sorted(a), sorted(b)) for name, (a, b) in self._named.items()))

    def watch(self, step: Step) -> None:
        """Keep each letter of this step that stands otherwise than all before it."""
        case, said = step.after.case, any(f.kind == "said" for f in step.facts)
        for fact in step.facts:
            if fact.kind != "letter" or fact.data.get("status", "decided") != "decided":
                continue
            machine = case.machines[fact.machine if fact.machine in case.machines else self.procedure.main]
            name, row = str(fact.data["name"]), str(fact.data.get("row") or "")
            fields, dates = self._named[name]
            known = frozenset(n for n in fields if machine.fields.get(n) or case.fields.get(n))
            timers = frozenset(t for m in case.machines.values() for t in m.past if t in dates)
            key = (name, machine.kind, machine.state, row, known, timers, said, str(fact.data.get("role")))
            if key not in self.found:
                history = tuple(f for _, f in step.after.log)
                way = ", ".join(
                    str(f.data["row"]) for f in history if f.kind in ("moved", "noted") and f.data.get("row")
                )
                self.found[key] = Occasion(
                    *(name, machine.kind, machine.state, row, fact, case, tuple(step.facts), history),
                    *(step.after.now, step.after.terms, way),
                )


def _named(procedure: Procedure, letters: Letters, name: str) -> tuple[frozenset[str], frozenset[str]]:
    """The fields and the clocks that a letter names; of fields also those behind other names."""
    try:
        parts = letters.parts(f"{procedure.id}/{procedure.letters[name].template}")
    except CannotRender:
        return frozenset(), frozenset()
    words = {part for variable, part in parts if variable == "case"}
    stems = {word.removesuffix("_name").removesuffix("_email") for word in words}
    fields = {procedure.aliases.get(word, word) for word in words | stems}
    fields |= {procedure.roles[stem].field for stem in stems if stem in procedure.roles}
    dates = {part for variable, part in parts if variable == "dates"}
    return frozenset(fields & set(procedure.fields)), frozenset(dates)


class Proofreader:
    """Words the letters of occasions as the daemon would."""

    def __init__(self, procedure: Procedure, calendar: Calendar, letters: Letters):
        self.procedure, self.letters = procedure, letters
        self._last: tuple[Occasion, dict[str, object]] | None = None
        office = Office(
            *(
                "trial",
                ADDRESS,
                "The office",
                "The team",
                procedure.prefix,
                procedure,
                calendar,
                Register(),
                Path("reports"),
            ),
            administrator="administrator@office.example",
            letters=letters,
        )
        self.office = office
        self.house = House(cast(Store, None), {"trial": office}, letters, b"trial" * 8)

    def moment(self, one: Occasion) -> Rehearsed:
        """Where the letter is worded."""
        facts, history = [_referred(f) for f in one.facts], [_referred(f) for f in one.history]
        unit = cast(Unit, _Pretended(self.office, history, one.now))
        return Rehearsed(self.house, unit, self.office, self.procedure, one.case, facts, history, one.now, one.terms)

    def context(self, one: Occasion) -> dict[str, object]:
        """What the letter may say, as flow/wording.py has it; asked again about the same occasion, the same."""
        if self._last is None or self._last[0] is not one:
            self._last = one, self._context(one)
        return dict(self._last[1])

    def _context(self, one: Occasion) -> dict[str, object]:
        letter = self.procedure.letters[one.letter]
        moment = self.moment(one)
        found = wording.context(moment, letter, one.fact)
        found["drafts"] = [{"name": n, "to": "them", "subject": "Words", "text": "Words"} for n in letter.drafts]
        return found

    def template(self, name: str) -> str:
        """The template of a letter."""
        return f"{self.procedure.id}/{self.procedure.letters[name].template}"

    # -- findings ---------------------------------------------------------------------------------------------------

    def missing(self) -> Iterator[Fault]:
        """Every letter needs a template that can be read."""
        for letter in self.procedure.letters.values():
            try:
                self.letters.variables(self.template(letter.name))
            except CannotRender as fault:
                fix = f"Write {self.template(letter.name)}.j2 or correct the name."
                yield Fault(self.procedure.file, self._line(letter), str(fault), fix)

    def unknown(self, one: Occasion) -> Iterator[Fault]:
        """Names that a template uses and that no stage ever supplies, whichever way it takes."""
        letter = self.procedure.letters[one.letter]
        if letter.name in {self.procedure.acts.get(act) for act in OFFICE_MAILS}:
            return
        supplied = self.context(one)
        template = self.template(letter.name)
        for name in sorted(self.letters.variables(template) - set(supplied) - self.letters.optional(template)):
            yield self._unsupplied(letter, name, suggest(name, supplied))
        known = {"case": self._case_names(supplied), "dates": self._clocks()}
        for (variable, name), (file, line) in self.letters.parts(self.template(letter.name)).items():
            if variable in known and name not in known[variable]:
                where = f"{file}, line {line}: "
                yield self._unsupplied(letter, f"{variable}.{name}", suggest(name, known[variable]), where)

    def _unsupplied(self, letter: LetterDef, name: str, fix: str, where: str = "") -> Fault:
        what = f"Letter {letter.name}: {where}{name} is something that no stage can supply."
        return Fault(self.procedure.file, self._line(letter), what, fix)

    def _case_names(self, supplied: dict[str, object]) -> set[str]:
        words = supplied["case"]
        assert isinstance(words, CaseWords)
        return {*all_words(words), *FROM_CONTRACT, *self.procedure.lists}

    def _clocks(self) -> set[str]:
        clocks = {name for machine in self.procedure.machines.values() for name in machine.timers}
        return clocks | {self.procedure.hold.timer, "get", "values"}

    def unwritable(self, one: Occasion) -> Fault | None:
        """A fault if the letter cannot be written on this occasion."""
        try:
            self.letters.render(self.template(one.letter), self.context(one))
        except CannotRender as fault:
            letter = self.procedure.letters[one.letter]
            what = f"Letter {one.letter} cannot be written {self._when(one)}: {fault}"
            fix = "Put the place in {% if ... %}, or let a row before it supply the value."
            return Fault(self.procedure.file, self._line(letter), what, fix)
        return None

    def empty_place(self, one: Occasion) -> Fault | None:
        """A warning if a sentence of the letter states a field that is empty on this occasion."""
        context = self.context(one)
        words = context["case"]
        assert isinstance(words, CaseWords)
        context["case"] = CaseWords({n: Unset() if v == "" else v for n, v in all_words(words).items()})
        try:
            self.letters.text(self.template(one.letter), context)
        except CannotRender as fault:
            letter = self.procedure.letters[one.letter]
            what = f"Letter {one.letter} has an empty place {self._when(one)}: {fault}"
            return Fault(
                self.procedure.file, self._line(letter), what, "Put it in {% if ... %}, or say what else to write."
            )
        return None

    def _when(self, one: Occasion) -> str:
        rows = one.way.split(", ")
        way = ", ".join(rows if len(rows) <= 8 else ["...", *rows[-8:]])
        return f"in the state {one.state}, sent by {f'row {one.row}' if one.row else 'an act'} (after {way})"

    def _line(self, letter: LetterDef) -> int:
        return self.procedure.lines.get(("letters", letter.name), 0)


def read_all(reader: Proofreader, occasions: Occasions) -> tuple[list[Fault], list[Fault]]:
    """Faults and warnings about all letters; of one letter each kind of fault is told once for each state."""
    faults, warnings = list(reader.missing()), []
    gone = {fault.line for fault in faults}
    first: set[str] = set()
    told: set[tuple[str, str, str]] = set()
    for one in occasions.found.values():
        letter = reader.procedure.letters[one.letter]
        if reader.procedure.lines.get(("letters", letter.name), 0) in gone:
            continue
        if letter.name not in first:
            first.add(letter.name)
            faults += reader.unknown(one)
        fault = reader.unwritable(one)
        if fault and (one.letter, one.state, "fault") not in told:
            told.add((one.letter, one.state, "fault"))
            faults.append(fault)
        empty = None if fault or (one.letter, "", "empty") in told else reader.empty_place(one)
        if empty:
            told.add((one.letter, "", "empty"))
            warnings.append(empty)
    return faults, warnings


def _referred(fact: Fact) -> Fact:
    """A part that was split off has a reference only when flow/splitting.py has opened it."""
    return Fact(fact.kind, fact.machine, {**fact.data, "refs": ["X-3"]}) if fact.kind == "split" else fact


class _Nothing:
    """A room of the store in which nothing lies, whatever is asked."""

    def __getattr__(self, name: str) -> object:
        return lambda *words, **more: []


class _Pretended:
    """As much of a unit of work as a letter asks: one mail of each writer, nothing else on file."""

    def __init__(self, office: Office, history: list[Fact], now: datetime):
        nothing = _Nothing()
        self.views = self.files = self.texts = self.codes = self.held = nothing
        self.outbox = self.departures = self.agenda = nothing
        lines = [
            Line("X-1", n, f.kind, f.machine, dict(f.data), f"trial:{n}", "", now, now, "", "", "")
            for n, f in enumerate(history, 1)
        ]
        self.log = SimpleNamespace(read=lambda ref: lines, last=lambda ref: lines[-1])
        self.inbox = SimpleNamespace(get=self._mail, correspondence=lambda ref: [])
        self._office = office

    def _mail(self, identity: str) -> Kept:
        octets = MAIL.format(who="somebody@office.example", name=identity.replace(" ", "-")).encode()
        at = datetime.fromisoformat("2027-03-01T10:00:00+00:00")
        box = self._office.address
        return Kept(identity, octets, box, "INBOX", at, "done", "", 0, "", at, "person", "somebody@office.example")
