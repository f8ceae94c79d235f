"""What comes of runs, as people and programs read it: the summary, comparisons, the list, checks."""
