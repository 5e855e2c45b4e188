"""What people do with complaints; every step with its permission, its event and its clock."""

from xiaobao_web.complaints.services.assignment import (
    accept,
    answer_task,
    assign,
    cancel_task,
    candidates,
    decide_task,
    decline,
    task_out,
    transfer,
    unit_for,
)
from xiaobao_web.complaints.services.confiding import set_confidential
from xiaobao_web.complaints.services.consequences import ask_reevaluation, open_issue
from xiaobao_web.complaints.services.correcting import correct, times_corrected
from xiaobao_web.complaints.services.documents import set_template, write_letter_document
from xiaobao_web.complaints.services.elements import check as check_elements
from xiaobao_web.complaints.services.elements import rulebook_findings, standard_remedies
from xiaobao_web.complaints.services.ending import (
    apply_review,
    call_back,
    close,
    contest,
    decide_contest,
    decide_review,
    find_responsibility,
    object_to,
    reopen,
)
from xiaobao_web.complaints.services.inquiry import (
    add_party,
    decide_link,
    earlier_of,
    investigate,
    link,
    named_by,
    tells_whom,
)
from xiaobao_web.complaints.services.letters import (
    check_letter,
    release_letter,
    second_reasons,
    send_letter,
    submit_letter,
    write_letter,
)
from xiaobao_web.complaints.services.levels import lead, set_level
from xiaobao_web.complaints.services.merging import merge
from xiaobao_web.complaints.services.offers import answer_offer, decide_offer, fulfil_offer, offer, pay_claim
from xiaobao_web.complaints.services.opening import (
    check_kind,
    check_sample,
    fields_of,
    key_of,
    known_by,
    looks_like_complaint,
    open_directly,
    register,
    screen_kind,
)
from xiaobao_web.complaints.services.passing import pass_task
from xiaobao_web.complaints.services.personal import open_personal
from xiaobao_web.complaints.services.regulators import (
    draft_report,
    receive_transfer,
    report,
    send_back,
    urge,
)
from xiaobao_web.complaints.services.sentences import told_to_all
from xiaobao_web.complaints.services.skills import set_skills
from xiaobao_web.complaints.services.terms import (
    answer_mediation,
    ask_extension,
    decide_extension,
    end_mediation,
    hold_session,
    new_facts,
    notify_extension,
    propose_mediation,
    resume,
    suspend,
    withdraw,
)
from xiaobao_web.complaints.services.tracks import add_track

__all__ = [
    "accept", "add_party", "add_track", "answer_mediation", "answer_offer", "answer_task", "apply_review",
    "ask_extension", "ask_reevaluation", "assign", "call_back", "cancel_task", "candidates", "check_elements",
    "check_kind", "check_letter", "check_sample", "close", "contest", "correct", "decide_contest", "decide_extension",
    "decide_link", "decide_offer", "decide_review", "decide_task", "decline", "draft_report", "earlier_of",
    "end_mediation", "fields_of", "find_responsibility", "fulfil_offer", "hold_session", "investigate", "key_of",
    "known_by", "lead", "link", "looks_like_complaint", "merge", "named_by", "new_facts", "notify_extension",
    "object_to", "offer", "open_directly", "open_issue", "open_personal", "pass_task", "pay_claim", "propose_mediation",
    "receive_transfer", "register", "release_letter", "reopen", "report", "resume", "rulebook_findings", "screen_kind",
    "second_reasons", "send_back", "send_letter", "set_confidential", "set_level", "set_skills", "set_template",
    "standard_remedies", "submit_letter", "suspend", "task_out", "tells_whom", "times_corrected", "told_to_all",
    "transfer", "unit_for", "urge", "withdraw", "write_letter", "write_letter_document",
]  # fmt: skip
