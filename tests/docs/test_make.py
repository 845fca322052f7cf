"""The targets of the Makefile and the documents that name them agree."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), ROOT / "benchmarks" / "RESULTS.md"]
TEXT = "\n".join(page.read_text(encoding="utf-8") for page in DOCUMENTS if page.is_file())


def test_every_target_is_described() -> None:
    names = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
    described = set(re.findall(r"^([a-z-]+):.*## \S", MAKEFILE, re.MULTILINE))

    assert names == described


def test_every_target_is_phony_or_a_file() -> None:
    phony = set(re.search(r"^\.PHONY: (.+)$", MAKEFILE, re.MULTILINE)[1].split())  # type: ignore[index]
    described = set(re.findall(r"^([a-z-]+):.*## \S", MAKEFILE, re.MULTILINE))

    assert described <= phony


def test_targets_named_in_documents_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):.*## \S", MAKEFILE, re.MULTILINE))
    named = set(re.findall(r"`make ([a-z-]+)", TEXT)) | set(re.findall(r"^make ([a-z-]+)", TEXT, re.MULTILINE))

    assert named <= targets


def test_targets_that_people_use_are_documented() -> None:
    for target in ("run", "test", "check", "train", "bench", "golden", "lock", "clean", "docs-settings"):
        assert f"make {target}" in TEXT, target
