"""For processes under libfaketime: its 0.9.10 refuses `clock_nanosleep` until a moment (EINVAL), which is how Python
sleeps. `select` sleeps for a time."""

import select
import time


def sleep(seconds: float, /) -> None:
    select.select([], [], [], seconds)


time.sleep = sleep
