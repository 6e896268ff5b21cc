"""Whether somebody may audit a case: nobody judges their own work or that of those they manage."""

from qaframework.caseload.models import Case
from qaframework.people.directory import Organisation
from qaframework.people.models import Post, Unit


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


def rule_within(pool: Unit, rule: str) -> str:
    """The rule for cases drawn from ``pool``: drawn from the whole authority, "own function" asks nothing."""
    return "none" if rule == "own_function" and pool.kind != Unit.Kind.FUNCTION else rule


def _service(organisation: Organisation, unit_id: int) -> int:
    line = organisation.line_of_units(unit_id)
    return next((unit.pk for unit in line if unit.kind in ("service", "function")), unit_id)
