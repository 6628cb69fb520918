"""A kind of content: gray pictures, row by row."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from labeler.contents import Check, Content, ContentKind, ContentRefused, content
from labeler.learning.features.base import pipeline_key


@content("acme_image")
class Image(ContentKind):
    """A gray picture."""

    field = "acme_image"
    columns = {"acme_image": "string"}  # noqa: RUF012

    def validate(self, value: Any, check: Check) -> Content:
        check(self.field, value)
        pixels = value if isinstance(value, list) else []
        if not pixels or any(not isinstance(row, list) or len(row) != len(pixels[0]) for row in pixels):
            raise ContentRefused(self.field, "must be rows of pixels, all of one length")
        if any(type(pixel) is not int or not 0 <= pixel <= 255 for row in pixels for pixel in row):
            raise ContentRefused(self.field, "holds a pixel that is no whole number from 0 to 255")
        return {"acme_image": value}

    def preview(self, content: Content) -> str:
        return f"{len(content['acme_image'][0])} x {len(content['acme_image'])} pixels"

    def to_columns(self, content: Content) -> dict[str, Any]:
        return {"acme_image": json.dumps(content["acme_image"])}

    def from_columns(self, row: Mapping[str, Any]) -> Content:
        return {"acme_image": json.loads(row["acme_image"])}

    def pipelines(self) -> dict[str, type[Any]]:
        return {Pixels.name: Pixels}

    def pipeline(self, sample: Sequence[Content], wants: frozenset[str] = frozenset()) -> Any:
        return Pixels()


class Pixels:
    """Each pixel a feature."""

    name = "acme_pixels"

    def config(self) -> dict[str, Any]:
        return {"name": self.name}

    def key(self) -> str:
        return pipeline_key(self.name, {})

    def extract(self, contents: Sequence[Content]) -> csr_matrix:
        rows = [np.ravel(content["acme_image"]) for content in contents]
        return csr_matrix(np.array(rows, dtype=np.float32).reshape(len(contents), -1))

    def fit(self, blocks: Sequence[csr_matrix]) -> None:
        pass

    def transform(self, block: csr_matrix) -> csr_matrix:
        length = np.sqrt(block.multiply(block).sum(axis=1)).A1
        return csr_matrix(block.multiply(1 / np.maximum(length, 1e-9)[:, None]), dtype=np.float32)

    def similarity(self, features: csr_matrix) -> csr_matrix:
        return features

    def cells(self, features: csr_matrix) -> None:
        return None

    def state(self) -> dict[str, Any]:
        return {}

    def set_state(self, state: dict[str, Any]) -> None:
        pass
