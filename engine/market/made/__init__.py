"""Made markets: seeded, with a known truth, and alike but for one effect."""
