"""A bulletin as PDF, and its charts as pictures for Word. The same paper gives the same bytes."""

from dataclasses import asdict

from server.statements.bulletins.paper import Chart, Paper
from server.statements.bulletins.typesetting import compiled

PIXELS_PER_INCH = 300.0


def render(paper: Paper) -> bytes:
    """Return the paper set as an official document, fonts embedded."""
    data = asdict(paper)
    del data["dated"]
    return compiled("bulletin.typ", data, format="pdf", timestamp=int(paper.dated.timestamp()))


def chart_png(chart: Chart) -> bytes:
    """Return one chart as it stands in the PDF, without its caption."""
    return compiled("chart.typ", {"chart": asdict(chart)}, format="png", ppi=PIXELS_PER_INCH)
