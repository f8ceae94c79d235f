"""Many variants of one run at once: what can go through the lanes does, and gives the figures of a run to 1e-9."""
