"""What a manager writes: nothing typed is lost, two people at one draft are told, a decision becomes a rule."""

import processes
import pytest
from browsing import choose, covered, labels_say, settled, shown
from playwright.sync_api import expect

FILLED = "# SMS\n\nIs it advertising?\n\n## spam\n\nWants money.\n\n## ham\n\nThe rest."


def write(page):
    page.get_by_role("tab", name="Write").click()
    settled(page)
    return page.get_by_role("textbox", name="Markdown")


def test_what_was_typed_and_not_sent_is_there_after_a_reload(site, visit) -> None:
    project = site.project(3, "Typed")
    project.guidelines.publish(FILLED, "filled in")
    address = f"{site.url}/guidelines?project={project.slug}"
    page = visit(address, site.admin)
    field = write(page)
    expect(page.get_by_test_id("keeper")).to_be_attached()
    field.press("Control+End")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.keyboard.type("- Receipts are ham.")
    context = page.context
    page.close()  # the browser goes away: nobody has left the field
    page = context.new_page()
    page.goto(address)
    field = write(page)
    expect(shown(page, "What you had typed when you left this page is here again.")).to_be_visible()
    expect(field).to_have_value(FILLED + "\n\n- Receipts are ham.")
    # Leaving the field has saved it as the draft.
    processes.wait_for(lambda: next(iter(project.guidelines)).state == "draft", 20, "the draft")
    assert next(iter(project.guidelines)).text.endswith("- Receipts are ham.")
    page.get_by_role("button", name="Publish …").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_test_id("what-changes").locator("li")).to_have_text("Receipts are ham.")
    dialog.get_by_role("button", name="Publish").click()
    expect(shown(page, "Version 3 is published.")).to_be_visible()
    expect(page.get_by_role("tab", name="Read")).to_have_attribute("aria-selected", "true")
    page.reload()
    write(page)
    expect(page.get_by_test_id("keeper")).to_be_hidden()


def test_a_guideline_that_is_not_filled_in_is_not_published(site, visit) -> None:
    project = site.admin.client.projects.create("Unfilled", labels=["spam", "ham"])
    page = visit(f"{site.url}/guidelines?project={project.slug}", site.admin)
    field = write(page)
    heights = [where.bounding_box()["height"] for where in (field, page.locator(".st-key-guideline-preview"))]
    assert abs(heights[0] - heights[1]) < 4
    page.get_by_role("button", name="Publish …").click()
    expect(shown(page, "the text to start from is still there under Unfilled, spam, ham")).to_be_visible()
    expect(page.get_by_role("dialog")).to_be_hidden()
    field.fill(FILLED)
    page.get_by_role("button", name="Publish …").click()
    page.get_by_role("dialog").get_by_role("button", name="Publish").click()
    expect(shown(page, "Version 1 is published.")).to_be_visible()


def test_two_people_at_one_draft(site, visit) -> None:
    project = site.project(3, "Two writers")
    page = visit(f"{site.url}/guidelines?project={project.slug}", site.admin)
    field = write(page)
    field.fill(FILLED + "\n\n- mine")
    field.blur()
    processes.wait_for(lambda: next(iter(project.guidelines)).state == "draft", 20, "the draft")
    grace = site.member(project, "manager")
    grace.client.projects.get(project.slug).guidelines.save_draft(FILLED + "\n\n- hers")
    field.fill(FILLED + "\n\n- mine, and more")
    field.blur()
    expect(shown(page, f"{grace.name} has saved another text since you began.")).to_be_visible()
    assert next(iter(project.guidelines)).text == FILLED + "\n\n- hers"
    page.get_by_role("button", name="Go on with mine").click()
    expect(page.get_by_text("has saved another text")).to_have_count(0)
    settled(page)
    expect(page.get_by_role("button", name="Save draft")).to_have_count(1)
    page.get_by_role("button", name="Save draft").click()
    expect(shown(page, "Draft saved.")).to_be_visible()
    assert next(iter(project.guidelines)).text == FILLED + "\n\n- mine, and more"
    grace.client.projects.get(project.slug).guidelines.save_draft(FILLED + "\n\n- hers again")
    field.fill(FILLED + "\n\n- given up")
    field.blur()
    page.get_by_role("button", name="Take theirs").click()
    expect(field).to_have_value(FILLED + "\n\n- hers again")
    settled(page)
    page.reload()
    expect(write(page)).to_have_value(FILLED + "\n\n- hers again")
    expect(page.get_by_test_id("keeper")).to_be_hidden()


def test_a_decision_is_an_answer_and_a_rule_in_one_step(site, visit) -> None:
    project = site.project(5, "Decided")
    lin = site.member(project)
    mine = lin.client.projects.get(project.slug)
    mine.flag(mine.queue.next(1)[0], "Ambiguous", note="ham or spam?")
    page = visit(f"{site.url}/hard?project={project.slug}", site.admin)
    page.get_by_label(f"Your answer to {lin.name}").fill("Friends may joke.")
    choose(
        page.get_by_role("combobox", name="Add to the draft of the guideline"), "your answer as a rule, with this item"
    )
    choose(page.get_by_role("combobox", name="Answer"), "ham")
    page.get_by_role("button", name="Resolve").click()
    expect(shown(page, "The rule is in the draft of the guideline.")).to_be_visible()
    draft = next(iter(project.guidelines))
    assert draft.state == "draft" and "- Friends may joke.\n  - *Example:* " in draft.text
    [decided] = mine.own.decided_flags()
    assert (decided.resolution.note, decided.value) == ("Friends may joke.", "ham")


def test_labels_are_typed_line_by_line_and_each_has_its_color(site, visit) -> None:
    someone = site.person("manager")
    page = visit(f"{site.url}/setup", someone)
    settled(page)
    page.get_by_label("Name", exact=True).fill("Newsroom")
    page.get_by_label("Name", exact=True).press("Enter")
    page.get_by_test_id("label-name-1").click()
    for name in ("World", "Sports", "Business", "Sci/Tech"):
        page.keyboard.type(name)
        page.keyboard.press("Enter")
    labels_say(page, "4 labels")
    page.keyboard.type("World")
    labels_say(page, "The name “World” is there twice.")
    page.keyboard.press("Control+a")
    page.keyboard.press("Backspace")
    labels_say(page, "4 labels")
    shown_buttons = page.get_by_test_id("card-preview").get_by_role("group", name="Labels").get_by_role("button")
    expect(shown_buttons).to_have_count(4)
    page.keyboard.type("Weather")
    page.reload()  # nothing typed is lost, not even in the last moment
    labels_say(page, "5 labels")
    page.get_by_test_id("label-name-5").fill("")
    labels_say(page, "4 labels")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Newsroom")
    expect(shown_buttons).to_have_count(4)  # the preview is drawn above the button, and moves it
    settled(page)
    page.get_by_role("button", name="Create the project").click()
    expect(shown(page, "The project was created.")).to_be_visible()
    labels = someone.client.projects.get("newsroom").info.labels
    assert [label["name"] for label in labels] == ["World", "Sports", "Business", "Sci/Tech"]
    assert len({label["color"] for label in labels}) == 4
    page.goto(f"{site.url}/setup")
    labels_say(page, "Type a name and press Enter")
    expect(page.get_by_label("Name", exact=True)).to_have_value("")


@pytest.mark.whole
@pytest.mark.parametrize(
    ("path", "width"),
    [
        ("setup", 1280),
        ("settings", 390),
        pytest.param("setup", 390, marks=pytest.mark.faults),
        pytest.param("settings", 1280, marks=pytest.mark.faults),
    ],
)
def test_every_button_of_the_labels_can_be_pressed(site, visit, path: str, width: int) -> None:
    labels = ["World", "Sports", {"name": "Business", "keywords": ["market"]}, "Sci/Tech"]
    project = site.project(3, "Pressed", labels=labels)
    page = visit(f"{site.url}/{path}?project={project.slug}", site.admin, viewport={"width": width, "height": 844})
    settled(page)
    editor = page.get_by_test_id("labels-editor")
    if path == "setup":
        for name in ("World", "Sports", "Business", "Sci/Tech"):
            editor.get_by_label("Name of the label").last.fill(name)
    labels_say(page, "4 labels")
    assert covered(editor) == []
    rows = editor.get_by_test_id("label-row")
    box, last = editor.locator(".rows").bounding_box(), rows.last.bounding_box()
    assert last["y"] + last["height"] <= box["y"] + box["height"] + 1, "the last row is whole"
    more, remove = (one.bounding_box() for one in (rows.first.get_by_text("More"), rows.first.get_by_label("Remove")))
    assert abs(more["y"] - remove["y"]) < 3 and abs(more["height"] - remove["height"]) < 5, "words on one line"
    rows.first.get_by_label("Remove").click()
    labels_say(page, "3 labels")


def test_what_is_typed_as_soon_as_a_field_is_there_is_kept(site, visit) -> None:
    someone = site.person("labeler")
    page = visit(f"{site.url}/account", someone)
    field = page.get_by_role("textbox", name="Name", exact=True)
    field.press("End")
    page.keyboard.type(" Byron")
    page.reload()
    expect(field).to_have_value(f"{someone.name} Byron")
    settled(page)
    page.get_by_role("button", name="Save the name").click()
    expect(shown(page, "Saved.")).to_be_visible()
    page.reload()
    settled(page)
    expect(field).to_have_value(f"{someone.name} Byron")
    expect(page.get_by_test_id("keeper")).to_be_hidden()


@pytest.mark.whole
def test_typed_numbers_are_kept_and_given_up_when_asked(site, visit) -> None:
    project = site.project(3, "Numbers")
    page = visit(f"{site.url}/settings?project={project.slug}", site.admin)
    field = page.get_by_role("spinbutton", name="Labelers per item")

    def look_again() -> None:
        page.reload()
        page.get_by_role("tab", name="Labelers").click()

    look_again()
    field.fill("3")
    look_again()
    expect(field).to_have_value("3")
    settled(page)
    page.get_by_role("button", name="Undo what is not saved").click()
    expect(field).to_have_value("1")
    look_again()
    settled(page)
    expect(field).to_have_value("1")
    field.fill("2")
    look_again()
    expect(field).to_have_value("2")
    stratum = page.get_by_role("textbox", name="… with enough of each value of this metadata field")
    save = page.get_by_role("tabpanel").get_by_role("button", name="Save", exact=True)
    for typed, kept in ((' a "b".ü ', 'a "b".ü'), ("", None)):
        stratum.fill(typed)
        stratum.blur()
        settled(page)
        save.click()
        expect(page.get_by_text("Saved.")).to_be_visible()
        processes.wait_for(lambda kept=kept: _overlap(site, project) == (2, kept), 20, "the settings")
        look_again()
        expect(stratum).to_have_value(kept or "")


@pytest.mark.whole
def test_what_is_put_back_takes_the_focus_from_nobody(site, visit) -> None:
    project = site.project(3, "Focus")
    page = visit(f"{site.url}/settings?project={project.slug}", site.admin)
    field = page.get_by_role("spinbutton", name="Labelers per item")
    stratum = page.get_by_role("textbox", name="… with enough of each value of this metadata field")
    words = "what somebody types without haste"
    page.get_by_role("tab", name="Labelers").click()
    field.fill("3")
    page.reload()
    page.get_by_role("tab", name="Labelers").click()
    expect(field).to_have_value("3")
    stratum.press_sequentially(words, delay=100)  # longer than the keeper looks after what it put back
    expect(stratum).to_have_value(words)


def _overlap(site, project):
    settings = site.admin.client.projects.get(project.slug).info.settings
    return settings.overlap, settings.overlap_field


def test_what_is_refused_stays_in_the_form(site, visit) -> None:
    project = site.project(3, "Refused")
    page = visit(f"{site.url}/people?project={project.slug}", site.admin)
    email = page.get_by_label("Email address of an account")
    email.fill("nobody@example.org")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("nobody@example.org")).to_be_visible()
    settled(page)
    expect(email).to_have_value("nobody@example.org")
    someone = site.person()
    email.fill(someone.email)
    page.get_by_role("button", name="Add", exact=True).click()
    expect(shown(page, "Added.")).to_be_visible()
    settled(page)
    expect(email).to_have_value("")


@pytest.mark.whole
def test_what_was_saved_is_not_kept_as_typed_again(site, visit) -> None:
    """The field of a form that begins again has, for a moment, what was just saved."""
    project = site.project(3, "Saved once")
    page = visit(f"{site.url}/heuristics?project={project.slug}", site.admin)
    page.evaluate("""() => {
        window.kept = [];
        const set = Storage.prototype.setItem;
        Storage.prototype.setItem = function (key, value) {
            if (key.startsWith("labeler:typed:")) kept.push(value);
            return set.call(this, key, value);
        };
    }""")
    for word in ("free", "call"):
        words = page.get_by_label("Words", exact=True)
        words.fill(word)
        words.press("Enter")
        settled(page)
        choose(page.get_by_label("It says"), "spam")
        settled(page)
        page.evaluate("kept.length = 0")
        page.get_by_role("button", name="Add the rule").click()
        expect(page.get_by_text(word, exact=True).first).to_be_visible()
        settled(page)
        expect(words).to_have_value("")
        assert page.evaluate("kept") == []
    expect(page.get_by_test_id("keeper")).to_be_hidden()


def test_a_question_with_one_label_is_cautioned_once(site, visit) -> None:
    someone = site.person("manager")
    page = visit(f"{site.url}/setup", someone)
    settled(page)
    page.get_by_label("Name", exact=True).fill("One label")
    page.get_by_label("Name", exact=True).press("Enter")
    page.get_by_test_id("label-name-1").click()
    page.keyboard.type("spam")
    page.keyboard.press("Enter")
    labels_say(page, "1 label")
    settled(page)
    page.get_by_role("button", name="Create the project").click()
    expect(page.get_by_text("With one label every answer is the same")).to_be_visible()
    assert "one-label" not in [one.slug for one in site.admin.client.projects]
    settled(page)
    page.get_by_role("button", name="Create the project").click()
    expect(page.get_by_role("heading", name="One label")).to_be_visible()
