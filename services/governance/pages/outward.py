"""What was done for the relevant person, and what other sites made of a change, in words."""

CANDOUR_STEPS = {
    "told_in_person": "The relevant person was told in person, with an apology",
    "support_given": "The relevant person was given support",
    "written_follow_up": "The relevant person has it in writing, with an apology",
    "enquiry_news": "The relevant person was given news of the enquiry",
    "outcome_letter": "The relevant person was sent the outcome in writing",
    "learning_told": "The relevant person was told what was learned and changed",
}
CANDOUR_CONTACT = {
    "tried": "The relevant person was not reached; it stays to be tried",
    "unreachable": "The relevant person cannot be reached; every attempt is on record",
    "declined": "The relevant person does not wish to speak with the service about it",
    "resumed": "The relevant person is in contact again",
}
ELSEWHERE = {
    "adopted": "Another site adopted the change",
    "adapted": "Another site adapted the change",
    "not_applicable": "Another site said why the change does not apply there",
    "in_effect": "Another site put the change into effect",
    "seen": "At another site someone saw the change in effect",
}
