"""UIDs for folders of files, which have none: a list beside the mails that only ever grows.

In: the list's path; the lines that stand for what lies in the folder now, in the order in which new ones are numbered.
Out: the folder's UIDVALIDITY, and every line ever seen; a line's place in the list is its UID.
Fails: OSError, when the list cannot be read or written.
Limits: one writer; lines hold no line ends (the caller sees to it).
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from mailflow.durable import sync_names
from mailflow.failpoints import around, reach


def numbers(path: Path) -> tuple[int, list[str]]:
    """UIDVALIDITY and all lines as they stand, (0, []) before there is a list. ValueError: it is damaged."""
    if not path.exists():
        return 0, []
    # split, not splitlines: a name may hold what Python takes for a line end, such as U+0085.
    first, *lines = path.read_text("utf-8").split("\n")[:-1]
    return int(first), lines


def numbered(path: Path, present: Iterable[str]) -> tuple[int, list[str]]:
    """UIDVALIDITY and all lines; new ones are on disk before any of them is given out (RFC 3501 section 2.3.1.1)."""
    uidvalidity, lines = numbers(path)
    known = set(lines)
    fresh = [line for line in present if line not in known]
    if fresh or not uidvalidity:
        uidvalidity = uidvalidity or secrets.randbelow(2**31 - 1) + 1
        lines += fresh
        draft = path.with_name(f"{path.name}.new")
        reach("uidlist.write", "before")
        with draft.open("w", encoding="utf-8", newline="\n") as out:
            out.write("\n".join([str(uidvalidity), *lines]) + "\n")
            out.flush()
            os.fsync(out.fileno())
        reach("uidlist.write", "after")
        around("uidlist.rename", os.replace, draft, path)
        sync_names(path.parent)
    return uidvalidity, lines
