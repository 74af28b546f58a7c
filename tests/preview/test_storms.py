"""One that follows what the watcher tells, and reads nothing else, is right after any storm."""

import contextlib
import errno
import random
import shutil
import threading
import time

import pytest

from generator.preview import poll, watch
from generator.preview.changes import Watcher
from generator.preview.watched_folders import Root, skips_temporary
from running import PATIENCE

QUIET = 0.6  # seconds in which what was done would have been told


class Mirror:
    """The texts below a folder, as one knows them who reads only what is told."""

    def __init__(self, folder, skips):
        self._folder = folder
        self._skips = skips
        self.texts = {}
        self.take(None)

    def take(self, told):
        for path in [self._folder] if told is None else told:
            for known in [known for known in self.texts if known == path or path in known.parents]:
                del self.texts[known]
            self.texts.update(texts_of(path, self._skips))


def texts_of(path, skips):
    """The texts of a file, or of all files in a folder; what goes meanwhile is told later."""
    try:
        is_folder = path.is_dir()
        if skips("", path.name, is_folder):
            return {}
        if is_folder:
            return {file: text for one in [*path.iterdir()] for file, text in texts_of(one, skips).items()}
        return {path: path.read_text()}
    except OSError:
        return {}


def skips_c(_path, name, _is_folder):
    return name in {"c", "c.md"}


NAMES = {skips_temporary: "abcd", skips_c: ("a", ".b", "c", "d~")}
"""By the rule of what does not count, the names of what is written."""


def write(chance, here, there, file, name):
    (here / f"{name}.md").write_text(str(chance.random()))


def write_beside(chance, here, there, file, name):
    (here / f".{name}.swp").write_text(str(chance.random()))
    (here / f".{name}.swp").replace(here / f"{name}.md")


def make_folders(chance, here, there, file, name):
    (here / name / name).mkdir(parents=True)
    (here / name / name / "new.md").write_text(str(chance.random()))


def move_folder(chance, here, there, file, name):
    here.rename(there / name)


def move_file(chance, here, there, file, name):
    file.replace(there / f"{name}.md")


def delete_file(chance, here, there, file, name):
    file.unlink()


def delete_folder(chance, here, there, file, name):
    shutil.rmtree(here)


ACTS = (write, write, write, write_beside, make_folders, move_folder, move_file, delete_file, delete_folder)


def storm(folder, chance, steps, names):
    """Write, move and delete files and folders as chance has it."""
    for _ in range(steps):
        folders = [path for path in folder.rglob("*") if path.is_dir()] or [folder]
        here, there = chance.choice(folders), chance.choice([folder, *folders])
        file = chance.choice([*folder.rglob("*.md"), folder / "none.md"])
        with contextlib.suppress(OSError):  # a folder into itself, or where a file stands
            chance.choice(ACTS)(chance, here, there, file, chance.choice(names))
        if chance.random() < 0.1:
            time.sleep(chance.random() / 50)


def followed(content, seed, quiet=QUIET, skips=skips_temporary):
    """What one knows at the end, and what there is."""
    (content / "a").mkdir(parents=True)
    (content / "a" / "first.md").write_text("first")
    watcher = Watcher(lambda: (Root(content, skips),), notice=lambda _: None)
    watcher.start()
    try:
        mirror = Mirror(content, skips)
        thread = threading.Thread(target=storm, args=(content, random.Random(seed), 300, NAMES[skips]))
        thread.start()
        while (told := watcher.wait(quiet)) != frozenset() or thread.is_alive():
            mirror.take(told)
    finally:
        watcher.close()
        watcher.join(PATIENCE)
    return mirror.texts, texts_of(content, skips)


@pytest.mark.parametrize("skips", NAMES)
@pytest.mark.parametrize("seed", range(5))
def test_after_a_storm_all_was_told(tmp_path, seed, skips):
    known, stands = followed(tmp_path / "content", seed, skips=skips)
    assert known == stands


@pytest.mark.parametrize(("seed", "skips"), [*enumerate(NAMES)])
def test_after_a_storm_all_was_told_where_files_are_looked_at(tmp_path, monkeypatch, seed, skips):
    def exhausted(tell):
        raise OSError(errno.EMFILE, "none left")

    monkeypatch.setattr(watch, "native_backend", exhausted)
    monkeypatch.setattr(poll, "POLL", 0.02)
    monkeypatch.setattr(poll, "TIME_RESOLUTION", 0.2)
    known, stands = followed(tmp_path / "content", seed, 2.0, skips)
    # A file that came and went between two looks may have been read with its folder: no look tells of it.
    assert stands.items() <= known.items()
