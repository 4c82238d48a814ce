"""Answers in the making: a fair queue, in which a person with many questions does not keep the others waiting.

An answer does not belong to the window that asked for it: whoever opens its conversation follows it, and it ends some
seconds after the last one has left.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from threading import Event, Lock, Thread

from rag.answer import Assistant
from rag.filters import NO_LIMIT, Filter
from ui.conversation import UNEXPECTED, Conversation, Exchange, answering
from ui.limits import TooMuch, network
from ui.memory import Tidier

log = logging.getLogger(__name__)

NOT_KEPT = "This answer could not be kept: is the disk full? It is lost when the page is closed; copy what you need."
GRACE = 20.0  # seconds that an answer is made on for nobody: a page that is loaded anew comes back to it
_LOOK = 0.02  # seconds between two looks at an answer
_SIGN = 10.0  # seconds until a silent answer gives a sign, by which it is known whether anybody is there

Keep = Callable[[int, Exchange], None]


class _Unwanted(Event):
    """Is set, too, once nobody has followed an answer for a while."""

    def __init__(self) -> None:
        super().__init__()
        self.followers, self.left = 0, time.monotonic()

    def is_set(self) -> bool:
        return super().is_set() or (not self.followers and time.monotonic() - self.left > GRACE)


class Job:
    """One answer in the making: `exchange` is as much of it as there is."""

    def __init__(
        self,
        turn: int,
        talk: str,
        person: str,
        question: str,
        before: Callable[[], Conversation],
        address: str = "",
        limit: Filter = NO_LIMIT,
    ) -> None:
        self.turn, self.talk, self.person, self.before, self.whose = turn, talk, person, before, network(address)
        self.limit = limit
        self.exchange, self.stop = Exchange(question), _Unwanted()


class Jobs:
    """The questions that wait and those that are answered, `at_once` of them at a time, `most` of one address."""

    def __init__(self, assistant: Assistant, keep: Keep, at_once: int, most: int = 0) -> None:
        self._assistant, self._keep, self._at_once, self._most = assistant, keep, at_once, most
        self._waiting: list[Job] = []
        self._running: list[Job] = []
        self._lock, self._tidier = Lock(), Tidier()

    def check_room(self, address: str) -> None:
        """Raises TooMuch where as many questions of an address as it may have are here already."""
        with self._lock:
            here = sum(job.whose == network(address) for job in (*self._running, *self._waiting))
        if 0 < self._most <= here:
            raise TooMuch(f"{here} questions of this address wait for their answers; ask again when one is there.")

    def put(self, job: Job) -> Job:
        """Take a question in."""
        with self._lock:
            self._waiting.append(job)
        self._start()
        return job

    def of(self, talk: str) -> list[Job]:
        """The questions of a conversation whose answers are not there yet."""
        with self._lock:
            return [job for job in (*self._running, *self._waiting) if job.talk == talk]

    def ahead(self, job: Job) -> int:
        """How many must be answered before this question is; 0 once it is being answered."""
        with self._lock:
            if job not in self._waiting:
                return 0
            return self._queue().index(job) + 1

    def stop(self, job: Job) -> None:
        """End the work on a question."""
        job.stop.set()
        with self._lock:
            waited = job in self._waiting
            if waited:
                self._waiting.remove(job)
        if waited:
            self._end(job, replace(job.exchange, stopped=True))

    async def follow(self, job: Job) -> AsyncIterator[tuple[Exchange, int] | None]:
        """The answer as it grows, with how many come before it; None now and then where nothing happens."""
        job.stop.followers += 1
        shown, said = None, time.monotonic()
        try:
            while shown is None or not shown[0].done:
                now = (job.exchange, self.ahead(job))
                if shown is None or now[0] is not shown[0] or now[1] != shown[1]:
                    shown, said = now, time.monotonic()
                    yield now
                elif time.monotonic() - said > _SIGN:
                    said = time.monotonic()
                    yield None
                else:
                    await asyncio.sleep(_LOOK)
        finally:
            job.stop.followers -= 1
            job.stop.left = time.monotonic()

    def _queue(self) -> list[Job]:
        """Those that wait, in the order in which they are taken: each person's first, each one's second, and so on."""
        place: dict[str, int] = {}
        for job in self._running:
            place[job.person] = place.get(job.person, 0) + 1
        turns = []
        for arrival, job in enumerate(self._waiting):
            turns.append((place.get(job.person, 0), arrival, job))
            place[job.person] = place.get(job.person, 0) + 1
        return [job for *_, job in sorted(turns, key=lambda turn: turn[:2])]

    def _start(self) -> None:
        """Begin what can be begun: within one conversation a question waits for the answer before it."""
        with self._lock:
            for job in self._queue():
                if len(self._running) < self._at_once and job.talk not in {other.talk for other in self._running}:
                    self._waiting.remove(job)
                    self._running.append(job)
                    Thread(target=self._work, args=(job,), daemon=True).start()

    def _work(self, job: Job) -> None:
        last = job.exchange
        try:
            for *_, last in answering(self._assistant, job.exchange.question, job.before(), job.stop, job.limit):
                if not last.done:
                    job.exchange = last
        except Exception:  # of the conversation's file, say: the queue must go on
            log.exception("no answer to %.200r", last.question)
            last = replace(last, error=UNEXPECTED)
        self._end(job, last if last.done else replace(last, stopped=True))

    def _end(self, job: Job, exchange: Exchange) -> None:
        try:
            self._keep(job.turn, exchange)  # before it is shown as done: then it is there
        except Exception:  # a full disk: the answer is shown all the same
            log.exception("turn %s was not kept", job.turn)
            exchange = replace(exchange, error=exchange.error or NOT_KEPT)
        with self._lock:
            if job in self._running:
                self._running.remove(job)
            rests = not self._running and not self._waiting
        job.exchange = exchange
        self._start()
        if rests:
            self._tidier.tidy()
