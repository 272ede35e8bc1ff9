"""What follows when a row of a procedure fires, in words: letters, parts that open, clocks, what goes on file.

In: the words of a procedure, a machine and one of its rows.
Out: sentences without a full stop, in the order in which they happen.
Fails: never.
Limits: leaves out where the row leads; the table says that first.
"""

from __future__ import annotations

from collections.abc import Iterator

from mailflow.procedure.definition import LetterUse, MachineDef, Row, Spawn, Tell
from mailflow.procedure.telling import Telling
from mailflow.procedure.telling_names import article, joined, plain, upper


def follows(t: Telling, machine: MachineDef, row: Row) -> Iterator[str]:
    """What the row does besides moving."""
    yield from _letters(t, machine, row)
    yield from (_tell(t, machine, tell) for tell in row.tells)
    yield from (_spawn(t, machine, spawn) for spawn in row.spawn)
    if row.close_children:
        yield f"Whatever is open from here ends ({row.close_children})"
    yield from _clocks(machine, row)
    yield from (f"The {what} is saved" for what in row.files)
    yield from _rest(t, row)


def _letters(t: Telling, machine: MachineDef, row: Row) -> Iterator[str]:
    if row.withdraw:
        yield "Letters to parties that have not left yet are taken back"
    if row.withdraws:
        yield f"{joined((t.letter(n) for n in row.withdraws), 'and')} is taken back if it has not left yet"
    for name in row.records:
        yield f"{t.letter(name)} counts as sent: the officer has written"
    for use in row.letters:
        yield _letter(t, machine, use)


def _rest(t: Telling, row: Row) -> Iterator[str]:
    if row.asks:
        yield "An officer is asked what the mail is"
    if row.judges:
        yield f"Mail from {t.roles(row.judges)} that waited is judged with this"
    if row.join:
        yield f"What comes in later joins the other {t.procedure.case_word}"
    if row.split:
        yield f"As many {t.procedure.case_word}s as were said begin with the same mail, this one included"
    if row.new_cycle:
        yield "A new round begins; the old one stays on file"
    if row.remember_from:
        yield "It may go back to the stage it came from"
    if row.restrict:
        yield f"From now on only {t.roles(row.restrict, 'and')}, and readers whom the office has named, see it"
    if row.no_undo:
        yield "This cannot be undone"


def noted(t: Telling, row: Row) -> Iterator[str]:
    """What goes on file."""
    for name, source in row.set.items():
        yield f"{t.field(name)}: {t.value(source)}"
    for name, rule in row.date_field.items():
        days, _, letter = t.fill(rule).partition(" from letter ")
        yield f"{t.field(name)}: {days} after {t.letter(letter)}"
    for name, blank in row.set_item.items():
        yield f"the item's {plain(name)}: what is given as {plain(blank)}"
    if row.count:
        yield f"{t.field(row.count)}: one more"
    for name in filter(None, (row.items, row.items_if_given)):
        yield f"the list of each {t.items(name)}" + (", if any is given" if name == row.items_if_given else "")


def asides(t: Telling, row: Row) -> Iterator[str]:
    """What its letters say besides, what they enclose, and which buttons they bear."""
    for use in row.letters:
        letter = t.procedure.letters[use.letter]
        if use.why or row.why:
            yield f'{t.letter(use.letter)} adds: "{use.why or row.why}"'
        if letter.attach:
            yield f"{t.letter(use.letter)} encloses {joined((_enclosed(t, what) for what in letter.attach), 'and')}"
        buttons = row.buttons or letter.buttons
        if buttons:
            yield f"{t.letter(use.letter)} has the buttons {joined((t.word(b) for b in buttons), 'and')}"


ENCLOSED = {"concern": "the mail that began it", "response": "the answer", "report": "the report"}


def _enclosed(t: Telling, what: str) -> str:
    return ENCLOSED.get(what) or t.noun(what)


def _letter(t: Telling, machine: MachineDef, use: LetterUse) -> str:
    letter = t.procedure.letters[use.letter]
    words = f"{t.letter(use.letter)} to {t.role(letter.to)}"
    if letter.cc:
        words += f", copy to {t.role(letter.cc)}"
    if letter.never_sent:
        words = f"{t.letter(use.letter)} is drafted for a person to issue"
    return upper(words) + _if(t, machine, use.condition)


def _tell(t: Telling, machine: MachineDef, tell: Tell) -> str:
    kind = t.machine(tell.child)
    to = _signalled(t, tell.child, tell.signal, tell.open)
    heard = f'goes to "{to}"' if to else f'is told "{tell.signal}"'
    words = f"{'Every' if tell.every else 'An'} open {kind} {heard}"
    if tell.open:
        words = f"{upper(article(kind))} opens, if none is open yet" + (f': "{to}"' if to else "")
    return words + _if(t, machine, tell.condition)


def _signalled(t: Telling, child: str, signal: str, opens: bool) -> str:
    """Where a signal leads a part, or where one that it opens begins, if that is one place; "" otherwise."""
    part = t.procedure.machines[child]
    rows = [row for row in part.rows for trigger in row.on if trigger.kind == "signal" and signal in trigger.names]
    codes = {row.to for row in rows if bool(row.sources) != opens}
    found = [part.states[code] for code in codes if code in part.states]
    return found[0].title if len(codes) == len(found) == 1 else ""


def _spawn(t: Telling, machine: MachineDef, spawn: Spawn) -> str:
    kind = t.machine(spawn.child)
    each = t.items(spawn.each) if spawn.each else ""
    words = f"{upper(article(kind))} opens" + (
        f" for each {'one that was set' if each == kind else each}" if each else ""
    )
    return words + _if(t, machine, spawn.condition)


def _clocks(machine: MachineDef, row: Row) -> Iterator[str]:
    for name in row.restart:
        yield f'The time for "{_step(machine, name)}" begins again'
    for name in row.sets_timer:
        yield f'The time for "{_step(machine, name)}" ends on the date given'
    if row.extends:
        yield f'The time for "{_step(machine, row.extends)}" is extended to the date given'


def _step(machine: MachineDef, timer: str) -> str:
    found = machine.timers.get(timer)
    return found.step if found else timer


def _if(t: Telling, machine: MachineDef, condition: str) -> str:
    return f", if {t.guard(condition, machine.kind)}" if condition else ""
