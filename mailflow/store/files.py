"""Files to be written after the commit that decided them (closure report, diary file).

In: a path inside the case's folder and the octets.
Out: what still has to be written.
Fails: never of its own accord.
Limits: the writer must be able to write the same file twice; a crash between writing and `done` makes it do so.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert

from mailflow.store import schema
from mailflow.store.work import Room


@dataclass(frozen=True)
class FileRow:
    """A file of a case, decided by line `seq`, written or still to be written."""

    id: int
    case: str
    path: str
    seq: int
    written: bool
    octets: bytes


_t = schema.files.c
_PUT = insert(schema.files).on_conflict_do_nothing(index_elements=[_t.case, _t.path, _t.seq])
_WAITING = select(schema.files).where(~_t.written).order_by(_t.id)
_OF = select(schema.files).where(_t.case == bindparam("c")).order_by(_t.id)
_DONE = update(schema.files).where(_t.id == bindparam("i"), ~_t.written).values(written=True)


class Files(Room):
    """The files of this transaction."""

    __slots__ = ()

    def put(self, case: str, path: str, octets: bytes, seq: int) -> bool:
        """Ask for a file; False when the same fact has asked for it already."""
        row = {"case": case, "path": path, "octets": octets, "seq": seq, "written": False}
        return self._work.write(_PUT, row) > 0

    def waiting(self) -> list[FileRow]:
        """Files still to be written, oldest first."""
        return [FileRow(**row) for row in self._work.read(_WAITING).mappings()]

    def done(self, file_id: int) -> bool:
        """The file is on the disk; False when that was known."""
        return self._work.write(_DONE, {"i": file_id}) > 0

    def of(self, case: str) -> list[FileRow]:
        """All files of a case, oldest first."""
        return [FileRow(**row) for row in self._work.read(_OF, {"c": case}).mappings()]
