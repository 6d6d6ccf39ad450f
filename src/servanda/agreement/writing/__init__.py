"""Changing an agreement file in place, byte for byte."""
