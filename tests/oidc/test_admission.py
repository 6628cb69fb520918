"""Whose account it is, who may come in, and what groups give and take (G12, G19)."""

from collections.abc import Callable
from typing import Any

import oidc_provider
import pytest
import sqlalchemy as sa

from labeler.accounts.tables import members, sessions
from labeler.accounts.tokens import make_token
from labeler.accounts.users import add_user, find_user, invite
from labeler.api.bootstrap import first_admin
from labeler.kit.columns import clock
from labeler.kit.config import Settings
from labeler.kit.schema import migrate
from labeler.oidc.login import end_old_sessions
from labeler.oidc.person import person_of
from labeler.oidc.refusals import NotReadable
from labeler.oidc.tables import provider_sessions

API = "/api/v1"
PASSWORD = "correct horse battery"


def invited(way: Any, email: str, role: str = "labeler", **more: Any) -> tuple[int, str]:
    """An account, and the token of its invitation."""
    user = way.db.write(add_user, email, email.split("@")[0], role, **more)
    return user.id, way.db.write(invite, user.id, 7)


def actions(way: Any, *names: str) -> list[tuple[str, str, Any]]:
    found = [(row["action"], row["target"], row["detail"]) for row in reversed(way.trail())]
    return [row for row in found if row[0] in names]


def test_nobody_comes_in_without_an_invitation_or_a_group(
    door: Callable[..., Any], provider: oidc_provider.Provider
) -> None:
    way = door()
    assert way.log_in(provider.person("stranger", groups=["others"])).refused == "not-invited"
    assert way.db.read(find_user, "stranger@example.org") is None
    invited(way, "ada@example.org", "manager")
    found = way.log_in(provider.person("ada", "Ada@Example.org"))
    assert way.me(found.session).json()["user"]["role"] == "manager"
    assert way.db.read(find_user, "ada@example.org").has_identity
    assert actions(way, "identity.bound", "invitation.accepted") == [
        ("invitation.accepted", "", {}),
        ("identity.bound", "ada@example.org", {"issuer": provider.issuer, "email": "ada@example.org"}),
    ]


def test_an_address_that_is_not_verified_takes_over_no_account(
    door: Callable[..., Any], provider: oidc_provider.Provider
) -> None:
    way = door(oidc_group_roles={"staff": ["labeler"]})
    victim, token = invited(way, "ada@example.org", "admin", password=PASSWORD)
    for claims in ({"email_verified": False}, {"email_verified": "false"}, {"email_verified": None}):
        who = provider.person("mallory", "ada@example.org", groups=["staff"], **claims)
        assert way.log_in(who).refused == "unverified", claims
    assert way.log_in(provider.person("nobody", " ", groups=["staff"])).refused == "no-email"
    # Who holds the invitation could set a password, too; and once bound, nobody else is.
    bound = provider.person("ada", "ada@home.example", email_verified=False)
    assert way.me(way.log_in(bound, invitation=token).session).json()["user"]["id"] == victim
    assert way.log_in(provider.person("mallory", "ada@example.org")).refused == "taken"
    assert way.log_in(provider.person("eve"), invitation=token).refused == "invitation"
    _, other = invited(way, "eve@example.org")
    assert way.log_in(bound, invitation=other).refused == "other-account"
    trusting = door(oidc_trust_email=True)
    invited(trusting, "tom@example.org")
    assert trusting.log_in(provider.person("tom", email_verified=None)).session
    assert trusting.log_in(provider.person("tim", "tom@example.org", email_verified=False)).refused == "unverified"


def test_accounts_of_programs_belong_to_nobody_at_the_provider(
    door: Callable[..., Any], provider: oidc_provider.Provider
) -> None:
    way = door()
    way.db.write(add_user, "bot@example.org", "Bot", "manager", kind="pipeline")
    assert way.log_in(provider.person("bot")).refused == "taken"


def test_a_deactivated_account_stays_outside(door: Callable[..., Any], provider: oidc_provider.Provider) -> None:
    way = door(oidc_group_roles={"staff": ["admin"]})
    ada, boss = provider.person("ada", groups=["staff"]), provider.person("boss", groups=["staff"])
    first = way.log_in(ada)
    chief = way.log_in(boss)
    me = way.me(chief.session).json()
    headers = {"cookie": f"labeler_session={chief.session}", "x-csrf-token": me["csrf_token"]}
    body = {"active": False}
    ada_id = way.db.read(find_user, "ada@example.org").id
    assert way.http.patch(f"{API}/users/{ada_id}", json=body, headers=headers).status_code == 200
    assert way.me(first.session).status_code == 401
    assert way.log_in(ada).refused == "deactivated"
    failed = actions(way, "login.failed")
    assert failed == [("login.failed", "", {"method": "oidc", "reason": "deactivated"})]
    way.db.write(lambda tx: tx.execute(sa.text("UPDATE users SET active = :no"), {"no": False}).rowcount)
    assert way.log_in(provider.person("other", "ada@example.org")).refused == "deactivated"


def test_groups_give_and_take_and_what_was_given_by_hand_stays(
    door: Callable[..., Any], provider: oidc_provider.Provider, project: Any, service: Any
) -> None:
    roles = {"leads": ["manager", "sms:manager"], "staff": ["sms:labeler", "no-such:reader"]}
    way = door(oidc_group_roles=roles)
    by_hand = service.person("admin").client.projects.create("Reviews", labels=["good", "bad"])
    project_id, by_hand_id = project.info.id, by_hand.info.id

    def held() -> dict[int, str]:
        mine = sa.select(members.c.project_id, members.c.role).where(members.c.user_id == ada_id)
        return dict(way.db.read(lambda tx: tx.execute(mine).all()))

    def log_in(*groups: str) -> Any:
        return way.log_in(provider.person("ada", groups=list(groups)))

    first = log_in("leads", "staff")
    ada_id = way.db.read(find_user, "ada@example.org").id
    assert held() == {project_id: "manager"} and way.me(first.session).json()["user"]["role"] == "manager"
    by_hand.members.add("ada@example.org", "reader")
    _, token = way.db.write(make_token, ada_id, "nightly", ["read"])
    bearer = {"authorization": f"Bearer {token}"}
    assert log_in("leads", "staff").session and way.me(first.session).status_code == 200  # nothing was lost

    second = log_in("staff")  # no lead any more
    assert held() == {project_id: "labeler", by_hand_id: "reader"}
    assert way.me(second.session).json()["user"]["role"] == "labeler"
    assert way.me(first.session).status_code == 401
    assert way.http.get(f"{API}/me", headers=bearer).status_code == 401

    project.members.add("ada@example.org", "manager")  # by hand, more than the group gives
    assert log_in().session and held() == {project_id: "manager", by_hand_id: "reader"}
    changes = [row for row in actions(way, "member.set", "member.removed", "user.changed") if "by" in row[2]]
    assert changes == [
        ("user.changed", "ada@example.org", {"role": "manager", "by": "groups"}),
        ("member.set", "ada@example.org", {"role": "manager", "by": "groups"}),
        ("user.changed", "ada@example.org", {"role": "labeler", "by": "groups"}),
        ("member.set", "ada@example.org", {"role": "labeler", "by": "groups"}),
    ]


def test_who_came_by_a_group_and_is_in_none_any_more_is_out(
    door: Callable[..., Any], provider: oidc_provider.Provider, project: Any
) -> None:
    way = door(oidc_group_roles={"staff": ["sms:labeler"]}, oidc_groups_claim="groups.all")
    first = way.log_in(provider.person("ada", groups={"all": ["staff"]}))
    ada = way.db.read(find_user, "ada@example.org")
    _, token = way.db.write(make_token, ada.id, "nightly", ["*"])
    assert way.log_in(provider.person("ada", groups={"all": []})).refused == "not-invited"
    assert way.me(first.session).status_code == 401
    assert way.http.get(f"{API}/me", headers={"authorization": f"Bearer {token}"}).status_code == 401
    assert actions(way, "member.removed") == [("member.removed", "ada@example.org", {"by": "groups"})]
    assert way.log_in(provider.person("ada", groups={"all": ["staff"]})).session  # and in again with it


def test_the_last_administrator_keeps_the_role(door: Callable[..., Any], provider: oidc_provider.Provider) -> None:
    way = door(oidc_group_roles={"admins": ["admin"]})
    assert way.log_in(provider.person("ada", groups=["admins"])).session
    found = way.log_in(provider.person("ada", groups=[]))
    assert way.me(found.session).json()["user"]["role"] == "admin"
    assert way.log_in(provider.person("tom", groups=["admins"])).session
    found = way.log_in(provider.person("ada", groups=[]))
    assert found.refused == "not-invited"


def test_only_these_domains_and_groups(door: Callable[..., Any], provider: oidc_provider.Provider) -> None:
    way = door(oidc_accounts="allowed", oidc_domains="example.org, example.net", oidc_groups=["team"])
    first = way.log_in(provider.person("ada", groups=["team"]))
    assert first.session
    assert way.log_in(provider.person("a", "a@evil-example.org", groups=["team"])).refused == "domain"
    assert way.log_in(provider.person("b", "b@example.org", groups=["team"], email_verified=False)).refused == "domain"
    assert way.log_in(provider.person("c", groups=["others"])).refused == "group"
    invited(way, "d@elsewhere.example")
    assert way.log_in(provider.person("d", "d@elsewhere.example", groups=["team"])).refused == "domain"
    assert way.log_in(provider.person("ada", groups=[])).refused == "group"
    assert way.me(first.session).status_code == 401


@pytest.mark.one_database
def test_groups_that_the_provider_leaves_out_are_not_taken_for_none(settings: Settings) -> None:
    claims = {"sub": "1", "email": "ada@example.org", "_claim_names": {"groups": "src1"}}
    with pytest.raises(NotReadable):
        person_of(claims, settings)
    assert person_of({**claims, "groups": "staff"}, settings).groups == {"staff"}


def test_a_new_address_at_the_provider_is_the_accounts_new_one(
    door: Callable[..., Any], provider: oidc_provider.Provider
) -> None:
    way = door(oidc_group_roles={"staff": ["labeler"]})
    assert way.log_in(provider.person("ada", groups=["staff"])).session
    way.db.write(add_user, "taken@example.org", "Tom", "labeler")

    def address(email: str, **claims: Any) -> str:
        found = way.log_in(provider.person("ada", email, groups=["staff"], **claims))
        return str(way.me(found.session).json()["user"]["email"])

    assert address("ada@married.example") == "ada@married.example"
    assert address("taken@example.org") == "ada@married.example"
    assert address("new@example.org") == "ada@married.example"  # they had parted before
    assert address("ada@married.example", email_verified=False) == "ada@married.example"
    assert ("user.changed", "ada@example.org", {"email": "ada@married.example", "by": "provider"}) in actions(
        way, "user.changed"
    )


def test_without_passwords_an_administrators_link_still_works(
    door: Callable[..., Any], provider: oidc_provider.Provider
) -> None:
    way = door(password_login=False, oidc_name="Example")
    assert way.http.get(f"{API}/ways-in").json() == {"password": False, "provider": "Example"}
    link = way.db.write(first_admin, way.service.settings)
    token = link.partition("#")[2]
    assert way.http.post(f"{API}/invitation/check", json={"token": token}).json()["password"] is True
    assert way.http.post(f"{API}/invitation", json={"token": token, "password": PASSWORD}).status_code == 200
    body = {"email": "admin@localhost", "password": PASSWORD}
    refused = way.http.post(f"{API}/session", json=body)
    assert refused.status_code == 403 and "Log in with Example" in refused.json()["detail"]
    _, token = invited(way, "ada@example.org")
    assert way.http.post(f"{API}/invitation/check", json={"token": token}).json()["password"] is False
    assert way.http.post(f"{API}/invitation", json={"token": token, "password": PASSWORD}).status_code == 403
    assert way.log_in(provider.person("ada"), invitation=token).session


def test_an_administrator_at_the_provider_is_one_too(
    door: Callable[..., Any], provider: oidc_provider.Provider
) -> None:
    """No start prints a link any more."""
    way = door(oidc_group_roles={"admins": ["admin"]})
    assert way.db.write(first_admin, way.service.settings)
    assert way.log_in(provider.person("ada", groups=["admins"])).session
    assert way.db.write(first_admin, way.service.settings) is None


def test_a_session_of_the_provider_ends_however_much_it_is_used(
    door: Callable[..., Any], provider: oidc_provider.Provider
) -> None:
    way = door(oidc_group_roles={"staff": ["labeler"]})
    found, later = (way.log_in(provider.person("ada", groups=["staff"])) for _ in range(2))
    way.db.write(end_old_sessions)
    assert way.me(found.session).status_code == 200
    old = sa.update(provider_sessions).values(ends_at=clock(-1))
    first = sa.select(sessions.c.token_hash).order_by(sessions.c.created_at).limit(1).scalar_subquery()
    way.db.write(lambda tx: tx.execute(old.where(provider_sessions.c.token_hash == first)).rowcount)
    way.db.write(end_old_sessions)
    from labeler.accounts.auth import remembered

    remembered.forget()
    assert way.me(found.session).status_code == 401
    assert way.me(later.session).status_code == 200


def test_going_back_takes_what_groups_gave(
    door: Callable[..., Any], provider: oidc_provider.Provider, project: Any
) -> None:
    way = door(oidc_group_roles={"leads": ["admin", "sms:manager"]})
    invited(way, "ada@example.org", "reader")
    assert way.log_in(provider.person("ada", groups=["leads"])).session
    ada = way.db.read(find_user, "ada@example.org")
    migrate(way.db, "0010")
    left = sa.text("SELECT role FROM users WHERE id = :id"), sa.text("SELECT count(*) FROM members WHERE user_id = :id")
    found = [way.db.read(lambda tx, one=one: tx.execute(one, {"id": ada.id}).scalar_one()) for one in left]
    assert found == ["reader", 0]
    migrate(way.db)


def test_an_account_is_unlinked_from_who_has_it_at_the_provider_and_the_next_gets_it(
    door: Callable[..., Any], provider: oidc_provider.Provider
) -> None:
    way = door()
    ada, _ = invited(way, "ada@example.org")
    first = way.log_in(provider.person("ada", "ada@example.org"))
    again = provider.person("ada-again", "ada@example.org")
    assert way.me(first.session).status_code == 200 and way.log_in(again).refused == "taken"
    root, _ = invited(way, "root@example.org", "admin", password=PASSWORD)
    token = way.db.write(make_token, root, "root", ["*"])[1]
    one = way.http.delete(f"{API}/users/{ada}/identity", headers={"authorization": f"Bearer {token}"})
    assert one.status_code == 200 and one.json()["has_identity"] is False
    assert way.me(first.session).status_code == 401
    assert way.me(way.log_in(again).session).status_code == 200
    assert way.log_in(provider.person("ada", "ada@example.org")).refused == "taken"
    told = {"issuer": provider.issuer, "at_provider": "ada@example.org"}
    assert actions(way, "identity.unlinked") == [("identity.unlinked", "ada@example.org", told)]


def test_the_last_administrator_is_not_unlinked_without_a_password(
    door: Callable[..., Any], provider: oidc_provider.Provider
) -> None:
    way = door()
    root, _ = invited(way, "root@example.org", "admin")
    assert way.log_in(provider.person("root", "root@example.org")).refused == ""
    given = {"authorization": f"Bearer {way.db.write(make_token, root, 'root', ['*'])[1]}"}
    refused = way.http.delete(f"{API}/users/{root}/identity", headers=given)
    assert refused.status_code == 422 and "last administrator" in refused.json()["detail"]
    invited(way, "other@example.org", "admin", password=PASSWORD)
    assert way.http.delete(f"{API}/users/{root}/identity", headers=given).status_code == 200
