"""What people type about actions, concerns and loops."""

from datetime import date, datetime
from typing import Any

from django import forms

from qaframework.actions import workflow
from qaframework.actions.models import Action, ActionPlan, LoopClosure
from qaframework.people.directory import Organisation
from qaframework.people.forms import DateInput, offer
from qaframework.people.models import Post, User
from qaframework.rules.smart_actions import Finding, Severity, example_date

DATE_FORMATS = [
    "%Y-%m-%d",
    "%d/%m/%Y",
    "%d/%m/%y",
    "%d.%m.%Y",
    "%d-%m-%Y",
    "%d %m %Y",
    "%d %B %Y",
    "%d %b %Y",
]
FIELD_OF_LETTER = {"S": "what", "M": "measure", "A": "owner_post", "R": "longer_reason", "T": "due_on"}


class TypedDate(forms.CharField):
    """A date as people write it. What is no date is kept as text, so that 'ASAP' gets its own answer."""

    def clean(self, value: Any) -> date | str | None:
        text = super().clean(value)
        for date_format in DATE_FORMATS:
            try:
                return datetime.strptime(text, date_format).date()
            except ValueError:
                continue
        return text or None


def sensible_owners(plan: ActionPlan, auditor_post: Post | None, on: date) -> list[tuple[str, str]]:
    """Who can be asked to act: the practitioner, the line above them, and the auditor; as choices.

    Where nobody in particular was audited, the line begins with the unit's manager.
    """
    organisation = Organisation.load(on)
    worker_post = organisation.post_of(plan.worker_id) if plan.worker_id else None
    managers = organisation.nearest_posts(plan.unit_id, "team_manager")
    line = [worker_post] if worker_post else managers[:1]
    while line and (above := organisation.line_manager(line[-1].pk)) and above not in line:
        line.append(above)
    if auditor_post is not None and auditor_post.pk not in {post.pk for post in line}:
        line.append(organisation.posts[auditor_post.pk])
    return [(str(post.pk), _label(organisation.holder_of(post.pk), post)) for post in line]


def _label(holder: User | None, post: Post) -> str:
    return f"{holder} ({post.title})" if holder else f"{post.title} (vacant)"


class ActionForm(forms.Form):
    """One SMART action. Refusals stand at their field; ``warnings`` do not block."""

    mark_optional = False

    what = forms.CharField(
        label="What needs to happen?",
        required=False,
        help_text="Specific: one thing, with a verb. For example: agree a safety plan with mum and nan.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    measure = forms.CharField(
        label="How will we know it is done and has helped?",
        required=False,
        help_text="Measurable: what you would see on the record or hear from the child.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    finding = forms.CharField(
        label="Which finding does it answer? (optional)",
        required=False,
        help_text="Relevant: what in this audit makes it necessary.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    priority = forms.ChoiceField(label="How urgent is it?", widget=forms.RadioSelect)
    owner_post = forms.ChoiceField(
        label="Who will do it?", required=False, help_text="Agreed: one person, who knows about it."
    )
    due_on = TypedDate(
        label="By when?", required=False, widget=forms.TextInput(attrs={"class": "govuk-input--width-10"})
    )
    longer_reason = forms.CharField(
        label="Why does it need longer than the framework allows? (only if it does)",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(
        self, plan: ActionPlan, *args: Any, by: User, today: date, auditor_post: Post | None = None, **kw: Any
    ) -> None:
        super().__init__(*args, **{"prefix": "action", **kw})
        self.plan, self.by, self.today = plan, by, today
        self.warnings: list[Finding] = []
        rules = plan.framework_version.pack.action_rules
        priorities = [
            (Action.Priority.IMMEDIATE, f"Immediate: within {rules.immediate}"),
            (Action.Priority.STANDARD, f"Standard: within {rules.standard}"),
            (Action.Priority.LEARNING, "Learning: for practice in general"),
        ]
        offer(self, "priority", priorities)
        self.initial.setdefault("priority", Action.Priority.STANDARD)
        # A date that an action of today could have, written as people type it.
        example = example_date(today)
        self.fields["due_on"].help_text = f"Timed: a date, for example {example:%d/%m/%Y}. Not “ASAP”."
        owners = sensible_owners(plan, auditor_post, today)
        offer(self, "owner_post", [("", "Choose a person"), *owners])
        self.owners = dict(owners)

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed: how urgent it would be does not count."""
        return set(self.changed_data) <= {"priority"}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        typed = data.get("due_on")
        findings = workflow.check_smart(
            what=data.get("what", ""),
            measure=data.get("measure", ""),
            due_on=typed if isinstance(typed, date) else None,
            timescale=typed if isinstance(typed, str) else "",
            has_owner=bool(data.get("owner_post")),
            priority=data.get("priority") or Action.Priority.STANDARD,
            longer_reason=data.get("longer_reason", ""),
            today=self.today,
        )
        for finding in findings:
            if finding.severity == Severity.REFUSE:
                self.add_error(FIELD_OF_LETTER.get(finding.letter, "what"), finding.message)
            else:
                self.warnings.append(finding)
        return data

    def save(self, now: datetime) -> Action:
        """Add the action to the plan. Raises workflow.ActionNotSmart as the verb does."""
        data = self.cleaned_data
        return workflow.add_action(
            plan=self.plan,
            what=data["what"],
            measure=data["measure"],
            finding=data["finding"],
            priority=data["priority"],
            owner_post=Post.objects.select_related("unit").get(pk=data["owner_post"]),
            due_on=data["due_on"],
            longer_reason=data["longer_reason"],
            by=self.by,
            now=now,
        )


class ChangeActionForm(ActionForm):
    """A drafted action to be written in other words. ``read`` is the mark of what its writer had read."""

    read = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, action: Action, *args: Any, **kw: Any) -> None:
        self.action = action
        drafted = {
            "what": action.what,
            "measure": action.measure,
            "finding": action.finding,
            "priority": action.priority,
            "owner_post": str(action.owner_post_id),
            "due_on": f"{action.due_on:%d/%m/%Y}",
            "longer_reason": action.longer_reason,
            "read": workflow.mark_of_draft(action),
        }
        super().__init__(action.plan, *args, initial=drafted, **kw)
        self.keep_owner(action.owner_post)
        for name in ("what", "measure"):
            self.fields[name].widget.attrs["rows"] = 5  # what is there already is read before it is changed

    def keep_owner(self, post: Post) -> None:
        """Offer who was asked to act, also when somebody else would be asked today."""
        if str(post.pk) not in self.owners:
            self.owners[str(post.pk)] = post.title
            offer(self, "owner_post", [("", "Choose a person"), *self.owners.items()])

    def go_on_from(self, stands: Action) -> None:
        """Take what somebody else made of the action as read, and keep what this person typed."""
        read = {self.add_prefix("read"): workflow.mark_of_draft(stands)}
        self.data = {**self.data.dict(), **read}  # type: ignore[attr-defined]

    def save(self, now: datetime) -> Action:
        """Write it. Raises as the verb does."""
        data = self.cleaned_data
        return workflow.change_draft(
            action=self.action,
            read=data["read"],
            what=data["what"],
            measure=data["measure"],
            finding=data["finding"],
            priority=data["priority"],
            owner_post=Post.objects.get(pk=data["owner_post"]),
            due_on=data["due_on"],
            longer_reason=data["longer_reason"],
            by=self.by,
            now=now,
        )


class ConcernForm(forms.Form):
    what = forms.CharField(
        label="What are you worried about?",
        help_text="Say what you saw or heard, which child is at risk, and what has to happen today. "
        "Use the case reference, not names.",
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={
            "required": "Say what you are worried about, so that the people who are told can act."
        },
    )


class ResponseForm(forms.Form):
    response = forms.CharField(
        label="What have you done, or who is doing it now?",
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Say what you have done, or who is doing it now."},
    )


class EvidenceForm(forms.Form):
    evidence = forms.CharField(
        label="What shows that this is done?",
        help_text="For example where on the record it can be seen, and what the child or family said.",
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "required": "Say what shows that this is done, for example where it can be seen on the record."
        },
    )


class DifferenceForm(forms.Form):
    difference_made = forms.CharField(
        label="What difference has it made for the child?",
        help_text="If there is none yet, say so and what you expect.",
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Say what difference this made for the child, or that it made none yet."},
    )


class ReasonForm(forms.Form):
    """A sentence or two; ``label`` asks for it."""

    reason = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, label: str, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.fields["reason"].label = label


class ReviewForm(forms.Form):
    reviewed_on = forms.DateField(
        label="When did you go through the plan in supervision?", widget=DateInput()
    )
    agreement = forms.CharField(
        label="What did you agree about the actions and their dates?",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class LoopMeetingForm(forms.Form):
    """The meeting of a loop, with a field for each action that was not cancelled (LAN-24)."""

    met_on = forms.DateField(label="When did you meet?", widget=DateInput())
    present = forms.CharField(label="Who was there?", help_text="Roles, not names.", max_length=300)
    child_is_safe = forms.CharField(
        label="Is the child safe and is the plan right now? How do you know?",
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    other_children = forms.CharField(
        label="Could another child be affected? What did you check?",
        help_text="Brothers and sisters, and other children this practitioner works with.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    kinds_of_cause = forms.MultipleChoiceField(
        label="What led to this?",
        help_text="Choose all that played a part.",
        choices=LoopClosure.Cause.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose what led to this."},
    )
    causes = forms.CharField(label="How did it come to this?", widget=forms.Textarea(attrs={"rows": 3}))
    support = forms.CharField(
        label="What support does the practitioner get?",
        help_text="What, from whom and until when. Write “none” and why, if nothing is needed.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    learning = forms.CharField(
        label="What should others learn from it?",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, loop: LoopClosure, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        own = list(self.fields)
        for name in own:
            self.initial[name] = getattr(loop, name)
        actions = loop.plan.actions.exclude(state=Action.State.CANCELLED).order_by("due_on", "pk")
        self.evidence_fields = {f"evidence_{action.pk}": action for action in actions}
        for name, action in self.evidence_fields.items():
            self.fields[name] = forms.CharField(
                label=f"What have you seen that shows that this is done? {action.what}",
                help_text=f"Its owner wrote: {action.evidence}" if action.evidence else "",
                widget=forms.Textarea(attrs={"rows": 3}),
                error_messages={"required": f"Say what you saw that shows that this is done: {action}"},
            )
            self.initial[name] = loop.evidence_seen.get(str(action.pk), "")
        self.order_fields([*own[:2], *self.evidence_fields, *own[2:]])

    def values(self) -> dict[str, Any]:
        """What was typed, as ``workflow.record_loop_meeting`` takes it."""
        data = self.cleaned_data
        evidence = {action.pk: data[name] for name, action in self.evidence_fields.items()}
        return {name: data[name] for name in self.base_fields} | {"evidence_seen": evidence}
