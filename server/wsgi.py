"""What the web server imports in each worker. It does not start on a database whose triggers are missing."""

import gc

from server import config, logs, protection, start_warnings
from server.app import create_app
from server.jobs import embedded
from server.organizations.roster import applying

settings = config.load()
logs.configure_logging(settings)
app = create_app(settings)
engine = app.extensions["engine"]
with engine.connect() as connection:
    protection.assert_protected(connection)
start_warnings.log_start_warnings(engine, settings)
applying.start_unfinished(engine)
if settings.embeds_scheduler:
    embedded.start_soon(engine, settings)
gc.collect()
gc.freeze()  # what a start leaves behind stays: looking through it again and again costs each request (docs/adr/0008)
