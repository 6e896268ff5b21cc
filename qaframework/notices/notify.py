"""GOV.UK Notify as the way by which e-mails leave.

One template there has ``((subject))`` as its subject and ``((body))`` as its message. Files cannot travel:
whoever is invited to a meeting finds it on its page and in their calendar address.
"""

from collections.abc import Sequence

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from notifications_python_client.errors import APIError, InvalidResponse
from notifications_python_client.notifications import NotificationsAPIClient

from qaframework.notices.email import MessageRefused, ServerUnreachable

FIRST_SERVER_ERROR = 500

# Refused whatever the message: the key is wrong or withdrawn, and more was sent than is allowed for now.
NO_FAULT_OF_THE_MESSAGE = {403, 429}


class NotifyBackend(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Hand each message over with its Message-ID as reference.

        Raises MessageRefused for the first that is refused, and ServerUnreachable when Notify does not
        answer, cannot work or takes nothing now.
        """
        client = NotificationsAPIClient(
            settings.NOTIFY_API_KEY, base_url=settings.NOTIFY_BASE_URL, timeout=settings.EMAIL_TIMEOUT
        )
        for message in email_messages:
            try:
                client.send_email_notification(
                    email_address=message.to[0],
                    template_id=settings.NOTIFY_TEMPLATE_ID,
                    personalisation={"subject": message.subject, "body": message.body},
                    reference=message.extra_headers["Message-ID"],
                )
            except APIError as trouble:
                status = trouble.status_code
                if status >= FIRST_SERVER_ERROR or status in NO_FAULT_OF_THE_MESSAGE:
                    raise ServerUnreachable(_answer(trouble)) from trouble
                raise MessageRefused(_answer(trouble)) from trouble
            except InvalidResponse as trouble:
                raise ServerUnreachable(f"GOV.UK Notify cannot be understood: {trouble}") from trouble
        return len(email_messages)


def _answer(trouble: APIError) -> str:
    """What Notify says, which is a list of errors or, when nobody answered, a text."""
    said = trouble.message
    words = said if isinstance(said, str) else ". ".join(error.get("message", "") for error in said)
    return f"GOV.UK Notify answered {trouble.status_code}: {words}"
