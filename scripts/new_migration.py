"""Write the next migration: what the models have and a scratch database at the latest migration does not.

python -m scripts.new_migration 'add pairing'
"""

import sys
import tempfile

from alembic import command

from server import migrations
from server.db import make_engine


def write(message: str) -> None:
    with tempfile.TemporaryDirectory() as directory:
        engine = make_engine(f"sqlite:///{directory}/scratch.db")
        migrations.upgrade(engine)
        command.revision(migrations.alembic_config(engine), message=message, autogenerate=True)
        engine.dispose()


if __name__ == "__main__":
    write(sys.argv[1])
