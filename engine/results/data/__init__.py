"""`overweight data`: pulling, listing, verifying and comparing snapshots."""
