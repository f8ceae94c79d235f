"""One tree of values from a file, the files it extends, and `--set` options."""

from __future__ import annotations

import difflib
import os
from dataclasses import replace
from pathlib import Path

from engine.config.endings import ENDINGS
from engine.config.marked import Marked, MarkedFault, Place, Step
from engine.config.record import choice, shown
from engine.config.source import SOURCE_KEYS
from engine.config.yaml_text import read_yaml

#: The blocks that make a file a study over a `base`, in the order in which they are looked for.
STUDIES = ("claims", "walk_forward", "event_study", "sweep")
#: Studies of prices alone: a file about them needs neither a strategy nor a policy.
OF_PRICES = ("event_study", "claims")
#: The keys that name a file of which this one says only what differs, or which it studies.
ABOVE = ("extends", "base")
#: What a file that says one of these takes over from no other file.
INSTEAD = {"strategy": ("with", "blend"), "blend": ("strategy", "with", "stance", "blend")}


class UnreadableError(Exception):
    """A file of which no tree can be made."""

    def __init__(self, *findings: MarkedFault) -> None:
        super().__init__()
        self.findings = findings


def read_tree(path: Path, findings: list[MarkedFault]) -> Marked:
    """The file and all it extends as one tree; faults of form are added to `findings`.

    Raises UnreadableError where a file is missing, is no YAML mapping, or extends itself.
    """
    return _read(os.path.normpath(path), MarkedFault(Place(str(path)), "", "", "", ""), (), findings)


def _read(file: str, asked: MarkedFault, chain: tuple[str, ...], findings: list[MarkedFault]) -> Marked:
    tree, faults = read_yaml(_text(file, asked), file)
    findings += faults
    if tree is None or tree.value is None:
        raise UnreadableError(
            *findings or [MarkedFault(Place(file), "", "an empty file", "a config", "write `strategy: ...`")]
        )
    if not isinstance(tree.value, dict):
        found, cure = shown(tree.plain()), "write for example `strategy: metals_lead`"
        raise UnreadableError(*findings, MarkedFault(tree.place, "", found, "a mapping of keys", cure))
    tree = with_listed_brake(with_named_data(tree))
    above = [key for key in ABOVE if key in tree.children()]
    if not above:
        return tree
    own = replace(tree, value={key: value for key, value in tree.children().items() if key not in ABOVE})
    findings += _misused_base(tree)
    parent = _read_parent(file, above[0], tree.children()[above[0]], (*chain, file), findings)
    if "base" in tree.children():
        findings += _studies_in(parent)
    return merged(parent, own)


def _misused_base(tree: Marked) -> list[MarkedFault]:
    """`base` is what a study stands on; a plain config that says only what differs `extends` another."""
    base = tree.child("base")
    if base is None:
        return []
    if "extends" in tree.children():
        return [MarkedFault(base.key_place, "base", "`base` beside `extends`", "one of the two", "remove `extends`")]
    if not any(key in tree.children() for key in STUDIES):
        found = "a `base` without a study"
        return [MarkedFault(base.key_place, "base", found, choice(STUDIES), "add one, or write `extends` for `base`")]
    return []


def _studies_in(parent: Marked) -> list[MarkedFault]:
    """A study stands on a run, not on another study."""
    return [
        MarkedFault(
            parent.children()[key].key_place, key, "a study in the file that `base` names", "a run", "name a run"
        )
        for key in STUDIES
        if key in parent.children()
    ]


def _read_parent(file: str, key: str, extends: Marked, chain: tuple[str, ...], findings: list[MarkedFault]) -> Marked:
    if not isinstance(extends.value, str) or not extends.value:
        found = shown(extends.plain())
        raise UnreadableError(*findings, MarkedFault(extends.place, key, found, "the path of a file", "name one file"))
    parent = os.path.normpath(os.path.join(os.path.dirname(file), extends.value))
    seen = [os.path.realpath(link) for link in chain]
    if os.path.realpath(parent) in seen:
        links = " -> ".join([*chain[seen.index(os.path.realpath(parent)) :], parent])
        finding = MarkedFault(extends.place, key, f"a circle: {links}", "a file that stands alone", "break the circle")
        raise UnreadableError(*findings, finding)
    return _read(parent, MarkedFault(extends.place, key, "", "", ""), chain, findings)


def _text(file: str, asked: MarkedFault) -> str:
    def refuse(found: str, expected: str, cure: str) -> UnreadableError:
        return UnreadableError(replace(asked, found=found, expected=expected, cure=cure))

    try:
        data = Path(file).read_bytes()
    except FileNotFoundError:
        if file == "-":
            raise refuse("the word `-`", "a YAML file", "write /dev/stdin to read the standard input") from None
        raise refuse(f"no file `{file}`", "a YAML file", _near(file)) from None
    except IsADirectoryError:
        raise refuse(f"a folder, `{file}`", "a YAML file", "name one file in it") from None
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise refuse(f"a file that cannot be read ({reason})", "a YAML file", "check the name and its rights") from None
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        found = f"the byte 0x{data[error.start]:02x}, which is no UTF-8"
        place = Place(file, line, column)
        raise UnreadableError(MarkedFault(place, "", found, "text in UTF-8", "save the file as UTF-8")) from None


def _near(file: str) -> str:
    folder, name = os.path.split(file)
    try:
        names = [name for name in os.listdir(folder or ".") if name.endswith(ENDINGS)]
    except OSError:
        return f"there is no folder `{folder}` either"
    near = difflib.get_close_matches(name, names, n=1)
    return f"did you mean `{os.path.join(folder, near[0])}`?" if near else "check the path"


def with_named_data(tree: Marked) -> Marked:
    """`data: {source: ...}` as `data: {prices: {source: ...}}`."""
    data = tree.children().get("data")
    if data is None or not any(_is_of_a_source(key, value) for key, value in data.children().items()):
        return tree
    return tree.with_child("data", replace(data, value={"prices": replace(data, implied=True)}))


def with_listed_brake(tree: Marked) -> Marked:
    """`brake: {strategy: ...}` as a list of one."""
    brake = tree.children().get("brake")
    if brake is None or not isinstance(brake.value, dict):
        return tree
    return tree.with_child("brake", replace(brake, value=[replace(brake, implied=True)]))


def _is_of_a_source(key: str, value: Marked) -> bool:
    return key in SOURCE_KEYS and not isinstance(value.value, dict)


def merged(parent: Marked, child: Marked, path: tuple[str, ...] = ()) -> Marked:
    """The child over the parent: mappings key by key, anything else replaced; `key: null` takes a key away.

    What changes its kind is replaced whole: `with` under a named strategy, a stance with another rule,
    a source of another kind; a sleeve, the policy, `known`, an event study's events and its normal return always are.
    A strategy takes the place of a blend, and a blend that of a strategy with all that turned its scores into stances.
    """
    if not isinstance(parent.value, dict) or not isinstance(child.value, dict) or _is_whole(parent, child, path):
        return child
    out = dict(parent.value)
    for key, replaced in INSTEAD.items() if not path else ():
        if key in child.value and child.value[key].value is not None:
            out = {name: value for name, value in out.items() if name not in replaced}
    for key, value in child.value.items():
        if value.value is None and key in out:
            del out[key]
        else:
            out[key] = merged(out[key], value, (*path, key)) if key in out else value
    return replace(child, value=out)


def _is_whole(parent: Marked, child: Marked, path: tuple[str, ...]) -> bool:
    match path:
        case ("policy",) | ("hold" | "watch", _) | ("data", _, "known") | ("event_study", "events" | "normal"):
            return True
        case ("stance",):
            return _differs(parent, child, "rule")
        case ("data", _):
            return _differs(parent, child, "source")
    return False


def _differs(parent: Marked, child: Marked, key: str) -> bool:
    mine, theirs = child.child(key), parent.child(key)
    return mine is not None and (theirs is None or mine.value != theirs.value)


def with_override(tree: Marked, option: str, findings: list[MarkedFault]) -> Marked:
    """The tree with one `key=value` set; nothing else moves. Its faults are added to `findings`."""
    place = Place(f"--set {option}")
    key, equals, text = option.partition("=")
    key = key.strip()
    if not equals or not all(key.split(".")):
        cure = "write for example --set with.lookback=126"
        findings.append(MarkedFault(place, "", "no `key=value`", "a dotted key, `=` and a value", cure))
        return tree
    if key in ABOVE:
        findings.append(MarkedFault(place, key, f"`{key}` as an option", "a key of the config", "write it in the file"))
        return tree
    if not text.strip():
        cure = f"give a value; --set {key}=null takes the key away"
        findings.append(MarkedFault(place, key, "nothing after `=`", "a value", cure))
        return tree
    value, faults = read_yaml(text, place.file, numbered=False)
    if faults or value is None:
        cure = "{0.cure}; a value is written as in the file, with quotes where YAML needs them"
        findings += [replace(fault, key=key, cure=cure.format(fault)) for fault in faults]
        return tree
    return with_value(tree, key, replace(value, place=place), findings)


def with_value(tree: Marked, key: str, value: Marked, findings: list[MarkedFault]) -> Marked:
    """The tree with one dotted key set to a value that was read elsewhere. Its faults are added to `findings`."""
    try:
        return with_listed_brake(with_named_data(_with_value(tree, _full_path(tree, key), value, ())))
    except UnreadableError as error:
        findings += [replace(finding, place=value.place) for finding in error.findings]
        return tree


def _full_path(tree: Marked, key: str) -> tuple[Step, ...]:
    path = tree.steps(key)
    data = tree.child("data")
    named = data.children() if data else {}
    if path[0] == "data" and len(path) > 1 and path[1] in SOURCE_KEYS and str(path[1]) not in named:
        return ("data", "prices", *path[1:])
    brake = tree.child("brake")
    if path[0] == "brake" and len(path) > 1 and brake is not None and brake.child(path[1]) is None:
        # A brake that is written alone is the first of its list.
        return ("brake", 0, *path[1:])
    return path


def _with_value(here: Marked, path: tuple[Step, ...], value: Marked, above: tuple[Step, ...]) -> Marked:
    """`here` with the value at `path` (null: with the key away)."""
    if not path:
        return replace(value, implied=here.implied, key_place=here.key_place)
    step, rest = str(path[0]), path[1:]
    below = here.child(step)
    if isinstance(here.value, list):
        if below is None:
            size = len(here.value)
            expected = f"an index from 0 to {size - 1}" if size else "a list with items"
            finding = MarkedFault(here.place, _key(above), f"the index `{step}`", expected, "set the whole list")
            raise UnreadableError(finding)
        items = list(here.value)
        items[int(step)] = _with_value(below, rest, value, (*above, step))
        return replace(here, value=items)
    if not isinstance(here.value, dict | None):
        found = f"{shown(here.value)}, which has no `{step}`"
        raise UnreadableError(
            MarkedFault(here.place, _key(above), found, "a mapping or a list", f"set {_key(above)} itself")
        )
    children = here.children()
    if not rest and value.value is None and below is not None:
        return replace(here, value={key: child for key, child in children.items() if key != step})
    empty = Marked({}, value.place, value.place)
    return replace(here, value={**children, step: _with_value(below or empty, rest, value, (*above, step))})


def _key(path: tuple[Step, ...]) -> str:
    return ".".join(str(step) for step in path)
