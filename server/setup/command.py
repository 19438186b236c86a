"""`xianfeng setup` as an operator sees it: what would be done, what was done, and what comes next."""

from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from sqlalchemy import Engine

from server import clock
from server.config import Settings
from server.days import SHANGHAI
from server.identity.rules import Role
from server.organizations.rules import founded
from server.setup import carrying_out
from server.setup.carrying_out import SetupOptions, SetupPreview, SetupResult
from server.setup.rules import Appointment, read_appointment

__all__ = ["SetupOptions", "appointments", "carry_out", "try_out"]


def appointments(offices: Mapping[str, tuple[str, ...]]) -> list[Appointment]:
    """Read what was typed, by the option's name, which is the role's. Raises DomainError."""
    return [read_appointment(Role(role), text) for role, texts in offices.items() for text in texts]


def try_out(engine: Engine, settings: Settings, console: Console, wishes: SetupOptions) -> None:
    outlook = carrying_out.try_out(engine, settings, wishes)
    for words in founded(outlook.organizations):
        console.print(f"将设立{words}", markup=False)
    _print_done(console, outlook)
    if outlook.suggested:
        console.print("名册的职务栏另有以下书记，需要任职的请加上：")
        for each in outlook.suggested:
            option = each.role.value.replace("_", "-")
            console.print(f"  --{option} {each.work_number}@{each.place}", markup=False, soft_wrap=True)
    console.print("试运行，未写入。核对无误后加上 --apply")


def _print_done(console: Console, done: SetupPreview | SetupResult) -> None:
    for words in done.remarks:
        console.print(words, markup=False, soft_wrap=True)
    changed = done.rows["changed"] + done.rows["moved"]
    console.print(f"名册：新增 {done.rows['new']}，更新 {changed}，未变 {done.rows['unchanged']}")
    for words in done.officers:
        console.print(f"任职：{words}", markup=False, soft_wrap=True)


def carry_out(
    engine: Engine, settings: Settings, console: Console, wishes: SetupOptions, *, slips: Path | None, new_codes: bool
) -> None:
    file = slips or Path(f"activation-slips-{clock.now().astimezone(SHANGHAI):%Y%m%d-%H%M%S}.csv")
    result = carrying_out.carry_out(engine, settings, wishes, slips_file=file, new_codes=new_codes)
    _print_done(console, result)
    if result.slips:
        console.print(
            f"激活码 {len(result.slips)} 个，写入 {file}，只有本人可读；发放后请删除", markup=False, soft_wrap=True
        )
    else:
        console.print("没有新的激活码：有关同志已绑定，或上次的仍有效（遗失的用 --new-codes 重发）", soft_wrap=True)
    console.print("接下来：")
    for number, words in enumerate(result.next_steps, start=1):
        console.print(f"{number}. {words}", markup=False, soft_wrap=True)
