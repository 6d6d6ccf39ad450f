"""What all parts of an agreement have in common: nothing in them changes, and what is copied is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Self, cast

from pydantic import BaseModel, ConfigDict, ValidationInfo

from servanda.records import read_only


class Frozen(BaseModel):
    """Anything of an agreement: cannot be changed, nor can its groups and lists; knows its keys and no others."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, ser_json_inf_nan="strings"
    )

    def model_post_init(self, context: Any, /) -> None:
        """Make the groups read-only; lists are tuples already."""
        there = vars(self)
        for name, value in there.items():
            if type(value) is dict:
                there[name] = read_only(cast("object", value))

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Copy, with other values for some keys; these are looked at as when it is made anew.

        Raises
        ------
        pydantic.ValidationError
            If a value cannot be used.
        """
        copied = super().model_copy(deep=deep)
        if not update:
            return copied
        given = {name: getattr(copied, name) for name in copied.model_fields_set} | dict(update)
        names = {name: field.alias or name for name, field in type(self).model_fields.items()}
        return type(self).model_validate({names.get(name, name): value for name, value in given.items()})


def without_defaults(cls: type[Frozen], given: Any, info: ValidationInfo) -> Any:
    """Leave out of a group that is no file's what is there by default: `model_dump` writes it, and a file must not."""
    if info.context is not None or not isinstance(given, dict):
        return given
    keys = cast("dict[str, Any]", given)
    usual = {key: f.default for name, f in cls.model_fields.items() for key in (name, f.alias or name)}
    return {key: value for key, value in keys.items() if key not in usual or not same_as(value, usual[key])}


def same_as(value: object, default: object) -> bool:
    """Whether a value is the default, an empty list as good as an empty tuple."""
    return value == default or (isinstance(value, list) and default == () and not value)
