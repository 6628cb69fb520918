"""Clients that generators make of the OpenAPI description: whole, and understood by the service."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import generated_client
import pytest
from sample_texts import texts

from labeler.kit.config import Settings

NODE = shutil.which("node")
TYPESCRIPT = Path(__file__).resolve().parents[1] / "typescript"
P = {"project_id": "sms"}


@pytest.fixture(scope="module")
def complaints(description: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    folder = tmp_path_factory.mktemp("generated")
    yield generated_client.generate_client(description, folder)
    generated_client.forget(folder)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"llm_allowed_hosts": "llm.example.org"})


@pytest.fixture
def call(service: Any, admin: Any, complaints: list[str]) -> generated_client.Generated:
    token = admin.client._http.headers["authorization"].removeprefix("Bearer ")
    return generated_client.Generated(admin.client._http._transport, token)


def test_a_client_is_generated_without_a_complaint(complaints: list[str]) -> None:
    assert complaints == []


@pytest.mark.one_database
def test_every_operation_is_called_through_a_generated_client(
    service: Any, description: dict[str, Any], call: generated_client.Generated
) -> None:
    people(call)
    projects(call)
    items(call)
    imports(call)
    labels(call)
    service.run_jobs()
    models(call)
    tried_cases(call)
    rules(call)
    language_models(call)
    hooks(call)
    campaigns(call)
    assignments(call)
    label_errors(call)
    bulk_labels(call)
    hard_items(call)
    ends(call)
    every = {one["operationId"] for path in description["paths"].values() for one in path.values()}
    assert every - call.called == set()


def people(call: generated_client.Generated) -> None:
    assert call("get_me").user.role == "admin"
    assert call("ways_in").password
    call("begin_log_in", expected=404, body=call.shape("BeginLogIn", back="/label"))
    invited = call("create_user", expected=201, body=call.shape("UserIn", email="ada@example.org", name="Ada"))
    call("list_users")
    assert call("change_me", body=call.shape("MeChange", name="Root")).name == "Root"
    call("list_sessions")
    call("end_session", expected=404, session_id="0123456789abcdef")
    call("end_other_sessions", expected=204)
    call("unlink_identity", expected=404, user_id=invited.id)
    call("change_user", user_id=invited.id, body=call.shape("UserChange", name="Ada L."))
    invitation = call("invite_again", user_id=invited.id).invitation_url
    invitee = call.shape("CheckInvitation", token=invitation.partition("#")[2])
    assert call("check_invitation", body=invitee).email == "ada@example.org"
    accepted = {"token": invitation.partition("#")[2], "password": "a long enough password"}
    assert call("accept_invitation", body=call.shape("AcceptInvitation", **accepted)).user.name == "Ada L."
    login = {"email": "ada@example.org", "password": "a long enough password"}
    assert call("log_in", body=call.shape("LogIn", **login)).csrf_token
    call("log_in", expected=401, body=call.shape("LogIn", **{**login, "password": "wrong"}))
    new = {"current": "not the right one", "new": "another long password"}
    call("change_password", expected=401, body=call.shape("ChangePassword", **new))
    made = call("create_token", expected=201, body=call.shape("TokenIn", name="nightly", scopes=["read"]))
    call("list_tokens")
    call("revoke_token", expected=204, token_id=made.id)


def projects(call: generated_client.Generated) -> None:
    named = [{"name": "spam"}, {"name": "ham"}]
    made = {"name": "SMS", "task_type": "choice", "labels": named, "settings": {"strategy": "margin"}}
    assert call("create_project", expected=201, body=call.shape("ProjectIn", **made)).slug == "sms"
    call("list_projects")
    call("get_project", **P)
    call("change_project", **P, body=call.shape("ProjectChange", settings={"retrain_every": 6}))
    member = call.shape("MemberIn", email="ada@example.org", role="labeler")
    call("add_member", expected=201, **P, body=member)
    for name in ("list_task_types", "list_strategies", "list_model_choices", "list_metrics", "list_formats"):
        call(name)
    call("list_schemas", **P)
    call("get_schema", **P, version=1)
    change = {"labels": [*named, {"name": "unsure"}], "mapping": {}}
    call("change_schema", **P, body=call.shape("SchemaChange", **change, dry_run=True))
    call("save_draft", expected=201, **P, body=call.shape("GuidelineIn", text="# Spam\n\nAdvertising."))
    call("publish_guideline", **P, version=1, body=call.shape("Publish", note="first"))
    call("list_guidelines", **P)
    call("get_guideline", **P, version=1)
    call("current_guideline", **P)
    call("compare_guidelines", **P, a=1, b=1)
    call("acknowledge_guideline", expected=204, **P, version=1)
    assert call("guideline_impact", **P, version=1).select is None


def items(call: generated_client.Generated) -> None:
    rows = texts(40)
    one, many = call.shape("ItemIn", **rows[0]), [call.shape("ItemIn", **row) for row in rows[1:20]]
    assert call("push_items", **P, body=one).taken == 1
    assert call("push_items", **P, body=many).taken == 19
    lines = b"".join(json.dumps(row).encode() + b"\n" for row in rows[20:])
    assert call("push_item_lines", **P, body=call.file(lines)).taken == 20
    key = rows[0]["key"]
    found = call("list_items", **P, limit=5)
    assert len(found.items) == 5 and found.next_cursor
    assert call("get_item", **P, key=key).content.to_dict() == {"text": rows[0]["text"]}
    call("item_history", **P, key=key)
    call("get_progress", **P)
    scores = b'{"key": "m1", "score": 0.9}\n{"key": "m2", "score": 0.1}\n'
    assert call("push_score_lines", **P, body=call.file(scores)).ranked == 2
    assert call("push_scores", **P, body=[call.shape("ScoreIn", key="m3", score=0.5)]).ranked == 1


def imports(call: generated_client.Generated) -> None:
    def form(shape: str, **more: Any) -> Any:
        body = getattr(call.models, shape)(file=call.file(b"id,message\nx1,first\nx2,second\n", "new.csv"), **more)
        return body

    mapping = {"key": "id", "text": "message", "format": "csv"}
    assert call("preview_import", body=form("BodyPreviewImport")).format_ == "csv"
    assert call("preview_import_into", **P, body=form("BodyPreviewImportInto")).content == "text"
    chosen = call.shape("ImportMappingInput", **mapping)
    job = call("import_file", expected=202, **P, body=form("BodyImportFile", mapping=chosen, dry_run=True))
    assert call("get_job", job_id=job.id).kind == "items.import"
    call("list_jobs", project="sms")
    call("cancel_job", job_id=job.id)
    assert call("list_databases", **P).items == []
    refused = call("list_tables", expected=422, **P, database="crm")
    assert "LABELER_IMPORT_DATABASES" in refused.detail
    assert call("list_new_project_databases").items == []
    call("list_new_project_tables", expected=422, database="crm")
    table = {"database": "crm", "table": "messages", "mapping": mapping}
    call("preview_new_project_table", expected=422, body=call.shape("TableIn", **table))
    call("preview_table", expected=422, **P, body=call.shape("TableIn", **table))
    call("import_table", expected=422, **P, body=call.shape("TableImportIn", **table))
    assert "event: job" in call("follow_job", job_id=job.id)


def labels(call: generated_client.Generated) -> None:
    offered = call("next_items", **P, body=call.shape("NextIn", n=2)).items
    call("release_items", expected=204, **P, body=call.shape("ReleaseIn", lease_tokens=[offered[1].lease.token]))
    said = {"item_key": "m0", "value": "spam", "idempotency_key": "first"}
    made = call("submit_labels", expected=201, **P, body=call.shape("LabelAndNext", **said))
    assert call("submit_labels", **P, body=call.shape("LabelAndNext", **said)).label.id == made.label.id
    pair = [call.shape("LabelIn", item_key=key, value="ham") for key in ("m1", "m2")]
    assert len(call("submit_labels", expected=201, **P, body=pair).labels) == 2
    more = [{"item_key": f"m{n}", "value": ("spam", "ham")[n % 2]} for n in range(3, 20)]
    lines = b"\n".join(json.dumps(one).encode() for one in more)
    assert len(call("submit_label_lines", expected=201, **P, body=call.file(lines)).labels) == 17
    call("undo_label", **P, label_id=made.label.id)
    skipped = call("skip_item", expected=201, **P, body=call.shape("SkipIn", item_key="m20", reason="Not clear"))
    call("undo_skip", **P, skip_id=skipped.skip.id)
    flagged = call("flag_item", expected=201, **P, body=call.shape("FlagIn", item_key="m21", reason="Ambiguous"))
    call("undo_flag", **P, flag_id=flagged.flag.id)
    call("flag_item", expected=201, **P, body=call.shape("FlagIn", item_key="m22", reason="Ambiguous"))
    open_ones = call("list_flags", **P).items
    call("resolve_flag", **P, flag_id=open_ones[0].id, body=call.shape("ResolveFlag", note="Clear now."))
    assert call("reopen_flag", **P, flag_id=open_ones[0].id).state == "open"
    call("resolve_flag", **P, flag_id=open_ones[0].id, body=call.shape("ResolveFlag", note="Clear now."))
    assert len(call("list_own_answers", **P, limit=20).items) == 20
    assert call("list_own_flags", **P).items == []  # one decided them oneself
    call("read_own_flag", expected=204, **P, flag_id=open_ones[0].id)
    read = call("stream_labels", **P).payload.read().splitlines()
    assert len(read) == 21
    assert len(call("stream_answers", **P).payload.read().splitlines()) == 19
    call("make_snapshot", expected=202, **P, body=call.shape("SnapshotIn", message="some labels"))
    call("train_model", expected=202, **P)


def models(call: generated_client.Generated) -> None:
    version = call("list_datasets", **P).items[0].version
    call("get_dataset", **P, version=version)
    assert "#" in call("get_dataset_card", **P, version=version)
    call("compare_datasets", **P, a=1, b=version)
    exported = call("export_items", **P, format_=call.models.ExportItemsFormat.CSV, dataset=version)
    assert b"key" in exported.payload.readline()
    assert len(call("similar_items", **P, key="m0", n=3).items) == 3
    meant = call("like_items", expected=409, **P, body=call.shape("LikeIn", like={"text": "a prize"}))
    assert "sentence encoder" in meant.detail
    assert len(call("comparable_items", **P, key="m0", n=3).items) == 3
    number = call("list_models", **P).items[0].number
    call("get_model", **P, number=number)
    assert "#" in call("get_model_card", **P, number=number)
    assert "<svg" in call("get_model_report", **P, number=number)
    assert call("export_model", **P, number=number, examples=1).payload.read().startswith(b"PK")
    assert call("get_agreement", **P).why == "no_overlap"
    assert call("get_human_level", **P).labels == 0
    assert call("get_prevalence", **P).items > 0
    assert call("get_anchoring", **P).state == "off"
    assert call("get_overlap_saved", **P).why == "not_adaptive"
    found = call("list_standings", **P)
    assert found.training == "off"
    paused = call.shape("StandingChange", action="pause", note="A break")
    assert call("change_standing", **P, labeler_id=found.items[0].labeler.id, body=paused).state == "paused"
    assert call("list_labelers", **P).items[0].labels > 0
    someone = {**P, "labeler_id": found.items[0].labeler.id}
    assert call("set_labeler_terms", **someone, body=call.shape("TermsIn", per_day=500)).per_day == 500
    assert call("get_labeler_terms", **someone).skills == []
    assert call("set_gold", **P, body=call.shape("GoldList", items=[{"item_key": "m1", "value": "ham"}])).set_ == 1
    assert call("promote_to_gold", **P, body=call.shape("GoldPromotion", dry_run=True)).keys == []
    assert [row.item_key for row in call("list_gold", **P).items] == ["m1"]
    kept = call("review_answer", expected=201, **P, body=call.shape("ReviewIn", item_key="m2", action="keep"))
    assert call("undo_review", **P, review_id=kept.id).state == "undone"
    assert len(call("list_reviews", **P).items) == 1 and call("get_review_queue", **P).open_ == 0
    call("add_comment", expected=201, **P, body=call.shape("CommentIn", item_key="m2", text="Is this right?"))
    assert len(call("list_comments", **P, item_key="m2").items) == 1
    assert call("list_mentions").items == []
    call("read_comment", expected=404, **P, comment_id=1)
    call("remove_gold", expected=204, **P, body=call.shape("GoldKeys", item_keys=["m1"]))
    assert "auto" in [row.name for row in call("list_answer_methods").items]
    assert call("list_mistakes", **P, number=number, limit=5).judged >= 0
    assert call("compare_models", **P, number=number, other=number).better == 0
    assert len(call("get_error_parts", **P, number=number).parts) == 4
    call("set_stage", **P, number=number, body=call.shape("StageIn", stage="live"))
    assert call("get_rollback", **P).model is None
    call("roll_back", expected=409, **P)
    call("reproduce_model", expected=202, **P, number=number)
    asked = call.shape("PredictIn", items=[{"text": "win a prize"}])
    assert call("predict_items", **P, body=asked).predictions[0].value in ("spam", "ham")
    for name in ("get_learning_curve", "get_confusion", "get_views", "get_search"):
        call(name, **P)
    call("search_model", expected=202, **P)


def tried_cases(call: generated_client.Generated) -> None:
    number = call("list_models", **P).items[0].number
    expected = [{"item_key": "m30", "value": "ham"}]
    made = call("create_test_case", expected=201, **P, body=call.shape("CaseIn", name="Ours", items=expected))
    assert [one.id for one in call("list_test_cases", **P, item_key="m30").items] == [made.id]
    mine = {**P, "case_id": made.id}
    assert call("change_test_case", **mine, body=call.shape("CaseChange", min_share=0.5)).min_share == 0.5
    more = call.shape("CaseItemList", items=[{"item_key": "m31", "value": "spam"}])
    assert call("set_test_case_items", **mine, body=more).items == 2
    assert call("drop_test_case_items", **mine, body=call.shape("CaseKeys", item_keys=["m31"])).items == 1
    assert call("get_test_case", **mine).entries[0].value == "ham"
    part = call("create_slice", expected=201, **P, body=call.shape("SliceIn", name="Free", query={"q": "free"}))
    assert [one.id for one in call("list_slices", **P).items] == [part.id]
    call("check_model", expected=202, **P, number=number)
    assert call("get_model_test_case", **mine, number=number).why == "not_run"
    assert call("get_use", **P).items is not None
    assert call("list_shadows", **P).items == []
    wanted = [{"url": "https://data.example.org/1"}]
    call("fetch_items", expected=409, **P, body=call.shape("FetchIn", items=wanted))
    assert call("list_sources", **P).items == []
    call("recheck_sources", expected=409, **P)
    assert call("get_retraining", **P).policy.after_labels == 100
    call("challenge_live", expected=409, **P)
    call("test_pipeline", expected=202, **P)
    pinned = call("pin_model", body=call.shape("PinIn", model=1), **P)
    assert [one.token for one in call("list_pins", **P).items] == [pinned.token]
    call("unpin_model", token_id=pinned.token_id, expected=204, **P)
    assert call("list_later_labels", **P).items is not None
    line = {**P, "name": "allowed"}
    body = call.shape("ConfirmIn", reason="We looked.", review_on=(date.today() + timedelta(days=9)).isoformat())
    assert call("confirm_readiness", **line, body=body).points
    assert "readiness for production" in call("get_readiness_report", **P)
    assert call("withdraw_readiness", **line).score == call("get_readiness", **P).score
    assert call("get_drift", **P).state in ("waiting", "ready")
    call("change_drift", **P, body=call.shape("WatchIn", bar=0.2))
    call("check_drift", expected=409, **P)
    call("sample_drift", expected=409, **P, body=call.shape("SampleIn", n=10))
    call("find_failure_modes", expected=202, **P, body=call.shape("FindIn"))
    assert call("list_failure_modes", **P).found == []
    lost = {**P, "mode_id": 1}
    call("get_failure_mode", expected=404, **lost)
    call("keep_failure_mode", expected=404, **lost, body=call.shape("KeepIn", name="Parcels"))
    call("collect_for_failure_mode", expected=404, **lost, body=call.shape("CollectIn", n=10))
    call("stop_collecting", expected=404, **lost)
    call("remove_failure_mode", expected=404, **lost)
    assert call("get_savings", **P).drawn is None
    call("count_savings", expected=202, **P)
    assert call("get_simulations", **P).simulations == []
    call("simulate_strategies", expected=409, **P, body=call.shape("SimulateIn", strategies=["margin"]))
    assert call("get_column_use", **P).why == "no_columns"
    call("look_at_columns", expected=409, **P, body=call.shape("LookIn"))
    call("try_without_column", expected=409, **P, body=call.shape("TryIn", column="price"))
    call("remove_test_case", expected=204, **mine)
    call("remove_slice", expected=204, **P, slice_id=part.id)


def rules(call: generated_client.Generated) -> None:
    body = call.shape("HeuristicIn", name="prizes", kind="keyword", pattern="free prize", value="spam")
    made = call("create_heuristic", expected=201, **P, body=body)
    rule = {**P, "heuristic_id": made.id}
    assert call("change_heuristic", **rule, body=call.shape("HeuristicChange", active=False)).state == "off"
    tried = call("try_heuristic", **P, body=call.shape("HeuristicTry", kind="regex", pattern="fre+", value="spam"))
    assert tried.looked > 0
    assert call("suggest_heuristics", **P).answers >= 0
    assert [one.name for one in call("list_heuristics", **P).items] == ["prizes"]
    call("delete_heuristic", expected=204, **rule)


def language_models(call: generated_client.Generated) -> None:
    asked = {"name": "Model", "endpoint": "https://llm.example.org/v1", "model": "small", "api_key": "sk-0123456789"}
    made = call("create_llm", expected=201, **P, body=call.shape("LlmIn", **asked))
    assert (made.key_hint, made.measured.passes) == ("…6789", False)
    one = {**P, "labeler_id": made.id}
    assert call("list_llms", **P).allowed == ["llm.example.org"]
    prompt = {"system": "{answer}", "user": "{item}"}
    assert call("change_llm", **one, body=call.shape("LlmChange", prompt=prompt)).prompt.version == 2
    call("change_llm", expected=409, **one, body=call.shape("LlmChange", use="count"))
    assert [prompt.version for prompt in call("list_llm_prompts", **one).items] == [2, 1]
    assert len(call("preview_llm", **one, body=call.shape("LlmPreviewIn", item_key="m1")).messages) == 2
    assert call("try_llm", expected=202, **one, body=call.shape("LlmTrialIn", n=2)).kind == "llm.trial"
    call("run_llm", expected=409, **one, body=call.shape("LlmRunIn", most=2))
    assert call("get_llm", **one).job_id is not None
    assert call("list_llm_asks", **one).items == []
    call("delete_llm", expected=204, **one)


def hooks(call: generated_client.Generated) -> None:
    body = call.shape("WebhookIn", url="https://hooks.example.org/labels", events=["label.submitted"])
    made = call("create_webhook", expected=201, **P, body=body)
    assert made.secret.startswith("whsec_")
    hook = {**P, "webhook_id": made.id}
    call("change_webhook", **hook, body=call.shape("WebhookChange", events=["*"]))
    assert call("list_webhooks", **P).items[0].events == ["*"]
    assert call("rotate_secret", **hook).secret != made.secret
    sent = call("test_webhook", expected=202, **hook)
    assert call("list_deliveries", **hook).items[0].event == "ping"
    assert call("redeliver_event", expected=202, **hook, delivery_id=sent.id).message_id == sent.message_id
    call("delete_webhook", expected=204, **hook)


def campaigns(call: generated_client.Generated) -> None:
    given = {"name": "Again", "select": {"label": "spam"}, "to": "same"}
    assert call("start_campaign", **P, body=call.shape("CampaignIn", **given, dry_run=True)).items > 0
    made = call("start_campaign", expected=201, **P, body=call.shape("CampaignIn", **given))
    campaign = {**P, "campaign_id": made.id}
    assert call("get_campaign", **campaign).report.total.answered == 0
    call("end_campaign", **campaign)
    call("cancel_campaign", expected=409, **campaign)
    hints = {"spam": {"words": ["win a prize"]}}
    assert call("looks_like", **P, body=call.shape("LooksIn", label="spam", hints=hints)).answers > 0
    assert call("list_campaigns", **P).items[0].state == "ended"


def assignments(call: generated_client.Generated) -> None:
    given = {"to": [call("get_me").user.id], "n": 1}
    assert call("assign_items", **P, body=call.shape("AssignmentIn", **given, dry_run=True)).items == 1
    made = call("assign_items", expected=201, **P, body=call.shape("AssignmentIn", **given))
    assignment = {**P, "assignment_id": made.id}
    assert call("get_assignment", **assignment).state == "starting"
    assert call("end_assignment", **assignment).state == "ended"
    assert call("list_assignments", **P).items[0].done == 0


def label_errors(call: generated_client.Generated) -> None:
    assert call("find_label_errors", expected=202, **P).kind == "label_errors.find"
    assert call("list_label_errors", **P).rechecks.total.answered == 0
    call("recheck_label_errors", expected=409, **P, body=call.shape("RecheckIn", first=5))


def bulk_labels(call: generated_client.Generated) -> None:
    given = {"value": "spam", "keys": ["m38", "m39"], "check": 1, "bar": 0.5}
    assert call("label_at_once", **P, body=call.shape("BulkIn", **given, dry_run=True)).found == 2
    call("label_at_once", expected=422, **P, body=call.shape("BulkIn", **given))
    assert call("list_bulks", **P).items == []
    call("get_bulk", expected=404, **P, bulk_id=99999)
    call("undo_bulk", expected=404, **P, bulk_id=99999)


def hard_items(call: generated_client.Generated) -> None:
    assert call("cluster_hard_items", expected=202, **P).kind == "hard_items.cluster"
    assert call("list_hard_clusters", **P).clusters == []
    call("get_hard_cluster", expected=404, **P, cluster_id=99999)
    body = call.shape("HardDecisionIn", keys=["m38"], note="It is not hard.")
    call("decide_hard_items", expected=409, **P, body=body)
    assert call("list_hard_decisions", **P).items == []
    call("get_hard_decision", expected=404, **P, decision_id=99999)
    call("undo_hard_decision", expected=404, **P, decision_id=99999)


def ends(call: generated_client.Generated) -> None:
    call("audit_trail", limit=10)
    removed = call("remove_items", **P, body=call.shape("RemovalIn", keys=["m39"], dry_run=True))
    assert removed.items == 1
    assert [one.name for one in call("list_managers", **P).items]
    ada = next(one for one in call("list_members", **P).items if one.role == "labeler")
    call("remove_member", expected=204, **P, user_id=ada.user_id)
    call("get_project", expected=404, project_id="no-such-project")
    call("delete_project", expected=204, **P)
    assert call("log_out_everywhere").url is None
    call("log_out", expected=204)


def test_typescript_types_fit_the_calls(description: dict[str, Any], tmp_path: Path) -> None:
    """`format` is one of the registered ones, errors are problems, lists and lines can be sent: see check.ts."""
    assert NODE, "Node.js was not found (apt-get install nodejs npm)."
    assert (TYPESCRIPT / "node_modules").exists(), "The packages of tests/typescript are not installed: make node"
    (tmp_path / "openapi.json").write_text(json.dumps(description))
    (tmp_path / "node_modules").symlink_to(TYPESCRIPT / "node_modules")
    for name in ("check.ts", "tsconfig.json", "package.json"):
        shutil.copy(TYPESCRIPT / name, tmp_path)
    bin_ = tmp_path / "node_modules" / ".bin"
    types = [bin_ / "openapi-typescript", "openapi.json", "--default-non-nullable=false", "-o", "schema.d.ts"]
    for command in (types, [bin_ / "tsc", "--project", "."]):
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0 and "warning" not in (done.stdout + done.stderr).lower(), done.stdout + done.stderr
