"""What each result says, a file for each kind of result: sentences and tables, found by the type of the result."""
