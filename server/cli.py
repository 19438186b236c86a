"""The command line: `xianfeng run`, `db upgrade`, `import-roster`, `verify`, `recompute` …

Commands import what they need when they run, so that `xianfeng run` only waits for its worker.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

import click
from rich.console import Console
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from server import clock, config, installation
from server.db import make_engine, reading, transaction
from server.errors import DomainError
from server.outages import WORDS, outage_of
from server.readiness import revision

console = Console()
ROSTER_COUNTS = {"new": "新增", "changed": "更新", "moved": "转接", "unchanged": "未变"}


@dataclass
class Machine:
    """Settings and engine, made when a command first needs them."""

    @cached_property
    def settings(self) -> config.Settings:
        try:
            settings = config.load()
        except config.ConfigurationError as error:
            raise click.ClickException(str(error)) from None
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        return settings

    @cached_property
    def database(self) -> Engine:
        """The engine whatever the schema is: for what brings it up to date."""
        return make_engine(self.settings.database_url)

    @cached_property
    def engine(self) -> Engine:
        """The engine, on a schema that is this code's. Raise ClickException."""
        self.require_schema()
        return self.database

    def require_schema(self) -> None:
        """Raise ClickException unless the database answers and its schema is this code's."""
        with saying_outages(), reading(self.database) as session:
            if (outage := revision.outage(session.connection())) is not None:
                raise click.ClickException(WORDS[outage])

    def require_fitness(self) -> None:
        """Raise ClickException, with what to put right, unless the database is fit to serve on; SQLite always is."""
        if self.engine.dialect.name == "sqlite":
            return
        from server.readiness import start

        with saying_outages():
            found = start.refusals(self.engine, self.settings)
        if found:
            raise click.ClickException("数据库还不能使用：\n" + "\n".join(f"- {words}" for words in found))

    def require_own_data(self) -> None:
        """Raise ClickException while the schema is not this code's, or the data directory is another's."""
        with refusals():
            installation.assert_own(self.database, self.settings.data_dir)
            installation.pair(self.engine, self.settings.data_dir)


@contextmanager
def saying_outages() -> Iterator[None]:
    """Turn what a database says that cannot serve into one line."""
    try:
        yield
    except DBAPIError as error:
        if (outage := outage_of(error)) is None:
            raise
        raise click.ClickException(f"{WORDS[outage]}：{error.orig}") from None


@contextmanager
def refusals() -> Iterator[None]:
    """Say a refusal in its own words and exit 1."""
    try:
        yield
    except DomainError as refusal:
        raise click.ClickException(refusal.message) from None


@click.group()
@click.pass_context
def main(context: click.Context) -> None:
    """先锋积分 Xianfeng."""
    context.obj = Machine()


@main.command()
@click.pass_obj
def run(machine: Machine) -> None:
    """Print the address and serve; the schema must be up to date (`xianfeng db upgrade`)."""
    from server import serve

    machine.require_own_data()
    machine.require_fitness()
    machine.engine.dispose()
    with refusals():
        serve.run(machine.settings)


@main.group()
def db() -> None:
    """The database's schema."""


@db.command()
@click.pass_obj
def upgrade(machine: Machine) -> None:
    """Bring the schema up to date and check the ledger's protection; again after one that was interrupted."""
    from server import migrations, protection

    try:
        with refusals(), saying_outages():
            installation.assert_own(machine.database, machine.settings.data_dir)
            migrations.upgrade(machine.database)
            machine.require_own_data()
            with machine.database.connect() as connection:
                protection.assert_protected(connection)
    except migrations.UpgradeRefused as refusal:
        raise click.ClickException(str(refusal)) from None
    console.print("数据库已是最新结构，台账保护已核对。")


@db.command()
@click.argument("account")
@click.pass_obj
def grants(machine: Machine, account: str) -> None:
    """Print the SQL that gives the app's ACCOUNT, say "'xianfeng'@'10.0.0.%'", what it needs: after each upgrade."""
    from server import models
    from server.points import protection

    schema_name = machine.engine.url.database or ""
    for statement in protection.grants_sql(schema_name, account, models.Base.metadata.tables):
        click.echo(f"{statement};")


@db.command()
@click.confirmation_option(prompt="确定让这个数据目录从此属于这个数据库吗？")
@click.pass_obj
def adopt(machine: Machine) -> None:
    """Let the data directory belong to this database: after one of them was restored or moved on purpose."""
    installation.adopt(machine.database, machine.settings.data_dir)
    console.print(f"数据目录 {machine.settings.data_dir} 已归当前数据库，请接着运行 xianfeng db upgrade。")


@main.command()
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


@main.command()
@click.argument("names", nargs=-1, metavar="[ledger|scores|statements|…]")
@click.pass_obj
def verify(machine: Machine, names: tuple[str, ...]) -> None:
    """Prove that what is stored is what was written, without writing anything; exit 1 if something is not.

    Without a name everything is gone through; each says how much it looked at.
    """
    from server import verifications

    known = [verification.name for verification in verifications.VERIFICATIONS]
    if unknown := set(names) - set(known):
        raise click.ClickException(f"没有 {'、'.join(sorted(unknown))} 这项核对；有 {'、'.join(known)}")
    sound = True
    for verified in verifications.verify(machine.engine, machine.settings, *names):
        for words in verified.found:
            console.print(words, markup=False, soft_wrap=True)
        console.print(str(verified), markup=False, soft_wrap=True)
        sound = sound and not verified.found
    if not sound:
        raise SystemExit(1)


@main.command()
@click.option("--year", type=int, help="Only this year.")
@click.pass_obj
def recompute(machine: Machine, year: int | None) -> None:
    """Compute every score anew from the ledger and repair what differs; exit 1 if anything did."""
    from server.points import verification

    with Session(machine.engine, expire_on_commit=False) as session:
        differences = list(verification.recompute(session, year=year, now=clock.now()))
        session.commit()
    for difference in differences:
        console.print(str(difference), markup=False)
    if differences:
        raise SystemExit(1)
    console.print("积分一致：与台账重算结果完全相同。")


@main.command("open-year")
@click.option("--year", type=int, help="By default the one that runs.")
@click.pass_obj
def open_year(machine: Machine, year: int | None) -> None:
    """Open a year for whom nothing has opened it yet, as the job `open_years` does; again changes nothing."""
    from server.points import due
    from server.standards.versions import published_years

    now = clock.now()
    year = year or clock.shanghai_date(now).year
    with reading(machine.engine) as session:
        if year not in published_years(session, since=year):
            raise click.ClickException(f"{year} 年度尚未发布积分标准，请先由党委组织部或党总支发布")
    opened = due.open_due(machine.engine, year=year, now=now)
    words = f"已为 {opened} 名党员计入起始分，或按现行标准调整。" if opened else "起始分都已计入，没有改动。"
    console.print(f"{year} 年度：{words}")


@main.command()
@click.pass_obj
def scheduler(machine: Machine) -> None:
    """Run the jobs until stopped; start as many as you like, on as many machines."""
    import signal
    from threading import Event

    from server import app, logs  # noqa: F401  (its subscriptions tell the features above)
    from server.jobs import scheduler
    from server.start_warnings import log_start_warnings

    machine.require_own_data()
    machine.require_fitness()
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    logs.configure_logging(machine.settings)
    log_start_warnings(machine.engine, machine.settings)
    console.print("定时任务已启动（Ctrl-C 停止）")
    scheduler.run(machine.engine, machine.settings, stop)


@main.group(invoke_without_command=True)
@click.pass_context
def jobs(context: click.Context) -> None:
    """Show what runs when, what ran last, what failed, and what the settings lack."""
    from server.jobs import report
    from server.start_warnings import start_warnings

    if context.invoked_subcommand is None:
        overview, failures = report.overview(context.obj.engine, now=clock.now())
        console.print(overview)
        if failures is not None:
            console.print(failures)
        for words in start_warnings(context.obj.engine, context.obj.settings):
            console.print(f"[bold]注意：[/]{words}", soft_wrap=True)


@jobs.command("run")
@click.argument("name")
@click.option("--period", type=click.DateTime(["%Y-%m-%dT%H:%M"]), help="Which one, in Shanghai: 2026-06-18T03:30.")
@click.pass_obj
def run_job(machine: Machine, name: str, period: datetime | None) -> None:
    """Run one job now, by default its next period due, else its latest. Exit 1 if it failed."""
    from server import app  # noqa: F401  (its subscriptions tell the features above)
    from server.jobs import runs, table

    job = next((job for job in table.JOBS if job.name == name), None)
    if job is None:
        raise click.ClickException(f"没有任务 {name}；有 {'、'.join(job.name for job in table.JOBS)}")
    machine.require_own_data()
    instant = period and period.replace(tzinfo=clock.SHANGHAI)
    with refusals():
        done = runs.run_by_hand(machine.engine, machine.settings, job, instant)
    if done is None:
        raise click.ClickException(f"{job.title}没有完成，原因见 xianfeng jobs")
    console.print(f"{job.title}已完成：{done.astimezone(clock.SHANGHAI):%Y-%m-%d %H:%M} 这一期")


@main.group()
def bot() -> None:
    """The chat-bot."""


@bot.command("menu")
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@click.pass_obj
def bot_menu(machine: Machine, dry_run: bool) -> None:
    """Bring the official account's menus in line, one for all and one for those who review; again changes nothing."""
    from bot.menus import publishing

    with refusals():
        made = publishing.publish(machine.engine, machine.settings, dry_run=dry_run)
    for words in made:
        console.print(f"{'将' if dry_run else '已'}{words}")
    if not made:
        console.print("菜单和标签已是最新，没有改动。")


@bot.command("chat")
@click.option("--as", "work_number", required=True, help="工号 or 学号 of the member to speak as.")
@click.pass_obj
def bot_chat(machine: Machine, work_number: str) -> None:
    """Hold the bot's conversation here, as any member of the sandbox."""
    from bot import terminal
    from server import app  # noqa: F401  (its subscriptions tell the features above)

    with refusals():
        terminal.chat(machine.engine, machine.settings, console, work_number=work_number)


@main.command("import-roster")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--organization", "organization_id", type=int, required=True, help="Id of the organization it is for.")
@click.option("--create-missing", is_flag=True, help="Found the 党总支, 党支部 and 党小组 that only the file names.")
@click.option("--apply", "apply_rows", is_flag=True, help="Write; without it only a dry run.")
@click.pass_obj
def import_roster(machine: Machine, file: Path, organization_id: int, create_missing: bool, apply_rows: bool) -> None:
    """Check a roster in .xlsx and say what it would change; with --apply, write it. Exit 1 if rows had errors."""
    from server import app  # noqa: F401  (its subscriptions open the members' year)
    from server.organizations.roster.files import import_file
    from server.organizations.rules import founded

    with refusals():
        report = import_file(
            machine.engine,
            machine.settings,
            file,
            organization_id,
            create_missing=create_missing,
            apply_rows=apply_rows,
        )
    for problem in report.problems:
        console.print(problem.text, markup=False)
    planned = report.roster.summary
    for founding in founded(planned["new_by_kind"]):
        console.print(f"{'已' if apply_rows else '将'}设立{founding}", markup=False)
    counts = {"unchanged": planned.get("unchanged", 0)} | report.roster.result if apply_rows else planned
    words = "，".join(f"{title} {counts.get(key, 0)}" for key, title in ROSTER_COUNTS.items())
    console.print(f"{'已导入' if apply_rows else '试运行，未写入'}：{words}，有误 {len(report.problems)} 行")
    if report.problems:
        raise SystemExit(1)


@main.command()
@click.option("--root", "title", required=True, help="Title of the 党委.")
@click.option("--roster", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=True)
@click.option("--organization-department", multiple=True, metavar="工号[:姓名]", help="With a name: on no roster.")
@click.option("--administrator", multiple=True, metavar="工号[:姓名]", help="Looks after the system.")
@click.option("--general-secretary", multiple=True, metavar="工号@党总支")
@click.option("--secretary", multiple=True, metavar="工号@党支部", help="Or 工号@党总支/党支部.")
@click.option("--slips", type=click.Path(path_type=Path), help="Where activation codes go: .csv, or .pdf to be cut.")
@click.option("--new-codes", is_flag=True, help="Issue codes anew; those issued and not used become void.")
@click.option("--apply", "apply_all", is_flag=True, help="Write; without it only a dry run.")
@click.pass_obj
def setup(
    machine: Machine,
    /,
    *,
    title: str,
    roster: Path,
    slips: Path | None,
    new_codes: bool,
    apply_all: bool,
    **offices: tuple[str, ...],
) -> None:
    """Begin an empty installation: 党委, standard, roster, officers, activation codes. Run again, it goes on."""
    from server import app  # noqa: F401  (its subscriptions open the members' year)
    from server.setup import command

    with refusals():
        wishes = command.Wishes(title, roster, command.appointments(offices))
        if apply_all:
            command.carry_out(machine.engine, machine.settings, console, wishes, slips=slips, new_codes=new_codes)
        else:
            command.try_out(machine.engine, machine.settings, console, wishes)


@main.command("login-link")
@click.argument("work_number", metavar="工号")
@click.pass_obj
def login_link(machine: Machine, work_number: str) -> None:
    """Print a link that signs this person in once, within ten minutes, in a browser."""
    from server.identity import login_links
    from server.organizations import binding

    def issue(session: Session) -> login_links.IssuedLink:
        return login_links.issue(session, account=binding.account_numbered(session, work_number), now=clock.now())

    with refusals():
        link = transaction(machine.engine, issue)
    until = link.expires_at.astimezone(clock.SHANGHAI)
    click.echo(f"{link.name}的登录链接，{until:%H:%M} 前有效，只能打开一次：", err=True)
    click.echo(link.address(machine.settings.base_url))


if __name__ == "__main__":
    main()
