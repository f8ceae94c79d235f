"""The catalogue of clean strategies: what honest files do, odd as some of it looks; none may be accused."""

from __future__ import annotations

from dataclasses import dataclass, field
from textwrap import dedent


@dataclass(frozen=True)
class Clean:
    """A strategy that decides on the past alone. files: what else lies on the desk."""

    name: str
    source: str
    changes: dict[str, object] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.name.replace(" ", "_")


WEIGHTS: dict[str, object] = {"stance": None, "tilt": None}
RANKED: dict[str, object] = {"stance": "{rule: rank, top: 1}", "tilt": "{two: {over: 0.1, from: same}}"}
IMPULSE: dict[str, object] = {"stance": "{rule: impulse, hold_sessions: 20, half_life_sessions: 5}"}
THRESHOLD: dict[str, object] = {"stance": "{rule: threshold, enter: 0.5, exit: 0.0, sides: both}"}


def of_score(name: str, body: str, head: str = "", changes: dict[str, object] | None = None, **files: str) -> Clean:
    """A strategy whose `score` is this body."""
    lines = "\n    ".join(dedent(body).strip().splitlines())
    source = (
        f'"""Honest."""\nimport numpy as np\nfrom engine.signals import *\n{dedent(head).strip()}\n\n\n'
        f'def score(past, *, sleeve: str = "one", n: int = 20):\n    levels = past.sleeve(sleeve)\n    {lines}\n'
    )
    return Clean(name, source, changes or {}, {f"strategies/{name}.py": text for name, text in files.items()})


def of_weights(name: str, body: str, head: str = "", changes: dict[str, object] | None = None) -> Clean:
    """A strategy whose `weights` is this body."""
    lines = "\n    ".join(dedent(body).strip().splitlines())
    source = f'"""Honest."""\nimport numpy as np\n{dedent(head).strip()}\n\n\ndef weights(past):\n    {lines}\n'
    return Clean(name, source, WEIGHTS | (changes or {}))


RISE = "return momentum(levels, n) * 20"
CLEAN = [
    of_score("momentum", RISE),
    of_score("momentum by threshold", RISE, changes=THRESHOLD),
    of_score("momentum in tranches", RISE, changes={"every": "{sessions: 15}", "tranches": 3}),
    of_score("momentum on news", RISE, changes={"every": "{on: late}", "offset": 1}),
    of_score("momentum bought once", RISE, changes={"every": "once"}),
    of_score("momentum on change, later, at cost", RISE,
             changes={"rebalance": "on_change", "trade": "{after: 3, commission_bps: 10}"}),
    of_score("reversal", "return -momentum(levels, 5) * 20"),
    of_score("its own past", "return z_score(past.history(rise, sleeve, n), 40)",
             head="def rise(past, sleeve, n):\n    return momentum(past.sleeve(sleeve), n)"),
    of_score("the past of the past of it", "return float(past.history(smooth, sleeve)[-1]) * 20", head="""
        def rise(past, sleeve):
            return momentum(past.sleeve(sleeve), 20)
        def smooth(past, sleeve):
            return float(past.history(rise, sleeve)[-10:].mean())"""),
    of_score("a partial signal", "return z_score(past.history(RISE, sleeve), 40)", head="""
        from functools import partial
        def rise(past, sleeve, *, n):
            return momentum(past.sleeve(sleeve), n)
        RISE = partial(rise, n=10)"""),
    of_score("a signal made on the spot", "return z_score(past.history(lambda p: momentum(p.sleeve(sleeve), n)), 40)"),
    of_score("the mean of all the past", "return float(np.log(levels[-1]) - np.log(levels[20:]).mean()) * 3"),
    of_score("exponential weights",
             "return float((np.diff(np.log(levels))[::-1] * 0.97 ** np.arange(len(levels) - 1)).sum()) * 9"),
    of_score("no opinion at times", "return None if momentum(levels, 5) < 0 else momentum(levels, n) * 20"),
    of_score("may not always enter", "return Score(momentum(levels, n) * 20, may_enter=levels[-1] > levels[-2])",
             changes=THRESHOLD),
    of_score("news of a late series",
             "new = past.new('late')\nreturn float(new[-1] / new[0] - 1) * 99 if len(new) else None",
             changes=IMPULSE),
    of_score("a shock and how long ago", """
        moves = np.diff(np.log(levels[-61:]))
        shocks = np.flatnonzero(np.abs(moves) > 2 * moves.std())
        if not len(shocks):
            return 0.0
        return Score(float(np.sign(moves[shocks[-1]])), sessions_ago=int(len(moves) - 1 - shocks[-1]))
        """, changes=IMPULSE),
    of_score("a late series", "known = past.series('late')\nreturn z_score(known[known == known], 60)"),
    of_score("the calendar", "return 1.0 if past.today.month in (11, 12, 1, 2, 3, 4) else -1.0"),
    of_score("each of its assets", "return {one: momentum(past.asset(one), n) for one in past.members('two')}",
             changes=RANKED),
    of_score("a seeded bootstrap", """
        moves = np.diff(np.log(levels[-121:]))
        drawn = np.random.default_rng(7).choice(moves, (200, 20)).sum(axis=1)
        return float(drawn.mean() / drawn.std())"""),
    of_score("reseeds the global generator", """
        random.seed(past.today.toordinal())
        return momentum(levels, random.choice((10, 20, 30))) * 20""", head="import random"),
    of_score("remembers what is always the same", "return rise(tuple(levels[-n:].round(12))) * 20", head="""
        from functools import lru_cache
        @lru_cache(maxsize=None)
        def rise(levels):
            return levels[-1] / levels[0] - 1"""),
    of_score("remembers days by their own answer", """
        key = (past.today, sleeve, n)
        if key not in SEEN:
            SEEN[key] = momentum(levels, n) * 20
        return SEEN[key]""", head="SEEN = {}"),
    of_score("pandas", "return float(pd.Series(np.diff(np.log(levels))).ewm(span=n).mean().iloc[-1]) * 200",
             head="import pandas as pd"),
    of_score("statistics and decimals", "return float(Decimal(str(median(np.diff(np.log(levels))[-n:])))) * 200",
             head="from decimal import Decimal\nfrom statistics import median"),
    of_score("least squares", """
        days = np.column_stack([np.ones(n), np.arange(n)])
        return float(np.linalg.lstsq(days, np.log(levels[-n:]), rcond=None)[0][1]) * 500"""),
    of_score("classes of its own", "return Rise(n).of(levels)", head="""
        from collections import namedtuple
        from dataclasses import dataclass
        Pair = namedtuple("Pair", "first last")
        @dataclass(frozen=True)
        class Rise:
            n: int
            def of(self, levels):
                pair = Pair(levels[-1 - self.n], levels[-1])
                return float(pair.last / pair.first - 1) * 20"""),
    of_score("a helper beside it", "return helper_rise(levels, n)", head="""
        import sys
        sys.path.insert(0, __file__.rpartition('/')[0])
        from helper_of_the_clean import helper_rise
        sys.path.pop(0)""",
        helper_of_the_clean="def helper_rise(levels, n):\n    return float(levels[-1] / levels[-n] - 1) * 20\n"),
    of_score("talks and warns", """
        print("deciding on", past.today)
        logging.getLogger("mine").warning("deciding")
        warnings.warn("deciding", stacklevel=1)
        return momentum(levels, n) * 20""", head="import logging\nimport warnings"),
    of_score("a time zone", "return float(closing(past.today).utcoffset().total_seconds() < -4.5 * 3600)", head="""
        from datetime import datetime, time
        from zoneinfo import ZoneInfo
        def closing(day):
            return datetime.combine(day, time(16), ZoneInfo("America/New_York"))"""),
    of_score("names that mean something else", """
        time, now = np.arange(n), {"now": levels[-1], "today": levels[-n]}
        return float(now["now"] / now["today"] - 1) * 20 + 0.0 * time.mean()"""),
    of_score("days reckoned with", """
        first = date.fromisoformat("2019-12-31") + timedelta(days=1)
        ends = pd.date_range(end=past.today, periods=3, freq="D")
        return float((past.today - first).days % 7 - 3) / 3 + 0.0 * len(pd.to_datetime(past.dates)) * len(ends)""",
             head="from datetime import date, timedelta\nimport pandas as pd"),
    of_score("words that are no times", """
        names = np.array(["now", "today"])
        kept = np.asarray([names[0], WHEN]).astype(str)
        first = np.datetime64("2019-12-31") + np.arange(3, dtype="m8[D]")
        days = np.array(["2019-12-31", str(past.today)], dtype="datetime64[D]").astype("int64")
        open_days = np.busday_count("2019-12-31", past.dates[-1])
        return float((days[1] - days[0] + open_days) % 5 - 2) / 2 + 0.0 * len(kept) * len(first)""",
             head="WHEN = 'today'"),
    of_score("days of dateutil and pandas", """
        day = parser.parse(past.today.isoformat()).date()
        same = pd.Timestamp(str(past.today)).to_period("M").start_time
        return float((day - same.date()).days % 7 - 3) / 3 + 0.0 * len(pd.bdate_range(same, day))""",
             head="import pandas as pd\nfrom dateutil import parser"),
    of_score("classes that inherit, closures and decorators", """
        return Twice(n).of(levels) + 0.0 * len(locals()) * sum(one(1.0) for one in made(3))""", head="""
        from functools import cached_property, singledispatch, wraps
        def traced(function):
            @wraps(function)
            def inner(*given, **more):
                return function(*given, **more)
            return inner
        def made(count):
            return [lambda x, k=k: x * k for k in range(count)]
        @singledispatch
        def shown(value): return str(value)
        @shown.register
        def _(value: float): return f"{round(value, 2):.2f}"
        class Rise:
            def __init__(self, n): self.n = n
            @cached_property
            def factor(self): return float(shown(20.0))
            @traced
            def of(self, levels):
                return float(levels[-1] / levels[-1 - self.n] - 1) * self.factor
        class Twice(Rise):
            def __init__(self, n):
                super().__init__(n)
            def of(self, levels):
                return 2 * super().of(levels)"""),
    of_score("windows and strides", """
        windows = np.lib.stride_tricks.sliding_window_view(levels, n)
        again = np.lib.stride_tricks.as_strided(levels[-n:], (n // 2,), (2 * levels.strides[0],), writeable=False)
        return float(windows[-1].mean() / again.mean() - 1) * 20"""),
    of_score("generators and contexts", """
        with careful():
            steps = (one / other - 1 for one, other in zip(levels[-n:], levels[-n - 1 :]))
            rise = sum(itertools.islice(steps, n))
        with careful():
            raise ValueError("caught")
        return float(rise) * 20""", head="""
        import contextlib
        import itertools
        @contextlib.contextmanager
        def careful():
            with np.errstate(all="ignore"), contextlib.suppress(ValueError):
                yield"""),
    of_score("a table in its own text", """
        rows = pd.read_csv(io.StringIO("month,lean\\n1,0.5\\n7,-0.5")).set_index("month").lean
        known = {int(row["month"]): float(row["lean"]) for row in csv.DictReader(["month,lean", "4,0.25"])}
        return float(rows.get(past.today.month, known.get(past.today.month, 0.0)))""",
             head="import csv\nimport io\nimport pandas as pd"),
    of_score("digests, copies and a generator of its own", """
        seed = int(hashlib.sha256((levels[-n:] / levels[-1]).round(9).tobytes()).hexdigest()[:8], 16)
        kept = pickle.loads(pickle.dumps(copy.deepcopy({"rise": momentum(levels, n)})))
        return kept["rise"] * 20 + 1e-3 * random.Random(seed).random()""",
             head="import copy\nimport hashlib\nimport pickle\nimport random"),
    of_score("enumerations, signatures and types", """
        assert [*inspect.signature(leans).parameters] == ["rise"] and get_type_hints(leans)["rise"] is float
        return leans(momentum(levels, n)).value * 0.5""", head="""
        import enum
        import inspect
        from typing import get_type_hints
        class Lean(enum.Enum):
            OVER = 1.0
            UNDER = -1.0
        def leans(rise: float):
            return Lean.OVER if rise > 0 else Lean.UNDER"""),
    of_score("a main of its own", "return momentum(levels, n) * 20", head="""
        if __name__ == "__main__":
            import sys
            from datetime import datetime
            print(sys.argv, datetime.now())"""),
    of_score("tries and fails", """
        try:
            return float(levels[-1] / levels[-10 * len(levels)] - 1)
        except IndexError:
            return momentum(levels, n) * 20"""),
    of_score("a library", "return momentum(levels, n) * 20 * json.loads('1.5')", head="import json"),
    of_score("a constant", "return 0.75"),
    of_score("annotated", "return momentum(levels, n) * 20", head="from engine.market.past import Past"),
    of_weights("equal weights", "names = past.members('one')\nreturn dict.fromkeys(names, 1 / len(names))"),
    of_weights("policy weights", "return past.policy()"),
    of_weights("inverse volatility", """
        names = [*past.members("one"), *past.members("two")]
        risk = {one: np.nanstd(np.diff(np.log(past.asset(one)[-60:]))) for one in names}
        whole = sum(1 / value for value in risk.values())
        return {one: float(1 / value / whole) for one, value in risk.items()}"""),
    of_weights("what has risen most", """
        rise = {one: past.asset(one)[-1] / past.asset(one)[-21] for one in past.members("one") + past.members("two")}
        return {max(rise, key=rise.get): 1.0}"""),
]  # fmt: skip
