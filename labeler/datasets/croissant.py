"""A dataset version in the Croissant format 1.1 (MLCommons), with the fields of its vocabulary for responsible AI (RAI
1.0): catalogs and loaders of others read it, and each file it names has its SHA-256.

https://docs.mlcommons.org/croissant/docs/croissant-spec-1.1.html, .../croissant-rai-spec.html
"""

import importlib.metadata
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from labeler import DISTRIBUTION
from labeler.contents import ContentKind
from labeler.datasets.answered import answered_of, columns_of, fields_of
from labeler.datasets.manifest import all_files
from labeler.datasets.segments import FLAGS, LABELS, items_schema
from labeler.projects.access import Project

CONFORMS = ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"]
_OWN = (
    *("arrayShape", "citeAs", "column", "containedIn", "equivalentProperty", "extract", "field", "fileObject"),
    *("fileProperty", "fileSet", "format", "includes", "isArray", "isLiveDataset", "jsonPath", "key", "md5"),
    *("parentField", "path", "recordSet", "references", "regex", "repeated", "replace", "samplingRate", "separator"),
    *("source", "subField", "transform"),
)
CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "description": {"@container": "@language"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "name": {"@container": "@language"},
    **{name: f"cr:{name}" for name in _OWN},
}
_TYPES = {"string": "sc:Text", "bool": "sc:Boolean", "float": "cr:Float32", "double": "cr:Float64"}
_TYPES |= {"int16": "cr:Int16", "int32": "cr:Int32", "int64": "cr:Int64"}
_MEANING = {
    "item": "Number of the item.",
    "key": "Key of the item, as its owner gave it.",
    "label": "The answer in force.",
    "value": "The label as JSON, in the schema version beside it.",
    "confidence": "How sure the answer is, from 0 to 1.",
    "method": "How the answer was made of its labels.",
    "labels": "How many labels the answer was made of.",
    "metadata": "What came along with the item, as JSON.",
    "split": "holdout: the random sample that no model is trained on.",
    "pick": "How the item was chosen for labeling, and with what probability if it was drawn, as JSON.",
    "suggestion": "What a model suggested to the labeler, as JSON.",
    "supersedes": "The label that this one corrects.",
}


def describe(project: Project, kind: ContentKind, manifest: Mapping[str, Any], created_at: str) -> dict[str, Any]:
    """The JSON-LD document of a version whose manifest is complete."""
    answered = answered_of(manifest)
    sets = {
        "answered": (
            [one.file for one in answered],
            columns_of(kind, project.task, fields_of(answered)),
            "Items with their answer, to learn from; the files in train/ and test/ are the splits.",
        ),
        "items": (_files(manifest, "items"), _columns(items_schema(kind)), "Every item, in the order it came."),
        "labels": (_files(manifest, "labels"), _columns(LABELS), "Every label as it was given."),
        "flags": (["flags.parquet"], _columns(FLAGS), "What labelers found hard, and how it was resolved."),
    }
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "name": manifest["project"],
        "description": f"{project.name}, dataset version {manifest['version']}: {manifest['message']}",
        "conformsTo": CONFORMS,
        "version": f"{manifest['version']}.0.0",
        "datePublished": created_at,
        **_about_labels(project, manifest),
        "distribution": [
            *(_file_object(*one) for one in sorted(all_files(manifest).items())),
            *(_file_set(name, files) for name, (files, _, _) in sets.items() if len(files) > 1),
        ],
        "recordSet": [_record_set(name, *about) for name, about in sets.items() if about[0]],
    }


def _files(manifest: Mapping[str, Any], kind: str) -> list[str]:
    return [entry["file"] for entry in manifest["segments"][kind]]


def _columns(schema: pa.Schema) -> dict[str, pa.DataType]:
    return {field.name: field.type for field in schema}


def _file_object(name: str, entry: Mapping[str, Any]) -> dict[str, Any]:
    endings = {"parquet": "application/x-parquet", "json": "application/json", "md": "text/markdown"}
    return {
        "@type": "cr:FileObject",
        "@id": name,
        "name": name,
        "contentUrl": name,
        "contentSize": f"{entry['bytes']} B",
        "encodingFormat": endings[name.rsplit(".", 1)[-1]],
        "sha256": entry["sha256"],
    }


def _file_set(name: str, files: Sequence[str]) -> dict[str, Any]:
    return {
        "@type": "cr:FileSet",
        "@id": f"{name}-files",
        "name": f"{name}-files",
        "containedIn": [{"@id": file} for file in files],
        "encodingFormat": "application/x-parquet",
        "includes": f"{name}/**.parquet",
    }


def _record_set(name: str, files: Sequence[str], columns: Mapping[str, pa.DataType], about: str) -> dict[str, Any]:
    source = {"fileObject": {"@id": files[0]}} if len(files) == 1 else {"fileSet": {"@id": f"{name}-files"}}
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": about,
        "field": [_field(name, column, type, source) for column, type in columns.items()],
    }


def _field(record_set: str, column: str, type: pa.DataType, source: Mapping[str, Any]) -> dict[str, Any]:
    several = pa.types.is_list(type)
    inner = type.value_type if several else type
    field = {
        "@type": "cr:Field",
        "@id": f"{record_set}/{column}",
        "name": f"{record_set}/{column}",
        "dataType": _TYPES.get(str(inner), "sc:DateTime"),
        "source": {**source, "extract": {"column": column}},
    }
    if column in _MEANING:
        field["description"] = _MEANING[column]
    return field | ({"isArray": True, "arrayShape": "-1"} if several else {})


def _about_labels(project: Project, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of the vocabulary for responsible AI that the version's own labels tell."""
    facts, counts = manifest["labeling"], manifest["counts"]
    guideline = manifest["guideline_version"]
    descriptions = [f"{name}: {text}" if text else name for name, text in project.schema.descriptions().items()]
    instructions = "no guideline" if guideline is None else f"guideline version {guideline} (guideline.md)"
    told: dict[str, Any] = {
        "dataCollection": f"{counts['items']} items of kind {project.content or 'text'} were brought to the project.",
        "dataAnnotationProtocol": f"Task type {project.task_type}, {instructions}, label schema version "
        f"{manifest['schema_version']} (schema.json). {'; '.join(descriptions)}",
        "dataAnnotationPlatform": f"{DISTRIBUTION} {importlib.metadata.version(DISTRIBUTION)}",
        "dataAnnotationAnalysis": _analysis(facts),
        "annotationsPerItem": "; ".join(f"{n}: {times} items" for n, times in facts["per_item"].items()) or "none",
        "annotatorDemographics": f"Labelers by kind: {_listed(facts['labelers'])}. Nothing else is known of them.",
        "machineAnnotationTools": _machines(facts),
        "dataBiases": f"What was labeled was chosen, not drawn: {_listed(facts['chosen_by'])} (labels in force). Only "
        f"the holdout ({counts['holdout']} answered items, split test) is a random sample.",
    }
    if facts["first"]:
        told["dataCollectionTimeFrame"] = [facts["first"], facts["last"]]
    return {f"rai:{name}": value for name, value in told.items()}


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in counts.items()) or "none"


def _analysis(facts: Mapping[str, Any]) -> str:
    agreed = facts["agreement"]
    measured = "no item has several labels" if agreed is None else f"observed agreement of pairs of labels {agreed:.3f}"
    return f"Labels in force by kind of labeler: {_listed(facts['by_kind'])}; {measured}. Every label is in labels/."


def _machines(facts: Mapping[str, Any]) -> str:
    models = {kind: number for kind, number in facts["by_kind"].items() if kind != "person"}
    suggested = f"labels given beside a model's suggestion: {facts['suggested']}"
    return f"Labels not given by people: {_listed(models)}; {suggested}."
