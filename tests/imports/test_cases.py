"""What went wrong for users of labeling tools: small real-life files, and what must become of every row and label."""

from typing import Any

import pytest

from labeler.client import Project


def rows(done: Any) -> dict[str, int]:
    """The fates of rows, those that occurred."""
    assert done.state == "done", done.error
    found = done.result["balance"]["rows"]
    assert sum(found.values()) == done.result["rows"]
    return {fate: number for fate, number in found.items() if number}


def labels(done: Any) -> dict[str, int]:
    found: dict[str, int] = done.result["balance"]["labels"]
    return found


def answers(project: Project) -> dict[str, Any]:
    return {row.item_key: row.value for row in project.answers()}


def texts(project: Project) -> list[str]:
    return sorted(item.content["text"] for item in project.items)


def test_lists_of_labels_are_labels_and_two_are_told(project: Project, bring: Any) -> None:
    done = bring(
        project,
        '{"id":7,"text":"win a prize","label":["spam"]}\n{"id":8,"text":"see you at noon","label":["ham"]}\n'
        '{"id":9,"text":"nothing yet","label":[]}\n{"id":10,"text":"both at once","label":["spam","ham"]}\n',
    )
    assert rows(done) == {"labeled": 2, "unlabeled": 2}
    assert labels(done) == {"recorded": 2, "unclear": 1}
    assert answers(project) == {"7": "spam", "8": "ham"}
    assert done.result["notes"][0]["row"] == 4


def test_other_texts_under_an_old_key_are_told(project: Project, bring: Any) -> None:
    lines = [f"{n},message {n} about topic {n}" for n in range(1050)]
    lines += [f"{n},another message {n}" for n in range(50)]
    done = bring(project, "customer_id,text\n" + "\n".join(lines))
    assert rows(done) == {"unlabeled": 1050, "repeated_different": 50}
    assert [note["row"] for note in done.result["notes"]] == list(range(1051, 1101))
    assert 'key "0" stands further up in this file with another content' in done.result["notes"][0]["reason"]


AGAIN = "id,text\n1,win a prize\n2,see you at noon\n3,call me\n"


def test_labels_that_come_with_the_second_import_are_recorded(project: Project, bring: Any) -> None:
    bring(project, AGAIN)
    more = "id,text,label\n1,win a prize,spam\n2,see you at noon,ham\n3,call me,\n"
    done = bring(project, more)
    assert rows(done) == {"same": 3} and labels(done) == {"recorded": 2}
    assert answers(project) == {"1": "spam", "2": "ham"}
    assert {item.key for item in project.queue.next(5)} == {"3"}
    again = bring(project, more)
    assert rows(again) == {"same": 3} and labels(again) == {"same": 2}
    other = bring(project, more.replace("prize,spam", "prize,ham"))
    assert labels(other) == {"same": 1, "different": 1}
    assert answers(project)["1"] == "spam"


def test_labels_of_known_items_can_be_left(project: Project, bring: Any) -> None:
    bring(project, AGAIN)
    done = bring(project, "id,text,label\n1,win a prize,spam\n", {"known_labels": "leave"})
    assert rows(done) == {"same": 1} and labels(done) == {"left_out": 1} and answers(project) == {}


def test_a_label_by_hand_is_not_overruled(project: Project, bring: Any) -> None:
    bring(project, AGAIN)
    project.label("1", "ham")
    done = bring(project, "id,text,label\n1,win a prize,spam\n2,see you at noon,ham\n")
    assert labels(done) == {"different": 1, "recorded": 1}
    assert answers(project) == {"1": "ham", "2": "ham"}


def test_a_corrected_text_under_the_same_key_is_told(project: Project, bring: Any) -> None:
    bring(project, AGAIN)
    done = bring(project, AGAIN.replace("a prize", "a BIG prize"))
    assert rows(done) == {"same": 2, "different": 1}
    assert done.result["notes"] == [
        {"row": 1, "field": "key", "reason": 'key "1" is there already with another content; this one was not taken'}
    ]


def test_a_corrected_text_can_be_taken_as_a_new_revision(service: Any, project: Project, bring: Any) -> None:
    bring(project, AGAIN)
    project.label("1", "spam")
    project.label("2", "ham")
    corrected = AGAIN.replace("a prize", "a BIG prize") + "4,new,\n"
    tried = bring(project, corrected, {"known_items": "update"}, dry_run=True)
    done = bring(project, corrected, {"known_items": "update"})
    assert rows(tried) == rows(done) == {"unlabeled": 1, "updated": 1, "same": 2}
    assert done.result["taken"] == 2 and done.result["already_there"] == 2
    assert texts(project) == ["call me", "new", "see you at noon", "win a BIG prize"]
    assert answers(project) == {"2": "ham"} and [row.value for row in project.labels] == ["spam", "ham"]
    assert "1" in {item.key for item in project.queue.next(9)}
    assert rows(bring(project, corrected, {"known_items": "update"})) == {"same": 4}


def test_case_alone_is_the_same_label_and_an_unknown_one_costs_no_text(project: Project, bring: Any) -> None:
    sent = "id,text,label\n1,win a prize,Spam\n2,see you at noon,HAM\n3,hello there,ham\n4,who knows,unsure\n"
    done = bring(project, sent)
    assert rows(done) == {"labeled": 3, "unlabeled": 1} and labels(done) == {"recorded": 3, "unknown": 1}
    assert answers(project) == {"1": "spam", "2": "ham", "3": "ham"}
    assert done.result["notes"][0]["row"] == 4 and '"unsure"' in done.result["notes"][0]["reason"]


def test_unknown_labels_can_be_added(project: Project, bring: Any) -> None:
    sent = "id,text,label\n1,a prize,spam\n2,who knows,unsure\n3,again,Unsure\n"
    done = bring(project, sent, {"unknown_labels": "add"})
    assert labels(done) == {"recorded": 3}
    assert answers(project) == {"1": "spam", "2": "unsure", "3": "unsure"}
    assert [one["name"] for one in project.client.projects.get(project.slug).info.labels] == ["spam", "ham", "unsure"]
    assert done.result["balance"]["labels_added"] == ["unsure"]
    told = project.items.remove(import_id=done.id, dry_run=True)
    assert "added to the project stay, until they are retired: unsure." in told.said


def test_only_labels_of_rows_that_are_taken_are_added(project: Project, bring: Any) -> None:
    project.items.add([{"key": "1", "text": "there already"}])
    sent = "id,text,label\n1,another text,never\n2,new,unsure\n2,newer,neither\n3,,not this\n"
    for dry_run in (True, False):
        mapping = {"key": "id", "text": "text", "label": "label", "unknown_labels": "add"}
        done = bring(project, sent, mapping, dry_run=dry_run)
        assert done.result["balance"]["labels_added"] == ["unsure"]
        assert labels(done) == {"recorded": 1, "unknown": 2, "with_row": 1}
    assert [one["name"] for one in project.client.projects.get(project.slug).info.labels] == ["spam", "ham", "unsure"]


def test_labels_written_in_another_way_are_mapped(project: Project, bring: Any) -> None:
    sent = "id,text,label\n1,a prize,1\n2,see you,0\n3,what,n/a\n"
    plain = bring(project, sent, dry_run=True)
    assert labels(plain) == {"unknown": 2, "left_out": 1}
    assert any(
        "numbers" in warning
        for warning in bring(project, sent.replace("n/a", "0"), dry_run=True).result["plan"]["warnings"]
    )
    done = bring(project, sent, {"label_map": {"1": "spam", "0": "ham", "n/a": None}})
    assert rows(done) == {"labeled": 2, "unlabeled": 1} and labels(done) == {"recorded": 2, "left_out": 1}
    assert answers(project) == {"1": "spam", "2": "ham"}


def test_numbers_with_gaps_are_mapped_as_they_are_meant(project: Project, bring: Any) -> None:
    sent = '{"id":1,"text":"a prize","label":1.0}\n{"id":2,"text":"see you","label":0.0}\n{"id":3,"text":"what"}\n'
    done = bring(project, sent, {"label_map": {"1": "spam", "0": "ham"}}, name="a.jsonl")
    assert labels(done) == {"recorded": 2} and answers(project) == {"1": "spam", "2": "ham"}


def test_our_hugging_face_folder_comes_back(service: Any, admin: Any, project: Project, tmp_path: Any) -> None:
    names = ["very good", "bad"]
    first, second = (admin.client.projects.create(name, labels=names) for name in ("First", "Second"))
    rows = [{"key": f"k{n}", "text": f"text {n}", "metadata": {"n": n}} for n in range(30)]
    first.items.add([{**row, "label": names[n % 2]} if n % 3 else row for n, row in enumerate(rows)])
    first.export(tmp_path / "all.zip", "hugging_face")
    job = second.import_file(tmp_path / "all.zip")
    service.run_jobs(kinds=("items.import",))
    assert job.refresh().state == "done" and answers(second) == answers(first)
    assert {item.key: item.content for item in second.items} == {item.key: item.content for item in first.items}


def test_one_row_for_each_labeler(admin: Any, project: Project, bring: Any) -> None:
    sent = "id,text,label,annotator\n1,a prize,spam,ann\n1,a prize,spam,bob\n1,a prize,ham,cy\n2,see you,ham,ann\n"
    done = bring(project, sent, {"key": "id", "text": "text", "label": "label", "labeler": "annotator"})
    assert rows(done) == {"labeled": 2, "repeated_same": 2} and labels(done) == {"recorded": 4}
    given = {(row.item_key, row.labeler.name): row.value for row in project.labels}
    assert given == {("1", "ann"): "spam", ("1", "bob"): "spam", ("1", "cy"): "ham", ("2", "ann"): "ham"}
    assert {row.labeler.kind for row in project.labels} == {"import"}
    first = next(row for row in project.answers() if row.item_key == "1")
    assert (first.value, round(first.confidence, 2), len(first.labels)) == ("spam", 0.67, 3)
    assert labels(bring(project, sent, {"key": "id", "text": "text", "label": "label", "labeler": "annotator"})) == {
        "same": 4
    }


def test_one_column_for_each_labeler(project: Project, bring: Any) -> None:
    done = bring(project, "id,text,rater_a,rater_b\n1,a prize,spam,ham\n2,see you,ham,\n")
    assert labels(done) == {"recorded": 3}
    given = {(row.item_key, row.labeler.name): row.value for row in project.labels}
    assert given == {("1", "rater_a"): "spam", ("1", "rater_b"): "ham", ("2", "rater_a"): "ham"}


@pytest.mark.parametrize(
    "columns",
    [
        *("prediction,score", "predicted_label,probability", "model_prediction,note", "PREDICTED,x"),
        *("suggested label,note", "yhat,p", "model_output,note", "gpt4,note", "llm label,note", "auto_label,note"),
    ],
)
@pytest.mark.parametrize("rows", [1, 30])
def test_what_a_model_says_is_no_label_without_a_label_column_either(
    project: Project, bring: Any, columns: str, rows: int
) -> None:
    lines = [f"k{n},text number {n},{['spam', 'ham'][n % 2]},0.{n + 1}" for n in range(rows)]
    done = bring(project, "\n".join([f"id,text,{columns}", *lines]))
    assert labels(done) == {} and done.result["balance"]["predictions"] == rows
    assert list(project.answers()) == []


def test_predictions_are_never_labels(project: Project, bring: Any) -> None:
    done = bring(project, "id,text,label,prediction,score\n1,a prize,spam,ham,0.4\n2,see you,,spam,0.9\n")
    assert labels(done) == {"recorded": 1} and done.result["balance"]["predictions"] == 2
    assert answers(project) == {"1": "spam"}


@pytest.mark.parametrize("more", [{}, {"unknown_labels": "add"}])
def test_a_dry_run_tells_the_same_and_changes_nothing(project: Project, bring: Any, more: dict[str, str]) -> None:
    bring(project, AGAIN)
    lines = ["id,text,label", "1,win a prize,spam", "2,another,ham", "9,new,unsure", "9,new,ham", "9,newer,ham", "10,x"]
    lines += [f"k{n},text {n},{['spam', 'HAM', 'odd'][n % 3]}" for n in range(2500)]
    lines += [f"k{n},text {n},ham" for n in range(0, 2500, 50)]
    sent = "\n".join(lines)
    before = (texts(project), answers(project), project.info.schema_version)
    tried = bring(project, sent, more, dry_run=True)
    now = project.client.projects.get(project.slug)
    assert tried.result["dry_run"] and (texts(now), answers(now), now.info.schema_version) == before
    done = bring(project, sent, more)
    assert rows(tried) == rows(done) and labels(tried) == labels(done)
    assert tried.result["notes"] == done.result["notes"] and tried.result["plan"] == done.result["plan"]


def test_title_and_abstract_are_one_text(project: Project, bring: Any) -> None:
    done = bring(project, "id,title,abstract,year\n1,On prizes,We study prizes,2020\n2,Only a title here,,2021\n")
    assert rows(done) == {"unlabeled": 2}
    assert texts(project) == ["On prizes\n\nWe study prizes", "Only a title here"]


def test_a_text_inside_an_object_is_found(project: Project, bring: Any) -> None:
    done = bring(project, '{"id": 1, "data": {"text": "win a prize", "lang": "en"}}\n')
    assert rows(done) == {"unlabeled": 1} and texts(project) == ["win a prize"]
    assert next(iter(project.items)).metadata == {"data": {"text": "win a prize", "lang": "en"}}
