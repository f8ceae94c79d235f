"""`check --changed-since`: configs of which git knows that nothing changed are left out, all others are looked at."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from engine.results.checks import dependencies
from engine.results.checks.changed import changed_since
from engine.results.checks.check import update
from tests.desk import Desk, made_prices
from tests.results.command import Command

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")

AGREE = "check --update --reason 'first figures' "
SEEN = '"""Over."""\ndef score(past):\n    return 1.0\n'


def git(*arguments: str) -> None:
    subprocess.run(
        ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", *arguments], check=True, capture_output=True
    )


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository as it begins."""
    folder = tmp_path_factory.mktemp("repository")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        _commit_all(Desk(folder))
    return folder


def _commit_all(desk: Desk) -> None:
    desk.text(SEEN, "strategies/seen.py")
    desk.text(SEEN, "strategies/other.py")
    desk.prices(made_prices(), "own.csv")
    desk.config("configs/base.yaml", strategy="seen", data="{source: files, path: ../prices.csv}")
    desk.text("extends: base.yaml\ncapital: 1000\n", "configs/a.yaml")
    desk.config("configs/b.yaml", strategy="other", data="{source: files, path: ../own.csv}")
    for file in ("configs/a.yaml", "configs/b.yaml"):
        assert update(file, "first figures", Path("results")).word == "written"
    desk.text("/results/runs\n/results/trials.sqlite\n", ".gitignore")
    git("init", "-q", "-b", "main")
    git("add", ".")
    git("commit", "-q", "-m", "all")


@pytest.fixture
def repository(desk: Desk, made_once: Path) -> Desk:
    """Two configs of their own prices, one of which extends a third; all of it committed."""
    shutil.copytree(made_once, desk.folder, dirs_exist_ok=True)
    return desk


def left_out(overweight: Command, line: str = "check --changed-since HEAD --json") -> list[str]:
    said = overweight(line)
    assert said.code in (0, 1), said.err
    left, checked = said.json["left_out"], [one["name"] for one in said.json["checks"]]
    assert sorted([*(Path(name).stem for name in left), *checked]) == ["a", "b"]
    return [Path(name).stem for name in left]


def test_without_a_change_nothing_is_run(repository: Desk, overweight: Command) -> None:
    said = overweight("check --changed-since HEAD")
    assert (said.code, said.out) == (0, "2 left out: nothing of them changed since HEAD\n")
    assert left_out(overweight) == ["a", "b"]


@pytest.mark.parametrize(
    ("file", "left"),
    [
        ("configs/a.yaml", ["b"]),
        ("configs/base.yaml", ["b"]),  # what a extends
        ("strategies/seen.py", ["b"]),
        ("prices.csv", ["b"]),
        ("own.csv", ["a"]),
        ("results/baselines/b.json", ["a"]),
        ("README.md", ["a", "b"]),
    ],
)
def test_each_file_that_a_check_hangs_on_counts(
    repository: Desk, overweight: Command, file: str, left: list[str]
) -> None:
    path = Path(file)
    path.write_text((path.read_text() if path.exists() else "") + "\n")
    assert left_out(overweight) == left
    git("add", ".")
    git("commit", "-q", "-m", "one")
    assert left_out(overweight, "check --changed-since HEAD~1 --json") == left
    assert left_out(overweight) == ["a", "b"]


def test_what_git_does_not_keep_may_have_changed(repository: Desk, overweight: Command) -> None:
    repository.text("/own.csv\n", ".gitignore")
    git("rm", "-q", "--cached", "own.csv")
    git("add", ".gitignore")
    git("commit", "-q", "-m", "data go their own way")
    assert left_out(overweight) == ["a"]


def test_an_edit_of_the_engine_touches_all(
    repository: Desk, overweight: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine of this test stands in its own repository, so that it is left out unless it changed there."""
    repository.text("", "engine/config/x.py")
    repository.text("", "engine/judge.py")
    repository.text("", "engine/cli.py")
    git("add", ".")
    git("commit", "-q", "-m", "an engine")
    monkeypatch.setattr(dependencies, "ENGINE", Path("engine"))
    monkeypatch.setattr(dependencies, "CODE", ("config", "judge.py"))
    monkeypatch.setattr(dependencies, "SAMPLE", "config")
    assert left_out(overweight) == ["a", "b"]
    repository.text("x = 1\n", "engine/cli.py")
    assert left_out(overweight) == ["a", "b"]
    repository.text("x = 1\n", "engine/config/x.py")
    assert left_out(overweight) == []


def test_a_strategy_that_came_with_the_engine_is_none_of_the_repositorys(repository: Desk, overweight: Command) -> None:
    repository.config("configs/b.yaml", data="{source: files, path: ../own.csv}")
    git("add", ".")
    git("commit", "-q", "-m", "b by always_over")
    assert left_out(overweight) == ["a", "b"]


def test_a_config_that_cannot_be_read_is_looked_at(repository: Desk, overweight: Command) -> None:
    repository.text("extends: nowhere.yaml\n", "configs/a.yaml")
    said = overweight("check --changed-since HEAD")
    assert said.code == 2
    assert "nowhere.yaml" in said.err


RENAMED = (
    "no results/baselines/c.json; results/baselines/a.json, whose config is gone, agreed on the same question: "
    'overweight check --update --reason "renamed from a" configs/c.yaml && rm results/baselines/a.json'
)


@pytest.mark.parametrize("configs", ["", "configs", "configs/"])
@pytest.mark.parametrize("since", ["", "--changed-since HEAD"])
def test_a_config_that_was_renamed_is_told_by_its_new_name(
    repository: Desk, overweight: Command, since: str, configs: str
) -> None:
    git("mv", "configs/a.yaml", "configs/c.yaml")
    said = overweight(f"check --json {since} {configs}")
    assert said.code == 1
    (entry,) = [one for one in said.json["checks"] if one["verdict"] != "ok"]
    assert (entry["name"], entry["file"], entry["verdict"]) == ("c", "configs/c.yaml", "baseline missing")
    assert entry["cause"] == RENAMED
    assert {one["name"] for one in said.json["checks"]} == ({"c"} if since else {"b", "c"})
    update("configs/c.yaml", "renamed from a", Path("results"))
    git("rm", "-q", "results/baselines/a.json")
    assert overweight(f"check {since} {configs}").code == 0


def test_a_config_that_was_renamed_into_a_folder_is_found(repository: Desk, overweight: Command) -> None:
    Path("configs/deep").mkdir()
    git("mv", "configs/b.yaml", "configs/deep/d.yaml")
    text = Path("configs/deep/d.yaml").read_text()
    Path("configs/deep/d.yaml").write_text(text.replace("../own.csv", "../../own.csv"))
    (entry,) = overweight("check --json --changed-since HEAD").json["checks"]
    assert (entry["name"], entry["verdict"]) == ("deep/d", "baseline missing")


@pytest.mark.parametrize("configs", ["", "configs"])
def test_a_config_that_was_removed_leaves_a_baseline_that_is_told(
    repository: Desk, overweight: Command, configs: str
) -> None:
    git("rm", "-q", "configs/a.yaml")
    said = overweight(f"check --changed-since HEAD {configs}")
    assert said.code == 2
    assert said.err.startswith("results/baselines/a.json: found a baseline without its config; expected a file ")
    assert said.err.endswith("then remove the baseline: `rm results/baselines/a.json`\n")
    assert "1 left out" in said.out
    git("rm", "-q", "results/baselines/a.json")
    assert overweight(f"check --changed-since HEAD {configs}").code == 0


@pytest.mark.parametrize("become", ["strategies/look.py", None])
def test_a_strategy_that_was_renamed_or_removed_stops_the_configs_that_name_it(
    repository: Desk, overweight: Command, become: str | None
) -> None:
    git(*(("mv", "strategies/seen.py", become) if become else ("rm", "-q", "strategies/seen.py")))
    said = overweight("check --changed-since HEAD")
    assert (said.code, "1 left out" in said.out) == (2, True)
    assert said.err.startswith("configs/base.yaml:1:11: strategy: found `seen`; expected one of ")
    git("commit", "-q", "-m", "gone")
    assert overweight("check --changed-since HEAD~1").code == 2


def test_a_strategy_that_hid_one_of_the_engines_own_counts_once_it_is_gone(
    repository: Desk, overweight: Command
) -> None:
    """The config goes on to run, by the file that came with the engine."""
    repository.text(SEEN, "strategies/always_over.py")
    repository.config("configs/b.yaml", data="{source: files, path: ../own.csv}")
    git("add", ".")
    git("commit", "-q", "-m", "b by an own always_over")
    assert left_out(overweight) == ["a", "b"]
    git("rm", "-q", "strategies/always_over.py")
    assert left_out(overweight) == ["a"]


def test_data_that_were_found_first_and_are_gone_count(repository: Desk, overweight: Command) -> None:
    """Beside the config, then in the working directory: the second is read where the first is gone."""
    repository.config("configs/b.yaml", strategy="other", data="{source: files, path: own.csv}")
    shutil.copy("prices.csv", "configs/own.csv")
    git("add", ".")
    git("commit", "-q", "-m", "beside")
    assert left_out(overweight) == ["a", "b"]
    git("rm", "-q", "configs/own.csv")
    assert left_out(overweight) == ["a"]


@pytest.mark.parametrize("revision", ["nowhere", "--upload-pack=x", " "])
def test_a_revision_that_is_none_is_named(repository: Desk, overweight: Command, revision: str) -> None:
    said = overweight(f"check '--changed-since={revision}'")
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith(f"--changed-since: found `{revision}`")
    assert said.err.count("\n") == 1


def test_outside_a_repository_git_says_so(desk: Desk, overweight: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.config("configs/a.yaml", data="{source: files, path: ../prices.csv}")
    overweight(AGREE + "configs/a.yaml")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(desk.folder.parent))
    said = overweight("check --changed-since HEAD")
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("--changed-since: found fatal: not a git repository")
    assert said.err.endswith("; expected a git repository; run it inside one\n")


def test_without_git_it_says_so(repository: Desk, overweight: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(repository.folder))
    said = overweight("check --changed-since HEAD")
    assert (said.code, said.out) == (2, "")
    assert said.err == (
        "--changed-since: found no git on this machine; expected the command `git`; install it, or name the configs\n"
    )


def test_a_file_that_is_not_added_yet_changes_its_folder_and_an_ignored_one_does_not(repository: Desk) -> None:
    data, runs = Path("configs"), Path("results")
    repository.text("x", "results/runs/left/over.json")
    assert not changed_since("HEAD").touches(runs)
    assert not changed_since("HEAD").has(data)
    repository.text("capital: 1\n", "configs/c.yaml")
    assert changed_since("HEAD").touches(data)
    assert changed_since("HEAD").has(data)


def test_a_repository_of_somebody_else_is_told_with_the_command_that_trusts_it(
    repository: Desk, overweight: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a container of CI: the files are another user's."""
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    said = overweight("check --changed-since HEAD")
    assert (said.code, said.out) == (2, "")
    here = os.path.realpath(repository.folder)
    assert said.err == (
        f"--changed-since: found fatal: detected dubious ownership in repository at '{here}'; "
        "expected a git repository; "
        f"say that it may be trusted: `git config --global --add safe.directory {here}`\n"
    )
