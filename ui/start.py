"""Where the command `citewell` begins: until its own words are read, ctrl-C ends it without any."""

import signal


def main() -> int:
    """Load the command line and run it; its exit code."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # nothing has begun yet, and Python would print where it stands
    from ui.cli import main as run

    signal.signal(signal.SIGINT, signal.default_int_handler)
    return run()
