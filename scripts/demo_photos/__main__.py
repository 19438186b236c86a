"""Draw the contact sheet."""

import sys

from scripts.demo_photos import contact_sheet

contact_sheet().save(sys.argv[1])
