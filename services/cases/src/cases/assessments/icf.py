"""The International Classification of Functioning (МКФ): what a category code and a qualifier may be. Pure."""

from __future__ import annotations

import re
from enum import IntEnum
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, model_validator

CHAPTERS: dict[str, str] = {
    "b1": "Умственные функции",
    "b2": "Сенсорные функции и боль",
    "b3": "Функции голоса и речи",
    "b4": "Функции сердечно-сосудистой, крови, иммунной и дыхательной систем",
    "b5": "Функции пищеварительной, эндокринной систем и метаболизма",
    "b6": "Урогенитальные и репродуктивные функции",
    "b7": "Нейромышечные, скелетные и связанные с движением функции",
    "b8": "Функции кожи и связанных с ней структур",
    "s1": "Структуры нервной системы",
    "s2": "Глаз, ухо и относящиеся к ним структуры",
    "s3": "Структуры, участвующие в голосообразовании и речи",
    "s4": "Структуры сердечно-сосудистой, иммунной и дыхательной систем",
    "s5": "Структуры, относящиеся к пищеварительной системе, метаболизму и эндокринной системе",
    "s6": "Структуры, относящиеся к урогенитальной и репродуктивной системам",
    "s7": "Структуры, связанные с движением",
    "s8": "Кожа и относящиеся к ней структуры",
    "d1": "Обучение и применение знаний",
    "d2": "Общие задачи и требования",
    "d3": "Общение",
    "d4": "Мобильность",
    "d5": "Самообслуживание",
    "d6": "Бытовая жизнь",
    "d7": "Межличностные взаимодействия и отношения",
    "d8": "Главные сферы жизни",
    "d9": "Жизнь в сообществах, общественная и гражданская жизнь",
    "e1": "Продукция и технологии",
    "e2": "Природное окружение и изменения окружающей среды, осуществлённые человеком",
    "e3": "Поддержка и взаимосвязи",
    "e4": "Установки",
    "e5": "Службы, административные системы и политика",
}
"""Chapters of the classification; it is international, so they are no region's business."""

# component, chapter, two digits of the second level, up to two of the third and fourth
_CATEGORY = re.compile(r"[bsde]\d{3,5}")


def chapter(category: str) -> str:
    """The chapter of a category: ``d4`` of ``d450``."""
    return category[:2]


def _is_category(value: str) -> str:
    if not _CATEGORY.fullmatch(value) or chapter(value) not in CHAPTERS or value[2:4] < "10":
        raise ValueError("код категории МКФ, например b152, d450 или e310")
    return value


IcfCategory = Annotated[str, AfterValidator(_is_category)]


class Qualifier(IntEnum):
    """How large the problem is (REQUIREMENTS 3.5); 5, 6 and 7 do not exist."""

    NONE = 0
    MILD = 1
    MODERATE = 2
    SEVERE = 3
    COMPLETE = 4
    NOT_SPECIFIED = 8
    NOT_APPLICABLE = 9


class Finding(BaseModel):
    """One category of an assessment.

    ``qualifier`` is the extent of the impairment (b, s), the performance (d) or the barrier (e). ``capacity`` is
    the second qualifier of activities; an environmental factor that helps is a ``facilitator`` (written ``e310+3``).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    category: IcfCategory
    qualifier: Qualifier
    capacity: Qualifier | None = None
    facilitator: bool = False

    @model_validator(mode="after")
    def _qualifiers_fit_the_component(self) -> Self:
        component = self.category[0]
        if self.capacity is not None and component != "d":
            raise ValueError("потенциальная способность указывается только для активности и участия (d)")
        if self.facilitator and component != "e":
            raise ValueError("облегчающим бывает только фактор среды (e)")
        return self

    @property
    def code(self) -> str:
        """The finding as specialists write it: ``b152.2``, ``d450.23``, ``e310+3``."""
        second = "" if self.capacity is None else str(int(self.capacity))
        return f"{self.category}{'+' if self.facilitator else '.'}{int(self.qualifier)}{second}"
