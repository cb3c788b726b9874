"""What each kind of failure is called, what it means for the person, and what they can do next."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """The problem's name, its heading, what happened, and what to do."""

    kind: str
    title: str
    detail: str
    next_step: str


BY_STATUS = {
    400: Words(
        "not-understood",
        "We could not read that",
        "Something in the request was not in the expected form. Nothing was saved.",
        "Go back, check what you entered and try again.",
    ),
    401: Words(
        "not-signed-in",
        "You are not signed in",
        "You have been signed out, or your session has ended. Nothing was saved.",
        "Sign in, then open the page again.",
    ),
    403: Words(
        "not-allowed",
        "You cannot do this in your present post",
        "Your post does not let you see or change this. Nothing was changed.",
        "If you think you should be able to, ask your provider's administrator to check your post.",
    ),
    404: Words(
        "not-found",
        "We could not find that page",
        "There is nothing under this address, or nothing that your post lets you see. Nothing was changed.",
        "If it was begun a moment ago, load the page again. Otherwise check the address, or go to the start page.",
    ),
    405: Words(
        "method-not-allowed",
        "That cannot be done here",
        "This address does not take that kind of request. Nothing was changed.",
        "Go back and use the buttons on the page.",
    ),
    409: Words(
        "refused",
        "That is not possible at the moment",
        "A rule does not allow this now. Nothing was changed.",
        "Go back to see how things stand now.",
    ),
    412: Words(
        "saved-by-someone-else",
        "Someone else saved this before you",
        "Their version was kept. Yours has not been saved, so nobody's work was overwritten.",
        "Open the record again to see what they wrote, then add what is still missing.",
    ),
    413: Words(
        "too-large",
        "That was too large to send",
        "Nothing was saved.",
        "Send less text or a smaller file, or send it in parts.",
    ),
    415: Words(
        "wrong-content-type",
        "We cannot read that kind of content",
        "Nothing was saved.",
        "Send a form, or JSON with the content type application/json.",
    ),
    422: Words(
        "not-valid",
        "Some answers need another look",
        "Something is missing or not in the expected form. Nothing was saved.",
        "Go back, mend what is listed and send it again.",
    ),
    428: Words(
        "version-missing",
        "We cannot tell which version you saw",
        "A change must name the version it is based on. Nothing was saved.",
        "Open the record again and make the change from there.",
    ),
    429: Words("too-many", "That was a lot at once", "Nothing was saved.", "Wait a minute and try again."),
    500: Words(
        "fault",
        "Sorry, something went wrong on our side",
        "We cannot be sure whether this was saved. The fault has been recorded.",
        "Open the record to see whether it was saved before you try again.",
    ),
    503: Words(
        "unavailable",
        "Candour is not available just now",
        "Nothing was saved.",
        "Wait a few minutes and try again. If someone is in danger, act first and record it later.",
    ),
}


def words_for(status: int) -> Words:
    """The words of this status, or of its family."""
    return BY_STATUS.get(status) or BY_STATUS[400 if str(status).startswith("4") else 500]
