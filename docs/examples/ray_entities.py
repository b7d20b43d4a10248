"""Entities of a Ray dataset, batch by batch: ``python docs/examples/ray_entities.py FILE...``.

A class is made once in each worker, which then reads names and model once. Needs ``pip install 'ray[data]'``.
"""

import sys

import pandas as pd
import ray

import cnlp

TEXTS = ["王小明在网易杭研大厦工作。", "她2024年5月去了上海。", "研究生命的起源。"]


class FindEntities:
    """Adds the entities of each text as a list of dictionaries."""

    def __init__(self, names: list[tuple[str, str]]) -> None:
        self.gazetteer = cnlp.Gazetteer(names)

    def __call__(self, batch: pd.DataFrame) -> pd.DataFrame:
        """One batch; one worker, as Ray has its own."""
        found = cnlp.entities_batch(batch["text"], workers=1, gazetteer=self.gazetteer, rules=["date"])
        return batch.assign(
            entities=[
                [{"text": one.text, "start": one.start, "end": one.end, "label": one.label} for one in entities]
                for entities in found
            ]
        )


def main(paths: list[str]) -> None:
    """Find the entities of the lines of the files, or of three of our own, in two workers; the third core reads."""
    ray.init(num_cpus=3, log_to_driver=False, include_dashboard=False)
    texts = ray.data.read_text(paths) if paths else ray.data.from_items([{"text": text} for text in TEXTS])
    found = texts.map_batches(
        FindEntities,
        fn_constructor_kwargs={"names": [("网易杭研大厦", "LOC")]},
        batch_format="pandas",
        compute=ray.data.ActorPoolStrategy(size=2),
    )
    for row in found.iter_rows():
        print(row["text"], *(f"{one['text']}/{one['label']}" for one in row["entities"]))
    ray.shutdown()


if __name__ == "__main__":
    main(sys.argv[1:])
