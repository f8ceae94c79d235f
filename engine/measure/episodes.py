"""Episodes: the bets of a strategy, one for each unbroken run of decisions on the same side of policy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.measure.track import ZERO, FloatArray, Track, check_same_sessions, log_returns


@dataclass(frozen=True, slots=True)
class Episode:
    """A run of decisions with one stance sign; a neutral decision or the other sign ends it.

    Where stances are on several names, a run lasts while every one keeps its sign.
    sign: +1 over, -1 under, 0 where names that are over and names that are under balance.
    first_decision, last_decision: indices into the decisions, both included.
    active_log_return: sum of the log returns over the reference while the episode was held.
    """

    sign: int
    first_decision: int
    last_decision: int
    active_log_return: float


def count_episodes(stance: FloatArray) -> int:
    """Number of runs of one stance sign over decisions (D,) or (D, S); zeros break runs. NaN raises ValueError."""
    return len(_runs(stance))


def list_episodes(
    stance: FloatArray, decisions: NDArray[np.int_], active_log_returns: FloatArray, *, after: int
) -> tuple[Episode, ...]:
    """The episodes of a stance with what each earned against the reference.

    stance: (D,) or (D, S). decisions: (D,) index into the T sessions of the day of each decision, increasing; -1 and
    the like stand for days before the first. active_log_returns: (T,), index 0 is not read. after: sessions
    from decision to execution at the close. An episode is held from the close on which its first decision was
    executed to the close on which the first decision after it was, or to the end; one still to be executed
    earned 0.0. Raises ValueError at NaN or where stance and decisions differ in length.
    """
    if len(stance) != len(decisions):
        raise ValueError(f"episodes: stance has shape {stance.shape}, decisions have {decisions.shape}")
    executed = np.maximum(decisions + after, 0)
    ends = np.append(executed, max(active_log_returns.size - 1, 0))
    episodes = []
    for sign, first, last in _runs(stance):
        held = active_log_returns[executed[first] + 1 : ends[last + 1] + 1]
        episodes.append(Episode(sign, first, last, float(np.sum(held))))
    return tuple(episodes)


def active_log_returns(track: Track, reference: Track) -> FloatArray:
    """(T,) log return of the track less that of the reference, session by session; 0.0 at index 0."""
    check_same_sessions(track, reference, "the reference")
    return np.append(0.0, log_returns(track) - log_returns(reference))


def best_episode_share(episodes: Sequence[Episode], active_log_returns: FloatArray) -> float | None:
    """Active log return of the best episode over that of all sessions (index 0 is not read).

    Above 1 where the rest lost. None without an episode, or where the sum is not above zero (1e-12).
    """
    total = float(np.sum(active_log_returns[1:]))
    if not episodes or total <= ZERO:
        return None
    return max(episode.active_log_return for episode in episodes) / total


def _runs(stance: FloatArray) -> list[tuple[int, int, int]]:
    """(sign, first, last) of each run of equal signs that are not all zero."""
    if stance.size == 0:
        return []
    signs = np.sign(stance).reshape(len(stance), -1)
    missing = np.flatnonzero(np.isnan(signs).any(axis=1))
    if missing.size:
        raise ValueError(f"episodes: the stance of decision {missing[0]} is NaN")
    firsts = np.append(0, np.flatnonzero((signs[1:] != signs[:-1]).any(axis=1)) + 1)
    lasts = np.append(firsts[1:] - 1, len(signs) - 1)
    sides = np.sign(signs.sum(axis=1))
    return [(int(sides[a]), int(a), int(b)) for a, b in zip(firsts, lasts, strict=True) if signs[a].any()]
