"""`train` runs the person's script, `serve` the person's functions; anything else is no argument of these images."""

from __future__ import annotations

import sys

from . import server, training


def main(arguments: list[str]) -> int:
    """The exit code of one of the two."""
    match arguments:
        case ["train"]:
            return training.main()
        case ["serve"]:
            return server.main()
        case _:
            print(f"this image is started with train or serve, found {' '.join(arguments) or 'nothing'}", flush=True)
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
