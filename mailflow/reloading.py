"""Keeping a running daemon in line with its files: changes are taken in, what is broken is not, and people hear of it.

In: the installation as it was read last; a `now`; a wish to look at once (SIGHUP).
Out: the house as the files say it, when they have changed; one mail to the administrator when files break, and one
  when they are mended.
Fails: as the store does; the loop looks again.
Limits: a change counts when two looks, a minute apart, have seen the same, so that a file is not taken half written.
  What only a start can change (servers, addresses, prefixes, [store], [secrets], [log]) stays, and is said to.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from mailflow.errors import CannotRender, ConfigurationError, Fault
from mailflow.flow.office_mail import tell_administrator
from mailflow.flow.ports import House, Office
from mailflow.installation import Installation, examine, named_files
from mailflow.settings import Faulty

BETWEEN = timedelta(minutes=1)
MOST_TOLD = 20
# The settings themselves, where no office can be named.
ALL = ""
FIXED = ("address", "prefix", "inbox", "sent", "junk")  # of flow.ports.Office
SERVERS = (*FIXED, "imap", "smtp", "maildir")  # of settings.Office
SHARED = ("store_url", "id_file", "pretend_time", "log_form", "log_level")

_log = structlog.get_logger()


class Watch:
    """One for each process. found: what was read last. tells: whether this process writes to administrators."""

    def __init__(
        self, found: Installation, open_house: Callable[[Installation], House], house: House, *, tells: bool
    ) -> None:
        self.found = found
        self._open_house, self._house, self._tells = open_house, house, tells
        self._bell = threading.Event()
        self._asked = False
        self._next: datetime | None = None
        self._known = self._seen = self._digest()
        # What is broken now, by office; at the first look what a start before this one has told may be mended.
        self._faulty: dict[str, Faulty] = dict(found.faulty)
        self._told = False

    # -- when -----------------------------------------------------------------------------------------------------

    def ask(self) -> None:
        """Look at once, and take in what has changed without a second look."""
        self._asked = True
        self._bell.set()

    def mark(self) -> None:
        """Whoever asks from here on is heard by `wait`."""
        self._bell.clear()

    def wait(self, seconds: float) -> None:
        """Until somebody asks, at most so long."""
        if not self._asked:
            self._bell.wait(seconds)

    def wake(self) -> None:
        """End a `wait`: the daemon stops."""
        self._bell.set()

    @property
    def status(self) -> str:
        """How we are, in a line for `systemctl status`."""
        words = f"serving {', '.join(sorted(self.found.offices))}"
        faulty = sorted(name or "the settings" for name in self._faulty)
        return f"{words}; faulty files: {', '.join(faulty)}, see the log" if faulty else words

    # -- what -----------------------------------------------------------------------------------------------------

    def look(self, now: datetime) -> House | None:
        """The house as the files say it now; None when nothing has changed, or it is not time to look again."""
        asked = self._asked
        if not asked and self._next is not None and now < self._next:
            return None
        self._next, self._asked = now + BETWEEN, False
        digest = self._digest()
        house = None
        if digest != self._known and (asked or digest == self._seen):
            house = self._take_in()
            self._known = digest
        elif asked:
            _log.info("configuration.unchanged")
        self._seen = digest
        if self._tells and (house is not None or not self._told):
            self._tell(now)
            self._told = True
        return house

    def _digest(self) -> str:
        whole = hashlib.sha256()
        for path in named_files(self.found.settings.file):
            try:
                octets = path.read_bytes()
            except OSError:
                octets = b"\0not there"
            whole.update(f"{path}\0{len(octets)}\0".encode())
            whole.update(octets)
        return whole.hexdigest()

    def _take_in(self) -> House:
        try:
            fresh = examine(self.found.settings.file)
            self._faulty = dict(fresh.faulty)
        except ConfigurationError as error:
            # All offices go on as they are; whose fault it is cannot be told apart here.
            self._faulty[ALL] = Faulty(ALL, error.faults)
            fresh = replace(self.found, offices={}, settings=replace(self.found.settings, offices={}))
        for one in self._faulty.values():
            for fault in one.faults:
                _log.error("configuration.faulty", office=one.id, file=fault.file, line=fault.line, what=fault.what)
        self.found = merged(self.found, fresh, self._faulty)
        self._house = self._open_house(self.found)
        _log.info("configuration.reloaded", offices=sorted(self.found.offices), faulty=sorted(self._faulty))
        return self._house

    # -- who hears of it ------------------------------------------------------------------------------------------

    def _tell(self, now: datetime) -> None:
        """Once when an office's files break, once when they are mended; a restart in between changes nothing."""
        with self._house.store.read() as unit:
            known = {name for name in self._names() if unit.meta.get(_key(name))}
        for name in sorted(set(self._faulty) - known):
            self._write(name, self._faulty[name], now)
        for name in sorted(known - set(self._faulty)):
            self._write(name, None, now)

    def _names(self) -> set[str]:
        return {ALL, *self._faulty, *self._house.offices}

    def _write(self, name: str, faulty: Faulty | None, now: datetime) -> None:
        """Put the news and the note that it was told in one commit; a broken template must not stop a reload."""
        with self._house.store.unit(purpose="reload") as unit:
            since = unit.meta.get(_key(name))
            if bool(since) == bool(faulty):
                return  # another daemon of this house was first
            key = f"health/files/{name}/{since or now.isoformat()}/{'broken' if faulty else 'mended'}"
            words = _broken(name, name in self._house.offices) if faulty else _mended(name)
            for office in self._tellers(name):
                try:
                    tell_administrator(
                        self._house,
                        unit,
                        office,
                        key=key,
                        facts=_facts(faulty.faults) if faulty else [("Office", name or "all")],
                        now=now,
                        reason=words[1],
                        state_words=words[0],
                        also=faulty.administrator if faulty and name not in self._house.offices else "",
                    )
                except CannotRender as fault:
                    _log.error("configuration.untold", office=name, why=str(fault))
            if faulty:
                unit.meta.put(_key(name), now.isoformat())
            else:
                unit.meta.drop(_key(name))
        _log.info("configuration.told", office=name, state="faulty" if faulty else "mended")

    def _tellers(self, name: str) -> Sequence[Office]:
        """By which offices the news goes out: its own; the first one for an office not served; all if it is theirs."""
        offices = self._house.offices
        if name in offices:
            return [offices[name]]
        everyone = list(offices.values())
        return everyone if name == ALL else everyone[:1]


def merged(old: Installation, fresh: Installation, faulty: Mapping[str, Faulty]) -> Installation:
    """What is served from now on: good offices as they are now, broken ones as they were, none taken away."""
    said, offices = dict(old.settings.offices), dict(old.offices)
    for name, office in fresh.offices.items():
        was, now = said.get(name), fresh.settings.offices[name]
        if was is not None:
            _say_fixed(name, was, now, SERVERS)
            now = replace(now, **{key: getattr(was, key) for key in SERVERS})
        kept = {key: getattr(offices[name], key) for key in FIXED} if name in offices else {}
        said[name], offices[name] = now, replace(office, **kept)
    _say_fixed("", old.settings, fresh.settings, SHARED)
    for name in set(old.offices) - set(fresh.offices) - set(faulty):
        if ALL not in faulty:
            _log.warning("configuration.restart", office=name, key="the office is not in the settings any more")
    shared = {key: getattr(old.settings, key) for key in SHARED}
    return replace(
        fresh,
        settings=replace(fresh.settings, offices=said, **shared),
        offices=offices,
        secret=old.secret,
        texts={**old.texts, **fresh.texts},
        faulty={name: one for name, one in faulty.items() if name not in offices and name != ALL},
    )


def _say_fixed(name: str, was: object, now: object, keys: Sequence[str]) -> None:
    for key in keys:
        if getattr(was, key) != getattr(now, key):
            _log.warning("configuration.restart", office=name, key=key)


def _key(name: str) -> str:
    return f"faulty files:{name}"


def _facts(faults: Sequence[Fault]) -> list[tuple[str, object]]:
    shown: list[tuple[str, object]] = []
    for fault in faults[:MOST_TOLD]:
        place = f"{fault.file}, line {fault.line}" if fault.line else fault.file
        shown.append((place, f"{fault.what} {fault.fix}".strip()))
    if len(faults) > MOST_TOLD:
        shown.append(("And more", f"{len(faults) - MOST_TOLD} further faults: run mailflow check"))
    return shown


def _broken(name: str, served: bool) -> tuple[str, str]:
    """(the words of the subject, what it means)."""
    if name == ALL:
        return "the settings cannot be taken in", "All offices go on with what was read last, until this is mended."
    if served:
        words = f"The office {name} goes on with what was read last, and its cases run; a restart would not serve it."
        return f"files of the office {name} are faulty", words
    words = (
        f"The office {name} is not served: its mailbox is not read and its clocks stand. Nothing is lost; what has "
        "come meanwhile is read as soon as this is mended"
    )
    return f"the office {name} is not served", words


def _mended(name: str) -> tuple[str, str]:
    words = f"The files of the office {name} are" if name else "The settings are"
    return f"{words[0].lower()}{words[1:]} mended", f"{words} good again and have been taken in."
