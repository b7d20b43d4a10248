"""A name of a gazetteer begins and ends where a word may: what is a match, what is none, and what asks for neither."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnlp.errors import ArgumentError
from cnlp.ner.entities import entities
from cnlp.ner.gazetteer import Gazetteer
from cnlp.segmentation.boundaries import Boundaries

# Sentences with a name in brackets.
NAMES = {
    "persons": """
        [马云]说公司要转型|阿里巴巴创始人[马云]出席会议|他采访了[马云]和马化腾|[马云]骑马|支持[马云]的人|请[高明]同志发言
        [王伟]大学毕业后回国|[陈晨]早上来过|导演[周杰]出任主席|航天员[刘洋]洋溢着笑容|[李明]明天去上海|[杨幂]演了新剧
        [李强]强调安全|[赵敏]敏捷地躲开|[周涛]滔滔不绝|[林海]海外留学|[沈腾]腾出时间|[贾玲]玲珑剔透|[雷军]军训照片
        [冯小刚]刚拍完|[诸葛亮]亮出底牌|[王心凌]凌晨发文|[任正非]非常低调|[董宇辉]辉煌时刻|跟着[刘畊宏]跳操""",
    "places": """
        他从[北京]来|南京市[长江]大桥|[上海]海关查获走私|[长沙]沙子口|去[三亚]洲际酒店|[大同]学院路|[西安]全运会开幕
        [黄河]水流入大海|[中国]人民很勤劳|[日本]语言文化|[浙江]江边|[江西]西部|[湖北]北部|[广东]东莞|[云南]南方
        网易[杭研大厦]开张|[云栖小镇]镇长|去[阿那亚]度假|[五道口]口语班|[回龙观]观众|[西溪湿地]地铁站|[望京SOHO]楼下""",
    "organisations": """
        美国[国会]通过了法案|[国会]议员投了票|[华为]为什么成功|[小米]发布新手机|雷军创办了[小米]|[美团]团长招募|[京东]东北仓库
        [中兴]兴建了厂房|[百度]度过难关|[拼多多]多次补贴|[乐视]视频会员|[宁德时代]代表作|楼下[蜜雪冰城]开了新店|下午去[奈雪]喝茶
        排队买[喜茶]要一小时|字节收购[沐瞳]科技|[三七互娱]股价上涨|[海底捞]捞到第一桶金|[药明康德]得到订单|[联合国]秘书长""",
    "products": """
        [鸿蒙]系统升级|[问界]M9上市|[比亚迪汉]上市|百度[文心一言]发布|[通义千问]问世|用[豆包]写作文|用[微信]支付|刷[抖音]音乐""",
    "Latin letters": """
        我的[iPhone]坏了|买了[iPhone 15]手机|用[AI]写作|在[Peking University]读书|和[ChatGPT]聊天|特斯拉[Model Y]降价
        [C罗]进球了|买[T恤]送帽子|[A股]大涨|[5G]网络|去[K歌]|[华为Mate 60]开售|[OPPO]手机""",
    "in longer words": """
        [北京]市海淀区|[南京]市长江大桥|佛山市[高明]区的工厂|[海口]市政府|[东京]都知事|[新华]书店|贵州[茅台]酒|[上海]话很难懂
        全国[人大]代表|去[天津]港|[海南]岛风光|他在[北京]大学读书""",
    "unknown to the segmenter": """
        我们在[青岚城]外驻扎|回到[沧澜镇]上歇脚|队长[逄建学]说|请[熊伯祺]上台|[墨渊阁]中无人|去[栖霞坞]里买茶|听[邬若初]生说话
        [云岫山庄]主人|[幻彩斋]戒人多|[弈星宗]门弟子|找[蓝鲸云]端服务""",
    "in foreign names, topics and mentions": """
        埃隆·[马斯克]收购推特|[哈利]·波特与魔法石|史蒂夫•[乔布斯]创办苹果
        #[华为]发布会#今天举行|@[小米]公司 你好|＃[腾讯]＃""",
    "side by side": """
        [王小川]马云马化腾到会|王小川[马云]马化腾到会|王小川马云[马化腾]到会|[北京]上海广州都下雨|北京[上海]广州都下雨""",
}
NO_NAMES = {
    "persons": """
        他骑[马云]游四方|人[马云]集|战[马云]南出发|水平提[高明]显|提[高明]天的产量|他身[高明]显增加|行[李明]天到|国[王伟]大|扩[张伟]大事业
        提[高峰]值|登[高峰]会|骑[马超]过他|有[关羽]毛球|紧[张飞]行|同[志强]调|意[志强]大|说[明明]确|中[国强]大|热[爱国]家|大[小明]显
        修[建国]道|组[建军]队|国[王刚]到|语[文化]学|树[林立]刻""",
    "places": """
        广[东京]剧团|湖[南京]剧院|云[南京]族|出[海口]岸线|晚[上海]边很冷|马[上海]运过去|校[长沙]盘推演|局[长沙]哑地说|成[长春]天|江[西安]义县
        广[西安]全生产|东[西安]放好|广[大同]学|加[大同]步|其[中山]区最多|上[海南]站|渤[海南]部|长[江西]岸|泰[山东]麓|黄[河北]岸
        今[日本]报讯|节[日本]来很热闹|方[法国]外没有|道[德国]家标准|完[美国]画|温[和平]静|明[白云]南|提[高原]因|云[南方]言|长[江山]水
        每[天津]贴|今[天津]津有味|今[天水]位上涨|校[长安]排工作|部[长安]全抵达|强[大连]锁店|打[开封]面|公[开封]存|聪[明朝]气|湖[北海]选""",
    "organisations": """
        中[国会]计准则|该[国会]议很多|精[华为]主|以中[华为]荣|繁[华为]何|大[小米]粒|完[美团]队|水[平安]全|其[中兴]趣小组|创[新华]侨|阳[光大]道
        出[现代]表|关[联想]法|病[人大]多|工[人大]会|东[北大]学|湖[北大]桥|满[清华]丽|西[欧盟]友|官[方正]在调查|双[方正]式签约|黄[金山]谷
        使[用友]好界面|扩[大疆]土|飞[奔驰]援|性[格力]量|统[一加]工|中[国美]术|中[国安]全|中[国航]空|老[人寿]命|农[民生]活|空[中铁]路""",
    "products": """
        还[原神]话|赶[快手]机付款|发[抖音]量|获[得物]资|欢[喜茶]馆|起[飞书]架|土[豆包]装|稍[微信]任|铁[钉钉]子|办[理想]办的事""",
    "Latin letters": """
        [AI]R上市|[iPhone]s上市|[Go]ogle发布|见www.[example].com吧""",
    "in longer words": """
        [李明]亮是老师|[王伟]民来了|[周杰]伦唱歌|[刘洋]洋是学生|[马云]龙是谁|[大同]小异|发展[中国]家|北[京东]路|吃[小米]粥|去[北大]荒
        参观[三星]堆遗址|买[京东]方股票""",
}


def cases(table: dict[str, str]) -> list[tuple[str, str, int]]:
    """Name, text, and where the name begins."""
    found = []
    for sentence in " ".join(table.values()).replace("\n", "|").split("|"):
        before, _, rest = sentence.strip().partition("[")
        name, bracket, after = rest.partition("]")
        if bracket:
            found.append((name, before + name + after, len(before)))
    return found


def is_found(name: str, text: str, start: int) -> bool:
    return any(match.start == start for match in Gazetteer([(name, "X")]).matches(text))


def test_names_are_found() -> None:
    wrong = [text for name, text, start in cases(NAMES) if not is_found(name, text, start)]
    assert len(cases(NAMES)) > 100 and len(wrong) <= 2, wrong


def test_parts_of_other_words_are_not_found() -> None:
    wrong = [text for name, text, start in cases(NO_NAMES) if is_found(name, text, start)]
    assert len(cases(NO_NAMES)) > 120 and len(wrong) <= 2, wrong


@pytest.mark.parametrize("text", ["他骑马云游四方", "人马云集"])
def test_any_boundaries_forced_entries_and_blocks_ask_for_no_words(text: str) -> None:
    start = text.index("马云")
    assert [match.start for match in Gazetteer([("马云", "PER")], boundaries="any").matches(text)] == [start]
    for mode in ("force", "block"):
        assert [match.start for match in Gazetteer([("马云", "PER", mode)]).matches(text)] == [start]
    assert Gazetteer([("马云", "PER")]).entities(text) == []


def test_a_partial_entry_begins_and_ends_inside_runs_of_letters() -> None:
    assert [match.start for match in Gazetteer([("AI", "TECH", "prefer", None, True)]).matches("AIR")] == [0]


def test_a_saved_gazetteer_is_opened_with_either(tmp_path: Path) -> None:
    path = tmp_path / "names.safetensors"
    Gazetteer([("马云", "PER")]).save(path)
    assert Gazetteer.load(path).matches("骑马云游") == []
    assert len(Gazetteer.load(path, boundaries="any").matches("骑马云游")) == 1


def test_unknown_boundaries_are_refused() -> None:
    with pytest.raises(ArgumentError, match="unknown boundaries 'none'; choose one of: words, any"):
        Gazetteer([], boundaries="none")


def test_entities_of_a_model_and_of_a_gazetteer_are_merged_as_before() -> None:
    found = entities("马云骑马云游四方", gazetteer=[("马云", "BOSS", "prefer", "Jack Ma"), ("云游", "VERB")])
    assert [(entity.start, entity.label) for entity in found] == [(0, "PER"), (4, "VERB")]


def test_a_long_name_that_crosses_the_borders_of_words_is_one() -> None:
    name = "青岚沧澜镇" * 4
    assert is_found(name, f"去{name}上歇脚", 1)


def test_a_name_is_never_inside_a_word_of_a_pattern_or_a_very_long_word() -> None:
    assert not Boundaries("见https://example.com/a?b=c").allow(9, 16)
    assert not Boundaries("a" * 1000).allow(5, 9)
