"""Strategies: finding the file, reading its parameters, holding them against what a config gives.

A strategy is a file with `score(past, ...)` or `weights(past, ...)`. Its keyword-only parameters, with types and
defaults, are the schema of `with:`. It may define `explain(past, ...)` as well, with any of the same parameters: words
and figures by name about the last decision day, such as what a signal was learnt from.
"""

from __future__ import annotations

import difflib
import inspect
import traceback
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import util
from pathlib import Path
from types import CodeType
from typing import Any, Literal, get_type_hints

from engine.config import Config
from engine.config.load import SHIPPED
from engine.errors import ConfigError, Fault, StrategyError
from engine.signals import Score

REPOSITORY = SHIPPED.parent.parent

#: What stands for parameters where the config gives none.
NO_PARAMETERS = "none"

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
    line: where its function begins. explain: what it has to say of the last decision day. brake: its place among the
    brakes of the config; None for the config's own strategy.
    """

    name: str
    path: Path
    answers: Literal["score", "weights"]
    function: Callable[..., Answer]
    parameters: tuple[Parameter, ...]
    thesis: str
    source: str
    line: int = 1
    explain: Callable[..., Any] | None = None
    brake: int | None = None

    @property
    def place(self) -> str:
        """`file:line` of its function."""
        return f"{self.path}:{self.line}"

    @property
    def block(self) -> str:
        """What stands before `strategy` and `with` in the dotted keys of the config that names it."""
        return "" if self.brake is None else f"brake.{self.brake}."

    def given(self, config: Config) -> Mapping[str, Any]:
        """The parameters that the config gives it."""
        return config.with_ if self.brake is None else config.brake[self.brake].with_

    def given_words(self, config: Config) -> str:
        """Those in words: `lookback=126, sleeve=miners`, or `none`."""
        return ", ".join(f"{name}={value}" for name, value in self.given(config).items()) or NO_PARAMETERS


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
    assert config.strategy is not None
    strategy = find_strategy(config, config.strategy, "strategy")
    _check_parameters(config, strategy)
    _check_answers(config, strategy)
    return strategy


def load_brakes(config: Config) -> tuple[Strategy, ...]:
    """The strategies that a config names as brakes, their parameters checked. Raises ConfigError or StrategyError."""
    brakes = []
    for position, one in enumerate(config.brake):
        key = f"brake.{position}.strategy"
        strategy = replace(find_strategy(config, one.strategy, key), brake=position)
        if strategy.answers == "weights":
            found = f"`{strategy.name}`, which answers weights"
            cure = "name one with `score`, for example overheating_brake"
            raise ConfigError(config.fault(key, found, "a strategy that answers the share to keep, from 0 to 1", cure))
        _check_parameters(config, strategy)
        brakes.append(strategy)
    return tuple(brakes)


def find_strategy(config: Config, name: str, key: str) -> Strategy:
    """The strategy of a name, its parameters not checked; key: where the config names it. Raises ConfigError or
    StrategyError.
    """
    files = strategy_files()
    if name not in files:
        close = difflib.get_close_matches(name, files, n=1)
        cure = f"did you mean `{close[0]}`?" if close else f"add strategies/{name}.py"
        home = _home_of(config, name)
        cure = cure if home is None else f"run it in {home}, which has strategies/{name}.py: they are looked for there"
        raise ConfigError(config.fault(key, f"`{name}`", "one of " + ", ".join(sorted(files)), cure))
    return read_strategy(files[name])


def _home_of(config: Config, name: str) -> Path | None:
    """The nearest folder above a config whose `strategies/` has that file; None where there is none."""
    above = config.path.resolve().parents
    return next((folder for folder in above if (folder / "strategies" / f"{name}.py").is_file()), None)


def as_written(source: str, path: str, names: dict[str, Any]) -> CodeType:
    """The code of a file. Not through a loader: its compiled copy is taken for the file's own where size and second are
    the same.
    """
    return compile(source, path, "exec", dont_inherit=True)


def read_strategy(path: Path, compiled: Callable[[str, str, dict[str, Any]], CodeType] = as_written) -> Strategy:
    """Load one strategy file by its path. compiled: makes code of its text for a module of these names.

    Raises StrategyError.
    """
    source = _text(path)
    spec = util.spec_from_file_location(f"overweight_strategy_{path.stem}", path)
    assert spec is not None
    module = util.module_from_spec(spec)
    try:
        exec(compiled(source, str(path), module.__dict__), module.__dict__)
    except (Exception, SystemExit, GeneratorExit) as error:
        raise StrategyError(raised(path, error, "", "loading the file")) from None
    given = [name for name in ("score", "weights") if callable(getattr(module, name, None))]
    if len(given) != 1:
        found = "both `score` and `weights`" if given else "neither `score` nor `weights`"
        expected = "one function `score(past, ...)` or `weights(past, ...)`"
        raise StrategyError(Fault(str(path), "", found, expected, "define just one"))
    function = getattr(module, given[0])
    line = getattr(getattr(function, "__code__", None), "co_firstlineno", 1)
    explain = getattr(module, "explain", None)
    thesis = (module.__doc__ or "").strip().split("\n")[0]
    answers: Literal["score", "weights"] = "score" if given[0] == "score" else "weights"
    parameters = _parameters(path, line, function)
    return Strategy(
        path.stem, path, answers, function, parameters, thesis, source, line, explain if callable(explain) else None
    )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no UTF-8"
        found, cure = f"a file that cannot be read ({reason})", "check its rights, and save it as UTF-8"
        raise StrategyError(Fault(str(path), "", found, "a strategy file", cure)) from None


def _parameters(path: Path, line: int, function: Callable[..., Any]) -> tuple[Parameter, ...]:
    """The keyword-only parameters. Raises StrategyError where another one than `past` would have to be given."""
    try:
        hints, asked = get_type_hints(function), inspect.signature(function).parameters.values()
    except Exception as error:
        raise StrategyError(raised(path, error, "", "reading its parameters", line)) from None
    by_place = [p.name for p in asked if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    if len(by_place) != 1:
        found = f"a function of ({', '.join(by_place)})" if by_place else "a function that takes no `past`"
        expected = "`past` alone, then `*`, then parameters with types and defaults"
        cure = "write for example `score(past, *, lookback: int = 252)`"
        raise StrategyError(Fault(f"{path}:{line}", "", found, expected, cure))
    return tuple(Parameter(p.name, hints.get(p.name, Any), p.default) for p in asked if p.kind is p.KEYWORD_ONLY)


def _check_parameters(config: Config, strategy: Strategy) -> None:
    """Every fault of `with:` at once: unknown names, missing ones, wrong types."""
    given, block = strategy.given(config), f"{strategy.block}with"
    wrong = [(f"{block}.{name}", misfit(strategy, name, value)) for name, value in given.items()]
    wrong += [(block, words) for words in missing(strategy, given)]
    faults = [config.fault(key, *words) for key, words in wrong if words is not None]
    if faults:
        raise ConfigError(*faults)


def misfit(strategy: Strategy, name: str, value: Any) -> tuple[str, str, str] | None:
    """What is wrong with one parameter for a strategy, as found, expected and cure; None where it is right."""
    known = {parameter.name: parameter for parameter in strategy.parameters}
    if name not in known:
        close = difflib.get_close_matches(name, known, n=1)
        cure = f"did you mean `{close[0]}`?" if close else "leave it out"
        return (
            f"unknown parameter `{name}`",
            f"a parameter of {strategy.name}: {', '.join(known) or 'it has none'}",
            cure,
        )
    if _fits(value, known[name].type):
        return None
    words = _type_words(known[name].type)
    return f"`{value}`", words, f"write {words}"


def missing(strategy: Strategy, given: Collection[str]) -> list[tuple[str, str, str]]:
    """What is wrong where parameters that a strategy requires are not given, as found, expected and cure."""
    return [
        (f"no `{one.name}`", f"every parameter {strategy.name} requires", f"add `{one.name}:` under `with:`")
        for one in strategy.parameters
        if one.required and one.name not in given
    ]


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


def raised(path: Path, error: BaseException, parameters: str, doing: str, line: int = 1) -> Fault:
    """The fault of a strategy file that raised: at the last line of its own on the way, else at `line`."""
    frames: Sequence[traceback.FrameSummary] = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if Path(frame.filename) == path]
    at = lines[-1] if lines else getattr(error, "lineno", None) or line
    given = f" with {parameters}" if parameters else ""
    found = f"{type(error).__name__}: {' '.join(str(error).split())} while {doing}{given}"
    cure = (
        "mend the strategy file" if parameters in ("", NO_PARAMETERS) else "mend its parameters, or the strategy file"
    )
    return Fault(f"{path}:{at}", "", found, "an answer", cure)
