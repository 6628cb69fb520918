"""What a model learns from: a dataset version's files, with the features of each segment kept on disk."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from scipy.sparse import csr_matrix, vstack

from labeler.contents import Content, cells_of, without_columns
from labeler.datasets.reading import Version
from labeler.datasets.segments import Segment
from labeler.items.versions import VersionSchema
from labeler.kit.config import Settings
from labeler.learning import problems
from labeler.learning.errors import InvalidFeatures
from labeler.learning.features.base import FeaturePipeline
from labeler.learning.features.pipeline import pipeline_for
from labeler.learning.features.store import load_block, save_block
from labeler.learning.numeric.types import Array
from labeler.learning.problems import Problem
from labeler.learning.semi_supervised.label_descriptions import texts_of
from labeler.training.pool.dask import over_cluster

SAMPLE = 500  # items that the choice of features looks at


@dataclass
class TrainingData:
    """Items of a dataset version in their order, their consensus labels, and where their content is.

    path_of gives the file of a segment; features are cached below `cache`; scheduler: of the Dask cluster that
    makes them, see `dask`; withheld: ids of items whose labels are not trained on, since they are in test cases;
    left_out_columns: of a table, that no new pipeline reads (docs/decisions/0050-usefulness-of-columns.md).
    """

    segments: Sequence[Segment]
    path_of: Callable[[str], Path]
    current: pa.Table
    cache: Path
    scheduler: str = ""
    withheld: Sequence[int] = ()
    left_out_columns: Sequence[str] = ()

    @cached_property
    def _columns(self) -> tuple[Array, Array]:
        tables = [pq.read_table(self.path_of(s.file), columns=["item", "split"]) for s in self.segments]
        if not tables:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=bool)
        table = pa.concat_tables(tables)
        holdout = pa.compute.equal(table["split"], "holdout").to_numpy(zero_copy_only=False)
        return table["item"].to_numpy(), holdout.astype(bool)

    @property
    def items(self) -> Array:
        """Item ids, int64 (items,), rising."""
        return self._columns[0]

    @property
    def holdout(self) -> Array:
        """bool (items,): drawn for judging, never trained on."""
        return self._columns[1]

    @cached_property
    def is_withheld(self) -> Array:
        """bool (items,): in a test case, so not trained on. docs/decisions/0040-test-cases-and-slices.md"""
        return np.isin(self.items, np.asarray(self.withheld, dtype=np.int64))

    @cached_property
    def schema(self) -> VersionSchema:
        return VersionSchema.of(orjson.loads(self.path_of("schema.json").read_bytes()))

    @property
    def problem(self) -> Problem:
        """The learning problem of the version's kind of question."""
        return problems.find(self.schema.task.problem)

    @cached_property
    def _labeled(self) -> tuple[Array, list[Any]]:
        positions = np.searchsorted(self.items, self.current["item"].to_numpy())
        load = self.schema.task.load
        return positions, [load(text) for text in self.current["value"].to_pylist()]

    @property
    def left_out(self) -> list[int]:
        """Ids of the items whose labels would be trained on, were they not withheld; rising."""
        positions = self._labeled[0]
        return sorted(self.items[positions[(self.is_withheld & ~self.holdout)[positions]]].tolist())

    def labeled(self, holdout: bool) -> tuple[Array, list[Any]]:
        """Rising positions and answers of the labeled items in the holdout, or of those that are trained on."""
        positions, values = self._labeled
        mine = self.holdout if holdout else ~(self.holdout | self.is_withheld)
        chosen = np.flatnonzero(mine[positions])
        chosen = chosen[np.argsort(positions[chosen], kind="stable")]
        return positions[chosen], [values[place] for place in chosen]

    @cached_property
    def said(self) -> dict[str, list[str]]:
        """What schema and guideline of this version say about each label, or step of a scale."""
        written = self.schema.schema.descriptions()
        guideline = self.path_of("guideline.md").read_text()
        texts = dict(zip(written, texts_of(list(written), written, guideline), strict=True))
        if self.schema.schema.label_names:
            return texts
        # A number says nothing by itself: only what is written about it.
        return {name: found[1:] for name, found in texts.items() if found[1:]}

    @property
    def unlabeled(self) -> Array:
        """bool (items,)."""
        mask = np.ones(len(self.items), dtype=bool)
        mask[self._labeled[0]] = False
        return mask

    def _contents(self, segment: Segment, rows: Array | None = None) -> list[Content]:
        path = self.path_of(segment.file)
        there = pq.read_schema(path).names
        columns = [name for name in self.schema.content_columns() if name in there]
        table = pq.read_table(path, columns=columns)
        if rows is not None:
            table = table.take(rows)
        kind_of = self.schema.kind_of
        return [kind_of(row).from_columns(row) for row in table.to_pylist()]

    def contents(self, positions: Array) -> list[Content]:
        """Contents of these items without the columns that are left out, in the given order; reads only the segments
        they are in."""
        starts = np.cumsum([0] + [segment.rows for segment in self.segments])
        found: dict[int, Content] = {}
        owner = np.searchsorted(starts, positions, side="right") - 1
        for number in np.unique(owner):
            mine = positions[owner == number]
            rows = self._contents(self.segments[number], mine - starts[number])
            found.update(zip(mine.tolist(), rows, strict=True))
        gone = frozenset(self.left_out_columns)
        return [without_columns(found[position], gone) for position in positions.tolist()]

    def choose_pipeline(self) -> FeaturePipeline:
        """By the first items, which never change: the same version always gives the same features."""
        sample = self.contents(np.arange(min(SAMPLE, len(self.items))))
        if self.left_out_columns and not any(map(cells_of, sample)):
            raise InvalidFeatures("every column is left out: nothing is left to learn from")
        return pipeline_for(sample, wants=self.problem.wants)

    def blocks(self, pipeline: FeaturePipeline) -> list[csr_matrix]:
        """Raw features, a block a segment: read from disk where an earlier training made them."""
        paths = [self.cache / pipeline.key() / segment.sha256 for segment in self.segments]
        missing = [number for number, path in enumerate(paths) if not _is_whole(path)]
        # Whole ones: they are kept by the pipeline's key, which says what it reads of them.
        contents = (self._contents(self.segments[number]) for number in missing)
        for number, block in zip(missing, over_cluster(self.scheduler, pipeline.extract, contents, map), strict=True):
            save_block(paths[number], block)
        return [load_block(path) for path in paths]

    def rows(self, pipeline: FeaturePipeline, blocks: Sequence[csr_matrix], positions: Array) -> csr_matrix:
        """Features of these items, in order of their position (which must rise)."""
        starts = np.cumsum([0] + [block.shape[0] for block in blocks])
        parts = []
        for number, block in enumerate(blocks):
            mine = positions[(positions >= starts[number]) & (positions < starts[number + 1])] - starts[number]
            if len(mine):
                parts.append(pipeline.transform(block[mine]))
        return vstack(parts, format="csr")


def _is_whole(path: Path) -> bool:
    try:
        load_block(path)
    except (FileNotFoundError, ValueError):
        return False
    return True


def data_of(
    settings: Settings,
    project_id: int,
    version: Version,
    withheld: Sequence[int] = (),
    left_out_columns: Sequence[str] = (),
) -> TrainingData:
    """A dataset version of this installation, with the project's feature cache."""
    cache = settings.home / "features" / str(project_id)
    return TrainingData(
        version.segments("items"),
        version.path,
        version.current_table(),
        cache,
        settings.dask_scheduler,
        withheld,
        left_out_columns,
    )


def data_of_model(settings: Settings, project_id: int, version: Version, config: Mapping[str, Any]) -> TrainingData:
    """What a model learned from, by its configuration, as its training saw it. version: its dataset version."""
    seen = config.get("withheld", ()), config.get("left_out_columns", ())
    return data_of(settings, project_id, version, *seen)
