"""The page of the benchmark says what was measured."""

from benchmarks.client import Answer, Load
from benchmarks.report import results_page

STAGES = {"decode": 40.0, "gate": 5.0, "preprocess": 20.0, "network": 25.0, "total": 105.0}
ONE = Load(n_clients=1, answers=[Answer(elapsed_ms=120.0, stages_ms=STAGES)] * 3, wall_s=0.36)
MANY = Load(n_clients=8, answers=[Answer(elapsed_ms=800.0, stages_ms=STAGES)] * 32, wall_s=3.2)
PEER = {
    "versions": {"monai": "1.0"},
    "files": [{"decode": 60.0, "preprocess": 10.0, "network": 230.0, "total": 300.0}],
}


def page(peer: dict[str, object] | None) -> str:
    return results_page(command="make bench", what="drawn files", one=ONE, turned=ONE, many=MANY, peer=peer)


def test_stages_and_the_rest_add_up_to_the_whole() -> None:
    assert "| `/predict` | 40 | 5 | 20 | 25 | 30 | 120 | 0.40 |" in page(PEER)


def test_the_peer_is_the_unit_of_the_ratio() -> None:
    assert "| peer | 60 |  | 10 | 230 | | 300 | 1 |" in page(PEER)
    assert "0.40 of the peer's time" in page(PEER)


def test_throughput_is_files_over_the_time_of_all_clients() -> None:
    assert "| 8 clients | 800 | 800 | 10.00 |" in page(PEER)


def test_without_a_peer_there_is_no_ratio() -> None:
    assert "| `/predict` | 40 | 5 | 20 | 25 | 30 | 120 |  |" in page(None)
    assert "peer's time;" not in page(None)
