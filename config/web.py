"""``python -m config.web --port N``: the web process under uvicorn."""

from __future__ import annotations

import argparse
import os

import uvicorn

from config import crowd
from config.protocol import WebProtocol


def main() -> None:
    parser = argparse.ArgumentParser(description="The web process: pages, REST, webhooks and live updates.")
    parser.add_argument("--host", default=os.environ.get("REGULARS_HOST", "127.0.0.1"))
    parser.add_argument("--port", type=int, default=int(os.environ.get("REGULARS_PORT", "8000")))
    parser.add_argument("--fd", type=int, help="An open socket to listen on, instead of host and port.")
    arguments = parser.parse_args()
    crowd.raise_file_limit()
    uvicorn.run(
        "config.asgi:application",
        host=arguments.host,
        port=arguments.port,
        fd=arguments.fd,
        loop="uvloop",
        http=WebProtocol,
        ws="none",
        lifespan="on",
        interface="asgi3",
        access_log=False,
        log_config=None,  # its lines go through ours (settings.LOGGING)
        log_level="warning",
        backlog=crowd.backlog(),
        timeout_keep_alive=75,
        timeout_graceful_shutdown=3,
        proxy_headers=False,  # config.asgi reads them for the pages; the other doors do without
        server_header=False,
    )


if __name__ == "__main__":
    main()
