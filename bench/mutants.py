"""Breaks one module in many small ways and says which of the breaks its tests do not see.

In: the file of a module and the tests that should notice, as pytest takes them.
Out: a line for each break that no test noticed (place, what was changed), and the counts; --json writes all of them,
  --keep writes the survivors into bench/survivors, where each is judged.
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
import resource
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from _pytest.runner import runtestprotocol

from bench.breaks import Break, breaks
from bench.in_place import Question, Room
from bench.survivors import UNJUDGED, Survivor, numbered, place, written

_AT_LEAST = 3.0  # seconds of the processor; a broken run that takes longer than this and five times the whole is seen
_AT_MOST = 90  # seconds by the clock
_MEMORY = 2_000_000_000


@dataclass
class _Test:
    """One test as it ran unbroken: its seconds, in which statements and functions of the module it was, what it asked.

    `asked` is None if asking again would prove nothing: then only the test itself tells.
    """

    item: pytest.Function
    seconds: float = 0.0
    visited: frozenset[int] = frozenset()
    entered: frozenset[int] = frozenset()  # the first lines of functions and methods
    asked: list[Question] | None = None
    caught: int = 0

    def run(self) -> None:
        """Raises what the test raises."""
        given = self.item.callspec.params if hasattr(self.item, "callspec") else {}
        if set(self.item.fixturenames) <= given.keys():
            self.item.obj(**given)
        elif any(report.failed for report in runtestprotocol(self.item, log=False, nextitem=None)):
            raise AssertionError(self.item.nodeid)


class _TooLong(BaseException):
    """A test that takes longer than is wanted is given up."""


class Trials:
    """A pytest plugin that runs the tests once as they are, and then those that matter against each break."""

    def __init__(self, given: argparse.Namespace):
        self._given = given
        self.kept: list[dict[str, object]] = []

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Instead of pytest's own loop."""
        self._room = Room.of(self._given.module)
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
        self._early = self._room.at_import()
        early = (node for at in self._early for node in ast.walk(self._room.tree.body[at]))
        self._made_early = {node.id for node in early if isinstance(node, ast.Name)}
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

        def stop(_signal, _frame):
            late.append(True)
            raise _TooLong

        late: list[bool] = []
        self._room.forget()
        signal.signal(signal.SIGVTALRM, stop)
        began = time.process_time()
        signal.setitimer(signal.ITIMER_VIRTUAL, self._given.longest)
        sys.settrace(watch)
        try:
            test.run()
        except pytest.skip.Exception:
            pass
        except BaseException as error:
            if not late:
                raise SystemExit(f"The tests fail without any break: {test.item.nodeid}: {error}") from error
        finally:
            sys.settrace(None)
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            inside.clear()
        test.seconds = float("inf") if late else time.process_time() - began
        test.visited, test.entered = frozenset(map(self._room.statement_at, lines)), frozenset(lines)
        asked, alone = self._questions(), all(map(self._room.stands_alone, map(self._room.statement_at, unasked)))
        test.asked = asked if alone else None

    def _all(self) -> None:
        given, since = self._given, time.monotonic()
        first, _, last = given.lines.partition("-")
        source = given.module.read_text(encoding="utf-8")
        every = list(breaks(source))
        known = dict(zip(map(id, every), numbered(source, ((b.statement, b.what) for b in every)), strict=True))
        chosen = [b for b in every if not first or int(first) <= b.line <= int(last or first)]
        chosen = chosen[given.every // 2 :: given.every]
        lived = []
        for at, one in enumerate(chosen, start=1):
            survived = self._survives({one.statement: one.broken}, self._telling(one))
            self.kept.append({"line": one.line, "what": one.what, "survived": survived})
            if survived:
                lived.append(Survivor(*known[id(one)]))
                print(f"{given.module}:{one.line}: {one.what}", flush=True)
            if given.json and (at % 20 == 0 or at == len(chosen)):
                given.json.write_text(json.dumps(self.kept, indent=0), encoding="utf-8")
        alive = sum(bool(one["survived"]) for one in self.kept)
        spent = time.monotonic() - since
        counts = f"{len(chosen)} breaks, {len(chosen) - alive} seen, {alive} not seen"
        print(f"{counts}, {spent:.0f} s", flush=True)
        if given.keep:
            head = f"python -m bench.mutants {given.module} {' '.join(given.tests)}: {counts}"
            kept = written(place(given.module), head, lived)
            print(f"{sum(one.judgement == UNJUDGED for one in kept)} of them not judged in {place(given.module).name}")

    def _telling(self, one: Break) -> list[_Test]:
        """The tests that come by this place, those first that have caught most for their time."""
        within = self._room.tree.body[one.statement]
        inside = isinstance(within, ast.FunctionDef) and one.statement not in self._early
        tests = [test for test in self._tests if not inside or one.statement in test.visited]
        if isinstance(within, ast.ClassDef) and within.name not in self._made_early:
            method = _method(within, one.line)
            tests = [test for test in tests if not method or method in test.entered]
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
            signal.setitimer(signal.ITIMER_PROF, _AT_LEAST + 5 * sum(test.seconds for test in tests))
            signal.alarm(_AT_MOST)
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


def _method(within: ast.ClassDef, line: int) -> int:
    """The first line of the method in whose body a line is, 0 if it is in none."""
    methods = [each for each in within.body if isinstance(each, ast.FunctionDef) and not each.decorator_list]
    here = (each.lineno for each in methods if each.lineno < each.body[0].lineno <= line <= (each.end_lineno or 0))
    return next(here, 0)


def main() -> None:
    """Try every break; print the survivors."""
    wanted = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    wanted.add_argument("module", type=Path)
    wanted.add_argument("tests", nargs="+")
    wanted.add_argument("--json", type=Path, help="where to write every break and what became of it")
    wanted.add_argument("--keep", action="store_true", help="write the survivors into bench/survivors, to be judged")
    wanted.add_argument("--lines", default="", help="only breaks on these lines: 10-40")
    wanted.add_argument("--every", type=int, default=1, metavar="N", help="only each N-th break")
    wanted.add_argument("--longest", type=float, default=0.3, help="seconds; longer tests are left out")
    given = wanted.parse_args()
    if given.keep and (given.lines or given.every > 1):
        wanted.error("--keep is for all breaks of a module: leave out --lines and --every")
    told = pytest.main(["-q", "-s", "-p", "no:cacheprovider", "--timeout=0", *given.tests], [Trials(given)])
    sys.exit(int(told))


if __name__ == "__main__":
    main()
