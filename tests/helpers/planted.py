"""Readers with faults, for the fuzzer to find: each is right for the valid input alone."""

import faulthandler
import os
import signal
import threading
import time
import warnings

from firth.errors import FormatError
from tools.fuzz.case import Case
from tools.fuzz.readers import Reader

VALID = b"valid 1\n"


def _crash(path):
    faulthandler.disable()
    os.kill(os.getpid(), signal.SIGSEGV)


def _hang(path):
    time.sleep(1000)


def _take(path):
    return len(b"x" * (200 << 20)) * 0


def _raise(path):
    raise KeyError("dim")


def _recurse(path):
    return _recurse(path) + 1


def _warn(path):
    warnings.warn("invalid value encountered in cast", RuntimeWarning, stacklevel=1)


def _fail_in_a_thread(path):
    thread = threading.Thread(target=lambda: 1 // 0)
    thread.start()
    thread.join()


def _name_no_file(path):
    raise FormatError("there is not a single vector in it")


def _name_an_exception(path):
    raise FormatError(f"{path}: no model (KeyError('dim'))")


def _say_too_much(path):
    raise FormatError(f"{path}: found {'x' * 5000}")


def _say_what_cannot_be_written(path):
    raise FormatError(f"{path}: found \ud800")


def _refuse(path):
    raise FormatError(f"{path}, byte 0: found 'x'; expected 'valid'")


#: What each does, and what is to be found.
FAULTS = {
    "crash": _crash,
    "hang": _hang,
    "memory": _take,
    "wrong exception": _raise,
    "recursion": _recurse,
    "warning": _warn,
    "exception that nobody sees": _fail_in_a_thread,
    "no file": _name_no_file,
    "a name of an exception": _name_an_exception,
    "too long": _say_too_much,
    "not UTF-8": _say_what_cannot_be_written,
    "refused": _refuse,
}


def _reader(fault):
    def read(path, options):
        if path.read_bytes() != VALID:
            fault(path)
        return 0

    def seeds(folder):
        yield Case({"v": VALID}, "v")

    return Reader((seeds,), read, lambda random: {})


READERS = {name: _reader(fault) for name, fault in FAULTS.items()}
