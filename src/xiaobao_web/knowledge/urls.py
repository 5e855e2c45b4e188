"""The addresses of rules, laws, drafts and allow-lists."""

from __future__ import annotations

from django.urls import URLPattern, path

from xiaobao_web.knowledge import views_allow, views_drafts, views_laws, views_rules, views_texts, views_trials
from xiaobao_web.knowledge.tables import AllowList, DraftList, LawList, ReconsiderationList, RuleList

PREFIX = "knowledge/"

urlpatterns: list[URLPattern] = [
    RuleList.at("rules/"),
    path("rules/<path:rule>/change/", views_drafts.change, name="rule_change"),
    path("rules/<path:rule>/retire/", views_drafts.retire, name="rule_retire"),
    path("rules/<path:rule>/test/", views_rules.test, name="rule_test"),
    path("rules/<path:rule>/", views_rules.show, name="rule"),
    LawList.at("laws/"),
    path("texts/", views_texts.imports, name="law_texts"),
    path("texts/<int:number>/", views_texts.one, name="law_text"),
    ReconsiderationList.at("reconsiderations/"),
    path("reconsiderations/<int:number>/", views_texts.reconsideration, name="reconsideration"),
    path("laws/<str:key>/", views_laws.norm, name="law"),
    path("laws/<str:key>/<str:place>/", views_laws.article, name="article"),
    DraftList.at("drafts/"),
    path("drafts/new/", views_drafts.new, name="rule_draft_new"),
    path("drafts/check/", views_drafts.check, name="rule_draft_check"),
    path("drafts/<int:number>/", views_drafts.show, name="rule_draft"),
    path("drafts/<int:number>/edit/", views_drafts.edit, name="rule_draft_edit"),
    path("drafts/<int:number>/act/", views_drafts.act, name="rule_draft_act"),
    path("drafts/<int:number>/test/", views_drafts.test, name="rule_draft_test"),
    path("drafts/<int:number>/backtest/", views_trials.ask_backtest, name="rule_backtest_ask"),
    path("drafts/<int:number>/shadow/", views_trials.shadow, name="rule_shadow"),
    path("shadow/<int:number>/judge/", views_trials.judge, name="rule_shadow_judge"),
    path("backtests/<int:number>/", views_trials.backtest, name="rule_backtest"),
    AllowList.at("allow/"),
    path("allow/new/", views_allow.new, name="allow_new"),
    path("allow/<int:number>/", views_allow.show, name="allow_entry"),
    path("allow/<int:number>/act/", views_allow.act, name="allow_act"),
]
