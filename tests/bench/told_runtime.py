"""A function for the tests of the local Lambda: does what its events tell it. A process of its own."""

import http.client
import json
import os
import sys
import time

API = "/2018-06-01/runtime"


def call(connection, method, path, body=b"", headers=None):
    connection.request(method, API + path, body or None, headers or {})
    answer = connection.getresponse()
    return answer, answer.read()


def main():
    connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    if os.environ.get("BROKEN_START") == "error":
        call(
            connection,
            "POST",
            "/init/error",
            b'{"errorMessage": "no model"}',
            {"Lambda-Runtime-Function-Error-Type": "Runtime.ModelNotFound"},
        )
        sys.exit(1)
    if os.environ.get("BROKEN_START") == "exit":
        sys.exit(3)
    while True:
        next_, body = call(connection, "GET", "/invocation/next")
        id_, event = next_.headers["Lambda-Runtime-Aws-Request-Id"], json.loads(body)
        event = json.loads(event["body"]) if "body" in event else event
        deadline = int(next_.headers["Lambda-Runtime-Deadline-Ms"]) / 1000 - time.time()
        time.sleep(event.get("sleep", 0))
        if "exit" in event:
            os._exit(event["exit"])
        if "allocate_mb" in event:
            event["allocated"] = len(bytearray(os.urandom(1) * (event["allocate_mb"] << 20)))
        if event.get("reconnect"):
            connection.close()  # the answer comes on another connection
        if event.get("error"):
            call(
                connection,
                "POST",
                f"/invocation/{id_}/error",
                b'{"errorMessage": "told to"}',
                {"Lambda-Runtime-Function-Error-Type": event["error"]},
            )
            continue
        about = {"pid": os.getpid(), "deadline": deadline, "memory": os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]}
        result = event.get("result", about)
        body = b"x" * event["size"] if "size" in event else json.dumps(result).encode()
        status, _ = call(connection, "POST", f"/invocation/{event.get('answer_as', id_)}/response", body)
        if status.status == 400:  # a wrong id was refused: with the right one
            call(connection, "POST", f"/invocation/{id_}/response", json.dumps({"refused": 400}).encode())


if __name__ == "__main__":
    main()
