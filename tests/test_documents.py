"""Examples in docstrings, in the README and in examples/ run as they stand."""

from __future__ import annotations

import contextlib
import doctest
import importlib
import io
import json
import pkgutil
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

import talentmatch as tm

ROOT = Path(__file__).resolve().parents[1]
MODULES = ["talentmatch"] + [
    info.name
    for info in pkgutil.walk_packages(tm.__path__, "talentmatch.")
    if not info.name.endswith("__main__")
]


@pytest.mark.parametrize("module", MODULES)
def test_docstring_examples_give_what_they_show(module: str) -> None:
    """Every example in a module's docstrings."""
    found = doctest.testmod(importlib.import_module(module), optionflags=doctest.ELLIPSIS)
    assert found.failed == 0


PAGES = [ROOT / "README.md", *sorted((ROOT / "src").rglob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages_run_from_top_to_bottom(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All Python blocks of a page, one after another, in one session, with the outputs shown."""
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    if "import Client" in "".join(blocks):
        pytest.importorskip("distributed", reason="needs the extra `cluster`")
    session: dict[str, object] = {}
    for block in blocks:
        if ">>>" in block:
            test = doctest.DocTestParser().get_doctest(block, session, page.name, str(page), 0)
            runner = doctest.DocTestRunner(
                optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
            )
            runner.run(test, clear_globs=False)
            assert runner.failures == 0
            session = test.globs
        else:
            exec(compile(block, page.name, "exec"), session)


def test_links_between_pages_lead_somewhere() -> None:
    """Every link of a page to a file of the project, and the pages are not empty of examples."""
    assert sum(page.read_text(encoding="utf-8").count(">>>") for page in PAGES) > 100
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_notebook_gives_what_it_shows() -> None:
    """Its cells run from top to bottom, and print the same sentences that are saved in it."""
    cells = json.loads((ROOT / "examples" / "a_centres_year.ipynb").read_text("utf-8"))["cells"]
    session: dict[str, object] = {"display": lambda _: None}
    for cell in (cell for cell in cells if cell["cell_type"] == "code"):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile("".join(cell["source"]), cell["id"], "exec"), session)
        streams = (out for out in cell["outputs"] if out["output_type"] == "stream")
        assert printed.getvalue() == "".join("".join(out["text"]) for out in streams)


@pytest.mark.parametrize("script", sorted((ROOT / "examples").glob("*.py")), ids=lambda p: p.name)
def test_examples_run(
    script: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Every example script runs and has something to say."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [str(script)])
    runpy.run_path(str(script), run_name="__main__")
    assert len(capsys.readouterr().out) > 100


def test_show_versions_names_what_matters(capsys: pytest.CaptureFixture[str]) -> None:
    """A bug report needs Python, the platform and every core package."""
    tm.show_versions()
    out = capsys.readouterr().out
    for name in ("python", "platform", "talentmatch", "numpy", "scipy", "ortools", "pandas"):
        assert re.search(rf"^{name}\s+\S", out, re.MULTILINE), name


def test_the_benchmarks_can_be_listed() -> None:
    """The runner starts, and says what there is."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--help"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "published" in done.stdout
