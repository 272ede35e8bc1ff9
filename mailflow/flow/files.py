"""Writing decided files (closure reports) to the office's folder, whole or not at all.

In: file rows of the outbox; the folder of each office.
Out: files written and then renamed; never overwritten.
Fails: never for a folder that cannot be written: the administrator is told, the row stays.
Limits: one file a call.
"""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import structlog

from mailflow.durable import sync_names
from mailflow.failpoints import around, reach
from mailflow.flow.office_mail import tell_administrator
from mailflow.flow.ports import House

log = structlog.get_logger()


def write_one(house: House, now: datetime) -> bool:
    """Write the oldest waiting file; False when there is none, or none can be written now."""
    with house.store.read() as unit:
        waiting = [row for row in unit.files.waiting() if house.serves(row.case)]
    for row in waiting:
        office = house.office_of(row.case)
        target = office.reports / row.path
        try:
            _write(target, row.octets, office.reports)
        except OSError as fault:
            with house.store.unit(purpose="file_told") as unit:
                tell_administrator(
                    house,
                    unit,
                    office,
                    key=f"file:{row.id}",
                    facts=[
                        ("Case", row.case),
                        ("File", row.path),
                        ("What is wrong", fault.strerror or "cannot be written"),
                    ],
                    now=now,
                )
            log.warning("file.waiting", case=row.case, path=row.path, why=fault.strerror)
            continue
        with house.store.unit(purpose="file") as unit:
            unit.files.done(row.id)
        log.info("file.written", case=row.case, path=row.path)
        return True
    return False


def _write(target: Path, octets: bytes, root: Path) -> None:
    """Write whole, then rename; the same name and content again is what a crash left behind.

    On the disk, down to the names of its folders below `root`, before the row says that it is written.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.exists():
        _put(target, octets)
    elif target.read_bytes() != octets:
        raise FileExistsError(17, "another file of this name is there and is not overwritten")
    for folder in target.parents:
        sync_names(folder)
        if folder == root:
            return


def _put(target: Path, octets: bytes) -> None:
    part = target.with_name(target.name + ".part")
    reach("file.write", "before")
    with part.open("wb") as out:
        out.write(octets)
        out.flush()
        os.fsync(out.fileno())
    reach("file.write", "after")
    around("file.rename", part.rename, target)
