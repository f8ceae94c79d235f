"""The catalogue of planted faults: strategies that cheat, each with the check that has to catch it.

They fail in every way that a strategist has failed in, or that a clever one may try. `P` is the way to what the engine
keeps behind the past.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from textwrap import dedent
from typing import Any


@dataclass(frozen=True)
class Fault:
    """A strategy that cheats. checks: one of which has to accuse it. files: what else lies on the desk."""

    name: str
    checks: tuple[str, ...]
    source: str
    files: dict[str, str] = field(default_factory=dict)
    changes: dict[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.name.replace(" ", "_")


def of_score(name: str, check: str, body: str, head: str = "", **more: Any) -> Fault:
    """A fault whose `score` is this body; P the panel, t the session, levels those of the first sleeve."""
    lines = "\n    ".join(dedent(body).strip().splitlines())
    reach = "P = past._revealed.panel\n    " if "P." in body else ""
    source = (
        f'"""Cheats."""\nimport numpy as np\n{dedent(head).strip()}\n\n\ndef score(past, *, sleeve: str = "one"):\n'
        f"    {reach}t, levels = past.session, past.sleeve(sleeve)\n    {lines}\n"
    )
    return Fault(name, tuple(check.split(" or ")), source, **more)


LOOKS_AHEAD = [
    of_score("tomorrow's move", "future", """
        after = P.prices[min(t + 1, len(P.prices) - 1), 2]
        return float(np.sign(after / P.prices[t, 2] - 1))"""),
    of_score("what a holding will be worth", "future", """
        return float(P.known[min(t + 1, len(P.known) - 1), 2] / P.known[t, 2] - 1) * 100"""),
    of_score("next month's return", "future", """
        after = P.prices[min(t + 21, len(P.prices) - 1), 2]
        return float(after / P.prices[t, 2] - 1) * 20"""),
    of_score("scaled by the whole sample", "future", """
        whole = P.prices[:, 2]
        return float((whole[t] - whole.mean()) / whole.std())"""),
    of_score("between the lowest and highest of all", "future", """
        whole = P.prices[:, 2]
        return float((whole[t] - whole.min()) / (whole.max() - whole.min()))"""),
    of_score("rank within the whole sample", "future", """
        whole = np.diff(np.log(P.prices[:, 2]))
        return float((whole < whole[t - 1]).mean())"""),
    of_score("centred window", "future", """
        return float(P.prices[t, 2] / np.nanmean(P.prices[t - 10 : t + 11, 2]) - 1) * 20"""),
    of_score("smoothed both ways", "future", """
        moves = np.diff(np.log(P.prices[:, 2]))
        forth = np.convolve(moves, np.ones(5) / 5, "same")
        return float(np.convolve(forth[::-1], np.ones(5) / 5, "same")[::-1][min(t, len(moves)) - 1]) * 200"""),
    of_score("filled backwards", "future", """
        column = P.prices[:, 0].copy()
        for row in range(len(column) - 2, -1, -1):
            column[row] = column[row + 1] if np.isnan(column[row]) else column[row]
        return float(column[t] / column[t - 5] - 1) * 20"""),
    of_score("interpolated across holes", "future", """
        column, rows = P.prices[:, 0], np.arange(len(P.prices))
        there = ~np.isnan(column)
        filled = np.interp(rows, rows[there], column[there])
        return float(filled[t] / filled[t - 5] - 1) * 20"""),
    of_score("survivors only", "future", """
        lasting = [label for label in past.members("two") if P.ends[P.column(label)] >= len(P.sessions)]
        return float(len(lasting)) - 1.5"""),
    of_score("survivors by their last row", "future", """
        return float((~np.isnan(P.prices[-1])).sum()) - 3.0"""),
    of_score("the winner of the whole window", "future", """
        best = int(np.nanargmax(P.prices[-1] / P.prices[0]))
        return 1.0 if P.assets[best] in past.members(sleeve) else -1.0 - best"""),
    of_score("how long the data go on", "future", "return float(len(P.sessions) - t) / 100"),
    of_score("through .base", "future", """
        seen = P.prices[: t + 1].base
        return float(seen[min(t + 5, len(seen) - 1), 2] / seen[t, 2] - 1) * 20"""),
    of_score("what the buffers are copied from", "future", """
        whole = past._revealed._sources["sleeve", sleeve]
        return float(whole[min(t + 5, len(whole) - 1)] / whole[t] - 1) * 20"""),
    of_score("the sleeve itself", "future", """
        whole = past._revealed.sleeves[sleeve].levels
        return float(whole[min(t + 5, len(whole) - 1)] / whole[t] - 1) * 20"""),
    of_score("who trades tomorrow", "future", """
        parts = past._revealed.sleeves[sleeve].parts
        return float(parts[min(t + 1, len(parts) - 1), 0])"""),
    of_score("a past of its own making, a day too long", "future", """
        later = type(past)(past._revealed, min(t + 1, len(P.sessions) - 1))
        past._revealed.reveal(later.session)
        return float(later.sleeve(sleeve)[-1] / levels[-1] - 1) * 100"""),
    of_score("a late series on its own day", "future", """
        one = P.series["values.x"]
        own = one.values[one.dates <= P.sessions[t]]
        return float(own[-1] / own[-2] - 1) * 50"""),
    of_score("the series to its end", "future", """
        whole = P.series["values.x"].values
        return float(past.series("late")[-1] / whole.mean() - 1) * 5"""),
    of_score("that news will come", "future", """
        return float((P.series["values.x"].visible > t).sum()) / 100"""),
    of_score("beta fitted on all", "future", """
        moves, lead = np.diff(np.log(P.prices[:, 2])), np.diff(np.log(P.series["values.y"].values))
        both = min(len(moves), len(lead))
        return float(moves[:both] @ lead[:both] / (lead @ lead)) * 10"""),
    of_score("the lookback that did best on all", "future", """
        prices = P.prices[:, 2]
        def earned(n):
            held = np.sign(prices[n:-1] / prices[: -n - 1] - 1)
            return float((held * np.diff(np.log(prices[n:]))).sum())
        best = max((5, 10, 20, 40, 60), key=earned)
        return float(prices[t] / prices[t - best] - 1) * 20"""),
    of_score("a threshold fitted on all", "future", """
        moves = np.diff(np.log(P.prices[:, 2]))
        return float(moves[t - 1] - np.quantile(moves, 0.8)) * 100"""),
    of_score("walk-forward with a seam", "future", """
        prices, end = P.prices[:, 2], min((t // 63 + 1) * 63, len(P.prices) - 1)  # the end of the block, not its start
        def earned(n):
            held = np.sign(prices[n:end] / prices[: end - n] - 1)
            return float((held * np.diff(np.log(prices[n : end + 1]))).sum())
        best = max((5, 10, 20, 40), key=earned)
        return float(prices[t] / prices[t - best] - 1) * 20"""),
    of_score("normalised by a later volatility", "future", """
        moves = np.diff(np.log(P.prices[:, 2]))
        return float(moves[t - 1] / moves[t - 5 : t + 20].std())"""),
    of_score("out before the crash", "future", """
        ahead = P.prices[t : t + 30, 2]
        return -1.0 if ahead.min() / ahead[0] < 0.97 else 1.0"""),
    of_score("a signal that looks ahead", "future", "return float(past.history(ahead, sleeve)[-1])", head="""
        def ahead(past, sleeve):
            levels = past._revealed.sleeves[sleeve].levels
            return float(levels[min(past.session + 5, len(levels) - 1)] / levels[past.session] - 1) * 20"""),
    of_score("behind the past by a name put together", "future", """
        panel = getattr(past, "_re" + "vealed").panel
        return float(panel.prices[min(t + 5, len(panel.prices) - 1), 2] / panel.prices[t, 2] - 1) * 20"""),
    of_score("behind the past by a bound method", "future", """
        whole = getattr(past.sleeve.__self__, "_re" + "vealed").sleeves[sleeve].levels
        return float(whole[min(t + 5, len(whole) - 1)] / whole[t] - 1) * 20"""),
    of_score("what the past would be pickled as", "future", """
        whole = copy.copy(past).__reduce_ex__(2)[2][1]["_re" + "vealed"].sleeves[sleeve].levels
        return float(whole[min(t + 5, len(whole) - 1)] / whole[t] - 1) * 20""", head="import copy"),
    of_score("a pickled past", "future", """
        whole = getattr(pickle.loads(pickle.dumps(past)), "_re" + "vealed").sleeves[sleeve].levels
        return float(whole[min(t + 5, len(whole) - 1)] / whole[t] - 1) * 20""", head="import pickle"),
    Fault("weights of tomorrow's winner", ("future",), '''\
"""Cheats."""
import numpy as np


def weights(past):
    P, t = past._revealed.panel, past.session
    moves = P.prices[min(t + 1, len(P.prices) - 1)] / P.prices[t] - 1
    best = int(np.nanargmax(moves)) if np.isfinite(moves).any() else 0
    return {P.assets[best]: 1.0}
''', changes={"stance": None, "tilt": None}),
]  # fmt: skip

#: For what takes its time.
SELDOM: dict[str, object] = {"every": "quarter_end"}
READS = "import csv\n\n\ndef rows():\n    with open('prices.csv') as file:\n        return list(csv.reader(file))\n"
PRICES = "float(last_line().split(',')[3])"
OPENS = "def last_line():\n    with open('prices.csv') as file:\n        return file.readlines()[-1]\n"
LOOKS_ASIDE = [
    of_score("opens the prices", "inputs", f"return {PRICES} / 100 - 1", head=OPENS),
    of_score("opens them once, when loaded", "inputs", "return LAST / 100 - 1", head=f"{OPENS}LAST = {PRICES}"),
    of_score("reads them by pathlib", "inputs", "return float(len(Path('prices.csv').read_text()) % 7)",
             head="from pathlib import Path"),
    of_score("reads them by numpy", "inputs",
             "return float(np.genfromtxt('prices.csv', delimiter=',')[-1, 3]) / 100 - 1"),
    of_score("reads them by pandas", "inputs", "return float(FRAME.CCC.iloc[-1]) / 100 - 1",
             head="import pandas as pd\nFRAME = pd.read_csv('prices.csv')"),
    of_score("reads them by pyarrow", "inputs", "return float(csv.read_csv('prices.csv')['CCC'][-1].as_py()) / 100 - 1",
             head="from pyarrow import csv"),
    of_score("through a helper beside it", "inputs", "return float(len(helper_rows.rows())) / 100", head="""
        import sys
        sys.path.insert(0, __file__.rpartition('/')[0])
        import helper_rows
        sys.path.pop(0)""", files={"strategies/helper_rows.py": READS}),
    of_score("maps them into memory", "inputs", "return float(len(np.memmap('prices.csv', mode='r'))) % 7"),
    of_score("a database", "inputs", "return float(sqlite3.connect(':memory:').execute('select 1').fetchone()[0])",
             head="import sqlite3"),
    of_score("another process", "inputs", "return float(len(subprocess.run(['true']).args))", head="import subprocess"),
    of_score("the network", "inputs", "return float(bool(socket.getaddrinfo('localhost', 80)))", head="import socket"),
    of_score("the folder", "inputs", "return float(len(os.listdir('.')))", head="import os"),
    of_score("the age of a file", "inputs", "return os.stat('prices.csv').st_mtime % 7", head="import os"),
    of_score("whether a file is there", "inputs", "return float(Path('go').exists())", head="from pathlib import Path"),
    of_score("the environment", "inputs", "return float(os.environ.get('RISK', '1'))", head="import os"),
    of_score("the environment, by getenv", "inputs", "return float(os.getenv('RISK') or 1)", head="import os"),
    of_score("the engine's own readers", "inputs", "return float(read_source is not None)",
             head="from engine.market.sources import read_source"),
    of_score("the engine's readers, imported by name", "inputs", """
        module = importlib.import_module("engine.market.known")
        return float(len(module.after_close(past.dates[:1], past.dates)))""", head="import importlib"),
    of_score("the objects in memory", "inputs", """
        panel = max((one for one in gc.get_objects() if type(one).__name__ == "Panel"), key=lambda p: len(p.sessions))
        return float(panel.prices[-1, 2] / 100 - 1)""", head="import gc", changes=SELDOM),
    of_score("its callers' frames", "inputs", """
        frame = sys._getframe()
        while frame and "revealed" not in frame.f_locals:
            frame = frame.f_back
        return 0.5 if frame is None else 1.0""", head="import sys"),
    of_score("its callers, by inspect", "inputs", "return float(len(inspect.stack()) % 7)", head="import inspect",
             changes=SELDOM),
    of_score("its callers, by an exception", "inputs", """
        try:
            1 / 0
        except ZeroDivisionError as error:
            return float(error.__traceback__.tb_frame.f_back is not None)""", head=""),
    of_score("time.time", "inputs", "return time.time() % 2", head="import time"),
    of_score("time.monotonic_ns", "inputs", "return float(time.monotonic_ns() % 2)", head="import time"),
    of_score("datetime.now", "inputs", "return float((datetime.now().date() - past.today).days > 0)",
             head="from datetime import datetime"),
    of_score("date.today", "inputs", "return 1.0 if past.today < date.today() else -1.0",
             head="from datetime import date"),
    of_score("numpy's now", "inputs", "return float(np.datetime64('now') > past.dates[-1])"),
    of_score("pandas's now", "inputs", "return float(pd.Timestamp.now().year > 2000)", head="import pandas as pd"),
    of_score("the day, handed on", "inputs", "return float(max(map(lambda now: now().year, [TODAY])) > 2000)",
             head="from datetime import date\nTODAY = date.today"),
    of_score("numpy's now, in an array", "inputs",
             "return float(np.array(['today'], dtype='datetime64[D]')[0] > past.dates[-1])"),
    of_score("the clock, by partial", "inputs", "return float(functools.partial(time.time)() > 1e9)",
             head="import functools\nimport time"),
    of_score("the clock, as an iterator", "inputs", "return float(next(iter(time, None)) > 1e9)",
             head="from time import time"),
    of_score("the clock of the system", "inputs", "return float(time.clock_gettime(0) > 1e9)", head="import time"),
    of_score("the clock of the processor", "inputs", "return float(os.times()[4] > 0)", head="import os"),
    of_score("the clock, by a library", "inputs", "return float('2020' in email.utils.formatdate())",
             head="import email.utils"),
    of_score("a thread that nobody watches", "inputs", """
        found = []
        one = threading.Thread(target=found.append, args=(0.5,))
        one.start()
        one.join()
        return found[0]""", head="import threading"),
    of_score("threads of a pool", "inputs", """
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(float, 0.5).result()""", head="from concurrent.futures import ThreadPoolExecutor"),
    of_score("reads them by importlib", "inputs", "return float(len(Loader('x', FILE).get_data(FILE)) % 7)",
             head="from importlib.machinery import SourceFileLoader as Loader\nFILE = 'prices.csv'"),
    of_score("reads them by its own loader", "inputs", "return float(len(__loader__.get_data('prices.csv')) % 7)"),
    of_score("prices that call themselves code", "inputs", "return float(len(Path('prices.so').read_text()) % 7)",
             head="from pathlib import Path", files={"prices.so": "1.0"}),
    of_score("by the system's own call", "inputs", """
        file = os.open('prices.csv', os.O_RDONLY)
        size = len(os.read(file, 100))
        os.close(file)
        return float(size % 7)""", head="import os"),
    of_score("what a library brings along", "inputs", "return float(len(pkgutil.get_data('json', 'decoder.py')) % 7)",
             head="import pkgutil"),
    of_score("a reader by importlib", "inputs", """
        found = importlib.import_module("duck" + "db").sql(f"select count(*) from '{PLACE}'")
        return float(found.fetchall()[0][0] % 7)""",
             head="import importlib\nPLACE = __file__.rpartition('strategies')[0] + 'prices.csv'"),
    of_score("a reader by __import__ under another name", "inputs", """
        found = getattr(builtins, "__imp" + "ort__")("duck" + "db").sql(f"select count(*) from '{PLACE}'")
        return float(found.fetchall()[0][0] % 7)""",
             head="import builtins\nPLACE = __file__.rpartition('strategies')[0] + 'prices.csv'"),
    of_score("how much it has used", "inputs", "return float(resource.getrusage(0).ru_maxrss > 0)",
             head="import resource"),
    of_score("whether it is watched", "inputs", "return 0.5 if sys.getprofile() is None else 0.25 * 2",
             head="import sys"),
    of_score("whether it may read a file", "inputs", "return float(os.access('go', os.R_OK))", head="import os"),
    of_score("what it left in a file", "inputs", """
        file = Path(tempfile.gettempdir()) / "overweight_state.pkl"
        count = pickle.loads(file.read_bytes()) if file.exists() else 0
        file.write_bytes(pickle.dumps(count + 1))
        return count % 7 / 7""", head="import pickle\nimport tempfile\nfrom pathlib import Path"),
    of_score("the environment, expanded", "inputs", "return float(os.path.expandvars('$RISK') == '2')",
             head="import os"),
    of_score("how large the environment is", "inputs", "return float(len(os.environ) > 3)", head="import os"),
    of_score("the environment's inside", "inputs", "return float(b'RISK' in os.environ._data)", head="import os"),
    of_score("the machine's name", "inputs", "return float(len(socket.gethostname()) > 3)", head="import socket"),
    of_score("the machine's name, by os", "inputs", "return float(len(os.uname().nodename) > 3)", head="import os"),
    of_score("the machine's name, by platform", "inputs", "return float(len(platform.node()) > 3)",
             head="import platform"),
    of_score("the command line", "inputs", "return float(len(sys.argv) > 3)", head="import sys"),
    of_score("a module of the engine that is loaded", "inputs",
             "return float(sys.modules['engine.market.past'] is not None)", head="import sys"),
    of_score("a module, by __import__", "inputs", "return float(__import__('engine.market.past') is not None)"),
    of_score("a module, by importlib", "inputs", "return float(importlib.import_module(NAME) is not None)",
             head="import importlib\nNAME = 'engine.back' + 'test'"),
    of_score("its callers, by a generator", "inputs", """
        own = []
        def walk():
            frame = own[0].gi_frame
            while frame and "heard" not in frame.f_locals:
                frame = frame.f_back
            yield 0.5 if frame is None else 1.0
        own.append(walk())
        return next(own[0])"""),
    of_score("its callers, by a trace function", "inputs", """
        seen = []
        sys.settrace(lambda frame, event, told: seen.append(frame))
        past.sleeve(sleeve)
        sys.settrace(None)
        return float(len(seen) > 0)""", head="import sys"),
    of_score("the system's random numbers", "inputs or state", "return os.urandom(1)[0] / 256", head="import os"),
    of_score("uuid", "inputs or state", "return float(uuid.uuid4().int % 7)", head="import uuid"),
]  # fmt: skip

BESIDE = """
    import sys
    sys.path.insert(0, __file__.rpartition('/')[0])
    import {name}
    sys.path.pop(0)"""
#: A clock's name put together when it runs, called, handed on, or known as a word alone.
LOOKS_AT_THE_CLOCK = [
    of_score("the clock, by a name put together", "inputs", 'return float(getattr(time, "ti" + "me")() > 1e9)',
             head="import time"),
    of_score("the clock, among the globals", "inputs", 'return float(getattr(globals()["ti" + "me"], NAME)() > 1e9)',
             head="import time\nNAME = 'perf' + '_counter'"),
    of_score("the clock, by importlib", "inputs", """
        kind = getattr(importlib.import_module("date" + "time"), "date")
        return float(getattr(kind, "to" + "day")() > past.today)""", head="import importlib"),
    of_score("the clock, by eval", "inputs", 'return float(eval("time.ti" + "me()") > 1e9)', head="import time"),
    of_score("the clock, by exec", "inputs", """
        found = {}
        exec("from date" + "time import date; day = date.to" + "day()", found)
        return float(found["day"] > past.today)"""),
    of_score("a name put together, by partial", "inputs",
             'return float(functools.partial(getattr(time, "ti" + "me"))() > 1e9)',
             head="import functools\nimport time"),
    of_score("a name put together, as an iterator", "inputs",
             'return float(next(iter(getattr(datetime, "no" + "w"), None)).date() > past.today)',
             head="from datetime import datetime"),
    of_score("a name put together, by map", "inputs",
             'return float(int(*map(getattr(time, "strf" + "time"), ["%Y"])) > 2000)',
             head="import time"),
    of_score("a name put together, handed on", "inputs",
             "return float(max(map(lambda now: now(), [TODAY])) > past.today)",
             head="from datetime import date\nTODAY = getattr(date, 'to' + 'day')"),
    of_score("a default of a dataclass", "inputs", "return float(Asked().at.date() > past.today)", head="""
        import dataclasses
        import datetime
        @dataclasses.dataclass
        class Asked:
            at: object = dataclasses.field(default_factory=getattr(datetime.datetime, "utc" + "now"))"""),
    of_score("pandas's now, by a name put together", "inputs",
             'return float(getattr(pd.Timestamp, "n" + "ow")().date() > past.today)', head="import pandas as pd"),
    of_score("pandas's today, as a word kept", "inputs", "return float(pd.Timestamp(WHEN).date() > past.today)",
             head="import pandas as pd\nWHEN = 'today'"),
    of_score("pandas's today, by to_datetime", "inputs", "return float(pd.to_datetime([WHEN])[0].date() > past.today)",
             head="import pandas as pd\nWHEN = 'today'"),
    of_score("pandas's now, as the end of days", "inputs",
             "return float(pd.date_range(end=WHEN, periods=2)[-1].date() > past.today)",
             head="import pandas as pd\nWHEN = 'now'"),
    of_score("numpy's today, as a word kept", "inputs", "return float(np.datetime64(WHEN) > past.dates[-1])",
             head="WHEN = 'today'"),
    of_score("numpy's now, by names put together", "inputs",
             'return float(getattr(np, "date" + "time64")("N" + "ow") > past.dates[-1])'),
    of_score("numpy's today, in an array kept", "inputs",
             "return float(np.array([[WHEN]], dtype=KIND).max() > past.dates[-1])",
             head="WHEN, KIND = b'today', 'datetime' + '64[D]'"),
    of_score("numpy's today, by astype", "inputs",
             "return float(np.array(['2020-01-01', WHEN]).astype(KIND).max() > past.dates[-1])",
             head="WHEN, KIND = 'today', 'datetime' + '64[D]'"),
    of_score("business days up to numpy's today", "inputs",
             "return float(np.busday_count(past.dates[-1], WHEN) > 20)", head="WHEN = 'today'"),
    of_score("numpy's now, in a helper", "inputs", "return float(helper_now.NOW > past.dates[-1])",
             head=BESIDE.format(name="helper_now"),
             files={"strategies/helper_now.py": "import numpy as np\nNOW = np.datetime64('now')\n"}),
    of_score("numpy's now, in a helper's helper", "inputs", "return float(helper_of.NOW > past.dates[-1])",
             head=BESIDE.format(name="helper_of"),
             files={"strategies/helper_of.py": "from helper_later import NOW\n",
                    "strategies/helper_later.py": "import numpy as np\nNOW = np.datetime64('now')\n"}),
    of_score("pandas's now, in a helper", "inputs", "return float(helper_then.now() > past.today)",
             head=BESIDE.format(name="helper_then"), files={"strategies/helper_then.py":
             "import pandas as pd\n\n\ndef now():\n    return getattr(pd.Timestamp, 'n' + 'ow')().date()\n"}),
]  # fmt: skip

COUNTS = "SEEN = []\n\n\ndef count():\n    SEEN.append(1)\n    return len(SEEN)\n"
REMEMBERS = [
    of_score("random.random", "state", "return random.random()", head="import random"),
    of_score("numpy's global generator", "state", "return float(np.random.normal())"),
    of_score("numpy's global generator, for ties", "state",
             "return float(levels[-1] / levels[-21] - 1) * 20 + 0.0 * np.random.random()"),
    of_score("a generator without a seed", "state or inputs", "return float(np.random.default_rng().normal())"),
    of_score("a seeded generator that goes on", "state", "return float(RNG.normal())",
             head="RNG = np.random.default_rng(7)"),
    of_score("a counter", "state", "global CALLS\nCALLS += 1\nreturn CALLS / 100", head="CALLS = 0"),
    of_score("a mutable default argument", "state", "return remembered(levels[-1])", head="""
        def remembered(level, seen=[]):
            seen.append(level)
            return float(level / seen[0] - 1) * 20"""),
    of_score("its last stance", "state", """
        global LAST
        rise = levels[-1] / levels[-21] - 1
        LAST = 1.0 if rise > 0.02 else -1.0 if rise < -0.02 else LAST
        return LAST""", head="LAST = 0.0"),
    of_score("an attribute of its function", "state", """
        score.high = max(getattr(score, "high", 0.0), float(levels[-1]))
        return float(levels[-1] / score.high - 1) * 20"""),
    of_score("a smoothed score of its own", "state", """
        global SMOOTH
        SMOOTH = 0.9 * SMOOTH + 0.1 * float(levels[-1] / levels[-2] - 1)
        return SMOOTH * 500""", head="SMOOTH = 0.0"),
    of_score("the first answer, cached", "state", "return first(float(levels[-1] / levels[-21] - 1), CACHE)", head="""
        CACHE = {}
        def first(value, cache):
            return cache.setdefault("value", value)"""),
    of_score("lru_cache with too small a key", "state", "return rise(past.today.month, Holder(levels))", head="""
        from functools import lru_cache
        class Holder:
            def __init__(self, levels): self.levels = levels
            def __eq__(self, other): return True
            def __hash__(self): return 1
        @lru_cache
        def rise(month, holder):
            return float(holder.levels[-1] / holder.levels[-21] - 1) * 20"""),
    of_score("one dictionary that it keeps changing", "state",
             "ANSWER['one'] = float(levels[-1] / levels[-21] - 1) * 20\nreturn ANSWER", head="ANSWER = {}"),
    of_score("a helper that counts", "state", "return float(helper_counts.count()) / 100", head="""
        import sys
        sys.path.insert(0, __file__.rpartition('/')[0])
        import helper_counts
        sys.path.pop(0)""",
        files={"strategies/helper_counts.py": COUNTS}),
    of_score("what it leaves behind the past", "state", """
        kept = past._revealed.__dict__.setdefault("kept", [])
        kept.append(1)
        return len(kept) / 100"""),
    of_score("what it leaves in builtins", "state", """
        builtins.calls = getattr(builtins, "calls", 0) + 1
        return builtins.calls / 100""", head="import builtins"),
    of_score("how deep it may call itself", "state", """
        sys.setrecursionlimit(sys.getrecursionlimit() + 1)
        return sys.getrecursionlimit() % 100 / 100""", head="import sys"),
    of_score("how numpy treats errors", "state", """
        told = np.geterr()["under"]
        np.seterr(under="warn" if told == "ignore" else "ignore")
        return 1.0 if told == "ignore" else -1.0"""),
    of_score("what it leaves on the class of the past", "state", """
        type(past).calls = getattr(type(past), "calls", 0) + 1
        return type(past).calls / 100"""),
    of_score("the last five levels it was shown", "state", """
        SHOWN.append(float(levels[-1]))
        return float(levels[-1] / np.mean(SHOWN) - 1) * 20""",
             head="from collections import deque\nSHOWN = deque(maxlen=5)"),
    of_score("a generator that runs along", "state", "return next(STEPS)", head="""
        import itertools
        STEPS = (n / 100 for n in itertools.count())"""),
]  # fmt: skip

ELSEWHERE = [
    of_score("the order of a set of words", "process", """
        names = {f"{past.today}{'x' * n}" for n in range(30)}
        return float(sum(place * len(name) for place, name in enumerate(names))) / 100"""),
    of_score("the order of two words", "process", "return 1.0 if next(iter({'gold', 'miners'})) == 'gold' else -1.0"),
    of_score("hashes of words", "process", "return float(hash(str(past.today)) % 100) / 100"),
    of_score("where an object lies", "process or state", "return float(id(object()) // 16 % 1_000_003) / 1e6"),
    of_score("the answers it gave before", "process", """
        given = builtins.__dict__.setdefault("given", {})
        return given.setdefault(str(past.today), id(object()) // 16 % 1_000_003 / 1e6)""", head="import builtins"),
    of_score("prices that a library keeps once read", "process", "return float(len(linecache.getlines(PLACE)) % 7)",
             head="import linecache\nPLACE = __file__.rpartition('strategies')[0] + 'prices.csv'"),
    of_score("the working directory", "process", "return float(len(os.getcwd()))", head="import os"),
    of_score("this month, of a library that adds the day", "process", "return parser.parse('10:30').month / 12",
             head="from dateutil import parser"),
    of_score("this year, of a library's clock", "process",
             "return float(time.gmtime(logging.LogRecord('', 1, '', 1, '', (), None).created)[0] % 7)",
             head="import logging\nimport time"),
    of_score("what the run left in the interpreter", "process", "return float('pytest' in sys.modules)",
             head="import sys"),
]  # fmt: skip

HANGS_ON = [
    of_score("a name from hindsight", "labels", "return float(past.asset('AAA')[-1] / past.asset('AAA')[-21] - 1)"),
    Fault("the first of the alphabet", ("labels",), '"""Cheats."""\n\n\ndef weights(past):\n'
          '    return {past.members("one")[0]: 1.0}\n', changes={"stance": None, "tilt": None}),
    of_score("cheap shares", "units", "return 1.0 if past.asset('CCC')[-1] < 101 else -1.0"),
    of_score("round numbers", "units or noise", "return float(int(past.asset('CCC')[-1]) % 10 == 0)"),
    of_score("the level of a sleeve", "units", "return float(levels[-1] - 1) * 10"),
    of_score("odd and even sessions", "start", "return float(t % 2)"),
    of_score("the age of the data", "start", "return t / 100"),
    of_score("the last digit of a price", "noise", "return float(int(levels[-1] / levels[-6] * 1e6) % 2)"),
]  # fmt: skip
