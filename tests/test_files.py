"""atomic_write: all of the new file, or all of the old one. complaints: one type of error, which names the file."""

import os
import stat

import pytest

import npae.files
from npae.files import LONGEST_REASON, atomic_write, check_bytes, complaints


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


class Complaint(ValueError):
    pass


@pytest.mark.parametrize("error, words", [
    (ValueError("too short"), "a.bin: too short"), (KeyError("shape"), "a.bin: 'shape' is missing"),
    (RecursionError("deep"), "a.bin: RecursionError deep"), (OSError(5, "Input/output error"), "a.bin: Input/output error"),
    (MemoryError(), "a.bin: MemoryError"), (Complaint("as it is"), "as it is"),
    (ValueError("x" * 10 ** 5), f"a.bin: {'x' * LONGEST_REASON} ...")])
def test_whatever_is_wrong_with_a_file_becomes_one_type_of_error(error, words):
    with pytest.raises(Complaint) as caught, complaints("a.bin", Complaint):
        raise error
    assert str(caught.value) == words


def test_a_missing_file_and_an_interruption_stay_what_they_are():
    for error in (FileNotFoundError("a.bin"), KeyboardInterrupt()):
        with pytest.raises(type(error)), complaints("a.bin", Complaint):
            raise error


def test_bytes_are_counted():
    check_bytes(10, 10)
    with pytest.raises(ValueError, match="the table would take 11 bytes of memory, more than max_bytes=10: pass a larger"):
        check_bytes(11, 10, "the table")
