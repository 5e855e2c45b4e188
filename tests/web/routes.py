"""The table of every address × persona: what a person of each kind is answered.

A row names an address, the keys of its URL as a function of the bank, the method, and the status for each persona; a
persona that `by` leaves out is answered `others`. Who has not signed in is always sent to the sign-in page (302),
except on rows marked `open`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

PERSONAS = (
    "stranger", "submitter", "sender_head", "liaison", "reviewer", "legal", "office", "executive", "auditor", "admin",
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """What an address answers to whom."""

    name: str
    others: int = 200
    by: Mapping[str, int] = field(default_factory=dict)
    keys: Callable[[Any], dict[str, Any]] | None = None
    """The keys of the URL from the bank; None: keys of something that does not exist."""
    method: str = "get"
    data: Mapping[str, Any] = field(default_factory=dict)
    wrong: str = "put"
    """A method the address does not take; answered 405."""
    open: bool = False


def _unit(bank: Any) -> dict[str, Any]:
    return {"pk": bank.units["branch"].pk}


def _person(bank: Any) -> dict[str, Any]:
    return {"pk": bank["liaison"].pk}


def _people_list(_bank: Any) -> dict[str, Any]:
    return {"name": "people"}


def _rule(_bank: Any) -> dict[str, Any]:
    return {"rule": "wealth/principal_guarantee"}


def _law(_bank: Any) -> dict[str, Any]:
    return {"key": "广告法"}


def _article(_bank: Any) -> dict[str, Any]:
    return {"key": "广告法", "place": "25(一)"}


def _guide(_bank: Any) -> dict[str, Any]:
    return {"subject": "creation"}


SEES = {"stranger": 403}
AUTHORS = {"reviewer": 200, "legal": 200, "office": 200}
WATCHERS = {**AUTHORS, "executive": 200, "auditor": 200}
WATCHERS_FIND_NOTHING = dict.fromkeys(WATCHERS, 404)
WORKS = {"stranger": 403, "admin": 403}
ADMIN = {"admin": 200}
HEARS = dict.fromkeys(("sender_head", "liaison", "legal", "office", "executive", "auditor"), 200)
ADMIN_FINDS_NOTHING = {"admin": 404}
FEEDS = {"sender_head": 200, "office": 200, "admin": 200}
FEEDS_NOTHING = {"sender_head": 404, "office": 404, "admin": 404}


def _post(name: str, others: int = 404, by: Mapping[str, int] | None = None, **values: Any) -> Row:
    """Return the row of an address that takes POST alone."""
    return Row(name, others, by or {}, method="post", wrong="get", **values)


def _missing(name: str, wrong: str = "post") -> Row:
    """Return the row of the page of something that does not exist: 404 for everybody."""
    return Row(name, 404, wrong=wrong)


ROWS = [
    # kernel: lists, exports, tokens
    _post("list_columns", 302, SEES, keys=_people_list),
    _post("saved_view_add", 302, SEES, keys=_people_list, data={"name": "我的视图", "query": "view=all"}),
    _post("saved_view_delete"),
    _post("export_add", 302, SEES, keys=_people_list),
    Row("exports", wrong="post"),
    Row("journal", 403, {"auditor": 200}),
    _missing("export_file"),
    _post("export_delete"),
    Row("tokens", 200, SEES),
    _post("token_revoke"),
    # kernel: files, search
    _missing("open_file"),
    _post("remove_file"),
    _missing("files_of"),
    _post("add_files"),
    Row("unreleased_files", 403, {"admin": 200, "office": 200}, wrong="post"),
    _post("scan_again", 403, {"admin": 404, "office": 404}),
    _post("rule_on_file", 403, {"admin": 404, "office": 404}),
    Row("search", wrong="post"),
    Row("search_quick", wrong="post"),
    # kernel: inbox, jobs, comments, webhooks
    Row("inbox", wrong="post"),
    Row("inbox_count", wrong="post"),
    _post("inbox_mark_all", 302),
    _post("inbox_mail", 422),
    _missing("inbox_open"),
    _post("inbox_mark"),
    Row("jobs", 403, ADMIN, wrong="post"),
    _post("job_retry", 403, ADMIN_FINDS_NOTHING),
    _missing("job"),
    _missing("comments", "put"),
    _missing("mentionable"),
    _post("comment_withdraw"),
    Row("webhooks", 403, ADMIN),
    Row("webhook", 403, ADMIN_FINDS_NOTHING),
    _post("webhook_rotate", 403, ADMIN_FINDS_NOTHING),
    _post("webhook_ping", 403, ADMIN_FINDS_NOTHING),
    Row("webhook_payload", 403, ADMIN_FINDS_NOTHING, wrong="post"),
    _post("webhook_redeliver", 403, ADMIN_FINDS_NOTHING),
    # people
    Row("organisations", 200, SEES, wrong="post"),
    Row("organisation", 200, SEES, _unit, wrong="post"),
    Row("organisation_new", 403, ADMIN),
    Row("organisation_change", 403, ADMIN, _unit),
    Row("people", 200, SEES),
    Row("person", 200, SEES, _person, wrong="post"),
    Row("person_new", 403, ADMIN),
    Row("person_change", 403, ADMIN, _person),
    Row("person_appoint", 403, ADMIN, _person),
    Row("person_hand_over", 403, {"admin": 200, "office": 200}, _person),
    _post("post_relieve", 403, {"admin": 302}, keys=lambda bank: {"pk": bank["liaison"].posts.get().pk}),
    Row("delegations", 200, SEES),
    _post("delegation_revoke"),
    # products
    Row("products", 200, WORKS),
    _missing("product"),
    Row("products_import", 403, FEEDS),
    _post("products_import_confirm", 403, FEEDS_NOTHING),
    Row("products_import_shown", 403, FEEDS_NOTHING, wrong="post"),
    # materials
    Row("materials", 200, WORKS),
    Row("material_add", 200, {**WORKS, "legal": 403, "executive": 403, "auditor": 403}),
    _missing("material"),
    _post("material_version_add"),
    _post("material_screen"),
    _missing("material_file"),
    _missing("material_page"),
    Row("material_check_text", 200, SEES),
    Row("material_ask", 200, SEES),
    Row("registry", 200, WORKS),
    Row("registry_calendar", 200, WORKS, wrong="post"),
    _missing("approved"),
    _missing("approved_place", "put"),
    _post("approved_withdraw"),
    Row("placements", 200, WORKS),
    _missing("placement_take_down", "put"),
    # knowledge: what follows a change
    Row("law_texts", 403, {"legal": 200, "office": 200}),
    Row("law_text", 403, {"legal": 404, "office": 404}),
    Row("reconsiderations", 403, WATCHERS),
    Row("reconsideration", 403, WATCHERS_FIND_NOTHING),
    # reviews
    Row("reviews", 200, WORKS),
    Row("review_new", 403, {"submitter": 200, "liaison": 200}),
    Row("review_batch", 403, {"submitter": 200, "liaison": 200, "office": 200}),
    Row("review_lookup", 302, wrong="post"),
    Row("review_guides", 200, SEES, wrong="post"),
    Row("review_guide", 200, SEES, _guide, wrong="post"),
    Row("opinion_template", 403, {"office": 200, "admin": 200}),
    Row("opinion_template_file", 403, {"office": 200, "admin": 200}, wrong="post"),
    Row("reevaluations", 403, {"reviewer": 200, "office": 200}),
    _missing("reevaluation", "put"),
    _missing("reviews_case"),
    _missing("review_materials"),
    _missing("review_early_document"),
    _post("review_act"),
    _missing("review_edit"),
    _post("review_details"),
    _post("review_add_material"),
    _post("review_replace_material"),
    _post("review_assessment"),
    _post("review_follow_up"),
    _missing("review_opinion", "put"),
    _missing("review_document"),
    _missing("review_answers", "put"),
    _missing("review_refusals", "put"),
    _missing("review_confirm", "put"),
    _missing("review_verify", "put"),
    _missing("review_dossier", "put"),
    # reviews: the desk
    Row("review_desk_laws", 200, WORKS, wrong="post"),
    _missing("review_desk", "put"),
    _post("review_desk_time"),
    _post("review_desk_take"),
    _missing("review_desk_finish", "put"),
    _missing("review_desk_parts"),
    _post("review_desk_add"),
    _post("review_desk_rest"),
    _missing("review_desk_compare"),
    _missing("review_desk_regions"),
    _post("review_desk_decide"),
    _post("review_desk_remark"),
    _missing("review_desk_file"),
    _missing("review_desk_page"),
    _missing("review_desk_lines"),
    # complaints
    Row("complaints", 200, {**WORKS}),
    Row("complaint_register", 403, {"liaison": 200, "office": 200}),
    Row("complaint_contacts", 403, {"liaison": 200, "office": 200}),
    _missing("complaint_contact", "put"),
    _post("complaint_asked", keys=lambda _bank: {"pk": 999999, "field": "phone"}),
    Row("complaint_tasks", 403, {"submitter": 200, "sender_head": 200, "liaison": 200, "office": 200, "auditor": 200}),
    _missing("complaint_task", "put"),
    Row("complaint_transfers", 200, WORKS),
    Row("complaint_transfer_new", 403, {"liaison": 200, "office": 200}),
    Row("complaint_transfer_import", 403, {"liaison": 200, "office": 200}),
    Row("complaint_transfer_import_shown", 403, {"liaison": 404, "office": 404}, wrong="post"),
    Row("complaint_bureaus", 403, {"liaison": 200, "office": 200}),
    _missing("complaint_transfer", "put"),
    _missing("complaint_transfer_document"),
    _missing("complaint_transfer_package"),
    Row("complaint_templates", 403, {"office": 200, "admin": 200}),
    Row("complaint_template_packaged", 403, {"office": 200, "admin": 200}, wrong="post"),
    Row("complaint_agent_groups", 403, HEARS),
    Row("complaint_agent_group", 403, dict.fromkeys(HEARS, 404), wrong="post"),
    _post("complaint_agent_judge", 403, dict.fromkeys(HEARS, 404)),
    Row("complaint_agent_sheet", 403, dict.fromkeys(HEARS, 404), wrong="post"),
    Row("complaint_skills", 403, {"sender_head": 200, "office": 200, "auditor": 200}, wrong="post"),
    Row("complaint_skill", 403, {"sender_head": 404, "office": 200}, keys=_person),
    Row("complaint_codes", 403, {"office": 200, "admin": 200}),
    Row("complaint_code_table", 403, {"office": 200, "admin": 200}, wrong="post"),
    _missing("complaint"),
    _missing("complaint_step", "put"),
    _missing("complaint_clock"),
    _post("complaint_personal"),
    _missing("complaint_correct", "put"),
    _post("complaint_link"),
    _missing("complaint_letter", "put"),
    _post("complaint_letter_check"),
    _missing("complaint_letter_document"),
    # complaints: how they come in
    Row("complaint_take_down", 403, {"liaison": 200, "office": 200}),
    Row("complaint_scan_new", 403, {"liaison": 200, "office": 200}),
    _missing("complaint_scan", "put"),
    _missing("complaint_scan_page"),
    Row("complaint_platforms", 403, ADMIN, wrong="post"),
    Row("complaint_platform_new", 403, ADMIN),
    Row("complaint_platform", 403, {"admin": 404}),
    _post("complaint_platform_hook", 404, open=True, keys=lambda _bank: {"code": "none"}),
    Row("complaint_intake_figures", 403, {"office": 200, "auditor": 200}, wrong="post"),
    Row("complaint_intake_figures_sheet", 403, {"office": 200, "auditor": 200}, wrong="post"),
    Row("complaint_intake_field", 403, {"office": 200, "auditor": 200}, wrong="post",
        keys=lambda _bank: {"field": "phone"}),
    Row("complaint_import", 403, {"office": 200}),
    Row("complaint_import_shown", 403, {"office": 404}),
    Row("complaint_import_written_back", 403, {"office": 404}, wrong="post"),
    # insights
    Row("insight_warnings", 403, HEARS),
    _post("insight_look", 403, {"office": 302}),
    _missing("insight_warning", "put"),
    _post("insight_warning_act"),
    Row("insight_words", 403, HEARS),
    Row("insight_clusters", 403, HEARS),
    Row("insight_places", 403, HEARS),
    Row("insight_map", 403, HEARS),
    Row("insight_control", 403, HEARS),
    Row("insight_rows", 403, HEARS),
    Row("insight_sheet", 403, HEARS, keys=lambda _bank: {"page": "map"}),
    Row("insight_rectifications", 403, HEARS),
    Row("insight_rectification_new", 403, {"office": 200, "liaison": 200, "sender_head": 200}),
    _missing("insight_rectification", "put"),
    _post("insight_rectification_act"),
    _missing("insight_graph"),
    _post("insight_graph_act"),
    Row("insight_figures", 403, HEARS),
    Row("insight_figures_sheet", 403, HEARS),
    Row("insight_bulletin", 403, HEARS),
    Row("insight_statements", 403, HEARS),
    Row("insight_freeze", 403, {"office": 200}),
    Row("insight_bases", 403, {"office": 200}),
    _missing("insight_statement", "put"),
    _missing("insight_statement_sheet"),
    _post("complaint_hook", 404, open=True, keys=lambda _bank: {"channel": "call"}),
    # complaints: for citizens
    Row("public_complaint", open=True),
    Row("public_complaint_received", 302, open=True, wrong="post"),
    Row("public_progress", open=True),
    Row("public_complaint_step", 302, open=True, keys=lambda _bank: {"step": "what"}),
    Row("public_feedback", open=True),
    Row("public_feedback_step", 302, open=True, keys=lambda _bank: {"step": "what"}),
    # knowledge
    Row("rules", 200, SEES),
    Row("rule", 200, SEES, _rule, wrong="post"),
    _post("rule_test", 200, SEES, keys=_rule, data={"text": "本产品保本保息"}),
    Row("rule_change", 403, AUTHORS, _rule),
    Row("rule_retire", 403, AUTHORS, _rule),
    Row("laws", 200, SEES),
    Row("law", 200, SEES, _law, wrong="post"),
    Row("article", 200, SEES, _article, wrong="post"),
    Row("rule_drafts", 403, WATCHERS),
    Row("rule_draft_new", 403, AUTHORS),
    _post("rule_draft_check", 403, AUTHORS),
    _missing("rule_draft"),
    _missing("rule_draft_edit", "put"),
    _post("rule_draft_act"),
    _post("rule_draft_test"),
    _post("rule_backtest_ask"),
    _missing("rule_shadow"),
    _post("rule_shadow_judge", 403, WATCHERS_FIND_NOTHING),
    Row("rule_backtest", 403, WATCHERS_FIND_NOTHING, wrong="post"),
    Row("allow_list", 200, SEES),
    Row("allow_new", 403, {**AUTHORS, "liaison": 200}),
    _missing("allow_entry"),
    _post("allow_act"),
    # findings: the ledger
    Row("issues", 200, {**WORKS, "office": 200}),
    Row("issue_new", 403, {"liaison": 200, "reviewer": 200, "office": 200, "auditor": 200}),
    Row("issue_import", 403, {"office": 200, "auditor": 200}),
    _post("issue_import_confirm", 403, {"office": 404, "auditor": 404}),
    Row("issue_figures", 200, WORKS, wrong="post"),
    Row("issue_figures_sheet", 200, WORKS, wrong="post"),
    Row("issue_notices", 200, WORKS),
    _missing("issue_notice"),
    _missing("issue_notice_document"),
    _post("issue_notice_receive"),
    Row("findings", 200, WORKS),
    _missing("issue"),
    _post("issue_act"),
    # credit: what loans cost, costings that were kept, the public calculator
    Row("credit", 200, WORKS),
    Row("credit_row", 200, WORKS, data={"add": "fee"}, wrong="post"),
    Row("credit_schedule", 200, WORKS, wrong="post"),
    Row("credit_schedule_sheet", 200, WORKS, wrong="post"),
    Row("credit_statement", 200, WORKS, wrong="post"),
    _post("credit_statement_pdf", 200, WORKS),
    Row("credit_compare", 200, WORKS, wrong="post"),
    Row("credit_convert", 200, WORKS, wrong="post"),
    Row("costings", 200, WORKS),
    _post("costing_keep", 302, {**WORKS, "executive": 403, "auditor": 403}, data={"title": "示例测算"}),
    _missing("costing"),
    _post("costing_revise"),
    Row("public_credit", open=True, wrong="post"),
    Row("public_credit_quote", open=True, wrong="post"),
    # demo: signing in without a password, where the platform demonstrates
    _post("demo_sign_in", open=True),
    # reports: the work-desk, figures
    Row("desk", wrong="post"),
    Row("review_figures", 200, {**WORKS, "submitter": 403}, wrong="post"),
    Row("review_figures_sheet", 200, {**WORKS, "submitter": 403}, wrong="post"),
]
"""Each app adds its rows in its own block; rows of existing things (`_person`) say more than missing ones."""
