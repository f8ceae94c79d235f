"""Event studies: what returns did around given days beyond what was normal, and how likely by chance.

Arrays in, records out, in the order of the work: `windows` says which events can be measured, `abnormal` what
happened beyond `normal`, `parametric`, `ranks` and `randomised` how likely that is by chance, `effect` puts
these side by side, `eras` compares two spans of time and `power` says what could have been seen at all.

`study` answers the block `event_study:` with them: `days` finds the events and their sessions, `returns` what is
measured, `measured` calls the statistics, `outcome` holds what came of it, `words`, `tables` and `picture` show it.
"""
