"""`overweight run` of an event study: what it prints, saves and draws."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

from engine.answers import answer
from engine.study import page
from tests.desk import Desk, made_prices
from tests.results.command import Command

STUDY = """\
event_study:
  of: [one, CCC]
  events: {calendar: diary}
  normal: {market: market}
  window_sessions: [[0, 4], [-2, -1]]
  estimation_sessions: 60
  gap_sessions: 0
  eras: [{to: 2020-12-31}, {from: 2021-01-01}]
  permutations: 199
hold: {one: [AAA, BBB], two: [CCC]}
watch: {market: [DDD]}
data:
  prices: {source: files, path: prices.csv}
  diary: {source: events, path: diary.csv}
"""


@pytest.fixture
def study(desk: Desk) -> Path:
    days = pd.bdate_range("2020-05-04", "2021-06-01", freq="17B")
    lines = [f"{day:%Y-%m-%d},a <b>{number}</b>,1" for number, day in enumerate(days)]
    desk.text("\n".join(["date,label,sign", *lines, "2021-08-02,too late,1", ""]), "diary.csv")
    desk.prices(made_prices(seed=5, labels="AAA BBB CCC DDD"))
    desk.text(STUDY, "s.yaml")
    return desk.folder


def test_it_prints_hindsight_first_then_figures_then_words(study: Path, overweight: Command) -> None:
    said = overweight("run s.yaml")
    assert said.code == 0, said.err
    lines = said.out.splitlines()
    assert lines[0] == "CAUTION: dates chosen with hindsight: 17 of the 17 events measured (diary)"
    assert lines[1] == "s  one, CCC around 17 events (diary), net of market"
    assert lines[2].startswith("2020-05-04 to 2021-05-19, 18 found; 1 outside the sessions")
    first = [line.split()[0] for line in lines if re.match(r" {0,2}\S.* \d+ +[+-]\d", line)]
    assert first == ["0", "to", "2021", "one", "CCC", "-2", "to", "2021"]
    for word in ("verdict ", "eras ", "p-values ", "caveats ", "saved  results/studies/s/"):
        assert sum(line.startswith(word) for line in lines) == 1
    assert all(len(line) <= 80 for line in lines if not line.startswith("saved"))


@pytest.mark.parametrize("columns", ["60", "80", "120"])
def test_it_fits_every_terminal(
    study: Path, overweight: Command, monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    said = overweight("run s.yaml")
    lines = [line for line in said.out.splitlines() if not line.startswith("saved")]
    assert max(map(len, lines)) <= int(columns)
    assert any("95% interval" in line for line in lines)


def test_json_is_what_is_saved(study: Path, overweight: Command) -> None:
    said = overweight("run --json s.yaml").json
    folder = study / said.pop("path")
    assert json.loads((folder / "study.json").read_text()) == said
    assert said["kind"] == "event_study"
    assert said["question"]["event_study"]["of"] == ["one", "CCC"]
    figures = said["figures"]
    assert figures["events"] == {
        "of": "diary", "found": 18, "measured": 17, "left_out": {"outside the sessions": 1}, "overlapping": 0,
        "chosen": {"in_hindsight": 17}, "first": "2020-05-04", "last": "2021-05-19",
    }  # fmt: skip
    assert figures["judged"] == {"unit": "pooled", "window_sessions": [0, 4]}
    assert len(figures["effects"]) == 2 * 3 * 3
    first = figures["effects"][0]
    assert (first["unit"], first["era"], first["events"], first["pairs"]) == ("pooled", None, 17, 34)
    assert {"patell", "bmp", "adjusted_bmp", "corrado_rank", "sign_flip", "random_days"} < set(first["tests"])
    assert first["interval_95"][0] < first["mean_car"] < first["interval_95"][1]
    assert [one["unit"] for one in figures["differences"]] == ["pooled", "one", "CCC"] * 2
    assert figures["verdict"]["sentence"] in said["figures"]["verdict"].values()


def test_its_tables_hold_every_event_and_session(study: Path) -> None:
    answered = answer("s.yaml")
    figures = answered.figures["effects"]
    events = pd.read_parquet(answered.path / "events.parquet")
    assert len(events) == 18
    measured = events[events["left_out"] == ""]
    assert events["left_out"].iloc[-1] == "no session for its date"
    assert pd.isna(events["day_zero"].iloc[-1])
    assert measured["car pooled +0 +4"].mean() == pytest.approx(figures[0]["mean_car"], rel=1e-9)
    assert set(measured["era"]) == {"to 2020", "2021 on"}
    assert events["label"].iloc[0] == "a <b>0</b>"
    abnormal = pd.read_parquet(answered.path / "abnormal.parquet")
    assert len(abnormal) == 17 * 2 * 7
    window = abnormal[abnormal["session"] >= 0].groupby(["unit", "event"])["abnormal_return"].sum()
    assert window["CCC"].mean() == pytest.approx(measured["car CCC +0 +4"].mean(), rel=1e-9)
    ends = abnormal[abnormal["session"] == 4].groupby("event")["cumulated"].mean().mean()
    path = pd.read_parquet(answered.path / "path.parquet").set_index(["era", "session"])
    assert path.loc[("", 4.0), "mean_car"] == pytest.approx(ends, rel=1e-9)
    assert path.index.get_level_values("era").unique().tolist() == ["", "to 2020", "2021 on"]


def test_the_same_question_has_the_same_folder_bit_for_bit(study: Path, desk: Desk) -> None:
    one = answer("s.yaml")
    before = {path.name: path.read_bytes() for path in one.path.iterdir()}
    assert set(before) == {"study.json", "events.parquet", "abnormal.parquet", "path.parquet", "picture.html"}
    again = answer("s.yaml", results="other")
    assert again.id == one.id
    assert {path.name: path.read_bytes() for path in again.path.iterdir()} == before
    # Another known day, another label: another id, though prices and shocks are the same.
    text = (study / "diary.csv").read_text()
    desk.text(text.replace("a <b>0</b>", "another"), "diary.csv")
    assert answer("s.yaml", results=None).id != one.id


class Reader(HTMLParser):
    """The texts of a page by tag, and the attributes of its tags."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.cells: list[str] = []
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.loads += [str(value) for key, value in attrs if key in ("src", "href")]

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] in ("td", "th", "h1", "li", "p", "figcaption") and data.strip():
            self.cells.append(data.strip())


def test_the_picture_stands_alone_and_has_words(study: Path) -> None:
    answered = answer("s.yaml", results=None)
    text = answered.pictures["picture"]
    reader = Reader()
    reader.feed(text)
    assert reader.loads == [], "nothing may be fetched"
    alt = next(attrs["aria-label"] for tag, attrs in reader.tags if attrs.get("role") == "img")
    assert alt.startswith("Two charts. The first: the mean cumulative abnormal return of 2 units together")
    assert "to 2020: from session -2 to 4 it ends at" in alt
    assert "17 events as dots by date" in alt
    assert "prefers-color-scheme: dark" in text
    assert answered.figures["verdict"]["sentence"] in reader.cells
    first = answered.figures["effects"][0]
    assert f"{first['mean_car']:+.2%}" in reader.cells
    assert "dates chosen with hindsight: 17 of the 17 events measured (diary)" in reader.cells


def test_what_a_file_says_is_a_text_and_never_markup(study: Path, desk: Desk) -> None:
    desk.text((study / "diary.csv").read_text().replace("a <b>0</b>", "</script><i>x"), "diary.csv")
    desk.text(STUDY.replace("{to: 2020-12-31}", "{to: 2020-12-31, name: <i>then</i>}"), "s.yaml")
    text = answer("s.yaml", results=None).pictures["picture"]
    assert "&lt;i&gt;then&lt;/i&gt;" in text
    assert "<i>" not in re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)


def test_without_the_extra_there_is_no_picture_and_a_word_how_to_get_one(
    study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "NEEDED", ("plotly", "a_package_that_is_not_there"))
    answered = answer("s.yaml", results=None)
    assert answered.pictures == {}
    assert answered.caveats[-1] == "no picture was made: `pip install 'overweight[report]'`, then run it again"


def test_a_study_without_events_prints_too(study: Path, overweight: Command, desk: Desk) -> None:
    desk.text("date,sign\n2021-08-02,1\n", "diary.csv")
    said = overweight("run s.yaml")
    assert said.code == 0, said.err
    assert "s  one, CCC around 0 events (diary), net of market\n1 found; 1 outside the sessions\n" in said.out
    assert "too few events to tell (0; it takes 6)" in said.out


def test_full_says_that_it_adds_nothing_to_a_study_of_events(study: Path, overweight: Command) -> None:
    said = overweight("run --full s.yaml")
    assert said.code == 0
    assert "s.yaml: --full adds nothing to `event_study`: all is measured already\n" in said.err
    assert "adds nothing" not in overweight("run s.yaml").err


def test_the_page_on_studies_shows_the_config_as_it_is() -> None:
    root = Path(__file__).parents[2]
    shown = re.search(
        r"```yaml\n# configs/studies/geopolitical.yaml\n(.*?)```", (root / "docs/studies.md").read_text(), re.S
    )
    assert shown is not None
    assert (root / "configs/studies/geopolitical.yaml").read_text().endswith(shown[1])


def test_a_fault_of_a_study_is_told_and_the_others_run(study: Path, overweight: Command, desk: Desk) -> None:
    desk.text(STUDY.replace("calendar: diary", "calendar: dairy"), "bad.yaml")
    said = overweight("run bad.yaml s.yaml")
    assert said.code == 2
    assert said.err.startswith("bad.yaml:3:22: event_study.events.calendar: found the name `dairy`; expected")
    assert "verdict" in said.out
