"""What is where: addresses, demonstration accounts."""

from __future__ import annotations

from rich.console import Group
from rich.table import Table

from local_deploy.staff import DEMO_PASSWORD, demo_staff
from local_deploy.story.gateway import DemoClock
from local_deploy.story.home_programme import ZONE
from local_deploy.system import SERVICES, System


def addresses(system: System) -> Group:
    """Two tables for the terminal: where to look, and who can log in."""
    places = Table(title="Что где", title_justify="left", show_header=False)
    places.add_column(overflow="fold")
    places.add_column(overflow="fold")
    places.add_row("Начало: страница входа и все службы", system.home)
    places.add_row("Статус заявки", f"{system.url}/intake/status")
    places.add_row("Вход и регистрация", system.identity.issuer)
    places.add_row("Почта, которую отправила система", f"http://127.0.0.1:{system.ports.mail_page}")
    for name in SERVICES:
        places.add_row(f"Что умеет служба {name}", f"{system.url}/{name}/openapi.json")
    places.add_row("Отчёты истории", str(system.data_dir / "reports"))
    places.add_row("Журналы", str(system.data_dir / "logs"))
    places.add_row("Демонстрационное время", f"{DemoClock(system).now().astimezone(ZONE):%d.%m.%Y %H:%M} (Москва)")
    people = Table(title=f"Вымышленные сотрудники, пароль {DEMO_PASSWORD}", title_justify="left")
    for column in ("логин", "кто это", "регион"):
        people.add_column(column)
    for member in demo_staff(system.regions_dir):
        people.add_row(member.login, member.position, member.pack)
    return Group(places, people)
