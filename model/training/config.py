"""Training configurations: TOML files read into dataclasses; an unknown key is an error."""

import tomllib
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

Config = TypeVar("Config")

CONFIGS = Path(__file__).parent / "configs"


def read_config(path: Path, kind: type[Config]) -> Config:
    """Read a TOML file into a dataclass, nested tables into nested dataclasses, arrays into tuples.

    Raises:
        ValueError: a key that the dataclass does not know.
        TypeError: a required key is missing.
    """
    return _build(kind, tomllib.loads(path.read_text(encoding="utf-8")), path.name)


def _build(kind: type[Config], values: dict[str, Any], where: str) -> Config:
    known = {field.name for field in fields(kind)}  # type: ignore[arg-type]
    unknown = values.keys() - known
    if unknown:
        raise ValueError(f"{where}: unknown {', '.join(sorted(unknown))}")
    hints = get_type_hints(kind)
    built = {}
    for name, value in values.items():
        if is_dataclass(hints[name]):
            built[name] = _build(hints[name], value, f"{where}: {name}")
        else:
            built[name] = tuple(value) if isinstance(value, list) else value
    return kind(**built)
