"""A small authority in which every role has a holder."""

from dataclasses import dataclass, field

from qaframework.people.models import Post, Unit, User
from tests.factories.people import PostFactory, PostHoldingFactory, UnitFactory, UserFactory


@dataclass
class Authority:
    """Two functions with three teams; each person by the name of what they do, each post by its holder."""

    root: Unit
    duty: Unit
    care: Unit
    duty_team_1: Unit
    duty_team_2: Unit
    care_team_1: Unit
    executive_director: User = field(init=False)
    director: User = field(init=False)
    qa_manager: User = field(init=False)
    qa_officer: User = field(init=False)
    admin: User = field(init=False)
    head_of_service: User = field(init=False)
    care_head_of_service: User = field(init=False)
    senior_manager: User = field(init=False)
    team_manager: User = field(init=False)
    team_manager_2: User = field(init=False)
    outsider: User = field(init=False)
    practitioner: User = field(init=False)
    practitioner_2: User = field(init=False)
    care_practitioner: User = field(init=False)
    post_of: dict[User, Post] = field(default_factory=dict)

    def appoint(self, name: str, role: str, unit: Unit, reports_to: User | None = None) -> User:
        """A new person called ``name`` in a new post of the role, kept as an attribute of that name."""
        user = UserFactory(
            full_name=f"{name.replace('_', ' ').title()} Example", email=f"{name}@northmoor.example"
        )
        post = PostFactory(
            code=name.replace("_", "-"),
            title=f"{role.replace('_', ' ').capitalize()}, {unit.name}",
            role=role,
            unit=unit,
            reports_to=self.post_of[reports_to] if reports_to else None,
        )
        PostHoldingFactory(post=post, user=user)
        self.post_of[user] = post
        setattr(self, name, user)
        return user


def small_authority() -> Authority:
    """Northmoor: duty and assessment with two teams, children in care with one, every role held."""
    root = UnitFactory(code="northmoor", name="Northmoor", kind=Unit.Kind.AUTHORITY)
    duty = UnitFactory(code="duty", name="Duty and assessment", kind=Unit.Kind.FUNCTION, parent=root)
    care = UnitFactory(code="care", name="Children in care", kind=Unit.Kind.FUNCTION, parent=root)
    authority = Authority(
        root=root,
        duty=duty,
        care=care,
        duty_team_1=UnitFactory(code="duty-1", name="Duty team 1", parent=duty),
        duty_team_2=UnitFactory(code="duty-2", name="Duty team 2", parent=duty),
        care_team_1=UnitFactory(code="care-1", name="Children in care team 1", parent=care),
    )
    appoint = authority.appoint
    executive = appoint("executive_director", "executive_director", root)
    director = appoint("director", "director", root, executive)
    qa_manager = appoint("qa_manager", "qa_manager", root, director)
    appoint("qa_officer", "qa_officer", root, qa_manager)
    appoint("admin", "config_admin", root)
    head = appoint("head_of_service", "head_of_service", duty, director)
    care_head = appoint("care_head_of_service", "head_of_service", care, director)
    senior = appoint("senior_manager", "senior_manager", duty, head)
    manager = appoint("team_manager", "team_manager", authority.duty_team_1, senior)
    manager_2 = appoint("team_manager_2", "team_manager", authority.duty_team_2, senior)
    outsider = appoint("outsider", "team_manager", authority.care_team_1, care_head)
    appoint("practitioner", "practitioner", authority.duty_team_1, manager)
    appoint("practitioner_2", "practitioner", authority.duty_team_2, manager_2)
    appoint("care_practitioner", "practitioner", authority.care_team_1, outsider)
    return authority
