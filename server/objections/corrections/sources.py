"""What corrects each kind of source."""

from collections.abc import Mapping
from types import MappingProxyType

from server.objections.corrections import attendance, claims, decisions, dues, negatives
from server.objections.corrections.acts import Source
from server.objections.rules import CorrectionKind

SOURCES: Mapping[CorrectionKind, Source] = MappingProxyType(
    {
        CorrectionKind.attendance: Source(attendance.propose, attendance.carry_out),
        CorrectionKind.claim: Source(claims.propose, claims.carry_out),
        CorrectionKind.decision: Source(decisions.propose, decisions.carry_out),
        CorrectionKind.dues: Source(dues.propose, dues.carry_out),
        CorrectionKind.negative: Source(negatives.propose, negatives.carry_out),
    }
)
