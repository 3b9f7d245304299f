"""`train` or `serve`: the container's only arguments."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def main() -> int:
    """The exit code; what is not needed for the other is not imported."""
    base = Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"))
    if sys.argv[1:] == ["train"]:
        from . import train

        return train.main(base)
    if sys.argv[1:] == ["serve"]:
        from . import serve

        return serve.main(base)
    print(f"the container takes train or serve, not {sys.argv[1:]}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
