"""The rules of the house that no import contract can say, as functions from source text to violations."""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]

Sources = Mapping[str, str]

IMPURE_MODULES = {
    "os",
    "pathlib",
    "time",
    "subprocess",
    "socket",
    "tempfile",
    "shutil",
    "random",
    "secrets",
}
IMPURE_CALLS = {"open", "now", "today", "utcnow"}


def sources(folder: str = "app") -> dict[str, str]:
    """The text of all modules below `folder`, by path."""
    found = (PROJECT / folder).rglob("*.py")
    files = sorted(file for file in found if "node_modules" not in file.parts)
    return {str(file.relative_to(PROJECT)): file.read_text(encoding="utf-8") for file in files}


def commits_outside_db(given: Sources) -> list[str]:
    """Where `.commit` is called, besides app/db.py."""
    return [place for place, node in _nodes(given, "app/db.py") if _is_attribute_call(node, "commit")]


def environment_outside_config(given: Sources) -> list[str]:
    """Where the environment is read, besides app/config.py."""
    return [place for place, node in _nodes(given, "app/config.py") if _names_environment(node)]


def broad_catches(given: Sources) -> list[str]:
    """Where everything is caught, besides the worker's loop, and the rules' door, behind which nothing may pass."""
    excepted = ("app/worker.py", "app/compliance/engine.py")
    return [place for place, node in _nodes(given, *excepted) if _catches_everything(node)]


def impurities(given: Sources) -> list[str]:
    """Where an engine or a core touches files, clocks, chance or processes."""
    pure = re.compile(r"app/(compliance|rendering)/|app/\w+/core\.py$")
    return [place for place, node in _nodes({p: t for p, t in given.items() if pure.match(p)}) if _is_impure(node)]


def enqueued_names(given: Sources) -> set[str]:
    """The job names that are enqueued, written out or as a constant of the module."""
    found = set()
    for text in given.values():
        tree = ast.parse(text)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _called(node) == "enqueue":
                found.add(_constant(tree, node.args[1]))
    return found


def undocumented(names: set[str], document: str) -> tuple[set[str], set[str]]:
    """Settings that the document does not explain, and those that it explains but that do not exist."""
    explained = set(re.findall(r"^\| `(IMPRIMATUR_\w+)` \|", document, re.MULTILINE))
    return names - explained, explained - names


def _nodes(given: Sources, *excepted: str) -> Iterator[tuple[str, ast.AST]]:
    for path, text in given.items():
        if path not in excepted:
            for node in ast.walk(ast.parse(text)):
                yield f"{path}:{getattr(node, 'lineno', 0)}", node


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _is_attribute_call(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == name


def _names_environment(node: ast.AST) -> bool:
    if isinstance(node, ast.ImportFrom):
        return node.module == "os" and any(name.name in ("environ", "environb", "getenv") for name in node.names)
    return isinstance(node, ast.Attribute) and node.attr in ("environ", "environb", "getenv")


def _catches_everything(node: ast.AST) -> bool:
    if not isinstance(node, ast.ExceptHandler):
        return False
    caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
    return any(one is None or getattr(one, "id", "") in ("Exception", "BaseException") for one in caught)


def _is_impure(node: ast.AST) -> bool:
    if isinstance(node, ast.Import):
        return any(name.name.split(".")[0] in IMPURE_MODULES for name in node.names)
    if isinstance(node, ast.ImportFrom):
        return (node.module or "").split(".")[0] in IMPURE_MODULES
    if not isinstance(node, ast.Call):
        return False
    is_bare_open = isinstance(node.func, ast.Name) and node.func.id == "open"
    return is_bare_open or any(_is_attribute_call(node, name) for name in IMPURE_CALLS - {"open"})


def _constant(tree: ast.Module, node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == ast.unparse(node):
            return str(ast.literal_eval(statement.value))
    raise AssertionError(f"the name of a job must be a constant of its module, not {ast.unparse(node)}")
