"""Examples of request bodies: who has none, and whose own model refuses it."""

from __future__ import annotations

from typing import Annotated

from chassis.http.openapi import Api
from chassis.testing.examples import invalid_examples, without_example
from fastapi import Body, File, UploadFile
from pydantic import BaseModel, ConfigDict


class Silent(BaseModel):
    number: int


class Shown(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{"number": 1}]})

    number: int


class Wrong(BaseModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{"number": "one"}]})

    number: int


api = Api("sample")


@api.post("/silent")
def send_silent(command: Silent) -> None: ...


@api.post("/shown")
def send_shown(command: Annotated[Shown | None, Body()] = None) -> None: ...


@api.post("/wrong")
def send_wrong(command: Wrong) -> None: ...


@api.post("/file")
def send_file(file: Annotated[UploadFile, File()]) -> None: ...


def test_a_json_body_without_an_example_is_named() -> None:
    assert without_example(api) == ["sendSilent"]


def test_an_example_its_model_refuses_is_named_without_its_value() -> None:
    (fault,) = invalid_examples(api)
    assert fault.startswith("sendWrong: number ")
    assert "'one'" not in fault
