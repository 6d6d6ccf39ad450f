"""The rules of `check`, a file for each family, with its words in the .toml file of the same name."""
