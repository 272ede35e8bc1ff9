"""Where each key of a TOML file stands, and values taken from it with faults that name file and line.

In: the text of a TOML file, and the tables tomllib made of it (which carry no positions).
Out: line numbers by key path, such as ("states", "WPR", "owner"), ("row", 3, "id") or ("child", "RA", "row", 0).
Fails: never; a text that tomllib refuses is indexed as far as it can be read.
Limits: names the line on which a key begins, not the column.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime

from mailflow.errors import Fault

Path = tuple[str | int, ...]
WHITE = " \t\r"
MOST_CHOICES = 24
CLOSERS = {"[": "]", "{": "}"}


class Lines(dict[Path, int]):
    """Line numbers by key path; `near` answers for paths that do not stand in the file."""

    def near(self, path: Path) -> int:
        """The line of this key, or of the closest table above it; 0 if there is none."""
        while path and path not in self:
            path = path[:-1]
        return self.get(path, 0)


def index(text: str) -> Lines:
    """Read the keys and tables of a TOML text into their line numbers (from 1)."""
    scanner = _Scanner(text)
    scanner.document()
    return scanner.lines


def suggest(word: str, known: Iterable[str]) -> str:
    """ "Did you mean ...?" if something close is known, otherwise the list of what is known."""
    choices = sorted(known)
    close = difflib.get_close_matches(word, choices, n=1, cutoff=0.6)
    if close:
        return f'Did you mean "{close[0]}"?'
    if not choices:
        return "Remove it."
    more = f" and {len(choices) - MOST_CHOICES} more" if len(choices) > MOST_CHOICES else ""
    return f"Known here: {', '.join(choices[:MOST_CHOICES])}{more}."


class Table:
    """One TOML table, read key by key; every wrong, missing or unknown key becomes a fault instead of an exception.

    After a fault the default is returned, so that all faults of a file are found in one go.
    """

    def __init__(self, data: Mapping[str, object], file: str, lines: Lines, faults: list[Fault], path: Path = ()):
        self.data, self.file, self.lines, self.faults, self.path = data, file, lines, faults, path
        self._asked: set[str] = set()
        self._beneath: Table | None = None

    def over(self, shared: Table) -> Table:
        """This table with the keys of a shared one showing through where it has none of its own."""
        both = Table({**shared.data, **self.data}, self.file, self.lines, self.faults, self.path)
        both._beneath = Table({key: shared.data[key] for key in shared.data if key not in self.data}, *shared._place)
        return both

    @property
    def _place(self) -> tuple[str, Lines, list[Fault], Path]:
        return self.file, self.lines, self.faults, self.path

    def line(self, key: str = "") -> int:
        """The line of a key of this table, or of the table."""
        if self._beneath and self._beneath.has(key):
            return self._beneath.line(key)
        return self.lines.near((*self.path, key) if key else self.path)

    def fault(self, key: str, what: str, fix: str = "") -> None:
        """Record that something is wrong at a key."""
        self.faults.append(Fault(self.file, self.line(key), what, fix))

    def name(self, key: str) -> str:
        """The key as it is written in the file: office.council.prefix."""
        if self._beneath and self._beneath.has(key):
            return self._beneath.name(key)
        return ".".join(str(part) for part in (*self.path, key))

    def has(self, key: str) -> bool:
        """Whether the key is given."""
        return key in self.data

    def text(self, key: str, default: str | None = None, *, among: Collection[str] = ()) -> str:
        """A text; required if there is no default; one of `among` if that is given."""
        value = self._take(key, default, str, "a text in quotes")
        if among and value and value not in among:
            self.fault(key, f'{self.name(key)} is "{value}".', suggest(value, among))
            return default or ""
        return value or ""

    def number(self, key: str, default: int | None = None, *, least: int = 0, most: int = 1_000_000) -> int:
        """A whole number from least to most."""
        value = self._take(key, default, int, "a whole number")
        if value is None:
            return least
        if not least <= value <= most:
            self.fault(key, f"{self.name(key)} is {value}.", f"Write a number from {least} to {most}.")
            return default if default is not None else least
        return value

    def flag(self, key: str, default: bool = False) -> bool:
        """true or false."""
        return bool(self._take(key, default, bool, "true or false"))

    def texts(self, key: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """A list of texts."""
        value = self._take(key, default, list, 'a list of texts, such as ["one", "two"]')
        if all(isinstance(item, str) for item in value):
            return tuple(value)
        self.fault(key, f"{self.name(key)} holds something that is not a text.", 'Write ["one", "two"].')
        return default

    def dates(self, key: str) -> tuple[date, ...]:
        """A list of dates, each 2027-12-29, "2027-12-29" or a span "2027-12-28..2027-12-31"."""
        found: list[date] = []
        for item in self._take(key, (), list, "a list of dates, such as [2027-12-29]"):
            if isinstance(item, date) and not isinstance(item, datetime):
                found.append(item)
                continue
            try:
                found.extend(span(str(item)))
            except ValueError as error:
                self.fault(key, f"{self.name(key)}: {error}")
        return tuple(found)

    def table(self, key: str) -> Table:
        """A table under this one; empty if it is not given."""
        value = self._take(key, {}, dict, f"a table, [{self.name(key)}]")
        return Table(value, self.file, self.lines, self.faults, (*self.path, key))

    def free(self) -> dict[str, object]:
        """The whole table as it stands, for keys that somebody else will judge."""
        self._asked.update(self.data)
        return dict(self.data)

    def done(self) -> None:
        """Every key that nobody asked for is a fault, with what may have been meant."""
        for key in self.data:
            if key not in self._asked:
                self.fault(key, f"{self.name(key)} is not known.", suggest(key, self._asked))

    def _take(self, key, default, kind, words):
        self._asked.add(key)
        if key not in self.data:
            if default is None:
                self.fault("", f"{self.name(key)} is missing.", f"Add {key} = {words}.")
            return default
        value = self.data[key]
        # A TOML true is a Python int as well, and never meant as a number.
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            self.fault(key, f"{self.name(key)} should be {words}.")
            return default if default is not None else ([] if kind is list else None)
        return value


def span(words: str) -> list[date]:
    """A date "2027-12-29" or all days of "2027-12-28..2027-12-31". Raises ValueError with a sentence."""
    first, _, last = words.partition("..")
    try:
        start = date.fromisoformat(first.strip())
        end = date.fromisoformat(last.strip()) if last.strip() else start
    except ValueError as error:
        raise ValueError(f'"{words}" is not a date such as 2027-12-29 or a span 2027-12-28..2027-12-31.') from error
    if not start <= end or (end - start).days > 366:
        raise ValueError(f'"{words}" does not end after it begins, or is longer than a year.')
    return [date.fromordinal(day) for day in range(start.toordinal(), end.toordinal() + 1)]


class _Scanner:
    """A walk over TOML's outline (toml.io v1.0.0): keys, headers and brackets; values are stepped over."""

    def __init__(self, text: str):
        self.text = text
        self.at = 0
        self.lines = Lines()
        self.counts: dict[Path, int] = {}
        self.starts = [0, *(place + 1 for place, char in enumerate(text) if char == "\n")]
        self.row = 0

    def document(self) -> None:
        table: Path = ()
        while self._skip(newlines=True):
            if self.text.startswith("[", self.at):
                table = self._header()
                self._rest_of_line()
            elif not self._pair(table):
                self._rest_of_line()

    def _header(self) -> Path:
        line = self._line()
        doubled = self.text.startswith("[[", self.at)
        self.at += 2 if doubled else 1
        keys = self._keys()
        path: Path = ()
        for place, key in enumerate(keys):
            path = (*path, key)
            if place == len(keys) - 1 and doubled:
                self.lines.setdefault(path, line)
                self.counts[path] = self.counts.get(path, -1) + 1
                path = (*path, self.counts[path])
                self.lines[path] = line
            elif path in self.counts:
                path = (*path, self.counts[path])
            self.lines.setdefault(path, line)
        return path

    def _pair(self, table: Path) -> bool:
        line = self._line()
        keys = self._keys()
        self._skip()
        if not keys or not self.text.startswith("=", self.at):
            return False
        self.at += 1
        for size in range(1, len(keys) + 1):
            self.lines.setdefault((*table, *keys[:size]), line)
        self._skip()
        self._value((*table, *keys))
        return True

    def _keys(self) -> list[str]:
        keys: list[str] = []
        while self._skip() and self.text[self.at] not in "=]\n":
            char = self.text[self.at]
            if char == ".":
                self.at += 1
            elif char in "\"'":
                keys.append(self._string())
            else:
                start = self.at
                while self.at < len(self.text) and (self.text[self.at].isalnum() or self.text[self.at] in "_-"):
                    self.at += 1
                if self.at == start:
                    return []
                keys.append(self.text[start : self.at])
        return keys

    def _value(self, path: Path) -> None:
        if self.at >= len(self.text):
            return
        char = self.text[self.at]
        if char in "\"'":
            self._string()
        elif char in CLOSERS:
            self._inside(path, char)
        else:
            while self.at < len(self.text) and self.text[self.at] not in ",]}\n#":
                self.at += 1

    def _inside(self, path: Path, opener: str) -> None:
        """An array (its items are numbered) or an inline table (its keys are indexed)."""
        self.at += 1
        number = 0
        while self._skip(newlines=True) and self.text[self.at] != CLOSERS[opener]:
            before = self.at
            if self.text[self.at] == ",":
                self.at += 1
                number += 1
            elif opener == "[":
                self.lines[(*path, number)] = self._line()
                self._value((*path, number))
            else:
                self._pair(path)
            if self.at == before:
                self.at += 1
        self.at += 1

    def _string(self) -> str:
        quote = self.text[self.at]
        mark = quote * 3 if self.text.startswith(quote * 3, self.at) else quote
        start = self.at + len(mark)
        end = start
        while end < len(self.text) and not self.text.startswith(mark, end):
            if len(mark) == 1 and self.text[end] == "\n":
                break
            end += 2 if quote == '"' and self.text[end] == "\\" else 1
        inner = self.text[start:end]
        self.at = min(end + len(mark), len(self.text))
        # Up to two more quotes belong to the end of a multi-line string.
        while len(mark) == 3 and self.text.startswith(quote, self.at):
            self.at += 1
        if quote == "'" or "\\" not in inner:
            return inner
        try:
            return str(json.loads(f'"{inner}"'))
        except ValueError:
            return inner

    def _skip(self, newlines: bool = False) -> bool:
        """Step over white space and comments; False at the end of the text."""
        while self.at < len(self.text):
            char = self.text[self.at]
            if char == "#":
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
            elif char in WHITE or (newlines and char == "\n"):
                self.at += 1
            else:
                return True
        return False

    def _rest_of_line(self) -> None:
        end = self.text.find("\n", self.at)
        self.at = len(self.text) if end < 0 else end + 1

    def _line(self) -> int:
        while self.row + 1 < len(self.starts) and self.starts[self.row + 1] <= self.at:
            self.row += 1
        return self.row + 1
