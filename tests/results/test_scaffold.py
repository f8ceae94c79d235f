"""`overweight new strategy`: what it writes runs, its test can pass and fail, nothing there is touched."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from engine.errors import ConfigError
from engine.results.scaffold import new_strategy


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def own_tests(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"]
    return subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)


def test_what_it_writes_passes_its_own_test_and_fails_once_the_idea_is_broken(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert new_strategy("gold_leads") == 0
    assert "overweight run configs/gold_leads.yaml" in capsys.readouterr().out
    assert "2 passed" in own_tests(here).stdout
    strategy = here / "strategies" / "gold_leads.py"
    strategy.write_text(strategy.read_text().replace("versus), lookback)", "versus), 2 * lookback)"))
    assert "1 failed" in own_tests(here).stdout


def test_nothing_that_is_there_is_touched(here: Path) -> None:
    (here / "configs").mkdir()
    (here / "configs" / "gold_leads.yaml").write_text("mine")
    with pytest.raises(ConfigError) as caught:
        new_strategy("gold_leads")
    assert str(caught.value) == (
        "configs/gold_leads.yaml: found a file of that name; expected none yet; choose another name, or move it away"
    )
    assert not (here / "strategies").exists()
    assert (here / "configs" / "gold_leads.yaml").read_text() == "mine"


@pytest.mark.parametrize(
    ("name", "cure"),
    [
        ("Gold Leads", "write `gold_leads`"),
        ("../x", "write `x`"),
        ("class", "found `class`, a word that Python keeps for itself; expected another name; write"),
        ("Größe", "write `groesse`"),
        ("Élan", "write `elan`"),
        ("金", "write for example gold_leads"),
        (
            "always_over",
            "overweight new strategy: NAME: found `always_over`, a strategy that came along, which the new one would "
            "hide; expected a name that no strategy has; write for example `my_always_over`",
        ),
        ("9", "write for example"),
    ],
)
def test_a_name_that_python_cannot_have_is_told(here: Path, name: str, cure: str) -> None:
    with pytest.raises(ConfigError) as caught:
        new_strategy(name)
    assert cure in str(caught.value)
    assert [*here.iterdir()] == []
