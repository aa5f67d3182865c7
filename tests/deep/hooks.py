"""What every examination adds to schemathesis: callers of many addresses, and two checks of our own.

Loaded by schemathesis in its own process (``SCHEMATHESIS_HOOKS``).
"""

from __future__ import annotations

import itertools
import json
from typing import Any

import schemathesis
from chassis.errors import URN
from chassis.http.problems import MEDIA_TYPE
from schemathesis.openapi.checks import UnsupportedMethodResponse

# what the schema says completely; a rule in words (a date in the future, a code of the pack) it cannot say
OF_THE_SCHEMA = {
    "missing", "extra_forbidden", "string_type", "string_too_short", "string_too_long", "string_pattern_mismatch",
    "too_short", "too_long", "enum", "literal_error", "int_type", "bool_type", "float_type", "list_type", "dict_type",
    "greater_than_equal", "greater_than", "less_than_equal", "less_than", "uuid_parsing", "date_parsing",
    "datetime_parsing", "model_type", "union_tag_invalid",
}  # fmt: skip
_calls = itertools.count()


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """Each call comes from an address of its own: rate limits have tests of their own."""
    number = next(_calls)
    case.headers = {
        **(case.headers or {}),
        "X-Forwarded-For": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}",
    }


@schemathesis.hook
def filter_failure(context: Any, failure: Any, case: Any, response: Any) -> bool:
    """``/applications/assign`` is an ``/applications/{application_id}`` too, with an id that is none: 422, not 405."""
    sibling = f"{case.operation.path.rpartition('/')[0]}/{{"
    named = any(path.startswith(sibling) for path in case.operation.schema.raw_schema["paths"])
    return not (isinstance(failure, UnsupportedMethodResponse) and response.status_code == 422 and named)


@schemathesis.check
def refusals_are_problems(context: Any, response: Any, case: Any) -> None:
    """Every refusal is problem+json with both languages and repeats its own status."""
    if response.status_code < 400:
        return
    told = response.headers.get("content-type", [""])[0].partition(";")[0]
    assert told == MEDIA_TYPE, f"a refusal is {MEDIA_TYPE}, this one is {told!r}"
    problem = json.loads(response.content)
    assert problem["status"] == response.status_code
    assert problem["type"] == URN + problem["slug"]
    assert problem["detail_ru"]
    assert problem["detail_en"]


@schemathesis.check
def what_the_schema_allows_is_not_malformed(context: Any, response: Any, case: Any) -> None:
    """A request made by the published schema may break a rule of the field, never the schema the service goes by."""
    mode = case.meta.generation.mode if case.meta else None
    if response.status_code != 422 or mode is None or not mode.is_positive:
        return
    problem = json.loads(response.content)
    by_the_schema = problem["slug"] == "invalid"
    broken = [error for error in problem["errors"] if by_the_schema and error["rule"] in OF_THE_SCHEMA]
    assert not broken, f"allowed by the schema, refused as malformed: {broken}"
