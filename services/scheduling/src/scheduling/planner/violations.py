"""Names of the rules and what they say to people."""

from dataclasses import dataclass

RULES: dict[str, tuple[str, str]] = {
    "unknown-brigade": ("бригады нет в задаче", "the problem has no such brigade"),
    "unknown-reception": ("приёма нет в задаче", "the problem has no such reception"),
    "unknown-visit": ("визита нет в задаче", "the problem has no such visit"),
    "visit-twice": ("визит указан дважды", "the visit is there twice"),
    "visit-lost": ("визит не размещён и не назван среди неразмещённых", "the visit is neither placed nor listed"),
    "day-twice": ("у бригады два маршрута в один день", "a brigade has two routes in one day"),
    "day-off": ("бригада в этот день не работает", "the brigade does not work on this day"),
    "crew": (
        "состав выезда не из этой бригады, отсутствует или не помещается в машину",
        "crew absent or over the seats",
    ),
    "skills": ("у выехавших нет нужной специальности", "the crew lacks a skill of the visit"),
    "brigade": ("визит разрешён другим бригадам", "the visit is meant for other brigades"),
    "day": ("визит недопустим в этот день", "the visit is not allowed on this day"),
    "window": ("визит вне окна семьи", "the service is outside the family's window"),
    "travel": ("не успеть доехать", "the way takes longer than the plan has"),
    "place": ("до места нельзя рассчитать путь", "the way to the place cannot be computed"),
    "ends": ("маршрут начинается или кончается не там", "the route starts or ends in the wrong place"),
    "shift": ("маршрут вне смены", "the route is outside the shift"),
    "shift-length": ("рабочий день длиннее допустимого", "the working day is longer than allowed"),
    "lunch": ("нет обеденного перерыва", "the lunch break is missing or squeezed"),
    "pair": ("парные визиты не согласованы", "paired visits are not in step"),
    "series-gap": ("повторные визиты слишком близко", "repeated visits are too close"),
    "series-week": ("слишком много визитов в неделю", "too many visits of the series in a week"),
    "child-limit": ("превышена дневная нагрузка ребёнка", "the child's daily load is exceeded"),
    "child-overlap": ("у ребёнка два визита одновременно", "the child has two visits at once"),
    "frozen": ("закреплённый визит сдвинут", "a frozen visit was moved"),
    "frozen-day": ("в закреплённый день добавлен визит", "a visit was added to a frozen day"),
    "stay": ("ночёвка невозможна или пропущена", "an overnight stay is impossible or missing"),
    "person-twice": ("специалист в двух местах в один день", "a specialist is in two places on one day"),
    "reception-day": ("приём в несогласованный день", "the host has not confirmed this day"),
    "reception-lost": ("приём или услуга не названы", "a reception or service is neither held nor listed"),
    "session-hours": ("услуга вне часов пункта", "a session is outside the host's hours"),
    "session-specialist": ("специалист не может вести услугу", "the specialist cannot give this service"),
    "session-overlap": ("специалист, семья или кабинет заняты дважды", "specialist, family or room is taken twice"),
    "session-order": ("нарушен порядок услуг семьи", "the family's services are out of order"),
    "session-lunch": ("специалист без обеда", "a specialist has no lunch"),
}


@dataclass(frozen=True, order=True)
class Violation:
    """A broken rule, the visits (or receptions, services) concerned and, where it helps, the place in the plan."""

    rule: str
    visits: tuple[str, ...] = ()
    detail: str = ""

    @property
    def text(self) -> str:
        """For people, in Russian."""
        return f"{RULES[self.rule][0]}: {', '.join(self.visits)} {self.detail}".strip()

    @property
    def text_en(self) -> str:
        """The same in English."""
        return f"{RULES[self.rule][1]}: {', '.join(self.visits)} {self.detail}".strip()
