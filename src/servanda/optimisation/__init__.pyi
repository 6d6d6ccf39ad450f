from .pareto import Design as Design
from .pareto import design as design

__all__ = [
    "Design",
    "design",
]
