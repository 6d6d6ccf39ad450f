"""Which numbers would change the answer."""
