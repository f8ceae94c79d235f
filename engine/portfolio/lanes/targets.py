"""Targets in lanes: stances tilted around the policy mix, braked, and fitted into limits; and the matched mix.

What `portfolio.tilt`, `portfolio.brake` and `portfolio.limits` do with one portfolio. Without stances on assets and
without limits the targets are weights of sleeves, and stay so; otherwise they are weights of slots.
"""

from __future__ import annotations

#: What gives the points of a tilted sleeve: others by shares, or its own other members.
SHARES, SAME = range(2)
