"""Which ES modules a page's script imports, so that the page can name them and the browser fetch them all at once."""

import re
from functools import cache
from pathlib import Path, PurePosixPath

from app.web.templating import STATIC

_IMPORT = re.compile(r"""^(?:import|export)\s[^;]*?from\s+["'](\.[^"']+)["']""", re.MULTILINE)


@cache
def imported_modules(entry: str, static: Path = STATIC) -> tuple[str, ...]:
    """Return the modules that a module imports, directly or not, without itself, in the order they are met.

    Args:
        entry: Path below `static`, such as `js/viewer/main.js`.
    """
    found: dict[str, None] = {}
    waiting = [entry]
    while waiting:
        name = waiting.pop(0)
        for relative in _IMPORT.findall((static / name).read_text(encoding="utf-8")):
            path = (static / PurePosixPath(name).parent / relative).resolve()
            module = path.relative_to(static.resolve()).as_posix()
            if module != entry and module not in found:
                found[module] = None
                waiting.append(module)
    return tuple(found)
