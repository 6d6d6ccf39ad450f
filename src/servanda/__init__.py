"""servanda."""
