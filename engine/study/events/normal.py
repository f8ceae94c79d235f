"""Normal returns: what a return is expected to be, learnt before the event by least squares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.measure.track import FloatArray
from engine.study.events.windows import IntArray, Windows

COLLINEAR = 1e-8
"""A regressor of which a smaller share is left after the ones before it adds nothing."""


@dataclass(frozen=True, slots=True)
class Regressors:
    """The regressors of each of E events, turned into an orthonormal basis of its estimation window.

    estimation: (E, L, k), orthonormal columns Q of X = QR. event: (E, W, k), the event window's rows times
    R^-1. usable: (E,), False where a factor is missing or collinear in a window (both arrays are zero there).
    In this basis X*(X'X)^-1 X*' is event @ event', which is what forecast errors need.
    """

    estimation: FloatArray
    event: FloatArray
    usable: NDArray[np.bool_]


def design_matrix(factors: FloatArray | None, n_sessions: int) -> FloatArray:
    """(T, k) a column of ones beside the factors: None, (T,) or (T, K).

    None is the constant-mean model, one factor the market model, several the multi-factor model
    (MacKinlay 1997). Raises ValueError where the factors do not cover the sessions.
    """
    ones = np.ones((n_sessions, 1))
    if factors is None:
        return ones
    columns = factors.reshape(len(factors), -1)
    if len(columns) != n_sessions:
        raise ValueError(f"normal returns: factors cover {len(columns)} sessions, returns {n_sessions}")
    return np.column_stack([ones, columns])


def fit_regressors(design: FloatArray, days: IntArray, windows: Windows) -> Regressors:
    """The basis of each event's estimation window and the event window's rows in it. See Regressors."""
    begin = days[:, None] + windows.start
    before = design[begin + np.arange(windows.estimation)]
    during = design[days[:, None] + np.arange(windows.first, windows.last + 1)]
    usable = np.isfinite(before).all(axis=(1, 2)) & np.isfinite(during).all(axis=(1, 2))
    q, r = np.linalg.qr(np.where(usable[:, None, None], before, 0.0))
    left = np.abs(np.diagonal(r, axis1=1, axis2=2))
    usable &= (left > COLLINEAR * np.linalg.norm(r, axis=1)).all(axis=1)
    r = np.where(usable[:, None, None], r, np.eye(design.shape[1]))
    during = np.where(usable[:, None, None], during, 0.0)
    rows = np.linalg.solve(np.swapaxes(r, 1, 2), np.swapaxes(during, 1, 2))
    return Regressors(np.where(usable[:, None, None], q, 0.0), np.swapaxes(rows, 1, 2), usable)
