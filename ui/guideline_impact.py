"""What a guideline's change touches: labels made under older versions, answers, flags, and who has not read it yet."""

import streamlit as st
from labeler_ui import campaign_report, feedback
from labeler_ui.feedback import plain
from labeler_ui.words import number, t, tn

from labeler.client import Project
from labeler.wire.impact import GuidelineImpact, TouchedLabel

MOST_NAMED = 12


def draw(found: GuidelineImpact) -> None:
    """Before it is published: what was labeled under older versions, and what may be another answer now."""
    older = [row for row in found.made_under if row.version is None or row.version < found.version]
    if found.before is None or not older:
        return
    st.markdown(t("What was labeled before:"))
    told = [
        tn("{n} label under version {version}", "{n} labels under version {version}", row.labels, version=row.version)
        if row.version is not None
        else tn("{n} label under no version", "{n} labels under no version", row.labels)
        for row in older
    ]
    st.markdown(f":gray[{', '.join(told)}]")
    lines = [_label(row) for row in found.touched]
    if found.other_sections:
        names = ", ".join(plain(one) if one else t("the beginning") for one in found.other_sections[:MOST_NAMED])
        lines.append(t("Also changed, and about no label: {sections}", sections=names))
    if found.comparable:
        n = len(found.comparable)
        lines.append(tn("{n} item is like those with an open flag", "{n} items are like those with an open flag", n))
    st.markdown("\n".join(f"- {line}" for line in lines))
    if found.select is not None:
        asked = tn("**{n} item** could be asked again", "**{n} items** could be asked again", found.items)
        work = "" if found.hours is None else f", {campaign_report.work(found.hours, found.hours_between)}"
        st.markdown(f"{asked}{work}.")


def _label(row: TouchedLabel) -> str:
    told = t("**{label}** reads differently", label=plain(row.label)) + ": "
    if row.older == row.answers:
        told += tn("{n} answer, given before", "{n} answers, all given before", row.answers)
    else:
        answers = tn("{n} answer", "{n} answers", row.answers)
        told += t("{answers}, {older} of them given before", answers=answers, older=number(row.older))
    flags = tn("{n} open flag", "{n} open flags", row.flags_open)
    return f"{told}, {flags}" if row.flags_open else told


def unread(project: Project, version: int) -> None:
    """Who has not acknowledged the newest version, for managers."""
    found = feedback.attempt(lambda: project.guidelines.impact(version))
    if found is None or not found.unread:
        return
    names = ", ".join(plain(one.labeler.name) for one in found.unread[:MOST_NAMED])
    more = len(found.unread) - MOST_NAMED
    if more > 0:
        names = tn("{names} and {n} more", "{names} and {n} more", more, names=names)
    st.markdown(t(":orange[:material/schedule: Not read yet by {names}.]", names=names))
