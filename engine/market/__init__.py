"""The market as it was known: sources deliver Tables, `panel` aligns them, `past` reveals them day by day."""
