"""The evidence: rounds that leave hospitals out whole, figures checked by hand, pages that nobody typed."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file

from model.calibration import COVID_19
from model.evaluation.figures import Scored
from model.findings import Finding
from model.network import build_network
from model.prediction import OperatingPoint
from model.training.cache import Prepared
from model.training.classifier import ClassifierConfig
from model.training.config import CONFIGS, read_config
from model.training.controls import Hide
from model.training.data import HOSPITALS, Sample
from model.training.evidence.assembly import Fixed, Reads, ensemble_findings, fix, results, results_of_kinds
from model.training.evidence.campaign import EVERYTHING, LOGITS, OtherSettingsError, Read, Run, execute, plan, read_run
from model.training.evidence.cohort import Cohort, out_of_fold
from model.training.evidence.cost import densenet121, multiply_adds
from model.training.evidence.decisions import (
    fit_calibration,
    hospital_weights,
    map_scale,
    mean_of_hospitals,
    thresholds,
)
from model.training.evidence.pages import evidence_pages
from model.training.evidence.protocol import best_threshold
from model.training.evidence.unseen import Unseen
from model.training.lungs import LungConfig
from model.training.release import headline, release_card
from model.training.targets import BRIXIA_ZONES, map_targets, read_brixia
from model.unet import n_parameters
from model.weights import default_card, read_card
from tests.model.conftest import AS_IS, TOY_NETWORK, write_toy_release

RECIPE = read_config(CONFIGS / "recipe.toml", ClassifierConfig)
SIDE = 32
LABELS = {
    "covid": ("armiro-web", "hannover", "ieee8023-journals", "sirm", "radiopaedia", *EVERYTHING),
    "normal": ("nih", "rsna", "chestx-ray-com", "shenzhen", "montgomery"),
    "pneumonia": ("nih", "radiopaedia"),
    "other": ("jsrt", "tb-db-mixed"),
}
PER_SOURCE = 25


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    """Radiographs of every source: abnormal ones have a bright left half, the more so the further down the list."""
    samples, inputs = [], []
    rng = np.random.default_rng(0)
    for label, sources in LABELS.items():
        for source in sources:
            for _ in range(PER_SOURCE):
                samples.append(_sample(len(samples), source, label))
                x = rng.normal(0, 0.3, (SIDE, SIDE)).astype(np.float32)
                if label != "normal" and source != "jsrt":
                    x[:, : SIDE // 2] += 0.3
                inputs.append(x)
    n = len(samples)
    wide = np.clip((np.stack(inputs) + 1) * 100, 0, 255).astype(np.uint8)
    return Prepared(
        samples=samples,
        plain=np.stack(inputs),
        wide=np.pad(wide, ((0, 0), (4, 4), (4, 4))),
        masks=np.ones((n, 16, 16), dtype=bool),
        boxes=np.tile(np.array([0, 0, 64, 64], dtype=np.int32), (n, 1)),
        contents=np.tile(np.array([0, 0, 64, 64], dtype=np.int32), (n, 1)),
    )


def _sample(index: int, source: str, label: str) -> Sample:
    return Sample(
        image_id=f"image-{index}",
        path=Path("nowhere"),
        source=source,
        label=label,
        patient=f"patient-{index}",
        view=("PA", "AP", "unknown")[index % 3],
        sex=("F", "M", "")[index % 3],
        age_years=(30.0, 65.0, None)[index % 3],
        pediatric=False,
    )


@pytest.fixture(scope="module")
def folds(prepared: Prepared) -> dict[str, int]:
    return {sample.image_id: i % 5 for i, sample in enumerate(prepared.samples)}


@pytest.fixture(scope="module")
def cohort(prepared: Prepared, folds: Mapping[str, int]) -> Cohort:
    return Cohort.of(prepared, folds, RECIPE.clear_sources)


def _read(run: Run, prepared: Prepared, seed: int) -> Read:
    """A reader that sees the bright half through some noise of its own."""
    rng = np.random.default_rng(seed)
    bright = prepared.plain[:, :, : SIDE // 2].mean((1, 2)) - prepared.plain[:, :, SIDE // 2 :].mean((1, 2))
    noise = rng.normal(0, 1, (len(bright), 2))
    logits = np.column_stack([12 * bright - 2, np.zeros(len(bright))]) + noise
    read = Read(run=run, logits=logits.astype(np.float32), folder=Path("nowhere"))
    read.__dict__["network"] = build_network(TOY_NETWORK, seed).eval()
    return read


@pytest.fixture(scope="module")
def reads(prepared: Prepared) -> Reads:
    small = replace(RECIPE, network=TOY_NETWORK, input=replace(RECIPE.input, size=SIDE))
    return Reads.of([_read(run, prepared, i) for i, run in enumerate(plan(small, "small"))])


@pytest.fixture(scope="module")
def fixed(cohort: Cohort, prepared: Prepared, reads: Reads) -> Fixed:
    return fix(cohort, prepared, reads)


@pytest.fixture(scope="module")
def tables(cohort: Cohort, prepared: Prepared, reads: Reads, fixed: Fixed) -> dict[str, Any]:
    cost = dict.fromkeys(
        (
            "members",
            "parameters_of_a_member",
            "multiply_adds_of_a_member",
            "parameters_of_densenet_121",
            "multiply_adds_of_densenet_121",
            "time_of_densenet_121",
            "milliseconds",
            "milliseconds_of_densenet_121",
            "threads",
        ),
        1,
    )
    of_members = results(
        cohort,
        prepared,
        reads,
        fixed,
        outlines=[],
        lungs_dice={"dice": 0.9, "dice_scr": 0.95},
        cost=cost | {"device": "cpu"},
    )
    return results_of_kinds(cohort, reads) | of_members


def test_a_left_out_hospital_is_left_out_whole() -> None:
    """Sources that are one hospital never part: one in training and the other in the test would be no test."""
    for run in plan(RECIPE, "full"):
        trained = {HOSPITALS.get(source, source) for source in run.config.sources}
        rest = set(RECIPE.sources) | set(EVERYTHING)
        out = {HOSPITALS.get(source, source) for source in rest - set(run.config.sources)}
        assert not trained & out, run.name


def test_every_round_has_covid_and_normals_that_it_never_saw(cohort: Cohort, reads: Reads) -> None:
    for read in reads.left_out:
        unseen = cohort.unseen_by(read)
        assert (unseen & cohort.is_truth(Finding.COVID_19)).any()
        assert (unseen & cohort.is_truth(Finding.NORMAL)).any()
        assert not (unseen & cohort.trained_by(read)).any()


def test_release_never_sees_what_teaches_the_hospital() -> None:
    members = [run for run in plan(RECIPE, "full") if run.name.startswith("release")]

    assert [run.config.fold for run in members] == [0, 1, 2, 3, 4]
    assert all(not set(EVERYTHING) & set(run.config.sources) for run in members)


def test_controls_hide_each_part_once() -> None:
    controls = [run for run in plan(RECIPE, "full") if run.name.startswith("control")]

    assert [run.config.hide for run in controls] == list(Hide)
    assert all(run.config.target_weight == run.config.outside_weight == 0 for run in controls)


def test_out_of_fold_every_radiograph_is_read_by_who_held_it_out(cohort: Cohort, reads: Reads) -> None:
    rows, logits = out_of_fold(cohort, reads.release)

    assert sorted(rows) == sorted(np.flatnonzero(np.isin(cohort.source, RECIPE.sources)))
    for row, logit in zip(rows, logits, strict=True):
        assert np.array_equal(logit, reads.release[int(cohort.fold[row])].logits[row])


def test_hospitals_of_a_class_weigh_the_same(cohort: Cohort) -> None:
    rows = np.flatnonzero(np.isin(cohort.source, ("nih", "rsna", "chestx-ray-com", "hannover", "tb-db-mixed")))

    weights = hospital_weights(cohort, rows)

    def share(group: str, finding: Finding) -> float:
        own = (cohort.group[rows] == group) & cohort.is_truth(finding)[rows]
        return float(weights[own].sum() / weights.sum())

    assert share("nih", Finding.NORMAL) == pytest.approx(0.2)
    assert share("chestx-ray-com", Finding.NORMAL) == pytest.approx(0.2)
    assert share("hannover", Finding.COVID_19) == pytest.approx(0.35)


def test_calibration_finds_the_lines_that_made_the_labels() -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, (20_000, 2)).astype(np.float32)
    is_abnormal = rng.random(len(logits)) < 1 / (1 + np.exp(-(0.5 * logits[:, 0] + 1)))
    is_covid = rng.random(len(logits)) < 1 / (1 + np.exp(-(2.0 * logits[:, 1] - 1)))
    truth = np.where(is_abnormal, np.where(is_covid, COVID_19, 2), 0)

    lines = fit_calibration(logits, truth, np.ones(len(logits)), "made")

    assert lines.abnormal.slope == pytest.approx(0.5, abs=0.05)
    assert lines.abnormal.intercept == pytest.approx(1.0, abs=0.1)
    assert lines.subtype.slope == pytest.approx(2.0, abs=0.15)
    assert lines.subtype.intercept == pytest.approx(-1.0, abs=0.1)


def test_operating_points_reach_what_they_are_named_for() -> None:
    rng = np.random.default_rng(1)
    truth = np.repeat([0, COVID_19], 1000)
    covid = np.clip(rng.normal(np.where(truth == COVID_19, 0.6, 0.4), 0.1), 0, 1)
    scored = Scored(
        truth=truth,
        probabilities=np.column_stack([1 - covid, covid, np.zeros(2000)]),
        hospitals=np.full(2000, "here"),
        patients=np.arange(2000).astype(str),
    )

    found = thresholds(scored, np.ones(2000))

    is_covid = truth == COVID_19
    assert (covid[~is_covid] < found["balanced"]).mean() == pytest.approx(0.90, abs=0.002)
    assert (covid[is_covid] >= found["screening"]).mean() == pytest.approx(0.95, abs=0.002)
    assert (covid[~is_covid] < found["confirmatory"]).mean() == pytest.approx(0.95, abs=0.002)
    assert found["screening"] < found["balanced"] < found["confirmatory"]


def test_hospitals_weigh_the_same_and_few_of_them_make_a_wide_interval() -> None:
    hits = np.array([True] * 900 + [False] * 100 + [True] * 5 + [False] * 5)
    hospitals = np.array(["large"] * 1000 + ["small"] * 10)
    patients = np.arange(len(hits)).astype(str)

    together = mean_of_hospitals(hits, hospitals, patients)
    alone = mean_of_hospitals(hits[:1000], hospitals[:1000], patients[:1000])

    assert together.value == pytest.approx(0.7)
    assert together.low < 0.5 < 0.88 < together.high
    assert alone.high - alone.low == pytest.approx(2 * 1.96 * (0.9 * 0.1 / 1000) ** 0.5, rel=0.2)


def test_a_hospital_has_no_part_in_the_thresholds_it_is_judged_at(cohort: Cohort, reads: Reads) -> None:
    """Whatever a round's labels were, its thresholds stay."""
    own = cohort.unseen_by(reads.left_out[1])
    hidden = replace(cohort, truth=np.where(own, 2 - cohort.truth, cohort.truth))

    before, after = (Unseen.of(one, reads.left_out).transfer() for one in (cohort, hidden))

    def judged(transfer: list[dict[str, Any]]) -> list[Any]:
        return [
            {name: each["specificity"]["value"] for name, each in one["at"].items()}
            for one in transfer
            if one["run"] == reads.left_out[1].run.name
        ]

    unseen, relabelled = Unseen.of(cohort, reads.left_out), Unseen.of(hidden, reads.left_out)
    assert unseen.thresholds_without(1) == relabelled.thresholds_without(1)
    assert judged(before) != judged(after)


def test_the_map_begins_where_normal_cells_end() -> None:
    normal = [np.linspace(0, 1, 100, dtype=np.float32).reshape(10, 10)] * 5
    covid = [np.full((10, 10), peak, np.float32) for peak in np.linspace(2, 4, 41)]

    scale = map_scale(normal, covid)

    assert scale.low == pytest.approx(0.95, abs=0.01)
    assert scale.high == pytest.approx(3.9, abs=0.01)


def test_a_folds_threshold_comes_from_the_other_folds() -> None:
    def fold(covid: list[float], normal: list[float]) -> Scored:
        scores = np.array(covid + normal)
        return Scored(
            truth=np.array([COVID_19] * len(covid) + [0] * len(normal)),
            probabilities=np.column_stack([1 - scores, scores, np.zeros(len(scores))]),
            hospitals=np.full(len(scores), "here"),
            patients=np.arange(len(scores)).astype(str),
        )

    assert best_threshold([fold([0.8, 0.9], [0.1, 0.6]), fold([0.7], [0.2])]) == pytest.approx(0.65)


def test_pooled_left_out_radiographs_are_calibrated_without_their_hospitals(cohort: Cohort, reads: Reads) -> None:
    """Moving the logits of one round changes the other rounds' probabilities and never its own lines."""
    before = Unseen.of(cohort, reads.left_out)
    moved = [replace(reads.left_out[0], logits=reads.left_out[0].logits + 5), *reads.left_out[1:]]

    after = Unseen.of(cohort, moved)

    own_before = np.log(before.scored.probabilities[before.round == 0, 0])
    own_after = np.log(after.scored.probabilities[after.round == 0, 0])
    assert (own_after < own_before).all()  # the same lines on logits 5 higher: less normal everywhere
    assert before.lines[0] == after.lines[0]
    assert before.lines[1] != after.lines[1]


def test_every_table_is_filled(tables: dict[str, Any]) -> None:
    assert {pair["normal"] for pair in tables["unseen"]["pairs"]} == {"nih", "chestx-ray-com", "jsrt", "nlm"}
    assert tables["unseen"]["summary"]["worst"] <= tables["unseen"]["summary"]["median"]
    assert tables["unseen"]["summary"]["median"] > 0.9
    assert len(tables["protocol"]["folds"]) == 5
    assert tables["protocol"]["mean"]["auroc"] > 0.9
    assert [row["hidden"] for row in tables["controls"]["rows"]] == [str(kind) for kind in Hide]
    assert [row["sees"] for row in tables["ablations"]["rows"]].count("whole frame") == 2
    assert set(tables["members"]["never_seen"]) == {f"{source}: covid-19" for source in EVERYTHING}
    counts = tables["members"]["never_seen"]["bimcv-inferred: covid-19"]
    assert sum(counts[str(finding)]["value"] for finding in Finding) == pytest.approx(1, abs=1e-3)
    json.dumps(tables, allow_nan=False)


def test_two_networks_of_a_round_rank_better_together(tables: dict[str, Any]) -> None:
    """The toy's readers see the same through noise of their own, half of whose variance their mean loses."""
    averaging = tables["averaging"]
    first, second, mean = (
        np.mean([pair[name]["value"] for pair in averaging["pairs"]]) for name in ("first", "second", "mean")
    )

    assert mean > max(first, second)
    assert averaging["summary"]["first"] == tables["unseen"]["summary"]
    assert [pair["first"] for pair in averaging["pairs"]] == [pair["auroc"] for pair in tables["unseen"]["pairs"]]


def test_a_split_ensemble_is_indeterminate_and_one_dissenter_is_not(fixed: Fixed) -> None:
    point = OperatingPoint(
        name="balanced",
        threshold=0.5,
        sensitivity=1,
        specificity=1,
        sensitivity_interval=(0, 1),
        specificity_interval=(0, 1),
        set="",
    )
    plain = replace(
        fixed,
        calibration=replace(fixed.calibration, abnormal=AS_IS, subtype=AS_IS),
        operating_points=(point,),
        other_threshold=2.0,
    )
    certain = np.full((5, 1), 20.0)  # the second head is sure: the first alone decides
    split, sure = np.array([[2.0], [2.0], [2.0], [-2.0], [-2.0]]), np.array([[2.0], [2.0], [2.0], [2.0], [-2.0]])

    findings = [
        ensemble_findings(np.stack([one, certain], axis=-1).astype(np.float32), plain)[0] for one in (split, sure)
    ]

    assert findings == [Finding.INDETERMINATE, Finding.COVID_19]


def test_card_and_pages_repeat_the_results(
    tmp_path: Path, cohort: Cohort, reads: Reads, fixed: Fixed, tables: dict[str, Any]
) -> None:
    toy = read_card(write_toy_release(tmp_path))
    lungs = read_config(CONFIGS / "lungs.toml", LungConfig)

    card = release_card(cohort, reads.release, fixed, lungs, toy.gate, folder=tmp_path, version="9.9")
    pages = evidence_pages(card, {"budget": "small", "created": "2026-01-01", "runs": {}} | tables)

    assert card.n_members == 5
    assert headline(tables)["unseen_hospitals"] == tables["unseen"]["summary"]
    assert f"{tables['unseen']['summary']['median']:.3f}" in pages["results.md"]
    assert pages["roc.svg"].startswith("<svg")
    assert pages["reliability.svg"].startswith("<svg")


def test_without_protocol_and_controls_the_other_tables_stand(
    cohort: Cohort, prepared: Prepared, reads: Reads, fixed: Fixed, tables: dict[str, Any]
) -> None:
    fewer = replace(reads, protocol=reads.protocol[:4], controls=[], ablations=[], again=[])

    found = results(cohort, prepared, fewer, fixed, outlines=[], lungs_dice=tables["lungs_dice"], cost=tables["cost"])

    assert results_of_kinds(cohort, fewer) == {}
    assert "protocol" not in headline(found)
    assert found["unseen"] == tables["unseen"]


def test_a_run_is_trained_once_and_read_back(tmp_path: Path, prepared: Prepared, folds: Mapping[str, int]) -> None:
    loop = replace(RECIPE.loop, steps=2, batch_size=4, checkpoint_every=2)
    config = replace(RECIPE, network=TOY_NETWORK, loop=loop, input=replace(RECIPE.input, size=SIDE), early_size=16)
    run = Run(name="release-0", config=config)

    execute(run, prepared, {}, folds, folder=tmp_path)
    written = (tmp_path / "weights.safetensors").stat().st_mtime_ns
    execute(run, prepared, {}, folds, folder=tmp_path)
    read = read_run(run, prepared.samples, folds, folder=tmp_path)

    assert (tmp_path / "weights.safetensors").stat().st_mtime_ns == written
    with torch.inference_mode():
        logits, _ = read.network(torch.from_numpy(prepared.plain[:1, None]))
    np.testing.assert_allclose(read.logits[0], logits[0].numpy(), atol=1e-5)


def test_a_run_of_other_settings_is_neither_resumed_nor_read(
    tmp_path: Path, prepared: Prepared, folds: Mapping[str, int]
) -> None:
    loop = replace(RECIPE.loop, steps=1, batch_size=4, checkpoint_every=1)
    config = replace(RECIPE, network=TOY_NETWORK, loop=loop, input=replace(RECIPE.input, size=SIDE), early_size=16)
    execute(Run(name="release-0", config=config), prepared, {}, folds, folder=tmp_path)
    other = Run(name="release-0", config=replace(config, drawn_opacities=0.9))

    with pytest.raises(OtherSettingsError, match="Remove it"):
        execute(other, prepared, {}, folds, folder=tmp_path)
    with pytest.raises(OtherSettingsError):
        read_run(other, prepared.samples, folds, folder=tmp_path)
    with pytest.raises(OtherSettingsError):
        read_run(Run(name="release-0", config=config), prepared.samples[1:], folds, folder=tmp_path)


def test_what_a_run_said_is_enough_for_tables_without_its_network(
    tmp_path: Path, prepared: Prepared, folds: Mapping[str, int]
) -> None:
    save_file({"logits": np.zeros((len(prepared.samples), 2), np.float32)}, tmp_path / LOGITS)
    read = read_run(Run(name="protocol-0", config=RECIPE), prepared.samples, folds, folder=tmp_path)

    assert read.logits.shape == (len(prepared.samples), 2)
    assert not read.has_network
    with pytest.raises(FileNotFoundError):
        assert read.network


def test_zone_scores_share_out_the_evidence(tmp_path: Path, prepared: Prepared) -> None:
    columns = [f"{reader}-{letter}" for reader in "SJ" for letter in BRIXIA_ZONES]
    values = dict.fromkeys(columns, "0") | {"S-A": "3", "J-A": "3", "S-F": "1", "J-F": "1"}
    path = tmp_path / "brixia.csv"
    path.write_text(",".join([*columns, "image_id"]) + "\n" + ",".join([*values.values(), "image-3"]) + "\n")

    target = map_targets(prepared, [], path)[3]

    assert read_brixia(path)["image-3"][BRIXIA_ZONES["A"]] == 3
    assert sorted(target.weights.tolist())[-2:] == pytest.approx([0.25, 0.75])
    assert target.weights.sum() == pytest.approx(1)


def test_the_peer_is_densenet_121() -> None:
    peer = densenet121()

    assert n_parameters(peer) == 7_978_856  # as published with a thousand outputs
    assert multiply_adds(peer, torch.zeros(1, 3, 224, 224)) == pytest.approx(2.83e9, rel=0.02)


@pytest.mark.weights
def test_card_pages_and_results_of_the_release_agree() -> None:
    card = read_card(default_card())
    evidence = card.evidence()
    docs = Path(__file__).parents[2] / "docs"

    assert evidence is not None
    assert card.validation == headline(evidence)
    for name, content in evidence_pages(card, evidence).items():
        assert (docs / "evidence" / name).read_text(encoding="utf-8") == content, (
            f"{name}: python -m model.training pages"
        )
