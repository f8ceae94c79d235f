"""Strategies: finding the file, reading its parameters, asking it on each decision day.

A strategy is a file with `score(past, ...)` or `weights(past, ...)`. Its keyword-only parameters, with types and
defaults, are the schema of `with:`.
"""

from __future__ import annotations

import difflib
import inspect
import math
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import util
from pathlib import Path
from typing import Any, Literal, get_type_hints

from engine.config import Config
from engine.errors import ConfigError, Fault, StrategyError
from engine.market.past import Past, UnknownName
from engine.signals import Score

REPOSITORY = Path(__file__).parent.parent
SHIPPED = Path(__file__).parent / "shipped"

#: What a strategy answers on one day: one opinion, or one per sleeve or asset. None is no opinion.
Answer = float | Score | None | Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One keyword-only parameter of a strategy: its type, and its default or `inspect.Parameter.empty`."""

    name: str
    type: Any
    default: Any

    @property
    def required(self) -> bool:
        """Whether `with:` has to give it."""
        return self.default is inspect.Parameter.empty


@dataclass(frozen=True, slots=True)
class Strategy:
    """A strategy file, loaded.

    answers: `score` (scores, then stance and tilt) or `weights` (target weights). thesis: its first line.
    """

    name: str
    path: Path
    answers: Literal["score", "weights"]
    function: Callable[..., Answer]
    parameters: tuple[Parameter, ...]
    thesis: str
    source: str


def folders() -> list[Path]:
    """Where strategies are looked for: the working directory's own first, then the ones that came along."""
    candidates = [Path.cwd() / "strategies", REPOSITORY / "strategies", SHIPPED / "strategies"]
    return [folder for folder in dict.fromkeys(candidates) if folder.is_dir()]


def strategy_files() -> dict[str, Path]:
    """Every strategy by name; a file in an earlier folder hides one of the same name in a later one."""
    found: dict[str, Path] = {}
    for folder in folders():
        for path in sorted(folder.glob("*.py")):
            if not path.name.startswith("_"):
                found.setdefault(path.stem, path)
    return found


def load_strategy(config: Config) -> Strategy:
    """The strategy a config names, its parameters checked. Raises ConfigError or StrategyError."""
    files = strategy_files()
    if config.strategy not in files:
        close = difflib.get_close_matches(config.strategy, files, n=1)
        raise ConfigError(
            config.fault(
                "strategy",
                f"`{config.strategy}`",
                "one of " + ", ".join(sorted(files)),
                f"did you mean `{close[0]}`?" if close else f"add strategies/{config.strategy}.py",
            )
        )
    strategy = read_strategy(files[config.strategy])
    _check_parameters(config, strategy)
    _check_answers(config, strategy)
    return strategy


def read_strategy(path: Path) -> Strategy:
    """Load one strategy file by its path."""
    source = path.read_text(encoding="utf-8")
    spec = util.spec_from_file_location(f"overweight_strategy_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit, GeneratorExit) as error:
        raise StrategyError(_raised(path, error, "", "loading the file")) from None
    given = [name for name in ("score", "weights") if callable(getattr(module, name, None))]
    if len(given) != 1:
        found = "both `score` and `weights`" if given else "neither `score` nor `weights`"
        raise StrategyError(
            Fault(
                str(path),
                "",
                found,
                "one function `score(past, ...)` or `weights(past, ...)`",
                "define just one",
            )
        )
    function = getattr(module, given[0])
    hints = get_type_hints(function)
    parameters = tuple(
        Parameter(p.name, hints.get(p.name, Any), p.default)
        for p in inspect.signature(function).parameters.values()
        if p.kind is inspect.Parameter.KEYWORD_ONLY
    )
    thesis = (module.__doc__ or "").strip().split("\n")[0]
    answers: Literal["score", "weights"] = "score" if given[0] == "score" else "weights"
    return Strategy(path.stem, path, answers, function, parameters, thesis, source)


def _check_parameters(config: Config, strategy: Strategy) -> None:
    """Every fault of `with:` at once: unknown names, missing ones, wrong types."""
    known = {parameter.name: parameter for parameter in strategy.parameters}
    faults = []
    for name, value in config.with_.items():
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            cure = f"did you mean `{close[0]}`?" if close else "leave it out"
            expected = "a parameter of " + f"{strategy.name}: " + (", ".join(known) or "it has none")
            faults.append(config.fault(f"with.{name}", f"unknown parameter `{name}`", expected, cure))
        elif not _fits(value, known[name].type):
            words = _type_words(known[name].type)
            faults.append(config.fault(f"with.{name}", f"`{value}`", words, f"write {words}"))
    for parameter in strategy.parameters:
        if parameter.required and parameter.name not in config.with_:
            cure = f"add `{parameter.name}:` under `with:`"
            faults.append(
                config.fault("with", f"no `{parameter.name}`", f"every parameter {strategy.name} requires", cure)
            )
    if faults:
        raise ConfigError(*faults)


def _fits(value: Any, wanted: Any) -> bool:
    if wanted is float:
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if wanted is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if wanted in (str, bool):
        return isinstance(value, wanted)
    return True


def _type_words(wanted: Any) -> str:
    words = {float: "a number", int: "a whole number", str: "a word", bool: "true or false"}
    return words.get(wanted, str(wanted))


def _check_answers(config: Config, strategy: Strategy) -> None:
    """A strategy about weights takes no stance; one that scores needs stance and tilt."""
    if strategy.answers == "weights" and config.stance is not None:
        raise ConfigError(
            config.fault(
                "stance",
                f"a stance for {strategy.name}, which answers weights",
                "no `stance` and no `tilt`",
                "take both out",
            )
        )
    if strategy.answers == "score" and config.stance is None:
        raise ConfigError(
            config.fault(
                "strategy",
                f"no stance for {strategy.name}, which answers scores",
                "`stance:` and `tilt:`",
                "add both",
            )
        )


def ask(strategy: Strategy, config: Config, past: Past) -> Answer:
    """What the strategy answers today. Raises StrategyError naming file, line, day and parameters if it fails."""
    try:
        return strategy.function(past, **config.with_)
    except UnknownName as error:
        raise ConfigError(_misnamed(config, error)) from None
    except (Exception, SystemExit, GeneratorExit) as error:
        parameters = ", ".join(f"{name}={value}" for name, value in config.with_.items()) or "none"
        raise StrategyError(_raised(strategy.path, error, parameters, f"deciding on {past.today}")) from None


def _misnamed(config: Config, error: UnknownName) -> Fault:
    """The fault at the parameter that carries the unknown name."""
    fault = error.faults[0]
    keys = [f"with.{key}" for key, value in config.with_.items() if value == error.name]
    known = tuple(name.strip() for name in fault.expected.removeprefix("one of: ").split(","))
    close = difflib.get_close_matches(error.name, known, n=1)
    cure = f"did you mean `{close[0]}`?" if close else fault.cure
    return config.fault(keys[0] if keys else "strategy", fault.found, fault.expected, cure)


def _raised(path: Path, error: BaseException, parameters: str, doing: str) -> Fault:
    frames: Sequence[traceback.FrameSummary] = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if Path(frame.filename) == path]
    line = lines[-1] if lines else getattr(error, "lineno", 1)
    given = f" with {parameters}" if parameters else ""
    return Fault(
        f"{path}:{line}", "", f"{type(error).__name__}: {error} while {doing}{given}", "an answer",
        "mend the strategy file",
    )  # fmt: skip


def is_nan(answer: Answer) -> bool:
    """Whether an answer has no value where it should: NaN, an empty mapping, or NaN for any of its names."""
    if isinstance(answer, Score):
        return math.isnan(answer.value)
    if isinstance(answer, Mapping):
        return not answer or any(is_nan(part) for part in answer.values())
    return answer is not None and math.isnan(answer)
