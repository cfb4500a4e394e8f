"""A person's hands at the program: real keys and a real pointer, through xdotool, in a screen with a window manager."""

import os
import subprocess
import time

from person import wait_for

SIDE = 160  # of the window that is dragged from


def xdotool(*arguments):
    command = ["xdotool", *map(str, arguments)]
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=10).stdout.split()
    except subprocess.TimeoutExpired:
        print("# waited too long for %s" % " ".join(command), flush=True)
        return []


def key(*keys):
    for name in keys:
        xdotool("key", "--clearmodifiers", name)
        time.sleep(0.15)


def find_geometry(window):
    return dict(line.split("=") for line in xdotool("getwindowgeometry", "--shell", window))


def find_window(name, pid):
    """The largest: GTK has others that are never seen, and tooltips bear the program's name"""
    def size(window):
        place = find_geometry(window)
        return int(place["WIDTH"]) * int(place["HEIGHT"])

    def search():
        windows = xdotool("search", "--all", "--onlyvisible", "--pid", pid, "--name", name)
        return max(windows, key=size, default=None)
    return wait_for(search)


def find_sized(pid, width, height):
    """A window of just that size, such as a menu's"""
    for window in xdotool("search", "--all", "--onlyvisible", "--pid", pid):
        place = find_geometry(window)
        if (int(place["WIDTH"]), int(place["HEIGHT"])) == (width, height):
            return window
    return None


def start_manager():
    """Returns: the window manager, at work"""
    manager = subprocess.Popen(["openbox"], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    wait_for(lambda: xdotool("get_desktop"))
    return manager


def find_pointer():
    place = dict(line.split("=") for line in xdotool("getmouselocation", "--shell"))
    return int(place["X"]), int(place["Y"])


def find_rest(node):
    """Returns: the extents of a node when it does not move any more"""
    from gi.repository import Atspi

    def read():
        place = node.get_extents(Atspi.CoordType.WINDOW)
        return place.x, place.y, place.width, place.height

    def rests():
        before = read()
        time.sleep(0.25)
        return before[2] > 0 and read() == before
    wait_for(rests)
    return node.get_extents(Atspi.CoordType.WINDOW)


def find_corner(window):
    """Returns: where its left upper one is on the screen; the pointer goes there, for getwindowgeometry counts a title bar twice"""
    xdotool("mousemove", "--window", window, 0, 0)
    return find_pointer()


def move_to_corner(window):
    """To the screen's left upper one; the window manager may put it elsewhere first"""
    def move():
        xdotool("windowmove", window, 0, 0)
        time.sleep(0.2)
        return find_corner(window) == (0, 0)
    return wait_for(move)


def focus(window):
    xdotool("windowactivate", "--sync", window)
    time.sleep(0.3)


class Drag:
    """What hangs at the pointer of a process: a window of its own, that is there from the beginning of a drag to its end"""

    def __init__(self, pid):
        self.pid = pid
        self.before = self._find_windows()

    def _find_windows(self):
        return set(xdotool("search", "--all", "--onlyvisible", "--pid", self.pid))

    def _find_place(self):
        """Returns: where the label at the pointer is, larger than the window of one pixel that GTK also makes"""
        for window in self._find_windows() - self.before:
            place = find_geometry(window)
            if int(place["WIDTH"]) > 1:
                return int(place["X"]), int(place["Y"])
        return None

    def _find_rest(self):
        before = self._find_place()
        time.sleep(0.25)
        return before if before is not None and self._find_place() == before else None

    def press(self, x, y, dx, dy):
        """Presses at a place and moves by (dx, dy), past the threshold. Returns: whether the drag has begun"""
        xdotool("mousemove", x, y)
        wait_for(lambda: find_pointer() == (x, y))
        xdotool("mousedown", 1)
        for i in range(6):
            xdotool("mousemove", x + dx * i // 5, y + dy * i // 5)
            time.sleep(0.05)
        at = wait_for(self._find_rest)
        self.offset = None if at is None else (at[0] - x - dx, at[1] - y - dy)
        return at is not None

    def move(self, x, y):
        """Returns when the process has seen the pointer there, in two steps: the last is a motion of its own"""
        for place in ((x + 2, y), (x, y)):
            xdotool("mousemove", *place)
            if self.offset is not None:
                wait_for(lambda: self._find_place() == (place[0] + self.offset[0], place[1] + self.offset[1]))

    def end(self):
        xdotool("mouseup", 1)
        wait_for(lambda: self._find_place() is None)


class Source:
    """A window over the right lower corner of the screen, with files in it"""

    def __init__(self, path, *files):
        self.process = subprocess.Popen([path, *files], env=dict(os.environ, GTK_A11Y="none"))
        self.window = find_window("drag-source", self.process.pid)
        width, height = map(int, xdotool("getdisplaygeometry"))
        self.x, self.y = width - SIDE // 2, height - SIDE // 2
        xdotool("windowmove", "--sync", self.window, width - SIDE, height - SIDE)
        focus(self.window)

    def drag_to(self, x, y):
        self.target = x, y
        self.held = Drag(self.process.pid)
        self.held.press(self.x, self.y, -30, -30)
        self.held.move(x, y)

    def drop(self):
        # what comes after an answer of the window below is seen after it
        self.held.move(*self.target)
        self.held.end()

    def end(self):
        self.process.kill()
        self.process.wait()


class Pointer:
    """Clicks and drags within a window of the program, whose left upper corner is at the screen's unless said."""

    def __init__(self, program):
        self.program = program

    def middle(self, node, share=0.5):
        """Where it has come to rest"""
        place = find_rest(node)
        return place.x + place.width // 2, place.y + int(share * place.height)

    def click(self, node, left=0, top=0):
        x, y = self.middle(node)
        xdotool("mousemove", left + x, top + y)
        time.sleep(0.1)
        xdotool("click", 1)
        time.sleep(0.1)

    def take(self, node, share=0.5):
        x, y = self.middle(node, share)
        self.held = Drag(self.program.process.pid)
        return self.held.press(x, y, 30, 10)

    def hold_over(self, x, y):
        self.target = x, y
        self.held.move(x, y)

    def let_go(self):
        # what comes after an answer of the place below is seen after it
        self.held.move(*self.target)
        self.held.end()

    def drag(self, node, x, y, is_there=None):
        """@is_there: what tells that the place has answered"""
        self.take(node)
        self.hold_over(x, y)
        if is_there is not None:
            wait_for(is_there)
        self.let_go()
