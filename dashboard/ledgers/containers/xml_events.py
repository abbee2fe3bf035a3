"""XML read as a stream of elements, without entities: a declared document type is refused, not expanded."""

from collections.abc import Callable, Collection, Iterable
from xml.parsers import expat

from dashboard.ledgers.errors import FileRefused

Attributes = dict[str, str]

_DOCTYPE = b"<!DOCTYPE"
# Each open element takes memory; sheets are a dozen deep at most.
_DEEPEST = 10_000


def refuse_document_type(head: bytes) -> None:
    """Raise FileRefused where the beginning of an XML part declares a document type, in any encoding."""
    if _DOCTYPE in head.replace(b"\x00", b"").upper():
        raise FileRefused("file_hostile")


def parse(
    blocks: Iterable[bytes],
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None] = lambda name: None,
    text: Callable[[str], None] | None = None,
    encoding: str | None = None,
    *,
    bare_attributes: bool = False,
) -> None:
    """Call back for every element's start and end by its local name, and for text; raises FileRefused.

    Attributes have their local names too; with ``bare_attributes`` they are known to have no prefixes.
    """
    parser = expat.ParserCreate(encoding)
    local = _LocalNames()
    depth = 0
    parser.buffer_text = True
    parser.buffer_size = 1 << 16
    parser.StartDoctypeDeclHandler = _refuse
    if bare_attributes:
        parser.StartElementHandler = lambda name, facts: start(local[name], facts)
    else:
        parser.StartElementHandler = lambda name, facts: start(
            local[name], {local[key]: value for key, value in facts.items()} if facts else {}
        )
    parser.EndElementHandler = lambda name: end(local[name])
    if text:
        parser.CharacterDataHandler = text
    try:
        for block in blocks:
            depth += _net_depth(block)
            if depth > _DEEPEST:
                raise FileRefused("file_damaged")
            parser.Parse(block, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise FileRefused("file_damaged") from error


class _LocalNames(dict[str, str]):
    """Names without their prefixes, each computed once."""

    def __missing__(self, name: str) -> str:
        self[name] = local = name.rpartition(":")[2]
        return local


def elements(data: bytes, names: Collection[str]) -> list[tuple[str, Attributes]]:
    """The elements of these local names in a part, in their order: name and attributes by local name."""
    matches: list[tuple[str, Attributes]] = []
    parse([data], lambda name, facts: matches.append((name, facts)) if name in names else None)
    return matches


def _net_depth(block: bytes) -> int:
    """Roughly how many more elements a block opens than it closes: text may look like a tag."""
    return block.count(b"<") - 2 * block.count(b"</") - block.count(b"/>") - block.count(b"<!") - block.count(b"<?")


def _refuse(*_: object) -> None:
    raise FileRefused("file_hostile")
