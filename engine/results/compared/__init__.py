"""`overweight compare`: runs beside each other."""
