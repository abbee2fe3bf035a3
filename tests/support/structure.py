"""The structure of the code as data: modules, who imports whom, classes; read from the source, nothing is run."""

import ast
import textwrap
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path


@dataclass(frozen=True)
class Module:
    """One source file; ``name`` is dotted and without the package (``ledgers.cells.dates``), '' for the package."""

    name: str
    file: Path

    @cached_property
    def tree(self) -> ast.Module:
        """The parsed source."""
        return ast.parse(self.file.read_text(encoding="utf-8"))

    @property
    def is_package(self) -> bool:
        """Whether the file is the ``__init__`` of a folder."""
        return self.file.name == "__init__.py"

    @property
    def folder(self) -> str:
        """The dotted folder the module lies in; of a package the package itself."""
        return self.name if self.is_package else self.name.rpartition(".")[0]

    @cached_property
    def imported_names(self) -> frozenset[str]:
        """Full dotted names in every import statement, wherever it stands: in functions and TYPE_CHECKING too."""
        names = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{self.file}: relative imports hide where a thing is from"
                names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
        return frozenset(names)

    def classes(self) -> list[str]:
        """Names of the classes defined at any depth."""
        return [node.name for node in ast.walk(self.tree) if isinstance(node, ast.ClassDef)]


class Package:
    """A package's modules and the imports between them.

    ``edges`` are direct imports, module → modules. A name imported from a package's folder counts for the module of
    that name, else for the folder's ``__init__``.
    """

    def __init__(self, name: str, modules: Iterable[Module]) -> None:
        self.name = name
        self.modules = {module.name: module for module in modules}
        self.edges = {name: self._imports(module) for name, module in self.modules.items()}

    @classmethod
    def of(cls, folder: Path) -> "Package":
        """The package in a folder."""
        return cls(folder.name, _modules(folder))

    def knows(self, name: str, library: str) -> bool:
        """Whether a module imports a library, or a dotted part of one, itself."""
        return any(
            imported == library or imported.startswith(f"{library}.") for imported in self.modules[name].imported_names
        )

    def reached(self, name: str) -> set[str]:
        """The module and everything that is imported with it, ``__init__`` files of the folders above included."""
        found: set[str] = set()
        waiting = [name]
        while waiting:
            here = waiting.pop()
            if here in found:
                continue
            found.add(here)
            parents = [here.rsplit(".", depth)[0] for depth in range(1, here.count(".") + 1)]
            waiting += [*self.edges[here], *(parent for parent in parents if parent in self.modules)]
        return found

    def within(self, part: str) -> list[str]:
        """The modules of a folder, or the one module of that name."""
        return [name for name in self.modules if name == part or name.startswith(f"{part}.")]

    def _imports(self, module: Module) -> frozenset[str]:
        prefix = f"{self.name}."
        inner = {name.removeprefix(prefix) for name in module.imported_names if name.startswith(prefix)}
        # `from dashboard.text import number` names both the module and something in it.
        targets = {name if name in self.modules else name.rpartition(".")[0] for name in inner}
        folders = {name for name in targets if name in self.modules and self.modules[name].is_package}
        # A folder is imported from only for what its own __init__ defines.
        for folder in folders:
            own = {name for name in inner if name.rpartition(".")[0] == folder and name not in self.modules}
            if not own:
                targets.discard(folder)
        return frozenset(targets & self.modules.keys()) - {module.name}


def spoilt(package: Package, folder: Path, file: str, lines: str) -> Package:
    """The package with ``lines`` more in one of its files, which may be new; that file is written to ``folder``."""
    name = file.removesuffix(".py").replace("/", ".")
    before = package.modules[name].file.read_text(encoding="utf-8") if name in package.modules else ""
    source = folder / file
    source.parent.mkdir(parents=True, exist_ok=True)
    source.write_text(f"{before}\n{textwrap.dedent(lines)}\n", encoding="utf-8")
    return Package(package.name, [*package.modules.values(), Module(name, source)])


def upward(edges: Mapping[str, Collection[str]], order: list[str], depth: int = 0) -> list[str]:
    """Imports from a folder into one that comes later in ``order``, as ``a -> b``; ``depth`` is the folders' depth."""
    place = {part: number for number, part in enumerate(order)}
    offences = []
    for name, targets in edges.items():
        here = _part(name, depth)
        for target in targets:
            there = _part(target, depth)
            if here in place and there in place and place[there] > place[here]:
                offences.append(f"{name} -> {target}")
    return sorted(offences)


def circles(edges: Mapping[str, Collection[str]]) -> list[list[str]]:
    """Groups of modules that import each other, directly or through others."""
    reach = {name: _closure(edges, name) for name in edges}
    found = []
    seen: set[str] = set()
    for name in edges:
        group = sorted(other for other in reach[name] if name in reach[other])
        if name in reach[name] and name not in seen:
            seen |= set(group)
            found.append(group)
    return found


def _closure(edges: Mapping[str, Collection[str]], name: str) -> set[str]:
    found: set[str] = set()
    waiting = list(edges[name])
    while waiting:
        here = waiting.pop()
        if here not in found:
            found.add(here)
            waiting += edges[here]
    return found


def _part(name: str, depth: int) -> str:
    parts = name.split(".")
    return parts[depth] if len(parts) > depth else ""


def _modules(folder: Path) -> Iterator[Module]:
    for file in sorted(folder.rglob("*.py")):
        parts = file.relative_to(folder).with_suffix("").parts
        yield Module(".".join(part for part in parts if part != "__init__"), file)
