"""The Node.js that Playwright brings, so that JavaScript of the documents is tried wherever the tests are installed."""

from pathlib import Path

import playwright

NODE = str(Path(playwright.__file__).parent / "driver" / "node")
