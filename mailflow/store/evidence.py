"""Whether the log, its causes, the record over them and the words they name are all there and as they were written.

In: the tables as somebody may have left them.
Out: a flaw for each row that was changed, removed, cut off or slipped in, with its case and line.
Fails: never of its own accord.
Limits: words erased by mailflow are no flaw; a database rewritten as a whole shows only by a head kept elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping, bindparam, func, select, union

from mailflow.store import schema
from mailflow.store.chain import Entry, entry_hash
from mailflow.store.log import line_hash
from mailflow.store.texts import ERASED, text_digest
from mailflow.store.work import Room


@dataclass(frozen=True)
class Flaw:
    """One thing that is not as it was written; case "" and line 0 where it belongs to none."""

    case: str
    line: int
    what: str

    def __str__(self) -> str:
        line = f", line {self.line}" if self.line else ""
        return f"Case {self.case}{line}: {self.what}" if self.case else self.what


def _of(table: Any, *order: str) -> Any:
    return select(table).where(table.c.case == bindparam("c")).order_by(*(table.c[name] for name in order))


_LINES = _of(schema.log, "seq")
_CAUSES = _of(schema.causes, "seq", "cause")
_ENTRIES = _of(schema.chain, "number")
_TEXTS = _of(schema.texts, "id")
_SALT = select(schema.salts.c.salt).where(schema.salts.c.case == bindparam("c"))
_FILED = select(schema.correspondence.c.identity, schema.correspondence.c.text_id).where(
    schema.correspondence.c.case == bindparam("c")
)
_KEEPERS = (schema.log, schema.causes, schema.views, schema.agenda, schema.letters, schema.files)
_CASES_BEFORE = union(*(select(table.c.case) for table in _KEEPERS)).order_by("case")
_CASES = union(*(select(table.c.case) for table in (*_KEEPERS, schema.chain))).order_by("case")
# What the log must have decided, each with the line that did.
_FOLLOWS = {
    "a clock runs that was set by": select(func.max(schema.agenda.c.set_seq)).where(
        schema.agenda.c.case == bindparam("c")
    ),
    "a letter was decided by": select(func.max(schema.letters.c.seq)).where(schema.letters.c.case == bindparam("c")),
    "a file was decided by": select(func.max(schema.files.c.seq)).where(schema.files.c.case == bindparam("c")),
}
_VIEW = select(schema.views.c.case).where(schema.views.c.case == bindparam("c"))
_OPENED = select(schema.log.c.case).where(schema.log.c.kind == "opened", schema.log.c.seq == 1)
_GIVEN = select(schema.numbers).order_by(schema.numbers.c.prefix, schema.numbers.c.year)


class Evidence(Room):
    """What this transaction can prove."""

    __slots__ = ()

    def cases(self, *, recorded: bool = True) -> list[str]:
        """Every case and stream of which any table knows. recorded: False before there was a record over all."""
        return list(self._work.read(_CASES if recorded else _CASES_BEFORE).scalars())

    def numbers(self) -> list[tuple[str, int, int]]:
        """The running numbers as they were given out: prefix, year, the last one."""
        return [(row.prefix, row.year, row.last) for row in self._work.read(_GIVEN)]

    def opened(self) -> set[str]:
        """The cases whose first line says that they were opened."""
        return set(self._work.read(_OPENED).scalars())

    def erased(self, case: str) -> int:
        """How many texts of a case were erased on purpose."""
        return sum(row["kind"] == ERASED for row in self._rows(_TEXTS, case))

    def of_record(self, entries: Iterator[Entry]) -> Iterator[Flaw | None]:
        """One item for each entry of the record: its flaw, or None."""
        before, expected = "", 1
        for entry in entries:
            flaw = None
            if entry.number != expected:
                missing = _span("entry", "entries", expected, entry.number - 1)
                flaw = Flaw("", 0, f"The record: {missing} missing.")
            elif entry_hash(before, vars(entry)) != entry.hash:
                what = f"entry {entry.number} of the record is not what was written."
                flaw = Flaw(entry.case, entry.seq, what)
            before, expected = entry.hash, entry.number + 1
            yield flaw

    def of_case(self, case: str) -> list[Flaw]:
        """Everything that is wrong with the lines, causes and words of one case."""
        lines = self._rows(_LINES, case)
        entries = self._rows(_ENTRIES, case)
        recorded = max((entry["seq"] for entry in entries), default=0)
        found = [*self._gone(case, lines, recorded)]
        if lines:
            found += _chained(case, lines, recorded)
            found += _agreed(case, lines, entries)
            found += self._beyond(case, lines[-1]["seq"], recorded)
        found += _caused(case, self._rows(_CAUSES, case), entries)
        found += self._worded(case, lines)
        return found

    def _gone(self, case: str, lines: Sequence[RowMapping], recorded: int) -> Iterator[Flaw]:
        if lines:
            return
        if recorded:
            yield Flaw(case, 0, f"the whole case is missing; the record knows {_count(recorded, 'line')} of it.")
        elif self._work.read(_VIEW, {"c": case}).first():
            yield Flaw(case, 0, "the whole case is missing; only how it looked is still there.")
        else:
            yield from self._beyond(case, 0, recorded)

    def _beyond(self, case: str, last: int, recorded: int) -> Iterator[Flaw]:
        """What follows from lines that are not there, where the record does not know them either."""
        for words, question in _FOLLOWS.items():
            seq = self._work.read(question, {"c": case}).scalar() or 0
            if seq > max(last, recorded):
                yield Flaw(case, seq, f"it was cut off; {words} it.")

    def _worded(self, case: str, lines: Sequence[RowMapping]) -> Iterator[Flaw]:
        """The words that lines, mails and letters name by salted digests."""
        salt = self._work.read(_SALT, {"c": case}).scalar()
        texts = {row["id"]: row for row in self._rows(_TEXTS, case)}
        named: dict[str, tuple[int, str]] = {}
        for line in lines:
            named |= dict.fromkeys(_ids(line["data"]), (line["seq"], f"words of line {line['seq']}"))
        for row in self._work.read(_FILED, {"c": case}):
            end = row.identity.rpartition("/")[2]
            seq = int(end) if "/" in row.identity and end.isdigit() else 0
            named.setdefault(
                row.text_id, (seq, f"the words of the letter {row.identity}" if seq else "words of a mail")
            )
        named.pop("", None)
        for text_id, (seq, what) in named.items():
            text = texts.get(text_id)
            if text is None and salt is not None:
                yield Flaw(case, seq, f"{what} are missing without having been erased.")
            elif text is not None and text["kind"] != ERASED and not _fits(salt, text, (seq,)):
                yield Flaw(case, seq, f"{what} are not what was written.")
        most = lines[-1]["seq"] + 1 if lines else 0
        for text_id in texts.keys() - named.keys():
            if texts[text_id]["kind"] != ERASED and not _fits(salt, texts[text_id], range(most + 1)):
                yield Flaw(case, 0, "words are kept that nothing names and that are not what was written.")

    def _rows(self, statement: Any, case: str) -> Sequence[RowMapping]:
        return self._work.read(statement, {"c": case}).mappings().all()


def _chained(case: str, lines: Sequence[RowMapping], recorded: int) -> Iterator[Flaw]:
    before, expected = "", 1
    for row in lines:
        if row["seq"] != expected:
            yield Flaw(case, expected, f"{_span('line', 'lines', expected, row['seq'] - 1)} missing.")
        elif line_hash(before, row) != row["hash"]:
            yield Flaw(case, row["seq"], "it is not what was written.")
        before, expected = row["hash"], row["seq"] + 1
    if expected <= recorded:
        yield Flaw(case, expected, f"{_span('line', 'lines', expected, recorded)} cut off.")
    elif expected - 1 > recorded:
        what = _span("line", "lines", recorded + 1, expected - 1)
        yield Flaw(case, recorded + 1, f"{what} not in the record: slipped in, or the record was cut off.")


def _agreed(case: str, lines: Sequence[RowMapping], entries: Sequence[RowMapping]) -> Iterator[Flaw]:
    """The first line whose hash the record knows otherwise: a chain made anew looks whole by itself."""
    hashes = {row["seq"]: row["hash"] for row in lines}
    for entry in entries:
        if entry["seq"] in hashes and hashes[entry["seq"]] != entry["head"]:
            what = f"it is not the line that entry {entry['number']} of the record knows."
            yield Flaw(case, entry["seq"], what)
            return


def _caused(case: str, causes: Sequence[RowMapping], entries: Sequence[RowMapping]) -> Iterator[Flaw]:
    known = {entry["cause"]: entry["seq"] for entry in entries}
    there = {row["cause"]: row["seq"] for row in causes}
    for cause, seq in known.items():
        if cause not in there:
            yield Flaw(case, seq, f"what set it off is missing ({cause}).")
        elif there[cause] != seq:
            yield Flaw(case, seq, f"what set it off was changed ({cause}).")
    for cause in there.keys() - known.keys():
        what = f"what set it off is not in the record ({cause}): slipped in, or the record was cut off."
        yield Flaw(case, there[cause], what)


def _ids(value: object) -> Iterator[str]:
    """The ids of texts in a line's data."""
    if isinstance(value, Mapping):
        if set(value) == {"$text"}:
            yield str(value["$text"])
        else:
            for inner in value.values():
                yield from _ids(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _ids(inner)


def _fits(salt: str | None, text: RowMapping, seqs: Sequence[int]) -> bool:
    return salt is not None and any(
        text_digest(salt, text["case"], text["kind"], seq, text["text"]) == text["id"] for seq in seqs
    )


def _span(one: str, many: str, first: int, last: int) -> str:
    """ "line 3 is", "lines 3 to 5 are"."""
    return f"{one} {first} is" if first == last else f"{many} {first} to {last} are"


def _count(n: int, word: str) -> str:
    return f"{n} {word}" if n == 1 else f"{n} {word}s"
