"""Clients of Chroma, in a folder or on a server, their failures in the user's words, and the thread that writes."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Self, cast
from urllib.parse import urlsplit

from store.errors import DamagedIndexError, StoreError, first_line, index_failure, is_panic
from store.records import ChromaServer

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.client import Client

_WAIT = 10.0  # seconds for a server to answer that it is there; Chroma's own client waits for ever


def connect(place: Path | ChromaServer) -> "Client":
    """A client of the index in a folder or on a server; in its `failures` Chroma's own errors become ours.

    Chroma keeps one system for each folder's name and hands it out again, also when it broke while
    starting, or when its files are gone: a new index must have a folder of a new name.
    """
    import chromadb
    from chromadb.config import Settings

    if isinstance(place, ChromaServer):
        return cast("Client", _server_client(place))
    return cast("Client", chromadb.PersistentClient(str(place), Settings(anonymized_telemetry=False)))


def failures(place: Path | ChromaServer) -> AbstractContextManager[None]:
    """An index's failures in the user's words: DamagedIndexError, or StoreError where a new index would not help."""
    return _server_errors(place) if isinstance(place, ChromaServer) else _folder_errors(place)


def _server_client(server: ChromaServer) -> "ClientAPI":
    import chromadb
    from chromadb.config import Settings

    url = urlsplit(server.url)
    headers = {"x-chroma-token": server.token} if server.token else None
    _knock(server.url, headers)
    secure = url.scheme == "https"
    # The host may be an address with a path, for servers behind a proxy.
    host = server.url.rstrip("/") if url.path.strip("/") else url.hostname or ""
    return chromadb.HttpClient(
        host,
        url.port or (443 if secure else 80),
        secure,
        headers=headers,
        settings=Settings(anonymized_telemetry=False),
        tenant=server.tenant,
        database=server.database,
    )


def _knock(address: str, headers: dict[str, str] | None) -> None:
    import httpx

    reply = httpx.get(f"{address.rstrip('/')}/api/v2/heartbeat", headers=headers, timeout=_WAIT)
    reply.raise_for_status()
    if not isinstance(reply.json(), dict):
        raise ValueError("the reply to a heartbeat is no object")


class Writer:
    """One thread that writes, one thing at a time, and finishes it however often an interrupt comes.

    Chroma crashes a process that ends, or closes it, while one of its threads writes to it.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1)
        self._last: Future[None] | None = None

    def write(self, work: Callable[[], None]) -> None:
        """Begin `work` when what was begun before is finished."""
        self.finish()
        self._last = self._pool.submit(work)

    def finish(self) -> None:
        """Wait for what was begun; what it raised is raised here."""
        if self._last:
            self._last.result()

    def __enter__(self) -> Self:
        """The writer, which has finished at the end of a `with` block; its thread runs before anything is begun."""
        self._pool.submit(_nothing).result()
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        """Finish: what comes last is done last. To join the thread would not do: interrupted, it counts as ended."""
        interrupt, finished = None, False
        while not finished:
            try:
                self._pool.submit(_nothing).exception()
                finished = True
            except KeyboardInterrupt as again:
                interrupt = again
        self._pool.shutdown()
        if interrupt and not kind:
            raise interrupt


def _nothing() -> None:
    pass


@contextmanager
def _folder_errors(folder: Path) -> Iterator[None]:
    from chromadb.errors import ChromaError

    try:
        yield
    except (ChromaError, ValueError, AttributeError) as error:  # the last: a client that broke while starting
        raise index_failure(folder, "vector index", error) from error
    except BaseException as error:
        if not is_panic(error):
            raise
        raise index_failure(folder, "vector index", error) from None


@contextmanager
def _server_errors(server: ChromaServer) -> Iterator[None]:
    try:
        yield
    except StoreError:
        raise
    except Exception as error:  # anything may come back from what only claims to be a server
        raise _server_failure(server, error) from error


def _server_failure(server: ChromaServer, error: Exception) -> StoreError:
    import httpx

    where, what = f"The Chroma server at {server.shown}", first_line(error)
    status = error.response.status_code if isinstance(error, httpx.HTTPStatusError) else 0
    if isinstance(error, httpx.UnsupportedProtocol | httpx.InvalidURL):
        return StoreError(
            f"{server.shown!r} is no address of a Chroma server; set CITEWELL_CHROMA_URL to one like "
            "http://127.0.0.1:8000."
        )
    if isinstance(error, httpx.TransportError) or "could not connect" in what.lower():
        return StoreError(f"{where} does not answer ({what}); start it, or check CITEWELL_CHROMA_URL.")
    if status in (401, 403) or "auth" in type(error).__name__.lower():
        return StoreError(f"{where} refuses the token; check CITEWELL_CHROMA_TOKEN.")
    if _is_missing(error, "collection"):
        return DamagedIndexError(f"{where} has lost this library's vectors; open the library again to mend it.")
    if _is_missing(error, "tenant") or _is_missing(error, "database"):
        return StoreError(
            f"{where} has no database {server.database!r} of tenant {server.tenant!r}; make it there, "
            "or check CITEWELL_CHROMA_TENANT and CITEWELL_CHROMA_DATABASE."
        )
    return StoreError(f"{where} failed or is none ({what}); see its log, or check CITEWELL_CHROMA_URL.")


def _is_missing(error: Exception, what: str) -> bool:
    return type(error).__name__ == "NotFoundError" and what in str(error).lower()
