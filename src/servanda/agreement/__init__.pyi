from .dates import DueDates as DueDates
from .dates import due_dates as due_dates
from .format.agreement import Agreement as Agreement
from .format.agreement import AgreementError as AgreementError
from .format.values import Number as Number
from .reading.reader import catalog as catalog
from .reading.reader import loads as loads
from .reading.reader import read as read
from .starter import new as new
from .starter import starter_text as starter_text
from .writing.plans import write_plans as write_plans

__all__ = [
    "Agreement",
    "AgreementError",
    "DueDates",
    "Number",
    "catalog",
    "due_dates",
    "loads",
    "new",
    "read",
    "starter_text",
    "write_plans",
]
