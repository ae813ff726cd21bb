"""The library that numpy computes with is found and told."""

import ctypes
from pathlib import Path

import numpy as np

from schema_index.embedding.blas_threads import use_one_blas_thread


def test_numpys_own_openblas_runs_on_one_thread() -> None:
    bundled = list((Path(np.__file__).parent.parent / "numpy.libs").glob("libscipy_openblas*"))
    assert use_one_blas_thread() is bool(bundled)
    for path in bundled:
        assert ctypes.CDLL(str(path)).scipy_openblas_get_num_threads64_() == 1
