"""Breaks one module in many small ways and says which of the breaks its tests do not see.

In: the file of a module and the tests that should notice.
Out: a line for each break that no test noticed (place, what was changed), and the count; --json writes all of them.
Fails: SystemExit if the tests fail without any break.
Limits: needs fork; one break at a time; a survivor asks: the same program still, or a rule without a test?
"""

from __future__ import annotations

import argparse
import ast
import copy
import importlib.abc
import importlib.util
import json
import os
import re
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_COMPARE = {ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
            ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is}  # fmt: skip
_ARITHMETIC = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult}
_SLOWEST = 90  # seconds; a break that makes the tests run longer counts as seen


@dataclass(frozen=True)
class Mutant:
    """One break: the line it is on, what was done, and the whole source with it."""

    line: int
    what: str
    source: str


def mutants(source: str) -> Iterator[Mutant]:
    """Every break of a module, in order of lines, each source only once."""
    tree = ast.parse(source)
    docstrings = {id(node.body[0].value) for node in ast.walk(tree) if _opens_with_docstring(node)}
    seen = {ast.unparse(tree)}
    for path, node in _nodes(tree, ()):
        if id(node) in docstrings or _is_annotation(path):
            continue
        for what, new in _breaks(node):
            broken = ast.unparse(ast.fix_missing_locations(_with(tree, path, new)))
            if broken not in seen:
                seen.add(broken)
                yield Mutant(getattr(node, "lineno", 0), what, broken)


def _opens_with_docstring(node: ast.AST) -> bool:
    body = getattr(node, "body", None)
    return isinstance(body, list) and bool(body) and isinstance(body[0], ast.Expr)


def _nodes(node: ast.AST, path: tuple) -> Iterator[tuple[tuple, ast.AST]]:
    yield path, node
    for name, value in ast.iter_fields(node):
        if isinstance(value, list):
            for at, one in enumerate(value):
                if isinstance(one, ast.AST):
                    yield from _nodes(one, (*path, (name, at)))
        elif isinstance(value, ast.AST):
            yield from _nodes(value, (*path, (name, None)))


def _is_annotation(path: tuple) -> bool:
    return any(name in ("annotation", "returns", "decorator_list") for name, _ in path)


def _with(tree: ast.AST, path: tuple, new: ast.AST) -> ast.AST:
    tree = copy.deepcopy(tree)
    node = tree
    for name, at in path[:-1]:
        node = getattr(node, name) if at is None else getattr(node, name)[at]
    name, at = path[-1]
    if at is None:
        setattr(node, name, new)
    else:
        getattr(node, name)[at] = new
    return tree


def _breaks(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:  # noqa: PLR0912 - one branch for each kind of break
    shown = " ".join(ast.unparse(node).split())[:70] if isinstance(node, (ast.expr, ast.stmt)) else ""
    match node:
        case ast.Compare(left=left, ops=[op, *more], comparators=values) if type(op) in _COMPARE:
            yield f"compare otherwise: {shown}", ast.Compare(left, [_COMPARE[type(op)](), *more], values)
        case ast.BoolOp(op=op, values=values):
            yield f"and/or: {shown}", ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
            for at in range(len(values)):
                left = values[:at] + values[at + 1 :]
                yield f"without part {at + 1}: {shown}", left[0] if len(left) == 1 else ast.BoolOp(op, left)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield f"without not: {shown}", operand
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
            yield f"arithmetic: {shown}", ast.BinOp(left, _ARITHMETIC[type(op)](), right)
        case ast.Constant(value=bool(value)):
            yield f"{value} turned", ast.Constant(not value)
        case ast.Constant(value=int(value)):
            yield f"{value} + 1", ast.Constant(value + 1)
            if value:
                yield f"{value} - 1", ast.Constant(value - 1)
        case ast.Constant(value=str(value)):
            for what, new in _texts(value):
                yield what, ast.Constant(new)
        case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test):
            for truth in (True, False) if not isinstance(node, ast.While) else (False,):
                new = copy.copy(node)
                new.test = ast.Constant(truth)
                yield f"always {truth}: {' '.join(ast.unparse(test).split())[:70]}", new
        case ast.Return(value=ast.expr() as value) if not _is_none(value):
            yield f"returns None: {shown}", ast.Return(ast.Constant(None))
        case ast.Continue():
            yield "break, not continue", ast.Break()
        case ast.Break():
            yield "continue, not break", ast.Continue()
        case ast.AugAssign() | ast.Expr(value=ast.Call()):
            yield f"left out: {shown}", ast.Pass()
        case ast.Set(elts=elements) | ast.Tuple(elts=elements) if len(elements) > 1 and _all_texts(elements):
            for at, element in enumerate(elements):
                new = copy.copy(node)
                new.elts = elements[:at] + elements[at + 1 :]
                yield f"without {element.value!r}", new


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def _all_texts(elements: list[ast.expr]) -> bool:
    return all(isinstance(one, ast.Constant) and isinstance(one.value, str) for one in elements)


def _texts(value: str) -> Iterator[tuple[str, str]]:
    """Breaks of a text: of a pattern one alternative less or one repeat more often, else the text itself."""
    spans = list(_alternatives(value)) if "|" in value and re.search(r"[(\\]", value) else []
    for start, end in spans:
        lost = value[start:end].strip("|")
        yield f"pattern without {lost[:40]!r}", value[:start] + value[end:]
    if not spans and not re.search(r"\\[a-z]|\(\?|\{\d", value):
        yield f"text {value[:30]!r}", value + "X" if value else "X"
    for match in re.finditer(r"(?<!\\)[)\w\]]([?*+])", value if re.search(r"\\|\[|\(\?", value) else ""):
        at = match.start(1)
        yield f"pattern: {value[max(0, at - 12) : at + 1]!r} once exactly", value[:at] + value[at + 1 :]


def _alternatives(pattern: str) -> Iterator[tuple[int, int]]:
    """The places of each alternative, with the bar beside it, wherever in the pattern it stands."""
    bars: list[list[int]] = [[0]]
    at = 0
    in_class = False
    while at < len(pattern):
        letter = pattern[at]
        if letter == "\\":
            at += 2
            continue
        if in_class:
            in_class = letter != "]"
        elif letter == "[":
            in_class = True
            at += pattern[at + 1 : at + 2] in "]^"
        elif letter == "(":
            head = re.compile(r"\((?:\?(?:[a-z-]*:|[=!]|<[=!]|P<\w+>))?").match(pattern, at)
            bars.append([head.end() if head else at + 1])
        elif letter == "|" and bars:
            bars[-1].append(at)
        elif letter == ")" and len(bars) > 1:
            yield from _spans(bars.pop(), at)
        at += 1
    if len(bars) == 1:
        yield from _spans(bars[0], len(pattern))


def _spans(bars: list[int], end: int) -> Iterator[tuple[int, int]]:
    if len(bars) < 2:
        return
    yield bars[0], bars[1] + 1
    for at, start in enumerate(bars[1:], start=1):
        yield start, bars[at + 1] if at + 1 < len(bars) else end


class _Broken(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module from another source than its file's."""

    def __init__(self, name: str, path: Path, source: str):
        self._name, self._path, self._source = name, path, source

    def find_spec(self, name, path=None, target=None):
        return importlib.util.spec_from_file_location(name, self._path, loader=self) if name == self._name else None

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        exec(compile(self._source, str(self._path), "exec"), module.__dict__)  # that is the point


def _try(path: Path, source: str, tests: list[str]) -> bool:
    """Whether the tests pass with this source in the module's place; a fresh process for each."""
    child = os.fork()
    if not child:
        signal.alarm(_SLOWEST)
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, 1)
        os.dup2(nothing, 2)
        sys.meta_path.insert(0, _Broken(".".join(path.with_suffix("").parts), path, source))
        code = 1
        try:
            import pytest

            code = int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", "--no-header", *tests]))
        finally:
            os._exit(1 if code else 0)
    return os.waitpid(child, 0)[1] == 0


def main() -> None:
    """Try every break; print the survivors."""
    wanted = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    wanted.add_argument("module", type=Path)
    wanted.add_argument("tests", nargs="+")
    wanted.add_argument("--json", type=Path, help="where to write every break and what became of it")
    wanted.add_argument("--lines", default="", help="only breaks on these lines: 10-40")
    given = wanted.parse_args()
    for quick in ("pytest", "hypothesis", "mailparser", "nh3", "resiliparse.extract.html2text", "_pytest.assertion"):
        importlib.import_module(quick)  # once, before the forks
    source = given.module.read_text(encoding="utf-8")
    if not _try(given.module, ast.unparse(ast.parse(source)), given.tests):
        raise SystemExit("The tests fail without any break.")
    first, _, last = given.lines.partition("-")
    all_of_them = [m for m in mutants(source) if not first or int(first) <= m.line <= int(last or first)]
    since, alive, kept = time.monotonic(), 0, []
    for at, mutant in enumerate(all_of_them, start=1):
        survived = _try(given.module, mutant.source, given.tests)
        alive += survived
        kept.append({"line": mutant.line, "what": mutant.what, "survived": survived})
        if survived:
            print(f"{given.module}:{mutant.line}: {mutant.what}", flush=True)
        if given.json and (at % 20 == 0 or at == len(all_of_them)):
            given.json.write_text(json.dumps(kept, indent=0), encoding="utf-8")
    spent = time.monotonic() - since
    print(f"{len(all_of_them)} breaks, {len(all_of_them) - alive} seen, {alive} not seen, {spent:.0f} s", flush=True)


if __name__ == "__main__":
    main()
