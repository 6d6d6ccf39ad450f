"""From a text to an agreement, with every problem and its line."""
