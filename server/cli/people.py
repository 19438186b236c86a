"""Begin an installation, import a roster, sign someone in."""

from datetime import datetime
from pathlib import Path

import click
from sqlalchemy.orm import Session

from server import clock
from server.cli.machine import Machine, console, refusals
from server.days import SHANGHAI
from server.db import transaction

ROSTER_COUNTS = {"new": "新增", "changed": "更新", "moved": "转接", "unchanged": "未变"}


@click.command("import-roster")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--organization", "organization_id", type=int, required=True, help="Id of the organization it is for.")
@click.option("--create-missing", is_flag=True, help="Found the 党总支, 党支部 and 党小组 that only the file names.")
@click.option("--apply", "apply_rows", is_flag=True, help="Write; without it only a dry run.")
@click.pass_obj
def import_roster(machine: Machine, file: Path, organization_id: int, create_missing: bool, apply_rows: bool) -> None:
    """Check a roster and say what it would change; with --apply, write it. Exit 1 if rows had errors."""
    from server import app  # noqa: F401  (its subscriptions open the members' year)
    from server.organizations.roster.files import import_file
    from server.organizations.roster.rules import errors_of
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
    planned, errors = report.roster.summary, errors_of(report.problems)
    for words in [*planned["notes"], *(problem.text for problem in report.problems)]:
        console.print(words, markup=False, soft_wrap=True)
    for founding in founded(planned["new_by_kind"]):
        console.print(f"{'已' if apply_rows else '将'}设立{founding}", markup=False)
    counts = {"unchanged": planned.get("unchanged", 0)} | report.roster.result if apply_rows else planned
    words = "，".join(f"{title} {counts.get(key, 0)}" for key, title in ROSTER_COUNTS.items())
    console.print(f"{'已导入' if apply_rows else '试运行，未写入'}：{words}，有误 {len(errors)} 行")
    if errors:
        raise SystemExit(1)


@click.command()
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
        wishes = command.SetupOptions(title, roster, command.appointments(offices))
        if apply_all:
            command.carry_out(machine.engine, machine.settings, console, wishes, slips=slips, new_codes=new_codes)
        else:
            command.try_out(machine.engine, machine.settings, console, wishes)


@click.command("login-link")
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
    until = link.expires_at.astimezone(SHANGHAI)
    click.echo(f"{link.name}的登录链接，{until:%H:%M} 前有效，只能打开一次：", err=True)
    click.echo(link.address(machine.settings.base_url))


@click.command("reset-binding")
@click.argument("work_number", metavar="工号")
@click.pass_obj
def reset_binding(machine: Machine, work_number: str) -> None:
    """Unbind this person from WeChat and print a new activation code: for people with nobody above them."""
    from server.organizations import binding

    def reset(session: Session) -> tuple[str, str, datetime]:
        account = binding.account_numbered(session, work_number)
        return account.name, *binding.reset(session, account=account, now=clock.now())

    with refusals():
        name, code, expires_at = transaction(machine.engine, reset)
    until = expires_at.astimezone(SHANGHAI)
    click.echo(f"{name}的微信绑定已解除。新激活码，{until:%Y-%m-%d %H:%M} 前有效，只显示这一次：", err=True)
    click.echo(code)
