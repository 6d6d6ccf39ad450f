"""What a result says and what it looks like: views, figures, and the report."""

from servanda.presentation.figures import gallery

figures = gallery
