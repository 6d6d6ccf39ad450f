"""The types of the agreement file, a file for each group of keys."""
