"""One module that is run again in its own place with a statement replaced, and the questions that others ask of it.

In: the file of a module that is imported already.
Out: Room: what it is made of, who knows its names, what is asked of it.
Fails: KeyError if the module is not imported.
Limits: what another module has worked out from it at import stays as it was; classes stay the same objects.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import ModuleType

# Pure and dear: their answers are kept from the first run, unless the broken module has a part in them.
REMEMBERED = (
    ("mailflow.mail.parse", "parse"),
    ("mailflow.mail.reply_text", "split"),
    ("mailflow.mail.signs", "read_signs"),
    ("mailflow.mail.dsn", "read_bounce"),
    ("mailflow.mail.reference", "find_any"),
    ("mailflow.mail.commands", "read"),
)


@dataclass
class Question:
    """One call of a function of the module from outside it, and what came of it. Readers are pure: the same answer to
    all questions of a test is the same test."""

    function: str
    given: tuple
    named: dict[str, object]
    answer: object

    def can_be_asked_again(self) -> bool:
        """Not where the answer may stand in what was given."""
        return not any(isinstance(one, list | dict | set | Iterator) for one in (*self.given, *self.named.values()))

    def is_answered_alike(self, module: ModuleType) -> bool:
        """Whether the broken module says the same."""
        try:
            return bool(getattr(module, self.function)(*self.given, **self.named) == self.answer)
        except Exception:
            return False


@dataclass
class Room:
    """The module that is broken, in place, and who else knows its names."""

    path: Path
    tree: ast.Module
    module: ModuleType
    imported: dict[str, list[tuple[str, str, str]]]  # module: its name for it, where from, its name there
    forgetful: list[Callable[[], None]] = field(default_factory=list)
    inside: list[str] = field(default_factory=list)  # the function that is being asked from outside
    others: str = ""  # the text of all other modules

    @classmethod
    def of(cls, path: Path) -> Room:
        """Of a module that the tests have imported already. Raises KeyError if they have not."""
        module = sys.modules[".".join(path.with_suffix("").parts)]
        room = cls(path, ast.parse(path.read_text(encoding="utf-8")), module, {})
        for name, each in list(sys.modules.items()):
            file = Path(getattr(each, "__file__", None) or "/")
            if file.suffix == ".py" and file.is_relative_to(Path.cwd()) and "site-packages" not in file.parts:
                text = file.read_text(encoding="utf-8")
                room.imported[name] = list(_imports(text))
                room.others += text if each is not module else ""
                caches = [one.cache_clear for one in vars(each).values() if hasattr(one, "cache_clear")]
                room.forgetful += caches if file.parent == Path(module.__file__).parent else []
        for name, function in REMEMBERED:
            if name in sys.modules and not room.reaches(name, set()):
                room.hand_on(name, function, _remembering(getattr(sys.modules[name], function)))
        return room

    def reaches(self, name: str, seen: set[str]) -> bool:
        """Whether a module is the broken one, or imports it however indirectly."""
        if name in seen:
            return False
        seen.add(name)
        sources = {place for _, source, what in self.imported.get(name, ()) for place in (source, f"{source}.{what}")}
        return name == self.module.__name__ or any(self.reaches(source, seen) for source in sources)

    def questions(self) -> Callable[[], list[Question] | None]:
        """From now on every call from outside is noted; what is returned gives those since it was asked last."""
        noted: list[Question] = []
        inside = self.inside

        def noting(name: str, function: Callable) -> Callable:
            def asked(*given: object, **named: object) -> object:
                if inside:
                    return function(*given, **named)
                inside.append(name)
                try:
                    answer = function(*given, **named)
                except BaseException as error:
                    answer = error  # equal to nothing: the test itself is run again
                    raise
                finally:
                    inside.pop()
                    noted.append(Question(name, given, named, answer))
                return answer

            return asked

        def since() -> list[Question] | None:
            told = noted[:]
            noted.clear()
            return told if all(one.can_be_asked_again() for one in told) else None

        for statement in self.tree.body:
            if isinstance(statement, ast.FunctionDef):
                self.hand_on(
                    self.module.__name__, statement.name, noting(statement.name, getattr(self.module, statement.name))
                )
        return since

    def hand_on(self, source: str, name: str, value: object) -> None:
        """Put a value in the place of a module's name, there and wherever it was imported from there."""
        setattr(sys.modules[source], name, value)
        for holder, known in self.imported.items():
            for own, place, original in known:
                if (place, original) == (source, name) and holder != source:
                    self.hand_on(holder, own, value)

    def forget(self) -> None:
        """Empty what is kept between calls."""
        for clear in self.forgetful:
            clear()

    def statement_at(self, line: int) -> int:
        """Which statement of the module a line is in."""
        starts = [min([s.lineno, *(d.lineno for d in getattr(s, "decorator_list", ()))]) for s in self.tree.body]
        return max((at for at, start in enumerate(starts) if start <= line), default=0)

    def stands_alone(self, at: int) -> bool:
        """Whether a statement is a class that uses nothing else of the module: no break elsewhere changes it."""
        statement = self.tree.body[at]
        others = [one for one in self.tree.body if one is not statement]
        made = {getattr(one, "name", "") for one in others}
        made |= {node.id for one in others if not hasattr(one, "body") for node in ast.walk(one) if _is_made(node)}
        used = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and not _is_made(node)}
        return isinstance(statement, ast.ClassDef) and not used & made

    def at_import(self) -> set[int]:
        """The functions that the module calls while it is imported: what they do shows in every test."""
        functions = {s.name: at for at, s in enumerate(self.tree.body) if isinstance(s, ast.FunctionDef)}
        looked: set[int] = set()
        ahead = [at for at, s in enumerate(self.tree.body) if not isinstance(s, ast.FunctionDef | ast.ClassDef)]
        while ahead:
            at = ahead.pop()
            if at not in looked:
                looked.add(at)
                used = {node.id for node in ast.walk(self.tree.body[at]) if isinstance(node, ast.Name)}
                ahead += [functions[name] for name in used & functions.keys()]
        return looked

    def is_private(self, at: int) -> bool:
        """Whether what a statement makes shows only in what the module's functions answer."""
        statement = self.tree.body[at]
        if isinstance(statement, ast.Assign | ast.AnnAssign):
            names = [
                node.id
                for node in ast.walk(statement)
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
            ]
            return not any(re.search(rf"\b{name}\b", self.others) for name in names)
        return isinstance(statement, ast.FunctionDef)

    def put(self, replaced: dict[int, ast.stmt]) -> None:
        """Run the module again in its own place, with some statements replaced; classes stay the same objects."""
        body, names = [], set()
        for at, statement in enumerate(self.tree.body):
            if at in replaced or not isinstance(statement, ast.Import | ast.ImportFrom | ast.ClassDef):
                body.append(replaced.get(at, statement))
                names |= {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
                names.add(getattr(statement, "name", ""))
        before = dict(vars(self.module))
        flags = annotations.compiler_flag
        exec(compile(ast.Module(body, []), str(self.path), "exec", flags, True), vars(self.module))  # that is the point
        for name in names & before.keys():
            old, new = before[name], getattr(self.module, name)
            if isinstance(old, type) and isinstance(new, type) and old is not new:
                for key in vars(new).keys() - {"__dict__", "__weakref__", "__slots__", *getattr(old, "__slots__", ())}:
                    setattr(old, key, vars(new)[key])
                setattr(self.module, name, old)
            elif old is not new:
                self.hand_on(self.module.__name__, name, new)


def _is_made(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


def _imports(source: str) -> Iterator[tuple[str, str, str]]:
    for node in ast.parse(source).body:
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from ((one.asname or one.name, node.module, one.name) for one in node.names)


def _remembering(function: Callable) -> Callable:
    known: dict[tuple, tuple[object, object]] = {}

    def remembered(*given: object) -> object:
        key = tuple(one if isinstance(one, str | bytes | date) else id(one) for one in given)
        if key not in known:
            known[key] = (function(*given), given)  # what was given is kept, so that its id stays its own
        return known[key][0]

    return remembered
