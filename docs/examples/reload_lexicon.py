"""Words that change while a program runs: a thread watches the file, calls finish with the words they began with."""

import tempfile
import threading
from pathlib import Path

import cnlp
from cnlp.lexicon.reloading import ReloadingLexicon


def write(path: Path, text: str) -> None:
    """Replace a file in one step: nobody sees half of it."""
    new = path.with_suffix(".new")
    new.write_text(text, encoding="utf-8")
    new.replace(path)


def main() -> None:
    """Change a file of words twice: to better ones, then to nonsense."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "words.txt")
        write(path, "云原生\n")
        words = ReloadingLexicon(path)
        changed = threading.Event()

        def report(error: Exception | None) -> None:
            print(
                "words.txt was taken up" if error is None else f"words.txt: {type(error).__name__}; the old words stay"
            )
            changed.set()

        stop = words.watch(report, seconds=0.05)
        for text in ("云原生\n杭研大厦\n", "云原生 杭研大厦 长江大桥\n"):
            print(*cnlp.segment("杭研大厦在云原生平台", lexicon=words.lexicon))
            changed.clear()
            write(path, text)
            changed.wait(30)
        print(*cnlp.segment("杭研大厦在云原生平台", lexicon=words.lexicon))
        stop()


if __name__ == "__main__":
    main()
