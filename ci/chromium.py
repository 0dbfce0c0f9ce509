"""Drives a headless Chromium through a pipe, by the Chrome DevTools Protocol, with nothing but the standard library.

https://chromedevtools.github.io/devtools-protocol/ has the methods. Messages are JSON, each ended by a NUL byte.
"""

import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import tempfile

NAMES = ("chromium", "chromium-browser", "google-chrome")
SECONDS = 60  # after which an answer is taken to be lost


def find():
    """The path of a Chromium, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class Chromium:
    """One page of a browser that is started for it. It is a context manager; the browser ends with it."""

    def __init__(self, program):
        self.events = []  # the names and parameters of those that nobody waited for
        self._number = 0
        self._session = None
        self._unread = b""
        self._profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self._process, self._to, self._from = start(program, self._profile.name)
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network"):
            self.call(f"{domain}.enable")
        # A page without the focus may not write to the clipboard.
        self.call("Emulation.setFocusEmulationEnabled", enabled=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()
        os.close(self._to)
        os.close(self._from)
        self._profile.cleanup()

    def call(self, method, **params):
        """The result of a method of the protocol."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while (answer := self._read()).get("id") != self._number:
            self.events.append((answer["method"], answer["params"]))
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def wait(self, event):
        """Waits for an event that has not come yet."""
        while not any(name == event for name, _ in self.events):
            answer = self._read()
            self.events.append((answer["method"], answer["params"]))

    def show(self, width, height, scheme):
        """Makes the window so wide, and the user prefer a light or a dark scheme. A narrow one is a phone."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self._wait_for_frames()

    def load(self, url):
        """Loads a page. What it gives are the addresses of all that was fetched for it."""
        self.events.clear()
        self.call("Page.navigate", url=url)
        self.wait("Page.loadEventFired")
        self._wait_for_frames()
        return [params["request"]["url"] for name, params in self.events if name == "Network.requestWillBeSent"]

    def run(self, expression):
        """The value of an expression of JavaScript in the page; a promise is waited for."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"]["exception"]["description"])
        return answer["result"].get("value")

    def picture(self, path, height):
        """Writes the page from its top on as a PNG, no more than `height` pixels of it."""
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], height), "scale": 1}
        shot = self.call("Page.captureScreenshot", clip=clip, captureBeyondViewport=True, optimizeForSpeed=True)
        path.write_bytes(base64.b64decode(shot["data"]))

    def _wait_for_frames(self):
        """Scripts of the page answer an event in one of the next frames."""
        self.run("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def _read(self):
        while b"\0" not in self._unread:
            if not select.select([self._from], [], [], SECONDS)[0]:
                raise RuntimeError(f"Chromium said nothing for {SECONDS} s")
            read = os.read(self._from, 1 << 20)
            if not read:
                raise RuntimeError("Chromium has ended")
            self._unread += read
        message, self._unread = self._unread.split(b"\0", 1)
        return json.loads(message)


def start(program, profile):
    """A browser that reads its file 3 and writes its file 4, with the other ends of both."""
    # From 10 on, so that none of them is 3 or 4 itself.
    theirs_in, ours_out, ours_in, theirs_out = (fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in (*os.pipe(), *os.pipe()))

    def place():
        os.dup2(theirs_in, 3)
        os.dup2(theirs_out, 4)

    # Root has no sandbox; the pages are ours.
    options = ["--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-dev-shm-usage"]
    options += ["--no-first-run", "--disable-background-networking", f"--user-data-dir={profile}"]
    process = subprocess.Popen([program, *options], stderr=subprocess.DEVNULL, close_fds=False, preexec_fn=place)
    os.close(theirs_in)
    os.close(theirs_out)
    return process, ours_out, ours_in
