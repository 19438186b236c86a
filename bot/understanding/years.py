"""How one names a year that is over, and one's own branch, where a closed grammar asks for it. Pure."""

from bot.understanding.patterns import any_of

LOOK = (
    any_of("查询?(?:一下|下)? 查看(?:一下|下)? 看看? 看(?:一下|下) 问(?:一下|下)? 打开 告诉我 了解(?:一下|下)?") + "?"
)
"""What is said before what one wants to see."""

OVER = "(?:(?P<year>20[0-9]{2})年?|去年|上一?年?)?的?"
"""Left out, as 去年, or by its number: `year`. Joined to 年度, so that 2025年度, 2025年年度 and 上年度 are all read."""

OURS = "(?:(?:我?们|咱们?|俺们?|我|本|这个?)?的?(?:所在的?)?党?支部的?|(?:我?们|咱们?)的?)?"
"""The speaker's branch, or left out."""
