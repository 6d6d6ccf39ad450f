"""All plans on the same draws, as a table."""
