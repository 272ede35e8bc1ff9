"""The breaks of a module that no test sees, each with a judgement, as kept in bench/survivors.

    .venv/bin/python -m bench.survivors

prints for each module what was tried and how those that no test saw are judged.

In: a module's breaks and which of them survived; the list as it was.
Out: the list anew: judgements stay with their break, a new survivor is not judged, one that is seen now is gone.
Fails: ValueError, naming file and line, for a line that is none.
Limits: a break is known by the statement it is in, by what was done, and by its number among those alike there; a
  statement that is written anew asks for new judgements.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "survivors"
KINDS = {
    "same": "the same program after all",
    "wording": "only the words of a reason or a note differ",
    "bound": "a bound or a weight one larger or smaller, where no mail stands on the edge",
    "quick": "a quick way that only saves time",
    "other": "another rule catches it too",
    "asks": "a question, a guess or a note too many or too few; never an act, a person unread or a letter lost",
    "misses": "a test is missing, and no reader was found whom it would harm",
}
UNJUDGED = "?"


@dataclass(frozen=True)
class Survivor:
    """One break that no test sees: the statement's name, what was done, its number among those alike there (from 1),
    and the judgement: one of KINDS, a colon, why; or UNJUDGED."""

    within: str
    what: str
    number: int
    judgement: str = UNJUDGED

    @property
    def key(self) -> tuple[str, str, int]:
        """What it is known by."""
        return self.within, self.what, self.number

    def __str__(self) -> str:
        return "\t".join((self.within, self.what, str(self.number), self.judgement))


def place(module: Path) -> Path:
    """Where a module's list is kept."""
    return FOLDER / f"{module.stem}.tsv"


def listed(file: Path) -> list[Survivor]:
    """The survivors of a list; none if there is no such file. Raises ValueError for a line that is none."""
    if not file.exists():
        return []
    return [
        _read(file, n, line)
        for n, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        if line[:1] != "#"
    ]


def written(file: Path, head: str, found: Iterable[Survivor]) -> list[Survivor]:
    """Write the list anew under a line that says how it came about, keeping judgements; answers what it holds now."""
    before = {one.key: one.judgement for one in listed(file)}
    now = [Survivor(*one.key, before.get(one.key, one.judgement)) for one in found]
    file.parent.mkdir(exist_ok=True)
    file.write_text("\n".join([f"# {head}", *map(str, now)]) + "\n", encoding="utf-8")
    return now


def numbered(source: str, made: Iterable[tuple[int, str]]) -> Iterator[tuple[str, str, int]]:
    """What each break is known by; `made` are the statement's place and what was done, for all breaks of the source."""
    body, seen = ast.parse(source).body, Counter()
    for at, what in made:
        known = (_name(body[at]), " ".join(what.split()))
        seen[known] += 1
        yield *known, seen[known]


def _name(statement: ast.stmt) -> str:
    """What a person would call it: the function's, the class's or the first assigned name."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return statement.name
    made = (node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
    return next(made, type(statement).__name__)


def _read(file: Path, number: int, line: str) -> Survivor:
    match line.split("\t"):
        case [within, what, count, judgement] if count.isdigit():
            kind, _, why = judgement.partition(": ")
            if judgement == UNJUDGED or (kind in KINDS and why.strip()):
                return Survivor(within, what, int(count), judgement)
    kinds = ", ".join(KINDS)
    raise ValueError(
        f"{file.name}, line {number}: expected statement, break, number and judgement with tabs between them, the "
        f"judgement as KIND: WHY with one of {kinds}, or {UNJUDGED}."
    )


def main() -> None:
    """A line for each module, and the sums."""
    rows = []
    for file in sorted(FOLDER.glob("*.tsv")):
        head = file.read_text(encoding="utf-8").partition("\n")[0]
        tried, seen, lived = map(int, re.findall(r"(\d+) (?:breaks|seen|not seen)", head))
        kinds = Counter(one.judgement.partition(":")[0] for one in listed(file))
        rows.append([file.stem, tried, seen, lived, *(kinds[kind] for kind in KINDS)])
    rows.append(["sum", *map(sum, list(zip(*rows, strict=True))[1:])])
    for row in [["module", "tried", "seen", "not", *KINDS], *rows]:
        print(f"{row[0]:<18}" + "".join(f"{value or '-':>9}" for value in row[1:]))


if __name__ == "__main__":
    main()
