"""How many lines a file can hold at most: its line ends, counted while the engine is busy with it.

Where as many rows came out of a file, none of its lines can have been swallowed, and the engine need not count them.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Event

CHUNK = 1 << 20


@contextmanager
def counting(files: Sequence[str], threads: int) -> Iterator[Callable[[], Mapping[str, int | None]]]:
    """Counts beside what the context does, and stops when that ends; what is yielded waits for the counts."""
    stop = Event()
    pool = ThreadPoolExecutor(threads)
    counts = pool.map(partial(line_ends, stop=stop), files)
    try:
        yield lambda: dict(zip(files, counts, strict=True))
    finally:
        stop.set()
        pool.shutdown(cancel_futures=True)


def line_ends(file: str, chunk: int = CHUNK, stop: Event | None = None) -> int | None:
    """LF, CRLF and CR of `file`, and the end of its last line; read by `chunk` bytes, until `stop` is set.

    None for what is no file of this machine, what is compressed with anything but gzip, and what cannot be read.
    """
    if not Path(file).is_file() or file.lower().endswith(".zst"):
        return None
    ends, last = 0, b"\n"
    try:
        with gzip.open(file) if file.lower().endswith(".gz") else Path(file).open("rb", buffering=0) as opened:
            while (part := opened.read(chunk)) and not (stop and stop.is_set()):
                ends += part.count(b"\n") - (last == b"\r" and part.startswith(b"\n"))
                if b"\r" in part:
                    ends += part.count(b"\r") - part.count(b"\r\n")
                last = part[-1:]
    except (OSError, EOFError, zlib.error):
        return None
    return ends + (last not in b"\r\n")
