"""The folder of files, where it differs from a server."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailflow.errors import MailboxUnavailable
from mailflow.mailbox.spool import INDEX, SpoolSource


def nothing(uidvalidity: int) -> set[int]:
    return set()


def test_uids_outlive_the_process_and_the_files(tmp_path: Path):
    """A file keeps its UID for ever, and the UID of a file taken away is not given again."""
    (tmp_path / "b.eml").write_bytes(b"b")
    (first,) = SpoolSource(tmp_path).fetch_after("INBOX", nothing, 10)
    (tmp_path / "a.eml").write_bytes(b"a")
    (tmp_path / "b.eml").unlink()
    (second,) = SpoolSource(tmp_path).fetch_after("INBOX", nothing, 10)
    assert (first.uid, second.uid, first.uidvalidity) == (1, 2, second.uidvalidity)


def test_a_lost_index_is_a_new_uidvalidity(tmp_path: Path):
    """Without its index the folder is read again under another UIDVALIDITY; digests absorb it."""
    (tmp_path / "a.eml").write_bytes(b"a")
    (first,) = SpoolSource(tmp_path).fetch_after("INBOX", nothing, 10)
    (tmp_path / INDEX).unlink()
    (again,) = SpoolSource(tmp_path).fetch_after("INBOX", nothing, 10)
    assert first.uidvalidity != again.uidvalidity


def test_only_finished_mail_is_read(tmp_path: Path):
    """Names with a dot in front, other endings and directories are not mail."""
    for name in (".draft.eml", "notes.txt", "a.eml.part"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "folder.eml").mkdir()
    assert list(SpoolSource(tmp_path).fetch_after("INBOX", nothing, 10)) == []


def test_confirm_moves_to_the_processed_folder(tmp_path: Path):
    """With a processed folder set, kept files of the inbox move there."""
    for name in ("a.eml", "b.eml"):
        (tmp_path / name).write_bytes(b"x")
    source = SpoolSource(tmp_path, processed_folder="done")
    first, _ = source.fetch_after("INBOX", nothing, 10)
    source.confirm("INBOX", [first.uid])
    source.confirm("INBOX", [first.uid])
    assert [path.name for path in (tmp_path / "done").iterdir()] == ["a.eml"]
    assert [raw.uid for raw in source.fetch_after("INBOX", nothing, 10)] == [2]


def test_a_missing_directory_is_unavailable(tmp_path: Path):
    """A spool that is not there (a disk not mounted) is waited for, not taken for an empty mailbox."""
    with pytest.raises(MailboxUnavailable):
        list(SpoolSource(tmp_path / "nowhere").fetch_after("INBOX", nothing, 10))
