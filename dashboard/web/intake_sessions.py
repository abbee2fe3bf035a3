"""Desks whose page was reloaded or lost: kept in memory for a while, found again by a word in the page's address."""

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from dashboard.presenters.ledger_intake.session import IntakeSession

# What is on a desk are personal data: after so long unseen it is forgotten, and so are the oldest of very many.
_KEPT_S, _MOST = 1_800, 50


@dataclass
class _KeptSession:
    desk: IntakeSession
    session: str
    seen_s: float


class SessionStore:
    """Every desk with something on it, by a word that nobody can guess."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._kept: dict[str, _KeptSession] = {}
        self._lock = threading.Lock()

    def keep(self, desk: IntakeSession, session: str) -> str:
        """Keep what a session has on its desk; gives the word by which it is found again."""
        with self._lock:
            self._forget_old()
            word = next((word for word, one in self._kept.items() if one.desk is desk), None)
            word = word or secrets.token_urlsafe(16)
            # The newest stand last.
            self._kept.pop(word, None)
            self._kept[word] = _KeptSession(desk, session, self._now())
            return word

    def take(self, word: str, is_open: Callable[[str], bool]) -> IntakeSession | None:
        """The desk of that word, where the session it was kept for is not open any more: a copied address has none."""
        with self._lock:
            self._forget_old()
            found = self._kept.get(word)
            return found.desk if found and not is_open(found.session) else None

    def clear(self, desk: IntakeSession) -> None:
        """Keep a desk no longer: there is nothing on it."""
        with self._lock:
            self._kept = {word: one for word, one in self._kept.items() if one.desk is not desk}

    def _forget_old(self) -> None:
        oldest_s = self._now() - _KEPT_S
        young = [(word, one) for word, one in self._kept.items() if one.seen_s >= oldest_s]
        self._kept = dict(young[-_MOST:])


kept = SessionStore()
