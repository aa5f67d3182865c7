"""Explanations in Russian."""

from collections.abc import Iterator, Mapping

from scheduling.planner.explain import Explanation
from scheduling.planner.plan import Reason

REASONS: dict[Reason, str] = {
    "place": "у места нет координат",
    "brigades": "нет ни одной бригады",
    "skills": "ни в одной бригаде нет нужной специальности",
    "days": "ни один рабочий день не разрешён",
    "freeze": "все разрешённые дни закреплены",
    "absences": "нужный специалист или машина отсутствует во все разрешённые дни",
    "window": "окно семьи не пересекается со сменой",
    "reach": "за смену не успеть доехать, помочь и вернуться",
    "room": "все подходящие дни заполнены",
    "pair": "не нашлось двух бригад на одно и то же время",
}
STAGES: dict[Reason, str] = {
    "brigades": "бригадо-дней всего", "skills": "с нужной специальностью", "days": "в разрешённые дни",
    "freeze": "не закреплены", "absences": "специалист и машина на месте", "window": "окно внутри смены",
    "reach": "успевают доехать", "place": "с известным местом",
}  # fmt: skip
RULES = {
    "window": "если семья примет в другое время", "weekday": "если подойдёт другой день недели",
    "week": "если подойдёт другая неделя", "day": "если подойдёт другой день",
    "spacing": "если сблизить повторные визиты",
    "brigade": "если поедет другая бригада", "duration": "если сократить визит до 30 минут",
    "window and day": "если подойдут любой день и любое время", "swap": "если уступит место визит",
}  # fmt: skip


def in_words(answer: Explanation, names: Mapping[str, str] = {}) -> Iterator[str]:
    """One sentence per line. ``names``: what people call the visits and brigades, by id."""

    def called(id: str) -> str:
        return names.get(id, id)

    visit = f"Визит {called(answer.visit)}".rstrip()
    yield "Воронка: " + " → ".join(f"{STAGES.get(stage.rule, stage.rule)} {stage.left}" for stage in answer.funnel)
    if answer.reason is not None:
        yield f"{visit} не размещён: {REASONS[answer.reason]}."
        for one in answer.relaxations:
            rule = RULES.get(one.rule, f"без требования «{one.rule.removeprefix('skill ')}»")
            moment = f"{one.day:%d.%m.%Y} {one.start // 60:02}:{one.start % 60:02}"
            yield f"Возможно: {moment}, {called(one.brigade)}, {rule} {called(one.detail)}".rstrip()
    if answer.place is not None:
        place, other = answer.place, answer.runner_up
        yield f"{visit}: {called(place.brigade)} {place.day:%d.%m.%Y}, добавляет {place.price} км."
        if other is None:
            yield "Другого места в этом плане нет."
        else:
            more = round(other.price - place.price, 2)
            there = f"{called(other.brigade)} {other.day:%d.%m.%Y}"
            yield f"Следующий по выгоде: {there}, {other.price} км (разница {more})."
