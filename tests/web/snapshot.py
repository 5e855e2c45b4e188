"""Write the OpenAPI document that the tests compare with: `python tests/web/snapshot.py`."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main() -> None:
    """Write tests/web/openapi.json from the interface as it is now."""
    sys.path.insert(0, str(HERE))
    os.environ["DJANGO_SETTINGS_MODULE"] = "web_settings"
    import django

    django.setup()
    from xiaobao_web.api import api

    document = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/"), default=str))
    text = json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True)
    (HERE / "openapi.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
