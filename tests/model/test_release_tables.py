"""A results file that is made anew in part: which of its tables stay, and what they say of their day."""

from model.training.release import with_kept, with_renewed


def test_tables_of_runs_that_are_gone_are_kept_with_their_date() -> None:
    earlier = {
        "budget": "full",
        "created": "2026-01-02",
        "runs": {"release-0": {"step": 1}, "protocol-0": {"step": 2}, "control-lungs": {"step": 3}},
        "protocol": "old",
        "controls": "old",
        "dated": {"controls": "2026-01-01"},
    }
    now = {"budget": "full", "created": "2026-02-01", "runs": {"release-0": {"step": 9}, "protocol-0": {"step": 9}}}

    kept = with_kept(now, earlier)

    assert kept["dated"] == {"protocol": "2026-01-02", "controls": "2026-01-01"}
    assert kept["protocol"] == kept["controls"] == "old"
    assert {name: curve["step"] for name, curve in kept["runs"].items()} == {
        "release-0": 9,
        "protocol-0": 2,
        "control-lungs": 3,
    }
    assert with_kept(now | {"protocol": "new", "controls": "new"}, earlier)["protocol"] == "new"
    assert "protocol" not in with_kept(now | {"budget": "small"}, earlier)


def test_tables_of_other_runs_are_renewed_and_the_members_stay() -> None:
    earlier = {
        "created": "2026-01-02",
        "release": "members",
        "runs": {"release-0": {"step": 1}, "protocol-0": {"step": 2}, "control-lungs": {"step": 3}},
        "protocol": "old",
        "controls": "old",
        "dated": {"controls": "2026-01-01"},
    }

    renewed = with_renewed(
        earlier, {"protocol": "new"}, {"protocol-0": {"step": 8}, "control-lungs": {"step": 9}}, "2026-03-01"
    )

    assert renewed["dated"] == {"controls": "2026-01-01", "protocol": "2026-03-01"}
    assert (renewed["release"], renewed["protocol"], renewed["controls"]) == ("members", "new", "old")
    assert {name: curve["step"] for name, curve in renewed["runs"].items()} == {
        "release-0": 1,
        "control-lungs": 3,
        "protocol-0": 8,
    }
