"""Text files: their encoding, delimiter and records. A text in more than one encoding is refused, not guessed."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator

from dashboard import language
from dashboard.ledgers.containers import text_rows
from dashboard.ledgers.containers.sheet import MOST_COLUMNS, Sheet, check_place
from dashboard.ledgers.errors import FileRefused

_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_DELIMITERS = (",", "\t", ";", "|", "，", "；")
_SAMPLE_CHARACTERS = 65_536
_SAMPLE_RECORDS = 50
_BLOCK_BYTES = 1 << 20
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?[^\S\r\n]*(\r\n|\r|\n|$)', re.I)
_LINE = re.compile(r"[^\r\n]+(?:\r\n?|\n|$)|\r\n?|\n")
_GUARDED = re.compile(r'="((?:[^"]|"")*)"')
# A Chinese character as UTF-8 writes most of them; GBK text seldom looks like one.
_UTF8_CHARACTER = re.compile(rb"[\xe3-\xef][\x80-\xbf]{2}")
_ASCII = bytes(range(128))
_FEWEST_UTF8 = 2
# UTF-16 has so many times more zero bytes at even than at odd places, or the other way round.
_CLEARLY_MORE = 5
# Delimiters and line ends alone give a table in UTF-16 more zero bytes than this.
_WIDE_SHARE = 0.03
# Text has hardly any control characters; a larger share is binary data.
_BINARY_SHARE = 0.05
# So many delimiters in one line are too many columns even where one cell, as long as may be, holds some of them.
_MOST_DELIMITERS = MOST_COLUMNS + csv.field_size_limit()


def unknown() -> str:
    """The name of a file of unknown kind."""
    return language.words("ledgers.kind_unknown")


def sheet(text: str) -> Sheet:
    """The records of a text file as a sheet without a name; raises FileRefused."""
    delimiter = None
    # Old programs end a text with this character.
    text = text.removesuffix("\x1a")
    if declared := _SEPARATOR_LINE.match(text):
        delimiter, text = declared[1], text[declared.end() :]
    delimiter = delimiter or _delimiter(text)
    if '"' not in text:
        check_place(text.count("\n") - 1, 0)
    if (plain := text_rows.read(text, delimiter)) is not None:
        return Sheet(None, plain, is_text=True)
    rows: list[list[str]] = []
    try:
        for record in csv.reader(_lines(text, delimiter), delimiter=delimiter, strict=True):
            check_place(len(rows), len(record) - 1)
            rows.append(record)
    except csv.Error as error:
        raise FileRefused("csv_unbalanced", line=_line_of(rows)) from error
    if '="' in text:
        for row in rows:
            for index, cell in enumerate(row):
                # Programs protect long digits from Excel by writing ="…".
                if cell.startswith('="') and (guarded := _GUARDED.fullmatch(cell)):
                    row[index] = guarded[1].replace('""', '"')
    return Sheet(None, rows, is_text=True)


def _lines(text: str, delimiter: str) -> Iterator[str]:
    """The lines of a text with their ends; raises FileRefused before a line becomes millions of cells."""
    # A stream of the text would be a copy of it, of four bytes a character.
    for match in _LINE.finditer(text):
        line = match[0]
        if len(line) > _MOST_DELIMITERS:
            check_place(0, line.count(delimiter) - csv.field_size_limit())
        yield line


def _line_of(rows: list[list[str]]) -> int:
    """The line at which the record after these begins; a quoted line break is one more line."""
    return 1 + len(rows) + sum(cell.count("\n") for row in rows for cell in row)


def decode(data: bytes) -> str:
    """The text of a file; raises FileRefused with the line where it is not in one encoding throughout."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return decode_as(data, encoding)
    if b"\x00" in data:
        return _wide(data)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    if is_binary(data):
        raise FileRefused("not_a_table", what=unknown())
    high_bytes = len(data.translate(None, _ASCII))
    in_utf8 = 3 * sum(
        len(_UTF8_CHARACTER.findall(data, start, start + _BLOCK_BYTES)) for start in range(0, len(data), _BLOCK_BYTES)
    )
    if 2 * in_utf8 > high_bytes:
        return decode_as(data, "utf-8")
    for number, line in enumerate(data.split(b"\n"), start=1):
        if _is_utf8(line):
            raise FileRefused("encodings_mixed", line=number)
    return decode_as(data, "gb18030")


def decode_as(data: bytes, encoding: str) -> str:
    """The text of data in one encoding; raises FileRefused with the line where it is in another."""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding == "utf-16":
            raise FileRefused("file_damaged") from error
        line = data.count(b"\n", 0, error.start) + 1
        code = "encodings_mixed" if encoding.startswith("utf-8") else "encoding_unknown"
        raise FileRefused(code, line=line) from error
    if "\x00" in text:
        raise FileRefused("text_with_nul", line=text.count("\n", 0, text.index("\x00")) + 1)
    return text


def _is_utf8(line: bytes) -> bool:
    """Whether a line of a GBK file is in UTF-8 beyond doubt."""
    if line.isascii() or len(_UTF8_CHARACTER.findall(line)) < _FEWEST_UTF8:
        return False
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _wide(data: bytes) -> str:
    """The text of UTF-16 without a byte-order mark, recognised by the zero bytes of its ASCII characters.

    Raises FileRefused for other data.
    """
    even, odd = data[::2].count(0), data[1::2].count(0)
    if len(data) % 2 == 0 and max(even, odd) > max(_CLEARLY_MORE * min(even, odd), _WIDE_SHARE * len(data)):
        try:
            text = data.decode("utf-16-le" if odd > even else "utf-16-be")
        except UnicodeDecodeError:
            text = ""
        if text and "\x00" not in text and not is_binary(text[:_SAMPLE_CHARACTERS].encode("utf-8", "replace")):
            return text
    if is_binary(data):
        raise FileRefused("not_a_table", what=unknown())
    raise FileRefused("text_with_nul", line=data.count(b"\n", 0, data.index(b"\x00")) + 1)


def is_binary(data: bytes) -> bool:
    """Whether control characters are so frequent that this was never text."""
    sample = data[:_SAMPLE_CHARACTERS]
    controls = sum(sample.count(code) for code in range(32) if code not in (9, 10, 13))
    return controls > _BINARY_SHARE * len(sample)


def _delimiter(text: str) -> str:
    """The delimiter that splits most of the first records into the same number of fields; a comma where none does."""
    sample = text[:_SAMPLE_CHARACTERS]
    if len(text) > len(sample):
        sample = sample[: sample.rfind("\n") + 1] or sample
    return max(_DELIMITERS, key=lambda delimiter: _consistency(sample, delimiter))


def _consistency(sample: str, delimiter: str) -> tuple[int, int]:
    """(number of records of the most frequent width, that width); (0, 0) where the delimiter splits nothing."""
    widths: Counter[int] = Counter()
    try:
        for record in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter):
            if any(record):
                widths[len(record)] += 1
            if widths.total() >= _SAMPLE_RECORDS:
                break
    except csv.Error:
        pass
    split = {width: count for width, count in widths.items() if width > 1}
    if not split:
        return 0, 0
    return max((count, width) for width, count in split.items())
