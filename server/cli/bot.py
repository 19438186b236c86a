"""The chat-bot."""

import click

from server.cli.machine import Machine, console, refusals


@click.group()
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
