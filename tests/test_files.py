"""atomic_write: all of the new file, or all of the old one."""

import os
import stat

import pytest

import npae.files
from npae.files import atomic_write


def test_bytes_arrive(tmp_path):
    with atomic_write(tmp_path / "a.bin") as file:
        file.write(b"new")
    assert (tmp_path / "a.bin").read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["a.bin"]


def test_text_is_utf8(tmp_path):
    with atomic_write(str(tmp_path / "a.txt"), mode="w") as file:
        file.write("sigma: \u03c3")
    assert (tmp_path / "a.txt").read_bytes() == b"sigma: \xcf\x83"


def test_the_old_file_is_whole_until_the_block_ends(tmp_path):
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")
    with atomic_write(path) as file:
        file.write(b"new")
        file.flush()
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_an_exception_leaves_the_old_file_and_nothing_else(tmp_path, error):
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")
    with pytest.raises(error):
        with atomic_write(path) as file:
            file.write(b"half")
            raise error
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.bin"]


def test_a_failing_replace_leaves_no_temporary_file(tmp_path, monkeypatch):
    def refuse(source, target):
        raise PermissionError("in use")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(PermissionError, match="in use"):
        with atomic_write(tmp_path / "a.bin") as file:
            file.write(b"new")
    assert os.listdir(tmp_path) == []


def test_content_is_on_the_disk_before_the_name_changes(tmp_path, monkeypatch):
    calls, fsync, replace = [], os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda descriptor: (calls.append("fsync"), fsync(descriptor)))
    monkeypatch.setattr(os, "replace", lambda source, target: (calls.append("replace"), replace(source, target)))
    with atomic_write(tmp_path / "a.bin") as file:
        file.write(b"new")
    assert calls == ["fsync", "replace"]


def test_permissions_are_those_of_any_new_file(tmp_path):
    (tmp_path / "plain").touch()
    with atomic_write(tmp_path / "atomic"):
        pass
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("plain", "atomic")]
    assert modes[0] == modes[1]


def test_a_missing_folder_is_named(tmp_path):
    path = tmp_path / "nowhere" / "a.bin"
    with pytest.raises(FileNotFoundError, match=r"cannot write .*nowhere.*a\.bin.*No such"):
        with atomic_write(path):
            raise AssertionError("the block must not run")


def test_an_unwritable_folder_is_named(tmp_path, monkeypatch):
    def refuse(*args, **kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(npae.files, "open", refuse, raising=False)  # chmod would not stop the superuser
    with pytest.raises(PermissionError, match=r"cannot write .*a\.bin.*Permission denied"):
        with atomic_write(tmp_path / "a.bin"):
            raise AssertionError("the block must not run")


def test_a_folder_is_no_file(tmp_path):
    with pytest.raises(IsADirectoryError, match="it is a folder"):
        with atomic_write(tmp_path):
            raise AssertionError("the block must not run")


def test_other_modes_are_refused(tmp_path):
    with pytest.raises(ValueError, match="mode must be"):
        with atomic_write(tmp_path / "a.bin", mode="ab"):
            raise AssertionError("the block must not run")
