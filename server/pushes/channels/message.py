"""What every channel is given: a push ready for one address, its texts not yet fitted to the channel."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from server.config import WechatTemplate
from server.pushes.catalogue import OccasionEntry, TemplateField
from server.pushes.channels.fields import HIDDEN, fitted


@dataclass(frozen=True, slots=True)
class ChannelMessage:
    """`address` is the openid or user id; `mini_program` the app id that `page` belongs to."""

    push_id: int
    address: str
    entry: OccasionEntry
    content: Mapping[str, Any]
    page: str
    hides_figures: bool
    template: WechatTemplate | None
    mini_program: str
    formal: bool = True

    @property
    def path(self) -> str:
        """The page as WeChat wants it, without a leading slash; it says which push led there."""
        return f"{self.page.lstrip('/')}{'&' if '?' in self.page else '?'}push={self.push_id}"

    def text(self, field: TemplateField) -> str:
        """Return a field's value within the limits of its kind."""
        hidden = self.hides_figures and field.key in self.entry.figures
        return fitted(field.kind, HIDDEN if hidden else str(self.content.get(field.key, "")))

    def data(self) -> dict[str, dict[str, str]]:
        """Return the values as template messages carry them, under WeChat's field names."""
        names = self.template.fields if self.template else ()
        return {name: {"value": self.text(field)} for name, field in zip(names, self.entry.fields, strict=True)}
