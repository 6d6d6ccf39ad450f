"""What takes two places of a file to see, a file for each group of keys as in `format/`."""
