"""Print the OpenAPI document, from which the app's types are made (`python -m scripts.api_document`)."""

import json
import sys
import tempfile

from server import config
from server.app import create_app


def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        app = create_app(config.load({"XIANFENG_DATA": directory}))
        json.dump(app.api_doc, sys.stdout, ensure_ascii=False)


if __name__ == "__main__":
    main()
