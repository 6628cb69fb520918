"""The demo's projects: one a kind of question."""

from dataclasses import dataclass
from typing import Any

from labeler.wire.projects import ProjectIn

PEOPLE_AND_SIMULATION = ["person", "import", "simulated"]


@dataclass(frozen=True)
class DemoProject:
    """file: beside this module, with id, text and label, of which the last is not imported; guideline: among the
    project's own guideline files."""

    slug: str
    file: str
    guideline: str
    body: dict[str, Any]

    def create(self) -> ProjectIn:
        return ProjectIn.model_validate(self.body)


SPAM = DemoProject(
    "sms-spam",
    "sms.csv",
    "sms-spam.md",
    {
        "name": "SMS spam",
        "labels": [
            {"name": "ham", "description": "What people write to each other, or asked for.", "color": "#0d9488"},
            {"name": "spam", "description": "Unasked-for: wants money, a call or a click.", "color": "#dc2626"},
        ],
        "settings": {"counting": PEOPLE_AND_SIMULATION},
    },
)
FEELINGS = DemoProject(
    "feelings",
    "feelings.csv",
    "feelings.md",
    {
        "name": "Feelings",
        "task_type": "multi_choice",
        "labels": [
            {"name": "admiration", "description": "Finds something impressive."},
            {"name": "amusement", "description": "Finds something funny."},
            {"name": "anger", "description": "Is full of rage."},
            {"name": "annoyance", "description": "Is bothered or irritated."},
            {"name": "approval", "description": "Agrees."},
            {"name": "curiosity", "description": "Wants to know."},
            {"name": "disapproval", "description": "Disagrees."},
            {"name": "gratitude", "description": "Says thanks."},
            {"name": "love", "description": "Shows strong affection."},
            {"name": "optimism", "description": "Is hopeful."},
            {"name": "neutral", "description": "None of these."},
        ],
        "settings": {"counting": PEOPLE_AND_SIMULATION},
    },
)
READING = DemoProject(
    "reading-level",
    "reading.csv",
    "reading-level.md",
    {
        "name": "Reading level",
        "task_type": "rating",
        "scale": {
            "min": 1,
            "max": 6,
            "step": 1,
            "names": {"1": "beginner", "2": "basic", "3": "threshold", "4": "good", "5": "advanced", "6": "mastery"},
        },
        "settings": {"counting": PEOPLE_AND_SIMULATION},
    },
)
PROJECTS = (SPAM, FEELINGS, READING)
