"""python -m scripts.bench [only=start,score_read] [size=full]: run benchmarks, one JSON line per figure."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from pathlib import Path

from scripts.bench.lines import Line

SIZES = ("default", "full")
Run = Callable[[str], Iterator[Line]]


def discovered() -> dict[str, Run]:
    """Return every module here that has a `run`, by its name."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("[a-z]*.py"))
    modules = {name: import_module(f"scripts.bench.{name}") for name in names}
    return {name: module.run for name, module in modules.items() if hasattr(module, "run")}


def main(arguments: Sequence[str]) -> int:
    benches = discovered()
    options = dict(argument.partition("=")[::2] for argument in arguments)
    size = options.pop("size", "default")
    only = [name for name in options.pop("only", "").split(",") if name] or list(benches)
    if options or size not in SIZES or not set(only) <= benches.keys():
        print(f"{__doc__}\nbenchmarks: {', '.join(benches)}; sizes: {', '.join(SIZES)}", file=sys.stderr)
        return 2
    for name in only:
        for line in benches[name](size):
            print(json.dumps(line, ensure_ascii=False), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
