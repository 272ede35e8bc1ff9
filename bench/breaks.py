"""The small ways in which a module can be broken, one at a time.

In: the source of a module.
Out: Break: each a whole tree that differs in one place.
Fails: SyntaxError for what is no Python.
Limits: it knows no types: some breaks are the same program after all.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass

_COMPARE = {ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
            ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is}  # fmt: skip
_ARITHMETIC = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult}


@dataclass(frozen=True)
class Break:
    """One break: its line, which statement of the module it is in, what was done, and that statement with it."""

    line: int
    statement: int
    what: str
    broken: ast.stmt


def breaks(source: str) -> Iterator[Break]:
    """Every break of a module, in order of lines; a statement's breaks that come to the same only once."""
    tree = ast.parse(source)
    docstrings = {id(node.body[0].value) for node in ast.walk(tree) if _opens_with_docstring(node)}
    for at, statement in enumerate(tree.body):
        seen = {ast.unparse(statement)}
        for path, node in _nodes(statement, ()):
            if id(node) in docstrings or _is_annotation(path):
                continue
            for what, new in _breaks(node):
                broken = ast.fix_missing_locations(_with(statement, path, new))
                if (written := ast.unparse(broken)) not in seen:
                    seen.add(written)
                    yield Break(getattr(node, "lineno", 0), at, what, broken)


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
    if not path:
        return new
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
