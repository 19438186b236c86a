"""The command line: `xianfeng run`, `db upgrade`, `import-roster`, `verify`, `recompute` …

Commands import what they need when they run, so that `xianfeng run` only waits for its worker.
"""

import click

from server.cli import bot, database, people, serving, upkeep
from server.cli.machine import Machine, console

__all__ = ["console", "main"]


@click.group()
@click.pass_context
def main(context: click.Context) -> None:
    """先锋积分 Xianfeng."""
    context.obj = Machine()


for command in (
    serving.run,
    serving.scheduler,
    serving.jobs,
    database.db,
    upkeep.photos,
    upkeep.verify,
    upkeep.recompute,
    upkeep.open_year,
    people.setup,
    people.import_roster,
    people.login_link,
    people.reset_binding,
    bot.bot,
):
    main.add_command(command)
