"""What is asked about personal data, by whom, and on which legal ground."""

from contracts.taxonomy.labelled import Labelled


class ErasureGround(Labelled):
    """Why personal data are to be erased.

    Source: UK GDPR, Article 17(1)(a) to (e), and Article 5(1)(e) for what has been kept for long enough.
    """

    NO_LONGER_NEEDED = "no_longer_needed", "No longer needed for what it was collected for (Article 17(1)(a))"
    CONSENT_WITHDRAWN = "consent_withdrawn", "Consent was withdrawn, and nothing else allows it (Article 17(1)(b))"
    OBJECTED = "objected", "The person objects, and nothing outweighs that (Article 17(1)(c))"
    UNLAWFUL = "unlawful", "It should never have been recorded (Article 17(1)(d))"
    LEGAL_OBLIGATION = "legal_obligation", "The law says that it must be erased (Article 17(1)(e))"
    RETENTION_ENDED = "retention_ended", "It has been kept for as long as it had to be (Article 5(1)(e))"


class AskedBy(Labelled):
    """Who asks about personal data; never their name."""

    PERSON = "person", "The person themselves"
    REPRESENTATIVE = "representative", "Somebody who acts for them"
    PROVIDER = "provider", "We ourselves, after a review of what we keep"
    REGULATOR = "regulator", "The Information Commissioner or a court"
