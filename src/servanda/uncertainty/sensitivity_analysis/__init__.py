"""Which uncertain numbers matter."""
