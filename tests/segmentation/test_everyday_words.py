"""Everyday words of the last fifteen years stay whole in ordinary sentences, and names of firms do."""

from __future__ import annotations

import pytest

import cnlp

WORDS = (
    "公众号",
    "小程序",
    "网约车",
    "点赞",
    "微信号",
    "差评",
    "给力",
    "售后",
    "官网",
    "吐槽",
    "下单",
    "直播间",
    "外卖员",
    "充电宝",
    "性价比",
    "小明",
    "新冠",
    "淘宝",
    "天猫",
    "京东",
    "拼多多",
    "美团",
    "快手",
    "小红书",
    "区块链",
    "元宇宙",
)
FRAMES = (
    "我觉得{}很重要。",
    "大家都在说{}的事。",
    "关于{}，你怎么看？",
    "{}是什么意思？",
    "昨天他又提到了{}。",
    "请问{}怎么样？",
    "听说{}最近很火。",
    "没有{}可不行。",
    "因为{}，我们又见面了。",
    "朋友推荐了{}给我。",
)


@pytest.mark.parametrize("word", WORDS)
def test_word_stays_whole(word: str) -> None:
    divided = [frame.format(word) for frame in FRAMES if word not in cnlp.segment(frame.format(word))]
    assert divided == []
