"""Many backtests at once, in the vector lanes: stances, targets and simulation of variants that share decision days."""
