"""A disk that forgets: beside the files of a daemon a shadow is kept of what is safe on the disk, and of nothing else.

A file's octets are safe once they have been synced (fsync(2): its name is not, before its folder has been synced too).
When the machine loses power, all that is left is the shadow. SQLite is asked through its own VFS, so that whatever its
pragmas make it do is what counts; Python's files through os.fsync.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path

SQLITE_OK = 0
_P, _I = ctypes.c_void_p, ctypes.c_int
_OPEN = ctypes.CFUNCTYPE(_I, _P, _P, _P, _I, _P)  # SQLite keeps the name's pointer, so it is handed on as it is
_SYNC = ctypes.CFUNCTYPE(_I, _P, _I)
_READ = ctypes.CFUNCTYPE(_I, _P, _P, _I, ctypes.c_int64)
_SIZE = ctypes.CFUNCTYPE(_I, _P, ctypes.POINTER(ctypes.c_int64))


class _Vfs(ctypes.Structure):
    """struct sqlite3_vfs as far as xOpen (sqlite3.h)."""

    _fields_ = (
        ("iVersion", _I),
        ("szOsFile", _I),
        ("mxPathname", _I),
        ("pNext", _P),
        ("zName", ctypes.c_char_p),
        ("pAppData", _P),
        ("xOpen", _P),
    )


class _Methods(ctypes.Structure):
    """struct sqlite3_io_methods, version 3."""

    _fields_ = (
        ("iVersion", _I),
        *((name, _P) for name in ("xClose", "xRead", "xWrite", "xTruncate", "xSync", "xFileSize")),
        *((f"more{n}", _P) for n in range(12)),
    )


class Shadow:
    """The files of `folder` as they would be after a power cut, in `kept`; `begin` in the process that writes them.

    synchronous: what SQLite is told instead of FULL, to see that the tests would notice.
    """

    def __init__(self, folder: Path, kept: str, synchronous: str = "") -> None:
        self._folder, self._kept, self._synchronous = folder.resolve(), Path(kept), synchronous
        self._open: dict[int, Path] = {}
        self._new: set[int] = set()  # made, and never synced
        self._patched: dict[int, _Methods] = {}
        self._alive: list[object] = []  # what C holds pointers to
        self._synced: dict[int, bytes] = {}  # by inode, of Python's files

    def begin(self) -> None:
        """From now on what is synced in this process is remembered. Raises OSError without a shared SQLite."""
        self._kept.mkdir(exist_ok=True)
        self._watch_sqlite()
        self._watch_python()
        if self._synchronous:
            self._weaken()

    # -- SQLite -------------------------------------------------------------------------------------------------------

    def _watch_sqlite(self) -> None:
        library = ctypes.CDLL("libsqlite3.so.0")  # the one that sqlite3 has loaded
        library.sqlite3_vfs_find.restype = ctypes.POINTER(_Vfs)
        vfs = library.sqlite3_vfs_find(None).contents
        true_open = _OPEN(vfs.xOpen)

        def opened(pointer: int, name: int | None, file: int, flags: int, out: int) -> int:
            words = ctypes.string_at(name) if name else b""
            fresh = bool(words) and not os.path.exists(words)
            code = true_open(pointer, name, file, flags, out)
            if code == SQLITE_OK and words:
                self._take(file, Path(os.fsdecode(words)))
                self._new.discard(file)
                if fresh and words.endswith((b"-wal", b"-journal")):
                    self._new.add(file)
            return code

        hook = _OPEN(opened)
        self._alive += [true_open, hook, library]
        vfs.xOpen = ctypes.cast(hook, _P).value

    def _take(self, file: int, path: Path) -> None:
        """From now on this file's syncs are ours to see."""
        if not path.is_relative_to(self._folder):
            return
        methods = ctypes.cast(file, ctypes.POINTER(_P))
        original = methods[0]
        if original not in self._patched:
            copy = _Methods.from_buffer_copy(ctypes.string_at(original, ctypes.sizeof(_Methods)))
            true_sync, read, measure = _SYNC(copy.xSync), _READ(copy.xRead), _SIZE(copy.xFileSize)

            def synced(one: int, flags: int) -> int:
                code = true_sync(one, flags)
                if code == SQLITE_OK and (place := self._open.get(one)) is not None:
                    # By SQLite's own handle: who opens and closes the file anew drops all locks of this process.
                    size = ctypes.c_int64()
                    measure(one, ctypes.byref(size))
                    octets = ctypes.create_string_buffer(size.value or 1)
                    read(one, ctypes.cast(octets, _P), size.value, 0)
                    self._keep(place, octets.raw[: size.value])
                    if one in self._new:  # os_unix.c, unixSync: the folder of a new journal is synced with it
                        self._new.discard(one)
                        self._forget_removed()
                return code

            hook = _SYNC(synced)
            copy.xSync = ctypes.cast(hook, _P).value
            self._alive += [true_sync, read, measure, hook]
            self._patched[original] = copy
        self._open[file] = path
        methods[0] = ctypes.addressof(self._patched[original])

    def _forget_removed(self) -> None:
        for kept in self._kept.glob("*.sqlite3*"):
            if not (self._folder / kept.name).exists():
                kept.unlink(missing_ok=True)

    def _weaken(self) -> None:
        from mailflow.store.engine import Store

        prepare, pragma = Store._prepare, f"PRAGMA synchronous = {self._synchronous}"

        def weakened(store: Store, connection: sqlite3.Connection, record: object) -> None:
            prepare(store, connection, record)
            connection.execute(pragma)

        Store._prepare = weakened  # type: ignore[method-assign]

    # -- Python's own files -------------------------------------------------------------------------------------------

    def _watch_python(self) -> None:
        true_sync: Callable[[int], None] = os.fsync

        def fsync(handle: int) -> None:
            number = handle if isinstance(handle, int) else handle.fileno()
            true_sync(number)
            about = os.fstat(number)
            if stat.S_ISREG(about.st_mode):
                with open(f"/proc/self/fd/{number}", "rb") as file:
                    self._synced[about.st_ino] = file.read()
            elif stat.S_ISDIR(about.st_mode):
                self._folder_synced(Path(os.readlink(f"/proc/self/fd/{number}")))

        os.fsync = fsync

    def _folder_synced(self, folder: Path) -> None:
        """The names in it are safe now, with what was safe of each file's octets."""
        if not folder.is_relative_to(self._folder):
            return
        for path in folder.iterdir():
            if path.is_file() and not path.name.startswith("mailflow.sqlite3"):
                self._keep(path, self._synced.get(path.stat().st_ino, b""))

    def _keep(self, path: Path, octets: bytes) -> None:
        place = self._kept / path.relative_to(self._folder)
        place.parent.mkdir(parents=True, exist_ok=True)
        fresh = place.with_name(f"{place.name}.fresh")
        fresh.write_bytes(octets)
        fresh.replace(place)  # the process may die in between


def lose_power(folder: Path, kept: Path, names: tuple[str, ...] = ("mailflow.sqlite3*", "reports/**/*")) -> None:
    """Put the files that these names match back to what was safe on the disk."""
    for name in names:
        for path in sorted(folder.glob(name), reverse=True):
            if path.is_file() and not path.name.endswith(".lock"):
                path.unlink()
    for path in kept.rglob("*"):
        if path.is_file() and not path.name.endswith(".fresh"):
            place = folder / path.relative_to(kept)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place)
