"""A private Postfix that delivers to an LMTP port; needs root; starts in about 0.04 s."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from tests.servers.ports import fill, free_port, wait_for_greeting

MASTER = Path("/usr/lib/postfix/sbin/master")
QUEUES = ("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private", "saved", "trace")


def lacking() -> str:
    """What is needed before this rig can run, or ""."""
    if not MASTER.exists():
        return "Debian's postfix is not installed"
    return "" if os.geteuid() == 0 else "postfix can only be started by root"


class Postfix:
    """mailboxes: addresses delivered by LMTP; aliases: address to mailbox; refuse: address to SMTP answer."""

    host = "127.0.0.1"

    def __init__(
        self,
        lmtp_port: int,
        mailboxes: Iterable[str],
        aliases: Mapping[str, str] | None = None,
        refuse: Mapping[str, str] | None = None,
    ) -> None:
        self.lmtp_port, self.smtp_port = lmtp_port, free_port()
        self.mailboxes, self.aliases, self.refuse = list(mailboxes), dict(aliases or {}), dict(refuse or {})

    def __enter__(self) -> Postfix:
        self.directory = Path(tempfile.mkdtemp(prefix="pf"))
        self.directory.chmod(0o755)
        self._make_queue()
        # root opens the tables, so nothing of the rest of the machine's Postfix is read or touched.
        tables = {
            "mailboxes": {address: "OK" for address in self.mailboxes},
            "aliases": self.aliases,
            "refuse": self.refuse,
        }
        for name, table in tables.items():
            self._write(name, "".join(f"{k} {v}\n" for k, v in table.items()))
        domains = {address.rpartition("@")[2] for address in (*self.mailboxes, *self.aliases, *self.refuse)}
        values = {"DIR": self.directory, "SMTP_PORT": self.smtp_port, "LMTP_PORT": self.lmtp_port}
        for name in ("main", "master"):
            self._write(f"{name}.cf", fill(f"postfix-{name}.cf.in", DOMAINS=", ".join(sorted(domains)), **values))
        etc = str(self.directory / "etc")
        self.log = self.directory / "postfix.log"
        # master(8) itself on a ready queue: `postfix start-fg` takes ten times as long.
        self._process = subprocess.Popen(
            [str(MASTER), "-c", etc, "-d"],
            start_new_session=True,
            env={**os.environ, "MAIL_CONFIG": etc, "MAIL_LOGTAG": "postfix"},
        )
        wait_for_greeting(self.smtp_port, self._process, self.log)
        return self

    def _write(self, name: str, text: str) -> None:
        path = self.directory / "etc" / name
        path.write_text(text, "ascii")
        os.utime(path, (1, 1))  # Postfix waits about 2 s for a file that was changed just now

    def _make_queue(self) -> None:
        postfix, postdrop = pwd.getpwnam("postfix"), grp.getgrnam("postdrop").gr_gid
        for name in ("etc", "spool", "data", "spool/pid"):
            (self.directory / name).mkdir(mode=0o755)
        os.chown(self.directory / "data", postfix.pw_uid, postfix.pw_gid)
        for name in QUEUES:
            (self.directory / "spool" / name).mkdir(mode=0o700)
            os.chown(self.directory / "spool" / name, postfix.pw_uid, 0)
        for name, mode in (("maildrop", 0o730), ("public", 0o710)):
            place = self.directory / "spool" / name
            place.mkdir()
            os.chown(place, postfix.pw_uid, postdrop)
            place.chmod(mode)

    def __exit__(self, *exc: object) -> None:
        self._process.terminate()
        self._process.wait(10)
        shutil.rmtree(self.directory, ignore_errors=True)
