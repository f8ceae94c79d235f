"""`overweight check`: what a config answers now against what was agreed on, and the cause of any difference."""
