"""The words of tables on Chinese pages."""

from __future__ import annotations

from pathlib import Path

CELLS = {
    "recall, new words": "新词召回率",
    "mean F1, ten public sets": "十个公开测试集平均 F1",
    "start, ms": "启动，毫秒",
    "x jieba": "与 jieba 之比",
    "x rjieba": "与 rjieba 之比",
    "file of 200 MB": "200 MB 的文件",
    "MB/s (least to greatest)": "MB/s（最小至最大）",
    "peak MB": "内存峰值，MB",
    "1 worker": "1 个 worker",
    "2 workers": "2 个 worker",
    "parallel": "并行模式",
    "processes": "多进程",
    "threads": "多线程",
    "F1 of PER": "PER 的 F1",
    "of LOC": "LOC 的 F1",
    "of ORG": "ORG 的 F1",
    "lines, documents": "行数、篇数",
    "that differ": "结果不同的",
    "times as fast as jieba": "速度与 jieba 之比",
    "SIGHAN tests": "SIGHAN 测试集",
    "20 MB of raw text": "20 MB 生语料",
    "words alone": "只取词",
    "CSL dev": "CSL 开发集",
    "P / R / F1 at 3": "前 3 个的 P / R / F1",
    "P / R / F1 at 5": "前 5 个的 P / R / F1",
    "P / R / F1 at 10": "前 10 个的 P / R / F1",
    "F1 at 5 to jieba's best": "前 5 个的 F1 与 jieba 最好成绩之比",
}


def is_chinese(page: Path) -> bool:
    """Whether a page is in Chinese, by its name."""
    return page.parent.name == "zh" or page.name.endswith(".zh-CN.md")


def translate_table(text: str) -> str:
    """A table with the words of its cells in Chinese; figures and names stay.

    >>> translate_table("| x jieba, parallel | 2.5 |")
    '| 与 jieba 之比，并行模式 | 2.5 |'
    """
    return "\n".join(_row(line) if line.startswith("| ") else line for line in text.split("\n"))


def _row(line: str) -> str:
    return "|".join(f" {_cell(cell.strip())} " if cell.strip() else cell for cell in line.split("|"))


def _cell(text: str) -> str:
    if text in CELLS:
        return CELLS[text]
    parts = text.split(", ")
    translated = [CELLS.get(part, part) for part in parts]
    return "，".join(translated) if translated != parts else text
