"""What the sign-in pages send: through the outbox, so that no page waits for a mail server."""

from typing import Any
from uuid import uuid4

from django.utils import timezone

from qaframework.notices.models import ACCOUNT
from qaframework.notices.workflow import NoticeDraft, write_letter
from qaframework.people.adapter import AccountAdapter
from qaframework.people.models import User


class OutboxAccountAdapter(AccountAdapter):
    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Put it into the outbox; an address that nobody here has gets nothing."""
        recipient = User.objects.filter(email__iexact=email).first()
        if recipient is None:
            return
        message = self.render_mail(template_prefix, email, {"email": email, **context})
        letter = NoticeDraft(
            recipient_id=recipient.pk,
            kind=ACCOUNT,
            dedupe_key=f"{ACCOUNT}:{uuid4()}",
            subject=str(message.subject),
            body=str(message.body),
        )
        write_letter(letter, now=timezone.now())
