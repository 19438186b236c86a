"""Documents as PDF, and charts as pictures for Word. The same document gives the same bytes."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from server.documents.blocks import Chart
from server.documents.layout import DATA, Layout, official
from server.documents.typesetting import TypesettingJob, compiled

PIXELS_PER_INCH = 300.0


def render(
    template: Path,
    data: Mapping[str, Any],
    *,
    dated: datetime,
    layout: Layout | None = None,
    tagged: bool = True,
) -> bytes:
    """Return a template filled with the data, fonts embedded; `dated` replaces the time it is made.

    The layout is that of official documents by default; `tagged` for screen readers, at ten times the bytes of a form.
    Raises DomainError as `compiled`.
    """
    filled = {**data, "layout": (layout or official()).model_dump()}
    options = {"format": "pdf", "timestamp": int(dated.timestamp()), "pdf_tags": tagged}
    (made,) = compiled([TypesettingJob(template, filled, options)])
    return made


def chart_pictures(charts: Sequence[Chart]) -> list[bytes]:
    """Return charts as they appear in the PDF, without their captions."""
    options = {"format": "png", "ppi": PIXELS_PER_INCH}
    return compiled([TypesettingJob(DATA / "chart.typ", {"chart": asdict(chart)}, options) for chart in charts])
