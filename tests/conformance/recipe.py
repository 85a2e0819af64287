"""What git cannot hold of a build context: modes, links, empty folders, special files, attributes.

A recipe is a text of lines, each a command and its shell-quoted words; paths are below the folder:

    dir PATH [MODE]                  file PATH MODE [TEXT]         (TEXT knows \\n, \\t, \\0, \\xNN)
    link PATH TARGET                 hardlink PATH EXISTING
    fifo PATH MODE                   socket PATH
    device PATH c|b MAJOR MINOR      (needs root)
    mode PATH MODE                   owner PATH UID:GID            (needs root)
    xattr PATH NAME TEXT             time PATH SECONDS
    size PATH BYTES                  (grows a file with zero bytes)
    tar PATH FOLDER [gz|bz2|xz]      (an archive of a folder, which goes)
    sshkey PATH                      (a new private key)
    git PATH FOLDER [TAG...]         (a bare repository of a folder, which goes; branch main; times and names are fixed)
"""

import os
import shlex
import shutil
import socket
import stat
import subprocess
import tarfile
from pathlib import Path

EPOCH = 1_000_000_000  # of every file, unless the recipe says otherwise


class RecipeError(Exception):
    pass


def text_bytes(text: str) -> bytes:
    return text.encode("utf-8").decode("unicode_escape").encode("latin-1") if "\\" in text else text.encode("utf-8")


class Recipe:
    def __init__(self, root: Path):
        self.root = root

    def path(self, name: str) -> Path:
        return self.root / name

    def do_dir(self, name, mode="755"):
        self.path(name).mkdir(parents=True, exist_ok=True)
        os.chmod(self.path(name), int(mode, 8))

    def do_file(self, name, mode, text=""):
        self.path(name).parent.mkdir(parents=True, exist_ok=True)
        self.path(name).write_bytes(text_bytes(text))
        os.chmod(self.path(name), int(mode, 8))

    def do_link(self, name, target):
        self.path(name).parent.mkdir(parents=True, exist_ok=True)
        os.symlink(target, self.path(name))

    def do_sshkey(self, name):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(self.path(name))], check=True)

    def do_hardlink(self, name, existing):
        os.link(self.path(existing), self.path(name), follow_symlinks=False)

    def do_fifo(self, name, mode):
        os.mkfifo(self.path(name))
        os.chmod(self.path(name), int(mode, 8))

    def do_socket(self, name):
        here = os.getcwd()
        os.chdir(self.path(name).parent)  # a socket's address is short
        try:
            with socket.socket(socket.AF_UNIX) as made:
                made.bind(self.path(name).name)
        finally:
            os.chdir(here)

    def do_device(self, name, kind, major, minor):
        bits = {"c": stat.S_IFCHR, "b": stat.S_IFBLK}[kind]
        os.mknod(self.path(name), bits | 0o644, os.makedev(int(major), int(minor)))

    def do_mode(self, name, mode):
        os.chmod(self.path(name), int(mode, 8))

    def do_owner(self, name, owner):
        uid, gid = owner.split(":")
        os.chown(self.path(name), int(uid), int(gid), follow_symlinks=False)

    def do_xattr(self, name, attribute, text):
        os.setxattr(self.path(name), attribute, text_bytes(text), follow_symlinks=False)

    def do_time(self, name, seconds):
        os.utime(self.path(name), (int(seconds), int(seconds)), follow_symlinks=False)

    def do_size(self, name, size):
        os.truncate(self.path(name), int(size))

    def do_tar(self, name, folder, compression=""):
        def plain(member):
            member.mtime, member.uname, member.gname = EPOCH, "", ""
            return member

        with tarfile.open(self.path(name), f"w:{compression}", format=tarfile.PAX_FORMAT) as archive:
            archive.add(self.path(folder), arcname=".", filter=plain)
        shutil.rmtree(self.path(folder))

    def do_git(self, name, folder, *tags):
        who = {f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER")
               for what, value in (("NAME", "case"), ("EMAIL", "case@invalid"), ("DATE", f"{EPOCH} +0000"))}
        env = {"PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", **who}

        def git(*words, cwd=self.path(folder)):
            subprocess.run(["git", *words], cwd=cwd, env=env, check=True, capture_output=True)

        git("init", "-q", "-b", "main")
        git("add", "-A")
        git("commit", "-q", "-m", "first")
        for tag in tags:
            git("tag", "-a", "-m", tag, tag)
        git("clone", "-q", "--bare", ".", str(self.path(name)))
        git("update-server-info", cwd=self.path(name))
        shutil.rmtree(self.path(folder))

    def run_line(self, words):
        self._line(words)

    def run(self, text: str):
        """Lines in order; times last, because what is made in a folder changes the folder's."""
        lines = [shlex.split(line, comments=True) for line in text.splitlines()]
        lines = [words for words in lines if words]
        for words in [w for w in lines if w[0] != "time"]:
            self._line(words)
        set_times(self.root)
        for words in [w for w in lines if w[0] == "time"]:
            self._line(words)

    def _line(self, words):
        action = getattr(self, f"do_{words[0]}", None)
        if action is None:
            raise RecipeError(f"unknown command '{words[0]}'")
        try:
            action(*words[1:])
        except (TypeError, KeyError, ValueError) as error:
            raise RecipeError(f"{' '.join(words)}: {error}") from error


def set_times(root: Path):
    for folder, folders, files in os.walk(root, topdown=False):
        for name in folders + files:
            os.utime(os.path.join(folder, name), (EPOCH, EPOCH), follow_symlinks=False)
    os.utime(root, (EPOCH, EPOCH))


def make_context(source: Path, recipe: str, target: Path):
    """`source` (may be absent) as git would check it out under umask 022, then the recipe."""
    target.mkdir(parents=True)
    if source.is_dir():
        shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)
    for folder, _, files in os.walk(target):
        os.chmod(folder, 0o755)
        for name in files:
            path = os.path.join(folder, name)
            if not os.path.islink(path):
                os.chmod(path, 0o755 if os.stat(path).st_mode & 0o100 else 0o644)
    Recipe(target).run(recipe)
