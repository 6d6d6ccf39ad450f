"""The report: one HTML page with all results, its figures beside it."""
