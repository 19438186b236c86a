"""Every table, imported in one place so that the metadata is complete."""

from bot import dialogue as bot_dialogue
from bot.receive import models as bot_receive
from server import installation, leases
from server.annual.prints import models as annual_prints
from server.annual.results import models as annual_results
from server.annual.steps import models as annual_steps
from server.audit import models as audit
from server.claims import models as claims
from server.db import Base
from server.deadlines import models as deadlines
from server.dues import models as dues
from server.feedback import models as feedback
from server.heads import models as heads
from server.identity import models as identity
from server.jobs import models as jobs
from server.meetings import models as meetings
from server.meetings.resolutions import models as resolutions
from server.notices import models as notices
from server.objections import models as objections
from server.organizations import models as organizations
from server.organizations.history import models as history
from server.organizations.roster import models as roster
from server.organizations.suspensions import models as suspensions
from server.photos import models as photos
from server.points import models as points
from server.publicity import models as publicity
from server.publicity import protection as publicity_protection
from server.pushes import models as pushes
from server.pushes.robots import models as robots
from server.ratings import protection as ratings_protection
from server.ratings.appraisals import models as appraisals
from server.ratings.editions import models as rating_editions
from server.ratings.exceptions import models as star_exceptions
from server.ratings.methods import models as rating_methods
from server.ratings.proposals import models as rating_proposals
from server.ratings.trials import models as star_dry_runs
from server.standards import models as standards
from server.standards import protection as standards_protection
from server.statements import models as statements
from server.wechat import models as wechat
from server.years import models as years

__all__ = [
    "Base",
    "annual_prints",
    "annual_results",
    "annual_steps",
    "appraisals",
    "audit",
    "bot_dialogue",
    "bot_receive",
    "claims",
    "deadlines",
    "dues",
    "feedback",
    "heads",
    "history",
    "identity",
    "installation",
    "jobs",
    "leases",
    "meetings",
    "notices",
    "objections",
    "organizations",
    "photos",
    "points",
    "publicity",
    "publicity_protection",
    "pushes",
    "rating_editions",
    "rating_methods",
    "rating_proposals",
    "ratings_protection",
    "resolutions",
    "robots",
    "roster",
    "standards",
    "standards_protection",
    "star_dry_runs",
    "star_exceptions",
    "statements",
    "suspensions",
    "wechat",
    "years",
]
