"""The command `labeler`, also where the client is installed alone."""

import sys

from labeler import DISTRIBUTION


def main() -> None:
    """Run the command line; without the service, one line that says what to install."""
    try:
        from labeler.cli import main as run
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] == "labeler":
            raise
        print(
            f'The service is not installed ({missing}). Install it: pip install "{DISTRIBUTION}[service]"',
            file=sys.stderr,
        )
        sys.exit(1)
    run()


if __name__ == "__main__":
    main()
