"""The database's schema, accounts and data directory."""

import click

from server import installation
from server.cli.machine import Machine, console, refusals, saying_outages


@click.group()
def db() -> None:
    """The database's schema."""


@db.command()
@click.pass_obj
def upgrade(machine: Machine) -> None:
    """Bring the schema up to date and restore the ledger's protection; again after one that was interrupted."""
    from server import migrations, protection

    try:
        with refusals(), saying_outages():
            installation.assert_own(machine.database, machine.settings.data_dir)
            migrations.upgrade(machine.database)
            machine.require_own_data()
            with machine.database.begin() as connection:
                restored = protection.restore(connection)
    except migrations.UpgradeRefused as refusal:
        raise click.ClickException(str(refusal)) from None
    if restored:
        words = f"缺失的保护触发器已补上：{'、'.join(restored)}。缺失期间台账可能被改动，请运行 xianfeng verify 核对。"
        console.print(words, style="bold red", soft_wrap=True)
    console.print("数据库已是最新结构，台账保护已核对。")


@db.command()
@click.argument("account")
@click.pass_obj
def grants(machine: Machine, account: str) -> None:
    """Print the SQL that gives the app's ACCOUNT, say "'xianfeng'@'10.0.0.%'", what it needs: after each upgrade."""
    from server import models, protection

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
