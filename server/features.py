"""What features bring, found by the names of their files: nothing lists them.

A feature is a folder of `server`, or the bot. What waits for officers, say, it brings in a module `turns`, in the
folder itself or in one of its parts; the feature that gathers them says what has to be in such a module.
"""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

ROOTS = tuple(Path(__file__).parent.with_name(name) for name in ("server", "bot"))


def brought(name: str) -> Iterator[ModuleType]:
    """Yield every feature's module (or package) of this name, in the order of their paths."""
    for root in ROOTS:
        found = {*root.glob(f"*/**/{name}.py"), *root.glob(f"*/**/{name}/__init__.py"), *root.glob(f"{name}.py")}
        for path in sorted(path.parent if path.stem == "__init__" else path.with_suffix("") for path in found):
            if path.parent != ROOTS[0]:  # the core has modules of such names for what they hold
                yield import_module(".".join(path.relative_to(root.parent).parts))
