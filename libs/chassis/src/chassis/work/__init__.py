"""Units of work, due times and the runtime of a process, as rooms use them."""

from chassis.work.runtime import Runtime
from chassis.work.sweep import Timer, TimerRouter
from chassis.work.unit import Unit

__all__ = ["Runtime", "Timer", "TimerRouter", "Unit"]
