"""Words and keywords of a Dask frame, partition by partition: ``python docs/examples/dask_words.py FILE...``.

The function takes and returns a pandas frame, so the same one works with Ray (``map_batches``) and Spark
(``mapInPandas``). Needs ``pip install 'dask[dataframe]'``.
"""

import sys
from pathlib import Path

import dask.dataframe as dd
import pandas as pd

import cnlp

TEXTS = ["网易杭研大厦在杭州。", "研究生命的起源。", "杭研大厦里研究云原生平台。", "长江大桥横跨长江。"]


def add_words(frame: pd.DataFrame, lexicon: cnlp.Lexicon) -> pd.DataFrame:
    """Columns with the words and the three best keywords; one worker, as Dask has its own."""
    words = cnlp.segment_batch(frame["text"], workers=1, lexicon=lexicon)
    keywords = cnlp.keywords_batch(frame["text"], workers=1, lexicon=lexicon, top_k=3)
    return frame.assign(
        words=[" ".join(found) for found in words],
        keywords=[" ".join(keyword.text for keyword in found) for found in keywords],
    )


def main(paths: list[str]) -> None:
    """Segment the lines of the files, or four of our own, in two processes."""
    lines = [line for path in paths for line in Path(path).read_text(encoding="utf-8").splitlines()]
    lexicon = cnlp.Lexicon(["杭研大厦", "云原生"])  # read once, sent to the processes
    frame = dd.from_pandas(pd.DataFrame({"text": lines or TEXTS}), npartitions=2)
    meta = {"text": str, "words": str, "keywords": str}
    found = frame.map_partitions(add_words, lexicon, meta=meta)
    print(found.compute(scheduler="processes", num_workers=2).to_csv(sep="\t", index=False))


if __name__ == "__main__":
    main(sys.argv[1:])
