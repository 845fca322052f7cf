"""What the server says to bytes that are no HTTP: they never reach the application, and get a problem document too."""

import json
from secrets import token_hex

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.web.problems import MALFORMED_HTTP, MEDIA_TYPE, plain_occurrence
from app.web.security import HEADERS


class ProblemProtocol(HttpToolsProtocol):
    """uvicorn's protocol, whose one answer of its own is plain text."""

    def send_400_response(self, msg: str) -> None:
        """Answer and close the connection.

        Args:
            msg: uvicorn's sentence; ours says more.
        """
        request_id = token_hex(8)
        body = json.dumps(plain_occurrence(MALFORMED_HTTP).body(instance="/", request_id=request_id)).encode()
        headers = HEADERS | {
            "Content-Type": MEDIA_TYPE,
            "Content-Length": str(len(body)),
            "Cache-Control": "no-store",
            "X-Request-ID": request_id,
            "Connection": "close",
        }
        lines = [
            f"HTTP/1.1 {MALFORMED_HTTP.status} Bad Request",
            *(f"{name}: {value}" for name, value in headers.items()),
        ]
        self.transport.write("\r\n".join([*lines, "", ""]).encode("ascii") + body)
        self.transport.close()
