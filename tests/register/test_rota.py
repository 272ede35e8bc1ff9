"""The duty rota (Q5): whose days, what a faulty line says, and which working days have nobody."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from mailflow.errors import ConfigurationError
from mailflow.register.register import Register

EXAMPLE = Path(__file__).parents[2] / "config" / "register"
MAYA, TOM, ROSA = (f"{name}@council.example" for name in ("maya.okafor", "tom.hale", "rosa.lindqvist"))


@pytest.fixture
def load(tmp_path: Path):
    """The shipped register with these lines in rota.csv."""

    def read(*lines: str) -> Register:
        for file in EXAMPLE.glob("*.csv"):
            (tmp_path / file.name).write_bytes(file.read_bytes())
        (tmp_path / "rota.csv").write_text("\n".join(["days,role,officer", *lines]) + "\n", "utf-8")
        return Register.load(tmp_path, {"council.example"})

    return read


def on_duty(register: Register, day: date, role: str = "cmo") -> list[str] | None:
    found = register.on_duty(role, day)
    return None if found is None else [officer.email for officer in found]


def test_the_shipped_rota_is_empty():
    """As shipped everybody who holds the role is written to."""
    assert on_duty(Register.load(EXAMPLE), date(2027, 3, 1)) is None


def test_a_register_needs_no_rota(tmp_path: Path):
    """The file may be missing."""
    for file in EXAMPLE.glob("*.csv"):
        if file.name != "rota.csv":
            (tmp_path / file.name).write_bytes(file.read_bytes())
    assert Register.load(tmp_path).rota == ()


def test_spans_name_who_is_on_duty(load):
    """Both ends count; a day that no line names is a gap; a role that no line names has no rota."""
    register = load(f"2027-03-01..2027-03-05; 2027-03-15,cmo,{MAYA}", f"8/3/2027..12/3/2027,cmo,{TOM}")
    assert [on_duty(register, date(2027, 3, day)) for day in (1, 5, 6, 12, 15, 16)] == [
        [MAYA],
        [MAYA],
        [],
        [TOM],
        [MAYA],
        [],
    ]
    assert on_duty(register, date(2027, 3, 1), "spo") is None


def test_a_line_without_days_is_for_all_others(load):
    """A single duty officer, or a duty desk, with exceptions."""
    register = load(f",cmo,{MAYA}", f"2027-03-08..2027-03-12,cmo,{TOM}")
    assert [on_duty(register, date(2027, 3, day)) for day in (1, 9)] == [[MAYA], [TOM]]


def test_somebody_on_leave_is_stood_in_for(load):
    """G13: the deputy of whoever is on duty."""
    register = load(f",cmo,{ROSA}")  # away 12 to 16 April 2027; Tom Hale deputises
    assert [on_duty(register, date(2027, 4, day)) for day in (9, 12)] == [[ROSA], [TOM]]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("2027-03-01,cmo,nobody@council.example", "is not an officer"),
        ("2027-03-05..2027-03-01,cmo,maya.okafor@council.example", "ends before it begins"),
        ("2027-03-01,cmo spo,maya.okafor@council.example", "does not hold one role"),
        ("2027-03-01,cmo,", '"officer" is empty'),
        ("next week,cmo,maya.okafor@council.example", "is not a date"),
    ],
)
def test_a_faulty_line_is_named(load, line: str, words: str):
    """With file and line, as all registers do."""
    with pytest.raises(ConfigurationError) as caught:
        load(line)
    (fault,) = caught.value.faults
    assert words in fault.what and fault.line == 2 and fault.file.endswith("rota.csv")


def test_gaps_are_working_days_without_anybody(load):
    """A closed day is no gap; somebody away without a deputy who is there leaves one."""
    register = load(f"2027-03-01..2027-03-04,cmo,{MAYA}", f"2027-03-08..2027-03-31,cmo,{TOM}")
    works = lambda day: day.isoweekday() < 6  # noqa: E731
    assert list(register.rota_gaps(date(2027, 3, 1), 14, works)) == [("cmo", date(2027, 3, 5))]
