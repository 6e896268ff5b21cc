"""The answers that some types of question always have."""

YES, PARTLY, NO, NOT_APPLICABLE = ("yes", "Yes"), ("partly", "Partly"), ("no", "No"), ("na", "Not applicable")

# By the type of the question: key and words of each answer, in order.
FIXED_ANSWERS = {
    "yes_no": (YES, NO),
    "yes_no_na": (YES, NO, NOT_APPLICABLE),
    "yes_partly_no_na": (YES, PARTLY, NO, NOT_APPLICABLE),
}

# What a question for a grade offers besides the grades of its scale.
NO_GRADE = (("not_enough_evidence", "Not enough evidence"), ("not_applicable", "Not applicable"))
