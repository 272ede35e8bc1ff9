"""Reading a procedure file into a Procedure, with every fault named by file and line.

In: the text of a TOML file and the name it goes by in messages.
Out: a Procedure, and the list of faults (empty if all is well).
Fails: never; a file that is no TOML gives one fault and no procedure.
Limits: reads shapes; what follows from them together (dead ends, silence) is checked in proof.py.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from functools import lru_cache

from mailflow.errors import Fault
from mailflow.procedure import deadlines
from mailflow.procedure.definition import (
    ACTS,
    FieldDef,
    HoldDef,
    LadderStep,
    LetterDef,
    MachineDef,
    Procedure,
    Role,
    Section,
    State,
    TimerDef,
    Verb,
)
from mailflow.procedure.naming import check_names
from mailflow.procedure.reading_rows import done, listed, row_of, words
from mailflow.procedure.toml_lines import Table, index

WHO = ("officer", "contacts", "person", "manager", "service")
TYPES = tuple(
    "text address organisation contract service purchaser publication "
    "date instant flag yesno file reference count".split()
)


def read(text: str, file: str) -> tuple[Procedure | None, list[Fault]]:
    """The procedure of this text, and all its faults; with faults the procedure is not fit to run.

    A text that has just been read is not read again: a procedure is never changed, only replaced.
    """
    procedure, faults = _read(text, file)
    return procedure, list(faults)


@lru_cache(maxsize=8)
def _read(text: str, file: str) -> tuple[Procedure | None, list[Fault]]:
    try:
        lines = index(text)
        data = tomllib.loads(text)
    except RecursionError:
        return None, [Fault(file, 0, "It is nested so deeply that it cannot be read.", "Take the brackets away.")]
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        return None, [Fault(file, int(line[1]) if line else 0, f"This is not TOML: {error}.", "Mend the line named.")]
    faults: list[Fault] = []
    procedure = _procedure(Table(data, file, lines, faults), text, lines)
    check_names(procedure, faults)
    return procedure, sorted(set(faults), key=lambda fault: (fault.line, fault.what))


def _tables(parent: Table, key: str) -> dict[str, Table]:
    """The tables under a key, by name."""
    group = parent.table(key)
    found = {name: group.table(name) for name in group.data}
    group.done()
    return found


def _procedure(top: Table, text: str, lines) -> Procedure:
    head = top.table("procedure")
    main = head.text("main", "case")
    ladders = _ladders(top)
    settings, allowed = _settings(top)
    machines = {main: _machine(top, main, head.text("case_word"), ladders, settings)}
    for kind, table in _tables(top, "child").items():
        machines[kind] = _machine(table, kind, table.text("title"), ladders, settings)
        table.done()
    procedure = Procedure(
        id=_id(head),
        title=head.text("title"),
        edition=hashlib.sha256(text.encode()).hexdigest()[:12],
        prefix=head.text("prefix"),
        case_word=head.text("case_word"),
        main=main,
        party=head.text("party", ""),
        opened_by=head.text("opened_by"),
        date_from=head.text("date_from", ""),
        file=top.file,
        roles={n: _role(t, n) for n, t in _tables(top, "roles").items()},
        fields={
            n: done(t, FieldDef(n, t.text("title"), t.text("type", among=TYPES), t.text("of", "")))
            for n, t in _tables(top, "fields").items()
        },
        lists={n: done(t, (t.text("title"), *t.texts("item"))) for n, t in _tables(top, "lists").items()},
        settings=settings,
        allowed=allowed,
        acts=words(top, "acts"),
        letters={n: _letter(t, n) for n, t in _tables(top, "letters").items()},
        verbs={n: _verb(t, n) for n, t in _tables(top, "verbs").items()},
        machines=machines,
        hold=_hold(top.table("hold")),
        report=tuple(_section(t, n) for n, t in enumerate(listed(top, "report"), 1)),
        summary=tuple(_section(t, n) for n, t in enumerate(listed(top, "summary"), 1)),
        aliases=words(top, "aliases"),
        lines=lines,
    )
    head.done()
    top.done()
    return procedure


def _id(head: Table) -> str:
    """The name of a procedure is the name of the folder of its letters, too."""
    name = head.text("id")
    if name and not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,59}", name):
        found = name if len(name) <= 60 else f"{name[:60]}..."
        head.fault("id", f'"{found}" is no name for a procedure.', "Use at most 60 small letters, digits and hyphens.")
        return ""
    return name


def _role(t: Table, name: str) -> Role:
    return done(
        t,
        Role(
            name,
            t.text("title"),
            t.text("who", among=WHO),
            t.text("field", ""),
            t.text("above", ""),
            t.texts("also"),
            t.texts("parts"),
            t.text("column", ""),
            t.text("of", ""),
            t.text("unless_flag", ""),
            t.flag("staff_only"),
            t.text("counts_as", ""),
            t.text("setting", ""),
            t.text("may_lack", ""),
        ),
    )


def _settings(top: Table) -> tuple[dict[str, object], dict[str, tuple[object, ...]]]:
    settings, allowed = {}, {}
    for name, t in _tables(top, "settings").items():
        settings[name] = t.data.get("value")
        allowed[name] = tuple(t.data.get("allowed", ()))
        t.free()
        if settings[name] is None:
            t.fault("", f"The setting {name} has no value.", "Add value = ...")
    return settings, allowed


def _ladders(top: Table) -> dict[str, tuple[LadderStep, ...]]:
    group = top.table("ladders")
    found = {}
    for name in group.data:
        steps = []
        for t in listed(group, name):
            on = t.text("on")
            if on != "due" and not re.fullmatch(r"\+\d{1,3}", on):
                t.fault("on", f'"{on}" is no day of a ladder.', 'Write "due" or "+1" (working days after it).')
                on = "due"
            offset = int(on[1:]) if on.startswith("+") else 0
            steps.append(done(t, LadderStep(offset, _hour(t), t.text("letter"), t.texts("to"))))
        found[name] = tuple(steps)
    return found


def _hour(t: Table) -> str:
    hour = t.text("at", "09:00")
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", hour):
        t.fault("at", f'"{hour}" is no time of day.', 'Write it as "09:00".')
        return "09:00"
    return hour


def _hold(t: Table) -> HoldDef:
    return done(
        t,
        HoldDef(
            t.text("timer"),
            t.text("clause"),
            t.text("letter"),
            t.text("lapse_letter"),
            t.text("above"),
            t.text("max_setting"),
            t.text("breach_setting", ""),
        ),
    )


def _section(t: Table, number: int) -> Section:
    return done(
        t, Section(t.text("title"), t.text("kind"), t.texts("items"), t.number("number", number), t.text("note", ""))
    )


def _letter(t: Table, name: str) -> LetterDef:
    return done(
        t,
        LetterDef(
            name,
            t.text("template", name),
            t.text("to"),
            t.text("cc", ""),
            t.text("else_to", ""),
            t.text("leaves", "", among=("at once", "office hours")),
            t.text("auto", "", among=("generated", "replied")),
            t.flag("formal"),
            t.texts("attach"),
            t.texts("drafts"),
            t.texts("buttons"),
            t.text("mail", ""),
            t.flag("never_sent"),
            t.text("also", "", among=("joined",)),
            t.text("since", ""),
            t.text("until", ""),
        ),
    )


def _verb(t: Table, name: str) -> Verb:
    act = t.text("act", "", among=ACTS)
    return done(
        t,
        Verb(
            name,
            t.texts("say"),
            t.texts("by"),
            t.flag("decision"),
            t.text("label", name),
            t.text("form", ""),
            t.text("value", ""),
            act,
            t.text("field", ""),
            t.text("role", ""),
            t.flag("unlisted"),
            t.texts("part_of"),
            t.text("into", ""),
            tuple(t.text("judges", "").split()),
            t.text("button_for", ""),
            t.flag("approves"),
            t.texts("beats"),
            t.flag("in_hold"),
            t.texts("clears"),
            t.flag("stays"),
        ),
    )


def _machine(
    t: Table, kind: str, title: str, ladders: dict[str, tuple[LadderStep, ...]], settings: dict[str, object]
) -> MachineDef:
    states = {n: _state(s, n) for n, s in _tables(t, "states").items()}
    start = t.text("start", next(iter(states), ""))
    return MachineDef(
        kind,
        title,
        start,
        states,
        {n: _timer(s, n, ladders, settings) for n, s in _tables(t, "timers").items()},
        tuple(row_of(r, kind) for r in listed(t, "row")),
        t.text("item", ""),
        t.flag("one_open"),
        t.text("closed_as", ""),
    )


def _state(t: Table, code: str) -> State:
    return done(
        t,
        State(
            code,
            t.text("stage"),
            t.text("title"),
            t.text("owner", ""),
            t.text("waits_for", ""),
            t.flag("ends"),
            t.text("lives_by", ""),
            t.text("count", ""),
        ),
    )


def _timer(t: Table, name: str, ladders: dict[str, tuple[LadderStep, ...]], settings: dict[str, object]) -> TimerDef:
    due = t.text("due")
    try:
        rule = re.sub(r"\{(\w+)\}", lambda m: str(settings.get(m[1], m[0])), due)
        if due == rule or rule != deadlines.OFF:  # a clock is switched off by a setting, never by the file itself
            deadlines.read_rule(rule)
    except ValueError as error:
        t.fault("due", str(error))
    for key in ("at", "next"):
        if t.has(key) and not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", t.text(key, "")):
            t.fault(key, f"{t.name(key)} is no time of day.", 'Write it as "16:00".')
    ladder = t.text("ladder", "", among=tuple(ladders))
    return done(
        t,
        TimerDef(
            name,
            t.text("clause"),
            tuple(t.text("from").split(" or ")),
            due,
            t.text("step"),
            t.text("at", ""),
            t.text("next", ""),
            t.text("date", ""),
            t.text("plus_setting", ""),
            frozenset(t.texts("runs")),
            frozenset(t.texts("stands")),
            frozenset(t.texts("pauses")),
            ladders.get(ladder, ()),
            t.texts("chases"),
            t.flag("extend"),
            t.flag("extra"),
            t.flag("shared"),
            t.flag("once"),
            t.flag("again"),
            t.text("done_by", ""),
            t.texts("asked"),
            t.flag("posting"),
            t.flag("correcting"),
        ),
    )
