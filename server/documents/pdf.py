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


def render(template: Path, data: Mapping[str, Any], *, dated: datetime) -> bytes:
    """Return a template filled with the data, in the layout of official documents. Raises DomainError as `compiled`."""
    (made,) = compiled([job(template, data, dated=dated, layout=official())])
    return made


def job(
    template: Path, data: Mapping[str, Any], *, dated: datetime, layout: Layout, tagged: bool = True
) -> TypesettingJob:
    """Return what makes a PDF of a template, fonts embedded; `dated` replaces the time it is made.

    `tagged` for screen readers, at ten times the bytes of a form.
    """
    filled = {**data, "layout": layout.model_dump()}
    options = {"format": "pdf", "timestamp": int(dated.timestamp()), "pdf_tags": tagged}
    return TypesettingJob(template, filled, options)


def chart_pictures(charts: Sequence[Chart]) -> list[bytes]:
    """Return charts as they appear in the PDF, without their captions."""
    options = {"format": "png", "ppi": PIXELS_PER_INCH}
    return compiled([TypesettingJob(DATA / "chart.typ", {"chart": asdict(chart)}, options) for chart in charts])
