"""The settings of an installation, read from mailflow.toml with every fault named by file and line.

In: the path of a mailflow.toml; the files it names (calendars, registers' folders, secrets).
Out: frozen values with all defaults filled in and all paths made absolute (relative ones count from the file's folder).
Fails: errors.ConfigurationError with all faults at once; unknown keys are faults with a suggestion.
Limits: secrets stand in files of their own; what the free [office.<id>.settings] mean is judged by the procedure.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from urllib.parse import quote
from zoneinfo import ZoneInfo

from mailflow.errors import ConfigurationError, Fault
from mailflow.flow.arrived import HELD_MARK
from mailflow.procedure.calendar import Calendar
from mailflow.procedure.toml_lines import Table, index
from mailflow.register import holiday_calendars
from mailflow.register.naming import key_of
from mailflow.stated import Auth, Faulty, Limits, Office, Server, Settings

__all__ = ["Auth", "Faulty", "Limits", "Office", "Server", "Settings", "load", "read_secret"]

TLS = ("tls", "starttls", "none")
CREDENTIALS = "$CREDENTIALS_DIRECTORY/"
PREFIX = re.compile(r"[A-Z]{2,5}")
ADDRESS = re.compile(r"[^@\s<>]+@[^@\s<>]+")


def load(path: Path, *, lenient: bool = False) -> Settings:
    """Read mailflow.toml. Raises ConfigurationError with every fault.

    lenient: what is wrong within the table of one office is no reason to raise; that office is `faulty` then.
    """
    path = path.resolve()
    try:
        text = path.read_text("utf-8")
        data = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        found = re.search(r"at line (\d+)", str(error))
        fault = Fault(str(path), int(found[1]) if found else 0, f"The settings cannot be read: {error}.")
        raise ConfigurationError([fault]) from error
    reader = _Reader(path, Table(data, str(path), index(text), []))
    settings = reader.settings()
    excused = {fault for faulty in settings.faulty for fault in faulty.faults} if lenient else ()
    if any(fault not in excused for fault in reader.faults):
        # What two offices share is read twice, and said once.
        raise ConfigurationError(sorted(dict.fromkeys(reader.faults), key=lambda fault: (fault.file, fault.line)))
    return settings


def _folder_of(office: Office) -> tuple[object, ...]:
    """What an office's source reads: a folder of an account on a server, or of a Maildir."""
    if office.imap is None:
        return office.maildir, office.inbox
    return office.imap.host.lower(), office.imap.port, office.imap.user, office.inbox


def read_secret(path: Path) -> bytes:
    """The octets of a secret file without the line end that editors add. Raises OSError."""
    return path.read_bytes().rstrip(b"\r\n")


class _Reader:
    """One reading of one file; faults and warnings gather here."""

    def __init__(self, path: Path, top: Table):
        self.path, self.top, self.faults = path, top, top.faults
        self.warnings: list[str] = []

    def settings(self) -> Settings:
        top = self.top
        store, secrets, log, testing = (top.table(key) for key in ("store", "secrets", "log", "testing"))
        calendars = self._path(top, "calendars", "calendars", must="folder")
        imap, smtp, offices = top.table("imap"), top.table("smtp"), top.table("office")
        found: dict[str, Office] = {}
        every: dict[str, Office] = {}
        faulty: list[Faulty] = []
        for name in offices.data:
            before = len(self.faults)
            office = self._office(offices.table(name), imap, smtp, calendars)
            self._together(office, every, offices.table(name))
            every[name] = office
            if len(self.faults) > before:
                told = office.administrator if ADDRESS.fullmatch(office.administrator) else ""
                faulty.append(Faulty(name, tuple(dict.fromkeys(self.faults[before:])), told))
            else:
                found[name] = office
        if not offices.data:
            top.fault("office", "There is no office.", "Add a table [office.council].")
        settings = Settings(
            file=self.path,
            store_url=self._store_url(store),
            offices=found,
            limits=self._limits(top.table("limits")),
            id_file=self._secret(secrets, "id_file", required=True) or self.path,
            log_form=log.text("form", "json", among=("json", "console")),
            log_level=log.text("level", "info", among=("debug", "info", "warning", "error")),
            pretend_time=testing.flag("pretend_time"),
            warnings=tuple(self.warnings),
            faulty=tuple(faulty),
        )
        servers = [server for office in found.values() for server in (office.imap, office.smtp) if server]
        if settings.pretend_time and not all(server.on_loopback for server in servers):
            # A pretended clock would send real people letters with invented dates.
            testing.fault("pretend_time", "Time can be pretended only with servers on this machine.", "Remove it.")
        for table in (store, secrets, log, testing, offices, top):
            table.done()
        return settings

    def _office(self, table: Table, imap: Table, smtp: Table, calendars: Path) -> Office:
        address = self._address(table, "address")
        domain = address.rpartition("@")[2]
        auth, texts = table.table("auth"), table.table("texts")
        free = table.table("settings")
        signposts = table.table("signposts")
        own_imap, own_smtp = table.table("imap").over(imap), table.table("smtp").over(smtp)
        maildir = self._path(table, "maildir", must="folder") if table.has("maildir") else None
        if maildir and "imap" in table.data:
            table.fault("maildir", "There is an imap table for this office, too.", "Name one of the two.")
        prefix = table.text("prefix")
        if prefix and not PREFIX.fullmatch(prefix):
            table.fault("prefix", f'The prefix "{prefix}" is not usable.', "Write two to five capital letters.")
        closures, extra = table.dates("closures"), table.dates("extra_working_days")
        office = Office(
            id=str(table.path[-1]),
            procedure=self._path(table, "procedure", must="file"),
            address=address,
            name=table.text("name"),
            team=table.text("team"),
            phone=table.text("phone", ""),
            website=table.text("website", ""),
            prefix=prefix,
            calendar=self._calendar(table, calendars, closures, extra),
            profiles=calendars,
            closures=closures,
            extra_working_days=extra,
            regions=self._regions(table.table("regions"), calendars),
            register=self._path(table, "register", "register", must="folder"),
            templates=self._path(table, "templates", "../templates", must="folder"),
            reports=self._path(table, "reports", "../reports"),
            administrator=self._address(table, "administrator", address),
            own_domains=frozenset(one.lower() for one in table.texts("own_domains", (domain,) if domain else ())),
            texts={key: texts.text(key, "") for key in texts.data},
            signposts={key: signposts.text(key, "") for key in signposts.data},
            auth=Auth(
                auth.text("authserv_id", ""),
                auth.text("form", "rfc8601", among=("rfc8601", "m365")),
                frozenset(one.lower() for one in auth.texts("internal_domains")),
            ),
            imap=None if maildir else self._server(own_imap, 993, "tls", address),
            smtp=self._server(own_smtp, 587, "starttls", address if own_smtp.has("password_file") else ""),
            inbox=table.text("inbox", "INBOX"),
            sent=table.text("sent", "Sent"),
            junk=table.text("junk", "Junk"),
            in_doubt=table.text("in_doubt", "ask", among=("ask", "resend")),
            settings=free.free(),
            setting_lines={key: free.line(key) for key in free.data},
            maildir=maildir,
        )
        if not office.auth.authserv_id and office.auth.form == "rfc8601":
            self.warnings.append(
                f"{auth.file}:{auth.line()}: office {office.id} names no authserv_id, so no sender can be told from a "
                "forged one: officers must prove each command by a code sent to them."
            )
        if office.auth.internal_domains:
            self.warnings.append(
                f"{auth.file}:{auth.line('internal_domains')}: Mail that claims to come from "
                f"{', '.join(sorted(office.auth.internal_domains))} is believed without proof when it carries no "
                "Authentication-Results; set internal_domains only if your server stamps all mail from outside."
            )
        for part in (auth, texts, signposts, table):
            part.done()
        return office

    def _calendar(self, table: Table, folder: Path, closures: Iterable[date], extra: Iterable[date]) -> Calendar:
        name, zone = table.text("calendar"), table.text("zone", "")
        try:
            ZoneInfo(zone or "UTC")
        except (KeyError, OSError, ValueError):
            table.fault("zone", f'There is no time zone "{zone}".', 'Write for example "Europe/London".')
            zone = ""
        try:
            if name and folder.is_dir():
                return holiday_calendars.load(folder, name, zone=zone, closures=closures, extra_working_days=extra)
        except ConfigurationError as error:
            for fault in error.faults:
                if Path(fault.file).is_file():
                    self.faults.append(fault)
                else:
                    table.fault("calendar", fault.what, fault.fix)
        return Calendar(name or "none", "UTC")

    def _regions(self, table: Table, folder: Path) -> dict[str, str]:
        """Which calendar cases of a region run by, the region as it is compared."""
        known = holiday_calendars.names(folder)
        found = {key_of(region): table.text(region, "", among=known) for region in table.data}
        table.done()
        return found

    def _server(self, table: Table, port: int, tls: str, user: str) -> Server:
        if table.has("password"):
            table.fault("password", "A password must not stand in this file.", "Put it in a file, password_file.")
        host, mode = table.text("host"), table.text("tls", tls, among=TLS)
        secret = self._secret(table, "password_file", required=False)
        server = Server(
            host=host,
            port=table.number("port", port, least=1, most=65535),
            user=table.text("user", user),
            password_file=secret,
            tls=mode,
            timeout=table.number("timeout", 30, least=1, most=600),
            poll=table.number("poll", 60, least=1, most=3600),
        )
        if host and mode == "none" and not server.on_loopback:
            table.fault("tls", f"The connection to {host} would not be encrypted.", 'Write tls = "tls" or "starttls".')
        if server.user and not secret:
            table.fault("user", f"{table.name('password_file')} is missing.", "Name the file with the password.")
        table.done()
        return server

    def _store_url(self, table: Table) -> str:
        url = table.text("url", "sqlite:///mailflow.sqlite3")
        secret = self._secret(table, "password_file", required=False)
        login, _, options = url.partition("://")[2].partition("?")
        if ":" in login.rpartition("@")[0] or re.search(r"(^|&)password=", options):
            table.fault("url", "A password must not stand in this file.", "Put it in a file of its own, password_file.")
        if secret and "@" in url:
            password = quote(read_secret(secret).decode("utf-8", "replace"), safe="")
            url = re.sub(r"@", f":{password}@", url, count=1)
        scheme, _, rest = url.partition(":///")
        if scheme.startswith("sqlite") and rest and not rest.startswith("/") and rest != ":memory:":
            url = f"{scheme}:///{self.path.parent / rest}"
        return url

    def _limits(self, table: Table) -> Limits:
        usual = Limits()
        limits = Limits(*(table.number(key, getattr(usual, key)) for key in Limits.__dataclass_fields__))
        table.done()
        return limits

    def _together(self, office: Office, before: Mapping[str, Office], table: Table) -> None:
        """What two offices may not share: a prefix makes a reference ambiguous, an address or a folder a mail."""
        for other in before.values():
            for key in ("prefix", "address"):
                value = getattr(office, key)
                if value and value == getattr(other, key):
                    table.fault(key, f"{other.id} has the {key} {value} already.", "Choose another.")
            for one, two in ((office.prefix, other.prefix), (other.prefix, office.prefix)):
                if one and one == f"{two}{HELD_MARK}":
                    what = f"{one} marks the held mails of the office whose prefix is {two}."
                    table.fault("prefix", what, "Choose another.")
            if _folder_of(office) == _folder_of(other):
                what = f"{other.id} reads the folder {office.inbox} of this mailbox already."
                fix = "Name another folder, and let the mail server sort what comes for this office into it."
                table.fault("inbox", what, fix)

    def _address(self, table: Table, key: str, default: str | None = None) -> str:
        value = table.text(key, default).lower()
        if value and not ADDRESS.fullmatch(value):
            table.fault(key, f'{table.name(key)} "{value}" is not an address.', "Write name@organisation.example.")
        return value

    def _path(self, table: Table, key: str, default: str | None = None, *, must: str = "") -> Path:
        path = self.path.parent / Path(table.text(key, default)).expanduser()
        there = path.is_dir() if must == "folder" else path.is_file()
        if must and (table.has(key) or default) and not there:
            table.fault(key, f"{table.name(key)}: there is no {must} {path}.", "Correct the path or create it.")
        return Path(os.path.normpath(path))

    def _secret(self, table: Table, key: str, *, required: bool) -> Path | None:
        """The path of a secret; $CREDENTIALS_DIRECTORY/name reads what systemd's LoadCredential= provides."""
        written = table.text(key, None if required else "")
        if not written:
            return None
        if written.startswith(CREDENTIALS):
            written = str(Path(os.environ.get("CREDENTIALS_DIRECTORY", "."), written.removeprefix(CREDENTIALS)))
        path = self.path.parent / Path(written).expanduser()
        try:
            if not read_secret(path):
                table.fault(key, f"{table.name(key)}: the file {path} is empty.", "Write the secret into it.")
            if path.stat().st_mode & 0o004:
                self.warnings.append(f"{path} can be read by every user of this machine; take that right away.")
        except OSError as error:
            table.fault(key, f"{table.name(key)}: {path} cannot be read ({error.strerror}).", "Create the file.")
        return path
