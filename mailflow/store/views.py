"""The views: what each case looks like now, to be asked about without folding its log.

In: a case's state and a summary of plain values.
Out: summaries as dicts, by case, by office, by the value of a field.
Fails: never of its own accord.
Limits: rebuilt from the log at any time; `find` compares words exactly, lower case, and looks at top-level values only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from mailflow.store import schema
from mailflow.store.work import Room

_t = schema.views.c
_f = schema.view_fields.c
_INSERT = upsert(schema.views)
_PUT = _INSERT.on_conflict_do_update(
    index_elements=[_t.case],
    set_={name: _INSERT.excluded[name] for name in ("procedure", "state", "live", "summary")},
)
_ROW = select(schema.views)
_GET = _ROW.where(_t.case == bindparam("c"))
_ALL = _ROW.order_by(_t.case)
_BY_PREFIX = _ALL.where(_t.case.like(bindparam("p")))
_PAIRS = select(_f.field, _f.value).where(_f.case == bindparam("c"))
_ADD_PAIR = insert(schema.view_fields)
_DROP_PAIR = delete(schema.view_fields).where(
    _f.case == bindparam("c"), _f.field == bindparam("f"), _f.value == bindparam("v")
)
_DROP_PAIRS = delete(schema.view_fields).where(_f.case == bindparam("c"))
_DROP = delete(schema.views).where(_t.case == bindparam("c"))
_FIND = _ALL.where(_t.case.in_(select(_f.case).where(_f.field == bindparam("f"), _f.value == bindparam("v"))))


OWN = ("case", "procedure", "state")  # columns of their own, which a summary need not repeat


class Views(Room):
    """The views of this transaction."""

    __slots__ = ()

    def put(self, case: str, procedure: str, state: str, summary: Mapping[str, Any]) -> None:
        """Store how a case looks now. `summary["live"]` (true unless said) tells whether it is still running."""
        content = {k: v for k, v in summary.items() if k not in OWN}
        live = bool(content.setdefault("live", True))
        row = {"case": case, "procedure": procedure, "state": state, "live": live, "summary": content}
        self._work.write(_PUT, row)
        before = self.fields(case)
        after = found_by(content)
        if before - after:
            self._work.write(_DROP_PAIR, [{"c": case, "f": f, "v": v} for f, v in sorted(before - after)])
        if after - before:
            self._work.write(_ADD_PAIR, [{"case": case, "field": f, "value": v} for f, v in sorted(after - before)])

    def get(self, case: str) -> dict[str, Any] | None:
        """The summary of a case with its case, procedure, state and live; None when there is none."""
        return next(iter(self._rows(_GET, {"c": case})), None)

    def list(self, prefix: str = "", live_only: bool = False) -> list[dict[str, Any]]:
        """All summaries in the order of their cases, of the office with this prefix or of all, running ones or all.

        Two offices may run the same procedure, and one office cases of several: the prefix tells whose a case is.
        """
        wanted = _BY_PREFIX if prefix else _ALL
        # Ended cases grow without end, and reading a summary costs more than asking for it.
        return self._rows(wanted.where(_t.live) if live_only else wanted, {"p": f"{prefix}-%"} if prefix else {})

    def find(self, field: str, value: object) -> list[dict[str, Any]]:
        """Summaries whose top-level `field` is `value`, or is a list that holds it; text is compared in lower case."""
        return self._rows(_FIND, {"f": field, "v": _word(value)})

    def fields(self, case: str) -> set[tuple[str, str]]:
        """What a case is found by: fields and their values, as `find` compares them."""
        return {(row.field, row.value) for row in self._work.read(_PAIRS, {"c": case})}

    def drop(self, case: str) -> None:
        """Forget how a case looks (before a rebuild)."""
        self._work.write(_DROP_PAIRS, {"c": case})
        self._work.write(_DROP, {"c": case})

    def _rows(self, statement: Any, params: Mapping[str, Any] | None = None) -> Any:
        # The method above is called `list`, hence no builtin list in annotations from here on.
        return [
            {**row["summary"], "case": row["case"], "procedure": row["procedure"], "state": row["state"]}
            for row in self._work.read(statement, params).mappings()
        ]


def found_by(content: Mapping[str, Any]) -> set[tuple[str, str]]:
    """The fields and values by which a case with this summary is found."""
    return set(_pairs({k: v for k, v in content.items() if k not in OWN}))


# A field longer than this is prose; nobody looks a case up by it.
_LONGEST_VALUE = 200


def _word(value: object) -> str:
    return value.lower() if isinstance(value, str) else schema.canonical(value)


def _pairs(content: Mapping[str, Any]) -> Any:
    for field, value in content.items():
        for item in value if isinstance(value, (list, tuple, set, frozenset)) else (value,):
            if isinstance(item, (str, int, bool)) and item != "" and len(_word(item)) <= _LONGEST_VALUE:
                yield field, _word(item)
