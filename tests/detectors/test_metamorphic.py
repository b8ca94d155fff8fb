"""What must not change when the same happenings are logged in another way."""

from __future__ import annotations

from drawn_fleets import FEW, SEEDS, fleets
from hypothesis import given
from retold import as_csv, called_back, changed, in_parts, known, numbers, other_names, renamed, shuffled, verdicts
from written import audited, write


@FEW
@given(fleets(), SEEDS)
def test_items_may_have_any_names(fleet, seed):
    with known(fleet, seed) as (folder, log, report):
        other = audited(write(folder / "other", **renamed(log, "item_id", other_names(log, "item_id", seed))))

        assert verdicts(other) == verdicts(report)
        assert not changed(numbers(other), numbers(report))


@FEW
@given(fleets(), SEEDS)
def test_models_may_have_any_names(fleet, seed):
    with known(fleet, seed) as (folder, log, report):
        names = other_names(log, "model_id", seed)
        other = audited(write(folder / "other", **renamed(log, "model_id", names)))

        assert called_back(verdicts(other), names) == verdicts(report)
        assert not changed(called_back(numbers(other), names), numbers(report))


@FEW
@given(fleets(), SEEDS)
def test_a_log_may_be_cut_into_files_anywhere(fleet, seed):
    with known(fleet, seed) as (folder, log, report):
        other = audited(in_parts(folder / "other", log, seed))

        assert verdicts(other) == verdicts(report)
        assert not changed(numbers(other), numbers(report))


@FEW
@given(fleets(), SEEDS)
def test_rows_may_come_in_any_order(fleet, seed):
    with known(fleet, seed) as (folder, log, report):
        other = audited(write(folder / "other", **shuffled(log, seed)))

        assert verdicts(other) == verdicts(report)
        assert not changed(numbers(other), numbers(report))


@FEW
@given(fleets(), SEEDS)
def test_text_says_what_parquet_says(fleet, seed):
    with known(fleet, seed) as (folder, log, report):
        other = audited(as_csv(folder / "other", log))

        assert verdicts(other) == verdicts(report)
        assert not changed(numbers(other), numbers(report))
