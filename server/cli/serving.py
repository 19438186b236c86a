"""Serve, and run the jobs."""

from datetime import datetime

import click

from server import clock
from server.cli.machine import Machine, console, refusals
from server.days import SHANGHAI


@click.command()
@click.pass_obj
def run(machine: Machine) -> None:
    """Print the address and serve; the schema must be up to date (`xianfeng db upgrade`)."""
    from server import serve

    machine.require_own_data()
    machine.require_fitness()
    machine.engine.dispose()
    with refusals():
        serve.run(machine.settings)


@click.command()
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


@click.group(invoke_without_command=True)
@click.pass_context
def jobs(context: click.Context) -> None:
    """Show what runs when, what ran last, what failed, and what the settings lack."""
    from server.jobs import report
    from server.start_warnings import start_warnings

    if context.invoked_subcommand is None:
        overview, failures = report.overview(context.obj.engine, now=clock.now())
        console.print(overview)
        for words in report.coming(context.obj.engine, now=clock.now()):
            console.print(words, markup=False)
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
    instant = period and period.replace(tzinfo=SHANGHAI)
    with refusals():
        done = runs.run_by_hand(machine.engine, machine.settings, job, instant)
    if done is None:
        raise click.ClickException(f"{job.title}没有完成，原因见 xianfeng jobs")
    console.print(f"{job.title}已完成：{done.astimezone(SHANGHAI):%Y-%m-%d %H:%M} 这一期")
