"""The watch: what a strategy does beside computing, seen while it is loaded and asked.

Python tells an audit hook (PEP 578) of every file, folder, socket and process, and of looking at frames and at other
objects of the interpreter; a profile function sees calls that no hook is told of: the environment, the system's random
numbers, the engine's own functions. Clocks tell themselves that they are read; the profile function sees those that a
library kept for itself. What importing, warning and telling time zones read is not held against a strategy.
"""

from __future__ import annotations

import _thread
import builtins
import datetime
import importlib
import os
import resource
import sys
import sysconfig
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

from engine.audit.clocks import told_of_clocks
from engine.audit.text import CLOCKS, imported

ENGINE = str(Path(__file__).resolve().parent.parent) + os.sep
#: Where Python and its packages lie: what stands there is no strategy. Python looks for its own in an archive too.
LIBRARIES = tuple(
    {
        f"{place}{os.sep}"
        for key in ("stdlib", "platstdlib", "purelib", "platlib")
        for place in (sysconfig.get_path(key), os.path.realpath(sysconfig.get_path(key)))
    }
    | {
        os.path.join(place, f"python{sys.version_info[0]}{sys.version_info[1]}.zip")
        for place in (os.path.join(prefix, sys.platlibdir) for prefix in (sys.prefix, sys.base_prefix))
    }
)
#: What a strategy may call in the engine.
OPEN_ROOMS = (f"{ENGINE}signals{os.sep}", f"{ENGINE}market{os.sep}past.py", f"{ENGINE}audit{os.sep}")
#: Library modules that read files for reasons of their own: code, and what lies in libraries; no data.
EXCUSED = ("importlib", "linecache.py", "warnings.py", "traceback.py", "zoneinfo", "locale.py", "encodings", "numba")
CODE = (".py", ".pyc", ".so", ".pyd", ".dll", ".dylib", ".pth", ".nbi", ".nbc")

_FILES = "looks into a folder"
_NETWORK = "reaches for the network"
_PROCESS = "starts another process"
_OBJECTS = "searches the objects of the interpreter"
_FRAMES = "looks at its callers"
_CHANGES = "changes files"
_BLINDS = "turns the watch off"
_WATCHED = "asks whether it is watched"
_SELF = "asks who it is"
_THREAD = (
    "starts a thread: what it does there nobody sees, and no decision needs one; do the work in the function itself"
)
#: Audit events by what they mean. Those of NEAREST count only where the strategy itself is the caller.
EVENTS: Mapping[str, str] = {
    "open": "opens",
    **dict.fromkeys(("os.listdir", "os.scandir", "os.walk", "os.fwalk", "glob.glob", "pathlib.Path.glob"), _FILES),
    **dict.fromkeys(("socket.__new__", "socket.connect", "socket.getaddrinfo", "urllib.Request"), _NETWORK),
    **dict.fromkeys(("subprocess.Popen", "os.system", "os.exec", "os.fork", "os.posix_spawn", "os.spawn"), _PROCESS),
    **dict.fromkeys(("gc.get_objects", "gc.get_referrers", "gc.get_referents"), _OBJECTS),
    **dict.fromkeys(("os.remove", "os.rename", "os.mkdir", "os.rmdir", "shutil.copyfile", "shutil.move"), _CHANGES),
    "sqlite3.connect": "opens a database",
    "mmap.__new__": "maps a file into memory",
    "sys._getframe": _FRAMES,
    "sys._current_frames": _FRAMES,
    "object.__getattr__": _FRAMES,
    "ctypes.dlopen": "reads memory",
    "ctypes.string_at": "reads memory",
    "ctypes.cdata": "reads memory",
    "os.putenv": "changes the environment",
    "socket.gethostname": _SELF,
    "builtins.input": "reads what is typed",
    **dict.fromkeys(("sys.setprofile", "sys.settrace", "sys.addaudithook"), _BLINDS),
}
NEAREST = (
    "sys._getframe", "object.__getattr__", "ctypes.dlopen", "ctypes.cdata", "sys.setprofile", "sys.settrace",
)  # fmt: skip
#: Attributes that hand out a frame, and from it its callers'.
FRAME_OF = ("tb_frame", "gi_frame", "cr_frame", "ag_frame")
#: Through these a strategy looks at frames, at the environment, at the clock, or starts threads.
BETWEEN = tuple(
    os.path.join("", *name.split("/"))
    for name in (
        "/inspect.py", "/os.py", "/_collections_abc.py", "/posixpath.py", "/ntpath.py", "/platform.py", "/threading.py",
        "/pkgutil.py", "/concurrent/futures/thread.py", "/email/utils.py",
    )
)  # fmt: skip

PANDAS = tuple(os.path.join(place, "pandas", "") for place in LIBRARIES)
IMPORT = importlib.import_module.__code__
_CLOCK = "reads the clock"
#: Of `os`, by what they mean.
_OF_OS = {
    "times": _CLOCK, "getpid": _SELF, "getppid": _SELF, "uname": _SELF, "getloadavg": _SELF, "getlogin": _SELF,
    "access": "looks at files", "stat": "looks at files", "lstat": "looks at files", "readlink": "looks at files",
}  # fmt: skip
#: Built-in functions that only a profile function sees.
CALLS: Mapping[Any, tuple[str, str]] = {
    **{getattr(time, name): (_CLOCK, f"time.{name}") for name in CLOCKS if hasattr(time, name)},
    **{
        getattr(_thread, name): (_THREAD, f"_thread.{name}")
        for name in ("start_new_thread", "start_joinable_thread")
        if hasattr(_thread, name)
    },
    **{getattr(os, name): (doing, f"os.{name}") for name, doing in _OF_OS.items() if hasattr(os, name)},
    datetime.datetime.now: (_CLOCK, "datetime.now"),
    datetime.datetime.utcnow: (_CLOCK, "datetime.utcnow"),
    datetime.datetime.today: (_CLOCK, "datetime.today"),
    datetime.date.today: (_CLOCK, "date.today"),
    os.urandom: ("draws random numbers of the system", "os.urandom"),
    builtins.__import__: ("imports what no `import` names", "__import__"),
    resource.getrusage: (_SELF, "resource.getrusage"),
    sys.getprofile: (_WATCHED, "sys.getprofile"),
    sys.gettrace: (_WATCHED, "sys.gettrace"),
}
#: Calls that count whoever makes them for the strategy; the others only where it is the caller itself.
FOR_IT = (os.urandom, os.stat, os.lstat)
#: How the environment is looked at.
ENVIRONMENT = ("__getitem__", "__iter__", "__len__", "__repr__", "copy")


@dataclass(frozen=True, slots=True)
class Watch:
    """What a strategy was seen doing. seen: `what it did` by place, `file:line`, in the order of time."""

    path: Path
    seen: dict[tuple[str, str], str] = field(default_factory=dict)

    @contextmanager
    def looking(self, closely: bool = True) -> Iterator[None]:
        """Watch what is done inside; `closely` also by a profile function, where no other profiler runs."""
        _install()
        own = closely and sys.getprofile() is None
        _WATCHING.append(self)
        if own:
            sys.setprofile(self._profile)
        try:
            with told_of_clocks(self.clock):
                yield
        finally:
            _WATCHING.remove(self)  # first, so that turning the profile off is nobody's doing
            if own:
                sys.setprofile(None)

    def hook(self, event: str, args: tuple[Any, ...]) -> None:
        """What an audit hook is told."""
        doing = EVENTS[event]
        if event == "object.__getattr__" and args[1] not in FRAME_OF:
            return
        about = os.fsdecode(args[0]) if args and isinstance(args[0], (str, bytes, os.PathLike)) else event
        if event == "open" and (about == event or _of_a_zone(about)):  # a file that is open already has no name
            return
        excused = event != "open" or about.endswith(CODE) or about.startswith(LIBRARIES)
        self._note(sys._getframe(2), doing, about, event in NEAREST, EXCUSED if excused else ())

    def clock(self, frame: FrameType | None, clock: str) -> None:
        """What is told of a clock; pandas asks one only for who asks it."""
        while frame is not None and frame.f_code.co_filename.startswith(PANDAS):
            frame = frame.f_back
        if frame is not None:
            self._note(frame, _CLOCK, clock, nearest=True)

    def _profile(self, frame: FrameType, event: str, arg: Any) -> None:
        if event == "c_call":
            if arg in CALLS:
                self._note(frame, *CALLS[arg], nearest=arg not in FOR_IT)
        elif event == "call":
            code = frame.f_code
            doing = _doing(code.co_filename, code.co_name) or (code is IMPORT and imported(frame.f_locals["name"]))
            if doing and frame.f_back is not None:
                self._note(frame.f_back, doing, code.co_name, nearest=True)

    def _note(
        self, frame: FrameType, doing: str, about: str, nearest: bool, excused: tuple[str, ...] = EXCUSED
    ) -> None:
        place = _place(frame, self.path, nearest, excused)
        if place is not None:
            self.seen.setdefault((place, doing), about)


_WATCHING: list[Watch] = []


@cache
def _install() -> None:
    """Once in a process: a hook cannot be taken back, and does nothing while nobody watches."""
    sys.addaudithook(_hook)


def _hook(event: str, args: tuple[Any, ...]) -> None:
    if _WATCHING and event in EVENTS:
        watch = _WATCHING.pop()  # what the watch itself does is not told
        try:
            watch.hook(event, args)
        finally:
            _WATCHING.append(watch)


def _place(frame: FrameType | None, path: Path, nearest: bool, excused: tuple[str, ...]) -> str | None:
    """`file:line` of the strategy's part in a call; None where it has none, or where the call is excused.

    nearest: only where the strategy's own lines, or those of BETWEEN, made the call. excused: words in the names of
    modules that may.
    """
    while frame is not None:
        file = frame.f_code.co_filename
        if file == str(path) or not _of_a_library(file):
            return f"{file}:{frame.f_lineno}"
        if file.startswith(OPEN_ROOMS[2]) or any(word in file for word in excused):
            return None
        if nearest and not file.startswith("<") and not file.endswith(BETWEEN):
            return None
        frame = frame.f_back
    return None


@cache
def _of_a_library(file: str) -> bool:
    return file.startswith(("<", ENGINE, *LIBRARIES))


def _of_a_zone(file: str) -> bool:
    """Whether a file is the system's of a time zone, where anybody asked for one."""
    return file.startswith(tuple(f"{place}{os.sep}" for place in getattr(sys.modules.get("zoneinfo"), "TZPATH", ())))


@cache
def _doing(file: str, function: str) -> str | None:
    """What calling a Python function means, where it means anything."""
    if file.startswith(ENGINE) and not file.startswith(OPEN_ROOMS):
        return "calls the engine's own"
    if os.path.basename(file) in ("os.py", "<frozen os>") and function in ENVIRONMENT:
        return "reads the environment"
    if function == "get_data" and "importlib" in file:
        return "opens what lies beside the code of a library"
    if os.path.basename(file) == "platform.py":
        return _SELF
    return None
