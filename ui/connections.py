"""Connections to the page: not too many of one address, and none that only begins to ask for long."""

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from ui.limits import network

MOST_OPEN = 100  # of one address
SLOWEST_HEAD = 20.0  # seconds until it is known what is asked
_FULL = "This address has too many connections to the page open; close some."
_REFUSAL = f"HTTP/1.1 429 Too Many Requests\r\ncontent-length: {len(_FULL) + 1}\r\nconnection: close\r\n\r\n{_FULL}\n"
_ASKING = (h11.IDLE, h11.SEND_BODY)


class Connection(H11Protocol):
    """One connection. h11 is what reads it, for it bounds the head of a request; uvicorn's other reader does not."""

    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Take the connection in; where there are too many, the oldest that has not asked yet makes room for it."""
        super().connection_made(transport)
        self.since, self.whose = self.loop.time(), network(self.client[0]) if self.client else ""
        same = [other for other in self.connections if isinstance(other, Connection) and other.whose == self.whose]
        if len(same) > MOST_OPEN:
            slow = [other for other in same if other is not self and other.conn.their_state in _ASKING]
            if slow:
                min(slow, key=lambda other: other.since).transport.abort()
            else:
                transport.write(_REFUSAL.encode())
                transport.close()
        self._wait_for_head()

    def data_received(self, data: bytes) -> None:
        """Read on."""
        if not self.transport.is_closing():
            super().data_received(data)
            self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._forget()
        super().connection_lost(exc)

    def _wait_for_head(self) -> None:
        if self.conn.their_state is not h11.IDLE:
            self._forget()
        elif self._late is None:
            self._late = self.loop.call_later(SLOWEST_HEAD, self.transport.close)

    def _forget(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None
