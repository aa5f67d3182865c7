"""Tells the main story in the terminal while it happens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, TypeVar
from uuid import uuid4

from rich.console import Console
from rich.table import Table

from local_deploy.story import application, counting, first_appointment, home_programme
from local_deploy.story.gateway import eventually
from local_deploy.story.world import EARLY_HELP, HOME_PROGRAMME, FamilyStory, World
from local_deploy.system import System

T = TypeVar("T")
COORDINATOR = {EARLY_HELP: "koordinator.moskva", HOME_PROGRAMME: "koordinator.smolensk"}
HEAD = {EARLY_HELP: "head.sever", HOME_PROGRAMME: "head.smolensk"}
SPECIALISTS = {
    EARLY_HELP: ["specialist.sever1", "specialist.sever2"],
    HOME_PROGRAMME: ["specialist.smolensk1", "specialist.smolensk2", "specialist.smolensk3", "specialist.smolensk4"],
}


def tell(system: System, console: Console) -> World:
    """Play all eleven steps; raises `StoryError` where the system answers something else."""
    world = World(system)
    teller = _Teller(world, console)
    try:
        world.clock.by_day(home_programme.ZONE)
        cast(world)
        console.rule("[bold]Главная история: две семьи")
        teller.baby()
        teller.child()
        teller.numbers()
    finally:
        world.close()
    return world


def cast(world: World) -> None:
    """The two families. Everybody is invented."""
    baby, child = world.baby, world.child
    baby.representative, baby.child, baby.phone = "Травина Елена Сергеевна", "Травин Михаил", "8 (999) 000-00-01"
    child.representative, child.child, child.phone = "Луговая Ольга Ивановна", "Луговая Варвара", "+7 999 000-00-02"


class _Teller:
    def __init__(self, world: World, console: Console) -> None:
        self.world, self.console = world, console

    def step(self, text: str, act: Callable[[], T]) -> T:
        """Say what is being done, do it, tick it off with the demonstration time."""
        with self.console.status(text):
            result = act()
        moment = self.world.clock.now().astimezone(home_programme.ZONE)
        self.console.print(f"[green]✓[/] [dim]{moment:%d.%m.%Y %H:%M}[/] {text}", highlight=False)
        return result

    def note(self, text: str) -> None:
        self.console.print(f"    [dim]{text}[/]", highlight=False)

    def baby(self) -> None:
        """Steps 1–6 in Moscow."""
        world, family, region = self.world, self.world.baby, EARLY_HELP
        self.console.print("\n[bold]Малыш четырёх месяцев, родился раньше срока. Москва, ранняя помощь[/]")
        self.come_in(family, months=4, territory=f"{region}/severny", diagnosis="Недоношенность, 32 недели")
        self.start(family, "Малыш почти не тянется к игрушкам", weeks=32)
        booked = self.step("первый приём назначен не позже недели", lambda: self.book(family))
        self.note(f"приём {_local(booked['starts_at'])}, срок {_local(booked['due_at'])}")
        self.step("семье написали, когда и куда прийти", lambda: letter(world, family, "приём", "паспорт"))
        self.step("день приёма настал", lambda: first_appointment.come_to_the_appointment(world, family))
        self.first_appointment(family)
        specialist, head = SPECIALISTS[region][0], HEAD[region]
        self.step(
            "оценка по МКФ двумя специалистами",
            lambda: first_appointment.assess(world, specialist, family, SPECIALISTS[region], {"d440": 2, "b760": 1}),
        )
        self.step("признан нуждающимся в ранней помощи", lambda: first_appointment.recognise(world, specialist, family))
        self.step(
            "команда закреплена за семьёй",
            lambda: first_appointment.fix_team(world, specialist, family, SPECIALISTS[region]),
        )
        self.step(
            "ИПРП с целями словами семьи согласована и утверждена",
            lambda: first_appointment.early_help_programme(world, specialist, head, family),
        )
        self.step("приём отмечен состоявшимся", lambda: first_appointment.held(world, specialist, family))

    def child(self) -> None:
        """Steps 7–9 in Smolensk."""
        world, family = self.world, self.world.child
        self.console.print("\n[bold]Девочка четырёх лет, вернулась с курса реабилитации. Смоленская область[/]")
        address = "д. Примерная Гагаринского района, ул. Полевая, д. 7"
        self.come_in(family, months=52, territory=f"{HOME_PROGRAMME}/gagarin", actual_address=address)
        self.start(family, "Закрепить навыки после курса")
        self.first_appointment(family, "health", "social_service")
        self.step("реквизиты ИППСУ внесены", lambda: home_programme.record_ippsu(world, family))
        self.step(
            "ИКСРА на месяц: подписана представителем, утверждена руководителем",
            lambda: home_programme.approve_iksra(world, family),
        )
        self.month(family)
        self.road(family)

    def month(self, family: FamilyStory) -> None:
        world = self.world
        trip = self.step(
            "выезд в пункт: принимающая сторона подтвердила день, семьи приглашены",
            lambda: home_programme.plan_trip(world, family),
        )
        self.note(f"выезд {trip['day']}, услуг {trip['services']}")
        plan = self.step(
            "месяц спланирован, проверен, принят, опубликован", lambda: home_programme.plan_month(world, family)
        )
        remote = sum(1 for visit in plan["visits"] if visit["mode"] == "remote")
        self.note(f"визитов {len(plan['visits']) - remote}, дистанционных занятий {remote}, {plan['km']:.0f} км")

    def road(self, family: FamilyStory) -> None:
        world = self.world
        self.step("семья получила расписание месяца", lambda: letter(world, family, "расписание занятий"))
        first, second, *_ = home_programme.home_visits(family)
        self.step("вечер накануне первого визита", lambda: home_programme.eve_of(world, first))
        self.step("семье напомнили письмом", lambda: letter(world, family, "завтра"))
        sheet = self.step("бригада взяла маршрутный лист", lambda: home_programme.fetch_day_sheet(world, first))
        done = home_programme.performed(world, home_programme.entry(sheet, first))
        self.step("бригада отчиталась; повторная отправка ничего не меняет", lambda: twice(world, done))
        conflict = self.step("второй планшет прислал другое: решает человек", lambda: contradict(world, family, done))
        self.note(f"сохранены оба значения: {', '.join(sorted({one['field'] for one in conflict}))}")
        self.step("«ребёнок болен»: месяц на паузе", lambda: home_programme.report_illness(world, second))
        for group, state in self.step("прогноз 8 + 8 пересчитан", lambda: home_programme.quota(world, family)).items():
            self.note(f"{group}: оказано {state['done']}, впереди {state['planned']}, не хватит {state['shortfall']}")
        taken = self.step("семья выбрала новую дату из предложенных", lambda: home_programme.take_an_offer(family))
        self.note(f"визит перенесён на {_local(taken['starts_at'])}")
        self.step("приём в пункте, услуги оказаны", lambda: home_programme.serve_at_the_point(world, family))
        self.step("акт срочных услуг заполнен и подписан", lambda: home_programme.sign_act(world, family))

    def numbers(self) -> None:
        """Steps 10 and 11."""
        world = self.world
        self.console.print("\n[bold]Что видно из событий[/]")
        for region in (EARLY_HELP, HOME_PROGRAMME):
            for name in counting.REPORTS:
                if rows := counting.count(world, name, region):
                    self.console.print(_table(f"{name}, {region}", rows))
                counting.save_spreadsheet(world, name, region, world.system.data_dir / "reports")
        for family in (world.baby, world.child):
            seen = self.step("семья видит, кто читал её данные", partial(counting.readers, family))
            self.note(f"записей о чтении: {len(seen)}")
        self.step("чужой семье на всё ответ «не найдено»", lambda: counting.strangers_view(world.baby, world.child))

    def come_in(self, family: FamilyStory, **form: Any) -> None:
        world = self.world
        answer = self.step("заявка без документов и без входа", lambda: application.submit(world, family, **form))
        self.note(f"№ {answer['number']}. {answer['call_back']['explanation']}")
        self.step("подтверждение пришло письмом", lambda: application.acknowledgement(world, family))

    def start(self, family: FamilyStory, need: str, weeks: int | None = None) -> None:
        world, coordinator = self.world, COORDINATOR[family.region]
        self.step(
            "заявка в списке координатора со сроком", lambda: application.worklist_item(world, coordinator, family)
        )
        self.step("координатор перезвонил", lambda: application.call_back(world, coordinator, family, need, weeks))
        best = self.step("передано ближайшей службе", lambda: application.hand_over(world, coordinator, family))
        self.note(f"{best['title']}: " + "; ".join(reason["ru"] for reason in best["reasons"]))
        self.step("служба приняла, личное дело открыто", lambda: application.accept(world, HEAD[family.region], family))

    def first_appointment(self, family: FamilyStory, *purposes: str) -> None:
        world, specialist = self.world, SPECIALISTS[family.region][0]
        self.step(
            "паспорт и свидетельство показаны", lambda: first_appointment.see_documents(world, specialist, family)
        )
        asked = purposes or ("health",)
        self.step(
            "письменные согласия, отдельно по целям",
            lambda: first_appointment.record_consents(world, specialist, family, *asked),
        )
        self.step(
            "семья зарегистрировалась и привязала кабинет кодом",
            lambda: first_appointment.bind_account(world, specialist, family),
        )

    def book(self, family: FamilyStory) -> Any:
        return application.book_first_appointment(self.world, COORDINATOR[family.region], family)


def letter(world: World, family: FamilyStory, *words: str) -> Any:
    """The first letter to the family with these words."""
    return eventually(f"a letter about {words[0]}", lambda: home_programme.letters(world, family, *words))[0]


def twice(world: World, report: dict[str, Any]) -> list[str]:
    """Send one report two times; the second answer repeats the first."""
    statuses = [home_programme.sync(world, report)[0]["status"] for _ in range(2)]
    if statuses != ["applied", "duplicate"]:
        raise AssertionError(f"expected applied, duplicate; got {statuses}")
    return statuses


def contradict(world: World, family: FamilyStory, report: dict[str, Any]) -> Any:
    """Another device says something else about the same visit; both values are kept for a person."""
    home_programme.sync(
        world, {**report, "client_id": str(uuid4()), "outcome": "nobody_home", "services": []}, device="tablet-2"
    )
    return home_programme.resolve_conflict(world, family)


def _local(text: str) -> str:
    return f"{datetime.fromisoformat(text).astimezone(home_programme.ZONE):%d.%m.%Y %H:%M}"


def _table(title: str, rows: list[dict[str, Any]]) -> Table:
    table = Table(title=title, title_justify="left")
    shown = [name for name in rows[0] if not name.endswith("_id")]
    for name in shown:
        table.add_column(name)
    for row in rows:
        table.add_row(*("" if row[name] is None else str(row[name]) for name in shown))
    return table
