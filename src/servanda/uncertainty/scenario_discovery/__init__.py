"""In which part of the ranges a plan fails."""
