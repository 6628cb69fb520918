"""How a feature pipeline is chosen for contents, and made again from its configuration."""

from collections.abc import Mapping, Sequence
from typing import Any

from labeler.learning.errors import InvalidFeatures, UnknownName
from labeler.learning.features.base import Content, FeaturePipeline


def pipeline_from_config(config: Mapping[str, Any]) -> FeaturePipeline:
    """The unfitted pipeline that `config()` described.

    Raises UnknownName for a pipeline that does not exist, InvalidFeatures for a broken configuration.
    """
    from labeler.learning.features.table import TablePipeline
    from labeler.learning.features.text import TextPipeline

    known: dict[str, type[TextPipeline] | type[TablePipeline]] = {
        TextPipeline.name: TextPipeline,
        TablePipeline.name: TablePipeline,
    }
    name = config.get("name")
    if not isinstance(name, str) or name not in known:
        raise UnknownName(f'no feature pipeline "{name}", there are: {", ".join(sorted(known))}')
    settings = {key: value for key, value in config.items() if key != "name"}
    try:
        return known[name](**settings)
    except (TypeError, ValueError, KeyError) as error:
        raise InvalidFeatures(f'the configuration of feature pipeline "{name}" is broken: {error}') from error


def pipeline_for(sample_contents: Sequence[Content], seed: int = 0) -> FeaturePipeline:
    """The pipeline that suits these contents: n-grams for texts, one encoder per column for table rows.

    sample_contents: a few hundred items are enough; all of one kind. seed: kept in no configuration, since
    both pipelines are free of chance; it is here for pipelines that are not.
    Raises InvalidFeatures when the sample is empty or mixes kinds.
    """
    from labeler.learning.features.table import TablePipeline, infer_columns
    from labeler.learning.features.text import TextPipeline

    del seed
    if not sample_contents:
        raise InvalidFeatures("no items to choose features for")
    kinds = {"fields" if "fields" in content else "text" for content in sample_contents}
    if len(kinds) > 1:
        raise InvalidFeatures("items must be all texts or all table rows, not both")
    if kinds == {"text"}:
        return TextPipeline()
    return TablePipeline(columns=[column.as_config() for column in infer_columns(sample_contents)])
