"""Writing a folder: all of it or nothing, and never over anything."""

import os

import pytest

from npae.exports import folder
from npae.exports.folder import write_folder

FILES = {"run": "#!/bin/sh\nexit 0\n", "source/a/one.txt": "eins\n", "source/b/two.txt": "zwölf\n"}


def tree(path):
    return sorted(str(entry.relative_to(path)) for entry in path.rglob("*"))


@pytest.mark.parametrize("make", [lambda path: path / "new" / "deep", lambda path: path])
def test_a_new_or_empty_folder(make, tmp_path):
    path = make(tmp_path)
    write_folder(path, FILES, ["run"])
    assert tree(path) == ["run", "source", "source/a", "source/a/one.txt", "source/b", "source/b/two.txt"]
    assert all((path / name).read_bytes() == text.encode() for name, text in FILES.items())
    if os.name == "posix":
        assert os.access(path / "run", os.X_OK) and not os.access(path / "source/a/one.txt", os.X_OK)


def test_the_current_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_folder(folder.Path("."), FILES)
    assert os.path.exists("source/a/one.txt")


def test_nothing_is_overwritten(tmp_path):
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(FileExistsError, match="not empty, and nothing in it is overwritten"):
        write_folder(tmp_path, FILES)
    with pytest.raises(NotADirectoryError, match="mine is not a folder"):
        write_folder(tmp_path / "mine", FILES)
    assert tree(tmp_path) == ["mine"]


@pytest.mark.parametrize("is_new", [True, False])
@pytest.mark.parametrize("failing", [1, 3])
def test_nothing_is_left_of_a_failure(failing, is_new, tmp_path, monkeypatch):
    path, written, write = tmp_path / "out", [], folder._write

    def fails(*args):
        written.append(args)
        if len(written) == failing:
            raise KeyboardInterrupt
        write(*args)
    monkeypatch.setattr(folder, "_write", fails)
    if not is_new:
        path.mkdir()
    with pytest.raises(KeyboardInterrupt):
        write_folder(path, FILES)
    assert path.exists() != is_new and tree(tmp_path) == ([] if is_new else ["out"])


def test_nothing_is_left_when_the_last_move_fails(tmp_path, monkeypatch):
    rename, moved = folder.Path.rename, []

    def fails(self, target):
        if moved:
            raise OSError("no more")
        moved.append(target)
        return rename(self, target)
    monkeypatch.setattr(folder.Path, "rename", fails)
    with pytest.raises(OSError, match="no more"):
        write_folder(tmp_path / "out", FILES)
    assert moved and tree(tmp_path) == []
