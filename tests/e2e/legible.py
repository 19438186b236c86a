"""Whether a page can be read and used: on the narrowest phone, with a thumb, by eyes that are no longer young."""

from tests.e2e.phone import Phone

TOUCHABLE, TOUCHABLE_ELDER = 44, 56
"""Pixels: the smallest thing a finger must hit."""

CONTRAST = 4.5
"""Text against what is behind it, as WCAG 2 computes it."""


def faults(phone: Phone, *, elder: bool) -> list[str]:
    """Name what sticks out, what is too small to hit and what is too faint to read on the page that is shown."""
    over = phone.overflow()
    return [
        *([f"sticks out by {over} pixels"] if over > 0 else []),
        *(f"too small: {each}" for each in too_small(phone, TOUCHABLE_ELDER if elder else TOUCHABLE)),
        *(f"too faint: {each}" for each in too_faint(phone, CONTRAST)),
    ]


def too_small(phone: Phone, pixels: int) -> list[str]:
    """Name what can be tapped but is lower than that; a place in a row counts with the row."""
    return list(
        phone.page.evaluate(
            """pixels => [...document.querySelectorAll('uni-button, [role=button], [role=link], [role=tab]')]
                .filter(each => each.offsetParent && each.getBoundingClientRect().height < pixels - .5)
                .map(each => `${each.className} ${each.textContent}`)""",
            pixels,
        )
    )


def too_faint(phone: Phone, least: float) -> list[str]:
    """Name the texts whose colour stands out too little from the colour behind them."""
    return list(phone.page.evaluate(_TOO_FAINT, least))


_TOO_FAINT = """least => {
    const colour = words => {
        const [red, green, blue, alpha = 1] = words.match(/[\\d.]+/g).map(Number)
        return { parts: [red, green, blue], alpha }
    }
    const over = (upper, lower) => upper.parts.map((part, at) => part * upper.alpha + lower[at] * (1 - upper.alpha))
    const behind = element => {
        if (!element) return [255, 255, 255]
        const own = colour(getComputedStyle(element).backgroundColor)
        return own.alpha === 1 ? own.parts : over(own, behind(element.parentElement))
    }
    const light = parts => {
        const [red, green, blue] = parts.map(part => part / 255)
            .map(part => part <= .03928 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4)
        return .2126 * red + .7152 * green + .0722 * blue
    }
    const contrast = (one, other) => {
        const [dark, bright] = [light(one), light(other)].sort((a, b) => a - b)
        return (bright + .05) / (dark + .05)
    }
    const texts = document.createTreeWalker(document.querySelector('.page'), NodeFilter.SHOW_TEXT)
    const faint = new Set()
    while (texts.nextNode()) {
        const element = texts.currentNode.parentElement
        if (!texts.currentNode.data.trim() || !element.checkVisibility({ opacityProperty: true })) continue
        const back = behind(element)
        const ratio = contrast(over(colour(getComputedStyle(element).color), back), back)
        if (ratio < least) faint.add(`${texts.currentNode.data.trim().slice(0, 20)} ${ratio.toFixed(2)}`)
    }
    return [...faint]
}"""
