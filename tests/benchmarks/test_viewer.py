"""The viewer's section of the benchmark page."""

from benchmarks.report import replace_section
from benchmarks.viewer import Figures, write_section

FIGURES = Figures(
    first_pixels_ms=[310, 290, 420],
    frames={"window": 51.2, "pan": 33.0},
    heap_mb=(16.0, 16.4),
    process_mb=(210.0, 230.0),
)


def test_figures_stand_beside_their_limits() -> None:
    section = write_section(FIGURES, n_switches=200)

    assert "| first pixels, median | 310 ms | ≤ 500 ms |" in section
    assert "| drag of window | 51 frames/s | ≥ 20 |" in section
    assert "| script memory over 200 cases | +0.4 MB | ≤ 10 MB |" in section


def test_the_section_takes_the_place_of_the_last_one() -> None:
    page = "# Benchmark\n\n## One file\n\ntext\n"
    once = replace_section(page, write_section(FIGURES, n_switches=200))

    assert replace_section(once, write_section(FIGURES, n_switches=200)) == once
    assert once.startswith(page.rstrip("\n"))
