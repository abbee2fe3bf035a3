"""Messages between a load and its reader process: pickled, with the buffers of Arrow after them, uncopied."""

import copyreg
import io
import pickle
import struct
from typing import IO, Any

from dashboard.definitions import forms
from dashboard.definitions.forms import Form

_COUNT = struct.Struct("<I")
_LENGTH = struct.Struct("<Q")


class _Pickler(pickle.Pickler):
    """Sends a form by its kind, since the other side has the same form, which is then compared by identity."""

    dispatch_table = copyreg.dispatch_table | {Form: lambda form: (forms.get, (form.kind,))}


def send(stream: IO[bytes], message: Any) -> None:
    """Write one message; OSError where the other side has ended."""
    buffers: list[pickle.PickleBuffer] = []
    text = io.BytesIO()
    _Pickler(text, protocol=5, buffer_callback=buffers.append).dump(message)
    parts = [text.getbuffer(), *(part.raw() for part in buffers)]
    stream.write(_COUNT.pack(len(parts)))
    stream.writelines(_LENGTH.pack(part.nbytes) for part in parts)
    for part in parts:
        stream.write(part)
    stream.flush()


def receive(stream: IO[bytes]) -> Any:
    """Read one message; EOFError where the other side ended before or within it."""
    (count,) = _COUNT.unpack(_exactly(stream, _COUNT.size))
    lengths = [_LENGTH.unpack(_exactly(stream, _LENGTH.size))[0] for _ in range(count)]
    text, *buffers = [_exactly(stream, length) for length in lengths]
    return pickle.loads(text, buffers=buffers)


def _exactly(stream: IO[bytes], length: int) -> bytearray:
    part = bytearray(length)
    window = memoryview(part)
    while window:
        read = stream.readinto(window)
        if not read:
            raise EOFError
        window = window[read:]
    return part
