"""Clocks while an audit listens: everybody reads the time that it is, the listener hears, nothing stays behind."""

from __future__ import annotations

import datetime
import pickle
import time
from functools import partial
from pathlib import Path
from types import FrameType

import numpy as np
import pandas as pd
import pytest

from engine.audit import clocks
from engine.audit.clocks import DAYS, told_of_clocks
from engine.audit.text import CLOCKS, files_of
from engine.audit.words import compiled

READ = {
    "time.time": (lambda: time.time(), time.time),
    "time.perf_counter": (lambda: next(iter(time.perf_counter, None)), time.perf_counter),
    "date.today": (lambda: datetime.date.today(), datetime.date.today),
    "datetime.now": (lambda: partial(datetime.datetime.now)(), datetime.datetime.now),
    "datetime.utcnow": (lambda: datetime.datetime.utcnow(), datetime.datetime.utcnow),
}


class Heard:
    def __init__(self) -> None:
        self.clocks: list[str] = []
        self.files: set[str] = set()

    def __call__(self, frame: FrameType, clock: str) -> None:
        self.clocks.append(clock)
        self.files.add(frame.f_code.co_filename)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("name", READ)
def test_a_clock_that_is_read_is_told_once_with_its_reader_and_goes_right(name: str) -> None:
    heard = Heard()
    read, before = READ[name][0], READ[name][1]()
    with told_of_clocks(heard):
        between = read()
    assert before <= between <= READ[name][1]()
    assert (heard.clocks, heard.files) == ([name], {__file__})
    read()
    assert len(heard.clocks) == 1


def test_pandas_is_heard_through_the_clock_that_it_asks() -> None:
    heard = Heard()
    with told_of_clocks(heard):
        pd.to_datetime("2020-01-01")  # the first time the library asks for the names of months
        assert "datetime.now" not in heard.clocks
        heard.clocks.clear()
        now = [pd.Timestamp.now(), pd.Timestamp("today"), pd.to_datetime("now"), pd.Period.now("D").start_time]
    assert heard.clocks == ["datetime.now"] * len(now)
    assert len({one.tz_localize(None).date() for one in now} | {datetime.date.today()}) <= 2


def test_all_is_as_it_was_afterwards_also_after_an_error_and_within_another_listener() -> None:
    functions = {name: getattr(time, name) for name in CLOCKS if hasattr(time, name)}
    methods = [vars(kind)[name] for kind, name in DAYS]
    outer, inner = Heard(), Heard()
    with told_of_clocks(outer):
        with pytest.raises(ZeroDivisionError), told_of_clocks(inner):
            int(time.time()) / 0
        kept = time.time
        time.monotonic()
        assert isinstance(pickle.loads(pickle.dumps(datetime.datetime.now())), datetime.datetime)
    assert (outer.clocks, inner.clocks) == (["time.monotonic", "datetime.now"], ["time.time"])
    assert {name: getattr(time, name) for name in functions} == functions
    assert all(vars(kind)[name] is one for (kind, name), one in zip(DAYS, methods, strict=True))
    assert abs(kept() - time.time()) < 60.0
    assert len(outer.clocks) == 2


def test_clocks_that_are_put_on_agree_with_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clocks._ON, "seconds", 1000 * 86400.0)
    days = datetime.timedelta(1000)
    with told_of_clocks(Heard()):
        late = [datetime.datetime.now(), datetime.datetime.today(), datetime.datetime.fromtimestamp(time.time())]
        late += [datetime.datetime.fromtimestamp(time.time_ns() / 1e9)]
        day = datetime.date.today()
    assert all(abs(one - days - datetime.datetime.now()) < datetime.timedelta(minutes=1) for one in late)
    assert day - days in (datetime.date.today(), datetime.date.today() - datetime.timedelta(1))


SOURCE = '''
"""Its text."""
import sys


class One:
    def __init__(self, size):
        self.size = size


class Two(One):
    def __init__(self, size):
        super().__init__(size + 1)
        self.names = sorted(locals())


def lines():
    return sys._getframe().f_lineno, [
        sys._getframe(1).f_lineno for _ in range(2)]


def later(*given, **more):
    yield from (max(given), more.get("one", str("none")))


answers = [
    Two(3).size, Two(1).names, *later(1, 2, one=3), np.datetime64("2020-01-01").astype(int),
    f"{len('abc')!r:>{int('4')}}",
    (lambda x, *, y=abs(-2): x ** y)(3), np.array(["now", "today"]).tolist(), [c(3) for c in (float, str)], __doc__,
]
lines = lines()
'''


def test_code_that_tells_of_numpy_does_what_the_code_as_written_does() -> None:
    heard = Heard()
    told, plain = {"np": np}, {"np": np}
    exec(compiled(heard, SOURCE, "mine.py", told), told)
    exec(compile(SOURCE, "mine.py", "exec"), plain)
    assert told["answers"] == plain["answers"]
    assert told["lines"] == plain["lines"]
    assert heard.clocks == []


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("np.datetime64(word)", "numpy.datetime64"),
        ("np.full(2, word, 'M8[D]')", "numpy.full"),
        ("np.asarray([('2020-01-01', word)], dtype='M8[s]')", "numpy.asarray"),
        ("np.array([word], dtype=object).astype('M8[D]')", "numpy.astype"),
        ("np.is_busday(word)", "numpy.is_busday"),
    ],
)
def test_numpy_asked_for_the_time_is_told_whatever_holds_the_word(text: str, clock: str) -> None:
    heard = Heard()
    names = {"np": np, "word": "Today"}
    exec(compiled(heard, text, "mine.py", names), names)
    assert (heard.clocks, heard.files) == ([clock], {"mine.py"})
    names["word"] = "2020-01-02"
    exec(compiled(heard, text, "mine.py", names), names)
    assert len(heard.clocks) == 1


def test_files_beside_a_strategy_are_those_that_it_imports_and_these_import(tmp_path: Path) -> None:
    for name, text in {
        "one.py": "import two\nimport numpy",
        "two.py": "from one import x",
        "three.py": "x = 1",
    }.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "four").mkdir()
    (tmp_path / "four/__init__.py").write_text("no Python at all")
    mine = tmp_path / "mine.py"
    found = files_of(mine, "def score(past):\n    import one, four.five\n    from . import three\n")
    assert [*found] == [mine, tmp_path / "one.py", tmp_path / "four/__init__.py", tmp_path / "two.py"]
