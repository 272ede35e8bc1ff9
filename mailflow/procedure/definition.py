"""What a written procedure is, as values: roles, stages, timers, letters, verbs and rows.

In: nothing; the values are made by reading.py from a procedure file.
Out: frozen dataclasses that machine.py decides by.
Fails: never.
Limits: a closed list of shapes (architecture.md, "The shapes"); no expression language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True)
class Role:
    """Who may act or be written to. `who` says where its people are found (register/ answers)."""

    name: str
    title: str
    who: str  # officer | contacts | person | manager | service
    field: str = ""
    above: str = ""
    also: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    column: str = ""
    of: str = ""
    unless_flag: str = ""
    staff_only: bool = False
    counts_as: str = ""
    setting: str = ""  # contacts: the organisation is named in this setting, the same for every case
    may_lack: str = ""  # while this field says so, nobody is asked for the address

    @property
    def is_officer(self) -> bool:
        """Officers get tasks and act by words; everyone else is a party whose words are only shown (G7)."""
        return self.who == "officer"


@dataclass(frozen=True)
class State:
    """One stage of a machine in the paper's words."""

    code: str
    stage: str
    title: str
    owner: str = ""
    waits_for: str = ""
    ends: bool = False
    lives_by: str = ""  # "children" or a child kind: its clock is theirs
    count: str = ""


@dataclass(frozen=True)
class LadderStep:
    """Who is told, and when, if a step is late. `offset` in working days after the due day (0 = the due day)."""

    offset: int
    at: str
    letter: str
    to: tuple[str, ...]


@dataclass(frozen=True)
class TimerDef:
    """A clock of a stage: where it starts, its rule, when it acts, in which states it runs, stands or pauses (K13)."""

    name: str
    clause: str
    start: tuple[str, ...]  # anchors in order of preference: "field x", "letter M20", "timer T4b", "entry"
    due: str
    step: str
    at: str = ""  # acts at this hour of the effective day
    next: str = ""  # acts at this hour of the first working day after it (K5: windows without a chaser)
    date: str = ""  # an agreed date wins over the rule: "item by", "field x"
    plus_setting: str = ""
    runs: frozenset[str] = frozenset()
    stands: frozenset[str] = frozenset()
    pauses: frozenset[str] = frozenset()
    ladder: tuple[LadderStep, ...] = ()
    chases: tuple[str, ...] = ()
    extend: bool = False
    extra: bool = False
    shared: bool = False
    once: bool = False  # it acts once and is over, whether or not a row listened
    again: bool = False  # while a row listens and its guards do not hold, it acts again on each working day
    done_by: str = ""
    asked: tuple[str, ...] = ()  # runs only while a mail of these roles waits to be judged
    posting: bool = False  # runs only while a letter waits to be posted (Q15), until the day by which it should be
    correcting: bool = False  # runs only while what has left waits for the words that correct it (Q33)

    @property
    def aside(self) -> bool:
        """Whether it only watches over something beside the stages, which its start and end do not move."""
        return bool(self.asked) or self.posting or self.correcting


@dataclass(frozen=True)
class LetterDef:
    """One letter: to which role, with what attached. The words stand in templates/."""

    name: str
    template: str
    to: str
    cc: str = ""
    else_to: str = ""
    leaves: str = ""
    auto: str = ""
    formal: bool = False
    attach: tuple[str, ...] = ()
    drafts: tuple[str, ...] = ()
    buttons: tuple[str, ...] = ()
    mail: str = ""
    never_sent: bool = False
    also: str = ""  # "joined": one more letter to each whose case was joined to this one (Q12)
    since: str = ""  # it tells all mails of `mail` that came after this letter had left, not only the last
    until: str = ""  # printed, it should be posted by the date of this clock (otherwise the same working day)


@dataclass(frozen=True)
class Trigger:
    """What sets a row off: kind is mail | said | timer | sent | bounced | signal | children | own_letter."""

    kind: str
    names: tuple[str, ...]
    setting: str = ""  # "name = value": only under this setting
    since: str = ""  # sent: letters count from when this field was set (otherwise from entering the state)
    tried: tuple[str, ...] = ()  # sent: these too, but it is enough that they were tried
    by: tuple[str, ...] = ()  # said: only by these of the roles that may say the word


@dataclass(frozen=True)
class LetterUse:
    """A letter that a row sends, perhaps only if a guard holds."""

    letter: str
    condition: str = ""
    why: str = ""


@dataclass(frozen=True)
class Tell:
    """A signal to a child machine; `open` makes one if none is open; `every` tells all that live."""

    child: str
    signal: str
    open: bool = False
    every: bool = False
    condition: str = ""


@dataclass(frozen=True)
class Spawn:
    """A child to be made: one for each item of a list, or one."""

    child: str
    each: str = ""
    signal: str = "spawned"
    condition: str = ""


@dataclass(frozen=True)
class Row:
    """One line of a state table: from, event, guard, to, effects (domain.md section 4)."""

    id: str
    machine: str
    sources: tuple[str, ...]
    on: tuple[Trigger, ...]
    to: str
    needs: tuple[str, ...] = ()
    needs_any: tuple[str, ...] = ()
    otherwise: Mapping[str, str] = field(default_factory=dict)
    set: Mapping[str, str] = field(default_factory=dict)
    date_field: Mapping[str, str] = field(default_factory=dict)
    letters: tuple[LetterUse, ...] = ()
    buttons: tuple[str, ...] = ()
    why: str = ""
    count: str = ""
    restart: tuple[str, ...] = ()
    sets_timer: Mapping[str, str] = field(default_factory=dict)
    set_item: Mapping[str, str] = field(default_factory=dict)
    extends: str = ""
    records: tuple[str, ...] = ()
    items: str = ""
    items_if_given: str = ""
    spawn: tuple[Spawn, ...] = ()
    tells: tuple[Tell, ...] = ()
    files: tuple[str, ...] = ()
    remember_from: bool = False
    withdraw: bool = False
    withdraws: tuple[str, ...] = ()  # these letters, if they have not left yet (G5)
    close_children: str = ""
    new_cycle: bool = False
    asks: str = ""
    judges: tuple[str, ...] = ()
    join: str = ""
    split: Mapping[str, str] = field(default_factory=dict)  # blank, field, keeps: more cases from the same mail
    no_undo: bool = False
    restrict: tuple[str, ...] = ()  # from now on only these roles, and readers named in a setting, see the case


@dataclass(frozen=True)
class Verb:
    """A word an actor may say: its forms, who may say it, and what kind of act it is."""

    name: str
    say: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    decision: bool = False
    label: str = ""
    form: str = ""
    value: str = ""
    act: str = ""  # "" = a word of the state tables; else one of ACTS
    field: str = ""
    role: str = ""
    unlisted: bool = False
    part_of: tuple[str, ...] = ()
    into: str = ""
    judges: tuple[str, ...] = ()
    button_for: str = ""
    approves: bool = False  # the original serves as the copy
    beats: tuple[str, ...] = ()  # words of the same mail that it outranks; ANYTHING: all others
    in_hold: bool = False  # heard during a hold too
    clears: tuple[str, ...] = ()  # act "set": these fields hold no longer
    stays: bool = False  # undo passes it over, as it does a note


ANYTHING = "anything"

ACTS = frozenset(
    "note status help undo hold resume extend no_extension received attribute set new approve_correction "
    "no_correction weekly_on weekly_off confirm belongs ignore lost posted breach breach_closed".split()
)
"""Acts every procedure has; their words are data (architecture.md, "The shapes")."""


@dataclass(frozen=True)
class MachineDef:
    """One state table: the case's own, or that of a kind of child."""

    kind: str
    title: str
    start: str
    states: Mapping[str, State]
    timers: Mapping[str, TimerDef]
    rows: tuple[Row, ...]
    item: str = ""
    one_open: bool = False
    closed_as: str = ""  # the end a child takes when its case ends (composition 3)

    def rows_from(self, state: str) -> tuple[Row, ...]:
        """Rows that may fire in this state, in the file's order."""
        return self._by_state.get(state, ())

    @cached_property
    def _by_state(self) -> dict[str, tuple[Row, ...]]:
        states = dict.fromkeys(s for r in self.rows for s in r.sources)
        return {state: tuple(r for r in self.rows if state in r.sources) for state in states}

    def rows_hearing(self, state: str, kind: str) -> tuple[tuple[Row, tuple[Trigger, ...]], ...]:
        """The same, those alone that a trigger of this kind may set off, each with these triggers."""
        return self._hearing.get((state, kind), ())

    @cached_property
    def _hearing(self) -> dict[tuple[str, str], tuple[tuple[Row, tuple[Trigger, ...]], ...]]:
        found: dict[tuple[str, str], list[tuple[Row, tuple[Trigger, ...]]]] = {}
        for state, rows in self._by_state.items():
            for row in rows:
                for kind in dict.fromkeys(t.kind for t in row.on):
                    found.setdefault((state, kind), []).append((row, tuple(t for t in row.on if t.kind == kind)))
        return {key: tuple(pairs) for key, pairs in found.items()}


@dataclass(frozen=True)
class FieldDef:
    """A fact a case keeps: its title for people and its type."""

    name: str
    title: str
    type: str
    of: str = ""  # a contract: the organisation (its field) to which it belongs, where a case has several


@dataclass(frozen=True)
class HoldDef:
    """How a hold lapses: its clause, the letter when the date comes, and who hears when nobody answers."""

    timer: str
    clause: str
    letter: str
    lapse_letter: str
    above: str
    max_setting: str
    breach_setting: str = ""  # the setting with the days after which an open breach is asked about


@dataclass(frozen=True)
class Section:
    """A section of the closure report or of the weekly summary: what it is called and what it shows."""

    title: str
    kind: str
    items: tuple[str, ...] = ()
    number: int = 0
    note: str = ""


@dataclass(frozen=True)
class Procedure:
    """A whole procedure in one edition (`edition` is a digest of its file)."""

    id: str
    title: str
    edition: str
    prefix: str
    case_word: str
    main: str
    party: str
    opened_by: str
    date_from: str
    file: str
    roles: Mapping[str, Role]
    fields: Mapping[str, FieldDef]
    lists: Mapping[str, tuple[str, ...]]
    settings: Mapping[str, object]
    allowed: Mapping[str, tuple[object, ...]]
    acts: Mapping[str, str]
    letters: Mapping[str, LetterDef]
    verbs: Mapping[str, Verb]
    machines: Mapping[str, MachineDef]
    hold: HoldDef
    report: tuple[Section, ...] = ()
    summary: tuple[Section, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)  # other names that letters use for fields
    lines: Mapping[tuple, int] = field(default_factory=dict, compare=False, repr=False)

    @property
    def top(self) -> MachineDef:
        """The machine of the case itself."""
        return self.machines[self.main]

    @cached_property
    def rules_by_setting(self) -> frozenset[str]:
        """The settings that are the whole timescale of a clock, so that an office may write another one, or "off"."""
        timers = (t for m in self.machines.values() for t in m.timers.values())
        return frozenset(t.due[1:-1] for t in timers if t.due[:1] == "{" and t.due[1:-1] in self.settings)

    @property
    def party_title(self) -> str:
        """What the field beside the reference in lists is called, "" if the file names none."""
        field = self.fields.get(self.party)
        return field.title if field else ""

    def party_of(self, role: str) -> str:
        """The role without its part: "x.notices" is a way of writing to x."""
        return role.partition(".")[0]
