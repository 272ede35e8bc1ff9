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


def numbered(path: Path, present: Iterable[str]) -> tuple[int, list[str]]:
    """UIDVALIDITY and all lines; new ones are on disk before any of them is given out (RFC 3501 section 2.3.1.1)."""
    # split, not splitlines: a name may hold what Python takes for a line end, such as U+0085.
    lines = path.read_text("utf-8").split("\n")[:-1] if path.exists() else [str(secrets.randbelow(2**31 - 1) + 1)]
    known = set(lines[1:])
    fresh = [line for line in present if line not in known]
    if fresh or len(lines) == 1:
        lines += fresh
        draft = path.with_name(f"{path.name}.new")
        with draft.open("w", encoding="utf-8", newline="\n") as out:
            out.write("\n".join(lines) + "\n")
            out.flush()
            os.fsync(out.fileno())
        os.replace(draft, path)
    return int(lines[0]), lines[1:]
