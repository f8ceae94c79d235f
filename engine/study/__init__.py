"""Studies: many runs of one question, to learn how far its answer can be trusted."""
