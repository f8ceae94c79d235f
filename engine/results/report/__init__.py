"""The report: one HTML page for each result, readable without a network and on a phone."""
