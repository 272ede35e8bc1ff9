"""The log: one line per step, never a mail's words."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import structlog

from mailflow import logs


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    """Other tests find logging as it was."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    root.handlers[:], root.level = before


def test_a_line_is_json_with_what_is_bound() -> None:
    """Case, cause and seq that are bound stand in each line, with the time of the clock that was handed in."""
    stream = io.StringIO()
    logs.configure("json", clock=lambda: datetime(2027, 3, 30, 15, tzinfo=UTC), stream=stream)
    structlog.contextvars.bind_contextvars(case="CC-2027-0042-K7")
    structlog.get_logger().info("case.advanced", seq=3)
    assert json.loads(stream.getvalue()) == {
        "case": "CC-2027-0042-K7",
        "event": "case.advanced",
        "seq": 3,
        "level": "info",
        "at": "2027-03-30T15:00:00.000+00:00",
    }


@pytest.mark.parametrize("key", ["text", "subject", "body", "password", "code", "octets"])
def test_no_words_of_a_mail_and_no_secret(key: str) -> None:
    """Keys that could hold words or secrets are emptied, octets always, and long values are cut."""
    stream = io.StringIO()
    logs.configure("json", stream=stream)
    structlog.get_logger().info("mail.kept", **{key: "private"}, raw_part=b"private", long="x" * 9000)
    assert "private" not in stream.getvalue()
    assert len(stream.getvalue()) < 1000


def test_libraries_are_heard_from_warning_upward() -> None:
    """Protocol lines at debug and info hold mail: they are dropped even when mailflow itself logs at debug."""
    stream = io.StringIO()
    logs.configure("json", "debug", stream=stream)
    logging.getLogger("imapclient").debug("fetched: private")
    logging.getLogger("imapclient").info("fetched: private")
    logging.getLogger("imapclient").warning("connection closed")
    assert "private" not in stream.getvalue()
    assert json.loads(stream.getvalue())["event"] == "connection closed"


def test_the_level_is_kept() -> None:
    """Below the level nothing is written; an exception is written with its trace."""
    stream = io.StringIO()
    logs.configure("console", "warning", stream=stream)
    structlog.get_logger().info("quiet")
    try:
        raise ValueError("broken")
    except ValueError:
        structlog.get_logger().exception("loud")
    assert "quiet" not in stream.getvalue()
    assert "loud" in stream.getvalue() and "ValueError: broken" in stream.getvalue()


@pytest.mark.parametrize(("form", "level"), [("xml", "info"), ("json", "loud")])
def test_unknown_forms_and_levels_are_refused(form: str, level: str) -> None:
    """Fails: ValueError with a sentence."""
    with pytest.raises(ValueError, match="Logging knows"):
        logs.configure(form, level)
