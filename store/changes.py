"""What a user changes of the papers, each change undoable; the library as one file to carry elsewhere, and back."""

import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from store.citekeys import clean_key
from store.errors import StoreError
from store.folder import Folder
from store.history import Change
from store.identity import arxiv_id, doi, settled
from store.papers import Papers
from store.readers.opening import BROKEN
from store.records import EDITED, Paper, unfit

EDITABLE = ("title", "abstract", "authors", "year", "venue", "arxiv", "doi", "url", "citekey", "notes", "retracted")
_CARRIED = "papers.db"
_BESIDE = ("tuning.json",)  # of the folder, and carried too; settings may hold keys
_LARGEST = 1 << 36  # bytes


class Changes:
    """The changes of one library; `follow` brings its indexes in step, within the folder's writing."""

    def __init__(self, folder: Folder, papers: Papers, follow: Callable[[], None]):
        self._folder, self._papers, self._follow = folder, papers, follow

    def remove(self, paper_ids: Sequence[str]) -> int:
        """Forget these papers; how many of them there were."""
        with self._folder.telling(), self._folder.writing():
            with self._papers.change(f"remove {_named(paper_ids)}"), self._papers.transaction():
                removed = sum([self._papers.delete(paper_id) for paper_id in paper_ids])
            self._follow()
        return removed

    def tag(self, paper_ids: Sequence[str], add: Sequence[str] = (), drop: Sequence[str] = ()) -> int:
        """Give these papers tags, and take some from them; how many papers that changed."""

        def tagged(paper: Paper) -> Paper:
            kept = (tag for tag in (*paper.tags, *add) if tag not in drop)
            return settled(replace(paper, tags=tuple(kept)))

        what = " ".join([*(f"+{tag}" for tag in add), *(f"-{tag}" for tag in drop)])
        return self._apply({paper_id: tagged for paper_id in paper_ids}, f"tag {_named(paper_ids)} {what}")

    def edit(self, paper_id: str, fields: Mapping[str, Any]) -> Paper:
        """Put the user's own words in the place of these fields (EDITABLE); no source overwrites them.

        Raises StoreError for a field that cannot be so, and a citekey that is another paper's.
        """

        def edited(paper: Paper) -> Paper:
            origins = paper.origins | dict.fromkeys(fields, EDITED)
            original = {name: text for name, text in paper.original.items() if name not in fields}
            return settled(replace(paper, **self._checked(paper, fields), origins=origins, original=original))

        self._apply({paper_id: edited}, f"edit {paper_id}")
        known = self._papers.get_many([paper_id])
        if paper_id not in known:
            raise StoreError(f"{paper_id}: no such paper; `citewell papers list` shows the ids.")
        return known[paper_id]

    def put(self, papers: Sequence[Paper], what: str) -> int:
        """Put these papers in the place of those of their ids; how many that changed."""
        return self._apply({paper.paper_id: lambda _, new=paper: new for paper in papers}, what)  # type: ignore[misc]

    def _checked(self, paper: Paper, values: Mapping[str, Any]) -> dict[str, Any]:
        if not str(values.get("title", paper.title)).strip():
            raise StoreError(f"{paper.paper_id}: a paper needs a title; give one.")
        ids = {name: read(values[name]) for name, read in (("doi", doi), ("arxiv", arxiv_id)) if values.get(name)}
        if wrong := next((name for name, found in ids.items() if not found), ""):
            raise StoreError(f"{values[wrong][:60]!r} is no {wrong} id; give one, or a link to one.")
        values = {**values, **ids}
        if "citekey" not in values:
            return values
        key = clean_key(values["citekey"])
        owner = self._papers.owner(key)
        if not key or owner not in (None, paper.paper_id):
            why = f"is the key of {owner}, which texts may cite" if key else "has no sign that a key can have"
            raise StoreError(f"{values['citekey'][:60]!r} {why}; give another.")
        return {**values, "citekey": key}

    def _apply(self, edits: Mapping[str, Callable[[Paper], Paper]], what: str) -> int:
        changed = 0
        with self._folder.telling(), self._folder.writing():
            with self._papers.change(what), self._papers.transaction():
                for seq, paper in self._papers.with_rows(list(edits)):
                    new = edits[paper.paper_id](paper)
                    if reason := unfit(new):
                        raise StoreError(f"{paper.paper_id}: {reason}.")
                    if new != paper:
                        self._papers.update(seq, new)
                        changed += 1
            self._follow()
        return changed

    def citekeys(self) -> dict[str, str]:
        """Every key that a paper has or had, with the paper's id."""
        with self._folder.telling():
            return dict(self._papers.rows("SELECT citekey, paper_id FROM citekeys"))

    def mark(self, source: str) -> str:
        """Up to where a source that is read again and again was read; "" if it never was."""
        with self._folder.telling():
            return self._papers.fact(source)

    def set_mark(self, source: str, mark: str) -> None:
        """Note up to where a source was read."""
        with self._folder.telling(), self._folder.writing():
            self._papers.set_fact(source, mark)

    def undo(self) -> Change | None:
        """Take the latest change back; None where there is none to take back."""
        with self._folder.telling(), self._folder.writing():
            taken = self._papers.undo()
            self._follow()
        return taken

    def history(self, paper_id: str | None = None) -> list[Change]:
        """What can be taken back, the latest first; of one paper, those that concern it."""
        with self._folder.telling():
            return self._papers.changes(paper_id)

    def touched(self, since: int) -> tuple[list[str], list[str]]:
        """The ids of the papers that the changes behind number `since` added, and of those that they changed."""
        with self._folder.telling():
            return self._papers.touched(since)

    def backup(self, path: Path) -> int:
        """Write the library as one file, without what can be made again and without settings; how many papers.

        Raises StoreError for a `path` that cannot be written, where nothing is left then.
        """
        beside = [self._folder.home / name for name in _BESIDE]
        with self._folder.telling(), tempfile.TemporaryDirectory() as place:
            copy = Path(place) / _CARRIED
            self._papers.copy_to(copy)
            _pack([copy, *(file for file in beside if file.is_file())], path)
            return len(self._papers)

    def restore(self, path: Path) -> int:
        """Put the papers of a backup in the place of the library's own, of which a copy is kept; how many they are.

        All of them or none: it is one transaction. Raises StoreError for what is no backup.
        """
        with tempfile.TemporaryDirectory() as place:
            files = _unpacked(path, Path(place))
            with closing(Papers(Folder(Path(place)))) as carried:
                if not carried.usable():
                    raise StoreError(f"{path}: holds no library that can be read; give a file of `citewell backup`.")
                with self._folder.telling(), self._folder.writing():
                    library = ""
                    if self._papers.has_tables():
                        self._papers.keep_copy("restore")
                        library = self._papers.fact("library")
                    self._papers.replace_by(carried, library)
                    for file in files:
                        (self._folder.home / file.name).write_bytes(file.read_bytes())
                    self._follow()
        return len(self._papers)


def _pack(files: Sequence[Path], path: Path) -> None:
    import zipfile

    path = path.resolve()  # what a link leads to is written, and the link stays
    if path.exists() and not path.is_file():
        raise StoreError(f"{path}: is no file that a backup could take the place of; name another place.")
    part = path.with_name(f"{path.name}.part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as packed:
            for file in files:
                packed.write(file, file.name)
        part.replace(path)
    except OSError as error:
        raise StoreError(
            f"{path}: the backup cannot be written ({error.strerror or error}); give another place with room for it."
        ) from None
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _unpacked(path: Path, place: Path) -> list[Path]:
    """The files beside the papers of a backup, unpacked at `place` with them."""
    import zipfile

    try:
        with zipfile.ZipFile(path) as packed:
            names = [name for name in packed.namelist() if name in (_CARRIED, *_BESIDE)]
            if _CARRIED not in names or sum(packed.getinfo(name).file_size for name in names) > _LARGEST:
                raise zipfile.BadZipFile("no papers in it")
            if any(packed.getinfo(name).flag_bits & 1 for name in names):
                raise zipfile.BadZipFile("locked with a password")
            found = [Path(packed.extract(name, place)) for name in names]
    except BROKEN as error:
        raise StoreError(f"{path}: is no backup of a library ({error}); give a file of `citewell backup`.") from None
    except OSError as error:
        raise StoreError(f"{path}: cannot be read ({error.strerror or error}); check the path.") from None
    return [file for file in found if file.name != _CARRIED]


def _named(paper_ids: Iterable[str]) -> str:
    first, *others = [*paper_ids] or [""]
    return f"{first} and {len(others)} more" if others else first
