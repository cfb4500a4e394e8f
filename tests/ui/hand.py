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


def find_corner(window):
    """Returns: where its left upper one is on the screen; the pointer goes there, for getwindowgeometry counts a title bar twice"""
    xdotool("mousemove", "--window", window, 0, 0)
    place = dict(line.split("=") for line in xdotool("getmouselocation", "--shell"))
    return int(place["X"]), int(place["Y"])


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
        xdotool("mousemove", self.x, self.y)
        time.sleep(0.2)
        xdotool("mousedown", 1)
        for i in range(6):  # past the threshold
            time.sleep(0.05)
            xdotool("mousemove", self.x - 6 * i, self.y - 6 * i)
        xdotool("mousemove", x, y)
        for i in range(5):
            time.sleep(0.1)
            xdotool("mousemove", x + 3 * i, y + 3 * i)
        time.sleep(0.4)

    def drop(self):
        xdotool("mouseup", 1)

    def end(self):
        self.process.kill()
        self.process.wait()


class Pointer:
    """Clicks and drags within a window of the program, whose left upper corner is at the screen's unless said."""

    def __init__(self, program):
        self.program = program

    def middle(self, node, share=0.5):
        from gi.repository import Atspi
        place = node.get_extents(Atspi.CoordType.WINDOW)
        return place.x + place.width // 2, place.y + int(share * place.height)

    def click(self, node, left=0, top=0):
        x, y = self.middle(node)
        xdotool("mousemove", left + x, top + y)
        time.sleep(0.1)
        xdotool("click", 1)
        time.sleep(0.1)

    def take(self, node, share=0.5):
        x, y = self.middle(node, share)
        xdotool("mousemove", x, y)
        time.sleep(0.2)
        xdotool("mousedown", 1)
        for i in range(6):  # past the threshold
            time.sleep(0.05)
            xdotool("mousemove", x + 6 * i, y + 2 * i)

    def hold_over(self, x, y, seconds=0.5):
        xdotool("mousemove", x, y)
        for i in range(4):
            time.sleep(0.1)
            xdotool("mousemove", x + 3 * i, y + i % 2)
        time.sleep(seconds)

    def let_go(self):
        xdotool("mouseup", 1)
        time.sleep(0.5)

    def drag(self, node, x, y):
        self.take(node)
        self.hold_over(x, y)
        self.let_go()
