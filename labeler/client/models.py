"""What models learn, which is in use, and the dataset versions that they are tied to."""

from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import ZipFile

from labeler.client import job
from labeler.client.connection import Connection, Shape
from labeler.client.job import Job
from labeler.wire.datasets import DatasetDiff, DatasetOut
from labeler.wire.error_parts import ErrorParts
from labeler.wire.insight import ItemOut, MistakePage, ModelComparison
from labeler.wire.queue import QueueItem
from labeler.wire.registry import ModelOut, ModelUse, PinOut, Predicted, PredictItem, PredictOut, Rollback
from labeler.wire.retraining import RetrainingState
from labeler.wire.shadows import LaterLabels, ShadowOut
from labeler.wire.test_cases import CaseRunDetail
from labeler.wire.training import ScoreIn, ScoresResult, SearchOut, SearchState

AT_ONCE = 1_000  # items of one request for predictions
PAGE = 200


class Learned:
    """A project's verbs about training, models and dataset versions."""

    client: Connection
    path: str

    def train(self) -> Job:
        return job.start(self.client, f"{self.path}/train")

    def search(self) -> Job:
        """Search for the model that suits the project's labels; `last_search` has the result."""
        return job.start(self.client, f"{self.path}/search")

    def searches(self) -> SearchState:
        """What the last search found, and the one that waits or runs."""
        return self.client.fetch(SearchState, f"{self.path}/search")

    def last_search(self) -> SearchOut | None:
        return self.searches().last

    def rank(self, scores: Iterable[ScoreIn]) -> ScoresResult:
        """Order the queue by the scores of a model outside."""
        body = [score.model_dump(exclude_none=True) for score in scores]
        return self.client.send(ScoresResult, "POST", f"{self.path}/scores", json=body)

    def snapshot(self, message: str = "") -> Job:
        """Make an immutable dataset version; the job's result names it."""
        return job.start(self.client, f"{self.path}/datasets", json={"message": message})

    def datasets(self, most: int | None = None) -> list[DatasetOut]:
        """Dataset versions, newest first."""
        return self._newest(DatasetOut, "datasets", most)

    def dataset(self, version: int) -> DatasetOut:
        return self.client.fetch(DatasetOut, f"{self.path}/datasets/{version}")

    def dataset_card(self, version: int) -> str:
        """The card of a dataset version, in Markdown, with what is known of the data today."""
        return self.client.request("GET", f"{self.path}/datasets/{version}/card").text

    def diff(self, a: int, b: int) -> DatasetDiff:
        """What changed between two dataset versions."""
        return self.client.fetch(DatasetDiff, f"{self.path}/datasets/{a}/diff/{b}")

    def models(self, most: int | None = None) -> list[ModelOut]:
        """Model versions, newest first."""
        return self._newest(ModelOut, "models", most)

    def _newest(self, shape: type[Shape], of: str, most: int | None) -> list[Shape]:
        limit = PAGE if most is None else min(most, PAGE)
        return list(islice(self.client.each(shape, f"{self.path}/{of}", limit=limit), most))

    def model(self, number: int) -> ModelOut:
        return self.client.fetch(ModelOut, f"{self.path}/models/{number}")

    def mistakes(
        self,
        number: int,
        *,
        truth: str | None = None,
        said: str | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> MistakePage:
        """Holdout items that a model answers otherwise than people, the surest first, with counts by kind.

        truth: only those where people said this and the model did not; said: where the model did and people did not.
        """
        asked = {"truth": truth, "said": said, "limit": limit, "cursor": cursor}
        return self.client.fetch(MistakePage, f"{self.path}/models/{number}/mistakes", **asked)

    def compare_models(self, number: int, other: int) -> ModelComparison:
        """How a model does beside another one, on the same holdout items."""
        return self.client.fetch(ModelComparison, f"{self.path}/models/{number}/comparison/{other}")

    def error_parts(self, number: int) -> ErrorParts:
        """Where a model's error comes from, in four parts, each with its interval."""
        return self.client.fetch(ErrorParts, f"{self.path}/models/{number}/error-parts")

    def model_card(self, number: int) -> str:
        """The model's card, in Markdown."""
        return self.client.request("GET", f"{self.path}/models/{number}/card").text

    def model_report(self, number: int) -> str:
        """The model's card with its pictures, as one HTML file that loads nothing."""
        return self.client.request("GET", f"{self.path}/models/{number}/report").text

    def test_run(self, number: int, case_id: int) -> CaseRunDetail:
        """What a model said of each item of a test case, when it was run."""
        return self.client.fetch(CaseRunDetail, f"{self.path}/models/{number}/test-cases/{case_id}")

    def check(self, number: int) -> Job:
        """Run the test cases of now on a model that was trained before; its `test_cases` has what comes of it."""
        return job.start(self.client, f"{self.path}/models/{number}/check")

    def set_stage(
        self, number: int, stage: str, reason: str = "", *, share: float | None = None, override: bool = False
    ) -> ModelOut:
        """stage: live (the one before it retires), shadow (asked unseen what the live one is asked), canary (answers a
        share of the items beside the live one), candidate or retired. override: let it answer though something that is
        required does not hold; takes a reason."""
        body = {"stage": stage, "reason": reason, **({"override": True} if override else {})}
        if share is not None:
            body["share"] = share
        return self.client.send(ModelOut, "POST", f"{self.path}/models/{number}/stage", json=body)

    def use(self) -> list[ModelUse]:
        """What the live model and the canary were asked, by whom, and how long it took."""
        return self.client.page(ModelUse, f"{self.path}/predict/use").items

    def pin(self, number: int) -> PinOut:
        """Ask for this model from now on, whatever is live: of the token that this client has."""
        return self.client.send(PinOut, "PUT", f"{self.path}/predict/pin", json={"model": number})

    def pins(self) -> list[PinOut]:
        """Programs that ask for one model, whatever is live."""
        return self.client.page(PinOut, f"{self.path}/predict/pins").items

    def unpin(self, token_id: int) -> None:
        """This token gets the live model's predictions again."""
        self.client.delete(f"{self.path}/predict/pins/{token_id}")

    def shadows(self) -> list[ShadowOut]:
        """What models that are shadows say of what was asked, beside what was answered."""
        return self.client.page(ShadowOut, f"{self.path}/predict/shadows").items

    def later_labels(self) -> list[LaterLabels]:
        """How often each model was right on items that were first labeled after it had answered them."""
        return self.client.page(LaterLabels, f"{self.path}/predict/later-labels").items

    def promote(self, number: int, reason: str = "", *, override: bool = False) -> ModelOut:
        """Make a model live: it answers `predict` from now on. See `set_stage`."""
        return self.set_stage(number, "live", reason, override=override)

    def live_before(self) -> int | None:
        """The model that `rollback` would make live again; None where no other one ever was."""
        return self.client.fetch(Rollback, f"{self.path}/rollback").model

    def rollback(self) -> ModelOut:
        """Make the model live again that was live before."""
        return self.client.send(ModelOut, "POST", f"{self.path}/rollback")

    def retraining(self) -> RetrainingState:
        """When the live model is challenged next, and what became of challenges and tests of the pipeline."""
        return self.client.fetch(RetrainingState, f"{self.path}/retraining")

    def challenge(self) -> Job:
        """Hold the newest model against the live one now; it goes live where the policy says so."""
        return job.start(self.client, f"{self.path}/retraining/challenge")

    def test_pipeline(self) -> Job:
        """Train the live model again from the raw items of its dataset version, and compare each prediction."""
        return job.start(self.client, f"{self.path}/retraining/pipeline-test")

    def reproduce(self, number: int) -> Job:
        """Train a model again from its dataset version; the result is a `Reproduction`."""
        return job.start(self.client, f"{self.path}/models/{number}/reproduce")

    def export_model(self, number: int, folder: str | Path, examples: int = 20, *, onnx: bool = False) -> Path:
        """Write a model as a folder that answers without the service (its README says how), whole or not at all.

        examples: items of the project that go along, with what the model says of them, for `labeler.outside.check`.
        onnx: as an ONNX graph instead of with the code that reads it, where the model can be expressed so.
        Raises FileExistsError where the folder is there already and not empty.
        """
        target = Path(folder)
        if target.exists() and (not target.is_dir() or any(target.iterdir())):
            raise FileExistsError(f"{target} is there already: name a new folder")
        target.parent.mkdir(parents=True, exist_ok=True)
        asked: dict[str, Any] = {"examples": examples, **({"format": "onnx"} if onnx else {})}
        with TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as beside:
            packed = Path(beside) / "model.zip"
            with open(packed, "wb") as file:
                for chunk in self.client.stream(f"{self.path}/models/{number}/export", **asked):
                    file.write(chunk)
            with ZipFile(packed) as archive:
                archive.extractall(Path(beside) / "unpacked")
            (whole,) = (Path(beside) / "unpacked").iterdir()
            if target.exists():
                target.rmdir()
            whole.replace(target)
        return target

    def predict(self, items: Iterable[str | dict[str, Any] | PredictItem | QueueItem | ItemOut]) -> list[Predicted]:
        """Predictions of the live model, in the items' order: for texts, for objects as they are added (`{text}` or
        `{fields}`), or for items that were read."""
        given: Sequence[dict[str, Any]] = [_to_predict(item) for item in items]
        found: list[Predicted] = []
        for start in range(0, len(given), AT_ONCE):
            body = {"items": given[start : start + AT_ONCE]}
            answer = self.client.send(PredictOut, "POST", f"{self.path}/predict", json=body)
            found += answer.predictions
        return found


def _to_predict(item: str | dict[str, Any] | PredictItem | QueueItem | ItemOut) -> dict[str, Any]:
    if isinstance(item, str):
        return {"text": item}
    if isinstance(item, QueueItem | ItemOut):
        return {"key": item.key, **item.content}
    return item.model_dump(exclude_none=True) if isinstance(item, PredictItem) else item
