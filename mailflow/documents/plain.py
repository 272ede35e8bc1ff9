"""The shapes of a letter as plain text: paragraphs, lists, tables, quotes, wrapped at 72 columns.

In: texts and lists of texts, hostile or not.
Out: blocks of text, each ending in an empty line; white space inside a value never makes a line of its own.
Fails: words.Empty for a value that is None where a sentence needs it.
Limits: words longer than a line are not broken (addresses must survive); wide characters count as one column.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Sequence

from mailflow.documents.words import field, known, one_line, said

WIDTH = 72
_GAPS = re.compile(r"\n{3,}")
_SPACES = re.compile(r"[ \t]+(?=\n)")


def fold(text: object, first: str = "", rest: str = "") -> str:
    """One paragraph wrapped at 72 columns, with its first and further indents."""
    return textwrap.fill(
        one_line(text),
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def paragraph(text: object) -> str:
    return f"{fold(text)}\n\n" if known(text) else ""


def lines(items: Iterable[object]) -> str:
    """Short lines that stay apart, as in an address; empty ones are left out."""
    kept = [one_line(item) for item in items if known(item)]
    return "\n".join(kept) + "\n\n" if kept else ""


def heading(words: object) -> str:
    words = one_line(words)
    return f"\n{words}\n{'-' * min(len(words), WIDTH)}\n\n"


def title(words: object) -> str:
    words = fold(words)
    return f"{words}\n{'=' * max(len(line) for line in words.split(chr(10)))}\n\n" if words else ""


def bullets(items: Iterable[object]) -> str:
    return "".join(fold(item, "- ", "  ") + "\n" for item in items if known(item)) + "\n"


def numbered(items: Iterable[object]) -> str:
    kept = [item for item in items if known(item)]
    return "".join(fold(item, f"{n}. ", "   ") + "\n" for n, item in enumerate(kept, 1)) + "\n"


def facts(of: Iterable[Sequence[object]], missing: str = "") -> list[tuple[str, object]]:
    """The label and value pairs worth showing: one without a value is left out, or says `missing`."""
    return [(label, value if known(value) else missing) for label, value in of if known(value) or missing]  # type: ignore[misc]


def labelled(of: Iterable[Sequence[object]], missing: str = "") -> str:
    """Label and value pairs, one per line."""
    return "".join(fold(f"{label}: {one_line(value)}", "", "  ") + "\n" for label, value in facts(of, missing)) + "\n"


def cells(rows: Iterable[object], keys: Sequence[str] | None = None) -> list[list[str]]:
    """The rows of a table as texts; with `keys` each row is a mapping or object and the keys choose its parts."""
    found = ([field(row, key) for key in keys] if keys else list(row) for row in rows)  # type: ignore[call-overload]
    return [[one_line(value) if known(value) else "-" for value in row] for row in found]


def table(columns: Sequence[str], rows: Iterable[object], keys: Sequence[str] | None = None) -> str:
    """Aligned columns if they fit into 72, otherwise one small block per row with every value labelled."""
    body = cells(rows, keys)
    if not body:
        return ""
    widths = [max(len(str(row[at])) for row in [columns, *body] if at < len(row)) for at in range(len(columns))]
    if sum(widths) + 2 * (len(widths) - 1) <= WIDTH:
        ruler = ["-" * width for width in widths]
        grid = [list(columns), ruler, *body]
        return (
            "\n".join("  ".join(v.ljust(w) for v, w in zip(row, widths, strict=False)).rstrip() for row in grid)
            + "\n\n"
        )
    return "".join(labelled(zip(columns, row, strict=False)) for row in body)


def quoted(text: object) -> str:
    """A person's words, line by line behind "> ", so that none of them can pass for ours."""
    out = []
    for line in said(text).strip().split("\n"):
        out.append(fold(line, "> ", "> ") if line.strip() else ">")
    return _collapse(out) + "\n\n"


def drafted(text: object) -> str:
    """A draft's text, kept line by line and set in by a bar."""
    return "\n".join(f"| {line}".rstrip() for line in said(text).strip().split("\n")) + "\n\n"


def tidy(text: str) -> str:
    """The finished text: no trailing spaces, never more than one empty line, one newline at the end."""
    return _GAPS.sub("\n\n", _SPACES.sub("", text)).strip("\n") + "\n"


def _collapse(quoted_lines: list[str]) -> str:
    kept: list[str] = []
    for line in quoted_lines:
        if line != ">" or not kept or kept[-1] != ">":
            kept.append(line)
    return "\n".join(kept)
