"""`overweight null`: the table, the words, the JSON, the picture, and what it refuses."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

import engine
from engine.results.null_words import sentences, verdict
from engine.study.null.measured import Stands
from tests.desk import Desk, made_prices
from tests.results.command import Command

LEAN = '''"""Over what rose yesterday."""
def score(past):
    seen = past.sleeve("seen")
    return 1.0 if seen[-1] > seen[-2] else -1.0
'''


@pytest.fixture
def asked(desk: Desk) -> None:
    desk.prices(made_prices(seed=3, labels="AAA BBB CCC DDD EEE"))
    desk.text(LEAN, "strategies/lean.py")
    desk.config(strategy="lean", every="week_end", watch="{seen: [DDD]}", stance="{rule: proportional, full_at: 1}")


def test_the_json_holds_every_market_and_where_the_real_one_stands(asked: None, overweight: Command) -> None:
    said = overweight("null a.yaml --markets 25 --seed 3 --kind made --kind shifted --json")
    assert (said.code, said.err) == (0, "")
    found = said.json
    assert [found[key] for key in ("name", "markets", "seed", "block", "placebos", "picture")] == [
        "a",
        25,
        3,
        1,
        None,
        None,
    ]
    metrics = engine.run("a.yaml", results=None).metrics
    assert [one["kind"] for one in found["nulls"]] == ["made", "shifted"]
    for one in found["nulls"]:
        assert (one["markets"], one["failed"]) == (25, {})
        for figure in ("active_return", "information_ratio"):
            told, values = one[figure], one[figure]["nulls"]
            assert told["real"] == found["real"][figure] == metrics[figure]
            assert told["beats"] == sum(value < told["real"] for value in values)
            assert told["p_value"] == pytest.approx((1 + sum(value >= told["real"] for value in values)) / 26)
            assert [told["p5"], told["p50"], told["p95"]] == pytest.approx(np.percentile(values, [5, 50, 95]))
    assert overweight("null a.yaml --markets 25 --seed 3 --kind made --kind shifted --json").json == found
    blocks = overweight("null a.yaml --markets 3 --kind bootstrap --block 4 --json").json
    assert blocks["block"] == 4
    other = overweight("null a.yaml --markets 25 --seed 4 --kind made --kind shifted --json").json
    assert other["real"] == found["real"]
    assert other["nulls"] != found["nulls"]


def test_the_table_and_the_words_say_what_the_json_does(asked: None, overweight: Command) -> None:
    found = overweight("null a.yaml --markets 25 --json").json
    said = overweight("null a.yaml --markets 25")
    assert (said.code, said.err) == (0, "")
    lines = said.out.splitlines()
    assert lines[0] == "a  the real result among 25 null markets of each kind"
    rows = [re.split(r"  +", line.strip()) for line in lines if re.match(r"  (shifted|bootstrap) ", line)]
    figures = [(one, figure) for figure in ("information_ratio", "active_return") for one in found["nulls"]]
    assert [row[0] for row in rows] == ["shifted", "bootstrap"] * 2
    for row, (one, figure) in zip(rows, figures, strict=True):
        told = one[figure]
        shown = [told[key] for key in ("p5", "p50", "p95", "real")]
        if figure == "active_return":
            assert row[1:5] == [f"{100 * value:+.2f}%" for value in shown]
        else:
            assert row[1:5] == [f"{value:+.2f}" for value in shown]
        assert row[5:] == [f"{told['beats']} of 25", f"{told['p_value']:.3f}"]
    words = " ".join(said.out.split())
    assert "shifted gone: all that what is watched tells, as it comes from another era; left:" in words
    assert found["sentences"][0] in words
    assert not Path("results").exists()


def test_placebos_stand_below(asked: None, overweight: Command) -> None:
    said = overweight("null a.yaml --markets 20 --kind shifted --placebo")
    assert (said.code, said.err) == (0, "")
    words = " ".join(said.out.split("placebos")[1].split())
    for name in ("other sleeves", "backwards", "roles", "circular shifts", "leave one out"):
        assert name in words
    # DDD and EEE are the only other assets, and AAA and BBB the sleeve they are drawn for: two orders, the same pair.
    found = overweight("null a.yaml --markets 20 --kind shifted --placebo --json").json["placebos"]
    assert found["sleeves"]["markets"] == 20
    assert len(set(found["sleeves"]["information_ratio"]["nulls"])) == 1
    assert abs(found["backwards"]["active_return"]) < 0.2
    assert found["roles"]["not_measured"].startswith("none of its parameters names a sleeve that is tilted")
    assert found["circular_shifts"]["runs"] > 10
    weights = overweight("null a.yaml --markets 20 --kind made --placebo --json --set strategy=equal_weight "
                         "--set stance=null --set tilt=null --set watch.seen=[DDD]").json["placebos"]  # fmt: skip
    assert weights["sleeves"] == {"not_measured": "it has no tilted sleeve"}
    assert weights["leave_one_out"] == {"reason": "it states weights, not a stance"}


def test_the_picture_is_a_page_with_words(asked: None, overweight: Command) -> None:
    pytest.importorskip("plotly")
    said = overweight("null a.yaml --markets 20 --picture out/null.html --json")
    assert said.code == 0
    page = Path("out/null.html").read_text(encoding="utf-8")
    assert "<h1>a among its null markets</h1>" in page
    assert said.json["sentences"][0].replace("'", "&#39;") in page
    assert len(re.findall(r'"type":"bar","xaxis"|"xaxis":"x2?","yaxis":"y2?","type":"bar"', page)) == 2
    assert re.search(r'aria-label="A histogram of information ratios .* bootstrap: 20 markets, 5% ', page)
    for one in said.json["nulls"]:
        assert f"p {one['information_ratio']['p_value']:.3f}" in page
    assert said.json["picture"] == "out/null.html"
    told = overweight("null a.yaml --markets 3 --kind made --picture out/again.htm")
    assert (told.code, told.err, told.out.splitlines()[-1]) == (0, "", "picture  out/again.htm")
    assert Path("out/again.htm").is_file()


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("plots", "found the folder `plots`; expected a file; write `plots/null.html`"),
        ("null.png", "found `null.png`; expected a page, `.html` or `.htm`; write `null.html`"),
        ("null", "found `null`; expected a page, `.html` or `.htm`; write `null.html`"),
        ("a.yaml/b/null.html", "found `a.yaml/b/null.html`, which cannot be written: `{here}/a.yaml`: Not a directory; "
         "expected a folder that may be written to; choose another folder, or mend its rights"),
    ],
)  # fmt: skip
def test_a_picture_that_cannot_be_written_is_refused_before_the_work(
    asked: None, overweight: Command, monkeypatch: pytest.MonkeyPatch, place: str, told: str
) -> None:
    monkeypatch.setattr("engine.results.null_picture.can_draw", lambda: True)
    monkeypatch.setattr("engine.results.null.null_stands", lambda *given, **more: pytest.fail("it went to work"))
    Path("plots").mkdir()
    before = sorted(Path().rglob("*"))
    said = overweight(f"null a.yaml --picture {place}")
    assert (said.code, said.out) == (2, "")
    assert said.err == f"--picture: {told.format(here=Path.cwd())}\n"
    assert sorted(Path().rglob("*")) == before


def test_a_folder_without_the_right_to_write_is_refused_before_the_work(
    asked: None, overweight: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Told by the system when asked to write, which is also so where rights say nothing (a full or read-only disk)."""

    def refused(**given: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("engine.results.null_picture.can_draw", lambda: True)
    monkeypatch.setattr("engine.results.null_picture.tempfile.TemporaryFile", refused)
    said = overweight("null a.yaml --picture out/null.html")
    assert said.code == 2
    assert f"cannot be written: `{Path.cwd()}`: Permission denied; expected a folder" in said.err


def test_without_a_library_that_draws_no_picture_is_begun(
    asked: None, overweight: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.results.null_picture.can_draw", lambda: False)
    said = overweight("null a.yaml --picture null.html")
    assert said.code == 2
    assert said.err == (
        "--picture: found no library that draws; expected plotly and jinja2; `pip install 'overweight[report]'`, or "
        "leave the option out\n"
    )


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        ("a.yaml --kind shift", 2, "--kind: found `shift`; expected shifted or dates or signs or bootstrap"),
        ("a.yaml --kind dates", 2, "found no null market of kind `dates`, as no series is watched; expected"),
        ("b.yaml", 2, "blend: found a blend, whose parts stand on markets of their own; expected a config with"),
        ("c.yaml", 2, "found a study, `event_study`; expected a run; name the run that it studies"),
        ("d.yaml", 2, "d.yaml: found no file `d.yaml`"),
        ("a.yaml --markets 0", 2, "greater than or equal to 1"),
    ],
)
def test_what_cannot_be_asked_is_said(
    asked: None, desk: Desk, overweight: Command, arguments: str, code: int, told: str
) -> None:
    desk.config("b.yaml", strategy=None, stance=None, blend="{a.yaml: 1}")
    desk.text("base: a.yaml\nevent_study: {of: one, events: {dates: [2020-03-02]}}\n", "c.yaml")
    said = overweight(f"null {arguments}")
    assert said.code == code
    assert told in " ".join(said.err.replace("│", " ").split())
    assert "Traceback" not in said.err


def stands(kind: str, real: float, nulls: np.ndarray) -> Stands:
    return Stands(kind, np.array([real, real]), np.column_stack([nulls, nulls]), {})


def test_verdicts_by_hand() -> None:
    """Against 1 to 99: 96 beats 95 and p is 5%; 95 has p 6%; 0 is as bad as none."""
    spread = np.arange(1.0, 100.0)
    out, almost, bad = (stands("shifted", real, spread) for real in (95.5, 94.5, 0.5))
    beyond, few = stands("made", 1000.0, spread), stands("made", 1000.0, spread[:18])
    assert verdict([out]) == verdict([out, beyond]) == "stands out"
    assert verdict([almost]) == verdict([almost, bad]) == "does not stand out"
    assert verdict([almost, beyond]) == "stands out in part"
    assert verdict([bad]) == "stands out as bad"
    assert verdict([few]) == verdict([out, few]) == "cannot tell"
    said = {judged: next(sentences(of)) for judged, of in (("out", [out]), ("part", [almost, beyond]), ("few", [few]))}
    assert "do more than 4 of 99 do as well by luck" in said["out"]
    assert "of `shifted` null markets 5 of 99 do as well" in said["part"]
    assert said["part"].endswith("explains it: what held sleeves tell of themselves.")
    assert said["few"] == "Too few null markets to tell: 18 have a figure, and it takes 19 for a p of 5%."
    failed = Stands("made", np.zeros(2), np.zeros((30, 2)), {"a": 1, "b": 2})
    assert [*sentences([failed])][-1] == "3 `made` markets have no figure; 2 of them because of b."


def test_markets_that_change_nothing_judge_nothing() -> None:
    """A strategy that never looks at what they change is neither as good nor as bad as they are: it is the same."""
    spread, same = np.arange(1.0, 100.0), stands("shifted", 95.5, np.full(99, 95.5))
    assert verdict([same]) == "makes no difference"
    (nothing,) = sentences([same])
    assert nothing.startswith("The null markets tell nothing: the result is the same in each of them")
    out, bad = stands("bootstrap", 95.5, spread), stands("bootstrap", 0.5, spread)
    assert verdict([same, out]) == "stands out"
    assert verdict([stands("shifted", 0.5, np.full(99, 0.5)), bad]) == "stands out as bad"
    first, second = sentences([same, out])
    assert "do more than 4 of 99" in first
    assert second == "`shifted` markets do not count: what they change makes no difference to this config."
    equal = stands("made", 5.0, np.append(np.full(90, 5.0), spread[90:]))  # worse than none but nine
    assert verdict([equal]) == "does not stand out"
