"""Whether somebody may audit a case: nobody judges their own work or that of those they manage."""

from collections.abc import Iterable
from dataclasses import dataclass

from qaframework.allocation.models import Assignment
from qaframework.caseload.models import Case, CaseClearance
from qaframework.packs.definition import ActivityType
from qaframework.people.directory import Organisation
from qaframework.people.models import Post, Unit
from qaframework.rules.periods import Month

NOT_CLEARED = "The case is restricted, and the auditor is not cleared for it."


def may_not_audit(organisation: Organisation, post: Post, case: Case, rule: str) -> str:
    """Why the post's holder may not audit the case, or empty when nothing stands in the way.

    Whatever the framework's rule, nobody audits a case they hold or one whose worker they manage.
    """
    holder = organisation.holder_of(post.pk)
    if holder is not None and holder.pk == case.worker_id:
        return "The auditor is the practitioner of this case."
    worker_post = organisation.post_of(case.worker_id) if case.worker_id else None
    manager = organisation.line_manager(worker_post.pk) if worker_post else None
    if manager is not None and manager.pk == post.pk:
        return "The auditor manages the practitioner of this case."
    if case.unit_id is None:
        return "The case has no team."
    if rule == "not_own_team" and case.unit_id == post.unit_id:
        return "The case is in the auditor's own team."
    if rule == "not_own_service" and _service(organisation, case.unit_id) == _service(
        organisation, post.unit_id
    ):
        return "The case is in the auditor's own service."
    if rule == "own_service" and _service(organisation, case.unit_id) != _service(organisation, post.unit_id):
        return "The case is not in the auditor's own service."
    if rule == "own_function" and organisation.function_of(case.unit_id) != organisation.function_of(
        post.unit_id
    ):
        return "The case is not in the auditor's own function."
    return ""


@dataclass(frozen=True)
class Eligibility:
    """Who may audit which cases: by the month's rule, and with a clearance where it is needed.

    ``clearances`` are pairs of a case and a person who may see it.
    """

    organisation: Organisation
    rule: str
    clearances: frozenset[tuple[int, int]]

    @classmethod
    def load(
        cls, organisation: Organisation, pool: Unit, activity: ActivityType, month: Month
    ) -> "Eligibility":
        """As it stands on the day of the organisation."""
        return cls.by_rule(organisation, rule_within(pool, activity.independence_in(month)))

    @classmethod
    def by_rule(cls, organisation: Organisation, rule: str) -> "Eligibility":
        """The same where cases are not drawn from a pool."""
        given = CaseClearance.objects.filter(case__is_restricted=True, review_on__gte=organisation.on)
        return cls(organisation, rule, frozenset(given.order_by().values_list("case", "user")))

    def may_audit(self, post: Post, case: Case) -> bool:
        return not self.why_not(post, case)

    def why_not(self, post: Post, case: Case) -> str:
        """Why the post's holder may not audit the case; empty when they may."""
        if case.is_restricted and not self.is_cleared(post, case.pk):
            return NOT_CLEARED
        return may_not_audit(self.organisation, post, case, self.rule)

    def is_cleared(self, post: Post, case_id: int) -> bool:
        """Whether the holder of the post may see the restricted case."""
        holder = self.organisation.holder_of(post.pk)
        return holder is not None and (case_id, holder.pk) in self.clearances


def last_practitioners(
    posts: Iterable[Post], month: Month, *, besides: Assignment | None = None
) -> dict[int, int]:
    """Whose case each of the posts audited last up to that month, or audits, by the post's key. One query."""
    audits = Assignment.objects.still_owed_or_done().owed_by(posts)
    audits = audits.filter(kind="case_audit", period__lte=month.key, worker__isnull=False)
    if besides is not None:
        audits = audits.exclude(pk=besides.pk)
    return dict(audits.order_by("period", "allocated_on", "pk").values_list("post", "worker"))


def rule_within(pool: Unit, rule: str) -> str:
    """The rule for cases drawn from ``pool``: drawn from the whole authority, "own function" asks nothing."""
    return "none" if rule == "own_function" and pool.kind != Unit.Kind.FUNCTION else rule


def _service(organisation: Organisation, unit_id: int) -> int:
    line = organisation.line_of_units(unit_id)
    return next((unit.pk for unit in line if unit.kind in ("service", "function")), unit_id)
