"""Claims: statements about the market, each measured on the data at hand and given one of five verdicts.

`evidence` finds the series that a claim names, `parts` is what a measure answers, `verdicts` the rules by which figures
become words; `facts`, `estimates`, `calls` and `shocks` measure, `kinds` says which measure belongs to which kind,
`sensitivity` measures again with other days and other choices.
"""
