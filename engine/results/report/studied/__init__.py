"""Saved studies as parts of a page, by their kind."""
