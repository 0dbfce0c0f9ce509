"""Whether the classes of the extension are as pyo3 makes them, their type slots not replaced. What differs then is seen by the collector alone."""

import parsimd

HAS_PLAIN_CLASSES = parsimd._parsimd.PLAIN_CLASSES is not None
