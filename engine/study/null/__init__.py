"""Null markets: the same question asked where there is nothing to find, and where the real answer stands among them."""
