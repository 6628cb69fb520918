"""The array type of every signature; docstrings give shapes and element types."""

from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
