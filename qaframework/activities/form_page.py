"""A page with one form that does one thing to a piece of work."""

from functools import partial

from qaframework.people import form_page as any_form

form_page = partial(any_form.form_page, template="allocation/form.html")
