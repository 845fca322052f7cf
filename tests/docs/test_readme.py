"""What the README tells a newcomer to type works."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]
FENCED = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
BLOCKS = [text for language, text in FENCED if not language]


def run(*arguments: str) -> str:
    command = [sys.executable, "-m", "app", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60).stdout


def test_a_newcomer_reads_it_in_three_minutes() -> None:
    assert len(README.split()) < 700


def test_the_warning_comes_before_the_first_command() -> None:
    assert README.index("Not a medical device") < README.index("```")


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.splitlines()[0])
def test_commands_are_known(block: str) -> None:
    """Each block is make, curl to our own port, or our command; nothing else is asked of a newcomer."""
    for line in block.splitlines():
        assert re.match(
            r"make [a-z]+$|curl -F file=@\S+ http://127\.0\.0\.1:8000/predict$|\.venv/bin/covid-xnet ", line
        )


def test_options_of_the_command_line_exist() -> None:
    used = set(re.findall(r"--[a-z-]+", next(block for block in BLOCKS if "covid-xnet" in block)))

    assert used <= set(re.findall(r"--[a-z-]+", run("predict", "--help")))


def test_subcommands_named_in_documents_exist() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in DOCUMENTS if path.name != "product.md")
    named = set(re.findall(r"`(?:\.venv/bin/)?covid-xnet ([a-z]+)", text))
    known = run("--help")

    assert [name for name in named if not re.search(rf"\b{name}\b", known)] == []
