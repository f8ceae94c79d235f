"""The best of many: against arch number for number, with planted skill and without any."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.measure.overfit import probability_of_overfitting
from engine.study.snooped import snooped, snooping_words
from engine.study.snooping import Snooping, _deviation, superior_ability, sweep_inference

bootstrap = pytest.importorskip("arch.bootstrap")


def noise(seed: int, sessions: int = 500, variants: int = 12) -> np.ndarray:
    rng = np.random.default_rng(seed)
    own = rng.normal(0.0, 0.01, (sessions, variants))
    own[1:] += 0.3 * own[:-1]  # so that blocks matter
    return own


def mixed(seed: int) -> np.ndarray:
    """Some ahead, some far behind, of several sizes: consistent, lower and upper p-values differ."""
    found = noise(seed)
    found[:, :3] += [0.0012, 0.002, 0.0011]
    found[:, 8:] -= 0.004
    return found * np.where(np.arange(12) % 2, 1.0, 3.0)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_unstudentised_it_is_arch_number_for_number(seed: int) -> None:
    """arch takes losses: the benchmark loses nothing, a model loses what it earned, with the sign turned."""
    active = mixed(seed) - 0.0006 * (seed == 1)
    asked = {"block_size": 7, "reps": 200, "seed": 5}
    spa = bootstrap.SPA(np.zeros(len(active)), -active, **asked)
    spa.compute()
    stepm = bootstrap.StepM(np.zeros(len(active)), -active, **asked)
    stepm.compute()
    found = superior_ability(active, block=7, repetitions=200, studentised=False, seed=5)
    assert found is not None
    assert (found.lower, found.consistent, found.upper) == pytest.approx(tuple(spa.pvalues))
    assert found.superior.tolist() == stepm.superior_models
    np.testing.assert_allclose(_deviation(active, 7) ** 2, spa._loss_diff_var, rtol=1e-10)


def test_the_sign_is_right() -> None:
    ahead = noise(4) + 0.01
    for active, least, most, count in ((ahead, 0.0, 0.0, 12), (-ahead, 0.5, 1.0, 0)):
        found = superior_ability(active, repetitions=200)
        assert found is not None
        assert least <= found.consistent <= most
        assert len(found.superior) == count


def test_studentised_a_small_tilt_is_not_drowned_by_large_ones() -> None:
    active = noise(5)
    active[:, 0] = active[:, 0] / 50.0 + 0.0001
    plain, fair = (superior_ability(active, repetitions=300, studentised=one) for one in (False, True))
    assert plain is not None
    assert fair is not None
    assert plain.consistent > 0.3
    assert fair.consistent <= 0.01
    assert fair.superior.tolist() == [0]


def test_without_skill_it_is_seldom_claimed() -> None:
    """200 families of 10: within the 99.9% binomial interval around 5%, and the best alone far beyond it."""
    found, naive = [], []
    for seed in range(200):
        active = np.random.default_rng(seed).normal(0.0, 0.01, (250, 10))
        answer = superior_ability(active, block=1, repetitions=199, seed=seed)
        assert answer is not None
        found.append(answer.consistent <= 0.05)
        t = active.mean(axis=0) / active.std(axis=0) * 250**0.5
        naive.append(t.max() > 1.645)
    assert 0.005 <= np.mean(found) <= 0.11
    assert np.mean(naive) > 0.25


def test_a_sweep_in_all() -> None:
    active = noise(7, sessions=1000)
    active[:, 4] += 0.002
    active[:, 9] = 0.0  # the reference itself
    found = sweep_inference(active, 252)
    assert found is not None
    ratio = active[:, 4].mean() / active[:, 4].std(ddof=1) * 252**0.5
    assert (found.best, found.trials) == (4, 12)
    assert found.information_ratio == pytest.approx(ratio)
    assert found.overfitting is not None
    assert found.overfitting.pbo == probability_of_overfitting(active).pbo
    assert found.tested is not None
    assert found.tested.superior.tolist() == [4]
    assert found.haircut.adjusted_p == pytest.approx(12 * found.haircut.p)
    assert found.haircut_bhy.adjusted_p > found.haircut.adjusted_p  # it allows for any dependence: 3.1 times
    more = sweep_inference(active, 252, trials=10_000)
    assert more is not None
    assert more.haircut.sharpe < found.haircut.sharpe
    said = snooping_words(found)
    assert list(said) == ["overfitting", "superior", "haircut"]
    assert said["overfitting"].endswith(
        "choosing carries over; whether anything beats its reference is another question"
    )
    assert (
        "some variant beats its reference beyond the luck of choosing among these; ahead by StepM: 1 of 12"
        in (said["superior"])
    )
    assert said["haircut"].startswith(f"information ratio {ratio:.2f}, p ")


def test_words_say_when_choosing_is_worth_nothing() -> None:
    active = noise(8)
    active -= active.mean(axis=0)
    found = sweep_inference(active + 1e-5, 252)
    assert isinstance(found, Snooping)
    said = snooping_words(found)
    assert said["overfitting"].endswith("behind its reference there: choosing here is worth nothing")
    assert (
        "luck may explain the best of them; that is no proof that none is good; ahead by StepM: none"
        in (said["superior"])
    )
    assert said["haircut"].endswith(f"as the best of {found.trials} p 1.000: nothing is left of it")
    assert found.overfitting is not None
    middle = replace(found, overfitting=replace(found.overfitting, pbo=0.3))
    assert snooping_words(middle)["overfitting"].endswith("luck alone gives about 50%: no proof that choosing helps")
    assert snooping_words(replace(found, tested=None))["superior"].startswith("not measured: needs `pip install")
    assert snooping_words(replace(found, information_ratio=-0.2))["haircut"].startswith("nothing to cut: ")
    assert "haircut" not in snooping_words(found, haircut=False)


def test_a_sample_drawn_blind_and_the_chosen_one_beside_it() -> None:
    """Halves and tests are about the sample; the haircut about whom all chose, among all that were tried."""
    active = noise(10, sessions=1000, variants=20)
    chosen = noise(11, sessions=1000, variants=1)[:, 0] + 0.003
    numbers = np.arange(100, 120)
    alone = snooped(active, 252, numbers, 20)
    assert alone["haircut"] is None
    found = snooped(active, 252, numbers, 5000, chosen)
    assert (found["overfitting"], found["superior"]) == (alone["overfitting"], alone["superior"])
    ratio = chosen.mean() / chosen.std(ddof=1) * 252**0.5
    assert found["haircut"]["information_ratio"] == pytest.approx(ratio)
    cut = found["haircut"]["bonferroni"]
    assert cut["adjusted_p"] == pytest.approx(5000 * cut["p"])
    ahead = snooped(active + 0.004, 252, numbers, 20)
    assert ahead["superior"]["stepm"] == numbers.tolist()


def test_what_cannot_be_told_is_said() -> None:
    numbers = np.arange(3)
    for active, words in ((np.zeros((0, 3)), "share too few sessions"), (np.zeros((99, 3)), "fewer than two variants")):
        found = snooped(active, 252, numbers, 3)
        assert found["superior"] is None
        assert words in found["words"]["overfitting"]
    short = snooped(noise(12, sessions=20, variants=3), 252, numbers, 3)
    assert short["overfitting"] is None
    assert "share too few sessions" in short["words"]["overfitting"]


def test_what_cannot_be_asked() -> None:
    with pytest.raises(ValueError, match="finite active returns"):
        sweep_inference(np.full((9, 2), np.nan), 252)
    with pytest.raises(ValueError, match="1 trials of 2 variants"):
        sweep_inference(noise(9, variants=2), 252, trials=1)
    assert sweep_inference(noise(9, variants=1), 252) is None
    assert sweep_inference(np.zeros((50, 4)), 252) is None
    short = sweep_inference(noise(9, sessions=30), 252)
    assert short is not None
    assert short.overfitting is None
    still = superior_ability(np.zeros((50, 3)), repetitions=10)
    assert still is not None
    assert (still.consistent, len(still.superior)) == (1.0, 0)


def test_the_worked_example_of_the_page_holds() -> None:
    text = (Path(__file__).parents[2] / "docs" / "honesty.md").read_text(encoding="utf-8")
    (block,) = [one for one in re.findall(r"```python\n(.*?)```", text, re.DOTALL) if "sweep_inference" in one]
    assert block.count("assert ") >= 4
    exec(compile(block, "docs/honesty.md", "exec"), {})


def test_variants_that_are_one_are_one_to_pbo() -> None:
    """Half of the splits would call the best of two equals a failure: a family is its unlike members."""
    rng = np.random.default_rng(5)
    family = rng.normal(0.0, 0.004, (640, 5))
    alone, doubled = (sweep_inference(one, 252) for one in (family, family[:, [0, 0, 0, 1, 1, 2, 3, 3, 4]]))
    assert alone is not None
    assert doubled is not None
    assert alone.overfitting is not None
    assert doubled.overfitting is not None
    assert doubled.overfitting.pbo == alone.overfitting.pbo
    assert (doubled.variants, doubled.trials) == (9, 9)
    assert sweep_inference(family[:, [2, 2, 2]], 252) is None
