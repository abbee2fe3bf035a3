"""Messages between the load and the process that reads for it: pickled, Arrow's columns beside them uncopied."""

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
    """Sends a form by its name: the other side has the same, and comparing them stays cheap."""

    dispatch_table = copyreg.dispatch_table | {Form: lambda form: (forms.get, (form.kind,))}


def send(stream: IO[bytes], message: Any) -> None:
    """Write one message; OSError where nobody reads any more."""
    beside: list[pickle.PickleBuffer] = []
    text = io.BytesIO()
    _Pickler(text, protocol=5, buffer_callback=beside.append).dump(message)
    parts = [text.getbuffer(), *(part.raw() for part in beside)]
    stream.write(_COUNT.pack(len(parts)))
    stream.writelines(_LENGTH.pack(part.nbytes) for part in parts)
    for part in parts:
        stream.write(part)
    stream.flush()


def receive(stream: IO[bytes]) -> Any:
    """Read one message; EOFError where there will be none, or only half of one."""
    (count,) = _COUNT.unpack(_exactly(stream, _COUNT.size))
    lengths = [_LENGTH.unpack(_exactly(stream, _LENGTH.size))[0] for _ in range(count)]
    text, *beside = [_exactly(stream, length) for length in lengths]
    return pickle.loads(text, buffers=beside)


def _exactly(stream: IO[bytes], length: int) -> bytearray:
    part = bytearray(length)
    window = memoryview(part)
    while window:
        read = stream.readinto(window)
        if not read:
            raise EOFError
        window = window[read:]
    return part
