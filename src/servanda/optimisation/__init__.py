"""TODO: the face of this room."""
