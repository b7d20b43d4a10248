"""The word lists in dictionaries/: what they hold, on which scale, in which form."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnlp.lexicon.build import rows_of
from cnlp.text.normalise import normalise

FOLDER = Path(__file__).parents[2] / "dictionaries"
BRANDS = "小红书 拼多多 淘宝 天猫 京东 美团 快手 抖音 微信 微博 支付宝 哔哩哔哩 原神 王者荣耀 比亚迪"
EVERYDAY = """
    公众号 小程序 网约车 点赞 微信号 差评 给力 售后 官网 吐槽 下单 直播间 外卖员 充电宝 性价比 新冠 区块链 元宇宙
"""
NOT_WORDS = "莓派 评差 不管你 太强烈 大佬们 黄某 王某某 500万 2022年"


def table(name: str) -> dict[str, tuple[float, str]]:
    return {word: (float(count), tag) for word, count, tag in rows_of(str(FOLDER / name))}


@pytest.fixture(scope="module")
def modern() -> dict[str, tuple[float, str]]:
    return table("modern.tsv")


@pytest.fixture(scope="module")
def core() -> dict[str, tuple[float, str]]:
    return table("core.tsv")


@pytest.mark.parametrize("word", BRANDS.split())
def test_brands_and_apps_are_proper_names(word: str, core: dict[str, tuple[float, str]]) -> None:
    assert core[word][1] == "nz"


@pytest.mark.parametrize("word", EVERYDAY.split())
def test_everyday_words_of_today_are_in_the_lexicon(word: str, core: dict[str, tuple[float, str]]) -> None:
    assert core[word][0] > 0.1


@pytest.mark.parametrize("word", NOT_WORDS.split())
def test_debris_and_what_rules_find_are_not_in_the_list(word: str, modern: dict[str, tuple[float, str]]) -> None:
    assert word not in modern


def test_a_word_of_today_outweighs_its_frequency_of_2012(modern: dict[str, tuple[float, str]]) -> None:
    assert modern["京东"][0] > 70 * 100  # jieba's dictionary has 70
    assert modern["微信"][0] > 1_000


def test_frequencies_are_on_the_scale_of_jieba(modern: dict[str, tuple[float, str]]) -> None:
    assert min(count for count, _ in modern.values()) >= 1
    assert 50_000 < modern["平台"][0] < 200_000


@pytest.mark.parametrize("name", ["modern.tsv", "core.tsv"])
def test_rows_come_by_falling_frequency_each_word_once_and_folded(name: str) -> None:
    counts = [float(count) for _, count, _ in rows_of(str(FOLDER / name))]
    words = [word for word, *_ in rows_of(str(FOLDER / name))]
    assert counts == sorted(counts, reverse=True)
    assert len(words) == len(set(words))
    assert words == [normalise(word) for word in words]


def test_no_word_is_both_written_by_hand_and_rejected() -> None:
    hand = [word for word, _ in rows_of(str(FOLDER / "hand.tsv"))]
    rejected = (FOLDER / "rejected.txt").read_text(encoding="utf-8").splitlines()[1:]
    assert hand == sorted(set(hand))
    assert rejected == sorted(set(rejected))
    assert set(hand).isdisjoint(rejected)


def test_all_words_of_today_are_in_the_lexicon(
    modern: dict[str, tuple[float, str]], core: dict[str, tuple[float, str]]
) -> None:
    assert modern.keys() <= core.keys()
