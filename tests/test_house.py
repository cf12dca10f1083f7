"""The house: imports point downwards, third-party packages stay in their rooms, names hold."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import talentmatch as tm

SOURCE = Path(tm.__file__).parent

# Lowest first; a module may import from the lines above its own only. Where two share a line,
# neither imports the other.
ORDER = [
    ["reporting.escaping"],
    ["displaying"],
    ["errors", "writing", "versions", "parallel", "mps", "compiled_join"],
    ["joining", "solvers.compiled_paths"],
    ["tables", "text", "selecting", "balancing", "damping", "products", "aims"],
    ["decimals", "sides", "outcomes", "template_words"],
    ["reading", "windows", "rules", "limits", "amounts", "taxonomies", "best_documents"],
    ["stating", "constraints", "loads", "contracts", "templates"],
    ["skill_phrases", "exporting", "best_pairs"],
    ["ngrams", "scores", "must_have", "guessing"],
    ["vectorizing", "word_grams", "problem", "evaluate"],
    ["blocks", "checking", "learning", "joined"],
    ["accounting", "bounding"],
    ["documents", "side_rows", "result"],
    ["keeping"],
    ["scoring", "solvers.flow", "solvers.model", "solvers.programs", "solvers.waiting"],
    ["solvers.families", "solvers.clock"],
    ["solvers.separable"],
    ["solvers.duals", "solvers.pricing", "solvers.levelling", "solvers.linear", "solvers.paths"],
    ["solvers.repricing"],
    ["solvers.listed"],
    ["solvers.mixed_child", "solvers.master"],
    ["solvers.children", "solvers.compiling", "solvers.certifying", "solvers.signing"],
    ["solvers.neighbourhoods", "solvers.cutting", "solvers.fitting", "solvers.movable"],
    [
        "solvers.mixed",
        "solvers.stages",
        "solvers.separating",
        "solvers.sifting",
        "solvers.swapping",
    ],
    ["clashes", "rebuilding", "solvers.priced", "solvers.relaxing"],
    ["solvers.introducing", "solvers.unmet"],
    ["solvers.staged", "easing"],
    ["solvers.network", "solvers.stagewise", "headroom"],
    ["reasons"],
    ["verifying"],
    ["solving"],
    ["comparing", "matching", "repairing", "enlarging", "reduced_costs"],
    ["explaining", "diagnosing", "worth"],
    ["datasets", "plots"],
    ["centre"],
    ["reporting"],
    ["outputs", "terminal"],
    ["commands"],
    ["cli"],
    ["__main__"],
]

# Where a third-party package may be imported.
QUARANTINE = {
    "ortools": {"solvers.flow", "solvers.levelling", "solvers.linear"},
    "sklearn": {
        "vectorizing",
        "word_grams",
        "blocks.concepts",
        "blocks.encoded",
        "blocks.neighbours",
    },
    "numba": {"compiled_join", "solvers.compiled_paths"},
    "narwhals": {"tables.frames"},
    "openpyxl": {"tables.workbooks"},
    "pyarrow": {"tables.files"},
    "polars": set(),
    "matplotlib": {"plots.drawing"},
}


# Public names that are modules: rooms with names of their own.
ROOMS = {"aims", "blocks", "centre", "datasets", "evaluate", "learning", "plots"}


def _modules() -> dict[str, ast.Module]:
    found = {}
    for path in sorted(SOURCE.rglob("*.py")):
        name = ".".join(path.relative_to(SOURCE).with_suffix("").parts)
        found[name.removesuffix(".__init__")] = ast.parse(path.read_text(encoding="utf-8"))
    return found


def _room(module: str) -> str:
    """The line of ORDER a module belongs to: its own name, or that of its folder."""
    known = {name for line in ORDER for name in line}
    while module and module not in known:
        module = module.rpartition(".")[0]
    return module


def _imports(tree: ast.Module) -> list[str]:
    """Every absolute module named in an import, lazy ones and type-checking ones included."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, "relative imports hide the order"
            inside = [f"{node.module}.{alias.name}" for alias in node.names]
            are_rooms = all(name.removeprefix("talentmatch.") in MODULES for name in inside)
            found += inside if are_rooms else [node.module, *inside]
    return found


MODULES = _modules()
FOLDERS = (
    "blocks", "centre", "commands", "constraints", "datasets", "evaluate", "learning", "plots",
    "reporting", "solvers", "tables", "taxonomies",
)  # fmt: skip


@pytest.mark.parametrize("module", [name for name in MODULES if name not in ("__init__", *FOLDERS)])
def test_imports_point_downwards(module: str) -> None:
    """A module imports only from rooms below its own, or from its own folder."""
    floor = {name: k for k, line in enumerate(ORDER) for name in line}
    mine = _room(module)
    assert mine, f"{module} has no place in ORDER"
    for name in _imports(MODULES[module]):
        target = name.removeprefix("talentmatch.")
        if not name.startswith("talentmatch.") or target not in MODULES or target in FOLDERS:
            continue
        theirs = _room(target)
        same_folder = theirs == mine and "." in target
        assert same_folder or floor[theirs] < floor[mine], f"{module} imports {target}"


def test_no_module_imports_itself_by_a_detour() -> None:
    """No cycles, lazy ones and those inside a folder included."""
    towards = {
        module: {
            name.removeprefix("talentmatch.")
            for name in _imports(tree)
            if name.startswith("talentmatch.") and name.removeprefix("talentmatch.") in MODULES
        }
        for module, tree in MODULES.items()
        if module != "__init__"
    }
    list(TopologicalSorter(towards).static_order())


@pytest.mark.parametrize("package", sorted(QUARANTINE))
def test_third_party_packages_stay_in_their_rooms(package: str) -> None:
    """OR-Tools is known to the solvers only, scikit-learn to the text rooms only, and so on."""
    users = {
        module
        for module, tree in MODULES.items()
        if any(name.split(".")[0] == package for name in _imports(tree))
    }
    assert users <= QUARANTINE[package]


def test_only_the_command_and_show_versions_print() -> None:
    """A library does not print."""
    printing = {
        module
        for module, tree in MODULES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print"
    }
    assert {room.split(".")[0] for room in printing} <= {"commands", "versions"}


def test_no_room_is_a_drawer() -> None:
    """Names that say nothing gather everything."""
    assert not {"utils", "base", "common", "constants", "helpers"} & {
        part for module in MODULES for part in module.split(".")
    }


@pytest.mark.parametrize("module", sorted(MODULES))
def test_modules_and_functions_stay_within_their_budgets(module: str) -> None:
    """No module above 400 lines, no function above 70."""
    tree = MODULES[module]
    assert max((getattr(n, "end_lineno", 0) or 0 for n in ast.walk(tree)), default=0) <= 400
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno <= 70, f"{module}.{node.name}"


def test_public_names_hold_after_every_module_is_imported() -> None:
    """A lazy name that shared its name with a module would turn into that module."""
    first = {name: getattr(tm, name) for name in tm.__all__}
    for info in pkgutil.walk_packages(tm.__path__, "talentmatch."):
        if not info.name.endswith("__main__"):
            importlib.import_module(info.name)
    for name, value in first.items():
        assert getattr(tm, name) is value, name
        assert name in ROOMS or not inspect.ismodule(value), name
    assert set(tm.__all__) <= set(dir(tm))
    assert len(tm.__all__) - len(ROOMS) <= 50


def test_public_names_are_declared_for_type_checkers_too() -> None:
    """What is loaded lazily at run time stands under TYPE_CHECKING, so that editors complete it."""
    tree = MODULES["__init__"]
    block = next(n for n in tree.body if isinstance(n, ast.If))
    declared = {a.asname for n in block.body if isinstance(n, ast.ImportFrom) for a in n.names}
    assert declared == set(tm.__all__) - {"__version__"}


def test_an_unknown_name_is_an_attribute_error() -> None:
    """A typo fails like any other."""
    with pytest.raises(AttributeError, match="no attribute 'sovle'"):
        tm.sovle  # noqa: B018  # the access itself is the test


def test_importing_costs_little_and_changes_nothing() -> None:
    """No heavy package is loaded, no warning filter, logger or environment variable is touched."""
    program = """
import logging, os, sys, warnings
before = list(warnings.filters), dict(os.environ), list(logging.root.handlers), set(sys.modules)
import talentmatch
after = list(warnings.filters), dict(os.environ), list(logging.root.handlers)
assert after == before[:3], "side effects"
heavy = {"numpy", "pandas", "scipy", "sklearn", "ortools", "narwhals"}
heavy &= set(sys.modules) - before[3]
assert not heavy, heavy
"""
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize("name", [n for n in tm.__all__ if n != "__version__"])
def test_every_public_object_is_documented_with_an_example(name: str) -> None:
    """A docstring, and in it something to copy."""
    value = getattr(tm, name)
    text = inspect.getdoc(value) or ""
    assert len(text) > 20
    is_error = inspect.isclass(value) and issubclass(value, Exception)
    if not is_error and name not in ("datasets", "plots", "Status"):
        assert ">>>" in text, f"{name} has no example"


def test_the_installed_package_is_marked_as_typed() -> None:
    """Type checkers look for this file."""
    assert (SOURCE / "py.typed").exists()
