"""What commands work with: settings, the database, and how a refusal is said."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

import click
from rich.console import Console
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from server import config, installation
from server.db import make_engine, reading
from server.errors import DomainError
from server.outages import WORDS, outage_of
from server.readiness import revision

console = Console()


@dataclass
class Machine:
    """Settings and engine, made when a command first needs them."""

    @cached_property
    def settings(self) -> config.Settings:
        try:
            settings = config.load()
        except config.ConfigurationError as error:
            raise click.ClickException(str(error)) from None
        installation.keep_private(settings.data_dir)
        return settings

    @cached_property
    def database(self) -> Engine:
        """The engine, whatever the schema: for commands that bring it up to date."""
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
        """Raise ClickException, with what to put right, unless the database is fit to serve on."""
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
    """Turn the error of a database that cannot serve into one line."""
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
