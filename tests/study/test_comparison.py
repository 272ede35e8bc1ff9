"""Two editions compared: every change is told, to those whom it concerns; what means the same is no change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from functools import cache

import pytest

from mailflow.procedure.definition import Procedure
from mailflow.procedure.reading import read
from mailflow.procedure.telling import Telling
from mailflow.study.comparison import compare, grouped
from tests.tree import ROOT

FILE = ROOT / "config" / "procedures" / "council-concerns.toml"
TEXT = FILE.read_text("utf-8")
CMO, PROVIDER = "For the Contract Management Officer", "For the service provider"


@cache
def telling(*swaps: tuple[str, str]) -> Telling:
    """The council's procedure with words of its file in the place of others."""
    text = TEXT
    for old, new in swaps:
        assert old in text, old
        text = text.replace(old, new, 1)
    procedure, faults = read(text, "council-concerns.toml")
    assert procedure is not None and not faults, faults
    return Telling(procedure)


def told(*swaps: tuple[str, str]) -> dict[str, list[str]]:
    """What is told, by whom it concerns."""
    old, new = telling(), telling(*swaps)
    return {heading: [c.words for c in changes] for heading, changes in grouped(compare(old, new), old, new)}


def test_the_same_text_and_a_remark_change_nothing():
    """Remarks and layout are no change for anybody."""
    assert told() == {} and told(("[roles]", "# a remark\n\n[roles]")) == {}


def test_a_timescale_is_told_in_the_papers_words_and_in_days():
    """To the owner of the stage and to the party whose answer it times; nobody else."""
    swap = ('"On the 14th day after step 3", from = "letter M20", due = "14 days"',)
    swap += ('"On the 21st day after step 3", from = "letter M20", due = "21 days"',)
    found = told(swap)
    assert set(found) == {CMO, PROVIDER}
    (words,) = found[PROVIDER]
    assert '"On the 21st day after step 3" (21 days' in words and '"On the 14th day after step 3" (14 days' in words


def test_a_setting_that_a_timescale_hangs_on_changes_the_timescale():
    """The reader of the timescale hears of it, not only whoever reads settings."""
    found = told(("provider_final_days = { value = 7", "provider_final_days = { value = 10"))
    assert any("(10 days" in words and "(7 days" in words for words in found[PROVIDER])
    assert found["For everybody"] == [
        "The setting provider_final_days is 10 unless the office says otherwise; before it was 7."
    ]


def test_stages_letters_words_and_owners():
    """A renamed stage, a new owner, a letter to somebody else, a word for others: each in a sentence."""
    found = told(
        ('title = "Under review", owner = "cmo"', 'title = "In review", owner = "spo"'),
        ('M31 = { to = "cmo"', 'M31 = { to = "tmg"'),
    )
    mine = found[CMO]
    assert 'The stage "Under review" is called "In review".' in mine
    assert (
        'The stage "In review" belongs to the Senior Procurement Officer; before to the Contract Management Officer.'
        in mine
    )
    assert any(w.startswith("Letter M31 goes to the Contract Management Team Manager") for w in mine)
    assert "For the Senior Procurement Officer" in found


def test_a_stage_with_another_code_says_that_cases_cannot_move():
    """The same title under another code is no new stage, but open cases do not find it."""
    text = TEXT.replace('"REV"', '"RVW"').replace("\nREV = ", "\nRVW = ")
    procedure, faults = read(text, "x.toml")
    assert procedure is not None and not faults
    found = [c.words for c in compare(telling(), Telling(procedure)) if c.about == "stage"]
    assert any("another code: RVW, before REV" in words and "cannot move" in words for words in found)


def test_a_row_that_leads_elsewhere():
    """What happens, where, where it leads now and where it led before."""
    old, new = telling(), telling()
    rows = tuple(replace(r, to="TRF") if r.id == "c25" else r for r in new.procedure.top.rows)
    changed = _with_machine(new.procedure, rows=rows)
    (change, *_) = [c for c in compare(old, Telling(changed)) if c.about == "row"]
    assert '"Accepted"' in change.words and "it leads to" in change.words and change.who == "cmo"
    assert change.new == '"Reply to be sent to the referrer"' and change.old == '"Under review"'


def test_who_hears_when_a_step_is_late():
    """A ladder is told rung by rung to those whom it names."""
    found = told(('esc = [\n  { on = "due", at = "09:00"', 'esc = [\n  { on = "due", at = "11:00"'))
    assert any("is not done in time" in words and "at 11am" in words for words in found[CMO])


def _with_machine(procedure: Procedure, **changes: object) -> Procedure:
    machines = {**procedure.machines, procedure.main: replace(procedure.top, **changes)}
    return replace(procedure, machines=machines)


def _other(value: object) -> Iterator[object]:
    """Values unlike this one: each part of it changed, one at a time."""
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, str):
        yield value + "x"
    elif isinstance(value, int):
        yield value + 1
    elif isinstance(value, frozenset):
        yield value | {"another"}
    elif isinstance(value, Mapping):
        if not any(is_dataclass(v) for v in value.values()):
            yield {**value, "another": "field provider"}
        yield from ({**value, key: other} for key in list(value)[:1] for other in _other(value[key]))
    elif isinstance(value, tuple):
        yield value[1:] if value else ("field provider",)
        if value:
            yield from ((other, *value[1:]) for other in _other(value[0]))
    elif is_dataclass(value):
        for one in fields(value):
            if one.name not in ("name", "code", "id", "kind", "machine", "file", "lines", "edition"):
                yield from (replace(value, **{one.name: other}) for other in _other(getattr(value, one.name)))


PARTS = ("roles", "fields", "lists", "settings", "acts", "letters", "verbs", "hold", "report", "summary", "aliases")
HEADS = ("id", "title", "prefix", "case_word", "main", "party", "opened_by", "date_from", "allowed")


@pytest.mark.parametrize("part", [*HEADS, *PARTS])
def test_no_part_of_a_file_changes_unsaid(part: str):
    """Whatever is changed in the tables of a file, something is told; shapes that come later included."""
    old = telling()
    value = getattr(old.procedure, part)
    kinds = [{k: v} for k, v in value.items()] if isinstance(value, Mapping) else [value]
    for one in kinds[:4] + kinds[-2:]:
        for other in _other(one):
            changed = {**value, **other} if isinstance(one, Mapping) else other
            if changed != value:
                assert compare(old, Telling(replace(old.procedure, **{part: changed}))), (one, other)


@pytest.mark.parametrize("name", ["states", "timers", "rows"])
def test_no_part_of_a_machine_changes_unsaid(name: str):
    """The same for stages, clocks and rows."""
    old = telling()
    value = getattr(old.procedure.top, name)
    for one in [*(value.values() if isinstance(value, Mapping) else value)][::7]:
        for other in _other(one):
            if isinstance(value, Mapping):
                key = next(k for k, v in value.items() if v is one)
                changed: object = {**value, key: other}
            else:
                changed = tuple(other if v is one else v for v in value)
            try:
                found = compare(old, Telling(_with_machine(old.procedure, **{name: changed})))
            except (ValueError, KeyError, AttributeError):
                continue  # not a name or a phrase that the reader would let pass
            assert found, (one, other)


def test_a_role_a_field_and_a_part_that_come_or_go():
    """What is new or gone is said in both directions."""
    old = telling()
    child = next(kind for kind in old.procedure.machines if kind != old.procedure.main)
    fewer = replace(
        old.procedure,
        roles={k: v for k, v in old.procedure.roles.items() if k != "director"},
        fields={k: v for k, v in old.procedure.fields.items() if k != "late"},
        machines={k: v for k, v in old.procedure.machines.items() if k != child},
    )
    gone = {c.words for c in compare(old, Telling(fewer))}
    come = {c.words for c in compare(Telling(fewer), old)}
    assert 'The role "Director" is gone.' in gone and 'There is a new role: "Director".' in come
    title = old.procedure.machines[child].title
    assert f'There is no "{title}" any more.' in gone and f'There is a new kind of part: "{title}".' in come
