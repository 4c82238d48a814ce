"""Stopping an answer at once: its events come from a thread, so that a silent server cannot hold the page."""

from collections.abc import Iterator
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import TypeVar

T = TypeVar("T")

_LOOK = 0.05  # seconds between two looks at the stop flag


def until(stop: Event, events: Iterator[T]) -> Iterator[T]:
    """The `events` until `stop` is set, here by whoever leaves before their end; raises what they raise.

    The thread ends with the event that it waits for.
    """
    queue: SimpleQueue = SimpleQueue()
    Thread(target=_fill, args=(queue, stop, events), daemon=True).start()
    try:
        while not stop.is_set():
            try:
                event, error, ended = queue.get(timeout=_LOOK)
            except Empty:
                continue
            if error:
                raise error
            if ended:
                return
            yield event
    except GeneratorExit:
        stop.set()
        raise


def _fill(queue: SimpleQueue, stop: Event, events: Iterator) -> None:
    try:
        for event in events:
            queue.put((event, None, False))
            if stop.is_set():
                break
        queue.put((None, None, True))
    except Exception as error:  # raised again where the events are taken
        queue.put((None, error, True))
