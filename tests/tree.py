"""Reads the source of mailflow for the tests that keep the house in order (test_floors.py, test_house.py)."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "mailflow"
BUILTINS = ("open", "print", "input", "__import__")  # the built-in functions by which the world can be reached


@dataclass(frozen=True)
class Module:
    """One source file: its path below mailflow/ ("mail/parse.py") and its text."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Every node of the tree: many rules look at them all."""
        return tuple(ast.walk(self.tree))

    @property
    def name(self) -> str:
        """As it is imported: mailflow.mail.parse; a room's __init__.py is the room, mailflow.mail."""
        parts = ["mailflow", *self.path.removesuffix(".py").split("/")]
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @property
    def room(self) -> str:
        """The room it lies in or is: mail, errors; "" for mailflow/__init__.py."""
        return "" if self.path == "__init__.py" else self.path.split("/")[0].removesuffix(".py")

    def imports(self) -> list[tuple[str, int]]:
        """Every import with its line, lazy ones and those for type checkers too: from a.b import c is a.b.c."""
        return self._imports

    def uses(self) -> list[tuple[str, int]]:
        """Every imported or built-in thing that is named, in full and with its line, whatever it is called here."""
        return self._uses

    @cached_property
    def _imports(self) -> list[tuple[str, int]]:
        found = []
        for node in self.nodes:
            if isinstance(node, ast.Import):
                found += [(alias.name, node.lineno) for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                base = self._absolute(node)
                found += [(base if alias.name == "*" else f"{base}.{alias.name}", node.lineno) for alias in node.names]
        return found

    @cached_property
    def _uses(self) -> list[tuple[str, int]]:
        names = self._bound()
        found = []
        for node in self.nodes:
            if isinstance(node, ast.Name | ast.Attribute):
                root, *rest = _chain(node)
                if root in names:
                    found.append((".".join([names[root], *rest]), node.lineno))
                elif root in BUILTINS and not rest and isinstance(node.ctx, ast.Load):
                    found.append((f"builtins.{root}", node.lineno))
        return found

    def strings(self) -> list[tuple[str, int]]:
        """Every string constant with its line, docstrings too."""
        nodes = (n for n in self.nodes if isinstance(n, ast.Constant) and isinstance(n.value, str))
        return [(node.value, node.lineno) for node in nodes]

    def identifiers(self) -> list[tuple[str, int]]:
        """Every name that is given or used, with its line."""
        return [(name, getattr(node, "lineno", 1)) for node in self.nodes for name in _named_by(node)]

    def _absolute(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        package = self.name.split(".") if self.path.endswith("__init__.py") else self.name.split(".")[:-1]
        kept = package[: len(package) - node.level + 1]
        return ".".join([*kept, *([node.module] if node.module else [])])

    def _bound(self) -> dict[str, str]:
        names = {}
        for node in self.nodes:
            if isinstance(node, ast.Import):
                for alias in node.names:  # import a.b binds a; import a.b as c binds c to a.b
                    top = alias.name.split(".")[0]
                    names[alias.asname or top] = alias.name if alias.asname else top
            elif isinstance(node, ast.ImportFrom):
                names |= {alias.asname or alias.name: f"{self._absolute(node)}.{alias.name}" for alias in node.names}
        return names


def modules() -> list[Module]:
    """All modules of mailflow."""
    paths = sorted(PACKAGE.rglob("*.py"))
    return [Module(path.relative_to(PACKAGE).as_posix(), path.read_text("utf-8")) for path in paths]


def none(faults: Iterable[str]) -> None:
    """Fails with all faults, a line each."""
    found = list(faults)
    assert not found, "\n" + "\n".join(found)


def _chain(node: ast.expr) -> list[str]:
    rest: list[str] = []
    while isinstance(node, ast.Attribute):
        rest.insert(0, node.attr)
        node = node.value
    return [node.id, *rest] if isinstance(node, ast.Name) else ["", *rest]


def _named_by(node: ast.AST) -> Iterator[str]:
    for field in ("id", "attr", "arg", "name", "asname", "rest"):
        name = getattr(node, field, None)
        if isinstance(name, str):
            yield name
