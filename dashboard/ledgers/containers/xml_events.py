"""XML read as a stream of elements, without entities: a declared document type is refused, not expanded."""

from collections.abc import Callable, Iterable
from xml.parsers import expat

from dashboard.ledgers.containers.cells import Unreadable

Attributes = dict[str, str]

_DOCTYPE = b"<!DOCTYPE"


def refuse_document_type(head: bytes) -> None:
    """Raise Unreadable where the beginning of an XML part declares a document type, in any encoding."""
    if _DOCTYPE in head.replace(b"\x00", b"").upper():
        raise Unreadable("file_hostile")


def parse(
    blocks: Iterable[bytes],
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None] = lambda name: None,
    text: Callable[[str], None] | None = None,
    encoding: str | None = None,
) -> None:
    """Call back for every element's start and end by its local name, and for text; raises Unreadable."""
    parser = expat.ParserCreate(encoding, namespace_separator=" ")
    parser.buffer_text = True
    parser.buffer_size = 1 << 16
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = lambda name, facts: start(
        name.rpartition(" ")[2], {key.rpartition(" ")[2]: value for key, value in facts.items()}
    )
    parser.EndElementHandler = lambda name: end(name.rpartition(" ")[2])
    if text:
        parser.CharacterDataHandler = text
    try:
        for block in blocks:
            parser.Parse(block, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise Unreadable("file_damaged") from error


def elements(data: bytes) -> list[tuple[str, Attributes]]:
    """The elements of a small part in their order: local name and attributes by local name."""
    found: list[tuple[str, Attributes]] = []
    parse([data], lambda name, facts: found.append((name, facts)))
    return found


def _refuse(*_: object) -> None:
    raise Unreadable("file_hostile")
