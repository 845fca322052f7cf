"""Goals are judged by the figures of the results file, on the right side of their limits."""

from model.evaluation.goals import Goal


def test_a_goal_is_met_on_its_own_side() -> None:
    assert Goal(figure="more is better", wanted=0.9, reached=0.9).is_met
    assert not Goal(figure="more is better", wanted=0.9, reached=0.89).is_met
    assert Goal(figure="less is better", wanted=0.1, reached=0.05, at_most=True).is_met
    assert not Goal(figure="less is better", wanted=0.1, reached=0.11, at_most=True).is_met
    assert not Goal(figure="not measured", wanted=0.1, reached=None, at_most=True).is_met
