"""Train a model again from a dataset version's folder: what `dvc repro` runs on a model's tag.

    python -m labeler.training.dvc_stage data model.json model

Writes the model, its predictions and metrics, and fails when the predictions are not the recorded ones.
"""

import sys
import tempfile
from functools import partial
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from labeler.datasets.segments import segments_of
from labeler.kit.config import Settings
from labeler.kit.files import write_whole
from labeler.registry.encoders import encoder_for
from labeler.training.fit import fit
from labeler.training.model_spec import representation_in, spec_of
from labeler.training.pool.data import TrainingData
from labeler.training.pool.representation import represent_again

STAGE = b"""stages:
  train:
    cmd: python -m labeler.training.dvc_stage data model.json model
    deps:
      - data
      - model.json
    outs:
      - model
"""


def main(data_folder: Path, config_file: Path, target: Path) -> int:
    config = orjson.loads(config_file.read_bytes())
    manifest = orjson.loads((data_folder / "manifest.json").read_bytes())
    encoder_for(Settings())
    with tempfile.TemporaryDirectory(prefix="labeler-features-") as cache:
        data = TrainingData(
            segments_of(manifest, "items"),
            lambda name: data_folder / name,
            pq.read_table(data_folder / "current.parquet"),
            Path(cache),
            withheld=config.get("withheld", ()),
            left_out_columns=config.get("left_out_columns", ()),
        )
        fitted = fit(
            data, look=partial(represent_again, representation_in(config)), seed=config["seed"], spec=spec_of(config)
        )
    target.mkdir(exist_ok=True)
    fitted.model.save(target)
    columns = {"item": pa.array(data.items)}
    columns |= {f"proba_{name}": pa.array(fitted.proba[:, place]) for place, name in enumerate(fitted.model.classes)}
    pq.write_table(pa.table(columns), target / "predictions.parquet")
    metrics = None if fitted.report is None else fitted.report.to_dict()
    write_whole(target / "metrics.json", orjson.dumps(metrics, option=orjson.OPT_INDENT_2))
    if fitted.predictions_sha256 != config["predictions_sha256"]:
        print(
            "The predictions differ from the recorded ones: other package versions or another processor?",
            file=sys.stderr,
        )
        return 1
    print(f"identical: {len(data.items):,} predictions as recorded")
    return 0


if __name__ == "__main__":
    sys.exit(main(*(Path(argument) for argument in sys.argv[1:4])))
