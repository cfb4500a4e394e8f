"""A person at the program: starts it, finds what is in its window by name, and acts on it. For tests; reports as TAP."""

import os
import signal
import subprocess
import sys
import time

# of the program, not of the tools here
PROGRAM_DEBUG = os.environ.pop("G_DEBUG", "fatal-warnings")

try:
    import gi
    gi.require_version("Atspi", "2.0")
    from gi.repository import Atspi
except (ImportError, ValueError):
    print("1..0 # SKIP gi.repository.Atspi is not here")
    sys.exit(0)

PATIENCE_S = 90


class Test:
    """Counts and reports."""

    def __init__(self):
        self.n = 0
        self.failed = 0
        print("TAP version 13", flush=True)

    def report(self, is_ok, name, detail=""):
        self.n += 1
        self.failed += not is_ok
        if detail:
            print("# %s" % detail)
        print("%sok %d %s" % ("" if is_ok else "not ", self.n, name), flush=True)
        return is_ok

    def note(self, text):
        print("# %s" % text, flush=True)

    def end(self):
        print("1..%d" % self.n, flush=True)
        return 1 if self.failed else 0


def wait_for(condition, seconds=PATIENCE_S):
    """Returns what condition() gives as soon as that is true, else None."""
    end = time.monotonic() + seconds
    while True:
        try:
            found = condition()
        except Exception:  # what was looked at has gone meanwhile
            found = None
        if found:
            return found
        if time.monotonic() > end:
            return None
        time.sleep(0.05)


def walk(node):
    yield node
    for i in range(node.get_child_count()):
        child = node.get_child_at_index(i)
        if child is not None:
            yield from walk(child)


class Program:
    """The program, running; what is in it is found by role and name."""

    def __init__(self, path, *arguments):
        self.process = subprocess.Popen([path, *arguments], env=dict(os.environ, G_DEBUG=PROGRAM_DEBUG))
        self.root = wait_for(self._find_root)
        if self.root is None:
            self.kill()
            print("Bail out! the program does not appear")
            sys.exit(1)
        # names change while it trains
        self.root.set_cache_mask(Atspi.Cache.ROLE)
        self.places = {}

    def _find_root(self):
        desktop = Atspi.get_desktop(0)
        for i in range(desktop.get_child_count()):
            program = desktop.get_child_at_index(i)
            if program is not None and program.get_process_id() == self.process.pid and program.get_child_count() > 0:
                return program
        return None

    def all(self, role, start="", root=None):
        """Returns: those of the role whose names begin so"""
        return [n for n in walk(root or self.root) if n.get_role_name() == role and n.get_name().startswith(start)]

    def find(self, role, name, root=None):
        for node in walk(root or self.root):
            if node.get_role_name() == role and node.get_name() == name:
                return node
        return None

    def place(self, role, name):
        """One that stays, whatever it is called later"""
        if (role, name) not in self.places:
            self.places[role, name] = wait_for(lambda: self.find(role, name))
        return self.places[role, name]

    def act(self, role, name, root=None):
        """Presses, switches or selects it. Returns: whether that could be done"""
        node = wait_for(lambda: self.find(role, name, root))
        return node is not None and node.get_n_actions() > 0 and node.do_action(0)

    def wait_for(self, role, name, seconds=PATIENCE_S):
        return wait_for(lambda: self.find(role, name), seconds)

    def labels(self, root):
        return [node.get_name() for node in walk(root) if node.get_role_name() == "label"]

    def quit(self, seconds=PATIENCE_S):
        """As a logout would. Returns: its exit status; None where it did not end"""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            return None

    def kill(self):
        self.process.kill()
        self.process.wait()
