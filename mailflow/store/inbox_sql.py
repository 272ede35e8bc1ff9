"""The statements of the inbox, built once.

In: nothing.
Out: SQLAlchemy statements with bind parameters, the same for SQLite and PostgreSQL.
Fails: never; they are only values.
Limits: those that give whole mails give their octets too; who asks only whether there is one asks another.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, bindparam, func, or_, select, update
from sqlalchemy import case as case_when
from sqlalchemy.dialects.postgresql import insert

from mailflow.store import schema

_t = schema.inbox.c
_ids = schema.message_ids.c
_s = schema.sightings.c
_b = schema.mailboxes.c
_KEPT = (
    _t.identity,
    _t.octets,
    _t.mailbox,
    _t.folder,
    _t.arrived_at,
    _t.state,
    _t.reason,
    _t.tries,
    _t.case,
    _t.first_kept_at,
    _t.kind,
    _t.sender,
    _t.text_digest,
)
KEEP = insert(schema.inbox).on_conflict_do_nothing(index_elements=[_t.identity])
SIGHT = insert(schema.sightings).on_conflict_do_nothing(index_elements=[_s.mailbox, _s.folder, _s.uidvalidity, _s.uid])
UIDS = select(_s.uid).where(
    _s.mailbox == bindparam("mailbox"), _s.folder == bindparam("folder"), _s.uidvalidity == bindparam("uidvalidity")
)
_ORDER = (_t.arrived_at, _t.first_kept_at, _t.identity)
GET = select(*_KEPT).where(_t.identity == bindparam("identity"))
BY_STATE = select(*_KEPT).where(_t.state == bindparam("state")).order_by(*_ORDER)
BY_CASE = select(*_KEPT).where(_t.case == bindparam("c")).order_by(*_ORDER)
NEXT = BY_STATE.limit(bindparam("limit", type_=schema.Integer))
NEXT_OF = NEXT.where(_t.mailbox.in_(bindparam("mailboxes", expanding=True)))
WAITS = select(_t.identity).where(_t.state == "kept", _t.mailbox == bindparam("mailbox")).limit(1)
KEPT_FROM = (
    select(_t.identity)
    .where(_t.state == "kept", _t.mailbox == bindparam("mailbox"), _t.sender == bindparam("sender"))
    .order_by(*_ORDER)
)
TRIED = update(schema.inbox).where(_t.identity == bindparam("i")).values(tries=_t.tries + 1).returning(_t.tries)


def _unless_blank(column: Any, name: str) -> Any:
    """The new value, or what is known when the new one is blank."""
    return case_when((bindparam(name, type_=schema.Words) == "", column), else_=bindparam(name, type_=schema.Words))


SETTLE = (
    update(schema.inbox)
    .where(_t.identity == bindparam("i"), _t.state.in_(bindparam("allowed", expanding=True)))
    .values(
        state=bindparam("s"),
        reason=bindparam("r"),
        case=_unless_blank(_t.case, "c"),
        kind=_unless_blank(_t.kind, "k"),
        sender=_unless_blank(_t.sender, "who"),
        sender_domain=_unless_blank(_t.sender_domain, "domain"),
        text_digest=_unless_blank(_t.text_digest, "digest"),
    )
)
REWRITE = (
    update(schema.inbox)
    .where(_t.identity == bindparam("i"))
    .values(
        state=bindparam("s"),
        reason=bindparam("r"),
        case=bindparam("c"),
        kind=bindparam("k"),
        sender=bindparam("who"),
        sender_domain=bindparam("domain"),
        text_digest=bindparam("digest"),
    )
)
IDENTITIES = select(_t.identity).order_by(*_ORDER)
WAITING = (
    select(_t.identity)
    .where(
        _t.mailbox == bindparam("mailbox"),
        or_(
            _t.state.in_(("held", "quarantined", "kept"))
            & (
                _t.sender.in_(bindparam("addresses", expanding=True))
                | _t.sender_domain.in_(bindparam("domains", expanding=True))
            ),
            (_t.state == "kept") & (_t.sender == ""),
        ),
    )
    .order_by(*_ORDER)
)
COPIES = (
    select(_t.identity)
    .where(
        _t.case == bindparam("c"),
        _t.arrived_at >= bindparam("since"),
        _t.state == "done",
        _t.sender == bindparam("sender"),
        _t.text_digest == bindparam("digest"),
        _t.identity != bindparam("but"),
    )
    .limit(1)
)
_CAME = (
    select(func.count())
    .select_from(schema.inbox)
    .where(
        _t.state.in_(("done", "held", "quarantined")),
        _t.arrived_at > bindparam("since"),
        _t.arrived_at <= bindparam("until"),
        _t.mailbox == bindparam("mailbox"),
        _t.kind == bindparam("kind"),
        _t.sender.not_in(bindparam("but", expanding=True)),
    )
)


def came(of: Mapping[str, str]) -> Select[Any]:
    """How many came, of those whose columns have these values."""
    return _CAME.where(*(_t[name] == value for name, value in of.items()))


ALIKE = select(_t.identity).where(
    _t.state == "held",
    _t.mailbox == bindparam("mailbox"),
    _t.sender == bindparam("sender"),
    _t.text_digest == select(_t.text_digest).where(_t.identity == bindparam("i")).scalar_subquery(),
    _t.text_digest != "",
)
_READ_THROUGH = insert(schema.mailboxes)
SET_READ_THROUGH = _READ_THROUGH.on_conflict_do_update(
    index_elements=[_b.mailbox], set_={"read_through": _READ_THROUGH.excluded.read_through}
)
GET_READ_THROUGH = select(_b.read_through).where(_b.mailbox == bindparam("mailbox"))
ALL_READ_THROUGH = select(_b.mailbox, _b.read_through)
_IDS = insert(schema.message_ids)
REMEMBER = _IDS.on_conflict_do_update(
    index_elements=[_ids.message_id, _ids.identity], set_={"case": _IDS.excluded.case}
)
BY_MESSAGE_ID = select(_ids.identity, _ids.case).where(_ids.message_id == bindparam("mid")).order_by(_ids.identity)
FORGET = update(schema.inbox).where(_t.case == bindparam("c"), _t.state == "done", _t.octets != b"").values(octets=b"")
