"""What must never come into the repository: radiographs, paths of one machine, large files."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
IMAGES = {".dcm", ".dicom", ".jpg", ".jpeg", ".jp2", ".j2k", ".jls", ".tif", ".tiff", ".nii", ".npy", ".npz"}
BINARIES = {".png", ".safetensors", ".woff2", ".ico"}
PICTURE_FOLDERS = ("docs/img/", "static/img/", "tests/golden/")
LARGEST = 8 * 1024**2
MACHINE_PATH = re.compile(r"(?<![\w.:/-])/(?:home|root|Users|work|mnt|tmp)/\w+")


def files() -> list[Path]:
    """What git tracks or would track; in an archive without git, nothing can be said."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / name for name in listed.decode().split("\0") if name and (ROOT / name).is_file()]


def test_no_radiograph_is_in_the_tree() -> None:
    found = [str(path.relative_to(ROOT)) for path in files() if path.suffix.lower() in IMAGES]

    assert found == []


def test_no_file_has_the_content_of_a_radiograph_file() -> None:
    """A renamed DICOM or JPEG file is still one."""
    found = []
    for path in files():
        with path.open("rb") as file:
            head = file.read(132)
        if head[128:] == b"DICM" or head.startswith(b"\xff\xd8\xff"):
            found.append(str(path.relative_to(ROOT)))

    assert found == []


def test_pictures_are_where_pictures_belong() -> None:
    names = [path.relative_to(ROOT).as_posix() for path in files() if path.suffix == ".png"]

    assert [name for name in names if not name.startswith(PICTURE_FOLDERS)] == []


def test_no_path_of_one_machine_is_in_the_tree() -> None:
    found = []
    for path in files():
        if path.suffix not in BINARIES:
            text = path.read_text(encoding="utf-8")
            found += [f"{path.relative_to(ROOT)}: {match[0]}" for match in MACHINE_PATH.finditer(text)]

    assert found == []


def test_no_file_is_large() -> None:
    assert [str(path.relative_to(ROOT)) for path in files() if path.stat().st_size > LARGEST] == []
