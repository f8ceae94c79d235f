"""From scores to a ledger: schedule, stance, tilt, and the simulation with every cost."""
