"""``make run`` and ``make stop``: the whole system on this computer, with its main story."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from types import FrameType
from typing import Annotated, NoReturn

import httpx
import typer
from embedded import LOOPBACK, PortBusyError, StartFailedError, login
from rich.console import Console

from local_deploy.single import AlreadyRunningError, Holder
from local_deploy.staff import DEMO_PASSWORD
from local_deploy.story.teller import tell
from local_deploy.system import CALLBACK, CLIENT_ID, FIELD_CLIENT_ID, PHONE_CLIENT_ID, PHONE_REDIRECT_URI, Ports, System
from local_deploy.table import addresses

ROOT = Path(__file__).parents[4]
DATA = ROOT / ".marshrut"
REGIONS = ROOT / "regions"

app = typer.Typer(add_completion=False, help="Marshrut on this computer.")
console = Console()
DataDir = Annotated[Path, typer.Option(help="where databases, bus, mail and logs live")]

ShiftPorts = Annotated[int, typer.Option(envvar="MARSHRUT_SHIFT_PORTS", help="every port this much higher")]


@app.command()
def run(
    data: DataDir = DATA,
    story: Annotated[bool, typer.Option(help="play the main story after the start")] = True,
    stay: Annotated[bool, typer.Option(help="stay up afterwards")] = True,
    shift_ports: ShiftPorts = 0,
) -> None:
    """Start everything, play the main story with visible progress, stay up until Ctrl-C."""
    holder = Holder(data)
    try:
        holder.take()
        _run(data, Ports.usual(shift_ports), story=story, stay=stay)
    except PortBusyError as error:
        hint = "или сдвиньте все порты: MARSHRUT_SHIFT_PORTS=1000 make run (--shift-ports 1000)"
        console.print(f"[bold red]Не запустилось:[/] {error}\n{hint}", highlight=False)
        raise typer.Exit(1) from error
    except (AlreadyRunningError, StartFailedError) as error:
        console.print(f"[bold red]Не запустилось:[/] {error}", highlight=False)
        raise typer.Exit(1) from error
    except KeyboardInterrupt:
        console.print("\nОстановлено. Данные сохранены в", data)
    finally:
        if (current := holder.process()) is not None and current.pid == os.getpid():
            holder.release()


def _run(data: Path, ports: Ports, *, story: bool, stay: bool) -> None:
    # set anew for SIGINT too: a shell starts background jobs with it ignored
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    began = time.monotonic()
    console.print("«Маршрут» запускается; журналы в", data / "logs")
    system = System(data, ports, REGIONS)
    with system.running(lambda text: console.print(f"[dim]{time.monotonic() - began:5.1f} с[/] {text}")):
        console.print(f"[bold green]Готово за {time.monotonic() - began:.0f} с[/]")
        if story:
            tell(system, console)
        console.print(addresses(system))
        if stay:
            console.print("Ctrl-C или `make stop` останавливает всё; данные остаются.")
            signal.pause()


@app.command()
def stop(data: DataDir = DATA) -> None:
    """End what `make run` started; no process is left."""
    console.print("Остановлено." if Holder(data).stop() else "Ничего не запущено.")


@app.command()
def token(
    who: Annotated[str, typer.Argument(help="a login of the last table of `make run`, such as koordinator.smolensk")],
    client: Annotated[str, typer.Option(help=f"{CLIENT_ID}, {PHONE_CLIENT_ID} or {FIELD_CLIENT_ID}")] = CLIENT_ID,
    part: Annotated[str, typer.Option(help="which part of the answer to print")] = "access_token",
    shift_ports: ShiftPorts = 0,
) -> None:
    """Log in at the running system with a demonstration account, as a browser does, and print the access token."""
    ports = Ports.usual(shift_ports)
    back = PHONE_REDIRECT_URI if client == PHONE_CLIENT_ID else f"http://{LOOPBACK}:{ports.gateway}{CALLBACK}"
    issuer = f"http://{LOOPBACK}:{ports.identity}"
    try:
        print(login.authorization_code_login(issuer, client, back, who, DEMO_PASSWORD)[part])
    except (login.LoginError, httpx.ConnectError, KeyError) as error:
        raise typer.BadParameter(f"нет токена (no token): {error}") from error


def _interrupt(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    app()
