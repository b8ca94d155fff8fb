"""The names under which the columns of an interaction log are usually found.

Of each canonical column: the names that mean it, and, after `|`, weaker names that are taken only where
none of the others is there (a partition `dt` beside a `ts` is no ambiguity).
"""

from __future__ import annotations

from collections.abc import Mapping

_ITEM = """item product_id product video_id article_id news_id movie_id song_id track_id listing_id ad_id
    creative_id banner_id arm arm_id action action_id sku asin content_id document_id doc_id outcome_id
    offer_id job_id post_id book_id candidate_id decision"""
_TIME = """ts time event_time event_timestamp datetime date_time occurred_at logged_at event_ts timestamp_ms
    timestamp_us timestamp_utc unix_time unix_timestamp epoch epoch_ms utc_time | created_at date dt ds day"""
_MODEL = "model model_name ranker ranker_id recommender recommender_id algorithm algo model_key"
_VERSION = """model_ver model_run model_run_id retrain retrain_id checkpoint checkpoint_id model_build model_hash
    trained_at model_trained_at training_run snapshot_id | version"""
_EXPOSURE = "impression_id imp_id recommendation_id rec_id exposure_key exposure_uuid"
_REQUEST = """slate_id request req_id request_uuid page_view_id pageview_id query_id search_id ranking_id auction_id
    serve_id response_id decision_id application_id | page_id session_id"""
_USER = "user uid userid_hash user_hash customer_id member_id visitor_id account_id | client_id cookie_id device_id"
_CATEGORY = "item_category product_category genre brand topic category_id category_name | genres department"

ALIASES: Mapping[str, Mapping[str, str]] = {
    "exposures": {
        "model_id": _MODEL,
        "model_version": _VERSION,
        "item_id": _ITEM,
        "timestamp": "shown_at served_at impression_time exposure_time request_time decision_time exposed_at " + _TIME,
        "exposure_id": _EXPOSURE,
        "request_id": _REQUEST,
        "user_id": _USER,
        "position": "pos rank slot slot_id display_position rank_position item_position",
        "propensity": """propensity_score pscore logging_prob logging_probability logging_propensity action_prob
            action_probability behavior_prob behaviour_prob selection_prob selection_probability""",
        "policy": "policy_type behavior_policy behaviour_policy logging_policy serving_policy traffic_type",
        "score": "model_score prediction predicted_score pred_score pctr p_click ranking_score relevance_score",
        "segment": "audience user_segment segment_id segment_name | country market region surface placement",
        "category": _CATEGORY,
        "clicked": "click is_click is_clicked was_clicked click_flag converted conversion label",
        "reward": "rewards payoff feedback_value",
    },
    "feedback": {
        "item_id": _ITEM,
        "timestamp": "clicked_at click_time click_timestamp feedback_time label_time labeled_at labelled_at " + _TIME,
        "exposure_id": _EXPOSURE,
        "request_id": _REQUEST,
        "user_id": _USER,
        "model_id": _MODEL,
        "event": "event_type event_name interaction interaction_type feedback_type action_type | type",
        "value": """label reward rating event_value feedback_value clicked click | dwell_time dwell_seconds dwell
            watch_time watch_seconds amount revenue price""",
        "label_source": "labeled_by labelled_by labeler labeller annotator label_origin",
        "source": "event_source traffic_source origin referrer | surface channel",
    },
    "catalogue": {
        "model_id": _MODEL,
        "item_id": _ITEM + " | id",
        "category": _CATEGORY,
        "available_from": "valid_from start_date launch_date launched_at published_at first_available | created_at",
        "available_to": "valid_to end_date retired_at expires_at removed_at last_available",
    },
    "metrics": {
        "model_id": _MODEL,
        "model_version": _VERSION,
        "metric": "metric_name metric_id | name",
        "slice": "split dataset metric_slice evaluation eval_set | kind",
        "value": "metric_value score result",
        "higher_is_better": "greater_is_better maximize maximise higher_better",
    },
}

ROLES = tuple(ALIASES)
