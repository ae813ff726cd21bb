"""One thread for each matrix product, so that parallel work is ours to divide.

OpenBLAS's threads wait for each other by spinning. On cores that others use too (web server, database), that made one
question take 169 ms where a single thread takes 43 ms, and a batch of texts twice as long (two cores, load 7).
"""

import ctypes
from pathlib import Path

import numpy as np

_LIBRARIES = ("numpy.libs/libscipy_openblas*", "numpy/.dylibs/libscipy_openblas*")
"""Where numpy's wheels keep the library, beside or inside the package; elsewhere nothing is changed."""
_SETTERS = ("scipy_openblas_set_num_threads64_", "scipy_openblas_set_num_threads")


def use_one_blas_thread() -> bool:
    """For this process, from now on. False where numpy brings no OpenBLAS of its own: slower under load, not wrong."""
    site = Path(np.__file__).parent.parent
    for path in (path for pattern in _LIBRARIES for path in site.glob(pattern)):
        library = ctypes.CDLL(str(path))  # numpy has loaded it: this is a second handle on the same one
        for name in _SETTERS:
            if hasattr(library, name):
                getattr(library, name)(1)
                return True
    return False
