"""Heuristics: rules that say an answer where they match, how good each is, and writing new ones."""

from typing import Any

import streamlit as st
from labeler_ui import danger, feedback, layout, report, rule_form, way_down
from labeler_ui.feedback import plain
from labeler_ui.rule_words import ADVICE, WHY_OFF, badge, behind, condition, facts, right, says, share
from labeler_ui.words import mark, percent, said, t, tn

from labeler.client import Project
from labeler.wire.heuristics import HeuristicOut, HeuristicPage, HeuristicSuggestion, RuleAnswers, TogetherOut

SECONDS = 2.0


def render() -> None:
    """The rules there are, a form for a new one, and rules that the answers suggest."""
    project = layout.project()
    layout.heading(
        t("Heuristics"),
        t(
            "Rules that give an answer where they match. They bring informative items early, and count only where you "
            "let them."
        ),
    )
    page = feedback.must(project.heuristics.all, t("Reading the rules"))
    if not page.items:
        feedback.empty(
            t("No rules yet"),
            t(
                "You often know some signs: a word, a sender, a number above a bound. Write each as a rule. Until "
                "there is a model, items that rules match are asked first, and those about which they disagree. "
                "How often a rule is right is measured on what people answer."
            ),
            ":material/rule:",
        )
    else:
        _rules(project, page)
        if any(rule.state == "counting" for rule in page.items):
            layout.live(SECONDS, "counting", lambda: _look(project, page))
    with st.container():
        rule_form.write(project)
        way_down.here("rule")
    _suggestions(project)


def _look(project: Project, before: HeuristicPage) -> None:
    """Draws all again when something has been counted, and nothing meanwhile: a dialog stays open."""
    now = feedback.attempt(project.heuristics.all)
    if now is not None and [rule.state for rule in now.items] != [rule.state for rule in before.items]:
        st.rerun()


def _rules(project: Project, page: HeuristicPage) -> None:
    way_down.button(t("Write a rule"), "rule", len(page.items))
    _together(page.together, sum(rule.active for rule in page.items))
    if page.answers is not None:
        _answers(page.answers)
    for rule in page.items:
        _rule(project, rule)


def _answers(found: RuleAnswers) -> None:
    """What those that count come to."""
    words = tn(
        "**{n} item that nobody has labeled has an answer by rules alone.** It is nobody's label.",
        "**{n} items that nobody has labeled have an answer by rules alone.** They are nobody's labels.",
        found.alone,
    )
    if found.off is None:
        how = t("Most rules decide: too few labels of people tell what each is worth.")
    else:
        how = tn(
            "Each is weighed by {n} item that people labeled; what it says of its certainty is {off} off.",
            "Each is weighed by {n} items that people labeled; what they say of their certainty is {off} off.",
            found.people,
            off=percent(found.off, 1),
        )
    st.markdown(f"{words} :gray[{how}]")


def _together(found: TogetherOut, active: int) -> None:
    boxes = st.columns(3)
    report.number_box(boxes[0], t("Rules at work"), layout.number(active), t("turned on"))
    covered = t("matched by a rule")
    report.number_box(boxes[1], t("Items covered"), percent(found.coverage), covered)
    meaning = t(
        "What the rules say together, each weighed by how often it is right, against what people answered. Each answer "
        "is foretold without looking at it. The label that most rules say would be right on {majority}.",
        majority=percent(found.majority.value),
    )
    below = behind(found.accuracy, found.judged)
    report.number_box(boxes[2], t("Right together"), percent(found.accuracy.value), below, meaning)


def _rule(project: Project, rule: HeuristicOut) -> None:
    with st.container(border=True, key=f"rule-{rule.id}"):
        title = f"**{plain(rule.name)}** :material/arrow_forward: **{says(project, rule.value)}** {badge(rule)}"
        lines = [title, condition(rule)]
        if told := facts(rule):
            lines.append(f":gray[{' · '.join(told)}]")
        st.markdown("  \n".join(lines))
        _advice(rule)
        if rule.use == "count" and not rule.passes:
            st.warning(t("It does not count at present. {why}", why=plain(said(rule.why))), icon=":material/block:")
        elif rule.active and not rule.passes:
            st.caption(t("It can't count yet. {why}", why=plain(said(rule.why))))
        with st.container(horizontal=True):
            _buttons(project, rule)


def _advice(rule: HeuristicOut) -> None:
    if rule.off_reason is not None:
        words = t(WHY_OFF[rule.off_reason], reason=plain(rule.off_detail or ""))
        st.warning(words, icon=":material/power_off:")
    elif rule.advice is not None and rule.state == "ready":
        words, icon = ADVICE[rule.advice]
        st.markdown(f":material/{icon}: {t(words)}")


def _buttons(project: Project, rule: HeuristicOut) -> None:
    if rule.active and st.button(t("Turn off"), key=f"off-{rule.id}"):
        _turn(project, rule, active=False)
    if not rule.active and rule.off_reason is None and st.button(t("Turn on"), key=f"on-{rule.id}"):
        _turn(project, rule, active=True)
    if rule.use == "count":
        if st.button(t("Only suggest"), key=f"suggest-{rule.id}"):
            _use(project, rule, "suggest", t("It counts no more; what it said goes within seconds."))
    elif rule.active and st.button(t("Let it count"), key=f"count-{rule.id}", disabled=not rule.passes):
        _use(project, rule, "count", t("It counts: items that nobody has labeled get its answer within seconds."))
    if st.button(t("Change …"), key=f"change-{rule.id}"):
        _change(project, rule)
    if danger.button(t("Delete …"), key=f"delete-{rule.id}"):
        layout.confirm(
            t("The rule {name} is gone for good. Answers of people stay as they are.", name=plain(rule.name)),
            t("Delete"),
            lambda: project.heuristics.delete(rule.id),
            t("Deleted."),
        )


def _turn(project: Project, rule: HeuristicOut, *, active: bool) -> None:
    with feedback.told(t("Saving")):
        project.heuristics.change(rule.id, active=active)
        feedback.say_later(t("It is on.") if active else t("It is off."))
        st.rerun()


def _use(project: Project, rule: HeuristicOut, use: str, words: str) -> None:
    with feedback.told(t("Saving")):
        project.heuristics.change(rule.id, use=use)
        feedback.say_later(words)
        st.rerun()


@layout.dialog(mark("Change the rule"), width="large")
def _change(project: Project, rule: HeuristicOut) -> None:
    rule_form.change(project, rule)


def _suggestions(project: Project) -> None:
    found = feedback.attempt(project.heuristics.suggestions, t("Looking for rules"))
    if found is None:
        return
    st.header(t("Suggested"), anchor=False)
    if not found.items:
        words = t(
            "Words that tell one answer from others are suggested here, once people have answered some dozens of items."
        )
        st.markdown(f":gray[{words}]")
        return
    st.caption(
        tn(
            "Words that tell one answer from others, in the newest {n} answer.",
            "Words that tell one answer from others, in the newest {n} answers.",
            found.answers,
        )
    )
    for one in found.items:
        _suggestion(project, one)


def _suggestion(project: Project, one: HeuristicSuggestion) -> None:
    name = f"suggested-{one.pattern}-{one.value}"
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=name):
        words = f"**{plain(one.pattern)}** :material/arrow_forward: **{says(project, one.value)}**"
        matches = t(
            "matches {share} of the answered items ({n})", share=share(one.coverage.value), n=layout.number(one.found)
        )
        st.markdown(f"{words}  \n:gray[{matches} · {right(one.accuracy, one.found)}]", width="stretch")
        given: dict[str, Any] = {"pattern": one.pattern}
        if st.button(t("Add"), key=f"add-{name}", icon=":material/add:"):
            with feedback.told(t("Adding the rule")):
                project.heuristics.create(one.pattern, "keyword", one.value, **given)
                feedback.say_later(t("Added. It is run over the items in the background."))
                st.rerun()
