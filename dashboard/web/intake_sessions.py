"""Intake sessions whose page was reloaded or lost: kept in memory for a while, by a word in the page's address."""

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from dashboard.presenters.ledger_intake.session import IntakeSession

# Uploads hold personal data: after so long unseen they are dropped, and so are the oldest of very many.
_KEPT_S, _MOST = 1_800, 50


@dataclass
class _KeptSession:
    intake: IntakeSession
    browser_session: str
    seen_s: float


class SessionStore:
    """Every intake session with something in it, by a word that nobody can guess."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._kept: dict[str, _KeptSession] = {}
        self._lock = threading.Lock()

    def keep(self, intake: IntakeSession, browser_session: str) -> str:
        """Keep the intake of a browser session; the word by which it can be taken up again."""
        with self._lock:
            self._forget_old()
            word = next((word for word, kept in self._kept.items() if kept.intake is intake), None)
            word = word or secrets.token_urlsafe(16)
            # The newest come last.
            self._kept.pop(word, None)
            self._kept[word] = _KeptSession(intake, browser_session, self._now())
            return word

    def take(self, word: str, is_open: Callable[[str], bool]) -> IntakeSession | None:
        """The intake of a word; None while the browser session it was kept for is open (a copied address)."""
        with self._lock:
            self._forget_old()
            kept = self._kept.get(word)
            return kept.intake if kept and not is_open(kept.browser_session) else None

    def clear(self, intake: IntakeSession) -> None:
        """Keep an intake no longer: there is nothing in it."""
        with self._lock:
            self._kept = {word: kept for word, kept in self._kept.items() if kept.intake is not intake}

    def _forget_old(self) -> None:
        oldest_s = self._now() - _KEPT_S
        young = [(word, kept) for word, kept in self._kept.items() if kept.seen_s >= oldest_s]
        self._kept = dict(young[-_MOST:])


store = SessionStore()
