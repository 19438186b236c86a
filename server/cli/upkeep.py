"""Look after what is stored: count, prove, repair, open a year."""

import click

from server import clock
from server.cli.machine import Machine, console
from server.days import shanghai_date
from server.db import reading


@click.command()
@click.option("--put-away", is_flag=True, help="Quarantine all that the database does not know, however many.")
@click.pass_obj
def photos(machine: Machine, put_away: bool) -> None:
    """Count the files of photos, and those that the database does not know."""
    from server.photos import upkeep
    from server.photos.storage import storage_of

    if put_away:
        machine.require_own_data()
    storage = storage_of(machine.settings)
    with reading(machine.engine) as session:
        if put_away:
            swept = upkeep.sweep(session, storage, now=clock.now(), however_many=True)
            console.print(f"已移入隔离区 {swept.put_away} 个文件，30 天后删除；数据库里有了记录会自动放回。")
        count = upkeep.count(session, storage, now=clock.now())
    console.print(
        f"照片文件 {count.stored} 个，其中数据库里没有记录的 {count.unknown} 个；隔离区另有 {count.quarantined} 个。"
    )


@click.command()
@click.argument("names", nargs=-1, metavar="[ledger|scores|statements|…] | printed HEAD")
@click.option("--year", type=int, help="With results: only this year's.")
@click.pass_obj
def verify(machine: Machine, names: tuple[str, ...], year: int | None) -> None:
    """Prove that what is stored is what was written, without writing anything; exit 1 if something is not.

    Without a name everything is gone through; each says how much it looked at. `printed` holds the books against a
    daily head that somebody kept.
    """
    from server import verifications

    if names[:1] == ("printed",):
        _verify_printed(machine, " ".join(names[1:]))
        return
    known = [verification.name for verification in verifications.VERIFICATIONS]
    if unknown := set(names) - set(known):
        raise click.ClickException(f"没有 {'、'.join(sorted(unknown))} 这项核对；有 {'、'.join(known)}")
    if year is not None and names != ("results",):
        raise click.ClickException("--year 只用于年度积分：xianfeng verify results --year 2026")
    sound = True
    for verified in verifications.verify(machine.engine, machine.settings, *names, year=year):
        for words in verified.found:
            console.print(words, markup=False, soft_wrap=True)
        console.print(str(verified), markup=False, soft_wrap=True)
        sound = sound and not verified.found
    if not sound:
        raise SystemExit(1)


def _verify_printed(machine: Machine, text: str) -> None:
    """Say whether today's books still lead to this head; exit 1 if they do not, or if that cannot be known."""
    from server.db import snapshot
    from server.heads import wording
    from server.heads.queries import HeadVerdict, check
    from server.heads.rules import read

    head = read(text)
    if head is None:
        raise click.ClickException(wording.NOT_A_HEAD)
    if not machine.settings.head_keys:
        raise click.ClickException(wording.NO_KEY)
    with snapshot(machine.engine) as session:
        checked = check(session, head, machine.settings.head_keys)
    console.print(wording.answer(head, checked), markup=False, soft_wrap=True)
    if checked.verdict is not HeadVerdict.leads:
        raise SystemExit(1)


@click.command()
@click.option("--year", type=int, help="Only this year.")
@click.pass_obj
def recompute(machine: Machine, year: int | None) -> None:
    """Compute every score anew from the ledger and repair what differs; exit 1 if anything did."""
    from server.points import verification

    repaired = 0
    for difference in verification.recompute(machine.engine, year=year, now=clock.now()):
        console.print(str(difference), markup=False)
        repaired += 1
    if repaired:
        raise SystemExit(1)
    console.print("积分一致：与台账重算结果完全相同。")


@click.command("open-year")
@click.option("--year", type=int, help="By default the one that runs.")
@click.pass_obj
def open_year(machine: Machine, year: int | None) -> None:
    """Open a year for members who do not have it open yet, as the job `open_years` does; again changes nothing."""
    from server.points.ledger import due
    from server.standards.versions import published_years

    now = clock.now()
    year = year or shanghai_date(now).year
    with reading(machine.engine) as session:
        if year not in published_years(session, since=year):
            raise click.ClickException(f"{year} 年度尚未发布积分标准，请先由党委组织部或党总支发布")
    opened = due.open_due(machine.engine, year=year, now=now)
    words = f"已为 {opened} 名党员计入起始分，或按现行标准调整。" if opened else "起始分都已计入，没有改动。"
    console.print(f"{year} 年度：{words}")
