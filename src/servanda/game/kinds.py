"""Kinds of nodes of the public tree, as numbers: for the compiled loops."""

(
    OBLIGATION, REVIEW, AUTOMATIC, RATIFICATION, TURNOVER, HORIZON, RENEWAL, FOUND, EXCHANGE, SEAT,
) = range(10)  # fmt: skip

CHOICES = (OBLIGATION, REVIEW, RENEWAL, EXCHANGE, SEAT)  # where somebody decides
