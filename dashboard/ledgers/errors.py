"""The errors with which reading, loading and removing end; each leads to one Chinese sentence for the user."""

from typing import Any


class _CodedError(Exception):
    """An error whose sentence is a message of ``data/messages.toml``.

    code: code of the message.
    details: values for the placeholders of its sentence.
    """

    def __init__(self, code: str, **details: Any) -> None:
        super().__init__(code)
        self.code = code
        self.details = details


class FileRefused(_CodedError):
    """A file that is not a readable table, or holds more than any ledger does."""


class SheetRefused(_CodedError):
    """A sheet that cannot be loaded as a ledger."""


class BoundariesRefused(_CodedError):
    """A GeoJSON file without usable features."""


class RemovalRefused(Exception):
    """Rows that cannot be removed as requested; the error's text is one Chinese sentence."""


class CorrectionsInvalid(Exception):
    """A ``data/corrections.toml`` that cannot be used; the error's text is one Chinese sentence naming the entry."""
