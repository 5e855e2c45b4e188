"""Keep personal data out of the log."""

from __future__ import annotations

import logging

from xiaobao.privacy import mask


class MaskPersonalData(logging.Filter):
    """Mask personal data in a record's message before it is written."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Mask the message; always let the record pass."""
        text = record.getMessage()
        record.msg, record.args = mask(text).text, None
        if record.exc_info and not record.exc_text:
            record.exc_text = mask(logging.Formatter().formatException(record.exc_info)).text
        return True
