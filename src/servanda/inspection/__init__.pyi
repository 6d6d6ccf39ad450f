from .allocation import Allocation as Allocation
from .allocation import where_to_inspect as where_to_inspect
from .rate_writing import write_rates as write_rates
from .sequential_game import SequentialInspection as SequentialInspection
from .sequential_game import sequential_inspection as sequential_inspection

__all__ = [
    "Allocation",
    "SequentialInspection",
    "sequential_inspection",
    "where_to_inspect",
    "write_rates",
]
