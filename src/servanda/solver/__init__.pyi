from .batch import Batch as Batch
from .batch import results as results
from .batch import solve_draws as solve_draws
from .equilibrium import Equilibrium as Equilibrium
from .equilibrium import NotConverged as NotConverged
from .equilibrium import solve as solve

__all__ = [
    "Batch",
    "Equilibrium",
    "NotConverged",
    "results",
    "solve",
    "solve_draws",
]
