"""The folder of one backup: the database, the configuration, and a manifest that says what must be in it.

In: a folder that is being written or read.
Out: the manifest; each file's size and SHA-256; which files of the configuration are needed to go on.
Fails: errors.MailflowError in a sentence with what to do: a full disk, missing rights, a backup that is not whole.
Limits: secrets are never copied; of the secret for Message-IDs the manifest keeps a print that does not give it away.
"""

from __future__ import annotations

import errno
import hashlib
import hmac
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from mailflow import places
from mailflow.errors import MailflowError
from mailflow.installation import Installation, named_files

MANIFEST, CONFIGURATION, ELSEWHERE = "manifest.json", "configuration", "elsewhere"
DATABASE, DUMP = "mailflow.db", "mailflow.dump"  # of SQLite, of PostgreSQL
FORMAT = 1
_BLOCK = 1 << 20
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_BARRED = (errno.EACCES, errno.EPERM, errno.EROFS)


@dataclass(frozen=True)
class File:
    """A file of the backup: its path below the backup's folder, where it came from, octets, SHA-256 in hex."""

    path: str
    source: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a backup holds. at: the instant of the copy (ISO 8601, UTC). left_out: the secrets, by their paths."""

    format: int
    mailflow: str
    schema: str
    at: str
    cases: int
    lines: int
    secret_print: str
    files: tuple[File, ...]
    left_out: tuple[str, ...]

    def octets(self) -> bytes:
        """The manifest as it is written."""
        return (json.dumps(asdict(self), indent=2) + "\n").encode()


def read(folder: Path) -> Manifest:
    """The manifest of a backup. Raises MailflowError when there is none, or none that can be used."""
    path = folder / MANIFEST
    with words_for(path):
        try:
            said = json.loads(path.read_bytes())
        except FileNotFoundError:
            inside = sorted(one.parent.name for one in folder.glob(f"*/{MANIFEST}")) if folder.is_dir() else []
            hint = f" It holds backups: name one of them, such as {folder / inside[-1]}." if inside else ""
            raise MailflowError(f"{folder} is no backup: it has no {MANIFEST}.{hint}") from None
        except ValueError:
            raise MailflowError(f"{path} is damaged: use another backup.") from None
    try:
        files = tuple(File(**one) for one in said.pop("files"))
        found = Manifest(**{**said, "files": files, "left_out": tuple(said["left_out"])})
        sound = found.format == FORMAT and all(_is_inside(one.path) for one in files)
    except (TypeError, KeyError, AttributeError):
        sound = False
    if not sound:
        raise MailflowError(f"{path} is not one that this mailflow can read: use the mailflow that wrote it.")
    return found


def _is_inside(path: str) -> bool:
    return not Path(path).is_absolute() and ".." not in Path(path).parts


def check(folder: Path, manifest: Manifest) -> None:
    """Every file is there and is what was written. Raises MailflowError, naming the first that is not."""
    for file in manifest.files:
        path = folder / file.path
        with words_for(path):
            if not path.is_file():
                raise MailflowError(f"{path} is missing: this backup is not whole, use another one.")
            if path.stat().st_size != file.size or digest(path) != file.sha256:
                raise MailflowError(f"{path} is not what was written: this backup is damaged, use another one.")


def digest(path: Path) -> str:
    """The SHA-256 of a file in hex."""
    seen = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(_BLOCK):
            seen.update(block)
    return seen.hexdigest()


def described(folder: Path, path: str, source: Path | str) -> File:
    """A file of the backup as the manifest tells of it."""
    return File(path, str(source), (folder / path).stat().st_size, digest(folder / path))


def print_of(secret: bytes) -> str:
    """By this a secret is known again without being kept."""
    return hmac.new(secret, b"backup", hashlib.sha256).hexdigest()[:16]


def needed(found: Installation) -> Mapping[str, Path]:
    """The files without which an installation does not go on, by their place in a backup; no secrets."""
    settings = found.settings.file
    files = list(named_files(settings))
    shipped = places.shipped("templates").resolve()
    for folder in dict.fromkeys(office.templates for office in found.settings.offices.values()):
        if folder.resolve() != shipped:
            files += sorted(path for path in folder.rglob("*") if path.is_file())
    barred = {path.resolve() for path in secrets(found)}
    wanted: dict[str, Path] = {}
    for number, file in enumerate(dict.fromkeys(files)):
        if not file.is_file() or file.resolve() in barred:
            continue
        inside = file.is_relative_to(settings.parent) and ".." not in file.relative_to(settings.parent).parts
        place = (
            f"{CONFIGURATION}/{file.relative_to(settings.parent)}" if inside else f"{ELSEWHERE}/{number}-{file.name}"
        )
        wanted[place] = file
    return wanted


def secrets(found: Installation) -> list[Path]:
    """The files that are never copied."""
    servers = [s for o in found.settings.offices.values() for s in (o.imap, o.smtp) if s is not None]
    files = [found.settings.id_file, *(s.password_file for s in servers if s.password_file is not None)]
    return list(dict.fromkeys(files))


@contextmanager
def words_for(path: Path) -> Iterator[None]:
    """What the system refuses, as a sentence for the person at the keyboard."""
    try:
        yield
    except OSError as fault:
        at = fault.filename or path
        if fault.errno in _FULL:
            raise MailflowError(f"The disk of {path} is full: make room or name another folder.") from fault
        if fault.errno in _BARRED:
            who = f"user {os.getuid()}"
            raise MailflowError(f"{at} may not be read or written by {who}: change its rights or the user.") from fault
        raise MailflowError(f"{at}: {fault.strerror or fault}.") from fault
