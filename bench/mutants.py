"""Breaks one module in many small ways and says which of the breaks its tests do not see.

In: the file of a module and the tests that should notice, as pytest takes them.
Out: a line for each break that no test noticed (place, what was changed), and the counts; --json writes all of them.
Fails: SystemExit if the tests fail without any break.
Limits: needs fork; one break at a time. What another module or a table of examples has worked out from this module at
import stays as it was. A survivor asks: the same program still, or a rule without a test?
"""

from __future__ import annotations

import argparse
import ast
import gc
import json
import os
import re
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest
from _pytest.runner import runtestprotocol

from bench.breaks import Break, breaks

# Pure and dear: their answers are kept from the first run, unless the broken module has a part in them.
REMEMBERED = (
    ("mailflow.mail.parse", "parse"),
    ("mailflow.mail.reply_text", "split"),
    ("mailflow.mail.signs", "read_signs"),
    ("mailflow.mail.dsn", "read_bounce"),
    ("mailflow.mail.reference", "find_any"),
    ("mailflow.mail.commands", "read"),
)
_AT_LEAST = 20.0  # seconds that a broken run may take; one that takes longer than this and five times the whole is seen
_MEMORY = 2_000_000_000


@dataclass
class _Question:
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
class _Test:
    """One test as it ran unbroken: its seconds, in which statements of the module it was, what it asked of it.

    `asked` is None if asking again would prove nothing: then only the test itself tells.
    """

    item: pytest.Function
    seconds: float = 0.0
    visited: frozenset[int] = frozenset()
    asked: list[_Question] | None = None
    caught: int = 0

    def run(self) -> None:
        """Raises what the test raises."""
        given = self.item.callspec.params if hasattr(self.item, "callspec") else {}
        if set(self.item.fixturenames) <= given.keys():
            self.item.obj(**given)
        elif any(report.failed for report in runtestprotocol(self.item, log=False, nextitem=None)):
            raise AssertionError(self.item.nodeid)


@dataclass
class _Room:
    """The module that is broken, in place, and who else knows its names."""

    path: Path
    tree: ast.Module
    module: ModuleType
    imported: dict[str, list[tuple[str, str, str]]]  # module: its name for it, where from, its name there
    forgetful: list[Callable[[], None]] = field(default_factory=list)
    inside: list[str] = field(default_factory=list)  # the function that is being asked from outside
    others: str = ""  # the text of all other modules

    @classmethod
    def of(cls, path: Path) -> _Room:
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

    def questions(self) -> Callable[[], list[_Question] | None]:
        """From now on every call from outside is noted; what is returned gives those since it was asked last."""
        noted: list[_Question] = []
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
                    noted.append(_Question(name, given, named, answer))
                return answer

            return asked

        def since() -> list[_Question] | None:
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


class Trials:
    """A pytest plugin that runs the tests once as they are, and then those that matter against each break."""

    def __init__(self, given: argparse.Namespace):
        self._given = given
        self.kept: list[dict[str, object]] = []

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Instead of pytest's own loop."""
        self._room = _Room.of(self._given.module)
        self._tests = [_Test(item) for item in session.items]
        kept = {name: one for name, one in vars(self._room.module).items() if callable(one)}
        self._questions = self._room.questions()
        for test in self._tests:
            self._first(test)
        for name, one in kept.items():
            self._room.hand_on(self._room.module.__name__, name, one)
        long = [test for test in self._tests if test.seconds > self._given.longest]
        self._tests = [test for test in self._tests if test not in long]
        gc.collect()
        gc.freeze()
        whole = dict(enumerate(self._room.tree.body))
        if not self._survives({at: s for at, s in whole.items() if isinstance(s, ast.ClassDef)}, self._tests):
            raise SystemExit("The tests fail when the module is run again in its place, without any break.")
        told = f"{len(self._tests)} tests, {sum(test.seconds for test in self._tests):.1f} s"
        again = sum(test.asked is not None for test in self._tests)
        print(f"{self._given.module}: {told}, {again} by their questions; {len(long)} longer ones left out", flush=True)
        self._all()
        return True

    def _first(self, test: _Test) -> None:
        lines: set[int] = set()
        unasked: set[int] = set()
        path, inside = self._room.module.__file__, self._room.inside

        def watch(frame, _event, _argument):
            if frame.f_code.co_filename == path:
                lines.add(frame.f_code.co_firstlineno)
                if not inside:  # a method, or a function that somebody has kept: no question of ours
                    unasked.add(frame.f_code.co_firstlineno)

        self._room.forget()
        began = time.process_time()
        sys.settrace(watch)
        try:
            test.run()
        except pytest.skip.Exception:
            pass
        except BaseException as error:
            raise SystemExit(f"The tests fail without any break: {test.item.nodeid}: {error}") from error
        finally:
            sys.settrace(None)
        test.seconds = time.process_time() - began
        test.visited = frozenset(map(self._room.statement_at, lines))
        asked, alone = self._questions(), all(map(self._room.stands_alone, map(self._room.statement_at, unasked)))
        test.asked = asked if alone else None

    def _all(self) -> None:
        given, since = self._given, time.monotonic()
        first, _, last = given.lines.partition("-")
        source = given.module.read_text(encoding="utf-8")
        chosen = [b for b in breaks(source) if not first or int(first) <= b.line <= int(last or first)]
        chosen = chosen[given.every // 2 :: given.every]
        for at, one in enumerate(chosen, start=1):
            survived = self._survives({one.statement: one.broken}, self._telling(one))
            self.kept.append({"line": one.line, "what": one.what, "survived": survived})
            if survived:
                print(f"{given.module}:{one.line}: {one.what}", flush=True)
            if given.json and (at % 20 == 0 or at == len(chosen)):
                given.json.write_text(json.dumps(self.kept, indent=0), encoding="utf-8")
        alive = sum(bool(one["survived"]) for one in self.kept)
        spent = time.monotonic() - since
        print(f"{len(chosen)} breaks, {len(chosen) - alive} seen, {alive} not seen, {spent:.0f} s", flush=True)

    def _telling(self, one: Break) -> list[_Test]:
        """The tests that come by this place, those first that have caught most for their time."""
        inside = isinstance(self._room.tree.body[one.statement], ast.FunctionDef)
        tests = [test for test in self._tests if not inside or one.statement in test.visited]
        return sorted(tests, key=lambda test: -(test.caught + 0.2) / (test.seconds + 0.001))

    def _survives(self, replaced: dict[int, ast.stmt], tests: list[_Test]) -> bool:
        """Whether all of these tests pass with the statements replaced; in a process of its own."""
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            self._try(replaced, tests, writing)
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            told = pipe.read()
        ended = os.waitpid(child, 0)[1]
        if told:
            tests[int(told)].caught += 1
        return ended == 0

    def _try(self, replaced: dict[int, ast.stmt], tests: list[_Test], writing: int) -> None:
        at, code = -1, 1
        try:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.setitimer(signal.ITIMER_REAL, _AT_LEAST + 5 * sum(test.seconds for test in tests))
            resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
            nothing = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nothing, 1)
            os.dup2(nothing, 2)
            self._room.forget()
            self._room.put(replaced)
            again = all(map(self._room.is_private, replaced))
            for at, test in enumerate(tests):  # noqa: B007 - it says which one has failed
                if again and test.asked is not None and all(q.is_answered_alike(self._room.module) for q in test.asked):
                    continue
                try:
                    test.run()
                except pytest.skip.Exception:
                    continue
            code = 0
        finally:
            if code and at >= 0:
                os.write(writing, str(at).encode())
            os._exit(code)


def main() -> None:
    """Try every break; print the survivors."""
    wanted = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    wanted.add_argument("module", type=Path)
    wanted.add_argument("tests", nargs="+")
    wanted.add_argument("--json", type=Path, help="where to write every break and what became of it")
    wanted.add_argument("--lines", default="", help="only breaks on these lines: 10-40")
    wanted.add_argument("--every", type=int, default=1, metavar="N", help="only each N-th break")
    wanted.add_argument("--longest", type=float, default=0.3, help="seconds; longer tests are left out")
    given = wanted.parse_args()
    told = pytest.main(["-q", "-s", "-p", "no:cacheprovider", "--timeout=0", *given.tests], [Trials(given)])
    sys.exit(int(told))


if __name__ == "__main__":
    main()
