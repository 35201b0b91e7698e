"""Checkpoints in a local file: a mapping that survives the process."""
from __future__ import annotations

import fcntl
import json
import os
import pathlib
import tempfile
import threading
from contextlib import contextmanager
from typing import Any, Dict, Iterator, MutableMapping, Union

MAX_CHECKPOINTS = 1000
MAX_BYTES = 16 << 20
DEFAULT_FILE = ".recourse-checkpoints.json"


class Checkpoints(MutableMapping[str, Any]):
    """Name -> state, each as JSON.  Written whole, by a rename, under a lock of
    the file, so that processes that share it lose nothing.

    ValueError: too many, or too large; TypeError: a state is not JSON.
    Thread safety: safe for concurrent use.
    """

    def __init__(self, path: Union[str, "os.PathLike[str]"] = DEFAULT_FILE) -> None:
        self.path = pathlib.Path(path)
        self._mutex = threading.Lock()

    def __getitem__(self, key: str) -> Any:
        return self._read()[key]

    def __setitem__(self, key: str, state: Any) -> None:
        try:
            json.dumps(state)
        except (TypeError, ValueError) as error:
            raise TypeError(f"checkpoint '{key}' is not JSON: {error}") from error
        with self._changed() as states:
            states[key] = state
            if len(states) > MAX_CHECKPOINTS:
                raise ValueError(f"more than {MAX_CHECKPOINTS} checkpoints: clear some")

    def __delitem__(self, key: str) -> None:
        with self._changed() as states:
            del states[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._read())

    def __len__(self) -> int:
        return len(self._read())

    def clear(self) -> None:
        if self._read():
            with self._changed() as states:
                states.clear()

    def _read(self) -> Dict[str, Any]:
        try:
            return dict(json.loads(self.path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return {}

    @contextmanager
    def _changed(self) -> Iterator[Dict[str, Any]]:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self._mutex, open(f"{self.path}.lock", "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            states = self._read()
            yield states
            text = json.dumps(states)
            if len(text) > MAX_BYTES:
                raise ValueError(f"checkpoints are more than {MAX_BYTES} bytes: clear some")
            with tempfile.NamedTemporaryFile("w", dir=self.path.parent, delete=False,
                                             encoding="utf-8") as new:
                new.write(text)
                new.flush()
                os.fsync(new.fileno())
            os.replace(new.name, self.path)
