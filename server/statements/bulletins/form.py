"""What is the same in every bulletin, from `data/form.json`."""

from functools import cache
from pathlib import Path

from server.statements.bulletins.content import Form

DATA = Path(__file__).parent / "data"


@cache
def form() -> Form:
    return Form.model_validate_json((DATA / "form.json").read_bytes())
