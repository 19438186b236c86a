"""Write the error codes for the app and for the server's pages (`python -m scripts.error_codes`; `make types` does it).

The app gets every code as a constant, since a build keeps what is used. A browser fetches a page's modules as they are:
there the file has only what the pages import.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from server.error_codes import CoreErrorCode, ErrorCode
from server.features import brought
from server.meetings.rules import CheckInRefusal
from server.organizations.four_eyes import Bar
from server.outages import Outage

ROOT = Path(__file__).parents[1]
APP = ROOT / "miniprogram/src/api/error-codes.ts"
PAGES = ROOT / "server/console/static/error_codes.js"
IMPORTED = re.compile(r'import \{([^}]*)\} from "\./error_codes\.js";')

REASONS: tuple[type[ErrorCode], ...] = (CheckInRefusal, Bar, Outage)
"""Enums of codes that are beside the rule that gives them as reasons."""


def enums() -> list[type[ErrorCode]]:
    """Return all enums of codes in the server and the bot."""
    named = (each for module in brought("error_codes") for each in vars(module).values() if isinstance(each, type))
    own = (each for each in named if issubclass(each, ErrorCode) and each is not ErrorCode)
    return [CoreErrorCode, *own, *REASONS]


def every_code() -> list[str]:
    return sorted({code.value for enum in enums() for code in enum})


def files() -> dict[Path, str]:
    """Return the text of the generated files. Raise ValueError if a page imports a code that no enum has."""
    codes = every_code()
    imported = sorted(set(_imported()))
    if unknown := set(imported) - set(codes):
        raise ValueError(f"no enum of error codes has {', '.join(sorted(unknown))}")
    said = "Made by `make types` from the server's enums; not to be edited."
    return {
        APP: f"/** What the API refuses, by code. {said} */\n"
        + "".join(f"export const {code} = '{code}'\n" for code in codes),
        PAGES: f"/** What the API refuses, by code, as far as pages ask. {said} */\n\n"
        + "".join(f'export const {code} = "{code}";\n' for code in imported),
    }


def _imported() -> Iterator[str]:
    for path in PAGES.parent.glob("*.js"):
        for names in IMPORTED.findall(path.read_text(encoding="utf-8")):
            yield from (name.strip() for name in names.split(",") if name.strip())


def main() -> None:
    for path, text in files().items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
