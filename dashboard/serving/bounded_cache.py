"""A cache of limited size, shared by all sessions of the server."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class _Entry:
    lock: threading.Lock = field(default_factory=threading.Lock)
    is_made: bool = False
    value: Any = None


class BoundedCache:
    """Values by key, each made once however many ask at the same time; at most ``most``, the least used goes first.

    Not `functools.lru_cache`, which cannot keep the function that makes a value out of the key.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._entries: OrderedDict[Hashable, _Entry] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """The value of a key, made by ``make`` where there is none; an error of ``make`` is raised and not kept."""
        with self._lock:
            entry = self._entries.setdefault(key, _Entry())
            self._entries.move_to_end(key)
            if len(self._entries) > self._most:
                self._entries.popitem(last=False)
        if entry.is_made:
            return entry.value
        with entry.lock:
            if not entry.is_made:
                entry.value = make()
                entry.is_made = True
        return entry.value

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()
