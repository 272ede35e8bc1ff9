"""The composition root: all faults in one go, editions kept, one daemon a store."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from mailflow import wiring
from mailflow.errors import ConfigurationError
from mailflow.flow.moment import office_words
from mailflow.wiring import AlreadyRuns
from tests import installation


def faults(path: Path) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        wiring.install(path)
    return [str(fault) for fault in caught.value.faults]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return installation.write(tmp_path)


def test_a_sound_installation_becomes_a_house(path: Path):
    """What the settings say stands in the office; limits and zone arrive where they are used."""
    found = wiring.install(path)
    store = wiring.open_store(found.settings)
    house = wiring.open_house(found, store)
    office = house.offices["council"]
    assert (office.address, office.prefix, office.calendar.zone) == (installation.COUNCIL, "CC", "Europe/London")
    assert house.limits.undo_minutes == 15 and house.pretend_time
    assert house.office_of("CC-2027-0001-XX") is office and house.letters.exists("council-concerns/M01")
    store.close()


def test_faults_of_all_files_are_found_in_one_go(path: Path):
    """Settings of the procedure, the procedure itself, the register and the secret; each with its place."""
    folder = path.parent
    path.write_text(
        path.read_text() + "[office.council.settings]\nnonsense = 1\nprovider_copy = 'yes'\nhold_days = 'x'\n"
    )
    officers = folder / "register" / "officers.csv"
    officers.write_text(officers.read_text() + "Nobody,not-an-address,,cmo,,,,,,\n")
    (folder / "id").write_text("short")
    said = faults(path)
    lines = path.read_text().splitlines()
    for words in ("nonsense", "provider_copy", "hold_days"):
        line = next(n for n, text in enumerate(lines, 1) if text.startswith(words))
        assert any(f"mailflow.toml:{line}:" in fault and words in fault for fault in said), words
    assert any("officers.csv:" in fault for fault in said)
    assert any("secret is shorter" in fault for fault in said)


def test_faulty_settings_do_not_hide_the_faults_of_the_files_they_name(path: Path):
    """What can be read in spite of them is judged too."""
    path.write_text(path.read_text().replace('prefix = "CC"', 'prefix = "cc!"\nnonsense = 1'))
    procedure = path.parent / "procedures" / "council-concerns.toml"
    procedure.write_text(procedure.read_text() + "\nnonsense = 2\n")
    said = faults(path)
    assert any("mailflow.toml" in fault for fault in said)
    assert any("council-concerns.toml" in fault for fault in said)


def test_a_procedure_that_is_no_toml_is_one_fault(path: Path):
    """A typing error is a sentence with its line."""
    (path.parent / "procedures" / "council-concerns.toml").write_text("[procedure\n")
    (fault,) = faults(path)
    assert "council-concerns.toml:1" in fault


def test_open_cases_keep_the_edition_they_began_with(path: Path):
    """The text of each edition that was ever in use lies in the store, however the file changes."""
    found = wiring.install(path)
    store = wiring.open_store(found.settings)
    before = wiring.open_house(found, store).offices["council"].procedure
    file = path.parent / "procedures" / "council-concerns.toml"
    file.write_text(file.read_text().replace("hold_days = { value = 28 }", "hold_days = { value = 35 }"))
    house = wiring.open_house(wiring.install(path), store)
    office = house.offices["council"]
    assert office.procedure.edition != before.edition
    assert house.procedure_of(office, before.edition).settings["hold_days"] == 28
    assert house.procedure_of(office, office.procedure.edition).settings["hold_days"] == 35
    store.close()


def test_one_daemon_a_store(path: Path):
    """A second one on the same SQLite file is refused by name; another loop of a daemon in parts is not."""
    said = wiring.install(path).settings
    held = wiring.only_one(said, ["intake", "clock"])
    with pytest.raises(AlreadyRuns, match="already runs the clock loop"):
        wiring.only_one(said, ["courier", "clock"])
    for lock in wiring.only_one(said, ["courier"]):
        lock.close()
    for lock in held:
        lock.close()
    for lock in wiring.only_one(said):
        lock.close()


def test_a_store_that_cannot_be_is_a_fault_without_its_password(path: Path):
    """An unknown kind of database, or a folder that is not there."""
    text = path.read_text()
    for url, words in (("nosuch://x/y", "url"), ("sqlite:////no/such/folder/s.db", "/no/such/folder")):
        path.write_text(text.replace("sqlite:///mailflow.sqlite3", url))
        with pytest.raises(ConfigurationError, match=words):
            wiring.open_store(wiring.install(path).settings)


def test_the_settings_are_found_by_option_environment_and_custom(monkeypatch: pytest.MonkeyPatch):
    """--config before $MAILFLOW_CONFIG before /etc."""
    monkeypatch.delenv("MAILFLOW_CONFIG", raising=False)
    assert wiring.config_path() == wiring.DEFAULT_CONFIG
    monkeypatch.setenv("MAILFLOW_CONFIG", "/somewhere/m.toml")
    assert wiring.config_path() == Path("/somewhere/m.toml")
    assert wiring.config_path(Path("own.toml")) == Path("own.toml")


@pytest.mark.parametrize("abstract", [False, True])
def test_systemd_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, abstract: bool):
    """sd_notify(3): a datagram to the socket that NOTIFY_SOCKET names; without it, nothing."""
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    wiring.notify("READY=1")
    name = f"@mailflow-{os.getpid()}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind("\0" + name[1:] if abstract else name)
        listening.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", name)
        wiring.notify("READY=1")
        assert listening.recv(100) == b"READY=1"


def test_each_office_writes_by_its_own_templates(tmp_path: Path):
    """A letter that one office words in its own way is not worded so for the other."""
    path = installation.write(tmp_path)
    text = path.read_text("utf-8")
    own = text[text.index("[office.council]") :].replace("office.council", "office.south").replace('"CC"', '"SO"')
    own = own.replace(installation.COUNCIL, "concerns@south.example")
    own = own.replace(f'"{installation.ROOT}/templates"', '"own"')
    (tmp_path / "own" / "shared").mkdir(parents=True)
    (tmp_path / "own" / "shared" / "M60.j2").write_text(
        '{% extends "mail.j2" %}{% block subject %}South{% endblock %}{% block body %}{{ lines(["x"]) }}{% endblock %}'
    )
    path.write_text(text + own, "utf-8")
    found = wiring.install(path)
    store = wiring.open_store(found.settings)
    house = wiring.open_house(found, store)
    context = {"facts": [], "reason": "", "tag": "", "today": ""}
    subjects = [
        house.letters_of(office).render("council-concerns/M60", {**context, "office": office_words(office)}).subject
        for office in house.offices.values()
    ]
    store.close()
    assert subjects == ["Health: something needs your attention", "South"]


def test_a_contract_names_a_calendar_that_is_there(path: Path):
    """A typing error in contracts.csv is a fault with its line and what was meant; so is a region's calendar."""
    contracts = path.parent / "register" / "contracts.csv"
    lines = contracts.read_text("utf-8").splitlines()
    row = next(n for n, line in enumerate(lines) if line.startswith("CM-"))
    lines[row] += "uk-sctt"
    contracts.write_text("\n".join(lines) + "\n", "utf-8")
    path.write_text(path.read_text("utf-8") + '[office.council.regions]\nNorth = "uk-nii"\n', "utf-8")
    said = faults(path)
    assert any("mailflow.toml" in fault and "uk-nii" in fault for fault in said)
    path.write_text(path.read_text("utf-8").replace("uk-nii", "uk-ni"), "utf-8")
    (fault,) = faults(path)
    assert f"contracts.csv:{row + 1}" in fault and 'Did you mean "uk-sct"?' in fault
    contracts.write_text(contracts.read_text("utf-8").replace("uk-sctt", "uk-sct"), "utf-8")
    assert sorted(wiring.install(path).offices["council"].calendars) == ["uk-eng", "uk-ni", "uk-sct"]
