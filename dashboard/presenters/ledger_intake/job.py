"""Checking, loading and removing on a thread of their own.

A page that is left, reloaded or clicked twice in the middle neither stops a load nor starts it again.
"""

import contextlib
import logging
import shutil
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from dashboard.definitions.toml_files import DefinitionsInvalid
from dashboard.ledgers.errors import RemovalRefused
from dashboard.ledgers.layout.instructions import Instructions
from dashboard.ledgers.loading import load
from dashboard.ledgers.loading.removal import Removal
from dashboard.ledgers.reporting.report import Report
from dashboard.presenters.ledger_intake.uploads import PREFIX, Upload
from dashboard.warehouse import versions

_A_DAY_S = 86_400


class Job:
    """Work under way: ``share`` (0-1) and ``what`` for a progress bar, then ``result`` or ``error`` (one sentence)."""

    def __init__(self, run: Callable[[load.Progress], Report | Removal], after: "Job | None" = None) -> None:
        self.share = 0.0
        self.what = "准备"
        self.result: Report | Removal | None = None
        self.error = ""
        self._run = run
        # The store admits one at a time: a check that nobody waits for any more must end before the next begins.
        self._after = after
        self._ended = threading.Event()
        threading.Thread(target=self._work, name="intake", daemon=True).start()

    def wait(self, seconds: float) -> bool:
        """Wait for the end, at most so long; whether it has come."""
        return self._ended.wait(seconds)

    def _work(self) -> None:
        if self._after is not None:
            self._after._ended.wait()
            self._after = None
        try:
            self.result = self._run(self._progress)
        except (versions.StoreError, DefinitionsInvalid, RemovalRefused) as refusal:
            self.error = str(refusal)
        except OSError as failure:
            self.error = f"读写文件失败：{failure.strerror or '未知原因'}。已发布的数据没有改动。"
        except Exception as failure:
            # Where, but not what: the message of an error may quote personal data.
            frames = "".join(traceback.format_tb(failure.__traceback__))
            logging.getLogger(__name__).error("load failed: %s\n%s", type(failure).__name__, frames)
            self.error = "处理没有完成，已发布的数据没有改动。请重试；仍不成功时，请把文件交给系统管理员查看。"
        finally:
            self._ended.set()

    def _progress(self, share: float, what: str) -> None:
        self.share, self.what = min(max(share, 0.0), 1.0), what


def load_uploads(
    uploads: Sequence[Upload],
    instructions: Mapping[int, Instructions],
    root: Path,
    dry_run: bool,
    progress: load.Progress,
) -> Report:
    """Load from a folder that only this process's user can enter and that is gone afterwards.

    ``instructions`` are by position of the upload.
    """
    _sweep()
    with tempfile.TemporaryDirectory(prefix=PREFIX) as folder:
        files = []
        for place, upload in enumerate(uploads):
            # A folder each: two senders may give their files the same name.
            file = Path(folder) / f"{place:03d}" / upload.name
            file.parent.mkdir()
            file.write_bytes(upload.data)
            files.append(file)
        by_file = {files[place]: manual for place, manual in instructions.items() if place < len(files)}
        return load.load(files, root, dry_run=dry_run, progress=progress, by_file=by_file)


def _sweep() -> None:
    """Remove what a server that was killed in the middle of a load left behind: it holds personal data."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            if time.time() - folder.stat().st_mtime > _A_DAY_S:
                shutil.rmtree(folder)
