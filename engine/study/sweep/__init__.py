"""Sweeps: many variants of one run."""
