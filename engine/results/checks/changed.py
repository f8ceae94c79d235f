"""What changed since a revision, as git knows it: in commits, in the working tree, in files not added yet."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from engine.errors import ConfigError, Fault

OPTION = "--changed-since"


@dataclass(frozen=True, slots=True)
class Changed:
    """Real paths. changed: other content than at the revision, or not there then, or not there now. tracked: what git
    keeps. gone: names, without folders, of files that were there at the revision and are not now.
    """

    changed: frozenset[str]
    tracked: frozenset[str]
    gone: frozenset[str]

    def has(self, path: Path) -> bool:
        """Whether a file or a folder changed. What git does not keep may have, for all one knows."""
        return self.touches(path) or not any(_below(one, os.path.realpath(path)) for one in self.tracked)

    def uncovers(self, path: Path) -> bool:
        """Whether a file of that name is gone, in whose place this one may be read now: strategies, calendars and data
        are looked for in several folders.
        """
        return path.name in self.gone

    def touches(self, path: Path) -> bool:
        """Whether git knows of a change of a file, or in a folder."""
        real = os.path.realpath(path)
        return any(_below(one, real) for one in self.changed)


def changed_since(revision: str) -> Changed:
    """Raises ConfigError where there is no git, no repository, or no such revision."""
    if revision.startswith("-") or not revision.strip():
        raise _refused(f"`{revision}`", "a revision", "write for example origin/main")
    root = Path(_git("rev-parse", "--show-toplevel", expected="a git repository", cure="run it inside one").strip())
    expected, cure = f"a revision in {root}", "fetch it first; in CI check out with the whole history (fetch-depth: 0)"
    _git("rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}", expected=expected, cure=cure, found=revision)
    differing = _paths(root, _git("diff", "--name-only", "--no-renames", "-z", revision, "--", cwd=root))
    new = _paths(root, _git("ls-files", "--others", "--exclude-standard", "-z", cwd=root))
    gone = frozenset(os.path.basename(path) for path in differing if not os.path.exists(path))
    return Changed(differing | new, _paths(root, _git("ls-files", "-z", cwd=root)), gone)


def _below(file: str, path: str) -> bool:
    return file == path or file.startswith(f"{path}{os.sep}")


def _git(
    *arguments: str, cwd: Path | None = None, expected: str = "an answer of git", cure: str = "run it by hand",
    found: str = "",
) -> str:  # fmt: skip
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=cwd, capture_output=True, check=False, env={**os.environ, "LC_ALL": "C"}
        )
    except FileNotFoundError:
        raise _refused("no git on this machine", "the command `git`", "install it, or name the configs") from None
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip().splitlines() or ["no answer"]
        fatal = next((line for line in said if line.startswith("fatal:")), said[-1])
        if "dubious ownership" in fatal:  # as in the containers of CI; git's last line is the command that helps
            cure = f"say that it may be trusted: `{said[-1].strip()}`"
        raise _refused(f"`{found}`, which git does not know" if found else fatal, expected, cure)
    return done.stdout.decode(errors="surrogateescape")


def _paths(root: Path, listed: str) -> frozenset[str]:
    return frozenset(os.path.realpath(root / name) for name in listed.split("\0") if name)


def _refused(found: str, expected: str, cure: str) -> ConfigError:
    return ConfigError(Fault(OPTION, "", found, expected, cure))
