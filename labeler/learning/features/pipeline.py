"""How a feature pipeline is chosen for contents, and made again from its configuration."""

from collections.abc import Mapping, Sequence
from typing import Any

from labeler.contents import Content, kind_of, registry
from labeler.learning.errors import InvalidFeatures, UnknownName
from labeler.learning.features.base import FeaturePipeline


def pipeline_from_config(config: Mapping[str, Any]) -> FeaturePipeline:
    """The unfitted pipeline that `config()` described.

    Raises UnknownName for a pipeline that does not exist, InvalidFeatures for a broken configuration.
    """
    known = {name: made for kind in registry for name, made in kind.pipelines().items()}
    name = config.get("name")
    if not isinstance(name, str) or name not in known:
        raise UnknownName(f'no feature pipeline "{name}", there are: {", ".join(sorted(known))}')
    settings = {key: value for key, value in config.items() if key != "name"}
    try:
        made: FeaturePipeline = known[name](**settings)
    except (TypeError, ValueError, KeyError) as error:
        raise InvalidFeatures(f'the configuration of feature pipeline "{name}" is broken: {error}') from error
    return made


def pipeline_for(
    sample_contents: Sequence[Content], seed: int = 0, wants: frozenset[str] = frozenset()
) -> FeaturePipeline:
    """The pipeline that suits these contents, as their kind chooses it.

    sample_contents: a few hundred items are enough; all of one kind. seed: kept in no configuration, since
    both pipelines are free of chance; it is here for pipelines that are not. wants: see `ContentKind.pipeline`.
    Raises InvalidFeatures when the sample is empty or mixes kinds.
    """
    del seed
    if not sample_contents:
        raise InvalidFeatures("no items to choose features for")
    kinds = {kind_of(content) for content in sample_contents}
    kind = kinds.pop()
    if kinds or kind is None:
        raise InvalidFeatures("items must all be of one kind of content: all texts, or all table rows")
    made: FeaturePipeline = kind.pipeline(sample_contents, wants)
    return made
