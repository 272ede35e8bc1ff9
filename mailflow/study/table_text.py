"""The table of a procedure as lines for a terminal, as wide as the terminal is.

In: a Table, the width in columns, and perhaps one stage to tell in full.
Out: lines of plain text; no word is ever cut, only whole words wrap.
Fails: never; a single word longer than its column stands out of it.
Limits: plain text without colour; what is told in full stands under the stage asked for only.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from mailflow.procedure.telling_names import joined, mid_sentence, upper
from mailflow.study.table import Clock, Event, Move, Part, Stage, Table, alike, shared

NARROWEST, WIDEST = 60, 120
HEAD = 15  # columns of what stands before a colon
GAP = 3


def lines(table: Table, width: int) -> Iterator[str]:
    """The whole procedure."""
    width = max(NARROWEST, min(width, WIDEST))
    yield table.title
    yield f"Edition {table.edition}"
    for n, part in enumerate(table.parts):
        yield from _part(part, width, first=n == 0)
    yield from _heading("At every stage", width)
    for who, words in table.anywhere:
        yield from _pair(who, ", ".join(f'"{word}"' for word in words), width)
        yield ""
    yield from _wrapped(f"On hold: {mid_sentence(table.hold)}. All clocks stand still.", width)


def full(table: Table, code: str, width: int) -> Iterator[str]:
    """One stage with everything that is known of it; several, if parts share the code."""
    width = max(NARROWEST, min(width, WIDEST))
    for part in table.parts:
        stage = part.stage(code)
        if stage is not None:
            name = "" if part is table.parts[0] else f"{part.title}: "
            yield from _heading(f"{name}{_name(stage)}", width)
            yield from _facts(stage, width, in_full=True)
            for move in stage.moves:
                yield ""
                yield from _move_in_full(move, width)


def codes(table: Table) -> tuple[str, ...]:
    """The codes that `full` knows, in the order of the table."""
    return tuple(dict.fromkeys(s.code for part in table.parts for s in (*part.stages, *part.ends)))


def _part(part: Part, width: int, first: bool) -> Iterator[str]:
    yield ""
    yield "=" * width
    yield part.title if first else f"{part.title} (a part of its own)"
    yield "=" * width
    for move in part.begins:
        yield from _wrapped(f"{_begins(move, first)}: {move.to_words}", width, "  ", "    ")
    told_once, often = alike(part), shared(part)
    for stage in part.stages:
        yield from _heading(_name(stage), width)
        yield from _facts(stage, width, not_these=frozenset(often))
        yield from _moves([m for m in stage.moves if m.row not in told_once], width, stage.owner)
    ends = [s for s in part.ends if any(m.row not in told_once for m in s.moves)]
    for stage in ends:
        yield from _heading(f"End: {stage.title} [{stage.code}]", width)
        yield from _moves([m for m in stage.moves if m.row not in told_once], width)
    if told_once or often:
        yield from _heading("At several stages", width)
    for clock, stages in often.values():
        yield from _pair("At", "; ".join(_short(s) for s in stages), width)
        yield from _pair("Timescale", _timescale(clock), width)
        yield ""
    if told_once:
        for n, (row, stages) in enumerate(told_once.items()):
            move = next(m for m in stages[0].moves if m.row == row)
            if n:
                yield ""
            yield from _pair("At", "; ".join(_short(s) for s in stages), width)
            yield from _moves([move], width, headed=False)
    yield from _heading("Ends", width)
    for end in part.ends:
        yield from _pair(end.code, end.title, width)


def _begins(move: Move, first: bool) -> str:
    if first:
        return f"Begins when {_events(move)}"
    told = [event.words.partition("told ")[2] for event in move.events]
    return "Begins when it is opened" + (f" as {joined(told, 'or')}" if any(told) else "")


def _short(stage: Stage) -> str:
    return stage.title if stage.ends else f"{stage.number} {stage.title}"


def _name(stage: Stage) -> str:
    return f"End: {stage.title} [{stage.code}]" if stage.ends else f"Stage {stage.number}: {stage.title} [{stage.code}]"


def _facts(stage: Stage, width: int, in_full: bool = False, not_these: frozenset[str] = frozenset()) -> Iterator[str]:
    if stage.owner:
        yield from _pair("Who", stage.owner, width)
    if stage.waits_for:
        yield from _pair("Waiting for", stage.waits_for, width)
    for clock in (c for c in stage.clocks if c.name not in not_these):
        yield from _pair("Timescale", _timescale(clock), width)
        if in_full:
            yield from _clock_in_full(clock, width)
    if stage.lives_by:
        yield from _pair("Timescale", stage.lives_by, width)
    for words in stage.standing:
        yield from _pair("Stands still", words, width)


def _timescale(clock: Clock) -> str:
    words = f"{clock.words} ({clock.name}: {mid_sentence(clock.step)})"
    days, at, hour = clock.rule.partition(", at ")
    rule = f"at {hour}" if at and days.casefold() in clock.words.casefold() else clock.rule
    rule = rule if rule.casefold() not in clock.words.casefold() else ""
    return (
        f"{words}{f'. {upper(rule)}' if rule else ''}"
        + ("" if clock.in_paper else ". Not in the paper")
        + (f". Only while {clock.only_while}" if clock.only_while else "")
    )


def _clock_in_full(clock: Clock, width: int) -> Iterator[str]:
    yield from _pair("", f"Counts from {clock.counted_from}.", width)
    if clock.waits_for:
        yield from _pair("", f"It does not act while mail from {clock.waits_for} is unread.", width)
    if clock.may_be_extended:
        yield from _pair("", "It may be extended.", width)
    for late in clock.late:
        yield from _pair("", f"If it is not done: {late}.", width)


def _moves(moves: Iterable[Move], width: int, owner: str = "", headed: bool = True) -> Iterator[str]:
    """Two columns: what may happen, what follows. The owner of the stage is not named again."""
    left = (width - 2 - GAP) * 9 // 20
    right = width - 2 - GAP - left
    some = list(moves)
    if some and headed:
        yield ""
        yield f"  {'What may happen':<{left}}{' ' * GAP}What follows"
        yield f"  {'-' * left}{' ' * GAP}{'-' * right}"
    for n, move in enumerate(some):
        if n:
            yield ""
        follows = [f"{'=' if move.stays else '>'} {move.to_words}", *move.follows]
        yield from _beside(_happens(move, owner), follows, left, right)


def _happens(move: Move, owner: str) -> list[str]:
    words = [_told(event, owner) for event in move.events]
    first, *others = words or [""]
    return [upper(first), *(f"or {one}" for one in others), *([f"if {move.condition}"] if move.condition else [])]


def _told(event: Event, owner: str) -> str:
    """Mail from whom, or what is said; by whom only if it is not the owner."""
    if event.kind == "word" and event.by == (owner,):
        return "says " + event.words.partition(" says ")[2]
    return event.words.replace("mail comes from", "mail from", 1)


def _events(move: Move) -> str:
    return joined((event.words for event in move.events), "or")


def _beside(happens: list[str], follows: list[str], left: int, right: int) -> Iterator[str]:
    one = [line for words in happens for line in _fitted(words, left)]
    two = [line for words in follows for line in _fitted(words, right)]
    for n in range(max(len(one), len(two))):
        first = one[n] if n < len(one) else ""
        second = two[n] if n < len(two) else ""
        yield f"  {first:<{left}}{' ' * GAP}{second}".rstrip()


def _move_in_full(move: Move, width: int) -> Iterator[str]:
    yield from _pair("When", _events(move), width)
    yield from _pair("If", move.condition, width)
    yield from _pair("Then", move.to_words, width)
    for words in move.follows:
        yield from _pair("", words, width)
    for words in move.asides:
        yield from _pair("", words, width)
    for n, words in enumerate(move.noted):
        yield from _pair("On file" if n == 0 else "", words, width)
    for n, words in enumerate(move.refused):
        yield from _pair("Otherwise" if n == 0 else "", words, width)
    yield from _pair("In the file", f"row {move.row}" + (f", line {move.line}" if move.line else ""), width)


def _pair(head: str, words: str, width: int) -> Iterator[str]:
    if not words:
        return
    if len(head) > HEAD - 1:
        yield from _wrapped(head, width, "  ")
        head = ""
    yield from _wrapped(words, width, f"  {head:<{HEAD}}", " " * (HEAD + 2))


def _heading(words: str, width: int) -> Iterator[str]:
    yield ""
    yield from _fitted(words, width)
    yield "-" * min(len(words), width)


def _wrapped(words: str, width: int, first: str = "", then: str | None = None) -> Iterator[str]:
    yield from textwrap.wrap(
        words,
        width,
        initial_indent=first,
        subsequent_indent=first if then is None else then,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _fitted(words: str, width: int) -> list[str]:
    return textwrap.wrap(words, width, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False) or [""]
