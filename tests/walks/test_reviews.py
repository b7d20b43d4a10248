"""The walk of a newcomer who has reviews of customers in a CSV as Excel saves it in China: GBK, a column a field.

The steps are command lines as one types them, then the same in Python.
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

import cnlp

ROOT = Path(cnlp.__file__).parent.parent
BRAND = "禾木屿"  # made up: no lexicon has it
COLUMNS = ["编号", "类别", "评论", "评分"]
REVIEWS = {
    "酒店": """\
房间很干净，床也舒服，早餐不错
在禾木屿住了三晚，前台很热情
感觉房间有点小，不过位置方便
这次选禾木屿是因为离地铁近
服务员态度很好，东西也齐全
早餐种类少，房间隔音差
前台办理入住太慢，感觉一般
推荐禾木屿，房间大，性价比高
卫生间有异味，服务跟不上
酒店环境不错，下次还住禾木屿
床太软，睡得不舒服，别的都不错
位置在市中心，打车去景区很方便
老板说禾木屿刚装修完，设施很新
房间里的东西旧了，空调声音大
早餐好吃，前台还送了水果
我们一家在禾木屿过的春节，感觉很好
服务热情，房间干净，值得推荐
酒店停车方便，就是房价有点贵
朋友介绍禾木屿，果然没有失望
退房很快，服务员帮忙拿行李，不错""",
    "手机": """\
屏幕很清晰，电池也耐用，感觉不错
拍照效果好，就是充电有点慢
系统流畅，玩游戏不卡，东西不错
手机发热严重，电池不行
屏幕有划痕，客服说可以换
音质一般，拍照还不错
用了一个月，系统升级后有点卡
电池耐用，充电快，性价比高
拍照夜景好，屏幕颜色正
手机很轻，手感不错，屏幕够大
客服态度好，手机也是正品
充电器没有送，感觉有点亏
信号不好，打电话断断续续
屏幕大，老人用着方便
系统广告多，电池还可以
拍照清楚，内存够用，东西值
手机外观漂亮，就是容易脏
指纹解锁快，屏幕也亮
电池一天一充，游戏党不推荐
耳机孔没有了，感觉不方便""",
    "水果": """\
苹果很甜，个头大，感觉不错
橙子水分足，味道好，还会回购
草莓坏了一半，包装不行
苹果脆甜，就是有几个小的
味道一般，不太新鲜
葡萄很新鲜，快递也快，东西不错
芒果还没熟，放了一周才能吃
橙子酸，和描述的不一样
苹果有磕碰，客服给补了
个头均匀，味道甜，包装严实
草莓很香，孩子喜欢吃
快递太慢，水果都不新鲜了
梨水分多，味道清甜，不错
葡萄烂了几颗，整体还新鲜
苹果口感面，不脆，感觉一般
芒果香甜，个头也大，推荐
橙子皮厚，味道还可以
新鲜，好吃，东西实惠
包装好，苹果一个都没坏
味道甜，新鲜，孩子一天吃完了""",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with ``reviews.csv`` as Excel saves it in China."""
    rows = [(kind, review) for kind, reviews in REVIEWS.items() for review in reviews.splitlines()]
    with open(tmp_path / "reviews.csv", "w", encoding="gbk", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for number, (kind, review) in enumerate(rows * 3, 1):
            comment = f"{review}。\n“已购”" if number % 10 == 0 else review  # some reviews have two lines
            writer.writerow([number, kind, comment, number % 5 + 1])
    return tmp_path


def cnlp_in(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ``cnlp`` as a user does."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-m", "cnlp", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, encoding="utf-8", timeout=120)


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV as Excel reads it: in UTF-8 because it begins with a byte order mark."""
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_wrong_encoding_and_a_wrong_column_are_errors_that_say_what_to_write(folder: Path) -> None:
    wrong = cnlp_in(folder, "segment", "reviews.csv", "--field", "评论")
    assert wrong.returncode == 1 and "reviews.csv: not utf-8 at byte 0" in wrong.stderr and "--encoding" in wrong.stderr
    wrong = cnlp_in(folder, "segment", "reviews.csv", "--field", "评价", "-e", "gbk")
    assert (
        wrong.returncode == 1 and "no column has the heading '评价'; there are: 编号, 类别, 评论, 评分" in wrong.stderr
    )


def test_from_reviews_to_tables_that_excel_opens(folder: Path) -> None:
    csv_options = ["reviews.csv", "--field", "评论", "-e", "gbk"]
    for_excel = ["--output-encoding", "utf-8-sig", "-q"]

    # words of each review, in a copy of the table
    done = cnlp_in(folder, "segment", *csv_options, *for_excel, "-o", "words.csv")
    assert (done.returncode, done.stderr) == (0, "")
    words = rows_of(folder / "words.csv")
    assert len(words) == 180 and list(words[0]) == COLUMNS
    assert words[0] == {"编号": "1", "类别": "酒店", "评论": "房间 很 干净 ， 床 也 舒服 ， 早餐 不错", "评分": "2"}
    assert "\n" in words[9]["评论"]

    # words that the lexicon lacks
    done = cnlp_in(folder, "discover", *csv_options, "--new-only", "--to-lexicon", "new.txt", "-o", "new.tsv")
    assert done.returncode == 0
    found = (folder / "new.txt").read_text(encoding="utf-8").split()
    assert BRAND in found[:3]

    # the ones that are right, saved by Notepad, as a lexicon
    (folder / "own.txt").write_text(f"{BRAND}\t\tn\n", encoding="gbk")
    own = ["-l", "own.txt"]
    done = cnlp_in(folder, "segment", *csv_options, *own, *for_excel, "-o", "words.csv")
    assert done.returncode == 0
    assert rows_of(folder / "words.csv")[1]["评论"].startswith(f"在 {BRAND} 住 了")

    # keywords of each review in a new column
    done = cnlp_in(folder, "keywords", *csv_options, *own, *for_excel, "-k", "3", "-o", "keywords.csv")
    assert done.returncode == 0
    keywords = rows_of(folder / "keywords.csv")
    assert list(keywords[0]) == [*COLUMNS, "keywords"]
    assert "房间" in keywords[0]["keywords"].split("\t")

    # what sets the kinds of goods apart, with a picture
    by_kind = [*csv_options, "--by", "类别", *own, "-k", "8", "--plot", "kinds.svg"]
    done = cnlp_in(folder, "keywords", *by_kind)
    assert done.returncode == 0 and "read as gb18030" in done.stderr
    kinds = {line.split("\t")[0]: line.split("\t")[1:] for line in done.stdout.splitlines()}
    assert list(kinds) == list(REVIEWS)
    assert "房间" in kinds["酒店"][:2] and BRAND in kinds["酒店"]
    assert {"屏幕", "电池"} <= set(kinds["手机"]) and {"苹果", "新鲜"} <= set(kinds["水果"])
    assert not {"感觉", "不错"} & {word for found in kinds.values() for word in found}
    picture = ElementTree.parse(folder / "kinds.svg").getroot()
    assert [node.text for node in picture.iter() if node.get("class") == "title"] == list(REVIEWS)

    # the same as a table
    done = cnlp_in(folder, "keywords", *by_kind, *for_excel, "-f", "tsv", "-o", "kinds.tsv")
    assert done.returncode == 0
    table = (folder / "kinds.tsv").read_bytes().decode("utf-8-sig").splitlines()
    assert table[0].split("\t")[:3] == ["酒店", "1", kinds["酒店"][0]] and len(table) == 24


def test_the_same_in_python(folder: Path) -> None:
    with open(folder / "reviews.csv", encoding="gbk", newline="") as file:
        rows = list(csv.DictReader(file))
    found = cnlp.keywords_by_group([row["评论"] for row in rows], [row["类别"] for row in rows], lexicon=[BRAND])
    assert BRAND in {word.text for word in found["酒店"]}
    assert found["水果"][0].text in {"苹果", "新鲜", "味道"}
