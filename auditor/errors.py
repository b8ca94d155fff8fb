"""What a person did, or has, that keeps the audit from being done."""

from __future__ import annotations


class AuditError(Exception):
    """The audit could not be done. Exit code 2; printed without a traceback.

    `message` says what is wrong and where, `hint` what to do about it.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class NothingToAudit(AuditError):
    """The logs were read, and hold nothing that could be audited. Exit code 3."""
