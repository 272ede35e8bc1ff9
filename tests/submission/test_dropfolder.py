"""The folder of files, where it differs from a server."""

from __future__ import annotations

from pathlib import Path

from mailflow.submission.dropfolder import DropFolder

OCTETS = b"Subject: x\r\n\r\nhello\r\n"


def test_the_envelope_is_in_the_file(tmp_path: Path):
    """Who it was from and for can be read in the file, above the unchanged octets."""
    DropFolder(tmp_path).send("me@council.example", ["a@b.example", "c@d.example"], OCTETS, "l-1", print)
    (path,) = tmp_path.glob("*.eml")
    head = b"Return-Path: <me@council.example>\r\nDelivered-To: a@b.example\r\nDelivered-To: c@d.example\r\n"
    assert path.read_bytes() == head + OCTETS


def test_a_second_try_writes_the_same_file(tmp_path: Path):
    """A letter sent again after a crash is one file, not two."""
    folder = DropFolder(tmp_path)
    for _ in range(2):
        folder.send("", ["a@b.example"], OCTETS, "l-1", print)
    assert len(list(tmp_path.iterdir())) == 1


def test_an_envelope_id_is_never_a_path(tmp_path: Path):
    """Ids that look like paths stay names, and two that look alike stay two."""
    inside = tmp_path / "out"
    for envid in ("../../evil", "..-..-evil", "/etc/x", "", "a" * 500):
        assert DropFolder(inside).send("", ["a@b.example"], OCTETS, envid, print)["a@b.example"].state == "sent"
    assert len(list(inside.glob("*.eml"))) == 5
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_folder_that_cannot_be_written_defers(tmp_path: Path):
    """The letter waits until the operator has mended the folder."""
    (tmp_path / "out").write_bytes(b"a file stands in the way")
    verdict = DropFolder(tmp_path / "out").send("", ["a@b.example"], OCTETS, "l-1", print)["a@b.example"]
    assert verdict.state == "deferred"
