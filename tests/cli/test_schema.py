"""`servanda schema`: the JSON Schema."""

from __future__ import annotations

from typing import Any


def test_schema_is_printed_with_and_without_json(run: Any) -> None:
    assert run("schema").json["$schema"].startswith("https://json-schema.org/")
    assert run("schema", "--json").out == run("schema").out
