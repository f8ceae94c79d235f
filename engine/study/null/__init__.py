"""Null markets: the same question asked where there is nothing to find, many times; and where the real answer stands."""
