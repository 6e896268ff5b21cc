"""A notice's text as HTML, and one message to several people."""

import pytest

from qaframework.notices.templatetags.message import message
from qaframework.notices.workflow import Message


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("", ""),
        ("One.\n\nTwo.", "<p>One.</p>\n\n<p>Two.</p>"),
        (
            "Late:\n- It's <this> https://quality.example/work/1/\n- that\n\nDue soon:\n- more",
            "<p>Late:</p>"
            '<ul class="govuk-list govuk-list--bullet">'
            '<li><a href="https://quality.example/work/1/">It&#x27;s &lt;this&gt;</a></li><li>that</li></ul>'
            '<p>Due soon:</p><ul class="govuk-list govuk-list--bullet"><li>more</li></ul>',
        ),
        (
            "See https://quality.example/x/ now",
            '<p>See <a href="https://quality.example/x/">https://quality.example/x/</a> now</p>',
        ),
    ],
    ids=["nothing", "paragraphs", "lists", "an address in a sentence"],
)
def test_a_text_becomes_paragraphs_lists_and_links(text, html):
    assert message(text) == html


def test_each_person_gets_a_message_once_and_nobody_none():
    drafts = Message("praise", 7, "Well done", "Read it.", "/x/", case_ids=[3]).to([5, None, 4, 5])
    assert [(one.recipient_id, one.dedupe_key) for one in drafts] == [(4, "praise:7:4"), (5, "praise:7:5")]
    assert {(one.kind, one.subject, one.body, one.url) for one in drafts} == {
        ("praise", "Well done", "Read it.", "/x/")
    }
