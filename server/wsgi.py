"""What the web server imports in each worker."""

from server import config, logs
from server.app import create_app
from server.organizations.roster import applying

settings = config.load()
logs.configure_logging(settings)
app = create_app(settings)
applying.start_unfinished(app.extensions["engine"])
