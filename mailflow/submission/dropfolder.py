"""Letters written into a folder as .eml files, for demonstrations without a mail server.

In: envelope sender, recipients, final octets, an envelope id.
Out: one file per letter, its envelope in the first lines; the verdict "sent" for every recipient.
Fails: nothing is raised but what `on_phase` raises; a folder that cannot be written is a deferred letter.
Limits: nobody carries the files any further; the same envelope id writes the same file again.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from mailflow.submission.verdict import Answer, Verdict, judge

_SAFE = re.compile(r"[^A-Za-z0-9._-]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class DropFolder:
    """Has the shape of `smtp.Submission`, ends in files. folder: made if it does not exist."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(
        self,
        mail_from: str,
        recipients: Sequence[str],
        octets: bytes,
        envid: str,
        on_phase: Callable[[str], None],
    ) -> dict[str, Verdict]:
        """Write the letter; the file appears under its name only when complete, after the phase "dot"."""
        phase, error = "", ""
        wanted = tuple(dict.fromkeys(recipients))
        # The name must not come from the envelope id alone: it is made safe, and two ids may look alike then.
        stem = f"{_SAFE.sub('-', envid)[:60].strip('.-')}-{hashlib.sha256(envid.encode()).hexdigest()[:12]}"
        draft, final = self._folder / f".{stem}.part", self._folder / f"{stem}.eml"
        for phase in ("connected", "mail", "rcpt", "data"):
            on_phase(phase)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with draft.open("wb") as out:
                out.write(_envelope(mail_from, wanted) + octets)
                out.flush()
                os.fsync(out.fileno())
        except OSError as trouble:
            error = f"The folder {self._folder} cannot be written: {trouble.strerror}."
        else:
            on_phase("dot")
            try:
                os.replace(draft, final)
            except OSError as trouble:  # the file did not get its name: this is known, not in doubt
                error = f"The folder {self._folder} cannot be written: {trouble.strerror}."
            else:
                on_phase("reply")
                phase = "reply"
        written = None if error else f"written to {final.name}"
        return {r: judge(phase, None if written is None else Answer(r, 250, "2.0.0", written), error) for r in wanted}

    def close(self) -> None:
        """Nothing is held open."""


def _envelope(mail_from: str, recipients: Sequence[str]) -> bytes:
    """RFC 5321 section 4.4 puts Return-Path on top at final delivery; Delivered-To is common custom."""
    lines = [f"Return-Path: <{mail_from}>", *(f"Delivered-To: {recipient}" for recipient in recipients)]
    return "".join(_CONTROL.sub("", line) + "\r\n" for line in lines).encode("utf-8")
