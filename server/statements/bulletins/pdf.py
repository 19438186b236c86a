"""A bulletin as PDF, and its charts as pictures for Word. The same paper gives the same bytes."""

from collections.abc import Sequence
from dataclasses import asdict

from server.statements.bulletins.paper import Chart, Paper
from server.statements.bulletins.typesetting import TypesettingJob, compiled

PIXELS_PER_INCH = 300.0


def render(paper: Paper) -> bytes:
    """Return the paper set as an official document, fonts embedded."""
    data = asdict(paper)
    del data["dated"]
    options = {"format": "pdf", "timestamp": int(paper.dated.timestamp())}
    (made,) = compiled([TypesettingJob("bulletin.typ", data, options)])
    return made


def chart_pictures(charts: Sequence[Chart]) -> list[bytes]:
    """Return charts as they stand in the PDF, without their captions."""
    options = {"format": "png", "ppi": PIXELS_PER_INCH}
    return compiled([TypesettingJob("chart.typ", {"chart": asdict(chart)}, options) for chart in charts])
