"""The service for the length of one command, on the local data folder: what the CLI uses without `--url`.

It is the same API on a loopback port of its own, so that a verb does the same here and against a server.
A person who can write to the data folder may do anything with it anyway; the token lives as long as the command.
"""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy import Connection

from labeler.accounts.tables import api_tokens
from labeler.accounts.tokens import make_token
from labeler.accounts.users import add_user, find_user
from labeler.api.bootstrap import prepare
from labeler.api.connections import bounded_server
from labeler.api.serve import create_site
from labeler.api.supervisor import started
from labeler.client import Client
from labeler.kit.config import Settings
from labeler.kit.db import Database

EMAIL = "local@localhost"


def _local_token(tx: Connection) -> tuple[int, str]:
    user = find_user(tx, EMAIL) or add_user(tx, EMAIL, "Command line", "admin", kind="pipeline")
    return make_token(tx, user.id, "command line", ["*"])


@contextmanager
def local_client(settings: Settings, *, with_worker: bool) -> Iterator[Client]:
    """A client of a private server on the data folder; its job worker, if one is wanted, ends with it."""
    prepare(settings)
    db = Database(settings)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        own = settings.model_copy(
            update={"host": "127.0.0.1", "port": listener.getsockname()[1], "log_level": "WARNING"}
        )
        site = create_site(own, with_ui=False, supervisor=started(own) if with_worker else None)
        server = bounded_server(site, log_level="error", lifespan="on")
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        token_id, token = db.write(_local_token)
        try:
            while not server.started and thread.is_alive():
                time.sleep(0.01)
            with Client(f"http://127.0.0.1:{own.port}", token=token) as client:
                yield client
        finally:
            db.write(lambda tx: tx.execute(sa.delete(api_tokens).where(api_tokens.c.id == token_id)).rowcount)
            server.should_exit = True
            thread.join(15)
            db.close()
