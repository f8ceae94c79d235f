"""Walk-forward: the variants of a sweep, chosen as time goes by."""
