"""Becomes the server: ties it to its supervisor's life, drops root, then execs.

Run as a plain file with ``python -I -S``, so it must import nothing but the standard library.
An exec'd wrapper instead of ``preexec_fn``, which may deadlock in a threaded supervisor.
"""

import argparse
import ctypes
import os
import signal
import sys

PR_SET_KEEPCAPS, PR_SET_PDEATHSIG, PR_CAP_AMBIENT = 8, 1, 47
PR_CAP_AMBIENT_RAISE = 2
CAP_DAC_OVERRIDE = 1
CAPABILITY_VERSION_3 = 0x20080522
libc = ctypes.CDLL(None, use_errno=True)


def prctl(*arguments: int) -> None:
    if libc.prctl(*(ctypes.c_ulong(a) for a in arguments), *[ctypes.c_ulong(0)] * (5 - len(arguments))) != 0:
        raise OSError(ctypes.get_errno(), f"prctl{arguments}")


def keep_dac_override() -> None:
    """Let the exec'd server pass directories closed to its user, such as /root above a checkout."""
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    bit = 1 << CAP_DAC_OVERRIDE
    data = (ctypes.c_uint32 * 6)(bit, bit, bit, 0, 0, 0)
    if libc.capset(header, data) != 0:
        raise OSError(ctypes.get_errno(), "capset")
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE)


def become(uid: int, gid: int, traverse: bool) -> None:
    if traverse:
        prctl(PR_SET_KEEPCAPS, 1)
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)
    if traverse:
        keep_dac_override()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--death-signal", type=int, default=signal.SIGKILL)
    parser.add_argument("--uid", type=int)
    parser.add_argument("--gid", type=int)
    parser.add_argument("--traverse", action="store_true")
    end_of_options = sys.argv.index("--")
    options, command = parser.parse_args(sys.argv[1:end_of_options]), sys.argv[end_of_options + 1 :]
    if options.uid is not None:
        become(options.uid, options.gid, options.traverse)
    # After the change of user, which clears the death signal.
    prctl(PR_SET_PDEATHSIG, options.death_signal)
    if os.getppid() != options.parent:
        sys.exit("supervisor died during the start")
    os.execv(command[0], command)


main()
