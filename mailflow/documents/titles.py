"""What a letter is called: the fixed words of its subject, for tables and pictures of a procedure.

In: the syntax tree of a template.
Out: one line, such as "Review due" for a subject that may add a date; "" if the template has no subject.
Fails: never.
Limits: what a subject says only sometimes is left out; of two wordings both stand, with a stroke between them.
"""

from __future__ import annotations

import re

from jinja2 import nodes

from mailflow.documents.words import one_line

FILLED = "…"


def title_of(tree: nodes.Template) -> str:
    """The words of the block `subject` that are always the same; what a case fills in is shown as "…"."""
    for block in tree.find_all(nodes.Block):
        if block.name == "subject":
            words = re.sub(f"{FILLED}+", FILLED, one_line("".join(_words(part) for part in block.body)))
            return words.strip(" :,") if words.strip(f"{FILLED} ") else ""
    return ""


def _words(node: nodes.Node) -> str:
    if isinstance(node, nodes.TemplateData):
        return node.data
    if isinstance(node, nodes.Const):
        return str(node.value)
    if isinstance(node, nodes.Output):
        return "".join(_words(part) for part in node.nodes)
    if isinstance(node, nodes.If):
        return _either(node)
    if isinstance(node, nodes.Filter) and node.name == "default" and node.args:
        return _words(node.args[0])
    return FILLED if isinstance(node, nodes.Expr) else ""


def _either(node: nodes.If) -> str:
    """Both wordings where there are two; nothing where something is said only sometimes."""
    if not node.else_:
        return ""
    ways = [node.body, *(other.body for other in node.elif_), node.else_]
    found = ["".join(_words(part) for part in way).strip() for way in ways]
    return " / ".join(found) if all(found) else ""
